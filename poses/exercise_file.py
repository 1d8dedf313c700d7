"""Reads exercise files: strictly, and telling every problem at once.

Which question this module answers: is this TOML file an exercise, and if not, what is wrong with each key. Unknown keys
are errors, since a misspelt limit would silently be no limit. Each number stands beside its source.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, field_validator, model_validator

from poses.exercise import Band, Condition, Exercise, Hands, Leg, Rule, View
from poses.measures import FRONT_NAMES, NAMES
from poses.messages import cue_ids, unseen_ids
from poses.movement_file import MovementTable
from poses.strict_toml import Number, Source, Strict, read_strictly

# Conventions of safe-ranges.md 3.9.
CAUTION_ON_S: Final = 0.8
STOP_ON_S: Final = 0.3

_FOLDER: Final = Path(__file__).parent / "exercises"
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class _Number(Number):
    value: float = Field(ge=0)


class _Band(Strict):
    min: float | None = None
    max: float | None = None
    source: Source

    @model_validator(mode="after")
    def _ordered(self) -> "_Band":
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is larger than max {self.max:g}")
        return self

    def band(self) -> Band:
        return Band(-math.inf if self.min is None else self.min, math.inf if self.max is None else self.max)


class _Condition(_Band):
    measure: str
    leg: Leg
    unseen: bool = False

    @field_validator("measure")
    @classmethod
    def _known(cls, value: str) -> str:
        return _known_measure(value)

    def condition(self) -> Condition:
        return Condition(self.measure, self.leg, self.band(), self.unseen)


class _Posture(Strict):
    margin_deg: _Number
    hands: Hands = ""
    conditions: list[_Condition] = Field(min_length=1)
    begins: list[_Condition] = Field(default_factory=list)
    begins_within_s: _Number | None = None

    @model_validator(mode="after")
    def _goes_on(self) -> "_Posture":
        if bool(self.begins) != (self.begins_within_s is not None):
            raise ValueError("begins and begins_within_s belong together")
        return self


class _Cues(Strict):
    low: str = ""
    high: str = ""
    stop: str = ""

    @field_validator("low", "high", "stop")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and value not in cue_ids():
            raise ValueError(f"no such cue; allowed are {', '.join(sorted(cue_ids()))}")
        return value


class _Rule(Strict):
    id: _Name
    measure: str
    leg: Leg
    target: _Band
    caution: _Band
    stop: _Band | None = None
    caution_on_s: _Number = _Number(value=CAUTION_ON_S, source="convention")
    stop_on_s: _Number = _Number(value=STOP_ON_S, source="convention")
    when: list[_Condition] = Field(default_factory=list)
    cues: _Cues

    @field_validator("measure")
    @classmethod
    def _known(cls, value: str) -> str:
        return _known_measure(value)

    @model_validator(mode="after")
    def _nested(self) -> "_Rule":
        wider = [("caution", self.caution), *([("stop", self.stop)] if self.stop else [])]
        inner_name, inner = "target", self.target.band()
        for name, outer in wider:
            band = outer.band()
            if band.min > inner.min or band.max < inner.max:
                raise ValueError(f"{name} limits lie inside {inner_name}; they must enclose it")
            inner_name, inner = name, band
        caution = self.caution.band()
        needed = [("low", caution.min > -math.inf), ("high", caution.max < math.inf), ("stop", self.stop is not None)]
        for name, is_needed in needed:
            if is_needed != bool(getattr(self.cues, name)):
                raise ValueError(f"cues.{name} is {'missing' if is_needed else 'given, but there is no such limit'}")
        return self

    def rule(self) -> Rule:
        return Rule(
            id=self.id,
            measure=self.measure,
            leg=self.leg,
            target=self.target.band(),
            caution=self.caution.band(),
            stop=self.stop.band() if self.stop else Band(),
            caution_on_s=self.caution_on_s.value,
            stop_on_s=self.stop_on_s.value,
            when=tuple(condition.condition() for condition in self.when),
            cue_low=self.cues.low,
            cue_high=self.cues.high,
            cue_stop=self.cues.stop,
        )


class _Eased(Strict):
    """What differs of a rule at a level."""

    id: _Name
    target: _Band
    caution: _Band
    stop: _Band


class _Level(Strict):
    rules: list[_Eased] = Field(min_length=1)


class ExerciseFile(Strict):
    """An exercise as it stands in its file, whose name is its id."""

    like: _Name | None = None
    view: View = "side"
    unseen: list[str] = Field(default_factory=list)
    levels: list[_Level] = Field(default_factory=list)
    posture: _Posture
    rules: list[_Rule] = Field(min_length=1)
    movement: MovementTable | None = None

    @field_validator("rules")
    @classmethod
    def _unique(cls, rules: list[_Rule]) -> list[_Rule]:
        seen: set[str] = set()
        for rule in rules:
            if rule.id in seen:
                raise ValueError(f"two rules are called {rule.id}")
            seen.add(rule.id)
        return rules

    @model_validator(mode="after")
    def _measured_in_its_view(self) -> "ExerciseFile":
        seen = NAMES if self.view == "side" else FRONT_NAMES
        conditions = [*self.posture.conditions, *self.posture.begins, *(c for rule in self.rules for c in rule.when)]
        used = dict.fromkeys([one.measure for one in conditions] + [rule.measure for rule in self.rules])
        if wrong := [name for name in used if name not in seen]:
            raise ValueError(f"{', '.join(wrong)} cannot be measured in the {self.view} view; {', '.join(seen)} can")
        return self

    @model_validator(mode="after")
    def _known_rules(self) -> "ExerciseFile":
        known = {rule.id: rule for rule in self.rules}
        faults = [
            f"levels.{number}: there is no rule {eased.id}"
            for number, level in enumerate(self.levels)
            for eased in level.rules
            if eased.id not in known
        ]
        if faults:
            raise ValueError("; ".join(faults))
        # As strictly as the rules of the first level.
        for level in self.levels:
            self._at(level)
        return self

    @field_validator("unseen")
    @classmethod
    def _told(cls, unseen: list[str]) -> list[str]:
        if wrong := [name for name in unseen if name not in unseen_ids()]:
            raise ValueError(f"there is no text for {', '.join(wrong)}; there is for {', '.join(sorted(unseen_ids()))}")
        return unseen

    def _at(self, level: _Level) -> tuple[Rule, ...]:
        """The rules at a level."""
        other = {
            eased.id: {"target": eased.target, "caution": eased.caution, "stop": eased.stop} for eased in level.rules
        }
        rules = [_Rule.model_validate(rule.model_dump() | _dumped(other.get(rule.id, {}))) for rule in self.rules]
        return tuple(rule.rule() for rule in rules)

    def exercise(self, exercise_id: str) -> Exercise:
        """The file as an exercise."""
        made = Exercise(
            id=exercise_id,
            posture=tuple(condition.condition() for condition in self.posture.conditions),
            posture_margin_deg=self.posture.margin_deg.value,
            rules=tuple(rule.rule() for rule in self.rules),
            movement=self.movement.movement() if self.movement else None,
            like=self.like or "",
            begins=tuple(condition.condition() for condition in self.posture.begins),
            begins_within_s=self.posture.begins_within_s.value if self.posture.begins_within_s else math.inf,
            hands=self.posture.hands,
            unseen=tuple(self.unseen),
            view=self.view,
        )
        return replace(made, levels=tuple(replace(made, rules=self._at(level)) for level in self.levels))


def _dumped(bands: Mapping[str, _Band]) -> dict[str, Any]:
    return {name: band.model_dump() for name, band in bands.items()}


def read(path: Path) -> Exercise:
    """Reads one exercise file; the name of the file without its suffix is the exercise's id.

    Raises:
        Problem: With every fault of the file, each as key, what was found and what is allowed.
    """
    why = "a limit that is not understood would be no limit"
    content = read_strictly(path, ExerciseFile, "an exercise", why)
    return content.exercise(path.stem)


def built_in() -> tuple[Exercise, ...]:
    """The exercises that come with the program, by id; what is like another one or seen from the front comes last."""
    found = (read(built_in_file(name)) for name in built_in_ids())
    return tuple(sorted(found, key=lambda exercise: (bool(exercise.like), exercise.view == "front")))


def built_in_ids() -> tuple[str, ...]:
    """Ids of the exercises that come with the program, in alphabetical order."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


def built_in_file(exercise_id: str) -> Path:
    """The file of an exercise that comes with the program."""
    return _FOLDER / f"{exercise_id}.toml"


def _known_measure(value: str) -> str:
    if value not in (*NAMES, *FRONT_NAMES):
        raise ValueError(f"no such measure; allowed are {', '.join((*NAMES, *FRONT_NAMES))}")
    return value
