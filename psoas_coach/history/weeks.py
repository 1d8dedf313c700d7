"""What was done in each week, how calm it was, and how the two sides compare.

Which question this module answers: given what is kept of one person, what happened week by week. It counts and rates
nobody: no sum is a score, no run of days is a streak, and no change of a limit is called better or worse. It knows no
files and no words.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from calibration.baseline import Side
from psoas_coach.history.rows import Everything, ExerciseRow, FindingRow, PassRow, SessionRow
from psoas_coach.history.sides import Limit, ends_differ, held_differs, limits, peaks_differ

WEEK: Final = timedelta(days=7)
# Of less than a minute no rate is told: a single moment would make it large (convention).
LEAST_JUDGED_S: Final = 60.0
_SIDES: Final[tuple[Side | None, ...]] = ("left", "right", None)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Day:
    """A day: how many sessions, how often "that hurts" was said, and the most pain that was told of it, or None."""

    on: date
    sessions: int
    hurt: int
    pain: int | None


@dataclass(frozen=True, slots=True)
class Doing:
    """What was done with one stretched side, None for what has none."""

    side: Side | None
    judged_s: float
    holds: int
    held_s: float
    repetitions: int
    cautions: int
    stops: int


@dataclass(frozen=True, slots=True)
class Week:
    """A week.

    Attributes:
        monday: Its first day.
        days: All seven.
        doing: By side: left, right, None.
        cautions, stops: How often a limit was passed.
        judged_s: How much could be judged.
    """

    monday: date
    days: tuple[Day, ...]
    doing: tuple[Doing, ...]
    cautions: int
    stops: int
    judged_s: float

    @property
    def sessions(self) -> int:
        """How many."""
        return sum(day.sessions for day in self.days)

    @property
    def hurt(self) -> int:
        """How often "that hurts" was said."""
        return sum(day.hurt for day in self.days)

    @property
    def pain(self) -> int | None:
        """The most pain that was told, or None where none was asked for."""
        told = [day.pain for day in self.days if day.pain is not None]
        return max(told) if told else None

    def rest_days(self, since: date | None, today: date) -> int | None:
        """Days without a session, of those that are over; None before the first session there ever was."""
        over = [day for day in self.days if since is not None and since <= day.on < today]
        return sum(day.sessions == 0 for day in over) if over else None

    def per_minute(self, count: int) -> float | None:
        """How often in each judged minute; None where too little was judged to tell."""
        return 60.0 * count / self.judged_s if self.judged_s >= LEAST_JUDGED_S else None


@dataclass(frozen=True, slots=True)
class Period:
    """Some weeks of one person.

    Attributes:
        person: Who, None for sessions without a profile.
        weeks: All of them, oldest first, also those without a session.
        sessions: Those in them.
        since: When the first session was that is known of, in these weeks or before.
        totals: What was done altogether, by side.
        limits: Of each side that was measured; the last one before the period counts as its first.
        ends_differ: Whether the sides' comfortable ends differed on two days or more by more than 8 degrees.
        peaks_differ: Whether the openings in their holds did so in two sessions or more.
        held_differs: Whether one side was held for longer by more than a fifth.
    """

    person: str | None
    weeks: tuple[Week, ...]
    sessions: tuple[SessionRow, ...]
    since: date | None
    totals: tuple[Doing, ...]
    limits: tuple[Limit, ...]
    ends_differ: bool
    peaks_differ: bool
    held_differs: bool


def period(person: str | None, kept: Everything, today: date, weeks: int) -> Period:
    """The last weeks of one person, this one included.

    Args:
        person: Who.
        kept: What is kept of them.
        today: The last day that is looked at.
        weeks: How many.
    """
    last = monday_of(today)
    first = last - (weeks - 1) * WEEK
    sessions = tuple(one for one in kept.sessions if first <= one.began.date() < last + WEEK)
    days = {one.id: one.began.date() for one in sessions}

    def mondays(rows: Iterable[_T], session: Callable[[_T], str]) -> dict[date, list[_T]]:
        found: dict[date, list[_T]] = {}
        for row in rows:
            if session(row) in days:
                found.setdefault(monday_of(days[session(row)]), []).append(row)
        return found

    exercises = mondays(kept.exercises, lambda row: row.session)
    passes = mondays(kept.passes, lambda row: row.session)
    findings = mondays(kept.findings, lambda row: row.session)
    known = _days(kept, sessions, days)
    made = tuple(
        _week(monday, known, exercises.get(monday, []), passes.get(monday, []), findings.get(monday, []))
        for monday in (first + number * WEEK for number in range(weeks))
    )
    all_passes = [row for rows in passes.values() for row in rows]
    totals = _doing(
        [row for rows in exercises.values() for row in rows],
        all_passes,
        [row for rows in findings.values() for row in rows],
    )
    return Period(
        person=person,
        weeks=made,
        sessions=sessions,
        since=min((one.began.date() for one in kept.sessions), default=None),
        totals=totals,
        limits=limits(kept.comforts, first, today),
        ends_differ=ends_differ([one for one in kept.comforts if first <= one.measured_on <= today]),
        peaks_differ=peaks_differ(all_passes),
        held_differs=held_differs({one.side: one.held_s for one in totals}),
    )


def monday_of(day: date) -> date:
    """The first day of the week of a day."""
    return day - timedelta(days=day.weekday())


def _days(kept: Everything, sessions: Sequence[SessionRow], days: dict[str, date]) -> Callable[[date], Day]:
    """What is known of each day."""
    count = Counter(days[one.id] for one in sessions)
    hurt = Counter(days[one.session] for one in kept.pains if one.session in days)
    pain: dict[date, int] = {}
    for one in kept.felt:
        pain[one.at.date()] = max(one.pain, pain.get(one.at.date(), 0))
    return lambda on: Day(on, count[on], hurt[on], pain.get(on))


def _week(
    monday: date,
    known: Callable[[date], Day],
    exercises: Sequence[ExerciseRow],
    passes: Sequence[PassRow],
    findings: Sequence[FindingRow],
) -> Week:
    return Week(
        monday=monday,
        days=tuple(known(monday + timedelta(days=number)) for number in range(7)),
        doing=_doing(exercises, passes, findings),
        cautions=sum(one.verdict == "caution" for one in findings),
        stops=sum(one.verdict == "stop" for one in findings),
        judged_s=sum(one.judged_s for one in exercises),
    )


def _doing(
    exercises: Sequence[ExerciseRow], passes: Sequence[PassRow], findings: Sequence[FindingRow]
) -> tuple[Doing, ...]:
    """By side. A finding names the side that was looked at: of what has no stretched side it counts as that."""
    sided = {one.exercise for one in exercises if one.side is not None}
    made = []
    for side in _SIDES:
        holds = [one for one in passes if one.side == side and one.kind == "hold"]
        found = [one for one in findings if (one.side if one.exercise in sided else None) == side]
        made.append(
            Doing(
                side=side,
                judged_s=sum(one.judged_s for one in exercises if one.side == side),
                holds=len(holds),
                held_s=sum(one.held_s for one in holds),
                repetitions=sum(one.kind == "repetition" for one in passes if one.side == side),
                cautions=sum(one.verdict == "caution" for one in found),
                stops=sum(one.verdict == "stop" for one in found),
            )
        )
    return tuple(made)
