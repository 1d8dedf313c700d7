"""What stands in the picture's stead: the breathing pacer, the summary at the end, and the help.

Which question this module answers: how the window looks when nobody is judged. It is calm then: no camera, one thing.
"""

import math
from typing import Final

import cv2

from vision import lettering
from vision.cards import Box
from vision.palette import INK, PAPER, RAISED, SKY, TRACK, Image
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
        room = (round(0.84 * across), round(0.4 * across))
        block = lettering.fit(stage.breath_text, room, round(62 * places.unit), 2)
        lettering.write_block(image, block, middle[0], middle[1] - block.high / 2, PAPER, centred=True)


def draw_summary(image: Image, stage: Stage, places: Places) -> None:
    """Writes the lines of the end into ``image``, in place, as large as all of them fit; no camera is seen then."""
    box, unit = _summary_box(places), places.unit
    rounded(image, box, round(14 * unit), RAISED)
    pad = round(34 * unit)
    room = Box(box.x + pad, box.y + pad, box.w - 2 * pad, box.h - 2 * pad)
    if not stage.lines or room.w <= 0 or room.h <= 0:
        return
    size = max(lettering.SMALLEST, round(40 * unit))
    while True:
        blocks = [lettering.wrapped(line, size, room.w, lettering.MEDIUM) for line in stage.lines]
        gap, pitch = 0.55 * size, size * lettering.LEADING
        total = sum(len(lines) for lines in blocks) * pitch + (len(blocks) - 1) * gap
        if total <= room.h or size <= lettering.SMALLEST:
            break
        size -= 1
    top = room.y + max(0.0, (room.h - total) / 2)
    for lines in blocks:
        for line in lines:
            # What no size makes fit is left off: it stands in the summary's file.
            if top + pitch > box.bottom:
                return
            lettering.write(image, line, room.x, top + pitch / 2, size, PAPER, lettering.MEDIUM)
            top += pitch
        top += gap


def _summary_box(places: Places) -> Box:
    """The place of the summary: all the width below the title where the rail stands beside the picture."""
    rail, area = places.rail, places.area
    if rail.y > area.y or not rail.h:
        return area
    top = rail.y + round(62 * places.unit)
    bottom = min(area.bottom, places.band.y - rail.y) if places.band.w > rail.right else area.bottom
    return Box(rail.x, top, area.right - rail.x, bottom - top)


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
        left = x + cap + round(0.6 * size)
        lettering.write_block(image, fitted, left, middle - fitted.high / 2, PAPER, lettering.REGULAR)
