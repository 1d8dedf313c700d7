"""The rail of the live window: which exercise, the ring, repetitions, and how far the plan is.

Which question this module answers: how time looks. The ring is the one round thing that fills: while something is held,
while a pause or a countdown runs, and with the breath as a disc that grows and shrinks inside it. When the hold is
done, the ring is closed and an arrow asks to come back; nothing rewards going on.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from vision import lettering
from vision.cards import Box, Card, lay
from vision.palette import BLUE, INK, MUTED, OK, PAPER, SKY, TRACK, Colour, Image
from vision.shapes import arc, come_back, disc, glow
from vision.stage import Stage
from vision.stage_layout import Places

# How large the breath is when all is breathed out, as a share of when all is breathed in.
_OUT: Final = 0.42


@dataclass(frozen=True, slots=True)
class Slots:
    """The places within a rail; they stay where they are during an exercise, whatever is shown in them."""

    title: lettering.Block
    head: Box
    side: Box
    ring: Box
    foot: Box
    dots: Box


@lru_cache(maxsize=16)
def slots(rail: Box, unit: float, title: str) -> Slots:
    """Divides a rail: from top to bottom where it is high, with the ring at the right where it is wide."""
    gap, line, low = round(16 * unit), round(44 * unit), round(26 * unit)
    aside = rail.w > 1.35 * rail.h
    ring_wide = min(rail.h, round(0.45 * rail.w)) if aside else 0
    x, wide = rail.x, max(1, rail.w - (ring_wide + 2 * gap if aside else 0))
    block = lettering.fit(title or "–", (wide, round(76 * unit)), round(42 * unit), 2)
    head = Box(x, rail.y, wide, block.high)
    side = Box(x, head.bottom + round(6 * unit), wide, line)
    dots = Box(x, rail.bottom - low, wide, low)
    if aside:
        top = side.bottom + gap
        ring, foot = Box(rail.right - ring_wide, rail.y, ring_wide, rail.h), Box(x, top, wide, dots.y - gap - top)
    else:
        foot = Box(x, dots.y - round(70 * unit), wide, round(58 * unit))
        ring = Box(x, side.bottom + gap, wide, foot.y - gap - side.bottom - gap)
    return Slots(block, head, side, ring, foot, dots)


def draw_still(image: Image, stage: Stage, places: Places) -> None:
    """Draws into ``image``, in place, what seldom changes: all words and the plan's progress."""
    rail, unit = places.rail, places.unit
    if not (rail.w and rail.h):
        return
    at = slots(rail, unit, stage.title)
    if stage.title:
        lettering.write_block(image, at.title, at.head.x, at.head.y, PAPER)
    _line(image, stage.side, at.side, round(31 * unit), MUTED)
    _foot(image, stage, at.foot, unit)
    if stage.part != "ended":
        _dots(image, stage.progress, at.dots, unit)


def _line(image: Image, text: str, box: Box, size: int, colour: Colour, weight: int = lettering.REGULAR) -> None:
    """One line in the middle of a box's height; smaller where it would not fit."""
    if not text or box.w <= 0 or box.h <= 0:
        return
    fitted = lettering.fit(text, (box.w, box.h), size, 1, weight)
    lettering.write(image, fitted.lines[0], box.x, box.y + box.h / 2, fitted.size, colour, weight)


def _foot(image: Image, stage: Stage, box: Box, unit: float) -> None:
    """Phase at the left, repetitions at the right; in a high box one below the other."""
    big, small = round(56 * unit), round(33 * unit)
    wide = lettering.width(stage.repetitions, big, lettering.BOLD)
    if box.h > 1.6 * big:
        _line(image, stage.phase, Box(box.x, box.y, box.w, small), small, PAPER, lettering.MEDIUM)
        place = Box(box.x, box.bottom - big, box.w, big)
        _line(image, stage.repetitions, place, big, PAPER, lettering.BOLD)
        return
    words = lettering.width(stage.phase, small, lettering.MEDIUM)
    if words and wide and words + wide + small > box.w:
        big = round(44 * unit)
        wide = lettering.width(stage.repetitions, big, lettering.BOLD)
    # Alone, they stand where the other words begin.
    x = box.right - min(wide, box.w) if stage.phase else box.x
    place = Box(x, box.y, min(wide, box.w), box.h)
    _line(image, stage.repetitions, place, big, PAPER, lettering.BOLD)
    room = box.w - (wide + round(18 * unit) if wide else 0)
    _line(image, stage.phase, Box(box.x, box.y, room, box.h), small, PAPER, lettering.MEDIUM)


def _dots(image: Image, progress: tuple[int, int], box: Box, unit: float) -> None:
    """A disc for each step of the plan: done ones full, the present one ringed, those to come hollow."""
    done, count = progress
    if count <= 0 or box.w <= 0:
        return
    pitch = min(30 * unit, box.w / count)
    radius = min(8 * unit, pitch * 0.36)
    y = box.y + box.h / 2
    for index in range(count):
        x = box.x + radius * 1.5 + index * pitch
        if index < done:
            disc(image, x, y, radius, PAPER)
            continue
        disc(image, x, y, radius * (1.45 if index == done else 1.0), SKY if index == done else MUTED)
        disc(image, x, y, radius * (0.95 if index == done else 0.62), INK)


def draw_ring(image: Image, stage: Stage, places: Places) -> None:
    """Draws into ``image``, in place, what moves: the ring, the breath in it, and the words in its middle."""
    held, breathing = math.isfinite(stage.hold_share), math.isfinite(stage.breath_share)
    box = slots(places.rail, places.unit, stage.title).ring if places.rail.h else places.rail
    across = min(box.w, box.h)
    if across < 24 or stage.part in ("breathing", "ended", "paused"):
        return
    if not (held or breathing or stage.countdown or stage.part == "exercise"):
        return
    x, y = box.x + box.w / 2, box.y + box.h / 2
    width = max(3.0, 0.085 * across)
    radius = across / 2 - width / 2 - 1
    arc(image, (x, y), radius, width, 1.0, TRACK)
    if breathing:
        breath(image, (x, y), 2 * (radius - width), stage.breath_share)
    if stage.countdown:
        _centred(image, str(stage.countdown), (x, y), 0.56 * across, 0.7 * across)
        return
    done = held and stage.hold_share >= 1.0
    if held:
        arc(image, (x, y), radius, width, stage.hold_share, OK if done else SKY)
    told = bool(stage.breath_text) and breathing
    # Arrow, seconds and breath share the middle; where one is missing the others move up or down.
    lift = 0.1 * across if told else 0.0
    if done:
        come_back(image, x, y - 0.13 * across - lift / 2, 0.3 * across, PAPER)
        _centred(image, stage.hold_text, (x, y + 0.17 * across - lift / 2), 0.2 * across, 0.6 * across)
    else:
        _centred(image, stage.hold_text, (x, y - lift), 0.28 * across, 0.64 * across)
    if told:
        low = 0.3 if done else 0.15 if stage.hold_text else 0.0
        _centred(image, stage.breath_text, (x, y + low * across), 0.115 * across, (0.5 if done else 0.66) * across)


def breath(image: Image, middle: tuple[float, float], largest: float, share: float) -> None:
    """Lays the breath over ``image``, in place: a soft disc between breathed out and in.

    Args:
        image: RGB picture that is changed.
        middle: Of the disc.
        largest: Its diameter when all is breathed in.
        share: 0 breathed out to 1 breathed in.
    """
    across = max(8, round(largest * (_OUT + (1 - _OUT) * min(max(share, 0.0), 1.0))))
    big = glow(max(8, round(largest)), BLUE)
    light, keep = (
        np.asarray(cv2.resize(part, (across, across), interpolation=cv2.INTER_LINEAR), np.uint8)
        for part in (big.light, big.keep)
    )
    lay(image, Card(light, keep), round(middle[0] - across / 2), round(middle[1] - across / 2))


def _centred(image: Image, text: str, middle: tuple[float, float], size: float, room: float) -> None:
    """One line around a point."""
    if text:
        block = lettering.fit(text, (max(1, round(room)), max(1, round(size))), round(size), 1)
        lettering.write_block(image, block, middle[0], middle[1] - block.high / 2, PAPER, centred=True)
