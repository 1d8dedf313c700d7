"""The sign that is being given with the arms, as a ring that fills.

Which question this module answers: how somebody at three metres sees that their hand was seen, how long it has still to
be held, and that they can take it back. It stands in that corner of the picture that hides least of them.
"""

import math
from dataclasses import replace

import cv2
import numpy as np

from vision.cards import Box
from vision.palette import CAUTION, INK, PAPER, SHIFT, SKY, TRACK, Colour, Image, fixed
from vision.shapes import arc, disc, rounded
from vision.stage import Stage
from vision.stage_layout import Places
from vision.stage_picture import hidden

# Of the picture's shorter side; the least is a square that can still be made out.
_ACROSS, _LEAST_PX = 0.36, 36


def draw_sign(image: Image, stage: Stage, places: Places) -> Box | None:
    """Lays ring and sign over a corner of what stands in the picture's place of ``image``, in place.

    Returns:
        Where it lies, or None without a sign.
    """
    area = places.area if stage.part == "breathing" else places.picture
    across = round(_ACROSS * min(area.w, area.h))
    if not stage.sign or not math.isfinite(stage.sign_share) or across < _LEAST_PX:
        return None
    inset = round(0.08 * across)
    left = Box(area.x + inset, area.y + inset, across, across)
    right, low = replace(left, x=area.right - inset - across), area.bottom - inset - across
    corners = (left, right, replace(left, y=low), replace(right, y=low))
    box = min(corners, key=lambda corner: hidden(stage, places, corner))
    x, y = box.x + across / 2, box.y + across / 2
    disc(image, x, y, across / 2, INK)
    width = 0.11 * across
    radius = across / 2 - 0.75 * width
    arc(image, (x, y), radius, width, 1.0, TRACK)
    hurts = stage.sign == "arms_crossed"
    arc(image, (x, y), radius, width, stage.sign_share, CAUTION if hurts else SKY)
    size = 2.0 * (radius - width)
    _crossed(image, x, y, size) if hurts else _hand(image, x, y, size)
    return box


def _hand(image: Image, x: float, y: float, size: float) -> None:
    """An open hand, fingers up, centred on a point."""
    finger, gap = 0.115 * size, 0.03 * size
    palm = 4 * finger + 3 * gap
    left, top = x - palm / 2 + 0.05 * size, y + 0.02 * size
    rounded(image, _box(left, top, palm, 0.36 * size), round(0.13 * size), PAPER)
    for number, high in enumerate((0.32, 0.42, 0.4, 0.28)):
        tip = top - high * size
        rounded(
            image,
            _box(left + number * (finger + gap), tip, finger, top - tip + 0.16 * size),
            round(finger / 2),
            PAPER,
        )
    _stroke(image, (left + 0.09 * size, top + 0.22 * size), (left - 0.15 * size, top - 0.04 * size), finger)


def _crossed(image: Image, x: float, y: float, size: float) -> None:
    """Two forearms that cross, with their hands, centred on a point."""
    wide, arm = 0.15 * size, 0.31 * size
    for way, colour, more in ((1.0, INK, 0.0), (-1.0, INK, 0.09 * size), (-1.0, PAPER, 0.0), (1.0, PAPER, 0.0)):
        low, high = (x - way * arm, y + arm), (x + way * 0.86 * arm, y - 0.86 * arm)
        _stroke(image, low, high, wide + more, colour)
        disc(image, high[0], high[1], 0.62 * wide + more / 2, colour)


def _stroke(
    image: Image, start: tuple[float, float], end: tuple[float, float], width: float, colour: Colour = PAPER
) -> None:
    """A line with round ends."""
    way = np.array(end) - np.array(start)
    side = np.array([-way[1], way[0]]) / np.linalg.norm(way) * width / 2
    corners = np.array([np.array(start) + side, np.array(end) + side, np.array(end) - side, np.array(start) - side])
    cv2.fillPoly(image, [fixed(corners)], colour, cv2.LINE_AA, SHIFT)
    for point in (start, end):
        disc(image, *point, width / 2, colour)


def _box(x: float, y: float, w: float, h: float) -> Box:
    return Box(round(x), round(y), max(1, round(w)), max(1, round(h)))
