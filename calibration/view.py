"""Is the camera well placed? Everything about the view that somebody could mend, with its value.

Which question this module answers: over the last moments, is one whole person seen from where they are to be seen,
near enough, in good light, often enough, by a camera that stands upright. It decides nothing: what may be judged in a
single moment is ``poses.view``. This is for setting up, and for telling afterwards what would make the next clip
better.

Numbers: safe-ranges.md 4.4 to 4.6; what has none there is convention.
"""

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from calibration.level import MOST_ROLL_DEG
from poses import skeleton
from poses.frontal import turned_deg
from poses.measures import PAIRS, trunk_length_px
from poses.records import Pose, Step
from poses.view import LEAST_TRUNK_PX
from poses.yaw import FINE_DEG

CheckId = Literal["person", "alone", "framing", "distance", "yaw", "roll", "light", "rate"]

# Frames a second from which on angles, and what is fast, can be followed.
LEAST_RATE_HZ: Final = 20.0
# A body is to stay so far from the edge of the picture, in parts of its shorter side: whoever moves stays in it.
LEAST_MARGIN: Final = 0.03
# Mean brightness of the person, of 255. Darker, noise hides the edges of dark clothes; brighter, they are burnt out.
DARKEST, BRIGHTEST = 45.0, 225.0
# A person so much darker than all of the picture stands against the light.
LEAST_SHARE: Final = 0.45
# So many moments must have been fine.
MOST_BAD: Final = 0.2

_WHOLE: Final = np.concatenate([PAIRS.ravel(), np.array(skeleton.EARS)])


@dataclass(frozen=True, slots=True)
class Look:
    """What one moment shows of the view.

    Attributes:
        time_s: Media time.
        found: Whether anybody was found.
        alone: Whether nobody else is known to be there.
        margin: Distance of the body from the nearest edge, in parts of the picture's shorter side; below 0 outside.
        trunk_px: Length of the trunk.
        yaw_deg: How far the body is turned away from how it is to be seen, either way; NaN where it is not known.
        person_light: Mean brightness round the person, of 255.
        picture_light: The same of all of the picture.
        from_front: The person is to face the camera, and not to turn a side to it.
    """

    time_s: float
    found: bool
    alone: bool
    margin: float = math.nan
    trunk_px: float = math.nan
    yaw_deg: float = math.nan
    person_light: float = math.nan
    picture_light: float = math.nan
    from_front: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing about the view.

    Attributes:
        id: Which; with its problem it is the key of the words for it.
        problem: What is wrong, "" where nothing is, "unknown" where it could not be told.
        value: What was found, in the unit of its limit; NaN where there is none.
    """

    id: CheckId
    problem: str
    value: float

    @property
    def ok(self) -> bool:
        """Whether it was told, and is fine."""
        return not self.problem


def look_at(step: Step, light: tuple[float, float] = (math.nan, math.nan)) -> Look:
    """What a step shows of the view, with the brightness of person and picture (``brightness``)."""
    pose = step.pose
    alone = "not_alone" not in step.assessment.problems
    if not pose.found:
        return Look(pose.time_s, found=False, alone=alone, picture_light=light[1])
    points, (width, height) = pose.shown_px[_WHOLE].astype(np.float64), pose.image_wh
    edges = np.concatenate([points.min(axis=0), (width, height) - points.max(axis=0)])
    return Look(
        pose.time_s,
        True,
        alone,
        float(edges.min()) / min(width, height),
        float(trunk_length_px(pose.shown_px)),
        abs(step.measures.yaw_deg) if step.front is None else turned_deg(pose),
        *light,
        from_front=step.front is not None,
    )


def brightness(image: NDArray[np.uint8], pose: Pose) -> tuple[float, float]:
    """Mean brightness of the picture round the person, NaN where there is nobody, and of all of it; 0 to 255.

    Args:
        image: RGB ``uint8 (H, W, 3)``; one pixel in sixty-four is looked at.
        pose: Who is in it.
    """
    green = image[::8, ::8, 1]
    whole = float(green.mean())
    if not pose.found:
        return math.nan, whole
    (left, top), (right, bottom) = (
        np.clip(edge(pose.shown_px[_WHOLE], axis=0) / 8.0, 0, (green.shape[1], green.shape[0])).astype(int).tolist()
        for edge in (np.min, np.max)
    )
    inside = green[top : bottom + 1, left : right + 1]
    return (float(inside.mean()) if inside.size else math.nan), whole


def check(looks: Collection[Look], roll_deg: float | None = None) -> tuple[Check, ...]:
    """Everything about the view over some moments, most important first.

    Args:
        looks: In order of time.
        roll_deg: How far the camera leans, None where nobody has measured it.
    """
    seen = [look for look in looks if look.found]
    if not looks or len(looks) - len(seen) > MOST_BAD * len(looks):
        return (Check("person", "none", len(seen) / len(looks) if looks else math.nan),)
    margin, trunk_px, yaw_deg = (
        _median([getattr(look, name) for look in seen]) for name in ("margin", "trunk_px", "yaw_deg")
    )
    strangers = sum(not look.alone for look in looks) > MOST_BAD * len(looks)
    steps = [b.time_s - a.time_s for a, b in itertools.pairwise(looks)]
    roll = math.nan if roll_deg is None else roll_deg
    rate = 1.0 / median(steps) if steps and median(steps) > 0.0 else math.nan
    return (
        Check("person", "", len(seen) / len(looks)),
        Check("alone", "not_alone" if strangers else "", math.nan),
        Check("framing", _told(margin, "cut_off" if margin < 0.0 else "near_edge", low=LEAST_MARGIN), margin),
        Check("distance", _told(trunk_px, "too_small", low=LEAST_TRUNK_PX), trunk_px),
        Check("yaw", _told(yaw_deg, "face_camera" if seen[-1].from_front else "turn_side", high=FINE_DEG), yaw_deg),
        Check("roll", _told(abs(roll), "leans", high=MOST_ROLL_DEG), roll),
        _light(seen),
        Check("rate", _told(rate, "too_few", low=LEAST_RATE_HZ - 0.5), rate),
    )


def _light(seen: Sequence[Look]) -> Check:
    person, picture = (_median([getattr(look, name) for look in seen]) for name in ("person_light", "picture_light"))
    if math.isnan(person):
        return Check("light", "unknown", math.nan)
    if person < LEAST_SHARE * picture:
        return Check("light", "against_the_light", person)
    return Check("light", _told(person, "dark" if person < DARKEST else "bright", DARKEST, BRIGHTEST), person)


def _told(value: float, problem: str, low: float = -math.inf, high: float = math.inf) -> str:
    if math.isnan(value):
        return "unknown"
    return "" if low <= value <= high else problem


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return median(known) if known else math.nan
