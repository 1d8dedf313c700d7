"""Is the person alone in the picture, and still the same?

Which question this module answers: may what is seen be taken for one person's movement. The estimator now and then
looks for somebody else (``Pose.company``); here the answers last until the next one. Whom the pose model jumps to may
be anybody: after a jump, too, nothing counts until two looks have seen nobody else. It cannot tell two people apart by
their looks.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.records import Pose

# One look in so much media time (convention): who walks by at 1.4 m/s is in the picture for two or three seconds.
EVERY_S: Final = 0.5
# Between two looks that see nobody a passer-by may have been hidden behind the person.
CLEAR_LOOKS: Final = 2
# A trunk that moves by more than this from one frame to the next, and so much more for each second between them, is
# somebody else's, or soon will be: half its length and three lengths a second, faster than anybody walks
# (convention).
_JUMP_TRUNKS, _JUMP_TRUNKS_S = 0.5, 3.0
# Frames farther apart say nothing of jumps.
_FORGET_S: Final = 0.5
# Recordings without looks exist: so long after a jump nothing more is to be learned. Four looks would have been taken.
_NO_LOOKS_S: Final = 2.0

_TRUNK: Final = [*skeleton.SHOULDERS, *skeleton.HIPS]


@dataclass(frozen=True, slots=True)
class CompanyMemory:
    """What was last seen of the trunk, and how many looks are still wanted that see nobody else.

    Attributes:
        time_s: When somebody was last found.
        ends: Middle of the shoulders and of the hips then, as right + i down.
        awaited: Looks that are wanted before anything counts again.
        since_s: When there was last a reason to wait for them; time in which nobody was found does not count.
        others: Whether somebody else was seen, and not only a jump.
    """

    time_s: float = -math.inf
    ends: tuple[complex, complex] = (0j, 0j)
    awaited: int = 0
    since_s: float = -math.inf
    others: bool = False


def is_due(pose: Pose, last_s: float, before: CompanyMemory) -> bool:
    """Whether it is time for the estimator to look for somebody else.

    Args:
        pose: What was found in this frame.
        last_s: Media time of the last look; -inf before the first. Looks keep to the slots of a fixed clock, half a
            slot away from those of ``second_look``, so that no frame has to wait for both.
        before: What ``follow`` returned for the frame before.
    """
    if not pose.found:
        return False
    slots = [math.floor(time_s / EVERY_S + 0.5) for time_s in (pose.time_s, last_s) if time_s > -math.inf]
    return len(slots) == 1 or slots[0] > slots[1] or _has_jumped(pose.time_s, _ends(pose.image_px), before)


def follow(pose: Pose, memory: CompanyMemory) -> CompanyMemory:
    """Takes one more frame into account; the person is alone while no look is awaited.

    Args:
        pose: What was found; where nobody was, nothing is learned.
        memory: What the last call returned.
    """
    if not pose.found:
        return memory
    ends = _ends(pose.image_px)
    awaited, since_s, others = memory.awaited, memory.since_s, memory.others
    if _FORGET_S < pose.time_s - memory.time_s < math.inf:
        since_s += pose.time_s - memory.time_s
    if pose.company > 0.0:
        awaited, since_s, others = CLEAR_LOOKS, pose.time_s, True
    elif _has_jumped(pose.time_s, ends, memory):
        awaited, since_s = CLEAR_LOOKS, pose.time_s
    elif pose.company == 0.0:
        awaited = max(0, awaited - 1)
    if pose.time_s - since_s > _NO_LOOKS_S:
        awaited = 0
    return CompanyMemory(pose.time_s, ends, awaited, since_s, others and awaited > 0)


def _has_jumped(time_s: float, ends: tuple[complex, complex], before: CompanyMemory) -> bool:
    """Whether both ends of the trunk are elsewhere: who bends or rises keeps one of them nearly where it was."""
    gone_s = time_s - before.time_s
    if not 0.0 <= gone_s <= _FORGET_S:
        return False
    least = abs(ends[0] - ends[1]) * (_JUMP_TRUNKS + _JUMP_TRUNKS_S * gone_s)
    return all(abs(now - then) > least for now, then in zip(ends, before.ends, strict=True))


def _ends(image_px: NDArray[np.floating]) -> tuple[complex, complex]:
    """Middle of the shoulders and of the hips."""
    a, b, c, d = (complex(x, y) for x, y in image_px[_TRUNK].tolist())
    return (a + b) / 2.0, (c + d) / 2.0
