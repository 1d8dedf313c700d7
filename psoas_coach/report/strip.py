"""What a clip showed from its beginning to its end, in a line of letters: for the small plot in a table of clips.

Each letter stands for the same share of the clip: "s" past a stop limit, "c" past a caution limit, "o" judged and
within its limits, "u" not judged. The gravest that was told in a share counts; a share is judged where half of it was.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from psoas_coach.summary import Summary

LENGTH: Final = 60
LETTERS: Final = {"s": "stop", "c": "caution", "o": "ok", "u": "unknown"}
# How high each is drawn, so that it is not told by colour alone.
_HEIGHTS: Final = {"s": 24, "c": 16, "o": 7, "u": 2}


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one kind in the small plot, in its units: 60 across, 24 high."""

    kind: str
    x: int
    y: int
    width: int
    height: int


def strip_of(table: Path, summary: Summary) -> str:
    """The line of letters of a clip; "" where it has no frames.

    Args:
        table: Its ``measures.csv``, which says of each frame whether it was judged.
        summary: Its summary, which says what was told: a single frame past a limit is not.
    """
    with table.open(encoding="utf-8", newline="") as file:
        frames = list(_judged(csv.DictReader(file)))
    if not frames:
        return ""
    first_s, length_s = frames[0][0], frames[-1][0] - frames[0][0]

    def share(time_s: float) -> int:
        return min(LENGTH - 1, max(0, int((time_s - first_s) / length_s * LENGTH))) if length_s else 0

    judged: list[list[bool]] = [[] for _ in range(LENGTH)]
    for time_s, is_judged in frames:
        judged[share(time_s)].append(is_judged)
    letters = ["" if not one else "o" if 2 * sum(one) >= len(one) else "u" for one in judged]
    for finding in sorted(summary.findings, key=lambda one: one.verdict == "stop"):
        for number in range(share(finding.start_s), share(finding.end_s) + 1):
            letters[number] = finding.verdict[0]
    # A clip of few pictures: each lasts until the next one.
    for number in range(1, LENGTH):
        letters[number] = letters[number] or letters[number - 1]
    return "".join(letters)


def bars(strip: str) -> list[Bar]:
    """The small plot of a line of letters."""
    found, x = [], 0
    for letter, same in groupby(strip):
        width, height = len(list(same)), _HEIGHTS[letter]
        found.append(Bar(LETTERS[letter], x, max(_HEIGHTS.values()) - height, width, height))
        x += width
    return found


def _judged(rows: "csv.DictReader[str]") -> Iterator[tuple[float, bool]]:
    """Media time of each frame, and whether it was judged: an exercise was seen well enough to say something of it."""
    rules = [name for name in rows.fieldnames or () if "." in name]
    for row in rows:
        yield float(row["time_s"]), not row["problem"] and any(row[name] not in ("", "unknown") for name in rules)
