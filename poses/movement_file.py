"""The table ``[movement]`` of an exercise file: how the exercise is moved, and what counts as forcing it.

Which question this module answers: is this table a movement, and if not, what is wrong with each key. Every field of
the detectors' limits is a number with its source; a limit that is left out where it has no default is told, and so is
one that no detector knows.
"""

from dataclasses import MISSING, fields
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from poses.bouncing import BounceLimits
from poses.creeping import CreepLimits
from poses.lifting import LiftLimits
from poses.messages import cue_ids
from poses.movement import MEASURES, GrowthLimits, Movement, TempoLimits, TimeLimits
from poses.phases import Shape
from poses.shaking import ShakeLimits
from poses.speed import SpeedLimits
from poses.strict_toml import Number, Strict
from poses.swaying import SwayLimits

_T = TypeVar("_T")
# A table of numbers, name to value and source.
_Numbers = dict[str, Number]
_DETECTORS: dict[str, type[Any]] = {
    "speed": SpeedLimits,
    "bounce": BounceLimits,
    "creep": CreepLimits,
    "growth": GrowthLimits,
    "tempo": TempoLimits,
    "hold": TimeLimits,
    "dose": TimeLimits,
    "shake": ShakeLimits,
    "sway": SwayLimits,
    "lift": LiftLimits,
}


class MovementTable(Strict):
    """The table as it stands in the file."""

    course: Literal["hold", "repetition"]
    from_deg: Number
    excursion_deg: Number | None = None
    up_deg: Number | None = None
    turn_deg: Number | None = None
    hidden_s: Number | None = None
    knee_on_floor: bool = False
    leg: Literal["lowered", "raised"] | None = None
    lower_foot: bool = False
    flexes: bool = False
    speed_of_both_legs: bool = False
    speed_from_deg: Number | None = None
    bounce_from_deg: Number | None = None
    speed: _Numbers | None = None
    bounce: _Numbers | None = None
    creep: _Numbers | None = None
    growth: _Numbers | None = None
    tempo: _Numbers | None = None
    hold: _Numbers | None = None
    dose: _Numbers | None = None
    shake: _Numbers | None = None
    sway: _Numbers | None = None
    lift: _Numbers | None = None
    cues: dict[str, Annotated[list[str], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)

    @field_validator("cues")
    @classmethod
    def _known(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        wrong = [cue for pair in value.values() for cue in pair if cue not in cue_ids()]
        if wrong:
            raise ValueError(f"no such cue: {', '.join(wrong)}; allowed are {', '.join(sorted(cue_ids()))}")
        return value

    @model_validator(mode="after")
    def _complete(self) -> "MovementTable":
        faults = []
        for name, kind in _DETECTORS.items():
            table: _Numbers | None = getattr(self, name)
            if (table is not None) != (name in self.cues):
                faults.append(
                    f"cues.{name} is {'missing' if table is not None else 'given, but there is no such rule'}"
                )
            if table is None:
                continue
            known = {field.name: field for field in fields(kind)}
            faults += [f"{name}.{key}: unknown key" for key in table if key not in known]
            needed = [key for key, field in known.items() if field.default is MISSING]
            faults += [f"{name}.{key} is missing" for key in needed if key not in table]
        faults += [
            f"cues.{name}: unknown rule; allowed are {', '.join(MEASURES)}"
            for name in self.cues
            if name not in MEASURES
        ]
        faults += [f"{name}_from_deg is missing" for name in ("speed", "bounce") if self._lacks_start(name)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _lacks_start(self, name: str) -> bool:
        return getattr(self, name) is not None and getattr(self, f"{name}_from_deg") is None

    def _repeated(self) -> dict[str, float]:
        """What a repetition of this exercise is, where it is not what it usually is."""
        named = {
            "excursion_deg": self.excursion_deg,
            "up_deg": self.up_deg,
            "turn_deg": self.turn_deg,
            "hidden_s": self.hidden_s,
        }
        return {name: number.value for name, number in named.items() if number is not None}

    def movement(self) -> Movement:
        """The table as a movement."""
        return Movement(
            shape=Shape(self.course, self.from_deg.value, **self._repeated()),
            speed=_made(SpeedLimits, self.speed),
            speed_from_deg=self.speed_from_deg.value if self.speed_from_deg else 0.0,
            bounce=_made(BounceLimits, self.bounce),
            bounce_from_deg=self.bounce_from_deg.value if self.bounce_from_deg else 0.0,
            creep=_made(CreepLimits, self.creep),
            growth=_made(GrowthLimits, self.growth),
            tempo=_made(TempoLimits, self.tempo),
            hold=_made(TimeLimits, self.hold),
            dose=_made(TimeLimits, self.dose),
            shake=_made(ShakeLimits, self.shake),
            cues={rule: (caution, stop) for rule, (caution, stop) in self.cues.items()},
            kneels=self.knee_on_floor,
            leg=self.leg,
            lower_foot=self.lower_foot,
            flexes=self.flexes,
            both_legs=self.speed_of_both_legs,
            sway=_made(SwayLimits, self.sway),
            lift=_made(LiftLimits, self.lift),
        )


def _made(kind: type[_T], table: _Numbers | None) -> _T | None:
    """Limits of a kind from a table of numbers; counts are whole."""
    if table is None:
        return None
    whole = {field.name for field in fields(kind) if field.type in (int, "int")}  # type: ignore[arg-type]
    return kind(**{key: int(number.value) if key in whole else number.value for key, number in table.items()})
