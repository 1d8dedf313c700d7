"""Hides the faces in a picture that is to be kept.

Which question this module answers: what of a picture may be seen so that nobody's face can. It goes by the landmarks of
the pose; there is no search for faces. So it errs to the other side: where nobody was found, where the skeleton is no
person's, or where somebody else may be in the picture, all of it is made coarse. Somebody else who has only just come
in is noticed at the next look for company, half a second later at most, or not at all while their head alone is seen.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from poses import company, skeleton
from poses.company import CompanyMemory
from poses.orientation import is_upside_down
from poses.records import Pose

# What is hidden becomes so many squares of one colour each across: a face is two or three of them. All details are gone
# from the file, so nothing can bring them back.
_CELLS: Final = 6
# The whole picture, along its longer side. A face that fills a third of it is five squares.
_CELLS_OF_ALL: Final = 16
# Half of the hidden square, in lengths of the trunk, or of a thigh where that looks longer; with hair a head is half as
# large (de Leva 1996: head 0.24 m, trunk to the shoulders 0.5 m, thigh 0.42 m).
_HALF_TRUNKS, _HALF_THIGHS = 0.42, 0.45
# And so many times as far as the farthest landmark of the head is from its middle, whatever the body looks like.
_HALF_SPANS: Final = 2.2
# Never less than this share of the picture's shorter side.
_LEAST: Final = 0.04
# With no landmark of the head seen better, its place is a guess.
_SURE: Final = 0.5
# A place that is a guess is enlarged, and the last sure one is hidden too, for so long (convention).
_GUESSED, _REMEMBERED_S = 1.5, 1.0

_HEAD: Final = np.arange(skeleton.SHOULDERS[0])
_ENDS: Final = np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES])

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FaceMemory:
    """Where the head was last surely seen, and whether the person is alone.

    Attributes:
        time_s: When that was.
        middle: There, as right + i down, in pixels.
        half_px: Half of the square that hid it.
        company: Of ``poses.company``.
    """

    time_s: float = -math.inf
    middle: complex = 0j
    half_px: float = 0.0
    company: CompanyMemory = CompanyMemory()


def hidden(image: Image, pose: Pose, memory: FaceMemory) -> tuple[Image, FaceMemory]:
    """A copy of a picture without faces.

    Args:
        image: RGB ``uint8 (H, W, 3)``.
        pose: Whom the pose model found in it.
        memory: What the last call returned, for the picture before.
    """
    alone = company.follow(pose, memory.company)
    memory = FaceMemory(memory.time_s, memory.middle, memory.half_px, alone)
    if not pose.found or alone.awaited or is_upside_down(pose.image_px):
        return _coarse(image), memory
    middle, half = _head(pose)
    out = image.copy()
    if float(pose.visibility[_HEAD].max()) >= _SURE:
        _cover(out, middle, half)
        return out, FaceMemory(pose.time_s, middle, half, alone)
    if not 0.0 <= pose.time_s - memory.time_s <= _REMEMBERED_S:
        return _coarse(image), memory
    _cover(out, middle, _GUESSED * half)
    _cover(out, memory.middle, _GUESSED * memory.half_px)
    return out, memory


def _head(pose: Pose) -> tuple[complex, float]:
    """Middle of the head, and half of the square that hides it and its hair."""
    points = pose.shown_px.astype(np.float64)
    head = points[_HEAD]
    middle = head.mean(axis=0)
    shoulders, hips, knees = points[_ENDS]
    trunk = float(np.linalg.norm(shoulders.mean(axis=0) - hips.mean(axis=0)))
    thigh = float(np.linalg.norm(hips - knees, axis=1).max())
    span = float(np.linalg.norm(head - middle, axis=1).max())
    least = _LEAST * min(pose.image_wh)
    return complex(*middle), max(_HALF_TRUNKS * trunk, _HALF_THIGHS * thigh, _HALF_SPANS * span, least)


def _cover(image: Image, middle: complex, half: float) -> None:
    """Makes a square coarse, in place.

    Its squares stand on a grid of the picture, so that they do not glide over the face from picture to picture, from
    which more could be learned than from one.
    """
    cell = max(2, round(2.0 * half / _CELLS))
    h, w = image.shape[:2]
    left, top = ((int(value - half) // cell) * cell for value in (middle.real, middle.imag))
    right, bottom = (-(-int(value + half) // cell) * cell for value in (middle.real, middle.imag))
    x0, y0, x1, y1 = max(0, left), max(0, top), min(w, right), min(h, bottom)
    if x1 > x0 and y1 > y0:
        image[y0:y1, x0:x1] = _mosaic(image[y0:y1, x0:x1], cell)


def _coarse(image: Image) -> Image:
    """All of a picture in squares."""
    return _mosaic(image, max(2, -(-max(image.shape[:2]) // _CELLS_OF_ALL)))


def _mosaic(image: Image, cell: int) -> Image:
    """Squares of their mean colours."""
    h, w = image.shape[:2]
    across, down = max(1, -(-w // cell)), max(1, -(-h // cell))
    small = cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_NEAREST), np.uint8)
