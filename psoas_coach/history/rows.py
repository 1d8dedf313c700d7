"""What the history holds, a record for each row of its tables; names of fields are names of columns.

Which question this module answers: what is remembered of sessions, and of the people who named a profile. Times of the
day are those of the person's own clock, without a zone: a week has the days that they lived. Lengths are in seconds,
angles in degrees, with the signs of ``poses.measures``.
"""

import math
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from calibration.baseline import Side

Kind = Literal["live", "clip"]
Severity = Literal["caution", "stop"]
Worst = Literal["ok", "caution", "stop", "unknown"]
# How a session ended when nobody could say it: it was killed, or the power went.
BROKE_OFF: Final = "broke_off"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session.

    Attributes:
        id: One that no other session has.
        kind: Led before a camera, or a clip that was analysed and noted on purpose.
        person: Whose profile was named, or None.
        began: When.
        ended: ``done``, ``quit`` and the others of docs/live.md, ``broke_off``, or ``clip``.
        length_s: How long it took.
        judged_s: How much of it showed an exercise and could be judged.
        model: The pose model.
        folder: Where its files are.
    """

    id: str
    kind: Kind
    person: str | None
    began: datetime
    ended: str
    length_s: float
    judged_s: float
    model: str
    folder: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A step of what was planned."""

    session: str
    number: int
    exercise: str
    side: Side | None
    repetitions: int


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise that was judged, with one stretched side, None where both legs do the same."""

    session: str
    number: int
    exercise: str
    side: Side | None
    judged_s: float
    worst: Worst


@dataclass(frozen=True, slots=True)
class PassRow:
    """A hold or a repetition.

    ``held_s``: how much of a hold was in view, or how long the top of a repetition was held; ``peak_deg``: the largest
    opening of the front of the hip; ``counts``: whether the plan asked for it, None where there was none.
    """

    session: str
    number: int
    kind: Literal["hold", "repetition"]
    exercise: str
    side: Side | None
    start_s: float
    end_s: float
    held_s: float
    peak_deg: float
    counts: bool | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A stretch of time past a limit; values in the unit of ``measure``, ``sigma`` None where it is not known."""

    session: str
    number: int
    exercise: str
    rule: str
    measure: str
    side: Side
    verdict: Severity
    start_s: float
    end_s: float
    peak: float
    limit: float
    sigma: float | None


@dataclass(frozen=True, slots=True)
class PainRow:
    """A moment at which the person said that it hurts, and during which exercise and part that was."""

    session: str
    number: int
    time_s: float
    exercise: str | None
    part: str | None


@dataclass(frozen=True, slots=True)
class NeutralRow:
    """A neutral posture that was measured, with one side turned to the camera."""

    person: str
    measured_on: date
    posture: Literal["standing", "kneeling", "lying"]
    side: Side
    hip_opening_deg: float
    trunk_deg: float
    spread_deg: float


@dataclass(frozen=True, slots=True)
class ComfortRow:
    """Where a stretch was first felt, as it was kept, and the nearest and farthest of the tries."""

    person: str
    measured_on: date
    side: Side
    end_deg: float
    nearest_deg: float
    farthest_deg: float


@dataclass(frozen=True, slots=True)
class FeltRow:
    """How a person said that a session was: the most pain, 0 to 10, and whether it was worse the next morning."""

    person: str
    at: datetime
    stops: int
    pain: int
    worse_next_day: bool | None


PartRow = PlannedRow | ExerciseRow | PassRow | FindingRow | PainRow
PersonRow = NeutralRow | ComfortRow | FeltRow
Row = SessionRow | PartRow | PersonRow

# In the order in which they are written: what belongs to a session after it.
PARTS: Final[dict[str, type[PartRow]]] = {
    "planned": PlannedRow,
    "exercises": ExerciseRow,
    "passes": PassRow,
    "findings": FindingRow,
    "pains": PainRow,
}
OF_PEOPLE: Final[dict[str, type[PersonRow]]] = {"neutrals": NeutralRow, "comforts": ComfortRow, "felt": FeltRow}
TABLES: Final[dict[str, type[Row]]] = {"sessions": SessionRow, **PARTS, **OF_PEOPLE}


@dataclass(frozen=True, slots=True)
class Kept:
    """A session with everything that happened in it."""

    session: SessionRow
    parts: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """All of a history, or all of one person's."""

    sessions: tuple[SessionRow, ...] = ()
    planned: tuple[PlannedRow, ...] = ()
    exercises: tuple[ExerciseRow, ...] = ()
    passes: tuple[PassRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    pains: tuple[PainRow, ...] = ()
    neutrals: tuple[NeutralRow, ...] = ()
    comforts: tuple[ComfortRow, ...] = ()
    felt: tuple[FeltRow, ...] = ()


EVERYTHING: Final = TypeAdapter(Everything)


def columns(kind: type[Row]) -> tuple[str, ...]:
    """Names of the columns of a table."""
    return tuple(field.name for field in fields(kind))


def values_of(row: Row) -> tuple[Any, ...]:
    """A row as SQLite and CSV hold it: dates as ISO text, yes and no as 1 and 0, what is not known as nothing."""
    return tuple(_plain(getattr(row, name)) for name in columns(type(row)))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if isinstance(value, bool) else value
