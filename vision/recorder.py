"""How is an annotated video written? As H.264 in MP4 that browsers play, each picture at its true time, with the sound.

No decision is made here about what is drawn.
"""

import contextlib
import math
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from poses.problem import Problem
from vision.soundtrack import Soundtrack

# Measured on a rendered and two real clips of 720p to 994p, against the preset "superfast" with a crf of 23: two thirds
# of the processor time (4 to 5 ms a frame, conversion of the colours aside), files from a sixth smaller to a tenth
# larger, and the same likeness on the real ones (48.1 against 48.0 dB, 50.2 against 50.3). "ultrafast" as it comes
# leaves out what makes files small, of which these two cost hardly anything. "veryfast" costs as much as the poses.
_PRESET: Final = {"preset": "ultrafast", "crf": "26", "x264-params": "cabac=1:no-deblock=0:deblock=0,0"}
# Where the file is made once and carried about often, as the phantom's clips are. Without macroblock trees: with them
# libx264, as PyAV brings it, makes another file each time of the same pictures. 60 noisy pictures of 320 x 240 make
# 23 kB at 35.3 dB, with trees and a crf of 27 25 kB at 35.9.
_COMPACT: Final = {"preset": "veryslow", "crf": "30", "x264-params": "no-mbtree=1"}
# Where the file has to be worth something whenever the program is stopped: in fragments of half a second that can be
# played without what follows, nothing held back by the encoder.
_GROWING: Final = {**_PRESET, "tune": "zerolatency"}
_WHOLE_FILE: Final = {"movflags": "+faststart"}
_FRAGMENTS: Final = {
    "movflags": "+frag_keyframe+empty_moov+default_base_moof",
    "frag_duration": "500000",
    "flush_packets": "1",
}
# Ticks a second: the usual clock of video, of which 24, 25, 30 and 60 frames a second are whole parts.
_CLOCK: Final = 90_000
# A key frame this often, so that one can jump about in the video.
_KEY_FRAME_S: Final = 2.0
_GROWING_KEY_FRAME_S: Final = 1.0
# Code of ITU-R BT.709 in the standards for matrix, primaries and transfer alike; 1 also says limited range.
_BT709: Final = 1


class VideoRecorder:
    """Writes pictures and their times into a video file.

    Use it as a context manager. The file appears under its name when it is closed, complete up to the last picture
    written, also when an exception or Ctrl-C ended the work. Without a picture there is no file. One that is growing is
    there from the first picture on, and what was written stays, whatever happens.
    """

    def __init__(
        self,
        path: Path,
        *,
        width: int,
        height: int,
        rate_hint: float | None,
        audio_from: Path | None = None,
        compact: bool = False,
        growing: bool = False,
    ) -> None:
        """Prepare a recording; nothing is opened before the first picture.

        Args:
            path: The file to write, replaced if it exists.
            width: Of the pictures, in pixels; an odd one is padded by a column, as H.264 needs even ones.
            height: The same downwards.
            rate_hint: Frames a second on average, for the distance of key frames; times are taken from the frames.
            audio_from: The recording whose sound is to be kept, or None.
            compact: Take ten times as long for a file of half the size, the same one each time of the same pictures.
            growing: Write so that the file can be played up to its last second after the program was killed.
        """
        self._path = path
        self._growing = growing
        self._partial = path if growing else path.with_name(f".{path.name}.{os.getpid()}.part")
        self._wh = width, height
        self._rate = Fraction(rate_hint or 30.0).limit_denominator(1001)
        self._audio_from = audio_from
        self._options = _COMPACT if compact else _GROWING if growing else _PRESET
        self._key_s = -math.inf
        self._reformatter = VideoReformatter()
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._sound: Soundtrack | None = None
        self._start_s = 0.0
        self._pts = -1
        self._step = round(_CLOCK / self._rate)
        self._closed = False

    def __enter__(self) -> "VideoRecorder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, image: NDArray[np.uint8], time_s: float) -> None:
        """Add a picture.

        Args:
            image: RGB ``uint8 (height, width, 3)``.
            time_s: Its media time; the video begins with the first one written.

        Raises:
            Problem: The file cannot be written; what was begun is removed.
            RuntimeError: The recorder was closed.
        """
        if self._closed:
            raise RuntimeError("write() was called on a closed VideoRecorder")
        width, height = self._wh
        if image.shape != (height, width, 3):
            raise ValueError(f"a picture of shape {image.shape} was given to a recorder of {width} x {height}")
        with self._telling():
            if self._stream is None or self._container is None:
                self._start_s = time_s
                self._stream, self._container = self._open()
            last = self._pts
            # Strictly rising, as the format demands.
            self._pts = max(last + 1, round((time_s - self._start_s) * _CLOCK))
            self._step = self._pts - last if last >= 0 else self._step
            self._container.mux(self._stream.encode(self._converted(image)))
            if self._sound is not None:
                self._sound.write_until(self._pts / _CLOCK)

    def close(self) -> None:
        """Finish the file and give it its name; safe to call twice.

        Raises:
            Problem: The file cannot be written; what was begun is removed.
        """
        if self._closed:
            return
        self._closed = True
        if self._stream is None or self._container is None:
            self._give_up()  # interrupted while it was being opened
            return
        with self._telling():
            self._container.mux(self._stream.encode(None))
            if self._sound is not None:
                # The last picture is shown for as long as the one before it.
                self._sound.write_until((self._pts + self._step) / _CLOCK)
                self._sound.finish()
            self._container.close()
            self._partial.replace(self._path)

    def _open(self) -> tuple[VideoStream, OutputContainer]:
        # Kept at once, so that it is closed and removed if the rest fails.
        options = dict(_FRAGMENTS if self._growing else _WHOLE_FILE)
        self._container = container = av.open(str(self._partial), "w", format="mp4", options=options)
        gop = max(1, round(self._rate * Fraction(_KEY_FRAME_S)))
        stream = container.add_stream("libx264", rate=self._rate, options={**self._options, "g": str(gop)})
        width, height = self._wh
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        codec = stream.codec_context
        codec.time_base = Fraction(1, _CLOCK)
        codec.colorspace = codec.color_primaries = codec.color_trc = codec.color_range = _BT709
        if self._audio_from is not None:
            self._sound = Soundtrack(self._audio_from, container, self._start_s)
        return stream, container

    def _converted(self, image: NDArray[np.uint8]) -> VideoFrame:
        width, height = self._wh
        if width % 2 or height % 2:
            # The border repeats: a black one would be smeared into the picture by the halved colour planes.
            padded = cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
            image = padded.astype(np.uint8, copy=False)
        if self._options is _COMPACT:
            # Clips that come with the program were made so; another rounding would be another file.
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            frame = self._reformatter.reformat(
                frame, format="yuv420p", dst_colorspace=Colorspace.ITU709, interpolation="BILINEAR"
            )
        else:
            frame = VideoFrame.from_ndarray(_yuv420p(image), format="yuv420p")
        frame.pts = self._pts
        frame.time_base = Fraction(1, _CLOCK)
        # By the clock, since a camera may give fewer pictures than it promised.
        if self._growing and self._pts / _CLOCK - self._key_s >= _GROWING_KEY_FRAME_S:
            self._key_s = self._pts / _CLOCK
            frame.pict_type = PictureType.I
        return frame

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn a failure to write into a Problem, and leave no half file behind."""
        try:
            yield
        except (av.FFmpegError, OSError) as error:
            self._give_up()
            raise Problem(
                f"The video {self._path} cannot be written ({error.strerror or error})",
                "the rest of the work does not depend on it, but this file would be incomplete",
                "Check that the folder exists, may be written to and has room left, or do without --video",
            ) from error
        except Problem:
            self._give_up()
            raise

    def _give_up(self) -> None:
        self._closed = True
        if self._sound is not None:
            self._sound.close()
        if self._container is not None:
            with contextlib.suppress(av.FFmpegError, OSError):
                self._container.close()
        if not self._growing:
            self._partial.unlink(missing_ok=True)


def _yuv420p(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The planes of an RGB picture of even size below each other, by BT.709 in the limited range (ITU-R BT.709-6).

    Half of what libswscale takes, which has no fast way from RGB; each value is off by one step of 255 at most.
    """
    height, width = image.shape[:2]
    planes = np.empty((height * 3 // 2, width), np.uint8)
    small = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    blue_diff, red_diff = planes[height:].reshape(2, height // 2, width // 2)
    _weighted(cv2.split(image), (0.182586, 0.614231, 0.062007), 16.0, planes[:height])
    # In this order no sum leaves 0 to 255 on the way.
    _weighted(cv2.split(small), (-0.100644, -0.338572, 0.439216), 128.0, blue_diff)
    _weighted(cv2.split(small), (0.439216, -0.398942, -0.040274), 128.0, red_diff)
    return planes


def _weighted(
    channels: Sequence[cv2.typing.MatLike], weights: Sequence[float], offset: float, out: NDArray[np.uint8]
) -> None:
    partly = cv2.addWeighted(channels[0], weights[0], channels[1], weights[1], offset)
    cv2.addWeighted(partly, 1.0, channels[2], weights[2], 0.0, dst=out)
