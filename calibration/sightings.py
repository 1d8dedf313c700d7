"""Pictures of the board: which to keep, whether they suffice to tell a lens, and what is still missing.

Which question this module answers: where was the board seen, and where has it to go next. It knows no pictures, only
the corners that were found in them, and no OpenCV.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]

# So few may tell a lens (Zhang 2000, figure 5: little is gained beyond ten); so many are asked for, since some are
# blurred; more are not kept of a clip, since they would only take time.
LEAST_PICTURES: Final = 10
ENOUGH_PICTURES: Final = 20
MOST_PICTURES: Final = 40
# The board has to reach into each corner of the picture, this part of the way from the middle to either edge. There
# the lens bends most, and beyond what was seen its curve is only a guess.
REACH: Final = 0.6
# How much the board has to be turned from picture to picture, root mean square about the mean. Boards that all face one
# way tell the size of the board by the distance, but not the focal length; the nominal one used for this, and a bent
# picture, make up to 10 degrees of nothing.
LEAST_TURNED_DEG: Final = 12.0
# A picture is another one when the board's corners moved by this part of the picture's diagonal on average, ...
MOVED: Final = 0.03
# ... and the board is held still when they moved by less than this from one look to the next, LOOK_EVERY_S later. Most
# cameras expose row after row, in a thirtieth of a second: what moves is skewed by a fifth of that, sharp or not.
STILL: Final = 0.003
LOOK_EVERY_S: Final = 0.15
# Edges that are spread by more are blurred, in thousandths of the diagonal (2 pixels at 640 x 480).
MOST_BLUR: Final = 2.5

CORNERS: Final = ("upper left", "upper right", "lower left", "lower right")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One picture in which the board was found.

    Attributes:
        name: Which picture, as the user knows it.
        image_wh: Its size in pixels.
        ids: ``(N,)``: which corners of the board were found.
        corners_px: ``(N, 2)``: where, from the upper left corner of the picture.
        normal: ``(3,)``: the way the board faces, for a camera of a usual field of view.
        blur_px: Spread of the edges on it, one sigma.
    """

    name: str
    image_wh: tuple[int, int]
    ids: NDArray[np.int32]
    corners_px: Float64Array
    normal: Float64Array
    blur_px: float

    @property
    def diagonal_px(self) -> float:
        """Of the picture."""
        return float(np.hypot(*self.image_wh))

    @property
    def is_sharp(self) -> bool:
        """Whether its corners can be trusted."""
        return self.blur_px <= MOST_BLUR / 1000.0 * self.diagonal_px


def apart(one: Sighting, other: Sighting) -> float:
    """How far the board's corners are from one picture to the other on average, in diagonals of the picture."""
    _, here, there = np.intersect1d(one.ids, other.ids, return_indices=True)
    if not len(here):
        return float("inf")
    moved = one.corners_px[here] - other.corners_px[there]
    return float(np.hypot(*moved.T).mean()) / one.diagonal_px


def with_one_more(kept: tuple[Sighting, ...], new: Sighting, before: Sighting | None) -> tuple[Sighting, ...]:
    """What is kept after one more look: this one too if it is still, sharp and another, or in place of a blurrier one.

    Args:
        kept: What was kept so far, all of one camera.
        new: What was seen now.
        before: What was seen one look earlier, None for nothing.
    """
    if before is None or apart(before, new) > STILL or not new.is_sharp:
        return kept
    alike = [place for place, one in enumerate(kept) if apart(one, new) < MOVED]
    if not alike:
        return (*kept, new) if len(kept) < MOST_PICTURES else kept
    if len(alike) == 1 and new.blur_px < 0.8 * kept[alike[0]].blur_px:
        return (*kept[: alike[0]], new, *kept[alike[0] + 1 :])
    return kept


def corners_missed(sightings: Sequence[Sighting]) -> list[str]:
    """The corners of the picture into which the board never reached."""
    found = [2.0 * one.corners_px / one.image_wh - 1.0 for one in sightings]
    points = np.concatenate(found) if found else np.zeros((0, 2))
    ways = ((-1, -1), (1, -1), (-1, 1), (1, 1))
    return [name for name, way in zip(CORNERS, ways, strict=True) if not (points * way > REACH).all(axis=1).any()]


def turned_deg(sightings: Sequence[Sighting]) -> float:
    """By how much the board faces another way from picture to picture."""
    if not sightings:
        return 0.0
    normals = np.array([one.normal for one in sightings])
    mean = normals.mean(axis=0)
    cosines = normals @ (mean / np.linalg.norm(mean))
    return float(np.sqrt(np.mean(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))) ** 2)))


def faults(sightings: Sequence[Sighting]) -> list[str]:
    """Everything that keeps these pictures from telling a lens; each with its remedy."""
    told = []
    if len(sightings) < LEAST_PICTURES:
        told.append(
            f"the board can be seen well in {len(sightings)} pictures, and at least {LEAST_PICTURES} are needed: "
            "take more, from different places, each held still; a mirrored picture cannot be used"
        )
    sizes = Counter(one.image_wh for one in sightings)
    if len(sizes) > 1:
        each = ", ".join(f"{count} of {w} x {h}" for (w, h), count in sizes.most_common())
        told.append(f"the pictures have different sizes ({each} pixels): take them all with one camera and setting")
    if sightings and (missed := corners_missed(sightings)):
        told.append(
            f"the board never came near the {_listed(missed)} corner of the picture: hold it there too, "
            "part of it may be outside"
        )
    if len(sightings) > 1 and (turned := turned_deg(sightings)) < LEAST_TURNED_DEG:
        told.append(
            f"the board faces nearly the same way in all pictures ({turned:.1f} degrees of difference, "
            f"{LEAST_TURNED_DEG:.0f} are needed), so that the focal length cannot be told: tilt it by 30 degrees and "
            "more, to all sides"
        )
    return told


def next_wish(sightings: Sequence[Sighting]) -> str:
    """What the next picture should show, "" when nothing is missing."""
    if missed := corners_missed(sightings):
        return f"hold the board in the {missed[0]} corner of the picture, as the camera sees it"
    if turned_deg(sightings) < LEAST_TURNED_DEG:
        return "tilt the board by 30 degrees and more, now to this side, now to that"
    if len(sightings) < ENOUGH_PICTURES:
        return "nearer, farther, elsewhere, tilted otherwise"
    return ""


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
