"""How much somebody sways who stands.

Which question this module answers: by how much do the hips wander over some seconds, as a share of the body's height.
From the side that is swaying to and fro; swaying from side to side is not seen. It does not say how well somebody keeps
their balance: it only tells when a hand on a chair is due.
"""

import itertools
import math
import statistics
from dataclasses import dataclass
from typing import Final, NamedTuple

from poses import skeleton
from poses.records import Pose, Verdict

# From the shoulder to the ankle is this share of somebody's height (convention, after common body proportions: shoulder
# at 0.82, ankle at 0.04).
_SHOULDER_TO_ANKLE: Final = 0.78
# One look in so much time, and so much of the window must be filled (convention).
_EVERY_S: Final = 0.1
_FILLED: Final = 0.8
# A verdict ends when the sway is below this share of its limit (convention, as for speed).
_OFF_SHARE: Final = 0.6
# After a longer time without a view somebody may stand elsewhere (convention).
_FORGET_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class SwayLimits:
    """How large the standard deviation of the hips' place may be over the window, in body heights."""

    caution: float
    stop: float
    window_s: float = 5.0


class Hips(NamedTuple):
    """Where the middle of the hips is across the picture, and how tall the person looks, both in pixels."""

    x_px: float = math.nan
    height_px: float = math.nan


@dataclass(frozen=True, slots=True)
class SwayMemory:
    """Times and hips of the window, oldest first, and the verdict in force with its limit."""

    looks: tuple[tuple[float, Hips], ...] = ()
    verdict: Verdict = Verdict.OK
    since_s: float = -math.inf
    limit: float = math.nan


def hips_at(pose: Pose) -> Hips:
    """Where the hips are, and how tall the person looks; NaN where nobody was found."""
    if not pose.found:
        return Hips()
    points = pose.image_px
    heights = []
    for side in (skeleton.LEFT, skeleton.RIGHT):
        chain = (skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES)
        way = [complex(float(points[pair[side], 0]), float(points[pair[side], 1])) for pair in chain]
        heights.append(sum(abs(b - a) for a, b in itertools.pairwise(way)) / _SHOULDER_TO_ANKLE)
    left, right = skeleton.HIPS
    return Hips(float(points[left, 0] + points[right, 0]) / 2.0, max(heights))


def advance(limits: SwayLimits, time_s: float, hips: Hips, memory: SwayMemory) -> tuple[float, SwayMemory]:
    """Takes one more moment into account.

    Args:
        limits: How much is too much.
        time_s: Media time.
        hips: What ``hips_at`` says; NaN where it is not known.
        memory: What the last call returned.

    Returns:
        The sway in body heights, NaN while too little was seen, and the new memory; its ``verdict`` is UNKNOWN then.
    """
    looks = memory.looks
    if looks and time_s - looks[-1][0] > _FORGET_S:
        memory, looks = SwayMemory(), ()
    if not math.isnan(hips.x_px) and (not looks or time_s - looks[-1][0] >= _EVERY_S - 1e-3):
        looks = (*(look for look in looks if look[0] > time_s - limits.window_s), (time_s, hips))
    if not looks or looks[-1][0] - looks[0][0] < _FILLED * limits.window_s:
        return math.nan, SwayMemory(looks, Verdict.UNKNOWN, time_s)
    # Of the whole window: a leg that is lifted, or taken for the other, changes how tall somebody looks by a tenth, and
    # with a height of each frame that looks like swaying, the more the farther to the right somebody stands.
    height_px = statistics.median(where.height_px for _, where in looks)
    if not height_px > 0.0:
        return math.nan, SwayMemory(looks, Verdict.UNKNOWN, time_s)
    middle_px = sum(where.x_px for _, where in looks) / len(looks)
    sway = math.sqrt(sum((where.x_px - middle_px) ** 2 for _, where in looks) / len(looks)) / height_px
    verdict, limit = Verdict.OK, math.nan
    for worse, most in ((Verdict.CAUTION, limits.caution), (Verdict.STOP, limits.stop)):
        holds_on = memory.verdict is worse and sway > _OFF_SHARE * most
        if sway > most or holds_on:
            verdict, limit = worse, most
    # It began somewhere in the window.
    since_s = memory.since_s if verdict is memory.verdict else time_s - limits.window_s / 2.0
    return sway, SwayMemory(looks, verdict, since_s, limit)
