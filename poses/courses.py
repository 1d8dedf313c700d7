"""The two courses an exercise can take, from one angle over media time.

Which question this module answers: given the last seconds of the angle and the phase before, has another phase begun,
and when. Every level is compared with the person's own of a moment before. Numbers without a source are conventions.
"""

import enum
import math
from dataclasses import dataclass, replace
from typing import Final, Literal

from poses import levels
from poses.levels import BIN_S, NEAR_DEG, PAST_DEG, Bin

# A hold ends when the angle stays this far outside it, for longer than a bounce stays below.
_LEFT_DEG: Final = 4.0
_LEFT_S: Final = 0.7
_CREEP_DEG: Final = 5.0
# The stretch begins this far above the person's own level of rest, yet no farther from its nominal start than this.
_ABOVE_REST_DEG: Final = 6.0
_START_DEG: Final = (-3.0, 2.0)
# A hold lasts from half of the person's own way in to half of the way out: as IEEE Std 181 measures the duration of a
# pulse, between its 50 % reference level instants. A share and not degrees, because the estimate may read all of a
# movement too small; and half, where the movement is fastest and an error of the angle shifts the moment least.
_HELD_SHARE: Final = 0.5
# Whoever goes deeper from a hold leaves it at once, and holds again once this share of the way is left (convention).
_DEEPER_SHARE: Final = 0.2
# A repetition's turn: this share of its rise back from the highest, where that is more than the shape's degrees.
_TURN_SHARE: Final = 0.2
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
        up_deg: So far above its rest a repetition has begun.
        turn_deg: So far back from its highest angle it has turned.
        hold_from_s: A top this long is a hold.
        pause_s: A view lost for longer ends what was under way. Within 5 s a passer-by is gone, and nobody leaves a
            lunge, rests and comes back.
        hidden_s: What was lifted and seems lowered for no longer is hidden behind the other leg: the highest angle of
            so much time counts. 0 where nothing hides it.
    """

    kind: Literal["hold", "repetition"]
    from_deg: float
    still_deg_s: float = 3.0
    excursion_deg: float = 15.0
    up_deg: float = 8.0
    turn_deg: float = 6.0
    hold_from_s: float = 5.0
    pause_s: float = 5.0
    hidden_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """A phase began. One dated no later than the change before it replaces that one.

    Attributes:
        phase: Which.
        since_s: Media time at which it truly began.
        said_s: When that was known.
        side: The leg whose angle is followed, or None where both do the same.
        peak: Highest angle of the hold or repetition under way; NaN before.
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
        high: Highest angle since then (repetition), or of the hold before ``bins``.
        base: Level from which the way into the hold began; NaN before one.
        rest: The same of the first of holds that go deeper one after the other: whoever leaves comes out that far.
        level_s: Since when the angle is at the level of the hold.
    """

    phase: Phase | None = None
    since_s: float = -math.inf
    side: int | None = None
    begun: bool = False
    bins: tuple[Bin, ...] = ()
    low: float = math.inf
    high: float = -math.inf
    base: float = math.nan
    rest: float = math.nan
    level_s: float = -math.inf


Changes = tuple[PhaseChange, ...]


def begin(course: Course, phase: Phase, start: Bin, said_s: float) -> tuple[Course, Changes]:
    """The course with another phase, no earlier than the one before it, and the change to tell."""
    peak = course.high if course.high > -math.inf else math.nan
    since = max(start.time_s, course.since_s)
    change = PhaseChange(phase, since, said_s, course.side, peak, start.unseen_s)
    return replace(course, phase=phase, since_s=since), (change,)


def follow_hold(shape: Shape, course: Course, said_s: float) -> tuple[Course, Changes]:
    """The course of a stretch that is held: in when still above the level of rest, out when it moved away."""
    if course.phase is Phase.HOLD:
        return _leave(shape, course, said_s)
    bins, phase = course.bins, course.phase
    now, still = levels.mean(bins, 0.5, 0.0), levels.still(bins, shape.still_deg_s)
    moving = phase in (Phase.ENTER, Phase.EXIT)
    if phase is not Phase.EXIT:
        course = replace(course, low=min(course.low, now))
    # Whoever came out and stays short of a sure stretch is resting; the angle may be off.
    threshold = shape.from_deg + _START_DEG[1] if phase is Phase.EXIT else _threshold(shape, course)
    if still and now > threshold:
        # Asked twice, since what sets out from near the threshold may look still for a moment.
        sure = levels.mean(bins[:-2], 0.5, 0.0) > threshold and levels.still(bins[:-2], shape.still_deg_s)
        return _hold(shape, course, still, said_s) if sure else (course, ())
    if still and moving:
        course = replace(course, low=now, high=-math.inf)
        return begin(course, Phase.REST, levels.arrived(bins, now, PAST_DEG), said_s)
    # What came before this rest is no way into the stretch.
    before = min((b.value for b in bins if b.time_s >= course.since_s), default=now)
    if not moving and now > before + _LEFT_DEG:
        course = replace(course, base=before, rest=before)
        return begin(course, Phase.ENTER, levels.left(bins, before + NEAR_DEG, 1), said_s)
    return course, ()


def _hold(shape: Shape, course: Course, still_s: float, said_s: float) -> tuple[Course, Changes]:
    """A hold begins half way into the stretch, or near the level that somebody went deeper to."""
    level = levels.mean(course.bins, still_s / 2.0, 0.0)
    base, rest = course.base, course.rest
    if course.phase is not Phase.ENTER:
        base = rest = min((b.value for b in course.bins if b.time_s >= course.since_s - BIN_S), default=level)
    # What comes before the rest from which a stretch is counted is not its way in.
    lowest = _threshold(shape, course) - _ABOVE_REST_DEG
    base, rest = max(base, lowest), max(rest, lowest)
    share = _HELD_SHARE if base == rest else _DEEPER_SHARE
    start = levels.reached(course.bins, level, base, _near_deg(base, level, share))
    # What comes before it is still the way in, and not its level.
    level_s = levels.found(course.bins, still_s).time_s
    course = replace(course, high=-math.inf, base=base, rest=rest, level_s=level_s)
    return begin(course, Phase.HOLD, start, said_s)


def departed(course: Course, level: float) -> Bin:
    """Where a hold was left: half of the way out lies behind; the latest moment where it does not."""
    return levels.crossed(course.bins, level - _near_deg(course.rest, level))


def _near_deg(base: float, level: float, share: float = _HELD_SHARE) -> float:
    """How far below its level a hold still is one."""
    return max(share * (level - base), NEAR_DEG)


def _leave(shape: Shape, course: Course, said_s: float) -> tuple[Course, Changes]:
    """A hold goes on until the angle has stayed away from its level: out of the stretch, or deeper into it."""
    bins = course.bins
    level = levels.level_before(bins, course.level_s)
    recent = [b.value for b in bins if b.time_s > bins[-1].time_s - _LEFT_S]
    lowest = level - max(_LEFT_DEG, _near_deg(course.rest, level))
    out = max(recent) < max(lowest, _threshold(shape, course) - 2.0)
    if not out and min(recent) <= level + _CREEP_DEG:
        oldest = bins[0].value if bins[0].time_s >= course.since_s else -math.inf
        return (replace(course, high=oldest) if oldest > course.high else course), ()
    end = departed(course, level) if out else levels.left(bins, level, 1)
    held = [b.value for b in bins if course.since_s - BIN_S <= b.time_s <= end.time_s]
    course = replace(course, high=max([course.high, *held]), base=level)
    return begin(course, Phase.EXIT if out else Phase.ENTER, end, said_s)


def _threshold(shape: Shape, course: Course) -> float:
    low, high = (shape.from_deg + margin for margin in _START_DEG)
    return min(max(course.low + _ABOVE_REST_DEG, low), high)


def follow_repetition(shape: Shape, course: Course, said_s: float) -> tuple[Course, Changes]:
    """The course of what is lifted and lowered, by turning points relative to the person's own rise."""
    if course.phase in (Phase.SET_UP, Phase.REST):
        # Of pictures that are far apart none may have come since.
        low = min((b.value for b in course.bins if b.time_s >= course.since_s - BIN_S), default=course.bins[-1].value)
        if course.bins[-1].value < low + shape.up_deg:
            return course, ()
        # Whoever is fast may be past the top when it is known that they went up.
        since = next(at for at in range(len(course.bins) - 1, -1, -1) if course.bins[at].value <= low)
        course = replace(course, low=low, high=max(b.value for b in course.bins[since:]))
        return begin(course, Phase.UP, levels.left(course.bins, low + NEAR_DEG, 1), said_s)
    if course.phase is Phase.DOWN:
        return _lower(shape, course, said_s)
    course = replace(course, high=max(course.high, course.bins[-1].value))
    turn = max(shape.turn_deg, _TURN_SHARE * (course.high - course.low))
    return (_lift if course.phase is Phase.UP else _stay)(shape, course, turn, said_s)


def _stay(shape: Shape, course: Course, turn: float, said_s: float) -> tuple[Course, Changes]:
    """At the top until it is left; one that is stayed at for long is a hold."""
    bins = course.bins
    level = levels.level_before(bins, course.since_s)
    if max(b.value for b in bins[-2:]) < level - turn:
        return begin(course, Phase.DOWN, levels.left(bins, level, -1), said_s)
    if course.phase is Phase.TOP and bins[-1].time_s - course.since_s >= shape.hold_from_s:
        # Dated back to the arrival: the clock of the hold includes what made it long.
        return begin(course, Phase.HOLD, _beginning(course), said_s)
    return course, ()


def _lift(shape: Shape, course: Course, turn: float, said_s: float) -> tuple[Course, Changes]:
    """On the way up: at the top once it stays there, or turns."""
    bins, high = course.bins, course.high
    enough = high - course.low >= shape.excursion_deg and high >= shape.from_deg
    if bins[-1].value < high - turn:
        if not enough:
            return begin(course, Phase.REST, bins[-1], said_s)
        top = levels.arrived(levels.until(bins, high), high - NEAR_DEG, PAST_DEG)
        course, changes = begin(course, Phase.TOP, top, said_s)
        course, more = begin(course, Phase.DOWN, levels.left(bins, high - NEAR_DEG, -1), said_s)
        return course, changes + more
    still = levels.still(bins, shape.still_deg_s) if enough and bins[-1].value >= shape.from_deg else 0.0
    if still:
        return begin(course, Phase.TOP, levels.found(bins, still), said_s)
    return course, ()


def _lower(shape: Shape, course: Course, said_s: float) -> tuple[Course, Changes]:
    """On the way down: at rest once low enough and still, or rising again; back at the top when not low enough."""
    bins = course.bins
    low = min((b.value for b in bins if b.time_s >= course.since_s), default=bins[-1].value)
    rising, still = bins[-1].value > low + shape.up_deg, levels.still(bins, shape.still_deg_s) == 1.0
    if not (rising or still):
        return course, ()
    if not lowered(shape, course):
        return begin(course, Phase.TOP, bins[-1], said_s)
    if not rising:
        return begin(course, Phase.REST, levels.arrived(bins, levels.mean(bins, 0.5, 0.0), PAST_DEG), said_s)
    rest = levels.arrived(levels.until(bins, low), low + NEAR_DEG, PAST_DEG)
    course, changes = begin(course, Phase.REST, rest, said_s)
    course = replace(course, low=low, high=bins[-1].value)
    course, more = begin(course, Phase.UP, levels.left(bins, low + NEAR_DEG, 1), said_s)
    return course, changes + more


def lowered(shape: Shape, course: Course) -> bool:
    """Whether a repetition that is on its way down has come down far enough to count."""
    low = min((b.value for b in course.bins if b.time_s >= course.since_s), default=course.high)
    return course.high - low >= max(shape.excursion_deg, _LOWERED_SHARE * (course.high - course.low))


def _beginning(course: Course) -> Bin:
    """The beginning of the phase as a moment."""
    start = next((b for b in course.bins if b.time_s >= course.since_s), course.bins[-1])
    return start._replace(time_s=course.since_s)
