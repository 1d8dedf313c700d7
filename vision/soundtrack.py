"""Which sound belongs to an annotated video? That of the recording it was made from, shifted as its pictures were.

Copied where MP4 can hold it as it is, else encoded again as AAC. Sound that cannot be read ends where it breaks; the
pictures matter more.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

from vision.clip import Clip
from vision.media_file import open_container

# What browsers play inside MP4.
_COPIED: Final = frozenset({"aac", "mp3"})
_RATES: Final = frozenset({32000, 44100, 48000})
_USUAL_RATE: Final = 48000
_BITS_PER_SECOND: Final = 128_000


class Soundtrack:
    """The sound of a recording, put into a video file bit by bit as its pictures come."""

    def __init__(self, source: Path, output: OutputContainer, start_s: float) -> None:
        """Add a stream of sound to ``output``, if the recording has any.

        Args:
            source: The recording.
            output: Where to; not one packet may have been written to it.
            start_s: Media time of the recording, as in ``Frame.time_s``, at which the video begins.

        Raises:
            Problem: The recording cannot be opened.
        """
        with Clip(source) as clip:
            begin_s = clip.start_s + start_s
        self._input = open_container(source)
        self._output = output
        # A stream whose codec is not known has no codec context, against the type stubs.
        known = [s for s in self._input.streams.audio if getattr(s, "codec_context", None) is not None]
        self._waiting: Iterator[tuple[float, Packet[AudioStream] | AudioFrame]] = iter(())
        self._next: tuple[float, Packet[AudioStream] | AudioFrame] | None = None
        self._encoder: AudioStream | None = None
        if not known:
            return
        stream = known[0]
        codec = stream.codec_context
        # AAC from a transport stream carries its set-up in each packet instead of once in the header.
        if codec.codec.canonical_name in _COPIED and (codec.extradata or codec.codec.canonical_name == "mp3"):
            self._waiting = _packets(self._input, stream, output.add_stream_from_template(stream), begin_s)
        else:
            rate = codec.sample_rate if codec.sample_rate in _RATES else _USUAL_RATE
            self._encoder = output.add_stream("aac", rate=rate)
            self._encoder.bit_rate = _BITS_PER_SECOND
            layout = "mono" if codec.channels == 1 else "stereo"
            self._encoder.codec_context.layout = layout
            resampler = AudioResampler("fltp", layout, rate)
            self._waiting = _frames(self._input, stream, resampler, begin_s)
        self._next = next(self._waiting, None)

    def write_until(self, time_s: float) -> None:
        """Write the sound that begins before ``time_s`` of the video."""
        while self._next is not None and self._next[0] < time_s:
            sound = self._next[1]
            if isinstance(sound, AudioFrame):
                self._output.mux(self._encode(sound))
            else:
                self._output.mux(sound)
            self._next = next(self._waiting, None)

    def finish(self) -> None:
        """Write what the encoder still holds."""
        self._output.mux(self._encode(None))
        self.close()

    def close(self) -> None:
        """Release the recording; safe to call twice."""
        self._next = None
        self._waiting = iter(())
        self._input.close()

    def _encode(self, frame: AudioFrame | None) -> "list[Packet[AudioStream]]":
        return [] if self._encoder is None else self._encoder.encode(frame)


def _packets(
    container: InputContainer, stream: AudioStream, to: AudioStream, begin_s: float
) -> "Iterator[tuple[float, Packet[AudioStream]]]":
    """Read packets as they are, stamped for the new video; those before its beginning are left out."""
    base = stream.time_base or Fraction(1, _USUAL_RATE)
    shift = round(begin_s / base)
    try:
        for packet in container.demux(stream):
            if packet.pts is None or packet.dts is None or packet.is_corrupt:
                continue
            packet.pts -= shift
            packet.dts -= shift
            if packet.pts >= 0 and packet.size:
                packet.stream = to
                yield float(packet.pts * base), packet
    except av.FFmpegError:
        return


def _frames(
    container: InputContainer, stream: AudioStream, resampler: AudioResampler, begin_s: float
) -> Iterator[tuple[float, AudioFrame]]:
    """Decode and convert, stamped for the new video; what lies before its beginning is left out."""
    base = stream.time_base or Fraction(1, _USUAL_RATE)
    shift = round(begin_s / base)
    try:
        for packet in container.demux(stream):
            try:
                decoded = stream.decode(packet)
            except av.error.InvalidDataError:
                continue  # one broken piece is a short silence, no more
            for frame in decoded:
                if frame.pts is None or frame.pts < shift:
                    continue
                frame.pts -= shift
                frame.time_base = base
                for converted in resampler.resample(frame):
                    yield float((converted.pts or 0) * (converted.time_base or base)), converted
    except av.FFmpegError:
        return
