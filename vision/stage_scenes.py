"""What stands in the picture's stead: the breathing pacer, the summary at the end, and the help.

Which question this module answers: how the window looks when nobody is judged. It is calm then: no camera, one thing.
"""

import math
from typing import Final

import cv2

from vision import lettering
from vision.cards import Box
from vision.palette import INK, MUTED, PAPER, RAISED, SKY, TRACK, Image
from vision.shapes import arc, rounded
from vision.stage import Stage
from vision.stage_layout import Places
from vision.stage_rail import breath

# How bright all else stays behind the help.
_DIM: Final = 0.3


def draw_pacer(image: Image, stage: Stage, places: Places) -> None:
    """Draws the breath into the picture's place of ``image``, in place, with what to do in its middle."""
    box = places.area
    across = min(box.w, box.h)
    middle = (box.x + box.w / 2, box.y + box.h / 2)
    share = stage.breath_share if math.isfinite(stage.breath_share) else 0.0
    arc(image, middle, across / 2 - 2, max(1.5, 2.5 * places.unit), 1.0, TRACK)
    breath(image, middle, 0.97 * across, share)
    if stage.breath_text:
        block = lettering.fit(stage.breath_text, (round(0.8 * across), round(0.4 * across)), round(72 * places.unit), 2)
        _centred(image, block, middle)


def _centred(image: Image, block: lettering.Block, middle: tuple[float, float]) -> None:
    top = middle[1] - block.high / 2
    for index, line in enumerate(block.lines):
        x = middle[0] - lettering.width(line, block.size, lettering.BOLD) / 2
        y = top + block.size * (lettering.CAP / 2 + index * lettering.LEADING)
        lettering.write(image, line, x, y, block.size, PAPER, lettering.BOLD)


def draw_summary(image: Image, stage: Stage, places: Places) -> None:
    """Writes the lines of the end into the picture's place of ``image``, in place: as large as all of them fit."""
    box, unit = places.area, places.unit
    rounded(image, box, round(14 * unit), RAISED)
    pad = round(36 * unit)
    room = Box(box.x + pad, box.y + pad, box.w - 2 * pad, box.h - 2 * pad)
    if not stage.lines or room.w <= 0 or room.h <= 0:
        return
    size = max(lettering.SMALLEST, round(42 * unit))
    while True:
        blocks = [_wrapped(line, room.w, size) for line in stage.lines]
        gap = 0.75 * size
        total = sum(len(lines) for lines in blocks) * size * lettering.LEADING + (len(blocks) - 1) * gap
        if total <= room.h or size <= lettering.SMALLEST:
            break
        size -= 1
    top = room.y + max(0.0, (room.h - total) / 2)
    for lines in blocks:
        for line in lines:
            if top + size > room.bottom + size * 0.3:
                return
            lettering.write(image, line, room.x, top + size * lettering.LEADING / 2, size, PAPER, lettering.MEDIUM)
            top += size * lettering.LEADING
        top += gap


def _wrapped(text: str, room: int, size: int) -> tuple[str, ...]:
    """A text in lines of at most ``room`` pixels; a word that is longer is shortened."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and lettering.width(longer, size, lettering.MEDIUM) <= room:
            lines[-1] = longer
        else:
            lines.append(lettering.shortened(word, size, room, lettering.MEDIUM))
    return tuple(lines)


def draw_keys(image: Image, stage: Stage, places: Places) -> None:
    """Lays the help over all of ``image``, in place: each key with what it does."""
    if not stage.keys:
        return
    w, h = places.wh
    unit = places.unit
    cv2.convertScaleAbs(image, image, _DIM)
    columns = 2 if w > h and len(stage.keys) > 4 else 1
    deep = -(-len(stage.keys) // columns)
    pad, margin = round(36 * unit), round(40 * unit)
    row = min(round(84 * unit), (h - 2 * margin - 2 * pad) // deep)
    if row < 12:
        return
    high = deep * row + 2 * pad
    box = Box(margin, (h - high) // 2, w - 2 * margin, high)
    rounded(image, box, round(18 * unit), RAISED)
    size = min(round(36 * unit), round(0.5 * row))
    cap = max(lettering.width(key, size, lettering.BOLD) for key, _ in stage.keys) + size
    wide = (box.w - (columns + 1) * pad) // columns
    room = wide - cap - round(0.6 * size)
    common = lettering.common_size([does for _, does in stage.keys], size, room)
    for index, (key, does) in enumerate(stage.keys):
        column, line = divmod(index, deep)
        x = box.x + pad + column * (wide + pad)
        middle = box.y + pad + (line + 0.5) * row
        tall = round(0.72 * row)
        rounded(image, Box(x, round(middle - tall / 2), cap, tall), round(10 * unit), SKY)
        wide_key = lettering.width(key, size, lettering.BOLD)
        lettering.write(image, key, x + (cap - wide_key) / 2, middle, size, INK, lettering.BOLD)
        fitted = lettering.fit(does, (room, round(0.86 * row)), common, 2, lettering.REGULAR)
        top = middle - fitted.high / 2
        for at, text in enumerate(fitted.lines):
            y = top + fitted.size * (lettering.CAP / 2 + at * lettering.LEADING)
            lettering.write(image, text, x + cap + round(0.6 * size), y, fitted.size, PAPER)
