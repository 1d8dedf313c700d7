"""Is a knee being hugged? By where the hands are; two exercises lying on the back differ in little else.

Which question this module answers: does a hand lie on the knee that is drawn up, or about it, as hands do that hug it.
It says nothing of how hard they pull.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from poses import skeleton
from poses.records import Pose

# In lengths of the trunk from the wrist to the knee. A hand on shin or thigh lies about a third of it away; arms that
# point at the ceiling over the shoulders are a whole one away (convention, with a gap so that it does not flicker).
NEAR_TRUNKS: Final = 0.5
FAR_TRUNKS: Final = 0.7
_ROWS: Final = np.array([*skeleton.SHOULDERS, *skeleton.HIPS, *skeleton.KNEES, *skeleton.WRISTS])
# A hand that comes by is no hug, and one that is lost for a moment is no letting go (convention, as for a posture).
CHANGE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class HugMemory:
    """What is believed.

    Attributes:
        on_knee: Whether a hand is on the knee; None before it was known.
        against_since_s: Since when it looks otherwise, or None.
    """

    on_knee: bool | None = None
    against_since_s: float | None = None


def hand_to_knee(pose: Pose) -> float:
    """How far the nearer hand is from the knee that is nearer to the shoulders, in lengths of the trunk; NaN unseen."""
    if not pose.found:
        return math.nan
    # Plain numbers: of so few points they are faster than arrays.
    points = [complex(x, y) for x, y in pose.image_px.take(_ROWS, axis=0).tolist()]
    shoulders, hips, knees, wrists = points[:2], points[2:4], points[4:6], points[6:]
    trunk = max(abs(one - other) for one, other in zip(shoulders, hips, strict=True))
    middle = (shoulders[0] + shoulders[1]) / 2.0
    knee = min(knees, key=lambda one: abs(one - middle))
    return min(abs(wrist - knee) for wrist in wrists) / trunk if trunk > 0.0 else math.nan


def follow(trunks: float, time_s: float, past: HugMemory, *, still: bool = False) -> HugMemory:
    """Takes one more moment into account.

    Args:
        trunks: What ``hand_to_knee`` says; NaN where it is not known, and the past is kept.
        time_s: Media time.
        past: What the last call returned.
        still: The moment is a photograph: believe it.
    """
    if math.isnan(trunks):
        return past
    middle = (NEAR_TRUNKS + FAR_TRUNKS) / 2.0
    now = trunks < (middle if past.on_knee is None else FAR_TRUNKS if past.on_knee else NEAR_TRUNKS)
    if now == past.on_knee:
        return HugMemory(now)
    if past.on_knee is None or still:
        return HugMemory(now)
    since = past.against_since_s if past.against_since_s is not None else time_s
    return HugMemory(now) if time_s - since >= CHANGE_S else HugMemory(past.on_knee, since)
