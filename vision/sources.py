"""Where do the frames of a recording come from? From a video, an animated GIF or a still image, told by its content.

The name of the file is not looked at: a JPEG called ``.mp4`` is a JPEG. Cameras are not opened here.
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, TypeAlias

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from poses.problem import Problem
from poses.records import Frame
from vision.clip import Clip
from vision.media_file import COPY_AGAIN, check_size, read_head
from vision.quiet import quiet_stderr

# What image decoders write to the terminal about a damaged file; the user gets one message instead.
_CHATTER: Final = re.compile(rb"Corrupt JPEG|Premature end|lib(png|jpeg|webp|tiff)|TIFF|\[ *(WARN|ERROR|INFO)|\s*$")

# Brands of a photograph in an MP4-like box, at the ninth byte.
_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx")
_AVIF_BRANDS: Final = (b"avif", b"avis")


class Still:
    """One picture as a recording of one frame at 0.0 s; the attributes are those of ``Clip``."""

    kind: Final[Literal["image"]] = "image"
    duration_s: Final[float | None] = None
    frame_count_estimate: Final[int | None] = 1
    average_rate: Final[float | None] = None
    is_still: Final = True
    has_audio: Final = False
    damage: Final[str | None] = None

    def __init__(self, path: Path) -> None:
        """Read the picture.

        Raises:
            Problem: It is damaged, too large or of a kind that cannot be read.
        """
        self.path = path
        self._image = _read_image(path)
        self.height, self.width = self._image.shape[:2]

    def __enter__(self) -> "Still":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open; here so that every source can be closed."""

    def __iter__(self) -> Iterator[Frame]:
        return self.frames()

    def frames(self, first: int = 0) -> Generator[Frame, None, None]:
        """The picture, unless frames from a later one on are asked for."""
        if first == 0:
            yield Frame(0, 0.0, self._image)


Source: TypeAlias = Clip | Still


def open_source(path: Path) -> Source:
    """Open a recording.

    Args:
        path: A video, an animated GIF or PNG, or a picture.

    Returns:
        A context manager to iterate over once; see ``Clip`` for its attributes.

    Raises:
        Problem: The file is missing or cannot be used; the message says in which way.
    """
    head = read_head(path)
    if head.startswith(b"\x89PNG"):
        # An animated PNG has its "acTL" chunk right after the header.
        return Clip(path) if b"acTL" in head else Still(path)
    if head.startswith((b"\xff\xd8\xff", b"BM")):
        return Still(path)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        if b"ANIM" in head:
            raise Problem(
                f"{path} is an animated WebP", "only its first picture could be read", "Save it as GIF or MP4"
            )
        return Still(path)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        raise Problem(
            f"{path} is a photograph in HEIC form",
            "it cannot be decoded here",
            "Save it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible)",
        )
    if head[4:8] == b"ftyp" and head[8:12] in _AVIF_BRANDS:
        return Still(path)
    return Clip(path)


def _read_image(path: Path) -> NDArray[np.uint8]:
    """Decode a picture as RGB, turned as its EXIF orientation says."""
    width, height = _announced_size(path)
    if width * height == 0:
        raise _damaged(path)
    check_size(path, width, height)
    try:
        # Through numpy: on Windows cv2.imread cannot open every name.
        data = np.fromfile(path, np.uint8)
        with quiet_stderr(_CHATTER):
            image = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
    except (OSError, cv2.error) as error:
        raise _damaged(path) from error
    if image is None:
        raise _damaged(path)
    check_size(path, image.shape[1], image.shape[0])
    return np.ascontiguousarray(image, dtype=np.uint8)


def _announced_size(path: Path) -> tuple[int, int]:
    """Width and height as the header says, (0, 0) where it makes no sense; OpenCV itself would decode 3 GB."""
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            codec = container.streams.video[0].codec_context
            return codec.width, codec.height
    except (av.FFmpegError, IndexError, AttributeError):
        return 0, 0


def _damaged(path: Path) -> Problem:
    return Problem(f"The picture {path} is damaged", "it ends too early or its content makes no sense", COPY_AGAIN)
