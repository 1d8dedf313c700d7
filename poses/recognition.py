"""Which exercise the person is doing, and which leg has which role in it.

Which question this module answers: does the posture of this moment, and of the last half second, fit one of the known
exercises, or none. Postures are the conditions of the exercise files; nothing is guessed beyond them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

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

# The lowered leg is another one only when that is so much lower: legs side by side do not take turns in every frame
# (convention: one sigma).
LOWERED_MARGIN_DEG: Final = 5.0

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
        lowered: Side of the leg whose hip is more open now, or None where that of either cannot be told.
        begun_s: When what an exercise begins with was last seen.
        awaited: An exercise whose posture it is, and which has not begun.
        resumable: The exercise that was recognised before a bad view. It need not begin anew: whoever stands on one leg
            in the posture of marching, and lifted a knee a moment before the view was lost, is marching still.
    """

    exercise: str | None = None
    stretched: int | None = None
    rival: str | None = None
    rival_since_s: float = 0.0
    other_leg_since_s: float | None = None
    lowered: int | None = None
    begun_s: float = -math.inf
    awaited: str | None = None
    resumable: str | None = None

    def after_bad_view(self) -> "RecognitionMemory":
        """What is left of it after a long bad view: that says nothing about now."""
        return RecognitionMemory(begun_s=self.begun_s, resumable=self.exercise or self.resumable)

    def doubtful(self, time_s: float) -> bool:
        """Whether the posture of the last moments was not that of ``exercise``, for longer than a flicker."""
        return self.rival != self.exercise and time_s - self.rival_since_s >= DOUBT_S


def recognise(
    measures: Measures,
    time_s: float,
    exercises: Sequence[Exercise],
    memory: RecognitionMemory,
    *,
    still: bool = False,
    on_knee: bool | None = None,
    plain_deg: Sequence[float] = (math.nan, math.nan),
) -> RecognitionMemory:
    """Takes one more moment into account.

    Args:
        measures: Smoothed ones, as far as which leg is which is sure.
        time_s: Media time.
        exercises: The known ones, in order of preference.
        memory: What the last call returned.
        still: The moment is a photograph: there is no time to wait for.
        on_knee: Whether a hand lies on the raised knee; None where that does not matter or is not known.
        plain_deg: Openings of both hips as the landmarks have them, where it matters which leg is lower: that is seen
            where an angle would be too unsure to be given.

    Returns:
        The new state; its ``exercise`` and ``stretched`` are the answer.
    """
    if not math.isfinite(measures.values[measures.near, _OPENING]):
        # Not seen says nothing for or against a posture: a lost frame must not start the waiting anew.
        return memory
    stretched, since = _roles(measures, time_s, memory, still=still)
    lowered = _lowered(plain_deg, memory.lowered)
    roles = Roles(stretched, measures.near, lowered)
    seen, begun_s, awaited = _fitting(measures, roles, exercises, memory, time_s, on_knee)
    exercise, rival_since = memory.exercise, time_s
    if seen != memory.exercise:
        rival_since = memory.rival_since_s if memory.rival == seen else time_s
        if still or time_s - rival_since >= CHANGE_S:
            exercise, rival_since = seen, time_s
    resumable = memory.resumable if exercise is None else None
    return RecognitionMemory(exercise, stretched, seen, rival_since, since, lowered, begun_s, awaited, resumable)


class Roles(NamedTuple):
    """Which side plays which role, as an index: the stretched leg, the near side, the leg that is lowered now."""

    stretched: int | None
    near: int
    lowered: int | None = None


def side_of(leg: Leg, roles: Roles) -> int | None:
    """Index of the side that plays a role; None where that is not known."""
    stretched, near, lowered = roles
    if leg in ("lowered", "raised"):
        return lowered if leg == "lowered" or lowered is None else 1 - lowered
    if leg in ("near", "far") or stretched is None:
        return 1 - near if leg == "far" else near
    return stretched if leg == "stretched" else 1 - stretched


def fits(
    condition: Condition,
    values: Float,
    roles: Roles,
    margin_deg: float = 0.0,
    *,
    unseen: bool = False,
) -> bool:
    """Whether a condition holds for values ``(2, M)``.

    Args:
        condition: Of a posture.
        values: The measures.
        roles: Which side plays which role.
        margin_deg: How far outside a value may lie.
        unseen: What a value that was not seen says. That of the far leg, which the near one may hide, always
            fits, where it is asked for by its place and not by its role in a stretch.
    """
    side = side_of(condition.leg, roles)
    value = math.nan if side is None else float(values[side, INDEX[condition.measure]])
    if math.isnan(value):
        return (
            unseen
            or condition.unseen
            or (side is not None and side != roles.near and condition.leg in ("far", "lowered", "raised"))
        )
    return condition.band.holds(value, margin_deg)


def _is_seen(condition: Condition, values: Float, roles: Roles) -> bool:
    side = side_of(condition.leg, roles)
    return side is not None and math.isfinite(values[side, INDEX[condition.measure]])


def _fitting(
    measures: Measures,
    roles: Roles,
    exercises: Sequence[Exercise],
    memory: RecognitionMemory,
    time_s: float,
    on_knee: bool | None,
) -> tuple[str | None, float, str | None]:
    """The exercise that the posture is of, when what it begins with was last seen, and one that has yet to begin."""
    current, awaited = memory.exercise, None

    def farther(candidate: Exercise) -> tuple[bool, bool]:
        # Hands that hold a knee say more than legs that might as well lie before a bridge.
        return not (candidate.hands == "on_knee" and on_knee), candidate.id != current

    for exercise in sorted(exercises, key=farther):
        # A posture that was recognised is not left because a joint is hidden for a while; none is recognised unseen.
        now = exercise.id == current
        margin = exercise.posture_margin_deg if now else 0.0
        if not all(fits(c, measures.values, roles, margin, unseen=now) for c in exercise.posture):
            continue
        if exercise.hands and on_knee is not None and on_knee != (exercise.hands == "on_knee"):
            continue
        # What an exercise begins with has to be seen: a hidden leg may be anywhere.
        begins = not exercise.begins or any(
            _is_seen(c, measures.values, roles) and fits(c, measures.values, roles) for c in exercise.begins
        )
        begun_s = time_s if begins and exercise.begins else memory.begun_s
        going_on = now or (current is None and exercise.id == memory.resumable)
        if begins or (going_on and time_s - begun_s <= exercise.begins_within_s):
            return exercise.id, begun_s, None
        awaited = awaited or exercise.id
    return None, memory.begun_s, awaited


def _lowered(opening_deg: Sequence[float], before: int | None) -> int | None:
    """Side of the leg whose hip is more open; None where that of either is not known."""
    left, right = opening_deg
    if not math.isfinite(left + right):
        return None
    lead = right - left
    if before is not None and abs(lead) < LOWERED_MARGIN_DEG:
        return before
    return RIGHT if lead > 0.0 else LEFT


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
