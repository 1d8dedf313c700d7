"""From measures to verdicts: limits, uncertainty, delays and hysteresis.

Which question this module answers: is a value of the recognised exercise within its limits, past the caution limit, or
surely past the stop limit. A limit is a ceiling, never a score. It does not know about people: personal limits arrive
as another ``Exercise``.

Caution is asked for when the value passes its limit; stop only when the value less its one-sigma uncertainty does, so
that a shaky estimate asks for care and does not cry wolf. A rule without a stop limit is about technique, not about
harm: there a caution too is given only when it is sure, since a false alarm would cost more than it saves.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from poses.exercise import Band, Exercise, Rule
from poses.frontal import DROP_SIGMA
from poses.measures import INDEX
from poses.recognition import Roles, side_of
from poses.records import Measures, Reading, Verdict
from poses.yaw import FINE_DEG, YawMemory, surely_oblique, worst_error_deg

# Conventions of safe-ranges.md 3.9. A stop also needs this many frames, unless it lasted as long as a caution must.
STOP_FRAMES: Final = 8
# A verdict is taken back when the value has been inside its limit by this much for OFF_S, or at once when it is back
# inside the next milder limit: whoever obeyed a stop must not go on hearing it.
HYSTERESIS_DEG: Final = 3.0
HYSTERESIS_RATIO: Final = math.radians(HYSTERESIS_DEG)
# Of what is no length of a limb over that of another: one sigma.
_HYSTERESIS: Final = {"trunk_drop": DROP_SIGMA}
OFF_S: Final = 1.5
# After a longer time unseen a verdict has to be earned anew (as long as the smoothing remembers).
FORGET_S: Final = 0.5

# Angles between two segments, either of which an oblique view may show wrong; the others are to the vertical.
_BETWEEN_SEGMENTS: Final = ("hip_opening_deg", "knee_flexion_deg")
_SIDE_ON: Final = YawMemory()


class RuleMemory(NamedTuple):
    """The recent past of one rule; a tuple, since one is made for each rule at each frame.

    Attributes:
        verdict: The verdict in force: OK, CAUTION or STOP.
        since_s: When its limit was passed (OK: when the value came back).
        limit: The limit that was passed, NaN for OK.
        last_s: When the value was last seen.
        caution_since_s: Since when the value is past the caution limit, or None.
        far_since_s: Since when it is past the stop limit, surely or not, or None.
        stop_since_s: Since when it is surely past the stop limit, or None.
        stop_frames: For how many frames.
        clear_since_s: Since when it is back inside the limit of the verdict in force, or None.
    """

    verdict: Verdict = Verdict.OK
    since_s: float = -math.inf
    limit: float = math.nan
    last_s: float = -math.inf
    caution_since_s: float | None = None
    far_since_s: float | None = None
    stop_since_s: float | None = None
    stop_frames: int = 0
    clear_since_s: float | None = None


@dataclass(frozen=True, slots=True)
class AssessmentMemory:
    """The recent past of all rules of one exercise, in its order."""

    exercise: str | None = None
    stretched: int | None = None
    near: int | None = None
    rules: tuple[RuleMemory, ...] = ()


def assess(
    exercise: Exercise,
    measures: Measures,
    stretched: int | None,
    time_s: float,
    memory: AssessmentMemory,
    *,
    still: bool = False,
    turned: YawMemory = _SIDE_ON,
    lowered: int | None = None,
    from_front: bool = False,
) -> tuple[tuple[Reading, ...], AssessmentMemory]:
    """Judges one moment of an exercise.

    Args:
        exercise: The recognised exercise, with this person's limits.
        measures: Smoothed measures.
        stretched: Side of the stretched leg.
        time_s: Media time.
        memory: What the last call returned.
        still: The moment is a photograph: limits count at once, since nothing can be waited for.
        turned: How obliquely the person is seen: beyond ``yaw.FINE_DEG`` stop limits are tightened, and what has none
            is not judged once it is surely so.
        lowered: Side of the leg that is lowered now, or None where that is not known.
        from_front: The person faces the camera, so that neither leg hides the other.

    Returns:
        A reading for each rule in the order of the exercise, and the new memory.
    """
    pasts = memory.rules
    if (memory.exercise, memory.stretched, memory.near) != (exercise.id, stretched, measures.near):
        pasts = (RuleMemory(since_s=time_s),) * len(exercise.rules)
    near, values, sigmas = measures.near, measures.values.tolist(), measures.sigma.tolist()
    readings, rules = [], []
    oblique_deg = round(abs(turned.deg)) if abs(turned.deg) > FINE_DEG else 0
    coarse = surely_oblique(turned)
    roles = Roles(stretched, near, lowered)
    for rule, past in zip(exercise.rules, pasts, strict=True):
        known, column = side_of(rule.leg, roles), INDEX[rule.measure]
        side = near if known is None else known
        value, sigma = (math.nan, math.nan) if known is None else (values[side][column], sigmas[side][column])
        states = [_state(values, side_of(c.leg, roles), c.measure) for c in rule.when]
        if oblique_deg and rule.has_stop:
            rule = tightened(rule, oblique_deg)  # noqa: PLW2901 - the same rule, for this view
        unseen = math.isnan(value) or (states and any(map(math.isnan, states)))
        if unseen or (coarse and not rule.has_stop):
            # Not seen is not OK. What is remembered waits; past FORGET_S it starts anew.
            verdict, now = Verdict.UNKNOWN, past
        elif states and not all(c.band.holds(state) for c, state in zip(rule.when, states, strict=True)):
            now = _quiet(past, time_s)
            verdict = now.verdict
        else:
            # A far leg that another one may hide is read well enough for care only where that is sure.
            doubtful = side != near and rule.leg in ("lowered", "raised") and not from_front
            now = advance(rule, value, sigma, time_s, past, still=still, sure=doubtful)
            verdict = now.verdict
        rules.append(now)
        limit = now.limit if verdict is not Verdict.UNKNOWN else math.nan
        pending = verdict is Verdict.OK and now.caution_since_s is not None
        readings.append(Reading(rule.id, rule.measure, side, value, sigma, verdict, limit, now.since_s, pending))
    return tuple(readings), AssessmentMemory(exercise.id, stretched, near, tuple(rules))


def _state(values: list[list[float]], side: int | None, measure: str) -> float:
    return math.nan if side is None else values[side][INDEX[measure]]


@lru_cache(maxsize=256)
def tightened(rule: Rule, yaw_deg: int) -> Rule:
    """A rule whose stop limits are nearer by what an oblique view may hide, though no nearer than the caution limits.

    Args:
        rule: The rule.
        yaw_deg: Of either sign.
    """
    if not rule.measure.endswith("_deg"):
        return rule
    off = worst_error_deg(yaw_deg) * (2.0 if rule.measure in _BETWEEN_SEGMENTS else 1.0)
    stop = Band(min(rule.caution.min, rule.stop.min + off), max(rule.caution.max, rule.stop.max - off))
    return replace(rule, stop=stop)


def advance(
    rule: Rule, value: float, sigma: float, time_s: float, past: RuleMemory, *, still: bool = False, sure: bool = False
) -> RuleMemory:
    """Takes one more value of a rule into account.

    Args:
        rule: The limits.
        value: The value, not NaN, in the unit of the measure.
        sigma: Its one-sigma uncertainty.
        time_s: Media time.
        past: What the last call returned.
        still: Limits count at once.
        sure: A caution, too, is given only where it is sure.

    Returns:
        The new memory; its ``verdict`` is the verdict.
    """
    if time_s - past.last_s > FORGET_S:
        past = RuleMemory(since_s=time_s)
    past_stop = not rule.stop.holds(value, margin=sigma)
    past_caution = not rule.caution.holds(value, margin=0.0 if rule.has_stop and not sure else sigma)
    far = not rule.stop.holds(value)
    if past.verdict is Verdict.OK and not (past_caution or past_stop or far):
        # Nearly every frame: nothing is under way.
        return RuleMemory(since_s=past.since_s, last_s=time_s)
    stop_since = _since(past_stop, past.stop_since_s, time_s)
    caution_since = _since(past_caution, past.caution_since_s, time_s)
    far_since = _since(far, past.far_since_s, time_s)
    seen = RuleMemory(
        verdict=past.verdict,
        since_s=past.since_s,
        limit=past.limit,
        last_s=time_s,
        caution_since_s=caution_since,
        far_since_s=far_since,
        stop_since_s=stop_since,
        stop_frames=past.stop_frames + 1 if past_stop else 0,
        clear_since_s=past.clear_since_s,
    )
    if stop_since is not None and (still or _stop_is_due(rule, time_s - stop_since, seen.stop_frames)):
        return _raise(seen, Verdict.STOP, stop_since, _limit(rule.stop, value))
    if caution_since is not None and past.verdict is not Verdict.STOP:
        # Past the stop limit, but not surely: care is asked for as soon as a stop would be.
        far_enough = far_since is not None and stop_since is None and time_s - far_since >= rule.stop_on_s
        if still or far_enough or time_s - caution_since >= rule.caution_on_s:
            return _raise(seen, Verdict.CAUTION, caution_since, _limit(rule.caution, value))
        return _unclear(seen) if past.verdict is Verdict.CAUTION else seen
    return _release(rule, value, time_s, seen)


def _since(holds: bool, since_s: float | None, time_s: float) -> float | None:
    """When a condition began to hold, None while it does not."""
    if not holds:
        return None
    return time_s if since_s is None else since_s


def _stop_is_due(rule: Rule, lasted_s: float, frames: int) -> bool:
    if lasted_s < rule.stop_on_s:
        return False
    return frames >= STOP_FRAMES or lasted_s >= max(rule.stop_on_s, rule.caution_on_s)


def _raise(memory: RuleMemory, verdict: Verdict, since_s: float, limit: float) -> RuleMemory:
    if memory.verdict is verdict:
        return _unclear(memory)
    return memory._replace(verdict=verdict, since_s=since_s, limit=limit, clear_since_s=None)


def _unclear(memory: RuleMemory) -> RuleMemory:
    """The memory of a value that is not back inside its limit; nearly always it was not before either."""
    return memory if memory.clear_since_s is None else memory._replace(clear_since_s=None)


def _release(rule: Rule, value: float, time_s: float, memory: RuleMemory) -> RuleMemory:
    """Takes a verdict back when the value has been clearly inside its limit for long enough."""
    if memory.verdict is Verdict.OK:
        return memory
    band = rule.stop if memory.verdict is Verdict.STOP else rule.caution
    hysteresis = HYSTERESIS_DEG if rule.measure.endswith("_deg") else _HYSTERESIS.get(rule.measure, HYSTERESIS_RATIO)
    if not band.holds(value, margin=-hysteresis):
        return _unclear(memory)
    clear_since = time_s if memory.clear_since_s is None else memory.clear_since_s
    milder = rule.caution if memory.verdict is Verdict.STOP else _target_towards(rule)
    if not milder.holds(value) and time_s - clear_since < OFF_S:
        return memory._replace(clear_since_s=clear_since)
    if memory.verdict is Verdict.STOP and memory.caution_since_s is not None:
        limit = _limit(rule.caution, value)
        return memory._replace(verdict=Verdict.CAUTION, since_s=clear_since, limit=limit, clear_since_s=None)
    return memory._replace(verdict=Verdict.OK, since_s=clear_since, limit=math.nan, clear_since_s=None)


def _target_towards(rule: Rule) -> Band:
    """The target, open on a side where there is no caution limit: a hip that is flexed again is back, too."""
    low = rule.target.min if rule.caution.min > -math.inf else -math.inf
    high = rule.target.max if rule.caution.max < math.inf else math.inf
    return Band(low, high)


def _quiet(past: RuleMemory, time_s: float) -> RuleMemory:
    """The memory of a rule that has nothing to say of this part of the movement."""
    since = past.since_s if past.verdict is Verdict.OK else time_s
    return RuleMemory(since_s=since, last_s=time_s)


def _limit(band: Band, value: float) -> float:
    return band.max if value > band.max else band.min
