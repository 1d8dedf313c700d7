"""Which pictures does a video or an animation hold, and when was each of them shown?

Reads through FFmpeg (PyAV): true time stamps, rotation, mirroring and the shape of the pixels applied. Does not repair
a file: where it breaks, the pictures end and ``Clip.damage`` says so.
"""

from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

import av
import cv2
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from poses.problem import Problem
from poses.records import Frame
from vision.media_file import COPY_AGAIN, check_size, has_its_end, open_container, video_stream

# Where the file does not say how long a frame lasts; what most cameras do.
_USUAL_RATE: Final = 30.0
_MOST_RATE: Final = 1000
# A stamp this much before the one ahead of it begins a new count (joined recordings) rather than being a slip.
_NEW_COUNT_S: Final = 1.0
# Colour matrix of high definition, where an untagged file does not name it.
_HD_HEIGHT: Final = 720
_UNTAGGED: Final = 2
# What may be missing at the end before the file is called broken.
_SHORT: Final = 0.05

_Matrix = tuple[int, int, int, int]


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
        self._container = open_container(path)
        try:
            self._prepare()
        except BaseException:
            self._container.close()
            raise

    def _prepare(self) -> None:
        container, path = self._container, self.path
        self.has_audio = bool(container.streams.audio)
        self._stream = stream = video_stream(container, path)
        stream.codec_context.thread_type = "AUTO"
        self.kind = "animation" if container.format.name in {"gif", "apng"} else "video"
        self._lost = 0
        self._lost_before = 0
        self._shown = 0
        self._read = 0
        self._reached_s = 0.0
        self._reformatter = VideoReformatter()
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
        self._stored_wh = round(width), round(height)
        self._matrix = _display_matrix(first)
        turned = _is_turned(self._matrix)
        self.width, self.height = self._stored_wh[::-1] if turned else self._stored_wh
        rate = self._stream.average_rate or self._stream.guessed_rate
        # An animated PNG announces 100000, the finest step of its clock.
        self.average_rate = float(rate) if rate and rate <= _MOST_RATE else None
        self._step_s = 1.0 / (self.average_rate or _USUAL_RATE)
        self._start = self._stamp(first)
        self.start_s = float(self._start or 0)
        self._end_s = self._announced_end_s()
        self.duration_s = None if self._end_s is None else self._end_s - self.start_s
        self.frame_count_estimate: int | None = self._stream.frames or None
        if self.frame_count_estimate is None and self.duration_s and self.average_rate:
            self.frame_count_estimate = round(self.duration_s * self.average_rate)

    def _announced_end_s(self) -> float | None:
        """When the file says it ends, on its own clock."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(((self._stream.start_time or 0) + self._stream.duration) * self._stream.time_base)
        if self._container.duration is not None:
            return ((self._container.start_time or 0) + self._container.duration) / av.time_base
        return None

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
        if not self._ahead:
            raise RuntimeError("a Clip can be iterated over once, while it is open; open the file again")
        ahead, self._ahead = self._ahead, []
        time_s = -self._step_s
        index = 0
        for source in (ahead, self._decoded):
            for frame in source:
                time_s = self._next_time_s(frame, time_s)
                yield Frame(index, time_s, self._upright(frame))
                index += 1
        self.damage = self._find_damage(time_s)

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
        for packet in self._packets():
            try:
                frames = self._stream.decode(packet)
            except av.FFmpegError:
                self._lost += 1
                continue
            for frame in frames:
                if frame.is_corrupt:
                    self._lost += 1
                    continue
                # What cannot be decoded before the first picture is no damage: recordings of a broadcast begin so.
                self._lost_before = self._lost if self._shown == 0 else self._lost_before
                self._shown += 1
                yield frame

    def _packets(self) -> Iterator["Packet[VideoStream] | None"]:
        """Read the packets of the video as far as the file goes; the last one is None, for what the decoder held back.

        Those of the sound are looked at as well: they tell how far the file really goes.
        """
        try:
            for packet in self._container.demux():
                if packet.is_corrupt:  # the end of the file came in the middle of it
                    self._lost += packet.stream is self._stream
                    continue
                stamp = packet.dts if packet.pts is None else packet.pts
                if packet.size and stamp is not None and packet.time_base is not None:
                    end_s = float((stamp + (packet.duration or 0)) * packet.time_base)
                    self._reached_s = max(self._reached_s, end_s)
                if packet.size and packet.stream is self._stream:
                    self._read += 1
                    yield packet  # type: ignore[misc]  # of the video stream, as was just asked
        except av.FFmpegError:
            self._lost += 1
        yield None

    def _find_damage(self, last_s: float) -> str | None:
        """Say what is missing, once all was read; FFmpeg itself ends a file that was cut off without a word."""
        announced_s = self._end_s
        if announced_s is not None and self._reached_s > 0.0:
            missing_s = announced_s - self._reached_s
            expected = self._stream.frames
            # Where the file tells its number of frames, that and the time must both fall short. The time alone is
            # less exact: sound and picture seldom end together.
            if expected:
                short = missing_s > _SHORT * announced_s and self._read < (1 - _SHORT) * expected
            else:
                short = missing_s > max(1.0, _SHORT * announced_s)
            if short:
                return f"it breaks off at {last_s:.1f} s of {self.duration_s:.1f} s; what follows is missing"
        if not has_its_end(self.path, self._container.format.name):
            return f"it breaks off at {last_s:.1f} s; what follows is missing"
        lost = self._lost - self._lost_before
        if lost:
            pieces = "1 piece" if lost == 1 else f"{lost} pieces"
            return f"it is damaged; {pieces} of it could not be decoded"
        return None

    def _upright(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Convert to RGB with square pixels, turned and mirrored as the file asks."""
        width, height = self._stored_wh
        untagged_hd = frame.colorspace == _UNTAGGED and frame.height >= _HD_HEIGHT
        matrix = Colorspace.ITU709 if untagged_hd else None
        picture = self._reformatter.reformat(
            frame, width, height, "rgb24", src_colorspace=matrix, interpolation="BILINEAR"
        )
        image: NDArray[Any] = picture.to_ndarray()
        a, b, c, d = self._matrix
        if _is_turned(self._matrix):
            image = cv2.transpose(image)
            a, d = c, b
        if a < 0 or d < 0:
            image = cv2.flip(image, -1 if a < 0 and d < 0 else 1 if a < 0 else 0)
        # Rows of a decoded picture are padded; mediapipe misreads such an array without complaint.
        return np.ascontiguousarray(image, dtype=np.uint8)


def _display_matrix(frame: VideoFrame) -> _Matrix:
    """Find how the stored picture is to be turned and mirrored.

    Returns:
        ``(a, b, c, d)``: a stored point (x, y) is shown at (a x + c y, b x + d y), x to the right, y down.
    """
    try:
        data: Any = frame.side_data.get("DISPLAYMATRIX")
    except (ValueError, KeyError):  # PyAV stumbles over any kind of side data that it does not know
        quarter_turns = round(frame.rotation / -90) % 4
        return ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))[quarter_turns]
    if data is None:
        return 1, 0, 0, 1
    a, b, _, c, d, *_ = np.frombuffer(bytes(data), np.int32).tolist()
    return a, b, c, d


def _is_turned(matrix: _Matrix) -> bool:
    """Whether rows become columns; anything between is taken for the nearest quarter turn."""
    a, b, _, _ = matrix
    return abs(b) > abs(a)
