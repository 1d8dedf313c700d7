"""The band of the live window: one large cue, and a quieter line below it.

Which question this module answers: how what is said looks when it is urgent, and when it is not. A stop fills the whole
band; a caution has a striped edge and an amber block; what is no verdict (a pause, a rest, what comes next) has neither
block nor mark.
"""

from typing import Final

from poses.records import Verdict
from vision import lettering
from vision.cards import Box
from vision.palette import COLOURS, INK, MUTED, PAPER, RAISED, SKY, STOP_GROUND, Colour, Image, mark
from vision.shapes import texture
from vision.stage import Stage
from vision.stage_layout import Places

# What the hint's letters are of the smallest cue's.
_HINT: Final = 0.62


def draw(image: Image, stage: Stage, places: Places) -> None:
    """Draws the band into ``image``, in place."""
    box, unit = places.band, places.unit
    if not (box.w and box.h):
        return
    urgent = stage.verdict is Verdict.STOP and bool(stage.cue)
    ground: Colour = STOP_GROUND if urgent else RAISED
    image[box.y : box.bottom, box.x : box.right] = ground
    marked = bool(stage.cue) and (stage.verdict is not Verdict.UNKNOWN or stage.part in ("set-up", "exercise"))
    left = box.x + (_block(image, stage.verdict, places) if marked else _edge(image, SKY, places))
    pad = round(26 * unit)
    room = Box(left + pad, box.y + round(16 * unit), box.right - left - 2 * pad, box.h - round(32 * unit))
    _text(image, stage, room, places)


def _edge(image: Image, colour: Colour, places: Places) -> int:
    """A narrow stripe of plain colour at the left; returns its width."""
    wide, box = max(3, round(8 * places.unit)), places.band
    image[box.y : box.bottom, box.x : box.x + wide] = colour
    return wide


def _block(image: Image, verdict: Verdict, places: Places) -> int:
    """A block of the verdict's colour with its mark, and the verdict's texture at its edge; returns its width."""
    box, unit = places.band, places.unit
    wide = min(round(0.78 * box.h), round(140 * unit))
    image[box.y : box.bottom, box.x : box.x + wide] = COLOURS[verdict]
    edge = 0
    if verdict in (Verdict.CAUTION, Verdict.STOP):
        edge = round(24 * unit)
        image[box.y : box.bottom, box.x : box.x + edge] = texture(edge, box.h, verdict, max(2, edge // 2))
    body, sign = (INK, COLOURS[verdict]) if verdict is Verdict.CAUTION else (PAPER, STOP_GROUND)
    if verdict in (Verdict.OK, Verdict.UNKNOWN):
        body, sign = PAPER, INK
    mark(
        image,
        verdict,
        (box.x + edge + (wide - edge) / 2, box.y + box.h / 2),
        0.36 * min(wide - edge, box.h),
        body=body,
        sign=sign,
    )
    return wide


def _text(image: Image, stage: Stage, room: Box, places: Places) -> None:
    """Cue and hint as one group, in the middle of the band's height."""
    wide = room.w < 14 * places.cue
    size = round(34 * places.unit)
    hint_lines = 3 if wide else 1
    hint = lettering.fit(stage.hint, (room.w, round(room.h * 0.45)), size, hint_lines, lettering.REGULAR) if stage.hint else None
    gap = round(24 * places.unit) if hint and stage.cue else 0
    cue = None
    if stage.cue:
        high = room.h - (hint.high + gap if hint else 0) - round(0.2 * size)
        cue = lettering.fit(stage.cue, (room.w, high), places.cue, 5 if wide else 3)
    total = (cue.high if cue else 0) + gap + (hint.high if hint else 0)
    top = room.y + (room.h - total) / 2
    if cue:
        top = _lines(image, cue, room.x, top, PAPER, lettering.BOLD) + gap
    if hint:
        _lines(image, hint, room.x, top, PAPER if stage.verdict is Verdict.STOP else MUTED, lettering.REGULAR)


def _lines(image: Image, block: lettering.Block, x: int, top: float, colour: Colour, weight: int) -> float:
    """Writes a block of lines from ``top``; returns where it ends."""
    for index, line in enumerate(block.lines):
        middle = top + block.size * (lettering.CAP / 2 + index * lettering.LEADING)
        lettering.write(image, line, x, middle, block.size, colour, weight)
    return top + block.high
