"""Which sign the arms give in one frame: a raised hand, or both forearms crossed before the chest.

Which question this module answers: is this a sign, by which arm, and what would make it surer. Seen from the side one
arm hides the other, and the pose model then lays the hidden one over the seen one: in its landmarks one raised hand
looks like two, and one hand on the opposite shoulder like two crossed arms. The picture may know more. Without the arm
that is seen, a second one that is raised too shows beside it; and a far arm that the model does not find, or draws half
raised, it often finds in the mirror. So the arms are looked at again (``look_wanted``) by ``vision.estimator``. What is
wholly hidden nobody can tell: the other arm of who lies, or is seen exactly from the side. Everything is measured in
lengths of the trunk, so it holds at any distance.

Tried and not kept: the same look at crossed arms. It found a hand on the thigh 0.2 to 0.8 trunks below its shoulder,
but a crossed one, too, up to 0.6, and pain that is missed is worse than pain that was not meant.
"""

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.hugging import NEAR_TRUNKS
from poses.orientation import is_upside_down
from poses.records import Pose

Sign = Literal["raised_hand", "arms_crossed"]
Look = Literal["", "mirrored", "without_left", "without_right"]
Arm = list[complex]

# A raised hand is over the crown, which is 0.15 m above the nose of somebody whose trunk measures half a metre; its
# elbow is above the shoulder, and the arm points up more than aside. How long the arm looks is not asked: the far one
# is farther away, and read 0.66 to 0.95 of eight bodies.
_OVER_NOSE, _ELBOW_UP = 0.3, 0.25
# Bend of the elbow of a raised arm, at most: straight ones read 0 to 20 degrees, at the brow 100 and more.
_STRAIGHT_DEG: Final = 60.0
# Its wrist has to be seen so well. Not better, since the model's filter is slow to believe in an arm that was hidden: a
# far hand is in its place at once, and its visibility is 0.2 then and 0.4 half a second later. The model lays an arm
# over another, but raised none where none was, in 39,000 frames of the other scripts.
_RAISED_SEEN: Final = (0.0, 0.2)
# The other hand speaks against one that is raised when it is raised too and seen better than the model sees an arm that
# it lays over the near one.
_BOTH_SEEN: Final = 0.8
# Half raised: what the model makes of a far arm that points to the ceiling, if it does not know better.
_HALF_UP, _HALF_ELBOW_UP = 0.25, 0.1
_HALF_SEEN: Final = (0.1, 0.2)

# Crossed forearms, by both arms together, since the hidden one is where the model guesses it: the ways from each wrist
# to the opposite shoulder in trunks, the mean place of the wrists below and above the shoulders, and the bends of both
# elbows. Crossed ones read 0.35 to 0.74, -0.18 to 0.0 and 250 to 322 degrees on twelve bodies; palms together before
# the breastbone 0.95 and more, -0.24 and less, 187 to 253; hands at the face are 0.36 and more above the shoulders.
_AT_SHOULDERS, _LOWEST, _HIGHEST, _BENT_DEG = 0.85, -0.21, 0.15, 225.0
# How well the better seen arm has to be seen, elbow and wrist.
_CROSSED_SEEN: Final = (0.7, 0.45)
# In space the left wrist then lies to the right of the right one, in lengths of the shoulder line: 0.6 and more of
# somebody upright, where hands on their own shoulders give -1. Of who lies the model's depth tells nothing (-0.8 to
# 0.4).
_CROSSED_BY: Final = 0.2
_UPRIGHT: Final = math.cos(math.radians(50.0))

# Without the arm that is seen, a hand that is still so far over its shoulder is the other one. A stump reaches no
# higher than an elbow, 0.5 to 0.6: hands read 0.50 at most where one was raised, 0.2 to 0.6 where a second one was
# hidden, and 0.79 to 0.97 where it showed.
_STILL_UP: Final = 0.65
# One look in so much media time: two before anything is told. What is looked at in the mirror for another reason
# (``poses.second_look``), twice a second in a lunge, serves too (convention).
EVERY_S: Final = 0.2
# An arm of which the landmarks leave no doubt: seen so well, elbow and wrist, and the hand below its shoulder.
_SURELY_SEEN: Final = (0.8, 0.5)

_ARMS: Final = np.array([skeleton.SHOULDERS, skeleton.ELBOWS, skeleton.WRISTS]).T
_TRUNK: Final = np.array([*skeleton.SHOULDERS, *skeleton.HIPS])
_OTHER: Final = {skeleton.LEFT: skeleton.RIGHT, skeleton.RIGHT: skeleton.LEFT}


@dataclass(frozen=True, slots=True)
class Given:
    """A sign in one frame.

    Attributes:
        sign: Which.
        side: Of the arm that gives it; of crossed ones the better seen.
        at: Where its hand is, from the shoulder, or from the middle of both, in trunks; right + i down.
        mirrored: Whether it was seen in the mirror alone.
    """

    sign: Sign
    side: int
    at: complex
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class _Arms:
    """Both arms of a frame, in trunks from the picture's corner, right + i down.

    Attributes:
        arms: Shoulder, elbow and wrist of either side.
        seen: Their visibility.
        nose: How far down the nose is.
    """

    arms: list[Arm]
    seen: list[list[float]]
    nose: float


def sign_of(pose: Pose) -> Given | None:
    """Which sign the arms show in one frame; where the picture was looked at in the mirror, which they show there."""
    if not pose.found or is_upside_down(pose.image_px):
        return None
    shoulders, hips = ends_of(pose)
    trunk = abs(shoulders - hips)
    if not trunk > 0.0:
        return None
    both = _arms(pose.image_px, pose.visibility, trunk)
    if _are_crossed(both, (shoulders - hips) / trunk, pose.world_m):
        better = max((skeleton.LEFT, skeleton.RIGHT), key=lambda side: both.seen[side][2])
        return Given("arms_crossed", better, both.arms[better][2] - shoulders / trunk)
    raised = _raised(both)
    if raised is None and pose.again is not None and pose.again.without is None:
        raised = _raised(_arms(pose.again.image_px, pose.again.visibility, trunk))
        raised = raised and replace(raised, mirrored=True)
    if raised is not None and _is_at_a_knee(pose, both.arms[raised.side][0] + raised.at, trunk):
        return None
    return raised


def look_wanted(pose: Pose) -> Look:
    """What else of the picture is to be looked at, so as to know what the arms do.

    Args:
        pose: A frame that was looked at once.
    """
    if not pose.found or is_upside_down(pose.image_px):
        return ""
    given, (shoulders, hips) = sign_of(pose), ends_of(pose)
    trunk = abs(shoulders - hips)
    if not trunk > 0.0:
        return ""
    both = _arms(pose.image_px, pose.visibility, trunk)
    if given is None:
        return "mirrored" if any(_is_half_raised(*one) for one in zip(both.arms, both.seen, strict=True)) else ""
    other = _OTHER[given.side]
    shoulder, _, wrist = both.arms[other]
    hangs = wrist.imag > shoulder.imag and _seen(both.seen[other], _SURELY_SEEN)
    # Of who lies the other arm is behind the body, whatever it does.
    if given.sign == "arms_crossed" or hangs or (hips - shoulders).imag < _UPRIGHT * trunk:
        return ""
    return "without_left" if given.side == skeleton.LEFT else "without_right"


def both_raised(pose: Pose, given: Given) -> bool | None:
    """Whether a second hand is raised beside the one that gives a sign; None where no look says anything of it."""
    again = pose.again
    if again is None or again.without != given.side or not math.isfinite(again.image_px[skeleton.NOSE, 0]):
        return None
    shoulders, hips = ends_of(pose)
    arms = _arms(again.image_px, again.visibility, abs(shoulders - hips)).arms
    # Whichever arm the model takes it for.
    return max((shoulder - wrist).imag for shoulder, _, wrist in arms) >= _STILL_UP


def ends_of(pose: Pose) -> tuple[complex, complex]:
    """Middle of the shoulders and of the hips, in pixels, right + i down."""
    a, b, c, d = (complex(x, y) for x, y in pose.image_px.take(_TRUNK, axis=0).tolist())
    return (a + b) / 2.0, (c + d) / 2.0


def _arms(image_px: NDArray[np.float32], visibility: NDArray[np.float32], trunk: float) -> _Arms:
    points = image_px.astype(np.float64).take(_ARMS, axis=0).tolist()
    arms = [[complex(x, y) / trunk for x, y in arm] for arm in points]
    return _Arms(arms, visibility.take(_ARMS).tolist(), float(image_px[skeleton.NOSE, 1]) / trunk)


def _raised(both: _Arms) -> Given | None:
    """The hand that is raised alone, as far as the landmarks tell."""
    up = [side for side in (skeleton.LEFT, skeleton.RIGHT) if _is_raised(both.arms[side], both.nose)]
    held = [side for side in up if _seen(both.seen[side], _RAISED_SEEN)]
    if not held or len([side for side in up if min(both.seen[side][1:]) >= _BOTH_SEEN]) == len(both.arms):
        return None
    side = max(held, key=lambda one: both.seen[one][2])
    return Given("raised_hand", side, both.arms[side][2] - both.arms[side][0])


def _is_raised(arm: Arm, nose: float) -> bool:
    """Whether an arm points up, straight, with the hand over the head; up is the picture's, also for who lies."""
    shoulder, elbow, wrist = arm
    return (
        nose - wrist.imag >= _OVER_NOSE
        and shoulder.imag - elbow.imag >= _ELBOW_UP
        and shoulder.imag - wrist.imag >= abs((wrist - shoulder).real)
        and _bend_deg(arm) <= _STRAIGHT_DEG
    )


def _is_at_a_knee(pose: Pose, hand: complex, trunk: float) -> bool:
    """Whether a hand, in trunks, holds a knee: who lies and hugs one has both hands above the face."""
    knees = pose.image_px.take(skeleton.KNEES, axis=0).tolist()
    return min(abs(complex(x, y) / trunk - hand) for x, y in knees) < NEAR_TRUNKS


def _is_half_raised(arm: Arm, seen: list[float]) -> bool:
    """Whether an arm is straight, and its hand higher than the elbow, and that higher than the shoulder."""
    shoulder, elbow, wrist = arm
    return (
        shoulder.imag - wrist.imag >= _HALF_UP
        and shoulder.imag - elbow.imag >= _HALF_ELBOW_UP
        and _bend_deg(arm) <= _STRAIGHT_DEG
        and _seen(seen, _HALF_SEEN)
    )


def _are_crossed(both: _Arms, up: complex, world_m: NDArray[np.float32]) -> bool:
    """Whether both hands lie at the opposite shoulder by bent elbows."""
    if not any(_seen(one, _CROSSED_SEEN) for one in both.seen):
        return False
    ways = [both.arms[side][2] - both.arms[other][0] for side, other in _OTHER.items()]
    above = sum((way * up.conjugate()).real for way in ways) / 2.0
    return (
        sum(abs(way) for way in ways) <= _AT_SHOULDERS
        and _LOWEST <= above <= _HIGHEST
        and sum(_bend_deg(arm) for arm in both.arms) >= _BENT_DEG
        and (-up.imag < _UPRIGHT or _crossed_by(world_m) >= _CROSSED_BY)
    )


def _crossed_by(world_m: NDArray[np.float32]) -> float:
    """How far the left wrist lies to the right of the right one, in lengths of the shoulder line."""
    points = world_m.astype(np.float64)
    line = points[skeleton.SHOULDERS[1]] - points[skeleton.SHOULDERS[0]]
    across = line + points[skeleton.HIPS[1]] - points[skeleton.HIPS[0]]
    length = float(np.linalg.norm(across)) * float(np.linalg.norm(line))
    way = points[skeleton.WRISTS[0]] - points[skeleton.WRISTS[1]]
    return float(way @ across) / length if length > 0.0 else 0.0


def _bend_deg(arm: Arm) -> float:
    """Bend of an elbow in the picture: 0 straight."""
    shoulder, elbow, wrist = arm
    upper, fore = elbow - shoulder, wrist - elbow
    product = abs(upper) * abs(fore)
    return math.degrees(math.acos(max(-1.0, min(1.0, (upper.conjugate() * fore).real / product)))) if product else 0.0


def _seen(arm: list[float], least: tuple[float, float]) -> bool:
    return arm[1] >= least[0] and arm[2] >= least[1]
