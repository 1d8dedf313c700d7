"""What is remembered of one person: their answers to the questions before, and when they gave them.

Which question this module answers: what may stand in a profile, and what of it still holds. It knows no files. Answers
about emergencies and about today are asked every time and never kept; the others are asked anew after a month.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal

from pydantic import Field, model_validator

from calibration.screening import Answer, table
from poses.strict_toml import Strict

VERSION: Final = 1
# Answers are asked anew after so long (safe-ranges.md 5: monthly).
ASK_AGAIN: Final = timedelta(days=31)
# Letters and digits of any language, so that it can be part of a file's name everywhere.
NAME: Final = r"^\w[\w-]{0,39}$"


class Screened(Strict):
    """Answers to the questions about the person.

    Attributes:
        on: When they were given.
        yes, no, unknown: The questions answered so.
    """

    on: date
    yes: tuple[str, ...] = Field(default=(), strict=False)
    no: tuple[str, ...] = Field(default=(), strict=False)
    unknown: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _known(self) -> "Screened":
        named = (*self.yes, *self.no, *self.unknown)
        faults = [f"{name}: no such question" for name in sorted(set(named) - set(kept_questions()))]
        faults += [f"{name} is answered twice" for name in sorted(set(named)) if named.count(name) > 1]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def answers(self) -> dict[str, Answer]:
        """By question."""
        groups: tuple[tuple[tuple[str, ...], Answer], ...] = (
            (self.yes, "yes"),
            (self.no, "no"),
            (self.unknown, "unknown"),
        )
        return {name: answer for names, answer in groups for name in names}


class Profile(Strict):
    """One person.

    Attributes:
        version: Of the file's shape.
        name: What the person is called; also that of the file.
        screening: Their answers, None before they were asked.
    """

    version: Literal[1] = VERSION
    name: str = Field(pattern=NAME)
    screening: Screened | None = None

    def with_answers(self, answers: Mapping[str, Answer], on: date) -> "Profile":
        """The profile with new answers; those that are never kept are left out."""
        kept = {name: answers.get(name, "unknown") for name in kept_questions()}
        groups = {
            given: tuple(name for name, answer in kept.items() if answer == given) for given in ("yes", "no", "unknown")
        }
        return Profile(name=self.name, screening=Screened(on=on, **groups))

    def known_answers(self, today: date) -> dict[str, Answer]:
        """The answers that still hold: none when they are too old, or of the future."""
        if self.screening is None or not timedelta(0) <= today - self.screening.on <= ASK_AGAIN:
            return {}
        return self.screening.answers


def kept_questions() -> tuple[str, ...]:
    """Questions whose answers are remembered."""
    return (*table().doctor_soon, *table().person)
