"""Which part of an exercise a moment belongs to, from one angle over media time.

Which question this module answers: set-up, entering, holding, leaving and resting in a stretch that is held; up, top,
down and resting in an exercise that is repeated; and when each part truly began. It decides later than it dates: that
somebody has arrived is only known once they have stayed.

The angle is gathered into tenths of a second of media time, so that nothing depends on the frame rate or on lost
frames, and every level is compared with the person's own level of a moment before: the angle may be off by a constant
5 degrees. Numbers without a source are conventions.
"""

import enum
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

# A bin is long enough for a sample at 10 frames a second, and short against any movement that counts.
BIN_S: Final = 0.1
# What is looked back upon: the slowest entry, from half way on, and the second after it.
_LOOK_BACK_S: Final = 6.0
# Frames farther apart than this leave a gap that stops the clocks; the smoothing forgets after as long.
SEEN_S: Final = 0.5
# A person has arrived at, or left, a level when within this of it: just above the noise of 0.3 s.
_NEAR_DEG: Final = 1.0
# So near, a calm movement is still under way for this long, or has been; measured on smooth movements.
_SETTLE_S: Final = 0.1
# It was on its way to a level when this far from it: more than sway.
_PAST_DEG: Final = 3.0
# Bounces of up to twice this do not hide at which level somebody holds.
_BOUNCE_DEG: Final = 6.0
# A hold ends when the angle stays this far outside it, for longer than a bounce stays below.
_LEFT_DEG: Final = 4.0
_LEFT_S: Final = 0.7
_CREEP_DEG: Final = 5.0
# The stretch begins this far above the person's own level of rest, yet no farther from its nominal start than this.
_ABOVE_REST_DEG: Final = 6.0
_START_DEG: Final = (-3.0, 2.0)
# A repetition's turn: so many degrees, and this share of its rise, back from the highest or lowest.
_TURN_DEG: Final = 6.0
_TURN_SHARE: Final = 0.2
_UP_DEG: Final = 8.0
# Lowered by this share of its own rise, a repetition is over, even when the next begins before the floor.
_LOWERED_SHARE: Final = 0.35


class Phase(enum.Enum):
    """A part of an exercise. Held: SET_UP, ENTER, HOLD, EXIT, REST. Repeated: SET_UP, UP, TOP (HOLD), DOWN, REST."""

    SET_UP = "set-up"
    ENTER = "enter"
    HOLD = "hold"
    UP = "up"
    TOP = "top"
    DOWN = "down"
    EXIT = "exit"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the course of an exercise looks like.

    Attributes:
        kind: Held once, or repeated.
        from_deg: The angle from which on it is a stretch (hold) or a lift (repetition).
        still_deg_s: Mean speed over a second below which a person is holding.
        excursion_deg: The smallest rise, and fall, of a repetition.
        hold_from_s: A top this long is a hold.
        pause_s: A view lost for longer ends what was under way. Within 5 s a passer-by is gone, and nobody leaves a
            lunge, rests and comes back.
    """

    kind: Literal["hold", "repetition"]
    from_deg: float
    still_deg_s: float = 3.0
    excursion_deg: float = 15.0
    hold_from_s: float = 5.0
    pause_s: float = 5.0


# The opening at which the phantom's truth begins a hold.
LUNGE: Final = Shape("hold", from_deg=3.0)
# The rules for the top hold from -25 degrees; less 5 for a bias. Feet that are moved on the floor stay below it.
BRIDGE: Final = Shape("repetition", from_deg=-30.0)


class Bin(NamedTuple):
    """Mean time and angle of a tenth of a second, and how long nothing was seen until then since the exercise began."""

    time_s: float
    value: float
    unseen_s: float


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """A phase began. One dated no later than the change before it replaces that one.

    Attributes:
        phase: Which.
        since_s: Media time at which it truly began.
        said_s: When that was known.
        side: The leg whose angle is followed, or None where both do the same.
        peak: Highest angle since the person entered or went up; NaN before.
        unseen_s: Of all time until ``since_s``, how much was not seen; only differences mean something.
    """

    phase: Phase
    since_s: float
    said_s: float
    side: int | None
    peak: float
    unseen_s: float


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of the course of the exercise, renewed ten times a second.

    Attributes:
        phase: Now; None before the first exercise was seen.
        since_s: Since when.
        side: The leg followed.
        begun: The exercise is being done; otherwise ``bins`` is what may turn out to be its beginning.
        bins: The last seconds.
        low: Level of rest (hold), or from which the person went up (repetition).
        high: Highest angle since then.
    """

    phase: Phase | None = None
    since_s: float = -math.inf
    side: int | None = None
    begun: bool = False
    bins: tuple[Bin, ...] = ()
    low: float = math.inf
    high: float = -math.inf


@dataclass(frozen=True, slots=True)
class PhaseMemory:
    """The past of the phases; its ``course`` is the answer. The other fields gather the bin that is under way."""

    course: Course = Course()
    seen_s: float = -math.inf
    unseen_s: float = 0.0
    slot: int = -1
    count: int = 0
    sum_s: float = 0.0
    sum_deg: float = 0.0

    @property
    def phase(self) -> Phase | None:
        """The phase now."""
        return self.course.phase


Changes = tuple[PhaseChange, ...]


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
    course = memory.course
    if in_exercise is False:
        if not course.begun:
            return (PhaseMemory(Course(course.phase, course.since_s)) if course.bins else memory), ()
        return _end(shape, memory, time_s)
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
    return _end(shape, memory, memory.seen_s)


def _take(shape: Shape, course: Course, memory: PhaseMemory, time_s: float) -> tuple[Course, Changes]:
    """Closes the bin that was under way."""
    latest = Bin(memory.sum_s / memory.count, memory.sum_deg / memory.count, memory.unseen_s)
    oldest = latest.time_s - _LOOK_BACK_S
    kept = course.bins if not course.bins or course.bins[0].time_s >= oldest else course.bins[1:]
    course = replace(course, bins=(*kept, latest))
    if not course.begun:
        return course, ()
    follow: Callable[[Shape, Course, float], tuple[Course, Changes]]
    follow = _follow_hold if shape.kind == "hold" else _follow_repetition
    return follow(shape, course, time_s)


def _end(shape: Shape, memory: PhaseMemory, time_s: float) -> tuple[PhaseMemory, Changes]:
    """The exercise is over, or was not seen for so long that it counts as over, at the last moment it was seen."""
    course = memory.course
    if not course.begun:
        return PhaseMemory(Course(course.phase, course.since_s)), ()
    changes: Changes = ()
    if memory.count:
        course, changes = _take(shape, course, memory, time_s)
    if course.phase in (Phase.HOLD, Phase.TOP) or (course.phase is Phase.DOWN and not _lowered(shape, course)):
        level, latest = _level(course), course.bins[-1]
        left = _left(course.bins, level, -1) if latest.value < level - 2.0 * _NEAR_DEG else latest
        course, more = _begin(course, Phase.EXIT, left, time_s)
        changes += more
    if course.phase is not Phase.REST:
        rest = course.bins[-1]
        if course.phase is Phase.DOWN:
            rest = _arrived(course.bins, _mean(course.bins, 0.3, 0.0), _PAST_DEG)
        course, more = _begin(course, Phase.REST, rest, time_s)
        changes += more
    return PhaseMemory(Course(course.phase, course.since_s)), changes


def _begin(course: Course, phase: Phase, start: Bin, said_s: float) -> tuple[Course, Changes]:
    peak = course.high if course.high > -math.inf else math.nan
    since = max(start.time_s, course.since_s)
    change = PhaseChange(phase, since, said_s, course.side, peak, start.unseen_s)
    return replace(course, phase=phase, since_s=since), (change,)


def _follow_hold(shape: Shape, course: Course, said_s: float) -> tuple[Course, Changes]:
    """The course of a stretch that is held: in when still above the level of rest, out when it moved away."""
    bins, phase = course.bins, course.phase
    now = _mean(bins, 0.5, 0.0)
    if phase is Phase.HOLD:
        course = replace(course, high=max(course.high, bins[-1].value))
        level, recent = _level(course), [b.value for b in bins if b.time_s > bins[-1].time_s - _LEFT_S]
        if max(recent) < max(level - _LEFT_DEG, _threshold(shape, course) - 2.0):
            return _begin(course, Phase.EXIT, _left(bins, level, -1), said_s)
        if min(recent) > level + _CREEP_DEG:
            return _begin(course, Phase.ENTER, _left(bins, level, 1), said_s)
        return course, ()
    if phase is not Phase.EXIT:
        course = replace(course, low=min(course.low, now))
    # Whoever came out and stays short of a sure stretch is resting; the angle may be off.
    threshold = shape.from_deg + _START_DEG[1] if phase is Phase.EXIT else _threshold(shape, course)
    still = _still(shape, bins)
    # Twice, since what sets out from near the threshold may look still for a moment.
    if still and now > threshold and _mean(bins[:-2], 0.5, 0.0) > threshold and _still(shape, bins[:-2]):
        start = _arrived(bins, _mean(bins, still / 2.0, 0.0), _PAST_DEG if still == 1.0 else _BOUNCE_DEG)
        course = replace(course, high=max(b.value for b in bins if b.time_s > start.time_s - BIN_S))
        return _begin(course, Phase.HOLD, start, said_s)
    if still and phase in (Phase.ENTER, Phase.EXIT):
        course = replace(course, low=now, high=-math.inf)
        return _begin(course, Phase.REST, _arrived(bins, now, _PAST_DEG), said_s)
    if phase is not Phase.ENTER and phase is not Phase.EXIT:
        before = min(b.value for b in bins)
        if now > before + _LEFT_DEG:
            return _begin(course, Phase.ENTER, _left(bins, before + _NEAR_DEG, 1), said_s)
    return course, ()


def _threshold(shape: Shape, course: Course) -> float:
    low, high = (shape.from_deg + margin for margin in _START_DEG)
    return min(max(course.low + _ABOVE_REST_DEG, low), high)


def _follow_repetition(shape: Shape, course: Course, said_s: float) -> tuple[Course, Changes]:
    """The course of what is lifted and lowered, by turning points relative to the person's own rise."""
    bins, value = course.bins, course.bins[-1].value
    if course.phase in (Phase.SET_UP, Phase.REST):
        low = min(b.value for b in bins if b.time_s >= course.since_s - BIN_S)
        if value < low + _UP_DEG:
            return course, ()
        start = _left(bins, low + _NEAR_DEG, 1)
        return _begin(replace(course, low=low, high=value), Phase.UP, start, said_s)
    if course.phase is Phase.DOWN:
        return _lower(shape, course, said_s)
    course = replace(course, high=max(course.high, value))
    turn = max(_TURN_DEG, _TURN_SHARE * (course.high - course.low))
    if course.phase is Phase.UP:
        return _lift(shape, course, turn, said_s)
    level = _level(course)
    if max(b.value for b in bins[-2:]) < level - turn:
        return _begin(course, Phase.DOWN, _left(bins, level, -1), said_s)
    if course.phase is Phase.TOP and bins[-1].time_s - course.since_s >= shape.hold_from_s:
        # Dated back to the arrival: the clock of the hold includes what made it long.
        return _begin(course, Phase.HOLD, _unseen_at(course), said_s)
    return course, ()


def _lift(shape: Shape, course: Course, turn: float, said_s: float) -> tuple[Course, Changes]:
    """On the way up: at the top once it stays there, or turns."""
    bins, high = course.bins, course.high
    enough = high - course.low >= shape.excursion_deg and high >= shape.from_deg
    if bins[-1].value < high - turn:
        if not enough:
            return _begin(course, Phase.REST, bins[-1], said_s)
        top = _arrived(_until(bins, high), high - _NEAR_DEG, _PAST_DEG)
        course, changes = _begin(course, Phase.TOP, top, said_s)
        course, more = _begin(course, Phase.DOWN, _left(bins, high - _NEAR_DEG, -1), said_s)
        return course, changes + more
    if enough and bins[-1].value >= shape.from_deg and _still(shape, bins) == 1.0:
        return _begin(course, Phase.TOP, _arrived(bins, _mean(bins, 0.5, 0.0), _PAST_DEG), said_s)
    return course, ()


def _lower(shape: Shape, course: Course, said_s: float) -> tuple[Course, Changes]:
    """On the way down: at rest once low enough and still, or rising again; back at the top when not low enough."""
    bins = course.bins
    low = min(b.value for b in bins if b.time_s >= course.since_s)
    rising, still = bins[-1].value > low + _UP_DEG, _still(shape, bins)
    if not (rising or still):
        return course, ()
    if not _lowered(shape, course):
        return _begin(course, Phase.TOP, bins[-1], said_s)
    if not rising:
        return _begin(course, Phase.REST, _arrived(bins, _mean(bins, 0.5, 0.0), _PAST_DEG), said_s)
    rest = _arrived(_until(bins, low), low + _NEAR_DEG, _PAST_DEG)
    course, changes = _begin(course, Phase.REST, rest, said_s)
    course = replace(course, low=low, high=bins[-1].value)
    course, more = _begin(course, Phase.UP, _left(bins, low + _NEAR_DEG, 1), said_s)
    return course, changes + more


def _lowered(shape: Shape, course: Course) -> bool:
    """Whether a repetition that is on its way down has come down far enough to count."""
    low = min((b.value for b in course.bins if b.time_s >= course.since_s), default=course.high)
    return course.high - low >= max(shape.excursion_deg, _LOWERED_SHARE * (course.high - course.low))


def _still(shape: Shape, bins: Sequence[Bin]) -> float:
    """For how many seconds there was no mean movement: 1, or 2.5 where bounces between two levels hide it, or 0."""
    now, before = _mean(bins, 0.5, 0.0), _mean(bins, 1.0, 0.5)
    # NaN, for too few bins, is no stillness.
    if abs(now - before) < shape.still_deg_s * 0.5:
        return 1.0
    latest = bins[-1].time_s
    early = [b.value for b in bins if 1.25 <= latest - b.time_s < 2.5]
    late = [b.value for b in bins if latest - b.time_s < 1.25]
    if min(len(early), len(late)) * BIN_S < 0.6:
        return 0.0
    moved = max(abs(max(late) - max(early)), abs(min(late) - min(early)))
    return 2.5 if moved < shape.still_deg_s else 0.0


def _mean(bins: Sequence[Bin], from_s: float, until_s: float) -> float:
    """Mean angle from one time before the latest bin until another; NaN when less than half of it was seen."""
    latest = bins[-1].time_s
    values = []
    for b in reversed(bins):
        ago = latest - b.time_s
        if ago >= from_s:
            break
        if ago >= until_s:
            values.append(b.value)
    enough = len(values) * BIN_S >= (from_s - until_s) / 2.0 - BIN_S / 2.0
    return sum(values) / len(values) if enough else math.nan


def _level(course: Course) -> float:
    """Where the angle was before the last second: the median since the phase began, which bounces do not move."""
    latest = course.bins[-1].time_s
    since = [b for b in course.bins if b.time_s >= course.since_s - BIN_S] or course.bins[-1:]
    before = [b.value for b in since if latest - 4.0 <= b.time_s <= latest - 1.0]
    return statistics.median(before if len(before) * BIN_S >= 0.5 else [b.value for b in since])


def _smooth(bins: Sequence[Bin]) -> list[float]:
    """Means of each bin and its neighbours; of itself alone where frames were lost on one side."""
    values = [b.value for b in bins]
    for i in range(1, len(bins) - 1):
        if bins[i + 1].time_s - bins[i - 1].time_s < 3.0 * BIN_S:
            values[i] = (bins[i - 1].value + bins[i].value + bins[i + 1].value) / 3.0
    return values


def _arrived(bins: Sequence[Bin], level: float, past_deg: float) -> Bin:
    """When the angle, last farther than ``past_deg`` from a level, first came near it."""
    away = [abs(value - level) for value in _smooth(bins)]
    first = next((i for i in range(len(away) - 1, -1, -1) if away[i] > past_deg), None)
    if first is None:
        return bins[0]
    near = next((i for i in range(first + 1, len(away)) if away[i] <= _NEAR_DEG), len(away) - 1)
    return _between(bins[near - 1], bins[near], away[near - 1], away[near], late=True)


def _left(bins: Sequence[Bin], level: float, sign: int) -> Bin:
    """When the angle was last near a level before it rose (+1) or fell (-1) away from it."""
    values = _smooth(bins)
    last = next((i for i in range(len(values) - 1, -1, -1) if sign * (values[i] - level) <= 2.0 * _NEAR_DEG), 0)
    # Sway may have moved it a little from the level of the seconds before.
    before = [b.value for b in bins[: last + 1] if b.time_s >= bins[last].time_s - 1.2]
    close = [value for value in before if abs(value - level) <= _PAST_DEG]
    level = statistics.median(close) if close else level
    last = next((i for i in range(last, -1, -1) if sign * (values[i] - level) <= _NEAR_DEG), 0)
    if last + 1 == len(bins):
        return bins[last]
    there, gone = sign * (values[last] - level), sign * (values[last + 1] - level)
    return _between(bins[last], bins[last + 1], there, gone, late=False)


def _between(before: Bin, after: Bin, there: float, then: float, *, late: bool) -> Bin:
    """The moment of rest next to that at which a distance passed ``_NEAR_DEG``; nothing is guessed in a gap."""
    if after.unseen_s > before.unseen_s or there == then:
        return after if late else before
    share = min(max((_NEAR_DEG - there) / (then - there), 0.0), 1.0)
    passed_s = before.time_s + share * (after.time_s - before.time_s)
    return before._replace(time_s=passed_s + (_SETTLE_S if late else -_SETTLE_S))


def _until(bins: Sequence[Bin], value: float) -> Sequence[Bin]:
    """The bins up to the last one with a value, or all."""
    position = next((i for i in range(len(bins) - 1, -1, -1) if bins[i].value == value), len(bins) - 1)
    return bins[: position + 1]


def _unseen_at(course: Course) -> Bin:
    """The beginning of the phase as a moment."""
    start = next((b for b in course.bins if b.time_s >= course.since_s), course.bins[-1])
    return start._replace(time_s=course.since_s)
