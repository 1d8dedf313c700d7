"""One bar: the limits of a rule, and where the person is between them.

Which question this module answers: where a value lies between the limits of its rule. The bar is a map of the limits,
not a score: nothing on it fills up, and more is not better. Its zones differ in texture as well as in colour: the
target is plain, caution is striped, stop is chequered, and what lies between target and caution is grey.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from poses.exercise import Band, Rule
from poses.records import Reading
from vision.cards import Box, Card, blank, cut_out, lay
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
    def of(cls, rule: Rule, label: str, judged: bool = True) -> "Row":
        """The row of a rule."""
        return cls(label, rule.measure.endswith("_deg"), rule.target, rule.caution, rule.stop, judged)


def span(row: Row) -> tuple[float, float]:
    """The values at both ends of a row's bar."""
    ends = [end for band in (row.target, row.caution, row.stop) for end in (band.min, band.max) if math.isfinite(end)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 0.0)
    if low == high:
        beyond = _AROUND_DEG if row.in_degrees else _AROUND_RATIO
    else:
        # A share as small as a hundredth would be lost in a tenth.
        least = _BEYOND_DEG if row.in_degrees else min(_BEYOND_RATIO, 2.0 * max(-low, high))
        beyond = max(_BEYOND * (high - low), least)
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


@lru_cache(maxsize=64)
def draw(row: Row, w: int, h: int) -> Image:
    """The zones of one bar, ``(h, w, 3)``, with round ends, on the panel's ground; it cannot be written to."""
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
    bar = np.asarray(cv2.resize(big, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
    bar.flags.writeable = False
    return bar


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
    low, high = span(row)
    # How far markers reach out above, below and beside the bar, and how far whiskers do.
    reach, near = math.ceil(1.1 * box.h) + 2, box.h // 2 + 2
    if not low <= reading.value <= high:
        way = 1 if reading.value > high else -1
        lay(image, _arrow(box.h, reach, way), (box.right if way > 0 else box.x) - reach, box.y - reach)
        return
    scale = box.w / (high - low)
    if math.isfinite(reading.sigma):
        first, last = (round(_along(box, (reading.value + side * reading.sigma - low) * scale)) for side in (-1, 1))
        lay(image, _whisker(last - first, box.h, near), box.x + first - near, box.y - near)
    along = round(_along(box, (reading.value - low) * scale) * (1 << SHIFT))
    lay(image, _pin(along % (1 << SHIFT), box.h, reach), box.x + (along >> SHIFT) - reach, box.y - reach)


def _along(box: Box, distance: float) -> float:
    """How far along a bar something stands, kept off its round ends."""
    inset = box.h / 2
    return min(max(distance, inset), box.w - inset)


@lru_cache(maxsize=16)
def _arrow(high: int, reach: int, way: int) -> Card:
    """At an end of the bar, for a value that lies beyond it; the end is in the middle of the card."""
    y = reach + high / 2
    tip = reach + way * high * 0.3

    def paint(picture: Image) -> None:
        for colour, half in ((INK, high * 0.95), (PAPER, high * 0.66)):
            nose = tip + way * (half - high * 0.66) * 0.8
            back = tip - way * half * 1.15
            corners = np.array([[nose, y], [back, y - half], [back, y + half]])
            cv2.fillPoly(picture, [fixed(corners)], colour, cv2.LINE_AA, SHIFT)

    return cut_out(2 * reach, high + 2 * reach, paint)


@lru_cache(maxsize=256)
def _whisker(wide: int, high: int, reach: int) -> Card:
    """A line with a cross-stroke at each end; it begins ``reach`` from the left."""
    y = reach + high / 2
    thin, cross = max(0.5, high * 0.16), high * 0.36

    def paint(picture: Image) -> None:
        for colour, edge in ((INK, max(1.0, high * 0.12)), (PAPER, 0.0)):
            half, tall = thin + edge, cross + edge
            _block(picture, reach, y - half, reach + wide, y + half, colour)
            for x in (reach, reach + wide):
                _block(picture, x - half, y - tall, x + half, y + tall, colour)

    return cut_out(wide + 2 * reach, high + 2 * reach, paint)


def _block(image: Image, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    """A filled upright rectangle, at least one pixel wide and high."""
    x, y = round(left), round(top)
    cv2.rectangle(image, (x, y), (max(x, round(right) - 1), max(y, round(bottom) - 1)), colour, -1)


@lru_cache(maxsize=64)
def _pin(part: int, high: int, reach: int) -> Card:
    """An upright stroke, higher than the bar, ``part`` parts of a pixel to the right of the pixel at ``reach``."""
    scale = 1 << SHIFT
    x, y, tall = reach * scale + part, reach + high / 2, high * 0.62
    thick = max(2, round(high * 0.42))

    def paint(picture: Image) -> None:
        for colour, thickness in ((INK, thick + max(2, round(high * 0.45))), (PAPER, thick)):
            top, bottom = (x, round((y - tall) * scale)), (x, round((y + tall) * scale))
            cv2.line(picture, top, bottom, colour, thickness, cv2.LINE_AA, SHIFT)

    return cut_out(2 * reach + 1, high + 2 * reach, paint)
