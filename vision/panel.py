"""The panel: what exercise this is, how it goes, and a bar for each reading.

Which question this module answers: how the bars are set out, with labels and values that fit. All that stays the same
from frame to frame is made once.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from poses.exercise import Exercise
from poses.records import Reading, Verdict
from vision import bars, lettering
from vision.cards import Box, Card, blank, cut_out, finish, lay
from vision.palette import MUTED, PAPER, SEVERITY, Colour, Image, mark

# Below this unit there is room for little: fewer values, and bars only for what is amiss.
SMALL: Final = 0.5
# How large everything in the panel is drawn at least.
SMALLEST: Final = 0.6


@dataclass(frozen=True, slots=True)
class Header:
    """What the panel is headed with."""

    title: str
    side: str
    word: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measurements of the panel in pixels, for a unit that is 1 in a picture whose shorter side is 720."""

    pad: int
    title: int
    text: int
    line: int
    row: int
    bar: int
    gutter: int

    @classmethod
    def of(cls, unit: float) -> "Sizes":
        """All measurements for one unit, with letters that can still be read where the unit is small."""
        text = max(10, round(15 * unit))
        bar = max(5, round(9 * unit))
        return cls(
            pad=round(16 * unit),
            title=max(12, round(20 * unit)),
            text=text,
            line=round(text * 1.45),
            row=round(text * 1.72) + bar,
            bar=bar,
            gutter=round(28 * unit),
        )

    def apart(self, header: Header, w: int) -> bool:
        """Whether the side needs a line of its own on a panel of width ``w``."""
        both = lettering.width(header.word, self.text, lettering.MEDIUM) + lettering.width(header.side, self.text)
        return bool(header.side) and both + 4 * self.text > w - 2 * self.pad

    def top(self, header: Header, w: int) -> int:
        """Where the rows begin: below title, verdict and side."""
        return round(self.pad * 1.6) + self.title + self.line * (2 if self.apart(header, w) else 1)

    def height(self, header: Header, w: int, rows: int) -> int:
        """Height of a panel with so many rows in each column."""
        return self.top(header, w) + (rows * self.row + round(self.pad * 0.55) if rows else 0)

    def rows_in(self, header: Header, w: int, high: int) -> int:
        """How many rows a panel of this width and height can hold in a column."""
        return max(0, (high - self.height(header, w, 1)) // self.row + 1)


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel ready to be laid over frames.

    Attributes:
        card: All of it but markers and values.
        sizes: Its measurements.
        rows: What each row shows.
        readings: For each row which of the readings that is.
        bars: Where the bar of each row is on the card.
    """

    card: Card
    sizes: Sizes
    rows: tuple[bars.Row, ...]
    readings: tuple[int, ...]
    bars: tuple[Box, ...]


class Same:
    """An exercise as a key: equal to itself alone, since comparing all its rules in each frame takes long."""

    __slots__ = ("exercise",)

    def __init__(self, exercise: Exercise | None) -> None:
        self.exercise = exercise

    def __hash__(self) -> int:
        return id(self.exercise)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.exercise is self.exercise


@lru_cache(maxsize=8)
def shown(
    exercise: Same,
    states: tuple[tuple[str, Verdict, bool], ...],
    labels: tuple[str, ...],
    header: Header,
    room: Box,
    unit: float,
    columns: int,
) -> Panel:
    """The panel of some readings, with as many rows as there is room for.

    Args:
        exercise: Whose rules they were read by; readings of other rules are left out.
        states: Of each reading its rule, its verdict, and whether there is a value that was judged.
        labels: Of each reading.
        header: What the panel is headed with.
        room: The space for it.
        unit: Scale of the picture, 1 where the shorter side is 720.
        columns: In how many columns the rows may be set.
    """
    rules = {rule.id: rule for rule in exercise.exercise.rules} if exercise.exercise else {}
    known = [index for index, (rule, _, _) in enumerate(states) if rule in rules]
    sizes = Sizes.of(max(unit, SMALLEST))
    # Where there is no room for all, the worst stay; they keep the exercise's order, so that rows do not wander.
    most = sizes.rows_in(header, room.w, room.h) * columns
    if unit < SMALL:
        bad = sum(states[index][1] in (Verdict.CAUTION, Verdict.STOP) for index in known)
        most = min(most, max(1, bad), 3)
    worst = sorted(known, key=lambda index: (-SEVERITY[states[index][1]], index))[:most]
    chosen = tuple(sorted(worst))
    rows = tuple(bars.Row.of(rules[states[index][0]], labels[index], states[index][2]) for index in chosen)
    card, places = _make(room.w, max(unit, SMALLEST), columns if len(rows) > 3 else 1, header, rows)
    return Panel(card, sizes, rows, chosen, places)


def _make(
    w: int, unit: float, columns: int, header: Header, rows: tuple[bars.Row, ...]
) -> tuple[Card, tuple[Box, ...]]:
    """Makes the panel, all but the markers and values on it.

    Args:
        w: Its width in pixels.
        unit: Scale of everything on it, see ``Sizes``.
        columns: In how many columns the rows are set.
        header: What it is headed with.
        rows: What it shows.

    Returns:
        The panel, and where the bar of each row is on it.
    """
    sizes = Sizes.of(unit)
    deep = -(-len(rows) // columns)
    rgb = blank(w, sizes.height(header, w, deep))
    _head(rgb, sizes, header)
    wide = (w - 2 * sizes.pad - (columns - 1) * sizes.gutter) // columns
    room = wide - lettering.width("−00°", sizes.text, lettering.BOLD) - round(sizes.text * 1.75)
    size = lettering.common_size([row.label for row in rows], sizes.text, room)
    places = []
    for index, row in enumerate(rows):
        column, line = divmod(index, deep)
        x = sizes.pad + column * (wide + sizes.gutter)
        top = sizes.top(header, w) + line * sizes.row
        box = Box(x, top + round(sizes.text * 1.22), wide, sizes.bar)
        label = lettering.shortened(row.label, size, room)
        lettering.write(rgb, label, x, top + sizes.text * 0.5, size, PAPER if row.judged else MUTED)
        rgb[box.y : box.bottom, box.x : box.right] = bars.draw(row, wide, sizes.bar)
        places.append(box)
    return finish(rgb, round(12 * unit), 0.8), tuple(places)


def _head(rgb: Image, sizes: Sizes, header: Header) -> None:
    """Title, verdict and side; the side beside the verdict where there is room."""
    room = rgb.shape[1] - 2 * sizes.pad
    size = lettering.common_size([header.title], sizes.title, room, lettering.BOLD)
    title = lettering.shortened(header.title, size, room, lettering.BOLD)
    middle = sizes.pad + sizes.title * 0.4
    lettering.write(rgb, title, sizes.pad, middle, size, PAPER, lettering.BOLD)
    middle += sizes.title * 0.4 + sizes.line * 0.75
    radius = sizes.text * 0.56
    mark(rgb, header.verdict, (sizes.pad + radius, middle), radius)
    indent = round(radius * 2.8)
    word = lettering.shortened(header.word, sizes.text, room - indent, lettering.MEDIUM)
    lettering.write(rgb, word, sizes.pad + indent, middle, sizes.text, PAPER, lettering.MEDIUM)
    side = lettering.shortened(header.side, sizes.text, room)
    if sizes.apart(header, rgb.shape[1]):
        lettering.write(rgb, side, sizes.pad, middle + sizes.line, sizes.text, MUTED)
    else:
        left = sizes.pad + room - lettering.width(side, sizes.text)
        lettering.write(rgb, side, left, middle, sizes.text, MUTED)


def show(image: Image, box: Box, row: bars.Row, reading: Reading, text: str, sizes: Sizes) -> None:
    """Draws a reading into ``image``, in place: its marker on the bar, and its value above the bar's end.

    Args:
        image: The frame with the panel laid over it.
        box: The bar's place in the frame.
        row: The row it belongs to.
        reading: What was read.
        text: The value in words.
        sizes: Those of the panel.
    """
    flag = reading.verdict if row.judged and reading.verdict in (Verdict.CAUTION, Verdict.STOP) else None
    card = _value(text, flag, PAPER if row.judged else MUTED, sizes.text)
    lay(image, card, box.right - card.w, box.y - card.h)
    if row.judged:
        bars.point(image, box, row, reading)


@lru_cache(maxsize=256)
def _value(text: str, flag: Verdict | None, colour: Colour, size: int) -> Card:
    """A value that ends at the card's right, after a mark if there is one; the bar begins where the card ends."""
    wide = lettering.width(text, size, lettering.BOLD)
    radius = size * 0.5
    left = math.ceil(radius * 3.1) if flag else 1
    high = math.ceil(size * 1.5)

    def paint(picture: Image) -> None:
        middle = high - size * 0.72
        lettering.write(picture, text, left, middle, size, colour, lettering.BOLD)
        if flag:
            mark(picture, flag, (left - radius * 1.9, middle), radius)

    return cut_out(left + wide, high, paint)
