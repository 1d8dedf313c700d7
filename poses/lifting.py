"""Do head and shoulders of somebody who lies come off the floor?

Which question this module answers: by how much less does the trunk lie than it did at rest. How it lies differs from
person to person, with a pillow, a thick back, a camera that leans; so somebody is compared with themselves
(safe-ranges.md 2.3 H3 asks for the change). A change is read within 2 to 3 degrees, where the angle itself is 7 off.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from poses.records import Verdict

# One look in so much time; so long what was seen counts, and so much of it must be there (conventions).
_EVERY_S: Final = 0.25
_WINDOW_S: Final = 60.0
_LEAST_S: Final = 3.0
# How somebody lies is where they lie for most of the time: a quarter of it they may lie flatter, by mistake.
_FLAT_SHARE: Final = 0.75
# What lies so much less flat is no rest and does not count, however long it lasts (convention: above the error of a
# change, and what ends a caution of 12 degrees). Nor do hips that are lifted: of somebody at rest a knee is bent, or
# the stretch is under way.
_UP_DEG: Final = 7.2
_BENT_DEG: Final = -30.0
# Whoever lies less has sat up, and may lie down otherwise (the posture of the exercise begins at 50).
_SITS_DEG: Final = 45.0
# Shoulders that come up stay up for that long (safe-ranges.md 3.8), and are down again below this share of the limit.
_ON_S: Final = 0.8
_OFF_SHARE: Final = 0.6
# After a longer time without a view somebody may lie elsewhere, and after one as long as this nobody knows what
# happened in between (conventions).
_FORGET_S: Final = 5.0
_UNSEEN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class LyingMemory:
    """How somebody lay at rest.

    Attributes:
        looks: Times and inclinations of the trunk, oldest first.
        flat_deg: How they lie; NaN before that is known.
        seen_s: When they were last seen lying.
    """

    looks: tuple[tuple[float, float], ...] = ()
    flat_deg: float = math.nan
    seen_s: float = -math.inf


@dataclass(frozen=True, slots=True)
class LiftLimits:
    """How much less than at rest the trunk may lie, in degrees."""

    caution_deg: float


@dataclass(frozen=True, slots=True)
class LiftMemory:
    """What is believed.

    Attributes:
        verdict: In force.
        since_s: Since when.
        above_since_s: Since when the shoulders are up, or None.
        seen_s: When it was last known how far they are up.
    """

    verdict: Verdict = Verdict.UNKNOWN
    since_s: float = -math.inf
    above_since_s: float | None = None
    seen_s: float = -math.inf


def lie(time_s: float, trunk_deg: float, opening_deg: float, past: LyingMemory, *, doing: bool) -> LyingMemory:
    """Takes one more moment of somebody into account who may be lying.

    Args:
        time_s: Media time.
        trunk_deg: Inclination of the trunk, 90 lying flat; NaN where it is not known.
        opening_deg: Opening of the near hip; NaN where it is not known.
        past: What the last call returned.
        doing: Whether an exercise is done in which the hips rest on the floor.
    """
    if math.isnan(trunk_deg):
        return past
    if time_s - past.seen_s > _FORGET_S or trunk_deg < _SITS_DEG:
        past = LyingMemory()
    past = replace(past, seen_s=time_s)
    looks = past.looks
    if trunk_deg < _SITS_DEG or not (doing or opening_deg < _BENT_DEG) or past.flat_deg - trunk_deg > _UP_DEG:
        return past
    if looks and math.floor(time_s / _EVERY_S) == math.floor(looks[-1][0] / _EVERY_S):
        return past
    looks = (*(look for look in looks if look[0] > time_s - _WINDOW_S), (time_s, trunk_deg))
    if looks[-1][0] - looks[0][0] < _LEAST_S:
        return LyingMemory(looks, past.flat_deg, time_s)
    lying = sorted(deg for _, deg in looks)
    return LyingMemory(looks, lying[int(_FLAT_SHARE * (len(lying) - 1))], time_s)


def advance(limits: LiftLimits, time_s: float, lifted_deg: float, memory: LiftMemory) -> LiftMemory:
    """Takes one more moment of the exercise into account.

    Args:
        limits: How much is too much.
        time_s: Media time.
        lifted_deg: By how much less than at rest the trunk lies; NaN where that is not known, and nothing changes.
        memory: What the last call returned.
    """
    if math.isnan(lifted_deg):
        return memory
    cautioned, unseen = memory.verdict is Verdict.CAUTION, time_s - memory.seen_s > _UNSEEN_S
    above_since_s = memory.above_since_s if cautioned or not unseen else None
    if lifted_deg <= limits.caution_deg * (_OFF_SHARE if cautioned else 1.0):
        above_since_s = None
    elif above_since_s is None:
        above_since_s = time_s
    verdict = Verdict.OK
    if above_since_s is not None and (cautioned or time_s - above_since_s >= _ON_S):
        verdict = Verdict.CAUTION
    since_s = memory.since_s
    if verdict is not memory.verdict:
        since_s = time_s if above_since_s is None else above_since_s
    return LiftMemory(verdict, since_s, above_since_s, time_s)
