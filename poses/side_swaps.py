"""Left and right legs that trade labels, found by their jump and by votes, and put back.

Which question this module answers: which of the two legs that the pose model sees is the left one. The model trades
them at the bottom of a lunge, where one hides the other: for single frames, which shows as a jump, or for seconds.
Each frame alone says something too: how likely its labels are to be traded (``Correction.leg_exchange``). Jumps tie
frames together, and the votes of all frames that are tied together decide.
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
# Legs closer together than this pass each other unseen: which is which is then the model's word alone.
TOGETHER_TRUNKS: Final = 0.15
# Frames within this time err alike and have one vote together (convention: an estimate's errors outlast single frames).
VOTE_S: Final = 0.3
# Log odds at which the labels are changed, 12 to 1, and at which nothing more is added.
CHANGE_ODDS: Final = 2.5
MOST_ODDS: Final = 6.0
# After a longer gap nothing is known of where the legs were (convention).
FORGET_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class LegMemory:
    """Where the legs were at the last frame.

    Attributes:
        time_s: Media time of the last frame with a pose.
        legs_px: ``(4, 2, 2)``: knee, ankle, heel and toe of the left and the right leg, as labelled by us.
        exchanged: Whether our labels differ from the model's.
        odds: Log odds that our labels are wrong.
    """

    time_s: float
    legs_px: Float
    exchanged: bool = False
    odds: float = 0.0


def follow(pose: Pose, odds: float, memory: LegMemory | None) -> tuple[Pose, bool, LegMemory | None]:
    """Keeps each leg's label from one frame to the next, and changes both when the votes are against them.

    Args:
        pose: The pose as the model labels it.
        odds: Log odds that the model's labels are exchanged in this frame, from the frame alone.
        memory: What the last call returned; None at the start.

    Returns:
        The pose with consistent labels, whether they were changed in this frame, and the new memory.
    """
    if not pose.found:
        return pose, False, memory
    legs = pose.image_px[_POINTS].astype(np.float64)
    trunk = float(trunk_length_px(pose.image_px))
    if not trunk > 0.0 or _distance(legs, legs[:, ::-1]) < TOGETHER_TRUNKS * trunk:
        return pose, False, LegMemory(pose.time_s, legs)
    if memory is None or pose.time_s - memory.time_s > FORGET_S:
        exchanged, believed = False, _bounded(odds)
    else:
        exchanged = memory.exchanged
        ours = legs[:, ::-1] if exchanged else legs
        stay = _distance(ours, memory.legs_px) / trunk
        change = _distance(ours[:, ::-1], memory.legs_px) / trunk
        if stay > JUMP_TRUNKS and change < BETTER * stay:
            exchanged = not exchanged
        vote = (-odds if exchanged else odds) * min(1.0, (pose.time_s - memory.time_s) / VOTE_S)
        believed = _bounded(memory.odds + vote)
    if believed > CHANGE_ODDS:
        exchanged, believed = not exchanged, -believed
    ours = legs[:, ::-1] if exchanged else legs
    return (exchange_legs(pose) if exchanged else pose), exchanged, LegMemory(pose.time_s, ours, exchanged, believed)


def exchange_legs(pose: Pose) -> Pose:
    """The same pose with the points below the hips of both sides exchanged."""
    order = np.arange(skeleton.COUNT)
    order[_POINTS] = _POINTS[:, ::-1]
    return replace(pose, image_px=pose.image_px[order], world_m=pose.world_m[order], visibility=pose.visibility[order])


def _bounded(odds: float) -> float:
    return min(max(odds, -MOST_ODDS), MOST_ODDS)


def _distance(legs: Float, before: Float) -> float:
    """Distance between two leg pairs, averaged over knees and ankles of both sides, in pixels."""
    apart = legs[:2] - before[:2]
    return float(np.hypot(apart[..., 0], apart[..., 1]).sum()) / 4.0
