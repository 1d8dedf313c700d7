"""Reads files of breathing exercises: strictly, and telling every problem at once.

Which question this module answers: is this TOML file a breathing exercise, and if not, what is wrong with each key. As
in ``exercise_file``, unknown keys are errors and each number stands beside its source.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, field_validator, model_validator

from poses.breath import Still
from poses.breathing import BreathingExercise, Pace, Watch
from poses.messages import cue_ids
from poses.strict_toml import Number, Strict, read_strictly

_FOLDER: Final = Path(__file__).parent / "exercises" / "breathing"
# Longer is asked of nobody (safe-ranges.md 2.7: 7 s held and 8 s out are the longest that are taught).
_LONGEST_S: Final = 10.0


def _between(low: float, high: float, number: Number) -> Number:
    if not low <= number.value <= high:
        raise ValueError(f"{number.value:g} is not within {low:g} to {high:g}")
    return number


_Seconds = Annotated[Number, AfterValidator(lambda number: _between(1.0, _LONGEST_S, number))]
_Pause = Annotated[Number, AfterValidator(lambda number: _between(0.0, _LONGEST_S, number))]
_Share = Annotated[Number, AfterValidator(lambda number: _between(0.0, 1.0, number))]
_Positive = Annotated[Number, AfterValidator(lambda number: _between(0.1, 600.0, number))]
_NO_PAUSE: Final = Number(value=0.0, source="convention")


class _Pace(Strict):
    in_s: _Seconds
    full_s: _Pause = _NO_PAUSE
    out_s: _Seconds
    empty_s: _Pause = _NO_PAUSE

    def pace(self) -> Pace:
        return Pace(self.in_s.value, self.full_s.value, self.out_s.value, self.empty_s.value)


class _Cues(Strict):
    fast: str
    chest: str
    held: str

    @field_validator("fast", "chest", "held")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in cue_ids():
            raise ValueError(f"no such cue; allowed are {', '.join(sorted(cue_ids()))}")
        return value


class _Watch(Strict):
    fast_per_min: _Positive
    belly_share: _Share
    held_window_s: _Positive
    held_share: _Share
    held_after_s: _Positive
    held_base_s: _Positive
    cues: _Cues

    def watch(self) -> Watch:
        held = (self.held_window_s, self.held_share, self.held_after_s, self.held_base_s)
        still = Still(*(number.value for number in held))
        return Watch(self.fast_per_min.value, self.belly_share.value, still, tuple(self.cues.model_dump().items()))


class _File(Strict):
    pace: _Pace
    usual: _Pace | None = None
    cycles: _Positive
    most_cycles: _Positive
    settle_s: _Positive
    counts: bool = False
    watch: _Watch | None = None

    @model_validator(mode="after")
    def _whole(self) -> "_File":
        faults = [
            f"{name} is {number.value:g}; breaths are whole"
            for name, number in (("cycles", self.cycles), ("most_cycles", self.most_cycles))
            if not number.value.is_integer()
        ]
        if self.cycles.value > self.most_cycles.value:
            faults.append(f"cycles are {self.cycles.value:g} and most_cycles only {self.most_cycles.value:g}")
        if self.usual is not None and self.usual.pace().cycle_s < self.pace.pace().cycle_s:
            faults.append("usual is shorter than pace; a first time is the easier one")
        if faults:
            raise ValueError("; ".join(faults))
        return self


def read(path: Path) -> BreathingExercise:
    """Reads one file; its name without the suffix is the exercise's id.

    Raises:
        Problem: With every fault of the file, each as key, what was found and what is allowed.
    """
    content = read_strictly(path, _File, "a breathing exercise", "a pace that is misread could ask too much")
    return BreathingExercise(
        id=path.stem,
        pace=content.pace.pace(),
        usual=content.usual.pace() if content.usual else None,
        cycles=int(content.cycles.value),
        most_cycles=int(content.most_cycles.value),
        settle_s=content.settle_s.value,
        counts=content.counts,
        watch=content.watch.watch() if content.watch else None,
    )


def breathing_ids() -> tuple[str, ...]:
    """Ids of the breathing exercises that come with the program, in alphabetical order."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def breathing_exercise(exercise_id: str) -> BreathingExercise:
    """A breathing exercise that comes with the program.

    Raises:
        KeyError: There is none of that name.
    """
    if exercise_id not in breathing_ids():
        raise KeyError(exercise_id)
    return read(breathing_file(exercise_id))


def breathing_file(exercise_id: str) -> Path:
    """The file of a breathing exercise that comes with the program."""
    return _FOLDER / f"{exercise_id}.toml"


def is_breathing(path: Path) -> bool:
    """Whether a file is meant as a breathing exercise: by a line that names the table only those have."""
    try:
        return any(line.strip() == "[pace]" for line in path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return False
