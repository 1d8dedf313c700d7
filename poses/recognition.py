"""Which exercise the person is doing, and which leg has which role in it.

Which question this module answers: does the posture of this moment, and of the last half second, fit one of the known
exercises, or none. Postures are the conditions of the exercise files; nothing is guessed beyond them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from poses.exercise import Condition, Exercise, Leg
from poses.measures import INDEX, Float
from poses.records import Measures
from poses.skeleton import LEFT, RIGHT

# A posture must hold, or be gone, this long before it counts (convention: longer than a flicker of the pose, shorter
# than anybody needs to get into a lunge).
CHANGE_S: Final = 0.5
# A posture that does not fit is told to the person from this time on; a single frame is not (convention: three frames).
DOUBT_S: Final = 0.1
# The legs trade roles only when the other hip is this much more open: twice the caution step of 10 degrees.
ROLE_MARGIN_DEG: Final = 20.0

_OPENING: Final = INDEX["hip_opening_deg"]


@dataclass(frozen=True, slots=True)
class RecognitionMemory:
    """What was recognised, and what may replace it.

    Attributes:
        exercise: Id of the recognised exercise, or None.
        stretched: Side of the leg with the more open hip, or None before any was seen.
        rival: What the last frames show instead of ``exercise``.
        rival_since_s: Since when.
        other_leg_since_s: Since when the other leg looks like the stretched one, or None.
    """

    exercise: str | None = None
    stretched: int | None = None
    rival: str | None = None
    rival_since_s: float = 0.0
    other_leg_since_s: float | None = None

    def doubtful(self, time_s: float) -> bool:
        """Whether the posture of the last moments was not that of ``exercise``, for longer than a flicker."""
        return self.rival != self.exercise and time_s - self.rival_since_s >= DOUBT_S


def recognise(
    measures: Measures, time_s: float, exercises: Sequence[Exercise], memory: RecognitionMemory, *, still: bool = False
) -> RecognitionMemory:
    """Takes one more moment into account.

    Args:
        measures: Smoothed measures.
        time_s: Media time.
        exercises: The known ones, in order of preference.
        memory: What the last call returned.
        still: The moment is a photograph: there is no time to wait for.

    Returns:
        The new state; its ``exercise`` and ``stretched`` are the answer.
    """
    if not math.isfinite(measures.values[measures.near, _OPENING]):
        # Not seen says nothing for or against a posture: a lost frame must not start the waiting anew.
        return memory
    stretched, since = _roles(measures, time_s, memory, still=still)
    seen = _fitting(measures, stretched, exercises, memory.exercise)
    if seen == memory.exercise:
        return RecognitionMemory(memory.exercise, stretched, seen, time_s, since)
    rival_since = memory.rival_since_s if memory.rival == seen else time_s
    if still or time_s - rival_since >= CHANGE_S:
        return RecognitionMemory(seen, stretched, seen, time_s, since)
    return RecognitionMemory(memory.exercise, stretched, seen, rival_since, since)


def side_of(leg: Leg, stretched: int | None, near: int) -> int:
    """Index of the side that plays a role."""
    if leg in ("near", "far") or stretched is None:
        return 1 - near if leg == "far" else near
    return stretched if leg == "stretched" else 1 - stretched


def fits(
    condition: Condition,
    values: Float,
    stretched: int | None,
    near: int,
    margin_deg: float = 0.0,
    *,
    unseen: bool = False,
) -> bool:
    """Whether a condition holds for values ``(2, M)``.

    Args:
        condition: Of a posture.
        values: The measures.
        stretched: Side of the stretched leg.
        near: Side turned to the camera.
        margin_deg: How far outside a value may lie.
        unseen: What a value that was not seen says. That of the far leg, which the near one may hide, always fits.
    """
    value = float(values[side_of(condition.leg, stretched, near), INDEX[condition.measure]])
    if math.isnan(value):
        return unseen or condition.leg == "far"
    return condition.band.holds(value, margin_deg)


def _fitting(
    measures: Measures, stretched: int | None, exercises: Sequence[Exercise], current: str | None
) -> str | None:
    for exercise in sorted(exercises, key=lambda candidate: candidate.id != current):
        # A posture that was recognised is not left because a joint is hidden for a while; none is recognised unseen.
        now = exercise.id == current
        margin = exercise.posture_margin_deg if now else 0.0
        if all(fits(c, measures.values, stretched, measures.near, margin, unseen=now) for c in exercise.posture):
            return exercise.id
    return None


def _roles(
    measures: Measures, time_s: float, memory: RecognitionMemory, *, still: bool
) -> tuple[int | None, float | None]:
    opening = measures.values[:, _OPENING].tolist()
    if not all(map(math.isfinite, opening)):
        return memory.stretched, memory.other_leg_since_s
    wider = RIGHT if opening[RIGHT] > opening[LEFT] else LEFT
    if memory.stretched is None:
        return wider, None
    lead = opening[1 - memory.stretched] - opening[memory.stretched]
    # Outside an exercise the roles follow at once; inside, they are locked until the other leg holds the lead.
    if memory.exercise is None or still:
        return wider, None
    if lead < ROLE_MARGIN_DEG:
        return memory.stretched, None
    since = memory.other_leg_since_s if memory.other_leg_since_s is not None else time_s
    if time_s - since >= CHANGE_S:
        return wider, None
    return memory.stretched, since
