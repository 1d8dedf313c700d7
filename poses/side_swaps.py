"""Left and right legs that trade labels, found by their jump and, in a lunge, by what is known of it, and put back.

Which question this module answers: which of the two legs that the pose model sees is the left one. The model trades
them at the bottom of a lunge, where one hides the other: for single frames, which shows as a jump, or for seconds.

In a lunge more is known. One leg is in front, and whether that is the one near the camera does not change while the
person kneels. Each frame says something of it: how likely its labels are to be traded (``Correction.leg_exchange``),
and that the person was asked to turn the stretched leg to the camera. The mean of the last moments decides. Whoever
turned the other leg is believed only on clear evidence; the stretched leg is judged all the same, whatever its name.
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
# Half-kneeling, by the landmarks as they are, and so wider than what is judged; convention.
FRONT_THIGH_DEG, BACK_THIGH_DEG, BACK_SHANK_DEG, TRUNK_DEG = -40.0, -30.0, 55.0, 70.0
# Evidence is the mean over the last moments: frames that look alike err alike, so they do not add up (convention).
MEAN_S: Final = 1.5
# Log odds beyond which no frame counts, and at which a belief is changed.
MOST_ODDS: Final = 6.0
CHANGE_ODDS: Final = 0.5
# What the set-up tells in a lunge, as log odds. More of it would leave fewer exchanges on phantoms that are set up as
# asked, and take the legs of a real man who is not for each other (docs/accuracy.md).
SET_UP_ODDS: Final = 1.0
# After a longer gap nothing is known of where the legs were (convention).
FORGET_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Lunge:
    """What one frame says of a lunge.

    Attributes:
        front_is_near: Whether the leg in front is the near one, by the model's labels.
        odds: Log odds that these labels are exchanged, from the frame alone.
    """

    front_is_near: bool
    odds: float

    @staticmethod
    def seen(inclinations_deg: Float, odds: float) -> "Lunge | None":
        """Whether a frame shows somebody half-kneeling, one thigh forward and the other shank behind them on the floor.

        Args:
            inclinations_deg: ``(3, 2)`` trunk, thigh and shank of the near and the far side, + forward.
            odds: Log odds that the legs' labels are exchanged.
        """
        (near_trunk, _), (near_thigh, far_thigh), (near_shank, far_shank) = inclinations_deg.tolist()
        front_is_near = near_thigh < far_thigh
        front, back, shank = (
            (near_thigh, far_thigh, far_shank) if front_is_near else (far_thigh, near_thigh, near_shank)
        )
        kneels = front < FRONT_THIGH_DEG and back > BACK_THIGH_DEG and shank > BACK_SHANK_DEG
        return Lunge(front_is_near, odds) if kneels and abs(near_trunk) < TRUNK_DEG else None


@dataclass(frozen=True, slots=True)
class LegMemory:
    """Where the legs were at the last frame.

    Attributes:
        time_s: Media time of the last frame with a pose.
        legs_px: ``(4, 2, 2)``: knee, ankle, heel and toe of the left and the right leg, as labelled by us.
        exchanged: Whether our labels differ from the model's.
        front_odds: In a lunge the log odds that the leg in front is the near one.
        front_is_near: What is believed of it; None outside a lunge.
        lunge_since_s: Since when the lunge lasts.
    """

    time_s: float
    legs_px: Float
    exchanged: bool = False
    front_odds: float = 0.0
    front_is_near: bool | None = None
    lunge_since_s: float = 0.0


def follow(pose: Pose, lunge: Lunge | None, memory: LegMemory | None) -> tuple[Pose, bool, LegMemory | None]:
    """Keeps each leg's label from one frame to the next.

    Args:
        pose: The pose as the model labels it.
        lunge: What this frame says of the lunge the person is in, or None when they are in none.
        memory: What the last call returned; None at the start.

    Returns:
        The pose with consistent labels, whether they were changed in this frame, and the new memory.
    """
    if not pose.found:
        return pose, False, memory
    legs = pose.image_px[_POINTS].astype(np.float64)
    if memory is not None and pose.time_s - memory.time_s > FORGET_S:
        memory = None
    if lunge is not None:
        new = _in_lunge(pose.time_s, legs, lunge, memory)
    else:
        trunk = float(trunk_length_px(pose.image_px))
        apart = trunk > 0.0 and _distance(legs, legs[:, ::-1]) >= TOGETHER_TRUNKS * trunk
        exchanged = apart and memory is not None and _jumped(legs, memory, trunk)
        new = LegMemory(pose.time_s, legs[:, ::-1] if exchanged else legs, exchanged)
    return (exchange_legs(pose) if new.exchanged else pose), new.exchanged, new


def _in_lunge(time_s: float, legs: Float, lunge: Lunge, past: LegMemory | None) -> LegMemory:
    """Believes what the mean of the last moments says of the leg in front, and labels both legs accordingly."""
    # Exchanged labels mean that the front leg is the other one than they say.
    against = lunge.odds + (SET_UP_ODDS if lunge.front_is_near else -SET_UP_ODDS)
    odds = min(max(-against if lunge.front_is_near else against, -MOST_ODDS), MOST_ODDS)
    since_s = time_s
    if past is None or past.front_is_near is None:
        front_is_near = odds > 0.0
    else:
        since_s, step_s = past.lunge_since_s, time_s - past.time_s
        odds = past.front_odds + (odds - past.front_odds) * step_s / min(MEAN_S, time_s - since_s + step_s)
        front_is_near = odds > (-CHANGE_ODDS if past.front_is_near else CHANGE_ODDS)
    exchanged = front_is_near != lunge.front_is_near
    return LegMemory(time_s, legs[:, ::-1] if exchanged else legs, exchanged, odds, front_is_near, since_s)


def _jumped(legs: Float, past: LegMemory, trunk: float) -> bool:
    """Whether the labels have to be exchanged for each leg to be near where it was a moment ago."""
    ours = legs[:, ::-1] if past.exchanged else legs
    stay = _distance(ours, past.legs_px) / trunk
    change = _distance(ours[:, ::-1], past.legs_px) / trunk
    jumped = stay > JUMP_TRUNKS and change < BETTER * stay
    return past.exchanged != jumped


def exchange_legs(pose: Pose) -> Pose:
    """The same pose with the points below the hips of both sides exchanged."""
    order = np.arange(skeleton.COUNT)
    order[_POINTS] = _POINTS[:, ::-1]
    return replace(pose, image_px=pose.image_px[order], world_m=pose.world_m[order], visibility=pose.visibility[order])


def _distance(legs: Float, before: Float) -> float:
    """Distance between two leg pairs, averaged over knees and ankles of both sides, in pixels."""
    apart = legs[:2] - before[:2]
    return float(np.hypot(apart[..., 0], apart[..., 1]).sum()) / 4.0
