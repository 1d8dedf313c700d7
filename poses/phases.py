"""Which part of an exercise a moment belongs to, from one angle over media time.

Which question this module answers: set-up, entering, holding, leaving and resting in a stretch that is held; up, top,
down and resting in an exercise that is repeated; and when each part truly began. It decides later than it dates: that
somebody has arrived is only known once they have stayed.

The angle is gathered into tenths of a second of media time, so that nothing depends on the frame rate or on lost
frames, and every level is compared with the person's own level of a moment before: the angle may be off by a constant
5 degrees. Numbers without a source are conventions.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from poses import levels
from poses.courses import (
    Changes,
    Course,
    Phase,
    PhaseChange,
    Shape,
    begin,
    departed,
    follow_hold,
    follow_repetition,
    lowered,
)
from poses.levels import BIN_S, NEAR_DEG, PAST_DEG, Bin

__all__ = ["Course", "Phase", "PhaseChange", "PhaseMemory", "Shape", "advance", "finish"]

# What is looked back upon: the slowest entry, from half way on, and the second after it.
_LOOK_BACK_S: Final = 6.0
# Frames farther apart than this leave a gap that stops the clocks; the smoothing forgets after as long.
SEEN_S: Final = 0.5
# Times of frames that are as far apart as a window differ from it by their rounding.
_ROUNDING_S: Final = 1e-3
# Three frames at 10 frames a second, and no more: with fewer a second the middle one of them would hide a lift.
_CLOSE_S: Final = 0.21


@dataclass(frozen=True, slots=True)
class PhaseMemory:
    """The past of the phases; its ``course`` is the answer. The other fields gather the bin that is under way.

    For a shape with ``hidden_s`` there are the times and angles of the two frames before (``last``), what may count
    still (``lifted``: times and angles that fall from each to the next) and when the last change that was told began.
    """

    course: Course = Course()
    seen_s: float = -math.inf
    unseen_s: float = 0.0
    slot: int = -1
    count: int = 0
    sum_s: float = 0.0
    sum_deg: float = 0.0
    last: tuple[tuple[float, float], ...] = ()
    lifted: tuple[tuple[float, float], ...] = ()
    told_s: float = -math.inf

    @property
    def phase(self) -> Phase | None:
        """The phase now."""
        return self.course.phase


def advance(
    shape: Shape,
    time_s: float,
    value: float,
    memory: PhaseMemory,
    *,
    in_exercise: bool | None,
    side: int | None = None,
) -> tuple[PhaseMemory, Changes]:
    """Takes one more moment into account.

    Args:
        shape: The course of the exercise.
        time_s: Media time; a moment no later than the last one is passed over.
        value: Angle in degrees, high when stretched or lifted; NaN when not seen.
        memory: What the last call returned.
        in_exercise: Whether the posture is that of the exercise; None when that cannot be told, or not yet.
        side: The leg the angle is of, or None where both do the same.

    Returns:
        The new memory, and the phases that were found to have begun, in order of ``since_s``.
    """
    if not shape.hidden_s:
        return _advance(shape, time_s, value, memory, in_exercise, side)
    same = memory.course.side == side
    last, lifted = (memory.last, memory.lifted) if same else ((), ())
    if not math.isnan(value):
        # A single frame that stands out is no lift: the middle one of three counts, where they are close enough.
        of_three = value
        if len(last) == 2 and time_s - last[0][0] <= _CLOSE_S:
            of_three = sorted((last[0][1], last[1][1], value))[1]
        last = (*last, (time_s, value))[-2:]
        # What is lower than what came later does not count any more.
        later = [one for one in lifted if one[0] > time_s - shape.hidden_s - _ROUNDING_S and one[1] > of_three]
        lifted = (*later, (time_s, of_three))
        value = lifted[0][1]
    now, changes = _advance(shape, time_s, value, memory, in_exercise, side)
    told = _undelayed(shape, memory, changes)
    told_s = told[-1].since_s if told else memory.told_s
    return replace(now, last=last, lifted=lifted, told_s=told_s), told


def _undelayed(shape: Shape, memory: PhaseMemory, changes: Changes) -> Changes:
    """Ways down dated when they truly began and ended: the highest angle of some time falls by that much later."""
    told: Changes = ()
    before_s = memory.told_s
    for change in changes:
        since_s = change.since_s
        # What was still up when it was last seen did not fall.
        fell = change.phase in (Phase.DOWN, Phase.EXIT, Phase.REST) and since_s < memory.seen_s - BIN_S
        since_s = max(since_s - shape.hidden_s if fell else since_s, before_s)
        told, before_s = (*told, replace(change, since_s=since_s)), since_s
    return told


def _advance(
    shape: Shape, time_s: float, value: float, memory: PhaseMemory, in_exercise: bool | None, side: int | None
) -> tuple[PhaseMemory, Changes]:
    """Takes one more moment into account, its angle as it is."""
    course = memory.course
    if in_exercise is False:
        if not course.begun:
            return (PhaseMemory(Course(course.phase, course.since_s)) if course.bins else memory), ()
        return _end(shape, memory, time_s)
    if not course.begun and side != course.side:
        # What was gathered before is of the other leg.
        memory = PhaseMemory(Course(course.phase, course.since_s, side))
        course = memory.course
    gap = time_s - memory.seen_s
    changes: Changes = ()
    lost = gap > (shape.pause_s if course.begun else SEEN_S)
    if lost or (in_exercise and course.begun and side != course.side):
        memory, changes = _end(shape, memory, time_s)
        course, gap = memory.course, math.inf
    if math.isnan(value) or gap <= 0.0 or (in_exercise is None and course.begun):
        return memory, changes
    unseen = memory.unseen_s + (gap if SEEN_S < gap < math.inf else 0.0)
    if in_exercise and not course.begun:
        first = course.bins[0].time_s if course.bins else time_s
        course = Course(Phase.SET_UP, first, side, begun=True, bins=course.bins)
        changes += (PhaseChange(Phase.SET_UP, first, time_s, side, math.nan, unseen),)
    slot = math.floor(time_s / BIN_S)
    if slot == memory.slot:
        now = PhaseMemory(course, time_s, unseen, slot, memory.count + 1, memory.sum_s + time_s, memory.sum_deg + value)
        return now, changes
    if memory.count:
        course, more = _take(shape, course, memory, time_s)
        changes += more
    return PhaseMemory(course, time_s, unseen, slot, 1, time_s, value), changes


def finish(shape: Shape, memory: PhaseMemory) -> tuple[PhaseMemory, Changes]:
    """Ends what is under way, since the source ended, at the last moment that was seen."""
    ended, changes = _end(shape, memory, memory.seen_s)
    return ended, _undelayed(shape, memory, changes) if shape.hidden_s else changes


def _take(shape: Shape, course: Course, memory: PhaseMemory, time_s: float) -> tuple[Course, Changes]:
    """Closes the bin that was under way."""
    latest = Bin(memory.sum_s / memory.count, memory.sum_deg / memory.count, memory.unseen_s)
    oldest = latest.time_s - _LOOK_BACK_S
    kept = course.bins if not course.bins or course.bins[0].time_s >= oldest else course.bins[1:]
    course = replace(course, bins=(*kept, latest))
    if not course.begun:
        return course, ()
    follow: Callable[[Shape, Course, float], tuple[Course, Changes]]
    follow = follow_hold if shape.kind == "hold" else follow_repetition
    return follow(shape, course, time_s)


def _end(shape: Shape, memory: PhaseMemory, time_s: float) -> tuple[PhaseMemory, Changes]:
    """The exercise is over, or was not seen for so long that it counts as over, at the last moment it was seen."""
    course = memory.course
    if not course.begun:
        return PhaseMemory(Course(course.phase, course.since_s)), ()
    changes: Changes = ()
    if memory.count:
        course, changes = _take(shape, course, memory, time_s)
    if course.phase in (Phase.HOLD, Phase.TOP) or (course.phase is Phase.DOWN and not lowered(shape, course)):
        held_s = course.level_s if shape.kind == "hold" else course.since_s
        level, latest = levels.level_before(course.bins, held_s), course.bins[-1]
        course = replace(course, high=max([course.high, *(b.value for b in course.bins if b.time_s >= course.since_s)]))
        left = latest
        if shape.kind == "hold":
            left = departed(course, level)
        elif latest.value < level - 2.0 * NEAR_DEG:
            left = levels.left(course.bins, level, -1)
        course, more = begin(course, Phase.EXIT, left, time_s)
        changes += more
    if course.phase is not Phase.REST:
        rest = course.bins[-1]
        if course.phase is Phase.DOWN:
            rest = levels.arrived(course.bins, levels.mean(course.bins, 0.3, 0.0), PAST_DEG)
        course, more = begin(course, Phase.REST, rest, time_s)
        changes += more
    return PhaseMemory(Course(course.phase, course.since_s)), changes
