"""What a live session consists of: exercises with sides, repetitions, holds and rests, then calm breathing.

Which question this module answers: which steps are done in which order, and which are left out because of the person's
answers. Plans are TOML files, read strictly; the default one stands here. Numbers: safe-ranges.md 2.1, 2.2 and 3.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, model_validator

from calibration.screening import Level, Offer
from poses.exercise import Exercise
from poses.exercise_file import built_in, built_in_ids
from poses.skeleton import SIDES
from poses.strict_toml import Strict, read_strictly

# Each limit of a hold lies 5 s beyond what is asked for at most: 30 and 35 s in a lunge (L12), 5 and 10 in a bridge
# (B7).
COME_BACK_BEFORE_S: Final = 5.0
# L13: two to four holds, about 60 s a side altogether. B7: eight to twelve repetitions.
HOLDS: Final = 2
REPETITIONS: Final = 8
# Safe-ranges.md 3.5.
LEAST_REST_S: Final = 10.0
_MOST_REST_S: Final = 300.0
_MOST_REPETITIONS: Final = 12
# Screening rows of the breathing at the end.
PACED, BELLY = "breathing-478", "belly-breathing"

Breathing = Literal["paced", "paced_no_hold", "belly", ""]


@dataclass(frozen=True, slots=True)
class Item:
    """One step of a plan.

    Attributes:
        exercise: Its id.
        side: The leg that is stretched, an index of ``skeleton``, or None where both do the same.
        repetitions: How many repetitions, or holds of an exercise that is held.
        hold_s: How long one is held before the person is asked to come back.
        rest_s: At least so long between holds, and before the next step.
        notes: What the person's answers add, ids of ``[screening.notes]``.
    """

    exercise: str
    side: int | None
    repetitions: int
    hold_s: float
    rest_s: float = LEAST_REST_S
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A session.

    Attributes:
        items: Its exercises in order.
        breathing: How it closes.
        left_out: Exercises that the person's answers stand against, with what became of each.
    """

    items: tuple[Item, ...]
    breathing: Breathing = "paced"
    left_out: tuple[tuple[str, Offer], ...] = ()


class _Step(Strict):
    exercise: str
    side: Literal["left", "right"] | None = None
    repetitions: int | None = Field(default=None, ge=1, le=_MOST_REPETITIONS)
    hold_s: float | None = Field(default=None, gt=0)
    rest_s: float = Field(default=LEAST_REST_S, ge=LEAST_REST_S, le=_MOST_REST_S)

    @model_validator(mode="after")
    def _fits(self) -> "_Step":
        if faults := _faults(self):
            raise ValueError("; ".join(faults))
        return self


class _File(Strict):
    breathing: bool = True
    steps: list[_Step] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _not_too_much(self) -> "_File":
        held: dict[tuple[str, int | None], float] = {}
        for item in _items(self, built_in()):
            whose = item.exercise, item.side
            held[whose] = held.get(whose, 0.0) + item.repetitions * item.hold_s
        limits = {exercise.id: exercise.movement.dose for exercise in built_in() if exercise.movement}
        faults = [
            f"{exercise} is held for {seconds:g} s on one side altogether; at most {limit.caution_s:g}"
            for (exercise, _), seconds in held.items()
            if (limit := limits.get(exercise)) is not None and seconds > limit.caution_s
        ]
        if faults:
            raise ValueError("; ".join(dict.fromkeys(faults)))
        return self


def hold_target_s(exercise: Exercise) -> float:
    """How long an exercise is held before the person is asked to come back."""
    limits = exercise.movement.hold if exercise.movement is not None else None
    return limits.caution_s - COME_BACK_BEFORE_S if limits is not None else 0.0


def default_plan(exercises: Sequence[Exercise], chosen: str = "auto") -> Plan:
    """The plan where the user gave none: each exercise, or the chosen one, on both sides where it has sides.

    What stretches comes before what strengthens: in the order of the practice.
    """
    picked = [exercise for exercise in exercises if chosen in ("auto", exercise.id)]
    picked.sort(key=lambda exercise: not exercise.has_leg_roles)
    return Plan(tuple(_item(exercise, side) for exercise in picked for side in _sides_of(exercise)))


def read_plan(path: Path, exercises: Sequence[Exercise]) -> Plan:
    """Reads a plan.

    Raises:
        Problem: The file cannot be read, or has faults; all of them are told.
    """
    content = read_strictly(path, _File, "a plan", "a plan that is misread could ask too much")
    return Plan(_items(content, exercises), "paced" if content.breathing else "")


def suited(plan: Plan, offers: Mapping[str, Offer]) -> Plan:
    """The plan without what the person's answers stand against; breathing as they allow it.

    What only a physiotherapist may agree to is left out too: nobody here can ask one.
    """
    kept, left_out = [], {}
    for item in plan.items:
        offer = offers.get(item.exercise, Offer(Level.WITHHELD))
        if offer.level > Level.EASED:
            left_out[item.exercise] = offer
        else:
            kept.append(replace(item, notes=offer.notes))
    breathing = plan.breathing
    if breathing:
        paced, belly = (offers.get(name, Offer(Level.WITHHELD)) for name in (PACED, BELLY))
        if paced.level <= Level.EASED:
            breathing = "paced_no_hold" if "no_hold" in paced.notes else "paced"
        else:
            breathing = "belly" if belly.level <= Level.EASED else ""
    return Plan(tuple(kept), breathing, tuple(left_out.items()))


def _items(content: _File, exercises: Sequence[Exercise]) -> tuple[Item, ...]:
    """The steps of a file as they are done: one that names no side is done on both."""
    by_id = {exercise.id: exercise for exercise in exercises}
    items = []
    for step in content.steps:
        exercise = by_id[step.exercise]
        for side in _sides_of(exercise) if step.side is None else (SIDES.index(step.side),):
            usual = _item(exercise, side)
            repetitions, hold_s = step.repetitions or usual.repetitions, step.hold_s or usual.hold_s
            items.append(replace(usual, repetitions=repetitions, hold_s=hold_s, rest_s=step.rest_s))
    return tuple(items)


def _item(exercise: Exercise, side: int | None) -> Item:
    held = exercise.movement is not None and exercise.movement.shape.kind == "hold"
    return Item(exercise.id, side, HOLDS if held else REPETITIONS, hold_target_s(exercise))


def _sides_of(exercise: Exercise) -> tuple[int | None, ...]:
    return (0, 1) if exercise.has_leg_roles else (None,)


def _faults(step: _Step) -> list[str]:
    if step.exercise not in built_in_ids():
        return [f"there is no exercise {step.exercise!r}; there are {', '.join(built_in_ids())}"]
    exercise = next(one for one in built_in() if one.id == step.exercise)
    found = []
    if step.side is not None and not exercise.has_leg_roles:
        found.append(f"{step.exercise} has no sides")
    longest_s = hold_target_s(exercise)
    if step.hold_s is not None and step.hold_s > longest_s:
        found.append(f"hold_s of {step.exercise} is at most {longest_s:g} (found {step.hold_s:g})")
    return found
