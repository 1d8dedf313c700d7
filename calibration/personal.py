"""From everybody's limits to one person's.

Which question this module answers: given how far somebody's first mild stretch goes and how they kneel, where do the
limits of the lunge lie for them. A limit may come nearer without end and go farther only up to ceilings that hold for
everybody (safe-ranges.md 2.1, L1c to L1x). The assessment does not know about people: it is given another exercise.

The opening is compared with a comfortable end that was measured in the same posture by the same means, so what both
have wrong alike falls out. A neutral standing posture is not taken off: on phantoms its error has nothing to do with
that of a lunge, and taking it off made the opening worse (docs/calibration.md).
"""

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from calibration.baseline import COMFORT_HOLDS, COMFORT_IS_FRESH, FARTHEST_DEG, Baseline, Comfort
from poses.exercise import Band, Exercise, Rule
from poses.skeleton import LEFT, RIGHT

# Beyond the comfortable end by so much: care, stop; measured today, or up to a week ago.
FRESH_DEG: Final = (3.0, 8.0)
OLDER_DEG: Final = (6.0, 10.0)
# Of what is rocked and not held so much less: care from the comfortable end itself on (safe-ranges.md 2.4), and an aim
# that stays below it.
_LESS_WHEN_ROCKED_DEG: Final = 3.0
_ROCKED_SHARE: Final = 0.8
# Whatever somebody's comfortable end is.
CEILINGS_DEG: Final = (25.0, 30.0)
# A mild stretch is felt on the way there (safe-ranges.md L1c).
TARGET_SHARE: Final = 0.6
# So far below an end that lies below straight a stretch begins (convention).
_BELOW_DEG: Final = 5.0
# Somebody's own upright may differ from the vertical by so much, and raises no limit by more than the second.
_MOST_LEAN_DEG: Final = 8.0
_MOST_RISE_DEG: Final = 3.0

_OPENING, _LEAN = "hip-opening", "trunk-back-lean"


@dataclass(frozen=True, slots=True)
class Person:
    """What the limits of one person come from.

    Attributes:
        baseline: Neutral postures, or None.
        ends: Comfortable ends of both sides to go by today, None where there is none.
    """

    baseline: Baseline | None
    ends: tuple[Comfort | None, Comfort | None]


def personalise(exercise: Exercise, person: Person, today: date) -> Exercise:
    """The exercise with one person's limits, for each side; unchanged where nothing of them bears on it.

    Args:
        exercise: With everybody's limits.
        person: What is known of them.
        today: What is too old today does not count.
    """
    if not exercise.has_leg_roles or all(rule.id not in (_OPENING, _LEAN) for rule in exercise.rules):
        return exercise
    left, right = (_of_side(exercise, person, side, today) for side in (LEFT, RIGHT))
    return exercise if left == right == exercise else replace(exercise, sides=(left, right))


def _of_side(exercise: Exercise, person: Person, side: int, today: date) -> Exercise:
    end = person.ends[side]
    own = exercise
    if end is not None and 0 <= (today - end.on).days <= COMFORT_HOLDS.days:
        own = _with_opening(own, end, fresh=today - end.on <= COMFORT_IS_FRESH)
    baseline = person.baseline
    lean = baseline.kneeling_trunk_deg(side) if baseline is not None and baseline.holds(today) else None
    return own if lean is None else _with_lean(own, lean)


def _with_opening(exercise: Exercise, end: Comfort, *, fresh: bool) -> Exercise:
    """Limits of the opening, and what of the movement hangs on them."""
    deg = min(end.end_deg, FARTHEST_DEG)
    caution, stop = (
        min(deg + more, ceiling) for more, ceiling in zip(FRESH_DEG if fresh else OLDER_DEG, CEILINGS_DEG, strict=True)
    )
    rocked = exercise.movement is not None and exercise.movement.shape.kind == "repetition"
    aim = min(_ROCKED_SHARE * deg, deg) if rocked else deg
    caution -= _LESS_WHEN_ROCKED_DEG if rocked else 0.0

    def changed(rule: Rule) -> Rule:
        target = Band(min(TARGET_SHARE * deg, aim), aim)
        return replace(rule, target=target, caution=Band(-math.inf, caution), stop=Band(-math.inf, stop))

    rules = tuple(changed(rule) if rule.id == _OPENING else rule for rule in exercise.rules)
    movement = exercise.movement
    if movement is not None:
        creep = None if movement.creep is None else replace(movement.creep, cap_deg=caution)
        # Speed from half of the limit on: getting into position is not punished. Never later than for everybody.
        # Who is stiff stretches below straight: there, too, holds are timed and bouncing is seen.
        from_deg = TARGET_SHARE * deg if deg > 0.0 else deg - _BELOW_DEG
        shape = replace(movement.shape, from_deg=min(movement.shape.from_deg, from_deg))
        bounce_from_deg = min(movement.bounce_from_deg, deg - _BELOW_DEG)
        speed_from_deg = min(movement.speed_from_deg, caution / 2.0 if caution > 0.0 else caution - _BELOW_DEG)
        movement = replace(
            movement, shape=shape, creep=creep, speed_from_deg=speed_from_deg, bounce_from_deg=bounce_from_deg
        )
    return replace(exercise, rules=rules, movement=movement)


def own_upright(neutral_deg: float) -> float:
    """How far somebody's own upright counts as such: farther back it raises no limit."""
    return min(max(neutral_deg, -_MOST_LEAN_DEG), _MOST_RISE_DEG)


def _with_lean(exercise: Exercise, neutral_deg: float) -> Exercise:
    """Limits of leaning back, from somebody's own upright instead of the vertical."""
    off = own_upright(neutral_deg)

    def shifted(band: Band) -> Band:
        return Band(band.min + off, band.max + off)

    rules = tuple(
        replace(rule, target=shifted(rule.target), caution=shifted(rule.caution), stop=shifted(rule.stop))
        if rule.id == _LEAN
        else rule
        for rule in exercise.rules
    )
    return replace(exercise, rules=rules)
