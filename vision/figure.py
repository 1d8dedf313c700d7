"""The person as lines: the skeleton in the colours of the verdicts.

Which question this module answers: which parts of the body a reading is about, and how they look.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.records import Float32Array, Reading, Verdict
from vision.palette import COLOURS, INK, PAPER, SEVERITY, SHIFT, Colour, Image, Points, fixed

_NEUTRAL: Final[Colour] = (222, 229, 237)
# Landmarks below this are guesses more than sightings; their bones are dashed.
_SEEN: Final = 0.5
# Landmarks farther from the picture than this many times its longer side are not drawn: the model has lost them.
_FAR: Final = 3.0

# The two lines of the face tell which way it looks; dots at the ears would only clutter it.
_JOINTS: Final = tuple(sorted({end for bone in skeleton.BONES for end in bone} - set(skeleton.EARS)))

Bone = tuple[int, int]
Landmarks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """How a measure is shown on the body; each landmark is a pair, left and right.

    Attributes:
        kind: joint: the arc at the second point, from the prolonged line of the first two to the third. upright,
            level: the arc at the first point, from the vertical or the horizontal to the second. ahead: how far the
            second lies to the side of the first. off_line: how far the second lies off the line of the other two.
        points: The landmarks the drawing needs.
        chain: Landmarks whose connecting bones take on the verdict.
    """

    kind: Literal["joint", "upright", "level", "ahead", "off_line"]
    points: Landmarks
    chain: Landmarks


_S, _H, _K, _A, _T = skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES, skeleton.FOOT_INDICES
SKETCHES: Final[Mapping[str, Sketch]] = MappingProxyType(
    {
        "hip_opening_deg": Sketch("joint", (_K, _H, _S), (_S, _H, _K)),
        "knee_flexion_deg": Sketch("joint", (_H, _K, _A), (_H, _K, _A)),
        "trunk_inclination_deg": Sketch("upright", (_H, _S), (_S, _H)),
        "thigh_inclination_deg": Sketch("upright", (_K, _H), (_H, _K)),
        "shank_inclination_deg": Sketch("upright", (_A, _K), (_K, _A)),
        "thigh_elevation_deg": Sketch("level", (_H, _K), (_H, _K)),
        "knee_past_toe": Sketch("ahead", (_T, _K), (_K, _A, _T)),
        "bridge_height": Sketch("off_line", (_S, _H, _K), (_S, _H, _K)),
    }
)


def drawable(points: Float32Array, image_wh: tuple[int, int]) -> Points:
    """The landmarks as float64 ``(33, 2)``, with NaN for those that cannot be drawn."""
    kept = np.array(points, np.float64)
    with np.errstate(invalid="ignore"):
        lost = ~(np.abs(kept) <= _FAR * max(image_wh)).all(axis=-1)
    kept[lost] = np.nan
    return kept


def bone_verdicts(readings: Sequence[Reading], praise: bool) -> dict[Bone, Verdict]:
    """The worst verdict on each bone that is judged.

    Args:
        readings: Of one moment.
        praise: Whether OK may be shown; otherwise it counts as UNKNOWN.
    """
    found: dict[Bone, Verdict] = {}
    for reading in readings:
        sketch = SKETCHES.get(reading.measure)
        verdict = Verdict.UNKNOWN if reading.verdict is Verdict.OK and not praise else reading.verdict
        for first, second in pairwise(sketch.chain if sketch else ()):
            bone = (first[reading.side], second[reading.side])
            if bone not in found or SEVERITY[verdict] > SEVERITY[found[bone]]:
                found[bone] = verdict
    return found


def body(image: Image, points: Points, visibility: Float32Array, verdicts: Mapping[Bone, Verdict], unit: float) -> None:
    """Draws the skeleton into ``image``, in place.

    Args:
        image: RGB frame that is changed.
        points: ``(33, 2)`` in its pixels; NaN is left out.
        visibility: ``(33,)``.
        verdicts: Of the bones that are judged; the others stay neutral and thin.
        unit: Scale of the lines, 1 in a picture whose shorter side is 720.
    """
    ends = fixed(np.nan_to_num(points))
    seen: NDArray[np.bool_] = np.isfinite(points[:, 0])
    thin, thick, case = max(1, round(2.4 * unit)), max(2, round(6 * unit)), 2 * max(1, round(1.6 * unit))
    strokes: list[tuple[list[NDArray[np.int32]], Colour, int, Verdict | None]] = []
    for bone in sorted(skeleton.BONES, key=lambda bone: SEVERITY.get(verdicts.get(bone, Verdict.OK), 0)):
        if not (seen[bone[0]] and seen[bone[1]]):
            continue
        verdict = verdicts.get(bone)
        judged = verdict is not None and verdict is not Verdict.UNKNOWN
        weight = thick if judged else thin
        line = [ends[list(bone)]]
        if not min(visibility[bone[0]], visibility[bone[1]]) >= _SEEN:
            line, weight = dashes(points[bone[0]], points[bone[1]], 9 * max(unit, 0.5)), max(1, weight // 2)
        strokes.append((line, COLOURS[verdict] if verdict else _NEUTRAL, weight, verdict))
    for line, _, weight, _ in strokes:
        cv2.polylines(image, line, False, INK, weight + case, cv2.LINE_AA, SHIFT)
    for line, colour, weight, verdict in strokes:
        cv2.polylines(image, line, False, colour, weight, cv2.LINE_AA, SHIFT)
        # A line within the line tells them apart without colour: light for STOP, dark dashes for CAUTION.
        if verdict is Verdict.STOP:
            cv2.polylines(image, line, False, PAPER, max(1, weight // 3), cv2.LINE_AA, SHIFT)
        elif verdict is Verdict.CAUTION and len(line) == 1:
            start, end = line[0] / float(1 << SHIFT)
            core = dashes(start, end, 13 * max(unit, 0.5))
            cv2.polylines(image, core, False, INK, max(1, weight // 3), cv2.LINE_AA, SHIFT)
    _joints(image, ends, seen, thin, thick)


def _joints(image: Image, ends: NDArray[np.int32], seen: NDArray[np.bool_], thin: int, thick: int) -> None:
    """A dot with a casing at each end of a bone; its diameter lies between the widths of both kinds of bone."""
    # In the sixteenths of a pixel that SHIFT means.
    radius = (thin + thick) * 4 + 8
    for index in _JOINTS:
        if seen[index]:
            centre = (int(ends[index, 0]), int(ends[index, 1]))
            cv2.circle(image, centre, radius + 16 * max(1, thin // 2), INK, -1, cv2.LINE_AA, SHIFT)
            cv2.circle(image, centre, radius, PAPER, -1, cv2.LINE_AA, SHIFT)


def dashes(start: Points, end: Points, length: float) -> list[NDArray[np.int32]]:
    """A line in dashes of about ``length`` pixels, with gaps as long; at most 60, which is plenty for any picture."""
    way = end - start
    count = min(60, max(1, round(math.hypot(way[0], way[1]) / (2 * length) + 0.25)))
    along = start + (np.arange(2 * count) / (2 * count - 1))[:, None] * way
    return list(fixed(along.reshape(count, 2, 2)))
