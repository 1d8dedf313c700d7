"""The judged angles on the body, and their values beside it.

Which question this module answers: what of the body a value is. Angles are drawn as they are defined, so that the arc
is as large as the number beside it: a knee's flexion is the arc between the shank and the prolonged thigh, which
closes when the leg is straight.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from poses.records import Reading, Verdict
from vision import lettering
from vision.cards import Box
from vision.figure import SKETCHES, dashes
from vision.palette import COLOURS, INK, PAPER, SHIFT, Colour, Image, Points, fixed, mark

# Where a value may stand: a point, and the direction in radians away from the drawing.
Place = tuple[tuple[float, float], float]


@dataclass(frozen=True, slots=True)
class Tag:
    """A value beside a joint: where its drawing ends, in which direction it may go on, and what it says."""

    anchor: tuple[float, float]
    direction: float
    verdict: Verdict
    text: str


def sketch(image: Image, points: Points, reading: Reading, unit: float, level: int) -> Place | None:
    """Draws what a reading measures into ``image``, in place.

    Args:
        image: RGB frame that is changed.
        points: ``(33, 2)`` in its pixels.
        reading: What was read.
        unit: Scale of the lines.
        level: How many arcs are already drawn at this joint; each next one is wider.

    Returns:
        Where its value may stand, or None when a landmark is missing.
    """
    plan = SKETCHES.get(reading.measure)
    where = points[[pair[reading.side] for pair in plan.points]] if plan else points[:0]
    if plan is None or not np.isfinite(where).all():
        return None
    colour = PAPER if reading.verdict is Verdict.OK else COLOURS[reading.verdict]
    if plan.kind in ("ahead", "off_line"):
        return _distance(image, where, colour, unit)
    vertex, reference, end = where[0], np.array([0.0, -1.0]), where[1]
    if plan.kind == "joint":
        vertex, reference, end = where[1], where[1] - where[0], where[2]
    elif plan.kind == "level":
        reference = np.array([math.copysign(1.0, end[0] - vertex[0]), 0.0])
    return _arc(image, vertex, reference, end - vertex, colour, unit, level)


def _distance(image: Image, where: Points, colour: Colour, unit: float) -> Place:
    """A stroke to the second point from a dashed line: that of the first and third, or the vertical of the first."""
    start, at = where[0], where[1]
    if len(where) == 3:
        end, line = where[2], where[2] - start
        foot = start + line * (float((at - start) @ line) / max(float(line @ line), 1e-9))
        away = -math.pi / 2
    else:
        end = foot = np.array([start[0], at[1]])
        away = math.atan2(-0.6, math.copysign(1.0, at[0] - start[0]))
    _guide(image, start, end, colour, unit)
    _stroke(image, np.stack([at, foot]), colour, unit)
    return (float(at[0]), float(at[1])), away


def _arc(
    image: Image, vertex: Points, reference: Points, segment: Points, colour: Colour, unit: float, level: int
) -> Place:
    """An arc at ``vertex`` from the dashed direction ``reference`` to ``segment``, the shorter way round."""
    start = math.atan2(reference[1], reference[0])
    turn = (math.atan2(segment[1], segment[0]) - start + math.pi) % (2 * math.pi) - math.pi
    longest = float(np.hypot(*segment))
    radius = min(max(0.4 * longest, 16 * unit), 46 * unit) + level * 20 * unit
    unit_vector = np.array([math.cos(start), math.sin(start)])
    _guide(image, vertex, vertex + unit_vector * (radius + 26 * unit), colour, unit)
    outline = np.empty((4 + round(abs(turn) * 5), 2))
    outline[0] = vertex
    angles = start + turn * np.arange(len(outline) - 1) / (len(outline) - 2)
    outline[1:, 0] = vertex[0] + radius * np.cos(angles)
    outline[1:, 1] = vertex[1] + radius * np.sin(angles)
    rim = outline[1:]
    _wedge(image, outline, radius, colour)
    _stroke(image, rim, colour, unit)
    # Beside a narrow arc, off the segment; beyond a wide one.
    narrow = abs(turn) < math.radians(50)
    middle = start if narrow else start + turn / 2
    away = start - math.copysign(1.1, turn) if narrow else middle
    return (float(vertex[0] + radius * math.cos(middle)), float(vertex[1] + radius * math.sin(middle))), away


def _wedge(image: Image, outline: Points, radius: float, colour: Colour) -> None:
    """A translucent area that reaches no farther than ``radius`` from its first point."""
    x, y = float(outline[0, 0]), float(outline[0, 1])
    left, top = max(0, int(x - radius) - 2), max(0, int(y - radius) - 2)
    view = image[top : max(0, int(y + radius) + 3), left : max(0, int(x + radius) + 3)]
    if view.size:
        tinted = view.copy()
        cv2.fillPoly(tinted, [fixed(outline - (left, top))], colour, cv2.LINE_AA, SHIFT)
        cv2.addWeighted(tinted, 0.35, view, 0.65, 0, view)


def _stroke(image: Image, line: Points, colour: Colour, unit: float) -> None:
    """A line with a dark casing."""
    width = max(1, round(3 * unit))
    for tint, weight in ((INK, width + 2 * max(1, round(1.2 * unit))), (colour, width)):
        cv2.polylines(image, [fixed(line)], False, tint, weight, cv2.LINE_AA, SHIFT)


def _guide(image: Image, start: Points, end: Points, colour: Colour, unit: float) -> None:
    """A dashed line of reference, on a dark one."""
    width = max(1, round(1.8 * unit))
    case = width + 2 * max(1, round(unit))
    cv2.polylines(image, [fixed(np.stack([start, end]))], False, INK, case, cv2.LINE_AA, SHIFT)
    cv2.polylines(image, dashes(start, end, 6 * max(unit, 0.5)), False, colour, width, cv2.LINE_AA, SHIFT)


def tags(image: Image, wanted: Sequence[Tag], taken: Sequence[Box], unit: float) -> list[Box]:
    """Writes values beside their joints into ``image``, in place, where there is room.

    Args:
        image: RGB frame that is changed.
        wanted: What to write, most important first; those whose anchor lies outside the frame are left out.
        taken: Where nothing may be written.
        unit: Scale of the letters.

    Returns:
        Where the tags are, in the order in which they were written.
    """
    h, w = image.shape[:2]
    size = max(11, round(23 * unit))
    placed: list[Box] = []
    for tag in wanted:
        x, y = tag.anchor
        if not (0 <= x < w and 0 <= y < h):
            continue
        flagged = tag.verdict in (Verdict.CAUTION, Verdict.STOP)
        sign = round(size * 1.3) if flagged else 0
        wide = lettering.width(tag.text, size, lettering.BOLD) + sign + round(size * 0.9)
        box = _free(tag, (wide, round(size * 1.42)), (w, h), [*taken, *placed], 7 * unit)
        _pill(image, box)
        middle = box.y + box.h / 2
        if flagged:
            mark(image, tag.verdict, (box.x + size * 1.0, middle), size * 0.5)
        lettering.write(image, tag.text, box.x + sign + size * 0.45, middle, size, PAPER, lettering.BOLD)
        placed.append(box)
    return placed


def _free(tag: Tag, wh: tuple[int, int], image_wh: tuple[int, int], taken: Sequence[Box], gap: float) -> Box:
    """The place nearest the wanted direction where a tag overlaps nothing, or else where it overlaps least."""
    best = (wh[0] * wh[1] * (len(taken) + 1) + sum(image_wh), Box(0, 0, *wh))
    widest, lowest = max(image_wh[0] - wh[0], 0), max(image_wh[1] - wh[1], 0)
    for reach in (1.0, 2.2, 3.6):
        for turn in (0, 25, -25, 50, -50, 80, -80, 115, -115, 150, -150, 180):
            angle = tag.direction + math.radians(turn)
            across, down = math.cos(angle), math.sin(angle)
            away = reach * (gap + abs(across) * wh[0] / 2 + abs(down) * wh[1] / 2)
            x = round(tag.anchor[0] + across * away - wh[0] / 2)
            y = round(tag.anchor[1] + down * away - wh[1] / 2)
            kept_x, kept_y = min(max(x, 0), widest), min(max(y, 0), lowest)
            cost = abs(kept_x - x) + abs(kept_y - y)
            if cost < best[0]:
                kept = Box(kept_x, kept_y, *wh)
                cost += sum(kept.overlap(other) for other in taken)
                if cost == 0:
                    return kept
                best = min(best, (cost, kept), key=lambda found: found[0])
    return best[1]


def _pill(image: Image, box: Box) -> None:
    """A dark ground with round ends."""
    radius = box.h / 2
    line = np.array([[box.x + radius, box.y + radius], [box.right - radius, box.y + radius]])
    cv2.polylines(image, [fixed(line)], False, INK, box.h - 1, cv2.LINE_AA, SHIFT)
