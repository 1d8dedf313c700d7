"""One bar: the limits of a rule, and where the person is between them.

Which question this module answers: where a value lies between the limits of its rule. The bar is a map of the limits,
not a score: nothing on it fills up, and more is not better. Its zones differ in texture as well as in colour: the
target is plain, caution is striped, stop is chequered, and what lies between target and caution is grey.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from poses.exercise import Band, Rule
from poses.records import Reading, Verdict
from vision.cards import Box, blank
from vision.palette import CAUTION, INK, OK, PAPER, SHIFT, STOP, TRACK, Colour, Image, fixed

# Bars are drawn this much larger and then reduced, which smooths textures of a few pixels.
_FINE: Final = 4
# How far a bar reaches beyond its outermost limits, as a fraction of the distance between these, and at least.
_BEYOND: Final = 0.24
_BEYOND_DEG: Final = 8.0
_BEYOND_RATIO: Final = 0.1
# The same around a single limit, where no distance between limits tells what is much.
_AROUND_DEG: Final = 30.0
_AROUND_RATIO: Final = 0.3


@dataclass(frozen=True, slots=True)
class Row:
    """What stays the same about one bar from frame to frame."""

    label: str
    in_degrees: bool
    target: Band
    caution: Band
    stop: Band
    judged: bool

    @classmethod
    def of(cls, rule: Rule, reading: Reading, label: str) -> "Row":
        """The row of a reading by a rule."""
        judged = reading.verdict is not Verdict.UNKNOWN and math.isfinite(reading.value)
        return cls(label, reading.measure.endswith("_deg"), rule.target, rule.caution, rule.stop, judged)


def span(row: Row) -> tuple[float, float]:
    """The values at both ends of a row's bar."""
    ends = [end for band in (row.target, row.caution, row.stop) for end in (band.min, band.max) if math.isfinite(end)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 0.0)
    if low == high:
        beyond = _AROUND_DEG if row.in_degrees else _AROUND_RATIO
    else:
        beyond = max(_BEYOND * (high - low), _BEYOND_DEG if row.in_degrees else _BEYOND_RATIO)
    return low - beyond, high + beyond


def place(row: Row, value: float) -> float:
    """Where a value lies on a row's bar, from 0 to 1; a value beyond either end lies at that end."""
    low, high = span(row)
    return min(max((value - low) / (high - low), 0.0), 1.0)


def zones(row: Row) -> tuple[tuple[float, float, Colour], ...]:
    """The parts of a row's bar from left to right: where they begin and end (0 to 1), and their colour."""
    low, high = span(row)
    inner = {end for band in (row.target, row.caution, row.stop) for end in (band.min, band.max) if low < end < high}
    edges = [low, *sorted(inner), high]
    found: list[tuple[float, float, Colour]] = []
    for start, end in pairwise(edges):
        middle = (start + end) / 2
        if row.target.holds(middle):
            colour = OK
        elif row.caution.holds(middle):
            colour = TRACK
        else:
            colour = CAUTION if row.stop.holds(middle) else STOP
        left, right = place(row, start), place(row, end)
        if found and found[-1][2] == colour:
            left = found.pop()[0]
        found.append((left, right, colour))
    return tuple(found)


def draw(row: Row, w: int, h: int) -> Image:
    """The zones of one bar, ``(h, w, 3)``, with round ends, on the panel's ground."""
    big = blank(w * _FINE, h * _FINE)
    gap = round(h * _FINE * 0.1)
    for start, end, colour in zones(row):
        left = round(start * w * _FINE) + (gap if start > 0 else 0)
        right = round(end * w * _FINE) - (gap if end < 1 else 0)
        part = big[:, left:right]
        part[:] = colour if row.judged else TRACK
        if row.judged and part.shape[1]:
            _texture(part, colour)
    radius = h * _FINE // 2
    outside = np.zeros(big.shape[:2], np.uint8)
    cv2.line(outside, (radius, radius), (w * _FINE - radius - 1, radius), 255, h * _FINE)
    big[outside == 0] = INK
    return np.asarray(cv2.resize(big, (w, h), interpolation=cv2.INTER_AREA), np.uint8)


def _texture(part: Image, colour: Colour) -> None:
    """Stripes for caution, a chequer for stop, nothing for the others."""
    h, w = part.shape[:2]
    y, x = np.mgrid[:h, :w]
    if colour == CAUTION:
        part[(x + y) % round(h * 0.9) < h * 0.38] = INK
    elif colour == STOP:
        cell = h / 2
        part[(np.floor(x / cell) + np.floor(y / cell)) % 2 == 0] = INK


def point(image: Image, box: Box, row: Row, reading: Reading) -> None:
    """Draws into ``image``, in place, where the person is on a bar: a marker, and one sigma to both sides.

    Args:
        image: The frame with the bar on it.
        box: The bar's place in the frame.
        row: The row it belongs to.
        reading: What was read; a value beyond the bar becomes an arrow at its end.
    """
    y = box.y + box.h / 2
    low, high = span(row)
    if not low <= reading.value <= high:
        _arrow(image, box, y, 1 if reading.value > high else -1)
        return
    if math.isfinite(reading.sigma):
        ends = [_along(box, place(row, reading.value + side * reading.sigma)) for side in (-1, 1)]
        _whisker(image, ends, y, box.h)
    _pin(image, _along(box, place(row, reading.value)), y, box.h)


def _arrow(image: Image, box: Box, y: float, way: int) -> None:
    """At an end of the bar, for a value that lies beyond it."""
    tip = (box.right if way > 0 else box.x) + way * box.h * 0.3
    for colour, half in ((INK, box.h * 0.95), (PAPER, box.h * 0.66)):
        nose = tip + way * (half - box.h * 0.66) * 0.8
        back = tip - way * half * 1.15
        corners = np.array([[nose, y], [back, y - half], [back, y + half]])
        cv2.fillPoly(image, [fixed(corners)], colour, cv2.LINE_AA, SHIFT)


def _along(box: Box, share: float) -> float:
    """Where on a bar a share of its length ends, kept off its round ends."""
    inset = box.h / 2
    return box.x + min(max(share * box.w, inset), box.w - inset)


def _whisker(image: Image, ends: Sequence[float], y: float, high: float) -> None:
    """A line from end to end with a cross-stroke at each."""
    thin, cross = max(0.5, high * 0.16), high * 0.36
    for colour, edge in ((INK, max(1.0, high * 0.12)), (PAPER, 0.0)):
        wide, tall = thin + edge, cross + edge
        _block(image, ends[0], y - wide, ends[1], y + wide, colour)
        for x in ends:
            _block(image, x - wide, y - tall, x + wide, y + tall, colour)


def _block(image: Image, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    """A filled upright rectangle, at least one pixel wide and high."""
    x, y = round(left), round(top)
    cv2.rectangle(image, (x, y), (max(x, round(right) - 1), max(y, round(bottom) - 1)), colour, -1)


def _pin(image: Image, x: float, y: float, high: float) -> None:
    """An upright stroke, higher than the bar."""
    scale = 1 << SHIFT
    reach = high * 0.62
    top = (round(x * scale), round((y - reach) * scale))
    bottom = (round(x * scale), round((y + reach) * scale))
    thick = max(2, round(high * 0.42))
    for colour, thickness in ((INK, thick + max(2, round(high * 0.45))), (PAPER, thick)):
        cv2.line(image, top, bottom, colour, thickness, cv2.LINE_AA, SHIFT)
