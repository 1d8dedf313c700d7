"""The breathing that is paced: when to breathe in, hold and breathe out.

Which question this module answers: so many seconds after it began, how full are the lungs to be, and what is said. A
pacer, not a test. Safe-ranges.md 2.7: for a first time 4-7-8 is halved, at most four cycles. Paces and their numbers
stand in ``poses/exercises/breathing``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from poses.breathing import Pace, Watch
from poses.breathing_file import breathing_exercise

Act = Literal["settle", "breathe_in", "hold_breath", "breathe_out", "wait_out", "breathe_freely"]

PACED: Final = "breathing-478"
BELLY: Final = "belly-breathing"
# Within a hold the breath is led softly, and never held: quiet breathing is 5 to 14 a minute (safe-ranges.md 2.7).
_IN_HOLDS: Final = Pace(3.0, 0.0, 4.0)


@dataclass(frozen=True, slots=True)
class Way:
    """How the person is to breathe.

    Attributes:
        exercise: Its id.
        pace: What is paced; None where they breathe as it comes.
        cycles: How many breaths; 0 without a pace.
        length_s: How long it takes, after settling.
        settle_s: So long there is to settle first.
        counts: Whether seconds are counted aloud.
        watch: What is said of a breath that is seen; None where none is looked at.
    """

    exercise: str
    pace: Pace | None
    cycles: int
    length_s: float
    settle_s: float = 0.0
    counts: bool = False
    watch: Watch | None = None

    @property
    def freed(self) -> "Way":
        """The same for whoever is dizzy: as it comes from now on, and nothing more is said of it."""
        return replace(self, pace=None, cycles=0, settle_s=0.0, counts=False, watch=None)


@dataclass(frozen=True, slots=True)
class Breath:
    """One moment of the breathing.

    Attributes:
        act: What the person does now, a key of ``[live]``.
        share: 0 breathed out to 1 breathed in; NaN without a pace.
        cycle: Which breath it is, from 1; 0 without a pace.
        second: Which second of the act, from 1; 0 without a pace.
    """

    act: Act
    share: float
    cycle: int
    second: int = 0


def way(exercise: str, notes: Sequence[str] = (), cycles: int | None = None, *, full: bool = False) -> Way:
    """How somebody breathes in an exercise.

    Args:
        exercise: Its id.
        notes: What their answers add to it: "no_hold" takes away the hold, "natural" all of the pace and what is said
            of a breath, "side_or_sitting" that last alone, since only who lies on their back is seen to breathe.
        cycles: How many breaths; as many as usual when None.
        full: At the pace it is named after; for nobody whose answers add something.
    """
    known = breathing_exercise(exercise)
    pace = known.usual if full and known.usual is not None and not notes else known.pace
    count = min(known.cycles if cycles is None else cycles, known.most_cycles)
    if "no_hold" in notes:
        pace = pace.without_holding
    watch = None if "side_or_sitting" in notes else known.watch
    made = Way(exercise, pace, count, count * pace.cycle_s, known.settle_s, known.counts, watch)
    return replace(made.freed, settle_s=known.settle_s) if "natural" in notes else made


def closing_way(kind: Literal["paced", "paced_no_hold", "belly", ""]) -> Way:
    """How a session closes: at once, without a watch on it."""
    made = way(PACED, ("no_hold",) if kind == "paced_no_hold" else ())
    if kind == "belly":
        made = replace(made.freed, exercise=BELLY)
    return replace(made, settle_s=0.0)


def breath_at(seconds: float, how: Way) -> Breath | None:
    """What is to be done so many seconds after the breathing began; None once it is over."""
    seconds -= how.settle_s
    if seconds < 0.0:
        return Breath("settle", math.nan, 0)
    pace = how.pace
    if pace is None:
        return Breath("breathe_freely", math.nan, 0) if seconds < how.length_s else None
    cycle, within = divmod(seconds, pace.cycle_s)
    return None if cycle >= how.cycles else _paced(within, pace, int(cycle) + 1)


def breath_in_hold(seconds: float) -> Breath:
    """How the breath is led so many seconds into a hold of an exercise."""
    cycle, within = divmod(max(seconds, 0.0), _IN_HOLDS.cycle_s)
    return _paced(within, _IN_HOLDS, int(cycle) + 1)


def _paced(within: float, pace: Pace, cycle: int) -> Breath:
    """The moment of one breath."""
    if within < pace.in_s:
        return Breath("breathe_in", _soft(within / pace.in_s), cycle, int(within) + 1)
    within -= pace.in_s
    if within < pace.full_s:
        return Breath("hold_breath", 1.0, cycle, int(within) + 1)
    within -= pace.full_s
    if within < pace.out_s:
        return Breath("breathe_out", 1.0 - _soft(within / pace.out_s), cycle, int(within) + 1)
    return Breath("wait_out", 0.0, cycle, int(within - pace.out_s) + 1)


def _soft(share: float) -> float:
    """From 0 to 1 without a jerk at either end."""
    return 0.5 - 0.5 * math.cos(math.pi * share)
