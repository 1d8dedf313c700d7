"""Signs of forcing, readings like those of the limits: too fast, bouncing, creeping, too long, too much, farther.

Which question this module answers: what do the detectors and the clocks say of this moment, of the leg the exercise is
about. It knows no postures and no people; what is judged when is the movement's to say (``movement.Movement``), and
numbers are those of safe-ranges.md 3.1 to 3.5 by way of the exercise files.
"""

import math
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from poses import bouncing, clocks, creeping, lifting, phases, rhythm, shaking, swaying, tally
from poses import speed as speeds
from poses.movement import MEASURES, Movement
from poses.phases import Phase, PhaseChange, PhaseMemory
from poses.records import Moment, Reading, Verdict
from poses.tally import Hold, Repetition, Tally

# One-sigma flicker of the hip opening from frame to frame, after the estimator's own filter. Of 36 phantoms seen within
# 15 degrees of the side (training clips, seeds from 3000) the median has 0.36, one in ten 0.9.
FLICKER_DEG: Final = 0.5

# One-sigma error of a change within one sitting (safe-ranges.md 7).
LIFT_SIGMA_DEG: Final = 3.0

# Of two speeds the graver one is told; one that is known before one that is not.
_GRAVITY: Final = {Verdict.UNKNOWN: 0, Verdict.OK: 1, Verdict.CAUTION: 2, Verdict.STOP: 3}


class Detectors(NamedTuple):
    """The recent past of the detectors; a tuple, since one is made at each frame."""

    speed: speeds.SpeedMemory = speeds.SpeedMemory()
    speed_of_other: speeds.SpeedMemory = speeds.SpeedMemory()
    bounce: bouncing.BounceMemory = bouncing.BounceMemory()
    creep: creeping.CreepMemory = creeping.CreepMemory()
    shake: shaking.ShakeMemory = shaking.ShakeMemory()
    sway: swaying.SwayMemory = swaying.SwayMemory()
    lift: lifting.LiftMemory = lifting.LiftMemory()
    beat: rhythm.RhythmMemory = rhythm.RhythmMemory()


@dataclass(frozen=True, slots=True)
class ForcingMemory:
    """The recent past of everything that takes time.

    Attributes:
        course: The course of the exercise.
        done: What was done.
        detectors: What the detectors have seen.
        peaks: How far the repetitions went.
        begun_s: When each of the last two repetitions began.
        since_s: For each rule of time and growth, since when its verdict holds.
        opened_deg: The widest opening since the last repetition, where phases are read from something else.
    """

    course: PhaseMemory = PhaseMemory()
    done: Tally = Tally()
    detectors: Detectors = Detectors()
    peaks: clocks.Peaks = clocks.Peaks()
    begun_s: tuple[float, ...] = ()
    since_s: tuple[tuple[str, Verdict, float], ...] = ()
    opened_deg: float = -math.inf


class Glimpsed(NamedTuple):
    """What is seen at one moment.

    Attributes:
        raw_deg: Hip opening of the leg of interest in this frame alone, NaN where it was not seen.
        smooth_deg: The same, smoothed.
        other_deg: What ``raw_deg`` is, of the other leg, where its speed counts too.
        hips: Where the hips are, see ``swaying.hips_at``, where that matters.
        lifted_deg: By how much less than at rest somebody lies, see ``lifting``, where that matters.
        legs_seen: Whether the legs are well seen. Where they are not, landmarks jump, and a bounce has to go on for as
            many turning points as otherwise make a stop before it is told.
    """

    raw_deg: float
    smooth_deg: float
    other_deg: float = math.nan
    hips: swaying.Hips = swaying.Hips()
    lifted_deg: float = math.nan
    legs_seen: bool = True


def advance(
    movement: Movement,
    time_s: float,
    seen: Glimpsed,
    memory: ForcingMemory,
    *,
    side: int,
    one_sided: bool,
    in_exercise: bool | None,
    course_deg: float | None = None,
) -> tuple[Moment, ForcingMemory]:
    """Takes one more moment of an exercise into account.

    Args:
        movement: How the exercise is moved.
        time_s: Media time.
        seen: What is seen of it.
        memory: What the last call returned.
        side: The leg.
        one_sided: Whether one leg is stretched at a time.
        in_exercise: Whether the posture is that of the exercise; None when that cannot be told.
        course_deg: What the phases are read from, where something better than ``smooth_deg`` is known.
    """
    whose = side if one_sided else None
    angle_deg = seen.smooth_deg if course_deg is None else course_deg
    memory, changes, holds, repetitions = follow(
        movement, time_s, angle_deg, memory, whose=whose, in_exercise=in_exercise
    )
    if movement.lower_foot:
        if in_exercise and seen.smooth_deg > memory.opened_deg:
            memory = replace(memory, opened_deg=seen.smooth_deg)
        repetitions, memory = _opened(repetitions, memory)
    course, done = memory.course, memory.done
    hold_s = tally.hold_s(done, course) if done.hold is not None else math.nan
    readings: tuple[Reading, ...] = ()
    if in_exercise:
        found, detectors = _detected(movement, time_s, seen, memory, side)
        timed, since = _clocked(movement, time_s, hold_s, memory, side, whose)
        readings, memory = (*found, *timed), replace(memory, detectors=detectors, since_s=since)
    number = done.repetition_now or done.repetitions
    since_s = course.course.since_s
    return Moment(None, course.phase, since_s, hold_s, number, changes, holds, repetitions, readings), memory


def follow(
    movement: Movement,
    time_s: float,
    angle_deg: float,
    memory: ForcingMemory,
    *,
    whose: int | None,
    in_exercise: bool | None,
) -> tuple[ForcingMemory, tuple[PhaseChange, ...], tuple[Hold, ...], tuple[Repetition, ...]]:
    """Follows phases, holds and repetitions alone, without asking whether anything is forced.

    Args:
        movement: How the exercise is moved.
        time_s: Media time.
        angle_deg: What the phases are read from.
        memory: What the last call returned.
        whose: The leg it is of, or None where both do the same.
        in_exercise: Whether the posture is that of the exercise; None when that cannot be told.

    Returns:
        The new memory, and the phases that began, the holds and the repetitions that are complete.
    """
    course, changes = phases.advance(
        movement.shape, time_s, angle_deg, memory.course, in_exercise=in_exercise, side=whose
    )
    done, holds, repetitions = tally.gather(memory.done, changes, time_s)
    peaks, begun_s = memory.peaks, memory.begun_s
    for repetition in repetitions:
        peaks = clocks.with_peak(movement.growth, peaks, repetition)
        begun_s = (*begun_s, repetition.start_s)[-2:]
    kept = ForcingMemory(course, done, memory.detectors, peaks, begun_s, memory.since_s, memory.opened_deg)
    return kept, changes, holds, repetitions


def with_detectors_of(memory: ForcingMemory, other: ForcingMemory) -> ForcingMemory:
    """A memory with what another one's detectors have seen."""
    return replace(memory, detectors=other.detectors)


def leave(movement: Movement, time_s: float, memory: ForcingMemory) -> tuple[Moment, ForcingMemory]:
    """Ends what is under way because another exercise was begun; what was done is kept."""
    nothing = Glimpsed(math.nan, math.nan)
    return advance(movement, time_s, nothing, memory, side=0, one_sided=False, in_exercise=False)


def finish(movement: Movement, memory: ForcingMemory) -> Moment:
    """What was still under way when the exercise or the source ended."""
    course, changes = phases.finish(movement.shape, memory.course)
    done, holds, repetitions = tally.gather(memory.done, changes, course.seen_s)
    _, last = tally.close(done)
    if movement.lower_foot:
        repetitions, _ = _opened(repetitions, memory)
    return Moment(phase=course.phase, changes=changes, holds=(*holds, *last), repetitions=repetitions)


def _opened(repetitions: tuple[Repetition, ...], memory: ForcingMemory) -> tuple[tuple[Repetition, ...], ForcingMemory]:
    """Repetitions with their widest opening for a peak: they were counted by something else."""
    if not repetitions or memory.opened_deg == -math.inf:
        return repetitions, memory
    told = tuple(replace(one, peak=memory.opened_deg) for one in repetitions)
    return told, replace(memory, opened_deg=-math.inf)


def _detected(
    movement: Movement, time_s: float, seen: Glimpsed, memory: ForcingMemory, side: int
) -> tuple[tuple[Reading, ...], Detectors]:
    """What the detectors say."""
    found: list[Reading] = []
    past = memory.detectors
    speed, other, bounce, creep, shake, sway, lift, beat = past

    def say(rule: str, value: float, sigma: float, verdict: Verdict, limit: float, since_s: float) -> None:
        found.append(Reading(rule, MEASURES[rule], side, value, sigma, verdict, limit, since_s))

    if movement.bounce is not None:
        limits = movement.bounce
        if not seen.legs_seen:
            limits = replace(limits, caution_reversals=limits.stop_reversals)
        at_end = seen.smooth_deg > movement.bounce_from_deg
        b, bounce = bouncing.advance(limits, time_s, seen.raw_deg, FLICKER_DEG, bounce, active=at_end)
        small, beat = rhythm.advance(limits.min_swing_deg, time_s, seen.raw_deg, beat, active=at_end)
        if _GRAVITY[small.verdict] > _GRAVITY[b.verdict] and small.verdict is not Verdict.OK:
            # A bounce that was told by its swings is not told again.
            since_s = max(small.since_s, b.since_s) if b.verdict is Verdict.OK else small.since_s
            say("bounce", small.value, small.sigma, small.verdict, limits.min_swing_deg, since_s)
        else:
            say("bounce", b.value, b.sigma, b.verdict, b.limit, b.since_s)
    if movement.speed is not None:
        counts = seen.smooth_deg > movement.speed_from_deg
        s, speed = speeds.advance(movement.speed, time_s, seen.raw_deg, math.nan, speed, active=counts)
        if movement.both_legs:
            o, other = speeds.advance(movement.speed, time_s, seen.other_deg, math.nan, other, active=True)
            s = max((s, o), key=lambda one: _GRAVITY[one.verdict])
        say("speed", s.value, s.sigma, s.verdict, s.limit, s.since_s)
    if movement.creep is not None:
        hold = memory.done.hold
        # Its depth is that of where somebody stayed, and not of the last part of the way in.
        start_s = max(hold.since_s, memory.course.course.level_s) if hold is not None else None
        c, creep = creeping.advance(
            movement.creep, time_s, seen.raw_deg, FLICKER_DEG, creep, active=True, hold_start_s=start_s
        )
        say("creep", c.value, c.sigma, c.verdict, c.limit, c.since_s)
    if movement.shake is not None and movement.shakes:
        still = memory.course.phase in (Phase.HOLD, Phase.TOP)
        k, shake = shaking.advance(movement.shake, time_s, seen.raw_deg, shake, active=still)
        say("shake", k.value, k.sigma, k.verdict, k.limit, k.since_s)
    if movement.sway is not None:
        value, sway = swaying.advance(movement.sway, time_s, seen.hips, sway)
        say("sway", value, 0.0, sway.verdict, sway.limit, sway.since_s)
    if movement.lift is not None:
        lift = lifting.advance(movement.lift, time_s, seen.lifted_deg, lift)
        say("lift", seen.lifted_deg, LIFT_SIGMA_DEG, lift.verdict, movement.lift.caution_deg, lift.since_s)
    return tuple(found), Detectors(speed, other, bounce, creep, shake, sway, lift, beat)


def _clocked(
    movement: Movement, time_s: float, hold_s: float, memory: ForcingMemory, side: int, whose: int | None
) -> tuple[tuple[Reading, ...], tuple[tuple[str, Verdict, float], ...]]:
    """What clocks and peaks say, and since when each says it."""
    plain: list[tuple[str, clocks.Said]] = []
    if movement.growth is not None:
        plain.append(("growth", clocks.farther(movement.growth, memory.peaks)))
    if movement.tempo is not None:
        plain.append(("tempo", clocks.quick(movement.tempo, memory.begun_s, memory.done)))
    # Only a hold can be too long or too much: whoever has stopped must not go on hearing it.
    holding = not math.isnan(hold_s)
    if movement.hold is not None:
        # A new depth is no rest: what was held since the last rest counts together.
        plain.append(("hold", clocks.long(movement.hold, memory.done.unrested_s + hold_s, holding=holding)))
    if movement.dose is not None:
        held_s = tally.dose_s(memory.done, whose, memory.course)
        plain.append(("dose", clocks.long(movement.dose, held_s, holding=holding)))
    since = {entry[0]: entry for entry in memory.since_s}
    found = []
    for rule, (value, verdict, limit) in plain:
        if rule not in since or since[rule][1] is not verdict:
            since[rule] = rule, verdict, time_s
        # A clock is right; a rise is the difference of two peaks.
        sigma = math.sqrt(2.0) * FLICKER_DEG if rule == "growth" else 0.0
        found.append(Reading(rule, MEASURES[rule], side, value, sigma, verdict, limit, since[rule][2]))
    return tuple(found), tuple(since.values())
