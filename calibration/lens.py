"""Finds a lens from pictures of a printed board: Zhang's method, with a chessboard whose squares know their names.

Which question this module answers: where in a picture are the corners of the board, and which lens explains them all.
The only file of this room that uses OpenCV. The size of the print does not matter: a board twice as large and twice as
far looks the same, so lengths are counted in squares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from calibration import sightings
from calibration.blur import blur_px
from calibration.camera import Lens
from calibration.sightings import Sighting
from poses.problem import Problem

# Nine squares by six fill the width of an A4 page. More would be more corners, but too small to be told apart by a
# webcam of 640 x 480 as soon as the picture is a little soft.
SQUARES: Final = (9, 6)
_MARKER: Final = 0.75
# Fewer corners than this, or corners in fewer rows and columns, tell little and often wrongly.
_LEAST_CORNERS: Final = 12
_LEAST_LINES: Final = 3
# For the way a board faces, before the lens is known: 58 degrees across, as webcams and phones have it.
_NOMINAL_FOCAL: Final = 0.9
# A picture is left out when the model misses its corners by so many times the median, ...
_OUTLIER: Final = 2.5
# ... but never more than this part of them: then they are not the exception.
_MOST_LEFT_OUT: Final = 0.25
# k3 has to lower the error to this part to be believed: noise of a thousand corners lowers it to 0.999.
_WORTH_K3: Final = 0.99
# The error beyond which something is wrong, in thousandths of the diagonal (0.4 pixels at 640 x 480). Sharp pictures of
# a flat board give a quarter of it.
MOST_ERROR: Final = 0.5
# A board that bulges by this part of its width makes the focal length 1 % too short, and one of 3 mm in an A4 page can
# hardly be seen in the error: so it is looked for. To be believed it has to explain this part of the squared error.
MOST_BULGE: Final = 0.003
_WORTH_BULGE: Final = 0.1
# How far the board is bent to see whether that explains the pictures better, in squares.
_TRIED_BULGE: Final = 0.1
# One sigma of the focal length, as a part of it.
MOST_SIGMA: Final = 0.005


@dataclass(frozen=True, slots=True)
class Fitted:
    """A lens, and the names of the pictures that were left out for it."""

    lens: Lens
    left_out: tuple[str, ...]


class Unfit(Problem):
    """Pictures from which no lens can be told.

    Attributes:
        faults: Each thing that is wrong with them, and what to do about it.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(
            f"These pictures do not tell the lens ({'; '.join(faults)})",
            "a lens that is told wrongly makes every angle worse than none",
            "Mend each and try again",
        )
        self.faults = tuple(faults)


@lru_cache(maxsize=1)
def _board() -> cv2.aruco.CharucoBoard:
    markers = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    return cv2.aruco.CharucoBoard(SQUARES, 1.0, _MARKER, markers)


def board_picture(square_px: int) -> NDArray[np.uint8]:
    """The board alone, without a margin: ``uint8 (H, W)``."""
    return np.asarray(_board().generateImage((SQUARES[0] * square_px, SQUARES[1] * square_px)), dtype=np.uint8)


def look(image: NDArray[np.uint8], name: str) -> Sighting | None:
    """Finds the board in a picture.

    Args:
        image: RGB ``uint8 (H, W, 3)``, never mirrored.
        name: Which picture, as the user knows it.

    Returns:
        Where its corners are, None where too few of them can be seen.
    """
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    found, ids, _, _ = _detector().detectBoard(grey)
    if ids is None or len(ids) < _LEAST_CORNERS:
        return None
    corners, numbers = found.reshape(-1, 2).astype(np.float64), ids.ravel().astype(np.int32)
    lines = (numbers // (SQUARES[0] - 1), numbers % (SQUARES[0] - 1))
    if min(len(np.unique(line)) for line in lines) < _LEAST_LINES:
        return None
    height, width = grey.shape
    camera = np.array([[_NOMINAL_FOCAL * width, 0, width / 2], [0, _NOMINAL_FOCAL * width, height / 2], [0, 0, 1.0]])
    # OpenCV counts pixels from the middle of the first, landmarks are counted from the picture's corner.
    corners += 0.5
    done, turned, _ = cv2.solvePnP(_on_board(numbers), corners, camera, None, flags=cv2.SOLVEPNP_IPPE)
    if not done:
        return None
    normal = np.asarray(cv2.Rodrigues(turned)[0], dtype=np.float64)[:, 2]
    return Sighting(name, (width, height), numbers, corners, normal, blur_px(grey, corners, numbers))


def fit(pictures: Sequence[Sighting], on: date) -> Fitted:
    """Finds the lens that explains all pictures; single ones that do not fit are left out.

    Args:
        pictures: What ``look`` found.
        on: Today.

    Raises:
        Unfit: No lens can be told from them; every reason is named.
    """
    told = sightings.faults(pictures)
    if len(pictures) < 3 or len({one.image_wh for one in pictures}) > 1:
        # Nothing can be calculated; what else is wrong is known already.
        raise Unfit(told)
    kept = list(pictures)
    try:
        solved = _solve(kept)
    except cv2.error:
        raise Unfit([*told, "nothing can be calculated from them: take others"]) from None
    worst_allowed = max(_OUTLIER * float(np.median(solved.errors_px)), MOST_ERROR / 1000.0 * kept[0].diagonal_px)
    spoiled = np.flatnonzero(solved.errors_px > worst_allowed)
    left_out: tuple[str, ...] = ()
    if 0 < len(spoiled) <= _MOST_LEFT_OUT * len(kept):
        left_out = tuple(kept[place].name for place in spoiled)
        kept = [one for place, one in enumerate(kept) if place not in spoiled]
        told = sightings.faults(kept)
        if told:
            told.append(f"the board is blurred or bent in {', '.join(left_out)}: take others in their place")
        solved = _solve(kept)
    told += _faults_of(solved, kept)
    lens = None
    try:
        lens = solved.lens(kept[0].image_wh, len(kept), on)
    except ValidationError:
        told.append("the lens that would explain them folds the picture over: hold the board nearer to the edges")
    if told or lens is None:
        raise Unfit(told)
    return Fitted(lens, left_out)


@dataclass(frozen=True, slots=True)
class _Solved:
    """What OpenCV makes of the pictures: camera matrix, distortion, error of all and of each, sigma of the focal."""

    matrix: NDArray[np.float64]
    bend: NDArray[np.float64]
    error_px: float
    errors_px: NDArray[np.float64]
    sigma_px: float

    def lens(self, image_wh: tuple[int, int], pictures: int, on: date) -> Lens:
        k1, k2, p1, p2, k3 = (float(value) for value in self.bend)
        return Lens(
            image_wh=image_wh,
            focal_px=(float(self.matrix[0, 0]), float(self.matrix[1, 1])),
            centre_px=(float(self.matrix[0, 2]), float(self.matrix[1, 2])),
            **{"k1": k1, "k2": k2, "p1": p1, "p2": p2, "k3": k3},
            error_px=self.error_px,
            pictures=pictures,
            on=on,
        )


def _solve(pictures: Sequence[Sighting]) -> _Solved:
    """The simplest lens that explains the corners: k3 only where it is needed.

    In a lens without it, noise of the corners that were seen makes a k3 that bends those that were not.
    """
    simple, full = (_solve_with(pictures, flags) for flags in (cv2.CALIB_FIX_K3, 0))
    return full if full.error_px < _WORTH_K3 * simple.error_px else simple


def _solve_with(
    pictures: Sequence[Sighting], flags: int, near: _Solved | None = None, bulge: tuple[float, float] = (0.0, 0.0)
) -> _Solved:
    """What OpenCV makes of the pictures.

    Args:
        pictures: What was seen.
        flags: Of OpenCV.
        near: A solution that is nearly right already; without one the board has to be flat.
        bulge: By how many squares the board bulges across and down.
    """
    boards = [_on_board(one.ids, bulge).astype(np.float32) for one in pictures]
    corners = [one.corners_px.astype(np.float32) for one in pictures]
    matrix, bend = (np.eye(3), np.zeros(5)) if near is None else (near.matrix.copy(), near.bend.copy())
    flags |= 0 if near is None else cv2.CALIB_USE_INTRINSIC_GUESS
    found: tuple[Any, ...] = cv2.calibrateCameraExtended(
        boards, corners, pictures[0].image_wh, matrix, bend, flags=flags
    )
    error, matrix, bend, _, _, sigmas, _, errors = found
    return _Solved(matrix, np.ravel(bend)[:5], float(error), np.ravel(errors), float(np.max(np.ravel(sigmas)[:2])))


def _bulge(pictures: Sequence[Sighting], solved: _Solved) -> float:
    """By which part of its width the board bulges, 0.0 where it is as good as flat.

    The squared error over the bulge is a parabola, whose lowest point three solutions tell.
    """
    flags = cv2.CALIB_FIX_K3 if solved.bend[4] == 0.0 else 0
    flat = solved.error_px**2
    found = [0.0]
    for across, down in ((_TRIED_BULGE, 0.0), (0.0, _TRIED_BULGE)):
        ways = ((across, down), (-across, -down))
        out, back = (_solve_with(pictures, flags, solved, way).error_px ** 2 for way in ways)
        slope, curve = (out - back) / 2.0, (out + back) / 2.0 - flat
        if curve > 0.0 and slope**2 / (4.0 * curve) > _WORTH_BULGE * flat:
            found.append(abs(slope / (2.0 * curve)) * _TRIED_BULGE / SQUARES[0])
    return max(found)


def _faults_of(solved: _Solved, pictures: Sequence[Sighting]) -> list[str]:
    told = []
    diagonal_px = pictures[0].diagonal_px
    # From one side only, a board that bulges cannot be told from another focal length.
    turned = sightings.turned_deg(pictures) >= sightings.LEAST_TURNED_DEG
    if turned and (bulge := _bulge(pictures, solved)) > MOST_BULGE:
        told.append(f"the board bulges by {100.0 * bulge:.1f} % of its width: fix it to something flat and stiff")
    if not solved.error_px <= MOST_ERROR / 1000.0 * diagonal_px:
        told.append(
            f"the corners of the board are missed by {solved.error_px:.2f} pixels, more than "
            f"{MOST_ERROR / 1000.0 * diagonal_px:.2f}: hold the board still, give it light, and let the camera focus"
        )
    focal = float(min(solved.matrix[0, 0], solved.matrix[1, 1]))
    if not solved.sigma_px <= MOST_SIGMA * focal:
        told.append(
            f"the focal length stays unsure ({focal:.0f} pixels, give or take {solved.sigma_px:.0f}): "
            "tilt the board more, hold it nearer, and take more pictures"
        )
    return told


def _on_board(ids: NDArray[np.int32], bulge: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float64]:
    """Where corners lie on the board, in squares: ``(N, 3)``."""
    corners = np.asarray(_board().getChessboardCorners(), dtype=np.float64)[ids]
    corners[:, 2] = ((2.0 * corners[:, :2] / SQUARES[0] - (1.0, SQUARES[1] / SQUARES[0])) ** 2) @ bulge
    return corners


def _detector() -> cv2.aruco.CharucoDetector:
    return cv2.aruco.CharucoDetector(_board())
