"""Do head and shoulders of somebody who lies come off the floor?

Which question this module answers: by how much less does the trunk lie than it usually does. How it lies differs from
person to person, with a pillow, a thick back, a camera that leans; so somebody is compared with themselves
(safe-ranges.md 2.3 H3 asks for the change). A change is read within 2 to 3 degrees, where the angle itself is 7 off.
"""

import math
from dataclasses import dataclass
from typing import Final

from poses.records import Verdict

# One look in so much time; so long what was seen counts, and so much of it must be there (conventions).
_EVERY_S: Final = 0.25
_WINDOW_S: Final = 60.0
_LEAST_S: Final = 3.0
# How somebody lies is where they lie for most of the time: a quarter of it they may lie flatter, by mistake.
_FLAT_SHARE: Final = 0.75
# Shoulders that come up stay up for that long (safe-ranges.md 3.8), and are down again below this share of the limit.
_ON_S: Final = 0.8
_OFF_SHARE: Final = 0.6
# After a longer time without a view somebody may lie elsewhere (convention).
_FORGET_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class LiftLimits:
    """How much less than usual the trunk may lie, in degrees."""

    caution_deg: float


@dataclass(frozen=True, slots=True)
class LiftMemory:
    """How somebody lay.

    Attributes:
        looks: Times and inclinations of the trunk, oldest first.
        flat_deg: How they usually lie; NaN before that is known.
        above_since_s: Since when the shoulders are up, or None.
        verdict: In force.
        since_s: Since when.
    """

    looks: tuple[tuple[float, float], ...] = ()
    flat_deg: float = math.nan
    above_since_s: float | None = None
    verdict: Verdict = Verdict.UNKNOWN
    since_s: float = -math.inf


def advance(limits: LiftLimits, time_s: float, trunk_deg: float, memory: LiftMemory) -> tuple[float, LiftMemory]:
    """Takes one more moment into account.

    Args:
        limits: How much is too much.
        time_s: Media time.
        trunk_deg: Inclination of the trunk, 90 lying flat; NaN where it is not known, and nothing changes.
        memory: What the last call returned.

    Returns:
        By how much less than usual the trunk lies, NaN while that is not known, and the new memory.
    """
    if memory.looks and time_s - memory.looks[-1][0] > _FORGET_S:
        memory = LiftMemory()
    if math.isnan(trunk_deg):
        return math.nan, memory
    looks, flat_deg = memory.looks, memory.flat_deg
    if not looks or math.floor(time_s / _EVERY_S) != math.floor(looks[-1][0] / _EVERY_S):
        looks = (*(look for look in looks if look[0] > time_s - _WINDOW_S), (time_s, trunk_deg))
        if looks[-1][0] - looks[0][0] >= _LEAST_S:
            lying = sorted(deg for _, deg in looks)
            flat_deg = lying[int(_FLAT_SHARE * (len(lying) - 1))]
    lifted = flat_deg - trunk_deg
    if math.isnan(lifted):
        return math.nan, LiftMemory(looks, flat_deg, None, Verdict.UNKNOWN, time_s)
    cautioned = memory.verdict is Verdict.CAUTION
    above = lifted > limits.caution_deg * (_OFF_SHARE if cautioned else 1.0)
    above_since_s = (time_s if memory.above_since_s is None else memory.above_since_s) if above else None
    verdict = Verdict.OK
    if above_since_s is not None and (cautioned or time_s - above_since_s >= _ON_S):
        verdict = Verdict.CAUTION
    since_s = memory.since_s
    if verdict is not memory.verdict:
        since_s = time_s if above_since_s is None else above_since_s
    return lifted, LiftMemory(looks, flat_deg, above_since_s, verdict, since_s)
