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

from poses import skeleton
from poses.records import Float32Array, Reading, Verdict
from vision.palette import COLOURS, INK, PAPER, SEVERITY, SHIFT, Colour, Image, Points, fixed_complex

_NEUTRAL: Final[Colour] = (222, 229, 237)
# Landmarks below this are guesses more than sightings; their bones are dashed.
_SEEN: Final = 0.5
# Landmarks farther from the picture than this many times its longer side are not drawn: the model has lost them.
_FAR: Final = 3.0

# The two lines of the face tell which way it looks; dots at the ears would only clutter it.
_JOINTS: Final = tuple(sorted({end for bone in skeleton.BONES for end in bone} - set(skeleton.EARS)))

# The end of a line that points to the right and is two wide: a half disc in three strokes.
_CAP: Final = np.exp(1j * np.radians([-90.0, -30.0, 30.0, 90.0]))

Bone = tuple[int, int]
# Where lines begin and end, in turn, as x + y * 1j in pixels; their colour, and their width in whole pixels. Lines of
# one stroke must not touch each other.
Stroke = tuple[list[complex], Colour, int]
Landmarks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """How a measure is shown on the body; each landmark is a pair, left and right.

    Attributes:
        kind: joint: the arc at the second point, from the prolonged line of the first two to the third. upright,
            level: the arc at the first point, from the vertical or the horizontal to the second. ahead: how far the
            second lies to the side of the first. off_line: how far the second lies off the line of the other two.
            bones: by its bones alone, since no landmark of the moment shows what it is measured from.
        points: The landmarks the drawing needs.
        chain: Landmarks whose connecting bones take on the verdict.
    """

    kind: Literal["joint", "upright", "level", "ahead", "off_line", "bones"]
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
        "side_lean_deg": Sketch("upright", (_H, _S), (_S, _H)),
        "knee_line_deg": Sketch("joint", (_H, _K, _A), (_H, _K, _A)),
        "trunk_drop": Sketch("bones", (), (_H, _K, _A)),
        "bridge_height": Sketch("off_line", (_S, _H, _K), (_S, _H, _K)),
    }
)
# The bones that take on the verdict on a measure of a side.
_CHAINS: Final[Mapping[tuple[str, int], tuple[Bone, ...]]] = MappingProxyType(
    {
        (measure, side): tuple((first[side], second[side]) for first, second in pairwise(form.chain))
        for measure, form in SKETCHES.items()
        for side in (skeleton.LEFT, skeleton.RIGHT)
    }
)


def drawable(points: Float32Array, image_wh: tuple[int, int]) -> Points:
    """The landmarks as float64 ``(33, 2)``, with NaN for those that cannot be drawn."""
    far = _FAR * max(image_wh)
    # In plain numbers, which compare with NaN in silence.
    return np.array([(x, y) if abs(x) <= far and abs(y) <= far else (math.nan, math.nan) for x, y in points.tolist()])


def bone_verdicts(readings: Sequence[Reading], praise: bool) -> dict[Bone, Verdict]:
    """The worst verdict on each bone that is judged.

    Args:
        readings: Of one moment.
        praise: Whether OK may be shown; otherwise it counts as UNKNOWN.
    """
    found: dict[Bone, Verdict] = {}
    for reading in readings:
        verdict = (
            Verdict.UNKNOWN if reading.verdict is Verdict.OK and (reading.pending or not praise) else reading.verdict
        )
        for bone in _CHAINS.get((reading.measure, reading.side), ()):
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
    places = [complex(x, y) for x, y in points.tolist()]
    seen, sure = [math.isfinite(place.real) for place in places], (visibility >= _SEEN).tolist()
    thin, thick, case = max(1, round(2.4 * unit)), max(2, round(6 * unit)), 2 * max(1, round(1.6 * unit))
    cases: list[Stroke] = []
    lines: list[Stroke] = []
    for bone in sorted(skeleton.BONES, key=lambda bone: SEVERITY.get(verdicts.get(bone, Verdict.OK), 0)):
        if not (seen[bone[0]] and seen[bone[1]]):
            continue
        verdict = verdicts.get(bone)
        weight = thin if verdict is None or verdict is Verdict.UNKNOWN else thick
        start, end = places[bone[0]], places[bone[1]]
        solid = sure[bone[0]] and sure[bone[1]]
        line = [start, end]
        if not solid:
            line, weight = dashes(start, end, 9 * max(unit, 0.5)), max(1, weight // 2)
        cases.append((line, INK, weight + case))
        lines.append((line, COLOURS[verdict] if verdict else _NEUTRAL, weight))
        # A line within the line tells them apart without colour: light for STOP, dark dashes for CAUTION.
        if verdict is Verdict.STOP:
            lines.append((line, PAPER, max(1, weight // 3)))
        elif verdict is Verdict.CAUTION and solid:
            lines.append((dashes(start, end, 13 * max(unit, 0.5)), INK, max(1, weight // 3)))
    draw(image, cases + lines)
    _joints(image, [places[index] for index in _JOINTS if seen[index]], thin, thick)


def _joints(image: Image, places: Sequence[complex], thin: int, thick: int) -> None:
    """A dot with a casing at each end of a bone; its diameter lies between the widths of both kinds of bone."""
    # In the sixteenths of a pixel that SHIFT means.
    scale, radius = 1 << SHIFT, (thin + thick) * 4 + 8
    outer = radius + 16 * max(1, thin // 2)
    for place in places:
        centre = (int(place.real * scale), int(place.imag * scale))
        cv2.circle(image, centre, outer, INK, -1, cv2.LINE_AA, SHIFT)
        cv2.circle(image, centre, radius, PAPER, -1, cv2.LINE_AA, SHIFT)


def draw(image: Image, strokes: Sequence[Stroke]) -> None:
    """Draws straight lines with round ends into ``image``, in place, one stroke after the other.

    Lines are the most of what a frame costs. cv2 draws a thick smooth line as a quadrangle and two whole discs, where
    one outline around all three looks the same and takes two thirds of the time.
    """
    if not strokes:
        return
    ends = np.array([point for points, _, _ in strokes for point in points]).reshape(-1, 2)
    half = np.array([0.5 * width for points, _, width in strokes for _ in points[::2]])
    way = ends[:, 1] - ends[:, 0]
    cap = (half * way / np.maximum(np.abs(way), 1e-9))[:, None] * _CAP
    outlines = fixed_complex(np.concatenate([ends[:, 1:] + cap, ends[:, :1] - cap], axis=1))
    first = 0
    for points, colour, width in strokes:
        last = first + len(points) // 2
        if width == 1:
            cv2.polylines(image, list(fixed_complex(ends[first:last])), False, colour, 1, cv2.LINE_AA, SHIFT)
        elif last == first + 1:
            cv2.fillConvexPoly(image, outlines[first], colour, cv2.LINE_AA, SHIFT)
        else:
            cv2.fillPoly(image, list(outlines[first:last]), colour, cv2.LINE_AA, SHIFT)
        first = last


def dashes(start: complex, end: complex, length: float) -> list[complex]:
    """A line in dashes of about ``length`` pixels, with gaps as long; at most 60, which is plenty for any picture.

    Returns:
        Where each dash begins and ends, in turn. Gaps are never shorter than 0.8 of ``length``.
    """
    way = end - start
    count = min(60, max(1, round(abs(way) / (2 * length) + 0.25)))
    step = way / (2 * count - 1)
    return [start + index * step for index in range(2 * count)]
