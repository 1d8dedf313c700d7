"""The panel: what exercise this is, how it goes, and a bar for each reading.

Which question this module answers: how the bars are set out, with labels and values that fit. All that stays the same
from frame to frame is made once.
"""

from dataclasses import dataclass
from functools import lru_cache

from poses.records import Reading, Verdict
from vision import bars, lettering
from vision.cards import Box, Card, blank, finish
from vision.palette import MUTED, PAPER, Image, mark


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
    """A panel ready to be laid over frames, and where the bar of each row is on it."""

    card: Card
    bars: tuple[Box, ...]


@lru_cache(maxsize=16)
def make(w: int, unit: float, columns: int, header: Header, rows: tuple[bars.Row, ...]) -> Panel:
    """Makes the panel, all but the markers and values on it.

    Args:
        w: Its width in pixels.
        unit: Scale of everything on it, see ``Sizes``.
        columns: In how many columns the rows are set.
        header: What it is headed with.
        rows: What it shows.
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
    return Panel(finish(rgb, round(12 * unit), 0.8), tuple(places))


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
    middle = box.y - sizes.text * 0.72
    wide = lettering.width(text, sizes.text, lettering.BOLD)
    colour = PAPER if row.judged else MUTED
    lettering.write(image, text, box.right - wide, middle, sizes.text, colour, lettering.BOLD)
    if row.judged:
        if reading.verdict in (Verdict.CAUTION, Verdict.STOP):
            radius = sizes.text * 0.5
            mark(image, reading.verdict, (box.right - wide - radius * 1.9, middle), radius)
        bars.point(image, box, row, reading)
