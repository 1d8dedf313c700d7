"""What stands on the timeline of a report, as shares of its length in hundredths.

Which question this module answers: where on the line of time each verdict, repetition, hold and finding lies. Lanes are
part of the page itself and need no script, so they are there on paper too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from poses.messages import Messages
from psoas_coach.report.follow import Run
from psoas_coach.report.told import clock
from psoas_coach.summary import Summary
from psoas_coach.wording import rule_name

_KINDS: Final = ("none", "unknown", "ok", "caution", "stop")
# The line of a long clip has no room for a number in each repetition.
_LEAST_FOR_NUMBER: Final = 1.4
_TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of time: where it begins and how long it is, in hundredths; what it is, says and is called."""

    left: str
    width: str
    kind: str
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """What one rule found."""

    name: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A time that is written under the line."""

    left: str
    text: str


def run_marks(runs: Sequence[Run], end_s: float) -> list[Mark]:
    """The verdicts of all times."""
    return [_mark(run.start_s, run.end_s, end_s, _KINDS[run.code]) for run in runs]


def pass_marks(texts: Messages, summary: Summary, end_s: float) -> list[Mark]:
    """Repetitions with their numbers, and holds."""
    marks = []
    for one in summary.repetitions:
        title = texts("report", "repetition_n", n=str(one.number))
        marks.append(
            _mark(one.start_s, one.end_s, end_s, "pass", f"{title}, {clock(texts, one.start_s)}", str(one.number))
        )
    for hold in summary.holds:
        title = f"{texts('report', 'hold')}, {clock(texts, hold.start_s)}"
        marks.append(_mark(hold.start_s, hold.end_s, end_s, "pass", title, f"{hold.end_s - hold.start_s:.0f} s"))
    return marks


def finding_lanes(texts: Messages, summary: Summary, end_s: float) -> list[Lane]:
    """What each rule found, a lane for each, in the order in which they first spoke."""
    lanes = []
    for exercise, rule in dict.fromkeys((one.exercise, one.rule) for one in summary.findings):
        found = [one for one in summary.findings if (one.exercise, one.rule) == (exercise, rule)]
        # A stop lies over the caution before it.
        found.sort(key=lambda one: one.verdict == "stop")
        marks = []
        for one in found:
            title = f"{texts('verdicts', one.verdict)}, {clock(texts, one.start_s)} – {clock(texts, one.end_s)}"
            marks.append(_mark(one.start_s, one.end_s, end_s, one.verdict, title))
        lanes.append(Lane(rule_name(texts, exercise, rule), tuple(marks)))
    return lanes


def ticks(texts: Messages, end_s: float) -> list[Tick]:
    """Some six times, evenly spaced."""
    step = next((each for each in _TICKS if each >= end_s / 7), 3600)
    return [Tick(_share(time, end_s), clock(texts, time)[:-2]) for time in range(0, int(0.97 * end_s) + 1, step)]


def _mark(start_s: float, until_s: float, end_s: float, kind: str, title: str = "", text: str = "") -> Mark:
    wide = 100 * (until_s - start_s) / end_s
    return Mark(_share(start_s, end_s), f"{max(wide, 0):.3f}", kind, title, text if wide >= _LEAST_FOR_NUMBER else "")


def _share(time_s: float, end_s: float) -> str:
    return f"{100 * time_s / end_s:.3f}"
