"""Signs that are given with the arms, in time: a raised hand, and both forearms crossed before the chest.

Which question this module answers: does the person mean something with their arms, and for how long already. A sign is
a posture of the arms (``poses.signs``) that is held still; what it is taken for is decided elsewhere. From the side one
arm hides the other. Further looks at the picture find a far hand, or a second one, but what is wholly hidden nobody can
tell. So a sign takes time, can be seen filling, and can be taken back.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from poses.records import Pose
from poses.signs import Given, Sign, both_raised, ends_of, sign_of

# Seconds a sign has to be held. A hand: the issue's own number, longer than somebody scratches or reaches. Crossed
# arms: long enough to hear the question that is asked when they are first seen, and to let go; short enough for
# somebody whom it hurts (convention).
HOLD_S: Final[dict[Sign, float]] = {"raised_hand": 2.0, "arms_crossed": 1.5}
# So long it is held before that is told: a hand that passes by is not worth a word (convention).
TELL_S: Final = 0.4
# For so long it may be unseen without being let go: some frames in which the model lays an arm elsewhere (convention);
# where it was seen in the mirror alone, until the next look but one frame, which in a lunge comes half a second later.
_GRACE_S, _MIRRORED_GRACE_S = 0.35, 0.6
# Frames farther apart are no movement that was watched.
_FORGET_S: Final = 0.6
# A hand that is farther from where it lately was does something else: it waves. The far hand, half hidden, jumps by up
# to 0.4 from its middle in the model's eyes though it is held still.
_STILL_TRUNKS, _LATELY_S = 0.5, 0.3
# Both ends of the trunk this much elsewhere from one frame to the next: another body (``poses.company``).
_JUMP_TRUNKS: Final = 0.5
# So many of the last looks for a second hand count, and more than half of them have to find it: one may be wrong.
_LOOKS: Final = 3


@dataclass(frozen=True, slots=True)
class HandsMemory:
    """What the arms are doing.

    Attributes:
        time_s: When somebody was last found.
        ends: Middle of the shoulders and of the hips then, as right + i down.
        sign: The sign that is given, or None.
        since_s: Since when, without a break.
        seen_s: When it was last seen.
        grace_s: For so long after that it may be unseen.
        at: Where the hand lately was, from the shoulders, in trunks; right + i down.
        done: Whether it has acted already: it has to be let go before it, or another, acts again.
        acted: Whether it acts at this very frame.
        shown: What the arms show, whether it counts or not.
        shown_s: When they last did.
        looks: Whether a second hand was raised beside it, in each of the last looks.
    """

    time_s: float = -math.inf
    ends: tuple[complex, complex] = (0j, 0j)
    sign: Sign | None = None
    since_s: float = -math.inf
    seen_s: float = -math.inf
    grace_s: float = _GRACE_S
    at: complex = 0j
    done: bool = False
    acted: bool = False
    shown: Sign | None = None
    shown_s: float = -math.inf
    looks: tuple[bool, ...] = ()

    @property
    def held_s(self) -> float:
        """For how long the sign is held; 0 without one."""
        return self.seen_s - self.since_s if self.sign is not None else 0.0

    @property
    def share(self) -> float:
        """How much of what it needs to act is done, 0 to 1; NaN where there is nothing to show."""
        if self.sign is None or self.done or self.held_s < TELL_S:
            return math.nan
        return min(1.0, self.held_s / HOLD_S[self.sign])


def follow(pose: Pose, memory: HandsMemory) -> HandsMemory:
    """Takes one more frame into account.

    Args:
        pose: What was found; where nobody was, a sign is let go once it was unseen for a while.
        memory: What the last call returned.
    """
    time_s = pose.time_s
    memory = replace(memory, acted=False)
    if time_s <= memory.time_s:
        return memory
    if not pose.found:
        return _let_go(time_s, memory)
    ends, found = ends_of(pose), sign_of(pose)
    unwatched = time_s - memory.time_s > _FORGET_S or _has_jumped(ends, memory.ends)
    # A sign that acted stays so until it was seen to be let go.
    memory = replace(memory if memory.done or not unwatched else HandsMemory(), time_s=time_s, ends=ends)
    grace_s = _MIRRORED_GRACE_S if found is not None and found.mirrored else _GRACE_S
    if found is not None and memory.done:
        return replace(memory, sign=found.sign, seen_s=time_s, grace_s=grace_s)
    memory = _looked(pose, found, memory)
    against = found is None or 2 * sum(memory.looks) > len(memory.looks)
    if found is None or against or (found.sign == memory.sign and abs(found.at - memory.at) > _STILL_TRUNKS):
        return _let_go(time_s, memory)
    sign, at = found.sign, found.at
    memory = replace(memory, grace_s=grace_s)
    if sign != memory.sign:
        return replace(memory, sign=sign, since_s=time_s, seen_s=time_s, at=at)
    acts = time_s - memory.since_s >= HOLD_S[sign]
    at = memory.at + (at - memory.at) * -math.expm1((memory.seen_s - time_s) / _LATELY_S)
    return replace(memory, seen_s=time_s, at=at, done=acts, acted=acts)


def _looked(pose: Pose, found: Given | None, memory: HandsMemory) -> HandsMemory:
    """The memory with what a look at this frame says of the sign that the arms show."""
    if found is None:
        return memory
    # Frames in which the model lays an arm elsewhere end nothing; arms that were let go show something new.
    goes_on = found.sign == memory.shown and pose.time_s - memory.shown_s <= memory.grace_s
    answer = both_raised(pose, found)
    looks = (*(memory.looks if goes_on else ()), *(() if answer is None else (answer,)))
    return replace(memory, shown=found.sign, shown_s=pose.time_s, looks=looks[-_LOOKS:])


def _let_go(time_s: float, memory: HandsMemory) -> HandsMemory:
    """The memory without a sign, once none was seen for a while."""
    if memory.sign is None or time_s - memory.seen_s <= memory.grace_s:
        return memory
    return replace(memory, sign=None, done=False)


def _has_jumped(now: tuple[complex, complex], then: tuple[complex, complex]) -> bool:
    far = _JUMP_TRUNKS * abs(now[0] - now[1])
    return all(abs(one - other) > far for one, other in zip(now, then, strict=True))
