"""The trunk of somebody who lies, cut out of a picture in small squares, and how far each square has shifted.

Which question this module answers: by how many pixels of the cut-out, to a small fraction, has each square gone up or
down since a picture that it is compared with (B. Lucas and T. Kanade, IJCAI 1981, along one direction only). Where
belly and chest are is asked in ``breath_motion``.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]
Ints = NDArray[np.int64]

# The cut-out: so many of its pixels to a length of the trunk; from above the shoulders to the hips, from the line
# between them to above the belly of anybody.
TRUNK_PX: Final = 160.0
_ALONG: Final = (-0.05, 1.05)
_UP: Final = (-0.05, 0.45)
_SQUARE: Final = 16
COLUMNS: Final = round((_ALONG[1] - _ALONG[0]) * TRUNK_PX) // _SQUARE
ROWS: Final = round((_UP[1] - _UP[0]) * TRUNK_PX) // _SQUARE
_WH: Final = (COLUMNS * _SQUARE, ROWS * _SQUARE)
# Soft enough that a shift of two pixels still looks alike at its edges.
_SOFT_PX: Final = 1.5
# Steps of the search for a shift, and the longest step and shift.
_STEPS: Final = 3
_LONGEST_STEP_PX: Final = 1.5
FARTHEST_PX: Final = 14.0
# Below this much contrast (squares of brightness steps) a square tells nothing of its own.
FAINT: Final = 500.0


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """What a picture looked like.

    Attributes:
        looks: ``(B, 16, 16)`` brightness of each square.
        slopes: ``(B, 16, 16)`` how fast that grows downwards, its mean taken off.
        contrast: ``(B,)`` sum of the slopes' squares.
    """

    looks: Float32s
    slopes: Float32s
    contrast: Floats


def squares_of(soft: Float32s) -> Squares:
    """The squares of a cut-out."""
    looks, slopes = _in_squares(soft), _in_squares(np.gradient(soft, axis=0).astype(np.float32))
    slopes = slopes - slopes.mean(axis=(1, 2), keepdims=True)
    return Squares(looks, slopes, np.einsum("byx,byx->b", slopes, slopes).astype(np.float64))


def cut_out(image: NDArray[np.uint8], ends: Floats) -> Float32s:
    """The trunk, shoulders left and the body's upward direction up, grey and a little soft, ``(rows, columns)``."""
    way = ends[1] - ends[0]
    scale = float(np.hypot(*way)) / TRUNK_PX
    along = way / np.hypot(*way)
    up = np.array([along[1], -along[0]])
    up = up if up[1] < 0.0 else -up
    corner = ends[0] + scale * TRUNK_PX * (_ALONG[0] * along + _UP[1] * up)
    matrix = np.column_stack([scale * along, -scale * up, corner])
    # Only what is needed is made grey, and a large picture is made smaller with all of its pixels counted.
    corners = matrix @ np.array([[0, _WH[0], 0, _WH[0]], [0, 0, _WH[1], _WH[1]], [1, 1, 1, 1]], np.float64)
    height, width = image.shape[:2]
    low = np.clip(np.floor(corners.min(axis=1)).astype(int) - 2, 0, [width - 1, height - 1])
    high = np.clip(np.ceil(corners.max(axis=1)).astype(int) + 3, low + 1, [width, height])
    part = cv2.cvtColor(np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]]), cv2.COLOR_RGB2GRAY)
    matrix[:, 2] -= low
    smaller = max(1, round(scale))
    if smaller > 1:
        wanted = (max(1, part.shape[1] // smaller), max(1, part.shape[0] // smaller))
        factors = np.array(wanted) / np.array([part.shape[1], part.shape[0]])
        part = cv2.resize(part, wanted, interpolation=cv2.INTER_AREA)
        # Middles of pixels, not their corners, keep their places.
        matrix = factors[:, None] * matrix
        matrix[:, 2] += 0.5 * factors - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(part.astype(np.float32), matrix, _WH, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(cut, (0, 0), _SOFT_PX), np.float32)


def _in_squares(picture: Float32s) -> Float32s:
    """``(B, 16, 16)``, row by row."""
    cut = picture.reshape(ROWS, _SQUARE, COLUMNS, _SQUARE).swapaxes(1, 2)
    return np.ascontiguousarray(cut.reshape(-1, _SQUARE, _SQUARE))


_ROW_OF: Final[Ints] = np.repeat(np.arange(ROWS), COLUMNS)[:, None] * _SQUARE + np.arange(_SQUARE)
_COLUMN_OF: Final[Ints] = np.tile(np.arange(COLUMNS), ROWS)[:, None] * _SQUARE + np.arange(_SQUARE)


def shifted(soft: Float32s, held: Squares, shifts: Floats) -> tuple[Floats, Floats]:
    """How far each square has gone down the cut-out, from where it was before; and how alike it looks."""
    found, here = shifts, held.looks
    for _ in range(_STEPS + 1):
        rows = np.clip(_ROW_OF + found[:, None], 0.0, _WH[1] - 1.001)
        upper = rows.astype(np.int64)
        part = (rows - upper).astype(np.float32)[:, :, None]
        columns = _COLUMN_OF[:, None, :]
        here = soft[upper[:, :, None], columns] * (1.0 - part) + soft[upper[:, :, None] + 1, columns] * part
        differs = here - held.looks
        # What changes in all of a square is light, not motion.
        differs -= differs.mean(axis=(1, 2), keepdims=True)
        step = np.einsum("byx,byx->b", held.slopes, differs) / (held.contrast + FAINT)
        found = np.clip(found - np.clip(step, -_LONGEST_STEP_PX, _LONGEST_STEP_PX), -FARTHEST_PX, FARTHEST_PX)
    return found, _alike(here, held)


def _alike(here: Float32s, held: Squares) -> Floats:
    """Correlation of each square with what it was."""
    now = here - here.mean(axis=(1, 2), keepdims=True)
    then = held.looks - held.looks.mean(axis=(1, 2), keepdims=True)
    both = np.einsum("byx,byx->b", now, then)
    norm = np.sqrt(np.einsum("byx,byx->b", now, now) * np.einsum("byx,byx->b", then, then))
    return np.asarray(both / np.maximum(norm, 1e-6), np.float64)
