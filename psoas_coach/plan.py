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
from poses.breathing_file import breathing_exercise, breathing_ids
from poses.exercise import Exercise
from poses.exercise_file import built_in, built_in_ids
from poses.skeleton import SIDES
from poses.strict_toml import Strict, read_strictly
from psoas_coach.breathing import BELLY, PACED

# Each limit of a hold lies 5 s beyond what is asked for at most: 30 and 35 s in a lunge (L12), 5 and 10 in a bridge
# (B7).
COME_BACK_BEFORE_S: Final = 5.0
# L13: two to four holds, about 60 s a side altogether. B7: eight to twelve repetitions.
HOLDS: Final = 2
REPETITIONS: Final = 8
# Of exercises whose legs take turns both are counted: 5 a side (safe-ranges.md 2.5; convention for standing).
_REPETITIONS_OF: Final = {"dead-bug": 10, "standing-core": 10, "standing-core-front": 10}
# Safe-ranges.md 3.5.
LEAST_REST_S: Final = 10.0
_MOST_REST_S: Final = 300.0
_MOST_REPETITIONS: Final = 12
_MOST_OF_BOTH_LEGS: Final = 16
# What is done where the user asked for nothing else.
USUAL: Final = ("low-lunge", "bridge")

Breathing = Literal["paced", "paced_no_hold", "belly", ""]


@dataclass(frozen=True, slots=True)
class Item:
    """One step of a plan.

    Attributes:
        exercise: Its id.
        side: The leg that is stretched, an index of ``skeleton``, or None where both do the same.
        repetitions: How many repetitions, or holds of an exercise that is held, or breaths of one that is breathed.
        hold_s: How long one is held before the person is asked to come back.
        rest_s: At least so long between holds, and before the next step.
        notes: What the person's answers add, ids of ``[screening.notes]``.
        unseen: What of it is not checked from where the camera stands, ids of ``[unseen]``.
        full: At the pace that a breathing exercise is named after, and not at that of a first time.
    """

    exercise: str
    side: int | None
    repetitions: int
    hold_s: float
    rest_s: float = LEAST_REST_S
    notes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    full: bool = False

    @property
    def breathes(self) -> bool:
        """Whether it is a breathing exercise."""
        return self.exercise in breathing_ids()


@dataclass(frozen=True, slots=True)
class Plan:
    """A session.

    Attributes:
        items: Its exercises in order.
        breathing: How it closes.
        left_out: Exercises that the person's answers stand against, with what became of each.
        levels: At which level exercises are done that have some, where it is not the first.
    """

    items: tuple[Item, ...]
    breathing: Breathing = "paced"
    left_out: tuple[tuple[str, Offer], ...] = ()
    levels: tuple[tuple[str, int], ...] = ()

    def level_of(self, exercise: str) -> int:
        """At which level an exercise is done, from 1."""
        return dict(self.levels).get(exercise, 1)


class _Step(Strict):
    exercise: str
    side: Literal["left", "right"] | None = None
    level: int | None = Field(default=None, ge=1)
    repetitions: int | None = Field(default=None, ge=1)
    hold_s: float | None = Field(default=None, gt=0)
    rest_s: float = Field(default=LEAST_REST_S, ge=LEAST_REST_S, le=_MOST_REST_S)
    full: bool = False

    @model_validator(mode="after")
    def _fits(self) -> "_Step":
        if faults := _faults(self):
            raise ValueError("; ".join(faults))
        return self


class PlanFile(Strict):
    """A plan as it stands in its file."""

    breathing: bool = True
    steps: list[_Step] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _not_too_much(self) -> "PlanFile":
        held: dict[tuple[str, int | None], float] = {}
        for item in _items(self, built_in()):
            whose = item.exercise, item.side
            held[whose] = held.get(whose, 0.0) + item.repetitions * item.hold_s
        limits = {exercise.id: exercise.movement.dose for exercise in built_in() if exercise.movement}
        faults = [
            f"{name} is asked for at two levels; one session has one"
            for name in dict.fromkeys(step.exercise for step in self.steps)
            if len({step.level or 1 for step in self.steps if step.exercise == name}) > 1
        ]
        faults += [
            f"{exercise} is held for {seconds:g} s on one side altogether; at most {limit.caution_s:g}"
            for (exercise, _), seconds in held.items()
            if (limit := limits.get(exercise)) is not None and seconds > limit.caution_s
        ]
        for name in breathing_ids():
            cycles = sum(item.repetitions for item in _items(self, built_in()) if item.exercise == name)
            if cycles > (most := breathing_exercise(name).most_cycles):
                faults.append(f"{name} has {cycles} breaths altogether; at most {most}")
        if faults:
            raise ValueError("; ".join(dict.fromkeys(faults)))
        return self


def hold_target_s(exercise: Exercise) -> float:
    """How long an exercise is held before the person is asked to come back; 0 where nothing is held."""
    movement = exercise.movement
    # A stretch that is rocked has the limits of one that is held, for whoever stays in it, and is not to be held.
    rocked = exercise.has_leg_roles and movement is not None and movement.shape.kind == "repetition"
    if movement is None or movement.hold is None or rocked:
        return 0.0
    return movement.hold.caution_s - COME_BACK_BEFORE_S


def most_repetitions(exercise: str) -> int:
    """How many repetitions, or holds, a step of an exercise may have (B7, D5); of both legs where they take turns."""
    return _MOST_OF_BOTH_LEGS if takes_turns(exercise) else _MOST_REPETITIONS


def takes_turns(exercise: str) -> bool:
    """Whether its legs take turns, and repetitions of both are counted together."""
    return exercise in _REPETITIONS_OF


def default_plan(exercises: Sequence[Exercise], chosen: str = "auto", level: int = 1) -> Plan:
    """The plan where the user gave none: the usual exercises, or the chosen one, on both sides where it has sides.

    What stretches comes before what strengthens: in the order of the practice.
    """
    if chosen in breathing_ids():
        return Plan((_breathing_item(chosen),), "")
    picked = [exercise for exercise in exercises if exercise.id in (USUAL if chosen == "auto" else (chosen,))]
    picked.sort(key=lambda exercise: not exercise.has_leg_roles)
    levels = tuple((exercise.id, level) for exercise in picked if exercise.levels and level > 1)
    return Plan(tuple(_item(exercise, side) for exercise in picked for side in _sides_of(exercise)), levels=levels)


def read_plan(path: Path, exercises: Sequence[Exercise]) -> Plan:
    """Reads a plan.

    Raises:
        Problem: The file cannot be read, or has faults; all of them are told.
    """
    content = read_strictly(path, PlanFile, "a plan", "a plan that is misread could ask too much")
    levels = tuple((step.exercise, step.level) for step in content.steps if step.level is not None and step.level > 1)
    items = _items(content, exercises)
    # Nobody is paced for more than four breaths in a session.
    closing: Breathing = "belly" if any(item.exercise == PACED for item in items) else "paced"
    return Plan(items, closing if content.breathing else "", levels=tuple(dict.fromkeys(levels)))


def suited(plan: Plan, offers: Mapping[str, Offer]) -> Plan:
    """The plan without what the person's answers stand against; breathing as they allow it.

    What only a physiotherapist may agree to is left out too: nobody here can ask one. Where the answers allow the first
    level only, it is that.
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
        # Whoever may be paced lying only (S12) has just been on their knees or feet: they breathe freely.
        if breathing != "belly" and paced.level <= Level.EASED and "lying" not in paced.notes:
            breathing = "paced_no_hold" if "no_hold" in paced.notes else "paced"
        else:
            breathing = "belly" if belly.level <= Level.EASED else ""
    eased = {item.exercise for item in kept if "level_1" in item.notes}
    levels = tuple(entry for entry in plan.levels if entry[0] not in eased)
    return Plan(tuple(kept), breathing, tuple(left_out.items()), levels)


def _items(content: PlanFile, exercises: Sequence[Exercise]) -> tuple[Item, ...]:
    """The steps of a file as they are done: one that names no side is done on both."""
    by_id = {exercise.id: exercise for exercise in exercises}
    items = []
    for step in content.steps:
        if step.exercise in breathing_ids():
            usual = _breathing_item(step.exercise)
            items.append(replace(usual, repetitions=step.repetitions or usual.repetitions, full=step.full))
            continue
        exercise = by_id[step.exercise]
        for side in _sides_of(exercise) if step.side is None else (SIDES.index(step.side),):
            usual = _item(exercise, side)
            repetitions, hold_s = step.repetitions or usual.repetitions, step.hold_s or usual.hold_s
            items.append(replace(usual, repetitions=repetitions, hold_s=hold_s, rest_s=step.rest_s))
    return tuple(items)


def _item(exercise: Exercise, side: int | None) -> Item:
    held = exercise.movement is not None and exercise.movement.shape.kind == "hold"
    # L13 and B7; dead bug 5 to 8 a side, dynamic lunge 6 to 10 (safe-ranges.md 2.4, 2.5).
    count = HOLDS if held else _REPETITIONS_OF.get(exercise.id, REPETITIONS)
    return Item(exercise.id, side, count, hold_target_s(exercise), unseen=exercise.unseen)


def _breathing_item(exercise_id: str) -> Item:
    return Item(exercise_id, None, breathing_exercise(exercise_id).cycles, 0.0)


def _sides_of(exercise: Exercise) -> tuple[int | None, ...]:
    return (0, 1) if exercise.has_leg_roles else (None,)


def _faults(step: _Step) -> list[str]:
    if step.exercise in breathing_ids():
        return _faults_of_breathing(step)
    if step.exercise not in built_in_ids():
        known = (*built_in_ids(), *breathing_ids())
        return [f"there is no exercise {step.exercise!r}; there are {', '.join(known)}"]
    exercise = next(one for one in built_in() if one.id == step.exercise)
    found = ["full is for breathing exercises"] if step.full else []
    if step.side is not None and not exercise.has_leg_roles:
        found.append(f"{step.exercise} has no sides")
    if step.level is not None and step.level > len(exercise.levels) + 1:
        found.append(f"{step.exercise} has {len(exercise.levels) + 1} level{'s' if exercise.levels else ''}")
    most = most_repetitions(step.exercise)
    if step.repetitions is not None and step.repetitions > most:
        found.append(f"repetitions of {step.exercise} are at most {most} (found {step.repetitions})")
    longest_s = hold_target_s(exercise)
    if step.hold_s is not None and longest_s == 0.0:
        found.append(f"{step.exercise} is not held, so it has no hold_s")
    elif step.hold_s is not None and step.hold_s > longest_s:
        found.append(f"hold_s of {step.exercise} is at most {longest_s:g} (found {step.hold_s:g})")
    return found


def _faults_of_breathing(step: _Step) -> list[str]:
    known = breathing_exercise(step.exercise)
    found = [
        f"{step.exercise} has no {name}" for name in ("side", "hold_s", "level") if getattr(step, name) is not None
    ]
    if step.full and known.usual is None:
        found.append(f"{step.exercise} has no other pace; full is for breathing-478")
    if step.repetitions is not None and step.repetitions > known.most_cycles:
        found.append(f"repetitions of {step.exercise} are at most {known.most_cycles} (found {step.repetitions})")
    return found
