"""Simple shapes with smooth edges, for what is drawn on plain ground.

Which question this module answers: how rounded rectangles, discs, rings, soft discs and textures are drawn. The
textures are those of the bars: stripes for caution, a chequer for stop.
"""

import math
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from poses.records import Verdict
from vision.cards import Box, Card, cut_out
from vision.palette import CAUTION, INK, SHIFT, STOP, Colour, Image, fixed

_SCALE: Final = 1 << SHIFT


def fill(image: Image, box: Box, colour: Colour) -> None:
    """Fills a rectangle into ``image``, in place."""
    if box.w > 0 and box.h > 0:
        cv2.rectangle(image, (box.x, box.y), (box.right - 1, box.bottom - 1), colour, -1)


def rounded(image: Image, box: Box, radius: int, colour: Colour) -> None:
    """Fills a rectangle with round corners into ``image``, in place."""
    radius = max(0, min(radius, box.w // 2, box.h // 2))
    corners = []
    for x, y, first in (
        (box.right - radius, box.y + radius, -90),
        (box.right - radius, box.bottom - radius, 0),
        (box.x + radius, box.bottom - radius, 90),
        (box.x + radius, box.y + radius, 180),
    ):
        turns = np.radians(np.linspace(first, first + 90, 9))
        corners.append(np.stack([x - 0.5 + radius * np.cos(turns), y - 0.5 + radius * np.sin(turns)], axis=-1))
    cv2.fillPoly(image, [fixed(np.concatenate(corners))], colour, cv2.LINE_AA, SHIFT)


def disc(image: Image, x: float, y: float, radius: float, colour: Colour) -> None:
    """Fills a circle into ``image``, in place."""
    cv2.circle(image, (round(x * _SCALE), round(y * _SCALE)), round(radius * _SCALE), colour, -1, cv2.LINE_AA, SHIFT)


def arc(image: Image, middle: tuple[float, float], radius: float, width: float, share: float, colour: Colour) -> None:
    """Draws a share of a ring into ``image``, in place, clockwise from the top and with round ends.

    Args:
        image: RGB picture that is changed.
        middle: Of the ring, in pixels.
        radius: From there to the middle of the line.
        width: Of the line.
        share: How much of the ring, 0 to 1.
        colour: Of the line.
    """
    share = min(max(share, 0.0), 1.0)
    if share == 0.0:
        return
    turns = np.linspace(-math.pi / 2, -math.pi / 2 + 2 * math.pi * share, max(2, round(72 * share)))
    way = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    outer, inner = middle + (radius + width / 2) * way, middle + (radius - width / 2) * way
    if share == 1.0:
        cv2.fillPoly(image, [fixed(outer), fixed(inner)], colour, cv2.LINE_AA, SHIFT)
        return
    cv2.fillPoly(image, [fixed(np.concatenate([outer, inner[::-1]]))], colour, cv2.LINE_AA, SHIFT)
    for end in (way[0], way[-1]):
        x, y = middle + radius * end
        disc(image, x, y, width / 2, colour)


@lru_cache(maxsize=8)
def glow(diameter: int, colour: Colour) -> Card:
    """A disc that is brightest in the middle and fades at its edge, as a card."""
    across = (np.arange(diameter) + 0.5) / diameter * 2 - 1
    distance = np.hypot(across[:, None], across[None, :])
    body = 0.92 - 0.2 * np.clip(distance / 0.8, 0, 1) ** 2
    cover = body * np.clip((1 - distance) / 0.26, 0, 1) ** 1.4
    light = np.rint(cover[..., None] * np.asarray(colour, float)).astype(np.uint8)
    keep = np.repeat(np.rint(255 * (1 - cover)).astype(np.uint8)[..., None], 3, axis=-1)
    light.flags.writeable = keep.flags.writeable = False
    return Card(light, keep)


def texture(w: int, h: int, verdict: Verdict, cell: int) -> Image:
    """A surface ``(h, w, 3)`` that tells CAUTION and STOP apart without their colours.

    Args:
        w: Width in pixels.
        h: Height in pixels.
        verdict: CAUTION is striped, STOP chequered.
        cell: Width of a stripe or a square.
    """
    period = 2 * cell if verdict is Verdict.STOP else round(2.4 * cell)
    y, x = np.mgrid[:period, :period]
    if verdict is Verdict.STOP:
        dark, colour = (x // cell + y // cell) % 2 == 0, STOP
    else:
        dark, colour = (x + y) % period < cell, CAUTION
    tile = np.where(dark[..., None], np.array(INK, np.uint8), np.array(colour, np.uint8))
    return np.asarray(np.tile(tile, (-(-h // period), -(-w // period), 1))[:h, :w], np.uint8)


@lru_cache(maxsize=8)
def pause(size: int, ground: Colour, sign: Colour) -> Card:
    """Two upright bars on a disc."""

    def paint(picture: Image) -> None:
        disc(picture, size / 2, size / 2, size / 2 - 1, ground)
        wide, high, apart = round(size * 0.12), round(size * 0.4), round(size * 0.08)
        top = (size - high) // 2
        for x in (size // 2 - apart - wide, size // 2 + apart):
            rounded(picture, Box(x, top, wide, high), wide // 4, sign)

    return cut_out(size, size, paint)


def come_back(image: Image, x: float, y: float, size: float, colour: Colour) -> None:
    """Draws an arrow that turns back into ``image``, in place, centred on ``x``, ``y``."""
    width = max(2, round(size * 0.13))
    turns = np.radians(np.linspace(-150.0, 90.0, 24))
    bow = np.stack([x + 0.34 * size * np.cos(turns), y + 0.3 * size * np.sin(turns)], axis=-1)
    end = np.array([[x - 0.3 * size, y + 0.3 * size]])
    cv2.polylines(image, [fixed(np.concatenate([bow, end]))], False, colour, width, cv2.LINE_AA, SHIFT)
    tip = np.array([[-0.62, 0.3], [-0.26, 0.06], [-0.26, 0.54]]) * size + (x, y)
    cv2.fillPoly(image, [fixed(tip)], colour, cv2.LINE_AA, SHIFT)
