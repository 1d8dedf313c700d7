"""What was done of an exercise: holds, repetitions, their dose a side and the rest since.

Which question this module answers: how long, how often, how fast and how high, each side apart, in media time. It does
not judge it. Complete records are handed out once; what is kept does not grow.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from poses.phases import Phase, PhaseChange, PhaseMemory

# Shorter stillness on the way is not a hold (convention).
HOLD_MIN_S: Final = 1.0
# A hold left and found again within this time is one hold: somebody eased back a little, or shifted (convention).
JOIN_S: Final = 1.0
# That it was found again is known this much later at most: an arrival, once stayed at for a bounce's 2.5 s.
_KNOWN_S: Final = JOIN_S + 3.0
_STRETCHING: Final = (Phase.HOLD, Phase.ENTER, Phase.EXIT)


@dataclass(frozen=True, slots=True)
class Hold:
    """A stretch, or the top of a repetition, that was held.

    Attributes:
        side: The stretched leg, or None where both are.
        start_s: When the person had arrived.
        end_s: When they set out to leave.
        seen_s: How much of that was in view.
        peak: Highest angle.
    """

    side: int | None
    start_s: float
    end_s: float
    seen_s: float
    peak: float


@dataclass(frozen=True, slots=True)
class Repetition:
    """Up, top and down.

    Attributes:
        number: From 1.
        start_s: When it left the floor.
        top_s: When it arrived at the top.
        end_s: When it was down again.
        peak: Highest angle.
        up_s: How long it took up.
        top_hold_s: How long it stayed at the top.
        down_s: How long it took down.
        side: The working leg, or None where both work.
    """

    number: int
    start_s: float
    top_s: float
    end_s: float
    peak: float
    up_s: float
    top_hold_s: float
    down_s: float
    side: int | None


@dataclass(frozen=True, slots=True)
class SideTally:
    """What one side has done: complete holds, the longest and all together in seconds in view; repetitions."""

    holds: int = 0
    longest_s: float = 0.0
    held_s: float = 0.0
    repetitions: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """What was done so far; a value, replaced at each change.

    Attributes:
        sides: For the left leg, the right leg, and both together.
        last: The last complete repetition.
        ended_s: When the last hold or repetition ended, NaN before any.
        hold: The beginning of the hold under way, or None.
        left: A hold that was left and may be found again within ``JOIN_S``.
        left_said_s: When it was known to be left.
        steps: The phases of the repetition under way, from UP on.
        unrested_s: Seconds held in view, without the hold under way, since the last rest: a new depth is no rest.
    """

    sides: tuple[SideTally, SideTally, SideTally] = (SideTally(), SideTally(), SideTally())
    last: Repetition | None = None
    ended_s: float = math.nan
    hold: PhaseChange | None = None
    left: Hold | None = None
    left_said_s: float = math.nan
    steps: tuple[PhaseChange, ...] = ()
    unrested_s: float = 0.0

    def side(self, side: int | None) -> SideTally:
        """What a side has done, or both together for None."""
        return self.sides[2 if side is None else side]

    @property
    def repetitions(self) -> int:
        """How many repetitions are complete, on all sides."""
        return sum(side.repetitions for side in self.sides)

    @property
    def repetition_now(self) -> int:
        """Number of the repetition under way, 0 when none is."""
        return self.repetitions + 1 if self.steps else 0


def gather(
    tally: Tally, changes: tuple[PhaseChange, ...], time_s: float
) -> tuple[Tally, tuple[Hold, ...], tuple[Repetition, ...]]:
    """Takes the phases into account that were found at one more moment.

    Args:
        tally: What the last call returned.
        changes: What ``phases.advance`` or ``phases.finish`` returned.
        time_s: Media time.

    Returns:
        The new tally, and the holds and repetitions that are now known to be complete.
    """
    if not changes and not _is_over(tally, time_s):
        return tally, (), ()
    holds: tuple[Hold, ...] = ()
    repetitions: tuple[Repetition, ...] = ()
    for change in changes:
        tally, held = _hold(tally, change)
        holds += held
        tally, done = _repeat(tally, change)
        repetitions += done
    if _is_over(tally, time_s):
        tally, held = _complete(tally)
        holds += held
    return tally, holds, repetitions


def close(tally: Tally) -> tuple[Tally, tuple[Hold, ...]]:
    """Hands out what waited to be found again, when the source ended; after ``gather`` of the last changes."""
    return _complete(tally)


def hold_s(tally: Tally, memory: PhaseMemory) -> float:
    """Seconds in view of the hold under way, 0 when there is none; the clock waits while nothing is seen."""
    if tally.hold is None:
        return 0.0
    seen = memory.seen_s - tally.hold.since_s - (memory.unseen_s - tally.hold.unseen_s)
    return max(seen, 0.0) + _earlier(tally, tally.hold)


def dose_s(tally: Tally, side: int | None, memory: PhaseMemory) -> float:
    """Seconds in view that a side was held so far, with the hold under way."""
    done = tally.side(side).held_s
    if tally.left is not None and tally.left.side == side and tally.hold is None:
        done += tally.left.seen_s
    return done + (hold_s(tally, memory) if tally.hold is not None and tally.hold.side == side else 0.0)


def rest_s(tally: Tally, memory: PhaseMemory, time_s: float) -> float:
    """Seconds since the last hold or repetition ended; NaN during one and before the first."""
    if memory.phase in (Phase.SET_UP, Phase.REST):
        return time_s - tally.ended_s
    return math.nan


def _hold(tally: Tally, change: PhaseChange) -> tuple[Tally, tuple[Hold, ...]]:
    complete: tuple[Hold, ...] = ()
    if change.phase is Phase.HOLD:
        left = tally.left
        if left is not None and (left.side != change.side or change.since_s - left.end_s >= JOIN_S):
            tally, complete = _complete(tally)
        return replace(tally, hold=change), complete
    if tally.hold is not None:
        start = tally.hold
        seen = change.since_s - start.since_s - (change.unseen_s - start.unseen_s) + _earlier(tally, start)
        first = start.since_s if tally.left is None else tally.left.start_s
        peak = change.peak if tally.left is None else max(change.peak, tally.left.peak)
        held = Hold(start.side, first, change.since_s, max(seen, 0.0), peak)
        kept = held if held.end_s - held.start_s >= HOLD_MIN_S else None
        tally = replace(tally, hold=None, left=kept, left_said_s=change.said_s)
    if change.phase not in _STRETCHING:
        tally, complete = _complete(tally)
    if change.phase in (Phase.REST, Phase.SET_UP):
        tally = replace(tally, unrested_s=0.0)
    return tally, complete


def _earlier(tally: Tally, hold: PhaseChange) -> float:
    """Seconds of a hold before it was left and found again, with the moment between."""
    return 0.0 if tally.left is None else tally.left.seen_s + hold.since_s - tally.left.end_s


def _is_over(tally: Tally, time_s: float) -> bool:
    """Whether a hold that was left cannot be found again any more."""
    return tally.left is not None and tally.hold is None and time_s - tally.left_said_s > _KNOWN_S


def _complete(tally: Tally) -> tuple[Tally, tuple[Hold, ...]]:
    held = tally.left
    if held is None:
        return tally, ()
    past = tally.side(held.side)
    done = replace(
        past,
        holds=past.holds + 1,
        longest_s=max(past.longest_s, held.seen_s),
        held_s=past.held_s + held.seen_s,
    )
    unrested_s = tally.unrested_s + held.seen_s
    tally = replace(_with(tally, held.side, done), left=None, ended_s=held.end_s, unrested_s=unrested_s)
    return tally, (held,)


def _repeat(tally: Tally, change: PhaseChange) -> tuple[Tally, tuple[Repetition, ...]]:
    """A repetition is complete when it went up, was at the top, went down and rests."""
    if change.phase is Phase.UP:
        return replace(tally, steps=(change,)), ()
    if not tally.steps:
        return tally, ()
    phases = [step.phase for step in tally.steps]
    if change.phase in (Phase.TOP, Phase.HOLD):
        # Back at the top without having been down: still the same top.
        kept = tally.steps[:2] if len(tally.steps) > 1 else (*tally.steps, change)
        return replace(tally, steps=kept), ()
    if change.phase is Phase.DOWN:
        return replace(tally, steps=(*tally.steps, change)), ()
    if change.phase is not Phase.REST or phases[-1] is not Phase.DOWN:
        return replace(tally, steps=()), ()
    up, top, down = tally.steps
    done = Repetition(
        number=tally.repetitions + 1,
        start_s=up.since_s,
        top_s=top.since_s,
        end_s=change.since_s,
        peak=max(down.peak, change.peak),
        up_s=top.since_s - up.since_s,
        top_hold_s=down.since_s - top.since_s,
        down_s=change.since_s - down.since_s,
        side=up.side,
    )
    past = tally.side(up.side)
    counted = _with(tally, up.side, replace(past, repetitions=past.repetitions + 1))
    return replace(counted, last=done, ended_s=change.since_s, steps=()), (done,)


def _with(tally: Tally, side: int | None, done: SideTally) -> Tally:
    index = 2 if side is None else side
    left, right, both = (done if i == index else past for i, past in enumerate(tally.sides))
    return replace(tally, sides=(left, right, both))
