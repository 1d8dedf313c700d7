"""Will a browser show this recording as it is, and if not, how is a copy made that it will?

A copy is H.264 in MP4, or a JPEG of a still. What every common browser plays (Chromium, Firefox, Safari) is left as it
is: H.264 of eight bits in MP4 or MOV, VP8 and VP9 in WebM, turned upright by the file's own mark or not. HEVC, AV1, ten
bits, mirrored pictures, animations and recordings that begin late on their own clock are played by some only, or not
at the times at which they were analysed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from av.stream import Disposition

from poses.problem import Problem
from vision.clip import Clip
from vision.image_file import jpeg_bytes
from vision.media_file import open_container, read_head, video_stream
from vision.recorder import VideoRecorder
from vision.sources import Still, open_source

# A copy is no larger than this on its longer side: it is looked at beside plots, or on a phone.
_LONGEST_PX: Final = 1920
# A recording that begins later than this on its own clock is copied: browsers do not agree about such clocks.
_LATEST_START_S: Final = 0.25
_EIGHT_BITS: Final = frozenset({"yuv420p", "yuvj420p"})
_MP4: Final = frozenset({"h264"})
_WEBM: Final = frozenset({"vp8", "vp9"})


@dataclass(frozen=True, slots=True)
class AsItIs:
    """A recording that browsers play as it is.

    Attributes:
        suffix: What its name must end with, for browsers to know its kind.
        start_s: What its own clock says at its first frame.
    """

    suffix: str
    start_s: float


def plays_as_it_is(path: Path) -> AsItIs | None:
    """How browsers play a recording without a copy, or None where some do not.

    Raises:
        Problem: The file cannot be read.
    """
    with open_source(path) as source:
        if isinstance(source, Still) or source.kind != "video" or source.is_still or source.is_mirrored:
            return None
        start_s = source.start_s
    if not 0.0 <= start_s <= _LATEST_START_S:
        return None
    with open_container(path) as container:
        codec = video_stream(container, path).codec_context
        shown = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
        # Of several pictures each program picks one by rules of its own.
        if len(shown) != 1 or codec.pix_fmt not in _EIGHT_BITS:
            return None
        kinds = container.format.name.split(",")
    if "mp4" in kinds and codec.name in _MP4:
        return AsItIs(".mp4", start_s)
    if "webm" in kinds and codec.name in _WEBM and b"webm" in read_head(path):
        return AsItIs(".webm", start_s)
    return None


def write_video_copy(path: Path, target: Path, should_stop: Callable[[], bool] = lambda: False) -> bool:
    """Writes a copy that browsers play, with the times at which the frames are analysed, and the sound.

    Args:
        path: A video or an animation.
        target: The MP4 file to write.
        should_stop: Asked after each frame; once it says yes, the copy is given up.

    Returns:
        Whether it was written.

    Raises:
        Problem: The recording cannot be read, or the copy cannot be written.
    """
    with open_source(path) as source:
        assert isinstance(source, Clip)
        scale = min(1.0, _LONGEST_PX / max(source.width, source.height))
        # Even lengths, which H.264 needs; a pixel less is a thousandth of the picture.
        width, height = (max(2, 2 * round(length * scale / 2)) for length in (source.width, source.height))
        recorder = VideoRecorder(
            target,
            width=width,
            height=height,
            rate_hint=source.average_rate,
            audio_from=path if source.has_audio else None,
        )
        with recorder:
            for frame in source:
                image = frame.image
                if image.shape[:2] != (height, width):
                    image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
                recorder.write(image, frame.time_s)
                if should_stop():
                    break
            else:
                return True
    target.unlink(missing_ok=True)
    return False


def still_copy(path: Path) -> bytes:
    """A still as JPEG, upright as it was analysed, and without what a camera notes beside the picture.

    Raises:
        Problem: It cannot be read.
    """
    with open_source(path) as source:
        frame = next(iter(source), None)
    if frame is None:
        raise Problem(f"{path} has no picture", "there is nothing to show", "Copy the file again")
    return jpeg_bytes(frame.image)
