"""Where everything stands in the live window.

Which question this module answers: how a window of any size is divided, so that nothing that is said lies over the
person. The cue has a band of its own beside the picture and never wanders: who looks up for a second must find it
without searching. The picture is never cropped, since somebody who is told to step back has to see why.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from vision.cards import Box
from vision.lettering import CAP

# Capitals of the cue are at least this share of the height of a wide window: 11 mm on a laptop, read from three metres.
CUE_CAP: Final = 1 / 18
# Windows with a shorter side below this show the picture alone.
LEAST: Final = 160


@dataclass(frozen=True, slots=True)
class Places:
    """The fixed places of one size of window and one shape of picture, in pixels.

    Attributes:
        wh: Size of the window.
        unit: Scale of lines and letters: 1 at 1280x720 and at 720x1280.
        area: What the picture is centred in, or what stands in its stead.
        picture: The picture in it.
        rail: Title, side, ring, repetitions and progress.
        band: The cue and the hint, up to the window's edges.
        cue: Size of the cue's letters when they fit.
    """

    wh: tuple[int, int]
    unit: float
    area: Box
    picture: Box
    rail: Box
    band: Box
    cue: int


@lru_cache(maxsize=16)
def places(window_wh: tuple[int, int], picture_wh: tuple[int, int]) -> Places:
    """Divides a window.

    Args:
        window_wh: Width and height of the window in pixels.
        picture_wh: Width and height of the camera's picture; only their ratio matters.
    """
    w, h = window_wh
    if min(w, h) < LEAST:
        whole, none = Box(0, 0, w, h), Box(0, 0, 0, 0)
        return Places(window_wh, min(w, h) / 720, whole, _within(whole, picture_wh), none, none, 0)
    if w < h:
        return _high(window_wh, picture_wh)
    below, beside = _band_below(window_wh, picture_wh), _band_beside(window_wh, picture_wh)
    # A high picture, as of a telephone on its edge, would be tiny above the band.
    return beside if _area(beside.picture) > 1.15 * _area(below.picture) else below


def _band_below(window_wh: tuple[int, int], picture_wh: tuple[int, int]) -> Places:
    """Rail, picture to its right, and the band under both."""
    w, h = window_wh
    unit = min(w / 1280, h / 720)
    margin, gap = round(20 * unit), round(24 * unit)
    band_high = round(0.245 * h)
    high = h - band_high - 2 * margin
    wide = _within(Box(0, 0, w - 2 * margin - gap - round(0.23 * w), high), picture_wh).w
    rail = Box(margin, margin, min(w - 2 * margin - gap - wide, round(0.34 * w)), high)
    area = Box(rail.right + gap, margin, w - margin - rail.right - gap, high)
    band = Box(0, h - band_high, w, band_high)
    return Places(window_wh, unit, area, _within(area, picture_wh), rail, band, _largest(unit, h))


def _band_beside(window_wh: tuple[int, int], picture_wh: tuple[int, int]) -> Places:
    """The picture at the right from top to bottom; the rail and the band under it at the left."""
    w, h = window_wh
    unit = min(w / 1280, h / 720)
    margin, gap = round(20 * unit), round(24 * unit)
    picture = _within(Box(0, 0, round(0.5 * w), h - 2 * margin), picture_wh)
    left = w - margin - picture.w
    area = Box(left, margin, picture.w, h - 2 * margin)
    band_high = round(0.46 * h)
    band = Box(0, h - band_high, left - gap, band_high)
    rail = Box(margin, margin, left - gap - margin, h - band_high - 2 * margin)
    return Places(window_wh, unit, area, _within(area, picture_wh), rail, band, _largest(unit, h))


def _high(window_wh: tuple[int, int], picture_wh: tuple[int, int]) -> Places:
    """Picture, band and rail from top to bottom."""
    w, h = window_wh
    unit = min(w / 720, h / 1280)
    margin = round(20 * unit)
    picture = _within(Box(0, 0, w - 2 * margin, round(0.46 * h)), picture_wh)
    # What stands in the picture's stead needs some height, whatever the picture's shape.
    area = Box(margin, margin, w - 2 * margin, max(picture.h, round(0.3 * h)))
    rail_high = round(0.26 * h)
    rail = Box(margin, h - rail_high - margin, w - 2 * margin, rail_high)
    top = area.bottom + margin
    band = Box(0, top, w, rail.y - margin - top)
    return Places(window_wh, unit, area, _within(area, picture_wh), rail, band, _largest(unit, 720 * unit))


def _largest(unit: float, high: float) -> int:
    """Size of the cue's letters: well over the least where the cue is short."""
    return max(round(76 * unit), -int(-high * CUE_CAP // CAP))


def _within(box: Box, wh: tuple[int, int]) -> Box:
    """The largest rectangle of a picture's shape in the middle of a box."""
    scale = min(box.w / wh[0], box.h / wh[1])
    w, h = max(1, min(box.w, round(wh[0] * scale))), max(1, min(box.h, round(wh[1] * scale)))
    return Box(box.x + (box.w - w) // 2, box.y + (box.h - h) // 2, w, h)


def _area(box: Box) -> int:
    return box.w * box.h
