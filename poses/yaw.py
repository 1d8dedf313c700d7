"""How obliquely the camera sees the person, and what that costs.

Which question this module answers: how far is the plane of movement turned out of the picture plane, and by how much
may an angle be wrong because of it. An oblique camera makes a lunge look less open than it is: the unsafe way. How far
one frame seems to be turned comes from the landmarks (``correction``); a camera does not move, so the median of the
last moments counts. Rules: safe-ranges.md 4.5 and 4.6.
"""

import math
from dataclasses import dataclass
from typing import Final

# Up to here everything may be judged; beyond, only what has a stop limit, and that limit is tightened.
FINE_DEG: Final = 15.0
# Beyond this no angle is judged.
MOST_DEG: Final = 25.0
# The median is over this long: longer than a repetition's quick part, shorter than turning round and waiting
# (convention).
WINDOW_S: Final = 2.0
# Where legs take turns the error goes with the leg that is lifted, by up to 20 degrees where one hides the other: the
# median is over both (convention: two slow repetitions).
TURNS_WINDOW_S: Final = 8.0
# One frame in so much time tells it (convention).
EVERY_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class YawMemory:
    """The last moments.

    Attributes:
        recent: Time and signed yaw of each frame.
        facing: Of the person; turning round begins anew.
        deg: Their median, + with the front of the body turned to the camera; NaN before there was one.
        sigma_deg: One-sigma uncertainty of a single frame. Errors of one person in one room hardly average out, so it
            is that of the median too.
    """

    recent: tuple[tuple[float, float], ...] = ()
    facing: int = 0
    deg: float = math.nan
    sigma_deg: float = math.nan


def is_due(time_s: float, facing: int, past: YawMemory) -> bool:
    """Whether the yaw is to be told from this frame: a camera need not be asked again at every one."""
    return past.facing != facing or not past.recent or time_s - past.recent[-1][0] >= EVERY_S - 1e-3


def follow(
    yaw_deg: float, sigma_deg: float, time_s: float, facing: int, past: YawMemory, window_s: float = WINDOW_S
) -> YawMemory:
    """Takes one more frame into account.

    Args:
        yaw_deg: What its landmarks say; NaN where they say nothing, and the past is kept.
        sigma_deg: Their uncertainty.
        time_s: Media time.
        facing: +1 or -1.
        past: What the last call returned.
        window_s: How long the moments are whose median counts, at most ``TURNS_WINDOW_S``.
    """
    if math.isnan(yaw_deg):
        return past
    before = past.recent if past.facing == facing else ()
    recent = (*(entry for entry in before if entry[0] > time_s - TURNS_WINDOW_S), (time_s, yaw_deg))
    ordered = sorted(value for at_s, value in recent if at_s > time_s - window_s)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2.0
    return YawMemory(recent, facing, median, sigma_deg)


def surely_oblique(memory: YawMemory) -> bool:
    """Whether the view is more oblique than ``FINE_DEG``, its uncertainty allowed for; False where it is not known."""
    return abs(memory.deg) - memory.sigma_deg > FINE_DEG


def worst_error_deg(yaw_deg: float) -> float:
    """By how much at worst a segment's inclination is misread: ``asin(tan^2(yaw / 2))``, 2 degrees at 20.

    The largest difference between an angle to the vertical and its projection, ``theta - atan(cos(yaw) tan(theta))``,
    over all inclinations theta. An angle between two segments may be wrong by twice that.
    """
    return math.degrees(math.asin(min(1.0, math.tan(math.radians(min(abs(yaw_deg), 90.0)) / 2.0) ** 2)))
