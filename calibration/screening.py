"""Which exercises suit somebody now: the questions before, and what their answers withhold.

Which question this module answers: from yes, no and "I do not know" to each question, which exercises are offered,
eased, only for after a physiotherapist agrees, or withheld, because of which answers, and whom to see. It does not say
what anybody has. What is not known counts as yes, and where answers disagree the most restrictive one wins. The table
is ``screening.toml``; its source is section 5 of the biomechanics specification.
"""

import enum
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from poses.strict_toml import Strict, read_strictly

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE: Final = Path(__file__).parent / "screening.toml"

Answer = Literal["yes", "no", "unknown"]


class Level(enum.IntEnum):
    """How far an exercise is offered; the higher, the less."""

    OFFERED = 0
    EASED = 1
    ASK = 2
    WITHHELD = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """What becomes of one exercise.

    Attributes:
        level: How far it is offered.
        notes: Ids of what goes with it, such as "low"; of a withheld exercise only those of what withholds it.
        because: Questions whose answers made it less than offered, or gave a note.
    """

    level: Level = Level.OFFERED
    notes: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answers of one person mean.

    Attributes:
        emergency: Questions whose answer asks for help now; then nothing is offered.
        doctor_soon: Questions that a doctor has to look at first; then nothing is offered.
        offers: By exercise.
        see: Ids of whom to see, in the order of the questions.
        unanswered: Questions that had no answer.
    """

    emergency: tuple[str, ...]
    doctor_soon: tuple[str, ...]
    offers: Mapping[str, Offer]
    see: tuple[str, ...]
    unanswered: tuple[str, ...]

    @property
    def stops(self) -> tuple[str, ...]:
        """Questions whose answers stand against every exercise."""
        return self.emergency or self.doctor_soon


_Cell = Annotated[str, Field(pattern=r"^(offered|eased|ask|withheld)(:[a-z0-9_]+)?$")]
_Rows = dict[str, list[_Cell]]


class Table(Strict):
    """The table as it stands in the file."""

    exercises: list[str]
    same_as: dict[str, str]
    emergency: list[str]
    doctor_soon: list[str]
    person: _Rows
    today: _Rows
    see: dict[str, str]

    @model_validator(mode="after")
    def _complete(self) -> "Table":
        rows = {**self.person, **self.today}
        faults = [f"{name} has {len(row)} cells" for name, row in rows.items() if len(row) != len(self.exercises)]
        faults += [f"same_as.{name}: no exercise {of}" for name, of in self.same_as.items() if of not in self.exercises]
        faults += [f"see.{name}: no such question" for name in self.see if name not in rows]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def questions(self) -> tuple[str, ...]:
        """Ids of all questions, in the order in which they are asked."""
        return (*self.emergency, *self.doctor_soon, *self.person, *self.today)


@cache
def table() -> Table:
    """The table that comes with the program."""
    return Table.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))


def screen(answers: Mapping[str, Answer]) -> Outcome:
    """What answers mean.

    Args:
        answers: By the id of the question; one that is missing is not known.

    Raises:
        ValueError: For a question that does not exist.
    """
    asked = table()
    if strange := sorted(set(answers) - set(asked.questions)):
        raise ValueError(f"no such question: {', '.join(strange)}")
    unanswered = tuple(name for name in asked.questions if answers.get(name, "unknown") == "unknown")
    yes = tuple(name for name in asked.questions if answers.get(name, "unknown") != "no")
    emergency = tuple(name for name in asked.emergency if name in yes)
    doctor_soon = tuple(name for name in asked.doctor_soon if name in yes)
    if stops := emergency or doctor_soon:
        nothing = {exercise: Offer(Level.WITHHELD, (), stops) for exercise in (*asked.exercises, *asked.same_as)}
        return Outcome(emergency, doctor_soon, nothing, (), unanswered)
    rows = {name: row for name, row in {**asked.person, **asked.today}.items() if name in yes}
    offers = {exercise: _joined(number, rows) for number, exercise in enumerate(asked.exercises)}
    offers |= {name: offers[of] for name, of in asked.same_as.items()}
    see = tuple(dict.fromkeys(asked.see[name] for name in rows if name in asked.see))
    return Outcome((), (), offers, see, unanswered)


def _joined(number: int, rows: Mapping[str, list[str]]) -> Offer:
    """The most restrictive of one exercise's cells, with the notes that still matter."""
    level = Level.OFFERED
    cells = []
    for name, row in rows.items():
        called, _, note = row[number].partition(":")
        cells.append((name, Level[called.upper()], note))
        level = max(level, cells[-1][1])
    # Of what is withheld it does not matter how it would be done.
    counting = [one for one in cells if level < Level.WITHHELD or one[1] is Level.WITHHELD]
    notes = tuple(dict.fromkeys(note for _, _, note in counting if note))
    # A bare "not now" is stricter than one with a way out, such as "unless somebody stands beside you".
    if level is Level.WITHHELD and any(not note for _, _, note in counting):
        notes = ()
    because = tuple(name for name, of, note in counting if of is not Level.OFFERED or note)
    return Offer(level, notes, because)


class AnswersFile(Strict):
    """Answers in a file: for each question true (yes) or false (no)."""

    answers: dict[str, bool]

    @model_validator(mode="after")
    def _known(self) -> "AnswersFile":
        if strange := sorted(set(self.answers) - set(table().questions)):
            raise ValueError(f"no such question: {', '.join(strange)}; there are {', '.join(table().questions)}")
        return self


def read_answers(path: Path) -> dict[str, Answer]:
    """Reads a file of answers; what it leaves out is not known.

    Raises:
        Problem: The file cannot be read, or has a fault.
    """
    read = read_strictly(path, AnswersFile, "a set of answers", "a misread answer could offer what must be withheld")
    return {name: "yes" if yes else "no" for name, yes in read.answers.items()}
