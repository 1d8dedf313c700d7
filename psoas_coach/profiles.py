"""Keeps profiles: a file for each person (``psoas_coach.kept``). Nothing is kept unless somebody gave a name for it."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

from calibration.personal import Person
from calibration.profile import VERSION, Profile
from calibration.screening import Answer, Offer, screen, table
from poses.problem import Problem
from psoas_coach.kept import Shelf, configuration


def folder() -> Path:
    """Where profiles lie."""
    return configuration() / "profiles"


_SHELF: Final = Shelf(
    model=Profile,
    version=VERSION,
    folder=lambda: folder(),  # noqa: PLW0108 - looked up when it is used, so that tests can put another in its place
    kind="profile",
    opening="A profile of psoas-coach: answers about health.",
    risk="what is misread could offer what must be withheld",
    mixed_up="a file that was renamed by hand could mix up two people",
    list_with="psoas-coach profile list",
    delete_with="psoas-coach profile delete",
)
names: Final = _SHELF.names
path_of: Final = _SHELF.path_of
read: Final = _SHELF.read
write: Final = _SHELF.write
text_of: Final = _SHELF.text_of
delete: Final = _SHELF.delete
missing: Final = _SHELF.missing


def offers_to(name: str, today: date) -> Mapping[str, Offer]:
    """What a person's remembered answers make of each exercise; emergencies and today are not asked of a recording.

    Raises:
        Problem: There are no answers of this person that still hold.
    """
    profile = read(name)
    known = profile.known_answers(today) if profile is not None else {}
    if profile is not None and profile.screening is None and (profile.baseline is not None or profile.comfort):
        # Whoever was measured need not have been asked: then nothing is said of what to leave.
        return {}
    if not known:
        raise Problem(
            f"There are no answers of {name} that still hold",
            "they say which exercises to leave for now, for a month",
            f"Answer the questions first: psoas-coach screen --profile {name}",
        )
    nothing: dict[str, Answer] = dict.fromkeys(table().questions, "no")
    return screen(nothing | known).offers


def person(name: str) -> Person | None:
    """What a person's limits come from, as it is now; None where there is no profile."""
    profile = read(name)
    return None if profile is None else profile.person(datetime.now())
