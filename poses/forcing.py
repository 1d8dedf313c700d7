"""Signs of forcing, readings like those of the limits: too fast, bouncing, creeping, too long, too much, farther.

Which question this module answers: what do the detectors and the clocks say of this moment, of the leg the exercise is
about. It knows no postures and no people; what is judged when is the movement's to say (``movement.Movement``), and
numbers are those of safe-ranges.md 3.1 to 3.5 by way of the exercise files.
"""

import math
from dataclasses import dataclass
from typing import Final

from poses import bouncing, creeping, phases, shaking, tally
from poses import speed as speeds
from poses.movement import MEASURES, GrowthLimits, Movement, TimeLimits
from poses.phases import Phase, PhaseMemory
from poses.records import Moment, Reading, Verdict
from poses.tally import Tally

# One-sigma flicker of the hip opening from frame to frame, after the estimator's own filter. Of 36 phantoms seen within
# 15 degrees of the side (training clips, seeds from 3000) the median has 0.36, one in ten 0.9.
FLICKER_DEG: Final = 0.5


@dataclass(frozen=True, slots=True)
class ForcingMemory:
    """The recent past of everything that takes time.

    Attributes:
        course: The course of the exercise.
        done: What was done.
        speed: Of the detector of speed.
        bounce: Of the detector of bouncing.
        creep: Of the detector of creeping.
        shake: Of the detector of shaking.
        peaks: Highest angle of the first repetition, then those of the last ones.
        since_s: For each rule of time and growth, since when its verdict holds.
    """

    course: PhaseMemory = PhaseMemory()
    done: Tally = Tally()
    speed: speeds.SpeedMemory = speeds.SpeedMemory()
    bounce: bouncing.BounceMemory = bouncing.BounceMemory()
    creep: creeping.CreepMemory = creeping.CreepMemory()
    shake: shaking.ShakeMemory = shaking.ShakeMemory()
    peaks: tuple[float, ...] = ()
    since_s: tuple[tuple[str, Verdict, float], ...] = ()


def advance(
    movement: Movement,
    time_s: float,
    raw_deg: float,
    smooth_deg: float,
    memory: ForcingMemory,
    *,
    side: int,
    one_sided: bool,
    in_exercise: bool | None,
) -> tuple[Moment, ForcingMemory]:
    """Takes one more moment of an exercise into account.

    Args:
        movement: How the exercise is moved.
        time_s: Media time.
        raw_deg: Hip opening of the leg of interest in this frame alone, NaN where it was not seen.
        smooth_deg: The same, smoothed.
        memory: What the last call returned.
        side: The leg.
        one_sided: Whether one leg is stretched at a time.
        in_exercise: Whether the posture is that of the exercise; None when that cannot be told.
    """
    whose = side if one_sided else None
    course, changes = phases.advance(
        movement.shape, time_s, smooth_deg, memory.course, in_exercise=in_exercise, side=whose
    )
    done, holds, repetitions = tally.gather(memory.done, changes, time_s)
    peaks = memory.peaks
    for repetition in repetitions:
        peaks = _with_peak(movement.growth, peaks, repetition.peak)
    memory = ForcingMemory(course, done, memory.speed, memory.bounce, memory.creep, memory.shake, peaks, memory.since_s)
    hold_s = tally.hold_s(done, course) if done.hold is not None else math.nan
    readings: tuple[Reading, ...] = ()
    if in_exercise:
        readings, memory = _readings(movement, time_s, raw_deg, smooth_deg, hold_s, side, whose, memory)
    number = done.repetition_now or done.repetitions
    since_s = course.course.since_s
    return Moment(None, course.phase, since_s, hold_s, number, changes, holds, repetitions, readings), memory


def leave(movement: Movement, time_s: float, memory: ForcingMemory) -> tuple[Moment, ForcingMemory]:
    """Ends what is under way because another exercise was begun; what was done is kept."""
    nan = math.nan
    return advance(movement, time_s, nan, nan, memory, side=0, one_sided=False, in_exercise=False)


def finish(movement: Movement, memory: ForcingMemory) -> Moment:
    """What was still under way when the exercise or the source ended."""
    course, changes = phases.finish(movement.shape, memory.course)
    done, holds, repetitions = tally.gather(memory.done, changes, course.seen_s)
    _, last = tally.close(done)
    return Moment(phase=course.phase, changes=changes, holds=(*holds, *last), repetitions=repetitions)


def _readings(
    movement: Movement,
    time_s: float,
    raw_deg: float,
    smooth_deg: float,
    hold_s: float,
    side: int,
    whose: int | None,
    memory: ForcingMemory,
) -> tuple[tuple[Reading, ...], ForcingMemory]:
    found: list[Reading] = []

    def say(rule: str, value: float, sigma: float, verdict: Verdict, limit: float, since_s: float) -> None:
        found.append(Reading(rule, MEASURES[rule], side, value, sigma, verdict, limit, since_s))

    kept_bounce, kept_speed, kept_creep, kept_shake = memory.bounce, memory.speed, memory.creep, memory.shake
    if movement.bounce is not None:
        b, kept_bounce = bouncing.advance(
            movement.bounce, time_s, raw_deg, FLICKER_DEG, memory.bounce, active=smooth_deg > movement.bounce_from_deg
        )
        say("bounce", b.value, b.sigma, b.verdict, b.limit, b.since_s)
    if movement.speed is not None:
        s, kept_speed = speeds.advance(
            movement.speed, time_s, raw_deg, math.nan, memory.speed, active=smooth_deg > movement.speed_from_deg
        )
        say("speed", s.value, s.sigma, s.verdict, s.limit, s.since_s)
    if movement.creep is not None:
        hold = memory.done.hold
        c, kept_creep = creeping.advance(
            movement.creep,
            time_s,
            raw_deg,
            FLICKER_DEG,
            memory.creep,
            active=True,
            hold_start_s=hold.since_s if hold is not None else None,
        )
        say("creep", c.value, c.sigma, c.verdict, c.limit, c.since_s)
    if movement.shake is not None and movement.shakes:
        still = memory.course.phase in (Phase.HOLD, Phase.TOP)
        k, kept_shake = shaking.advance(movement.shake, time_s, raw_deg, memory.shake, active=still)
        say("shake", k.value, k.sigma, k.verdict, k.limit, k.since_s)
    plain: list[tuple[str, float, Verdict, float]] = []
    if movement.growth is not None:
        plain.append(("growth", *_growth(movement.growth, memory.peaks)))
    # Only a hold can be too long or too much: whoever has stopped must not go on hearing it.
    holding = not math.isnan(hold_s)
    if movement.hold is not None:
        # A new depth is no rest: what was held since the last rest counts together.
        plain.append(("hold", *_time(movement.hold, memory.done.unrested_s + hold_s, holding)))
    if movement.dose is not None:
        plain.append(("dose", *_time(movement.dose, tally.dose_s(memory.done, whose, memory.course), holding)))
    since = {entry[0]: entry for entry in memory.since_s}
    for rule, value, verdict, limit in plain:
        if rule not in since or since[rule][1] is not verdict:
            since[rule] = rule, verdict, time_s
        # A clock is right; a rise is the difference of two peaks.
        sigma = math.sqrt(2.0) * FLICKER_DEG if rule == "growth" else 0.0
        say(rule, value, sigma, verdict, limit, since[rule][2])
    kept = tuple(since.values())
    return tuple(found), ForcingMemory(
        memory.course, memory.done, kept_speed, kept_bounce, kept_creep, kept_shake, memory.peaks, kept
    )


def _time(limits: TimeLimits, seconds: float, holding: bool) -> tuple[float, Verdict, float]:
    if holding and seconds > limits.stop_s:
        return seconds, Verdict.STOP, limits.stop_s
    if holding and seconds > limits.caution_s:
        return seconds, Verdict.CAUTION, limits.caution_s
    return seconds, Verdict.OK, math.nan


def _with_peak(limits: GrowthLimits | None, peaks: tuple[float, ...], peak: float) -> tuple[float, ...]:
    """The first peak, and as many of the last as make a trend."""
    if limits is None or not peaks:
        return (peak,) if limits is not None else ()
    return (peaks[0], *(*peaks[1:], peak)[-limits.over :])


def _growth(limits: GrowthLimits, peaks: tuple[float, ...]) -> tuple[float, Verdict, float]:
    """How far the last repetition went above the first, or the trend of the last ones."""
    if len(peaks) < 2:
        return 0.0, Verdict.OK, math.nan
    above = peaks[-1] - peaks[0]
    if peaks[-1] < limits.from_deg:
        return above, Verdict.OK, math.nan
    if above > limits.above_first_deg:
        return above, Verdict.CAUTION, limits.above_first_deg
    last = (peaks if len(peaks) <= limits.over else peaks[1:])[-limits.over :]
    if len(last) == limits.over:
        middle = (limits.over - 1) / 2.0
        weights = [number - middle for number in range(limits.over)]
        trend = sum(w * p for w, p in zip(weights, last, strict=True)) / sum(w * w for w in weights)
        if trend > limits.trend_deg and last[-1] > peaks[0]:
            return above, Verdict.CAUTION, limits.trend_deg * (limits.over - 1)
    return above, Verdict.OK, math.nan
