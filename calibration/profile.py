"""What is remembered of one person: their answers to the questions before, and when they gave them.

Which question this module answers: what may stand in a profile, and what of it still holds. It knows no files. Answers
about emergencies and about today are asked every time and never kept; the others are asked anew after a month.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from calibration.baseline import Baseline, Comfort
from calibration.personal import Person
from calibration.progress import AMENDED, Done, advice, allowed_deg
from calibration.screening import Answer, table
from poses.skeleton import SIDES
from poses.strict_toml import Strict

VERSION: Final = 1
# Answers are asked anew after so long (safe-ranges.md 5: monthly).
ASK_AGAIN: Final = timedelta(days=31)
# So many comfortable ends and sessions are remembered; progress looks back a week or two.
MOST_KEPT: Final = 100
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
        baseline: Their neutral postures, None before they were measured.
        comfort: How far a first mild stretch goes, each time that it was measured.
        sessions: The last ones, as far as progress needs them.
    """

    version: Literal[1] = VERSION
    name: str = Field(pattern=NAME)
    screening: Screened | None = None
    baseline: Baseline | None = None
    comfort: Annotated[tuple[Comfort, ...], Field(strict=False)] = ()
    sessions: Annotated[tuple[Done, ...], Field(strict=False)] = ()

    def with_answers(self, answers: Mapping[str, Answer], on: date) -> "Profile":
        """The profile with new answers; those that are never kept are left out."""
        kept = {name: answers.get(name, "unknown") for name in kept_questions()}
        groups = {
            given: tuple(name for name, answer in kept.items() if answer == given) for given in ("yes", "no", "unknown")
        }
        return self.model_copy(update={"screening": Screened(on=on, **groups)})

    def with_comfort(self, measured: Comfort) -> "Profile":
        """The profile with a comfortable end, which goes no farther than progress allows."""
        own = [one for one in self.comfort if one.side == measured.side]
        # Trying again on the same day is no other session.
        earlier = [one for one in own if one.on < measured.on] or own
        end_deg = allowed_deg(measured.end_deg, earlier, self.sessions, measured.on)
        kept = measured.model_copy(update={"end_deg": end_deg})
        # What was measured earlier on the same day is measured anew.
        others = [one for one in self.comfort if (one.side, one.on) != (kept.side, kept.on)]
        return self.model_copy(update={"comfort": (*others, kept)[-MOST_KEPT:]})

    def with_session(self, done: Done) -> "Profile":
        """The profile with one more session, or with what is now known of the last one.

        Only what tells of the next morning is about a session before. The same end of a session is the same session.
        """
        sessions = self.sessions
        if sessions and sessions[-1].at == done.at:
            sessions = sessions[:-1]
        last = sessions[-1] if sessions and done.worse_next_day is not None else None
        if last is not None and last.worse_next_day is None and done.at - last.at <= AMENDED:
            stops, pain = max(last.stops, done.stops), max(last.pain, done.pain)
            done = Done(at=last.at, stops=stops, pain=pain, worse_next_day=done.worse_next_day)
            sessions = sessions[:-1]
        return self.model_copy(update={"sessions": (*sessions, done)[-MOST_KEPT:]})

    def person(self, now: datetime) -> Person:
        """What this person's limits come from."""
        ends: list[Comfort | None] = []
        for side in SIDES:
            kept = [one for one in self.comfort if one.side == side]
            end_deg = advice(kept, self.sessions, now).end_deg
            last = max(kept, key=lambda one: one.on) if kept else None
            ends.append(None if last is None or end_deg is None else last.model_copy(update={"end_deg": end_deg}))
        return Person(self.baseline, (ends[0], ends[1]))

    def known_answers(self, today: date) -> dict[str, Answer]:
        """The answers that still hold: none when they are too old, or of the future."""
        if self.screening is None or not timedelta(0) <= today - self.screening.on <= ASK_AGAIN:
            return {}
        return self.screening.answers


def kept_questions() -> tuple[str, ...]:
    """Questions whose answers are remembered."""
    return (*table().doctor_soon, *table().person)
