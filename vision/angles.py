"""The judged angles on the body, and their values beside it.

Which question this module answers: what of the body a value is. Angles are drawn as they are defined, so that the arc
is as large as the number beside it: a knee's flexion is the arc between the shank and the prolonged thigh, which
closes when the leg is straight.
"""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from poses.records import Reading, Verdict
from vision import lettering
from vision.cards import Box, Card, cut_out, lay
from vision.figure import SKETCHES, Stroke, dashes, draw
from vision.palette import COLOURS, INK, PAPER, SHIFT, Colour, Image, Points, fixed, fixed_complex, mark

# Points one after the other, as x + y * 1j.
Outline = list[complex]
# The directions in which a value may stand, from the best one.
_TURNS: Final = tuple(
    cmath.rect(1.0, math.radians(turn)) for turn in (0, 25, -25, 50, -50, 80, -80, 115, -115, 150, -150, 180)
)
# Where the round end of a line has its two corners, from one of its sides.
_ROUND: Final = (math.radians(60.0), math.radians(120.0))


@dataclass(frozen=True, slots=True)
class Sketch:
    """How a reading is drawn on the body.

    Attributes:
        anchor: The point beside which its value may stand.
        away: The direction in radians from there away from the drawing.
        colour: Of its lines.
        strokes: Its straight lines.
        wedge: The translucent area of an angle.
        rings: The dark line around that, and the coloured one within it.
    """

    anchor: tuple[float, float]
    away: float
    colour: Colour
    strokes: tuple[Stroke, ...]
    wedge: Outline = field(default_factory=list)
    rings: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """A value beside a joint: where its drawing ends, in which direction it may go on, and what it says."""

    anchor: tuple[float, float]
    direction: float
    verdict: Verdict
    text: str


def plan(points: Points, reading: Reading, unit: float, level: int) -> Sketch | None:
    """How to draw what a reading measures.

    Args:
        points: ``(33, 2)`` in pixels of the picture.
        reading: What was read.
        unit: Scale of the lines.
        level: How many arcs are already drawn at this joint; each next one is wider.

    Returns:
        The drawing, or None when a landmark is missing or the measure has none.
    """
    form = SKETCHES.get(reading.measure)
    where = [complex(*points[pair[reading.side]].tolist()) for pair in form.points] if form else []
    if not where or form is None or not all(math.isfinite(point.real) for point in where):
        return None
    colour = PAPER if reading.verdict is Verdict.OK else COLOURS[reading.verdict]
    if form.kind in ("ahead", "off_line"):
        return _distance(where, colour, unit)
    vertex, reference, end = where[0], -1j, where[1]
    if form.kind == "joint":
        vertex, reference, end = where[1], where[1] - where[0], where[2]
    elif form.kind == "level":
        reference = complex(math.copysign(1.0, end.real - vertex.real))
    return _arc(vertex, reference, end - vertex, colour, unit, level)


def sketch(image: Image, sketches: Sequence[Sketch]) -> None:
    """Draws sketches into ``image``, in place: first the straight lines of all of them, then the arcs."""
    draw(image, [stroke for each in sketches for stroke in each.strokes])
    for each in sketches:
        if each.wedge:
            _tint(image, each.wedge, each.colour)
        for ring, colour in zip(each.rings, (INK, each.colour), strict=False):
            cv2.fillPoly(image, [fixed_complex(np.array(ring))], colour, cv2.LINE_AA, SHIFT)


def _distance(where: Outline, colour: Colour, unit: float) -> Sketch:
    """A stroke to the second point from a dashed line: that of the first and third, or the vertical of the first."""
    start, at = where[0], where[1]
    if len(where) == 3:
        end, line = where[2], where[2] - start
        foot = start + line * (((at - start) * line.conjugate()).real / max(abs(line) ** 2, 1e-9))
        away = -math.pi / 2
    else:
        end = foot = complex(start.real, at.imag)
        away = math.atan2(-0.6, math.copysign(1.0, at.real - start.real))
    width, case = _widths(unit)
    strokes = (*_guide(start, end, colour, unit), ([at, foot], INK, case), ([at, foot], colour, width))
    return Sketch((at.real, at.imag), away, colour, strokes)


def _arc(vertex: complex, reference: complex, segment: complex, colour: Colour, unit: float, level: int) -> Sketch:
    """An arc at ``vertex`` from the dashed direction ``reference`` to ``segment``, the shorter way round."""
    start = cmath.phase(reference)
    turn = (cmath.phase(segment) - start + math.pi) % (2 * math.pi) - math.pi
    radius = min(max(0.4 * abs(segment), 16 * unit), 46 * unit) + level * 20 * unit
    count = 3 + round(abs(turn) * 5)
    directions = [cmath.rect(1.0, start + turn * index / (count - 1)) for index in range(count)]
    wedge = [vertex, *(vertex + radius * direction for direction in directions)]
    width, case = _widths(unit)
    rings = tuple(_ring(vertex, radius, directions, math.copysign(1.0, turn), each) for each in (case, width))
    # Beside a narrow arc, off the segment; beyond a wide one.
    narrow = abs(turn) < math.radians(50)
    middle = start if narrow else start + turn / 2
    anchor = vertex + cmath.rect(radius, middle)
    away = start - math.copysign(1.1, turn) if narrow else middle
    guide = _guide(vertex, vertex + cmath.rect(radius + 26 * unit, start), colour, unit)
    return Sketch((anchor.real, anchor.imag), away, colour, guide, wedge, rings)


def _ring(vertex: complex, radius: float, directions: Outline, way: float, width: int) -> Outline:
    """The outline of a line along an arc, with round ends.

    Filling it costs a third of drawing the line, of which cv2 makes a quadrangle and two discs for each point.
    """
    # cv2 smooths outside the outline: what is one pixel wide has hardly an inside.
    half = width / 2 if width > 1 else 0.1
    last = [directions[-1] * (radius + half * cmath.rect(1.0, way * turn)) for turn in _ROUND]
    first = [directions[0] * (radius + half * cmath.rect(1.0, -way * turn)) for turn in reversed(_ROUND)]
    outer = [direction * (radius + half) for direction in directions]
    inner = [direction * (radius - half) for direction in reversed(directions)]
    return [vertex + point for point in (*outer, *last, *inner, *first)]


def _tint(image: Image, outline: Outline, colour: Colour) -> None:
    """Fills a translucent area."""
    across, down = [point.real for point in outline], [point.imag for point in outline]
    left, top = max(0, int(min(across)) - 2), max(0, int(min(down)) - 2)
    view = image[top : max(0, int(max(down)) + 3), left : max(0, int(max(across)) + 3)]
    if view.size:
        tinted = view.copy()
        inside = fixed_complex(np.array(outline) - complex(left, top))
        cv2.fillPoly(tinted, [inside], colour, cv2.LINE_AA, SHIFT)
        cv2.addWeighted(tinted, 0.35, view, 0.65, 0, view)


def _widths(unit: float) -> tuple[int, int]:
    """How wide the lines of a sketch are, and the dark ones under them."""
    width = max(1, round(3 * unit))
    return width, width + 2 * max(1, round(1.2 * unit))


def _guide(start: complex, end: complex, colour: Colour, unit: float) -> tuple[Stroke, ...]:
    """A dashed line of reference, on a dark one."""
    width = max(1, round(1.8 * unit))
    case = width + 2 * max(1, round(unit))
    return ([start, end], INK, case), (dashes(start, end, 6 * max(unit, 0.5)), colour, width)


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
        card = _label(tag.text, tag.verdict, size)
        box = _free(tag, (card.w - 2, card.h - 2), (w, h), [*taken, *placed], 7 * unit)
        lay(image, card, box.x - 1, box.y - 1)
        placed.append(box)
    return placed


@lru_cache(maxsize=128)
def _label(text: str, verdict: Verdict, size: int) -> Card:
    """A value on a dark ground with round ends, after the mark of its verdict when that is amiss.

    The card has a margin of a pixel, for what smoothing leaves there.
    """
    flagged = verdict in (Verdict.CAUTION, Verdict.STOP)
    sign = round(size * 1.3) if flagged else 0
    wide = lettering.width(text, size, lettering.BOLD) + sign + round(size * 0.9)
    high = round(size * 1.42)

    def paint(picture: Image) -> None:
        middle = 1 + high / 2
        ends = np.array([[middle, middle], [2 + wide - middle, middle]])
        cv2.polylines(picture, [fixed(ends)], False, INK, high - 1, cv2.LINE_AA, SHIFT)
        if flagged:
            mark(picture, verdict, (1 + size, middle), size * 0.5)
        lettering.write(picture, text, 1 + sign + size * 0.45, middle, size, PAPER, lettering.BOLD)

    return cut_out(wide + 2, high + 2, paint)


def _free(tag: Tag, wh: tuple[int, int], image_wh: tuple[int, int], taken: Sequence[Box], gap: float) -> Box:
    """The place nearest the wanted direction where a tag overlaps nothing, or else where it overlaps least."""
    best = (wh[0] * wh[1] * (len(taken) + 1) + sum(image_wh), Box(0, 0, *wh))
    widest, lowest = max(image_wh[0] - wh[0], 0), max(image_wh[1] - wh[1], 0)
    direction = cmath.rect(1.0, tag.direction)
    for reach in (1.0, 2.2, 3.6):
        for turn in _TURNS:
            across, down = (direction * turn).real, (direction * turn).imag
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
