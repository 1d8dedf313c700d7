"""Whether what the camera sees may be judged at all, and if not, why.

Which question this module answers: is one whole person side-on, near enough and clearly seen, for most of the last
second. It knows no limits of exercises. Numbers: safe-ranges.md 4.6 (quality gate) and 4.5 (yaw).
"""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.measures import PAIRS, trunk_length_px
from poses.orientation import yaw_deg
from poses.records import Pose
from poses.yaw import FINE_DEG, MOST_DEG

# Shoulder, hip, knee and ankle of the near side must be seen at least this well (0.5 is MediaPipe's own default).
LEAST_VISIBILITY: Final = 0.65
# Shorter than this, a pixel of error turns the trunk by half a degree and more.
LEAST_TRUNK_PX: Final = 120.0
# Part of the last second that must have been good.
LEAST_GOOD: Final = 0.8
WINDOW_S: Final = 1.0
# Frames farther apart than this are pictures, not a movement: the smoothing forgets between them.
MOST_STEP_S: Final = 0.5

# Most important first, as far as they are told from one frame; each is a key of [problems] in poses/texts.
PROBLEMS: Final = (
    "too_few_frames",
    "no_person",
    "not_alone",
    "lost_track",
    "not_whole",
    "turn_side",
    "face_camera",
    "too_small",
    "unclear",
    "legs",
    "oblique",
    "far_leg",
)
# Why nothing is judged of whoever is well seen: no exercise is begun, or it is about to be known whether one is.
NOT_BEGUN: Final = ("no_exercise", "other_posture", "looking")
# Views in which a person is well seen but for their legs: what can be told without these still is.
OF_LEGS: Final = ("unclear", "legs")
# What may be another's body is not judged for a moment.
_AT_ONCE: Final = ("not_alone", "lost_track")
# Seen a little too obliquely: what has a stop limit is judged, technique is not.
OBLIQUE: Final = "oblique"
# Of two legs that take turns the one that counts now is the far one, and not well enough seen.
FAR_LEG: Final = "far_leg"
# With these, something of an exercise is judged.
PARTLY: Final = (*OF_LEGS, OBLIQUE, FAR_LEG)

_CHAIN: Final = PAIRS[:4]
# Shoulders and hips first.
_WHOLE: Final = np.concatenate([PAIRS.ravel(), np.array(skeleton.EARS)])


@dataclass(frozen=True, slots=True)
class ViewMemory:
    """The last second: for each frame its time and its problem, "" for a good one; and whether a gap led up to it."""

    recent: tuple[tuple[float, str], ...] = ()
    sparse: bool = False


def problem_of(
    pose: Pose, facing: int, near: int, *, turned_deg: float = math.nan, legs_told: bool = True, measured: bool = True
) -> str:
    """What is wrong with the view of one frame, or "".

    Args:
        pose: The landmarks.
        facing: +1 or -1, 0 when it cannot be told.
        near: Side turned to the camera.
        turned_deg: Yaw of the body over the last moments, of either sign; NaN where it is not known.
        legs_told: Whether it is known which leg is which.
        measured: Whether the near hip's angle could be told at all, or is too unsure to be given.

    Returns:
        The most important id of ``PROBLEMS`` that applies.
    """
    if not pose.found:
        return "no_person"
    points = pose.shown_px.take(_WHOLE, axis=0)
    if not _within(points, pose.image_wh):
        return "not_whole"
    # Two witnesses: the landmarks' traces, which are more exact, and their depth, which follows at once.
    if facing == 0 or not yaw_deg(pose.world_m) <= MOST_DEG or abs(turned_deg) > MOST_DEG:
        return "turn_side"
    # The longer of both, as in ``measures.trunk_length_px``; of a single pose plain numbers are faster.
    left_shoulder, right_shoulder, left_hip, right_hip = points[:4].tolist()
    if max(math.dist(left_shoulder, left_hip), math.dist(right_shoulder, right_hip)) < LEAST_TRUNK_PX:
        return "too_small"
    clear = pose.visibility.take(_CHAIN[:, near]).min() >= LEAST_VISIBILITY
    if not clear or (legs_told and not measured):
        return "unclear"
    return "" if legs_told else "legs"


def _within(points: NDArray[np.float32], image_wh: tuple[int, int]) -> bool:
    """Whether all points lie in the picture; not one that is NaN."""
    right, bottom = points.max(axis=0)
    return bool(points.min() >= 0.0 and right <= image_wh[0] and bottom <= image_wh[1])


def front_problem_of(pose: Pose, turned_deg: float) -> str:
    """What is wrong with the view of one frame of somebody who is to face the camera, or "".

    Args:
        pose: The landmarks.
        turned_deg: How far the person is turned away from facing it, see ``frontal.turned_deg``; NaN where unknown.
    """
    if not pose.found:
        return "no_person"
    points = pose.shown_px.take(_WHOLE, axis=0)
    if not _within(points, pose.image_wh):
        return "not_whole"
    if not turned_deg <= FINE_DEG:
        return "face_camera"
    if float(trunk_length_px(pose.shown_px)) < LEAST_TRUNK_PX:
        return "too_small"
    trunk, legs = np.split(pose.visibility.take(_CHAIN), 2)
    # A lifted foot may hide behind its own knee; the leg that stands has to be seen.
    return "" if min(trunk.min(), legs.min(axis=0).max()) >= LEAST_VISIBILITY else "unclear"


def over_time(problem: str, time_s: float, memory: ViewMemory) -> tuple[str, ViewMemory]:
    """Says a problem once it holds for more than a fifth of the last second, and as long as it does.

    Args:
        problem: Problem of this frame, "" for none.
        time_s: Media time of the frame.
        memory: What the last call returned.

    Returns:
        The problem that lasts, or "", and the new memory.
    """
    past, oldest_s, first = memory.recent, time_s - WINDOW_S, 0
    sparse = bool(past) and time_s - past[-1][0] > MOST_STEP_S
    if sparse and memory.sparse:
        problem = problem or "too_few_frames"
    while first < len(past) and past[first][0] <= oldest_s:
        first += 1
    recent = (*past[first:], (time_s, problem))
    bad = [name for _, name in recent if name]
    new = ViewMemory(recent, sparse)
    if problem in _AT_ONCE:
        return problem, new
    if len(bad) <= (1.0 - LEAST_GOOD) * len(recent) + 1e-9:
        return "", new
    return (problem or Counter(bad).most_common(1)[0][0]), new
