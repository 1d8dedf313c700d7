"""Left and right legs that trade labels for a few frames, found by their jump and put back.

Which question this module answers: is this frame's left leg the one that was called left a moment ago. The pose model
swaps the two at the bottom of a lunge, where one hides the other (about one frame in ten on a real split squat). It
does not claim to know which label is true, only that a leg does not jump across the body between two frames.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from poses import skeleton
from poses.measures import Float, trunk_length_px
from poses.records import Pose

_POINTS: Final = np.array(skeleton.LEG_POINTS)
# A joint that moves a quarter of the trunk's length between two frames has not moved, it was mistaken
# (safe-ranges.md 4.6, convention): 12 cm in 1/30 s would be 3.7 m/s.
JUMP_TRUNKS: Final = 0.25
# The other labelling must explain the frame clearly better, or it is only fast or poorly seen.
BETTER: Final = 0.5
# A labelling that lasts this long is the model's considered opinion; it is taken over (convention).
ACCEPT_S: Final = 1.0
# After a longer gap nothing is known of where the legs were (convention).
FORGET_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class LegMemory:
    """Where the legs were at the last frame.

    Attributes:
        time_s: Media time of the last frame with a pose.
        legs_px: ``(4, 2, 2)``: knee, ankle, heel and toe of the left and the right leg, as labelled by us.
        swapped_since_s: Since when our labels differ from the model's, or None.
    """

    time_s: float
    legs_px: Float
    swapped_since_s: float | None = None


def follow(pose: Pose, memory: LegMemory | None) -> tuple[Pose, bool, LegMemory | None]:
    """Keeps each leg's label from one frame to the next.

    Args:
        pose: The pose as the model labels it.
        memory: What the last call returned; None at the start.

    Returns:
        The pose with consistent labels, whether they were changed in this frame, and the new memory.
    """
    if not pose.found:
        return pose, False, memory
    legs = pose.image_px[_POINTS].astype(np.float64)
    trunk = float(trunk_length_px(pose.image_px))
    if memory is None or pose.time_s - memory.time_s > FORGET_S or not trunk > 0.0:
        return pose, False, LegMemory(pose.time_s, legs)
    kept = memory.swapped_since_s is not None
    ours = legs[:, ::-1] if kept else legs
    stay = _distance(ours, memory.legs_px) / trunk
    change = _distance(ours[:, ::-1], memory.legs_px) / trunk
    if stay > JUMP_TRUNKS and change < BETTER * stay:
        kept = not kept
        ours = ours[:, ::-1]
    since = (memory.swapped_since_s if memory.swapped_since_s is not None else pose.time_s) if kept else None
    if since is not None and pose.time_s - since > ACCEPT_S:
        return pose, False, LegMemory(pose.time_s, legs)
    new = LegMemory(pose.time_s, ours, since)
    return (exchange_legs(pose) if kept else pose), kept, new


def exchange_legs(pose: Pose) -> Pose:
    """The same pose with the points below the hips of both sides exchanged."""
    order = np.arange(skeleton.COUNT)
    order[_POINTS] = _POINTS[:, ::-1]
    return replace(pose, image_px=pose.image_px[order], world_m=pose.world_m[order], visibility=pose.visibility[order])


def _distance(legs: Float, before: Float) -> float:
    """Distance between two leg pairs, averaged over knees and ankles of both sides, in pixels."""
    apart = legs[:2] - before[:2]
    return float(np.hypot(apart[..., 0], apart[..., 1]).sum()) / 4.0
