"""Which pictures does a video or an animation hold, and when was each of them shown?

Reads through FFmpeg (PyAV): true time stamps, rotation, mirroring and the shape of the pixels applied. Does not repair
a file: where it breaks, the pictures end and ``Clip.damage`` says so.
"""

from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Literal

import av
from av.video.frame import VideoFrame

from poses.problem import Problem
from poses.records import Frame
from vision.clip_index import Astray, Index
from vision.media_file import COPY_AGAIN, check_size
from vision.packets import Packets
from vision.upright import Upright

# Where the file does not say how long a frame lasts; what most cameras do.
_USUAL_RATE: Final = 30.0
_MOST_RATE: Final = 1000
# A stamp this much before the one ahead of it begins a new count (joined recordings) rather than being a slip.
_NEW_COUNT_S: Final = 1.0


class Clip:
    """The frames of a video file or an animated GIF, in the order and at the times they are shown.

    Use it as a context manager and iterate over it once. Times count from the first frame shown, which is at 0.0,
    whatever the file's own clock says; they rise strictly.

    Attributes:
        path: The file.
        kind: ``"animation"`` for an animated GIF or PNG, else ``"video"``.
        width: Pixels across, upright and with square pixels, as in each frame.
        height: Pixels down.
        start_s: What the file's own clock says at the first frame; its sound is stamped by that clock.
        duration_s: What the file announces, or None.
        frame_count_estimate: What the file announces or what follows from its duration and rate, or None.
        average_rate: Frames a second on average, or None.
        is_still: Whether there is but one frame.
        is_mirrored: Whether the file asks for its pictures to be mirrored.
        has_audio: Whether there is sound.
        damage: After the iteration: what was found broken, as a clause, else None.
    """

    kind: Literal["video", "animation"]

    def __init__(self, path: Path) -> None:
        """Open the file and decode its first frames.

        Raises:
            Problem: It cannot be read, or nothing in it can be shown.
        """
        self.path = path
        self.damage: str | None = None
        self._packets = Packets(path)
        self._stream, self._container = self._packets.stream, self._packets.container
        try:
            self._prepare()
        except BaseException:
            self._container.close()
            raise

    def _prepare(self) -> None:
        container, path = self._container, self.path
        self.has_audio = bool(container.streams.audio)
        self._stream.codec_context.thread_type = "AUTO"
        self.kind = "animation" if container.format.name in {"gif", "apng"} else "video"
        self._lost_before = 0
        self._shown = 0
        self._decoded = self._decode()
        self._ahead = [frame for frame in (next(self._decoded, None), next(self._decoded, None)) if frame is not None]
        if not self._ahead:
            raise Problem(
                f"Not one picture in {path} could be decoded", "the video is empty or broken from its start", COPY_AGAIN
            )
        self.is_still = len(self._ahead) == 1
        self._measure(self._ahead[0])

    def _measure(self, first: VideoFrame) -> None:
        """Find size, orientation, rate and length."""
        check_size(self.path, first.width, first.height)
        width, height = float(first.width), float(first.height)
        aspect = float(self._stream.sample_aspect_ratio or 1)
        if not 0.2 < aspect < 5.0:  # nobody films so; such a value is a slip in the header
            aspect = 1.0
        # The short side is stretched, so that no detail is thrown away.
        width, height = (width * aspect, height) if aspect > 1 else (width, height / aspect)
        self._upright = Upright(first, (round(width), round(height)))
        self.is_mirrored = self._upright.is_mirrored
        self.width, self.height = self._upright.shown_wh
        rate = self._stream.average_rate or self._stream.guessed_rate
        # An animated PNG announces 100000, the finest step of its clock.
        self.average_rate = float(rate) if rate and rate <= _MOST_RATE else None
        self._step_s = 1.0 / (self.average_rate or _USUAL_RATE)
        self._start = self._stamp(first)
        self.start_s = float(self._start or 0)
        end_s = self._packets.end_s
        self.duration_s = None if end_s is None else end_s - self.start_s
        self.frame_count_estimate: int | None = self._stream.frames or None
        if self.frame_count_estimate is None and self.duration_s and self.average_rate:
            self.frame_count_estimate = round(self.duration_s * self.average_rate)

    def __enter__(self) -> "Clip":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; safe to call twice."""
        self._decoded.close()
        self._ahead.clear()
        self._container.close()

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def frames(self, first: int = 0) -> Generator[Frame, None, None]:
        """The frames from one on; those before it are decoded, since what follows builds on them, and passed over."""
        if not self._ahead:
            raise RuntimeError("a Clip can be iterated over once, while it is open; open the file again")
        ahead, self._ahead = self._ahead, []
        time_s = -self._step_s
        index = 0
        for source in (ahead, self._decoded):
            for frame in source:
                time_s = self._next_time_s(frame, time_s)
                if index >= first:
                    yield Frame(index, time_s, self._upright(frame))
                index += 1
        self.damage = self._packets.damage(self.start_s, time_s, self._packets.lost - self._lost_before)

    def _next_time_s(self, frame: VideoFrame, last_s: float) -> float:
        """Media time of a frame; strictly after ``last_s``, whatever the file says."""
        stamp = self._stamp(frame)
        if stamp is None:
            return last_s + self._step_s
        if self._start is None:
            self._start = stamp - Fraction(last_s + self._step_s)
        time_s = float(stamp - self._start)
        if time_s > last_s:
            return time_s
        if time_s < last_s - _NEW_COUNT_S:
            self._start = stamp - Fraction(last_s + self._step_s)
            return last_s + self._step_s
        return last_s + 0.001  # a repeated or slightly backward stamp; soon the file's own stamps lead again

    def _stamp(self, frame: VideoFrame) -> Fraction | None:
        """The file's own time stamp in seconds, exactly, or None where it has none."""
        # PyAV gives no time base to the frames that the decoder held back to the end.
        base = frame.time_base or self._stream.time_base
        return None if frame.pts is None or base is None else frame.pts * base

    def _decode(self) -> Generator[VideoFrame, None, None]:
        """Decode what can be decoded, counting what cannot."""
        packets = self._packets
        for packet in packets:
            try:
                frames = self._stream.decode(packet)
            except av.FFmpegError:
                packets.lost += 1
                continue
            for frame in frames:
                if frame.is_corrupt:
                    packets.lost += 1
                    continue
                # What cannot be decoded before the first picture is no damage: recordings of a broadcast begin so.
                self._lost_before = packets.lost if self._shown == 0 else self._lost_before
                self._shown += 1
                yield frame

    def part(self, index: Index, first: int, last: int) -> Generator[Frame, None, None]:
        """The frames from one up to another, read from the first one on; any number of parts of an open clip.

        Args:
            index: Of this clip.
            first: Position of the first one in the index, one of its ``begins``.
            last: Position after the last one.

        Raises:
            Astray: What was found there is not what the index promised, and the rest of the part is not given.
        """
        self._decoded.close()
        self._ahead.clear()
        start, stamps = int(index.stamps[0]), index.stamps[first:last].tolist()
        if self._start != start * index.tick_s:
            raise Astray(f"{self.path} begins at {self._start}, not at {start * index.tick_s}")
        at = 0
        try:
            self._container.seek(stamps[0], stream=self._stream)
            for packet in self._packets:
                for frame in self._stream.decode(packet):
                    if frame.pts is not None and frame.pts < stamps[0]:
                        continue  # shown before, stored after; or the file let us begin earlier only
                    if frame.is_corrupt or frame.pts != stamps[at]:
                        raise Astray(f"{self.path} holds {frame.pts} where {stamps[at]} should be")
                    yield Frame(first + at, float((stamps[at] - start) * index.tick_s), self._upright(frame))
                    at += 1
                    if at == len(stamps):
                        return
        except av.FFmpegError as error:
            raise Astray(f"{self.path} cannot be decoded at {stamps[at]}") from error
        raise Astray(f"{self.path} ends before {stamps[at]}")
