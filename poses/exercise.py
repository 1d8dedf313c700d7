"""What an exercise is: how its posture is recognised, and which limits hold in it.

Values only, made by ``poses.exercise_file`` from TOML and changed into personal ones by ``calibration``; the
assessment does not know about people.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

from poses.movement import Movement

# Which leg a measure is read from. stretched: the leg whose thigh points farthest back (lunge: the back leg);
# supporting: the other one; near: the one turned to the camera; far: the one turned away; lowered: the one whose hip is
# more open in this very frame, whatever it is called; raised: the other one.
Leg = Literal["stretched", "supporting", "near", "far", "lowered", "raised"]


Hands = Literal["on_knee", "off_knee", ""]

# From where the camera sees the person. What is seen from the front is judged only where it was asked for.
View = Literal["side", "front"]


@dataclass(frozen=True, slots=True)
class Band:
    """An interval of a measure's values, in its unit; an open end is infinite."""

    min: float = -math.inf
    max: float = math.inf

    def holds(self, value: float, margin: float = 0.0) -> bool:
        """Whether ``value`` lies inside, or no farther outside than ``margin``; never for NaN."""
        return self.min - margin <= value <= self.max + margin


@dataclass(frozen=True, slots=True)
class Condition:
    """A measure of one leg that must lie in a band; ``unseen``: whether one that is not seen speaks for it too."""

    measure: str
    leg: Leg
    band: Band
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Limits on one measure of one leg.

    Attributes:
        id: Unique within the exercise.
        measure: Id of the measure, see ``measures.NAMES`` and ``FRONT_NAMES``.
        leg: The leg it is read from.
        target: Where the value may lie without a word.
        caution: Outside this band: one soft cue.
        stop: Outside this band, by more than the uncertainty: ease out now.
        caution_on_s: How long the caution limit must be passed before it is said.
        stop_on_s: The same for the stop limit.
        when: The rule is silent and OK while any of these does not hold, as a rule for the top of a bridge while the
            hips are on the floor.
        cue_low: Cue for a value below, or "" where there is no lower limit.
        cue_high: Cue for a value above, or "".
        cue_stop: Cue for STOP, or "" where there is no stop limit.
    """

    id: str
    measure: str
    leg: Leg
    target: Band
    caution: Band
    stop: Band
    caution_on_s: float
    stop_on_s: float
    when: tuple[Condition, ...]
    cue_low: str
    cue_high: str
    cue_stop: str

    @property
    def has_stop(self) -> bool:
        """Whether there is a stop limit; without one the rule is about technique only."""
        return self.stop.min > -math.inf or self.stop.max < math.inf


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise as data.

    Attributes:
        id: File name without its suffix; the key of its texts.
        posture: All must hold for a frame to show this exercise.
        posture_margin_deg: How far outside a condition may lie once the posture was recognised: hysteresis.
        rules: In order of display; the first is the one that the exercise's movement is about.
        movement: How it is moved and what counts as forcing it, or None where that is not judged.
        sides: The same with the limits of each side of one person, left and right, or None where they are everybody's.
        like: Id of the exercise that has the same posture and is only moved otherwise, or "".
        begins: Of these one must hold besides for the exercise to begin, and again and again for it to go on.
        begins_within_s: So long without it, and the exercise is over.
        hands: Where the hands are, where two exercises differ in that: on the raised knee or off it; "" for anywhere.
        levels: The same made harder, from the second level on; the exercise itself is the first.
        unseen: What can go wrong in it that a camera in its place does not see, keys of [unseen] in ``poses/texts``.
        view: From where it is looked at.
    """

    id: str
    posture: tuple[Condition, ...]
    posture_margin_deg: float
    rules: tuple[Rule, ...]
    movement: Movement | None = None
    sides: tuple["Exercise", "Exercise"] | None = None
    like: str = ""
    begins: tuple[Condition, ...] = ()
    begins_within_s: float = math.inf
    hands: Hands = ""
    levels: tuple["Exercise", ...] = ()
    unseen: tuple[str, ...] = ()
    view: View = "side"

    def at_level(self, level: int) -> "Exercise":
        """The exercise at a level, from 1; the hardest where it has fewer."""
        return self if level <= 1 or not self.levels else self.levels[min(level, len(self.levels) + 1) - 2]

    def of_side(self, side: int | None) -> "Exercise":
        """With the limits of one side; with everybody's where there are no others."""
        return self if self.sides is None or side is None else self.sides[side]

    @property
    def has_leg_roles(self) -> bool:
        """Whether one leg is stretched and the other supports, or both do the same."""
        legs = {condition.leg for condition in self.posture} | {rule.leg for rule in self.rules}
        return bool(legs & {"stretched", "supporting"})


def with_shaking(exercise: Exercise) -> Exercise:
    """The exercise with the experimental rule of shaking looked for, where it has one."""
    movement = exercise.movement
    return exercise if movement is None else replace(exercise, movement=replace(movement, shakes=True))
