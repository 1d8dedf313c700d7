"""The band of the live window: one large cue, and a quieter line below it.

Which question this module answers: how what is said looks when it is urgent, and when it is not. A stop fills the whole
band; a caution has a striped edge and an amber block; what is no verdict (a pause, a rest, what comes next) has neither
block nor mark.
"""

from poses.records import Verdict
from vision import lettering
from vision.cards import Box
from vision.palette import COLOURS, INK, MUTED, PAPER, RAISED, SKY, STOP_GROUND, Colour, Image, mark
from vision.shapes import fill, texture
from vision.stage import Stage
from vision.stage_layout import Places

# A hint that would be smaller than this part of its size on one line gets more lines and more room (convention).
_LEGIBLE = 0.7
_LONG_HINT = 0.45


def draw(image: Image, stage: Stage, places: Places) -> None:
    """Draws the band into ``image``, in place."""
    box, unit = places.band, places.unit
    if not (box.w and box.h):
        return
    urgent = stage.verdict is Verdict.STOP and bool(stage.cue)
    ground: Colour = STOP_GROUND if urgent else RAISED
    fill(image, box, ground)
    # What a sign is taken for has its own picture.
    plain = stage.sign != "" or stage.part not in ("set-up", "exercise")
    marked = bool(stage.cue) and (stage.verdict is not Verdict.UNKNOWN or not plain)
    left = box.x + (_block(image, stage.verdict, places) if marked else _edge(image, SKY, places))
    pad = round(26 * unit)
    room = Box(left + pad, box.y + round(14 * unit), box.right - left - 2 * pad, box.h - round(28 * unit))
    _text(image, stage, room, places)


def _edge(image: Image, colour: Colour, places: Places) -> int:
    """A narrow stripe of plain colour at the left; returns its width."""
    wide, box = max(3, round(8 * places.unit)), places.band
    fill(image, Box(box.x, box.y, wide, box.h), colour)
    return wide


def _block(image: Image, verdict: Verdict, places: Places) -> int:
    """A block of the verdict's colour with its mark, and the verdict's texture at its edge; returns its width."""
    box, unit = places.band, places.unit
    wide = min(round(0.78 * box.h), round(140 * unit))
    fill(image, Box(box.x, box.y, wide, box.h), COLOURS[verdict])
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
    """Cue and hint as one group, in the middle of the band's height; the cue has what room the hint leaves."""
    # Where the band is narrow both need more lines; there it is high too.
    narrow = room.w < 14 * places.cue
    # Alone, the hint may be larger.
    size = round((32 if stage.cue else 48) * places.unit)
    share = 0.3 if stage.cue else 1.0
    weight = lettering.REGULAR if stage.cue else lettering.MEDIUM
    groups: list[tuple[lettering.Block, Colour, int]] = []
    gap = round(20 * places.unit)
    high = room.h
    if stage.hint:
        hint = lettering.fit(stage.hint, (room.w, round(room.h * share)), size, 3 if narrow else 1, weight)
        if hint.size < _LEGIBLE * size:
            hint = lettering.fit(stage.hint, (room.w, round(room.h * max(share, _LONG_HINT))), size, 3, weight)
        groups.append((hint, PAPER if stage.verdict is Verdict.STOP else MUTED, weight))
        high -= hint.high + gap
    if stage.cue:
        # Letters reach below the last line; where a hint follows, the gap has room for them.
        foot = 0 if stage.hint else round(lettering.DESCENT * 0.7 * places.cue)
        cue = lettering.fit(stage.cue, (room.w, high - foot), places.cue, 5 if narrow else 3)
        groups.insert(0, (cue, PAPER, lettering.BOLD))
    total = sum(block.high for block, _, _ in groups) + gap * (len(groups) - 1)
    top = room.y + (room.h - total) / 2
    for block, colour, weight in groups:
        top = lettering.write_block(image, block, room.x, top, colour, weight) + gap
