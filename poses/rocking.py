"""Is a stretch held, or is it rocked in and out of? Two exercises may have one posture and differ in that alone.

Which question this module answers: by what somebody has done so far, which of the two is it. Until it is known it is
the one that is held, whose verdicts are then just what they would be if there were no other; from two repetitions on it
is the one that is rocked, and the repetitions that were kept back until then count; a hold makes it the held one again.
What bounces is not rocked: its verdict must not become that of a gentler thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from poses import clocks, forcing
from poses.forcing import ForcingMemory
from poses.movement import Movement
from poses.phases import Phase, PhaseChange
from poses.records import Moment
from poses.tally import Hold, Repetition, SideTally, Tally

# So many repetitions in a row make it rocking: one way in and out is also how a hold begins and ends (convention).
IN_A_ROW: Final = 2
# A repetition that does not leave the stretch lasts as long at least: what is faster bounces (safe-ranges.md 2.4).
SHORTEST_S: Final = 1.7
# And none lasts longer, nor has a longer rest before it: that is a hold with its ways in and out (convention).
LONGEST_S: Final = 12.0
LONGEST_REST_S: Final = 6.0
# Nor does anybody stay at its end for longer: that is a short hold (convention).
LONGEST_STAY_S: Final = 3.0
# A shorter stay may be the end of a repetition. It is told as a hold once that is out of the question, at the latest
# when the next repetition would be too late (convention; ``phases.Shape.hold_from_s`` is as long).
SHORT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class RockingMemory:
    """What is known of it.

    Attributes:
        rocks: Whether it is the exercise that is rocked.
        waiting: Repetitions in a row that are not told yet, since it was not known that they are any.
        short: Short stays that are not told yet, since they may be ends of repetitions.
    """

    rocks: bool = False
    waiting: tuple[Repetition, ...] = ()
    short: tuple[Hold, ...] = ()


def follow(
    moment: Moment,
    other: Movement,
    seen: ForcingMemory,
    past: RockingMemory,
    *,
    rocking_now: bool,
    time_s: float,
    angle_deg: float,
    whose: int | None,
    in_exercise: bool | None,
) -> tuple[Moment, ForcingMemory, RockingMemory]:
    """Takes one more moment of a posture into account that two exercises have.

    Args:
        moment: What is known of the one that it is taken for now.
        other: How the other one is moved.
        seen: What is remembered of that.
        past: What the last call returned.
        rocking_now: Whether the one it is taken for is the one that is rocked.
        time_s: Media time.
        angle_deg: What the phases are read from.
        whose: The leg it is of, or None.
        in_exercise: Whether the posture is theirs; None when that cannot be told.

    Returns:
        The moment, with repetitions that are now known to be some; what is remembered of the other one; which it is.
    """
    seen, changes, _, repetitions = forcing.follow(other, time_s, angle_deg, seen, whose=whose, in_exercise=in_exercise)
    over = in_exercise is False
    if rocking_now:
        told = replace(moment, repetitions=(*past.waiting, *moment.repetitions)) if past.waiting else moment
        return told, seen, RockingMemory(rocks=not (over or _is_held(moment.changes)))
    shallow = seen.course.course.low < other.bounce_from_deg
    now = RockingMemory() if over or _is_held(changes) else _decided(past, repetitions, shallow=shallow)
    if not now.rocks and seen.done.repetitions != len(now.waiting):
        seen = _counted_anew(other, seen, now.waiting)
    short = (*past.short, *moment.holds)
    late = bool(short) and time_s - short[-1].end_s > LONGEST_S
    if now.rocks:
        return replace(moment, holds=()), seen, now
    if over or late or any(hold.seen_s >= SHORT_S for hold in short):
        return replace(moment, holds=short), seen, now
    return (replace(moment, holds=()) if short else moment), seen, replace(now, short=short)


def _is_held(changes: Sequence[PhaseChange]) -> bool:
    return any(change.phase is Phase.HOLD for change in changes)


def _decided(past: RockingMemory, repetitions: Sequence[Repetition], *, shallow: bool) -> RockingMemory:
    """Which it is; ``shallow``: repetitions begin short of the stretch, where nobody bounces at its end."""
    waiting = past.waiting
    if past.rocks:
        return RockingMemory(rocks=True, waiting=(*waiting, *repetitions))
    for one in repetitions:
        in_time = (0.0 if shallow else SHORTEST_S) <= one.end_s - one.start_s <= LONGEST_S
        in_time = in_time and one.top_hold_s <= LONGEST_STAY_S
        goes_on = bool(waiting) and one.start_s - waiting[-1].end_s <= LONGEST_REST_S
        before = waiting if goes_on else ()
        waiting = (*before, replace(one, number=len(before) + 1)) if in_time else ()
    return RockingMemory(len(waiting) >= IN_A_ROW, waiting)


def _counted_anew(movement: Movement, memory: ForcingMemory, waiting: Sequence[Repetition]) -> ForcingMemory:
    """What was done of the rocked exercise while it is not known to be it: the repetitions that wait, and no others."""
    sides = [SideTally(repetitions=sum(one.side == side for one in waiting)) for side in (0, 1, None)]
    peaks = clocks.Peaks()
    for one in waiting:
        peaks = clocks.with_peak(movement.growth, peaks, one)
    return replace(
        memory,
        done=Tally(sides=(sides[0], sides[1], sides[2]), steps=memory.done.steps),
        peaks=peaks,
        begun_s=tuple(one.start_s for one in waiting)[-2:],
    )
