"""The limits that held when something was recorded, so that it can be judged again by the same ones.

Everybody's limits change with the program, and a person's from week to week: a comfortable end lapses after seven days.
What is kept is what ``calibration.personal`` may change, and the bands of all rules beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from poses.exercise import Band, Exercise, Rule
from poses.movement import Movement
from poses.skeleton import SIDES

Side = Literal["left", "right"]
Source = Literal["fixed", "personal"]
# Lower and upper end; None where it is open.
Ends = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class HeldRule:
    """The bands of one rule.

    Attributes:
        exercise: Of which exercise.
        side: Of which side, None for everybody's.
        rule: Its id.
        measure: What it reads; the unit stands in the name.
        target: Where a value may lie without a word.
        caution: Outside this, care.
        stop: Outside this, stop.
        source: Everybody's, or one person's own.
    """

    exercise: str
    side: Side | None
    rule: str
    measure: str
    target: Ends
    caution: Ends
    stop: Ends
    source: Source


@dataclass(frozen=True, slots=True)
class HeldMovement:
    """From which opening on a movement counts, in degrees.

    Attributes:
        exercise: Of which exercise.
        side: Of which side, None for everybody's.
        from_deg: From here on it is a hold.
        speed_from_deg: From here on speed matters.
        bounce_from_deg: From here on bouncing does.
        creep_cap_deg: Nobody creeps deeper than this unnoticed; None where creeping is not looked for.
        source: Everybody's, or one person's own.
    """

    exercise: str
    side: Side | None
    from_deg: float
    speed_from_deg: float
    bounce_from_deg: float
    creep_cap_deg: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class HeldLimits:
    """All of them: everybody's, and after these what is different for a side of one person."""

    rules: tuple[HeldRule, ...]
    movements: tuple[HeldMovement, ...]

    @property
    def personal(self) -> bool:
        """Whether any of them is somebody's own."""
        return any(one.source == "personal" for one in self.rules) or any(
            one.source == "personal" for one in self.movements
        )


def held(exercises: Sequence[Exercise]) -> HeldLimits:
    """The limits of exercises."""
    rules: list[HeldRule] = []
    movements: list[HeldMovement] = []
    for exercise in exercises:
        everybodys = [_rule(exercise, rule, None) for rule in exercise.rules]
        moved = _movement(exercise, None)
        rules += everybodys
        movements += [moved] if moved is not None else []
        for number, own in enumerate(exercise.sides or ()):
            side: Side = "left" if number == 0 else "right"
            known = set(exercise.rules)
            rules += [_rule(own, rule, side) for rule in own.rules if rule not in known]
            if own.movement != exercise.movement and (changed := _movement(own, side)) is not None:
                movements.append(changed)
    return HeldLimits(tuple(rules), tuple(movements))


def with_held(exercises: Sequence[Exercise], limits: HeldLimits) -> tuple[Exercise, ...]:
    """Exercises with the limits that held; one that was not known then keeps its own."""
    return tuple(_with(exercise, limits) for exercise in exercises)


def _with(exercise: Exercise, limits: HeldLimits) -> Exercise:
    sides = {one.side for one in limits.rules if one.exercise == exercise.id}
    sides |= {one.side for one in limits.movements if one.exercise == exercise.id}
    if not sides:
        return exercise
    base = replace(_of_side(exercise, limits, None), sides=None)
    if sides == {None}:
        return base
    return replace(base, sides=(_of_side(base, limits, SIDES[0]), _of_side(base, limits, SIDES[1])))


def _of_side(exercise: Exercise, limits: HeldLimits, side: str | None) -> Exercise:
    by_id = {one.rule: one for one in limits.rules if (one.exercise, one.side) == (exercise.id, side)}
    rules = tuple(_with_bands(rule, by_id[rule.id]) if rule.id in by_id else rule for rule in exercise.rules)
    own = next((one for one in limits.movements if (one.exercise, one.side) == (exercise.id, side)), None)
    movement = exercise.movement
    if movement is not None and own is not None:
        movement = _with_froms(movement, own)
    return replace(exercise, rules=rules, movement=movement)


def _with_bands(rule: Rule, own: HeldRule) -> Rule:
    return replace(rule, target=_band(own.target), caution=_band(own.caution), stop=_band(own.stop))


def _with_froms(movement: Movement, own: HeldMovement) -> Movement:
    creep = movement.creep
    if creep is not None and own.creep_cap_deg is not None:
        creep = replace(creep, cap_deg=own.creep_cap_deg)
    return replace(
        movement,
        shape=replace(movement.shape, from_deg=own.from_deg),
        speed_from_deg=own.speed_from_deg,
        bounce_from_deg=own.bounce_from_deg,
        creep=creep,
    )


def _rule(exercise: Exercise, rule: Rule, side: Side | None) -> HeldRule:
    target, caution, stop = _ends(rule.target), _ends(rule.caution), _ends(rule.stop)
    source: Source = "fixed" if side is None else "personal"
    return HeldRule(exercise.id, side, rule.id, rule.measure, target, caution, stop, source)


def _movement(exercise: Exercise, side: Side | None) -> HeldMovement | None:
    movement = exercise.movement
    if movement is None:
        return None
    return HeldMovement(
        exercise.id,
        side,
        movement.shape.from_deg,
        movement.speed_from_deg,
        movement.bounce_from_deg,
        None if movement.creep is None else movement.creep.cap_deg,
        "fixed" if side is None else "personal",
    )


def _ends(band: Band) -> Ends:
    low, high = (None if math.isinf(end) else end for end in (band.min, band.max))
    return low, high


def _band(ends: Ends) -> Band:
    low, high = ends
    return Band(-math.inf if low is None else low, math.inf if high is None else high)
