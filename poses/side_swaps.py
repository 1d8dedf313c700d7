"""Left and right legs that trade labels, found by their jump and, in a lunge, by what is known of it, and put back.

Which question this module answers: which of the two legs that the pose model sees is the left one. The model trades
them at the bottom of a lunge, where one hides the other: for single frames, which shows as a jump, or for seconds.

In a lunge more is known. One leg is in front, and whether that is the one near the camera does not change while the
person kneels. Each frame says something of it: how likely its labels are to be traded (``Correction.leg_exchange``).
So does the model's word on the mirrored picture (``poses.second_look``), and that the person was asked to turn the
stretched leg to the camera. The mean of the last moments decides. Whoever turned the other leg is believed only on
clear evidence, and where the evidence stays unclear that is said (``LegMemory.sure``).
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.measures import Float
from poses.records import Pose

_POINTS: Final = np.array(skeleton.LEG_POINTS)
# Row i of the pose with the labels of both legs exchanged is row _EXCHANGED[i] of the pose.
_EXCHANGED: Final = np.arange(skeleton.COUNT)
_EXCHANGED[_POINTS] = _POINTS[:, ::-1]
_KNEES_AND_ANKLES: Final = np.array([*skeleton.KNEES, *skeleton.ANKLES])
_TRUNKS: Final = np.array([*skeleton.SHOULDERS, *skeleton.HIPS])

# Left knee, right knee, left ankle, right ankle; pixels as complex numbers, which for so few are faster than arrays.
Legs = tuple[complex, ...]

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
# What second looks add to the log odds, by their mean, against what a frame alone says: from a logistic regression on
# seeds 3300 to 3443, which the network of that time had not seen, near and far front legs weighing the same.
LOOK_ODDS: Final = 3.5
# Evidence from which on a name is given to each leg. On the same seeds, the network fitted to other people each time,
# one such frame in 370 is wrong when set up as asked, and one in three with less: then the legs are not told apart.
SURE_ODDS: Final = 3.0
# From here on seven names in eight are right, by the odds themselves: enough to follow how a leg moves, which hardly
# depends on its name, and not how far it goes.
LIKELY_ODDS: Final = 2.0
# Long enough for two second looks (convention).
TELL_S: Final = 1.0
# Looks remembered: three seconds of them (convention).
MOST_LOOKS: Final = 6
# After a longer gap nothing is known of where the legs were (convention).
FORGET_S: Final = 0.5
# Nobody changes legs in a lunge faster: one has to come up from the knee and kneel down again (convention).
FORGET_LUNGE_S: Final = 0.75


@dataclass(frozen=True, slots=True)
class Lunge:
    """What one frame says of a lunge.

    Attributes:
        front_is_near: Whether the leg in front is the near one, by the model's labels.
        odds: Log odds that these labels are exchanged, from the frame alone.
        second: What a second look says of it, -1 to 1; NaN where none was taken.
    """

    front_is_near: bool
    odds: float
    second: float = math.nan


def front_is_near(inclinations_deg: Float) -> bool | None:
    """Whether somebody half-kneeling has the near leg in front, by the labels as they are; None in another posture.

    Half-kneeling is one thigh forward and the other shank behind on the floor.

    Args:
        inclinations_deg: ``(3, 2)`` trunk, thigh and shank of the near and the far side, + forward.
    """
    (near_trunk, _), (near_thigh, far_thigh), (near_shank, far_shank) = inclinations_deg.tolist()
    is_near = bool(near_thigh < far_thigh)
    front, back, shank = (near_thigh, far_thigh, far_shank) if is_near else (far_thigh, near_thigh, near_shank)
    kneels = front < FRONT_THIGH_DEG and back > BACK_THIGH_DEG and shank > BACK_SHANK_DEG
    return is_near if kneels and abs(near_trunk) < TRUNK_DEG else None


@dataclass(frozen=True, slots=True)
class LegMemory:
    """Where the legs were at the last frame.

    Attributes:
        time_s: Media time of the last frame with a pose.
        legs: Knees and ankles as labelled by us.
        exchanged: Whether our labels differ from the model's.
        front_odds: In a lunge the log odds that the leg in front is the near one, from the frames alone.
        front_is_near: What is believed of it; None outside a lunge.
        second: Mean of what second looks in this lunge said, + for the leg in front being the near one.
        looks: How many they were, at most ``MOST_LOOKS``.
        known_s: How many seconds of a lunge that belief rests on, at most ``MEAN_S``.
        lunge_s: When a lunge was last seen.
    """

    time_s: float
    legs: Legs
    exchanged: bool = False
    front_odds: float = 0.0
    front_is_near: bool | None = None
    second: float = 0.0
    looks: int = 0
    known_s: float = 0.0
    lunge_s: float = 0.0

    @property
    def sure(self) -> bool:
        """Whether it is known which leg is which: always outside a lunge, in one by the odds."""
        return self.front_is_near is None or abs(self.odds) >= SURE_ODDS

    @property
    def likely(self) -> bool:
        """Whether the names of the legs are at least likely right."""
        return self.front_is_near is None or abs(self.odds) >= LIKELY_ODDS

    @property
    def doubtful(self) -> bool:
        """Whether that is still unknown although the lunge has lasted long enough to tell."""
        return not self.sure and self.known_s >= TELL_S

    @property
    def odds(self) -> float:
        """In a lunge the log odds that the leg in front is the near one, with second looks."""
        return _with_looks(self.front_odds, self.second)


def _with_looks(front_odds: float, second: float) -> float:
    return front_odds + LOOK_ODDS * second


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
    legs = _points(pose, _KNEES_AND_ANKLES)
    if memory is not None and pose.time_s - memory.time_s > FORGET_S:
        memory = None
    new = _elsewhere(pose, legs, memory) if lunge is None else _in_lunge(pose.time_s, legs, lunge, memory)
    return (exchange_legs(pose) if new.exchanged else pose), new.exchanged, new


def _in_lunge(time_s: float, legs: Legs, lunge: Lunge, past: LegMemory | None) -> LegMemory:
    """Believes what the mean of the last moments says of the leg in front, and labels both legs accordingly."""
    # Exchanged labels mean that the front leg is the other one than they say.
    against = lunge.odds + (SET_UP_ODDS if lunge.front_is_near else -SET_UP_ODDS)
    odds = min(max(-against if lunge.front_is_near else against, -MOST_ODDS), MOST_ODDS)
    known_s, second, looks, least = 0.0, 0.0, 0, 0.0
    if past is not None and past.front_is_near is not None:
        known_s = min(past.known_s + time_s - past.time_s, MEAN_S)
        odds = past.front_odds + (odds - past.front_odds) * (time_s - past.time_s) / known_s
        second, looks, least = past.second, past.looks, -CHANGE_ODDS if past.front_is_near else CHANGE_ODDS
    if math.isfinite(lunge.second):
        looks = min(looks + 1, MOST_LOOKS)
        second += ((-lunge.second if lunge.front_is_near else lunge.second) - second) / looks
    front_is_near = _with_looks(odds, second) > least
    exchanged = front_is_near != lunge.front_is_near
    ours = _exchanged(legs) if exchanged else legs
    return LegMemory(time_s, ours, exchanged, odds, front_is_near, second, looks, known_s, time_s)


def _elsewhere(pose: Pose, legs: Legs, past: LegMemory | None) -> LegMemory:
    """Exchanges labels that jumped; what is known of a lunge outlasts the frames in which it is not recognised."""
    left, right, left_hip, right_hip = _points(pose, _TRUNKS)
    trunk = max(abs(left - left_hip), abs(right - right_hip))
    apart = trunk > 0.0 and _distance(legs, _exchanged(legs)) >= TOGETHER_TRUNKS * trunk
    if past is None or past.front_is_near is None or pose.time_s - past.lunge_s > FORGET_LUNGE_S:
        exchanged = apart and past is not None and _jumped(legs, past, trunk)
        return LegMemory(pose.time_s, _exchanged(legs) if exchanged else legs, exchanged)
    # One leg in front and one behind: each is near where it was, and far from where the other one was.
    exchanged = apart and _distance(_exchanged(legs), past.legs) < _distance(legs, past.legs)
    new = LegMemory(pose.time_s, _exchanged(legs) if exchanged else legs, exchanged)
    return replace(past, time_s=new.time_s, legs=new.legs, exchanged=new.exchanged)


def _jumped(legs: Legs, past: LegMemory, trunk: float) -> bool:
    """Whether the labels have to be exchanged for each leg to be near where it was a moment ago."""
    ours = _exchanged(legs) if past.exchanged else legs
    stay = _distance(ours, past.legs) / trunk
    change = _distance(_exchanged(ours), past.legs) / trunk
    jumped = stay > JUMP_TRUNKS and change < BETTER * stay
    return past.exchanged != jumped


def exchange_legs(pose: Pose) -> Pose:
    """The same pose with the points below the hips of both sides exchanged."""
    image_px, world_m, visibility = (
        points.take(_EXCHANGED, axis=0) for points in (pose.image_px, pose.world_m, pose.visibility)
    )
    picture_px = None if pose.picture_px is None else pose.picture_px.take(_EXCHANGED, axis=0)
    return replace(pose, image_px=image_px, world_m=world_m, visibility=visibility, picture_px=picture_px)


def _points(pose: Pose, rows: NDArray[np.int64]) -> tuple[complex, ...]:
    return tuple([complex(x, y) for x, y in pose.image_px.take(rows, axis=0).tolist()])


def _exchanged(legs: Legs) -> Legs:
    left_knee, right_knee, left_ankle, right_ankle = legs
    return right_knee, left_knee, right_ankle, left_ankle


def _distance(legs: Legs, before: Legs) -> float:
    """Distance between two leg pairs, averaged over knees and ankles of both sides, in pixels."""
    return sum(abs(now - then) for now, then in zip(legs, before, strict=True)) / 4.0
