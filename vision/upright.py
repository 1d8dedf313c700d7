"""How does a decoded picture become what is to be seen? As RGB with square pixels, turned and mirrored as asked."""

from typing import Any, Final

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter
from numpy.typing import NDArray

# Colour matrix of high definition, where an untagged file does not name it.
_HD_HEIGHT: Final = 720
_UNTAGGED: Final = 2

_Matrix = tuple[int, int, int, int]


class Upright:
    """Converts the pictures of one recording.

    Attributes:
        shown_wh: Width and height of what comes out.
        is_mirrored: Whether the file asks for its pictures to be mirrored.
    """

    def __init__(self, first: VideoFrame, stored_wh: tuple[int, int]) -> None:
        """Find how the recording is turned.

        Args:
            first: Its first picture.
            stored_wh: Width and height with square pixels, before anything is turned.
        """
        self._stored_wh = stored_wh
        self._matrix = _display_matrix(first)
        self._turned = _is_turned(self._matrix)
        a, b, c, d = self._matrix
        self.is_mirrored = a * d - b * c < 0
        self._reformatter = VideoReformatter()
        self.shown_wh = stored_wh[::-1] if self._turned else stored_wh

    def __call__(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Convert one picture to RGB ``uint8 (H, W, 3)``, contiguous."""
        width, height = self._stored_wh
        untagged_hd = frame.colorspace == _UNTAGGED and frame.height >= _HD_HEIGHT
        matrix = Colorspace.ITU709 if untagged_hd else None
        # Several recordings are read side by side; threads of its own would only get in each other's way.
        picture = self._reformatter.reformat(
            frame, width, height, "rgb24", src_colorspace=matrix, interpolation="BILINEAR"
        )
        image: NDArray[Any] = picture.to_ndarray()
        a, b, c, d = self._matrix
        if self._turned:
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
