"""``history.html``: some weeks of one person as a page that opens from the disk, in both languages."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from poses.messages import Language, Messages
from psoas_coach.files import cannot_write, make_folder
from psoas_coach.history import words
from psoas_coach.history.rows import Everything, ExerciseRow
from psoas_coach.history.weeks import Day, Doing, Period, Week
from psoas_coach.report.page import PLOTLY, Page, write
from psoas_coach.report.told import clock, decimal

NAME: Final = "history"
_STYLES: Final = ("page.css", "history.css", "print.css")
_SCRIPTS: Final = (PLOTLY, "words.js", "history.js")
# Two measurements differ surely when they are 8 degrees apart: half of it to either side of each.
_HALF_DEG: Final = 4.0


@dataclass(frozen=True, slots=True)
class DayCell:
    """One square: how it looks, and what is said of it."""

    kind: str
    told: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week in words."""

    week: str
    days: tuple[DayCell, ...]
    sessions: str
    minutes: str
    holds: str
    repetitions: str
    stops: int
    cautions: int
    rate: str
    rest: str
    pain: str


@dataclass(frozen=True, slots=True)
class SideRow:
    """What was done with one side, in words."""

    side: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in words."""

    began: str
    what: str
    length: str
    stops: int
    cautions: int
    ended: str


def write_page(folder: Path, period: Period, kept: Everything, today: date, lang: Language) -> Path:
    """Writes the page; nobody else may look into its folder.

    Args:
        folder: Where to; made if need be.
        period: What is shown.
        kept: All that is kept of the person.
        today: The last day that is shown.
        lang: The user's language.

    Returns:
        The page in that language.

    Raises:
        Problem: It cannot be written.
    """
    make_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error

    def fill(texts: Messages) -> tuple[dict[str, Any], dict[str, Any]]:
        return _for_scripts(texts, period), _context(texts, period, kept, today)

    filled = {"person": period.person or "–"}
    page = Page(NAME, "history.html", "history_title", filled, _STYLES, _SCRIPTS, kind="history_page")
    return write(folder, page, lang, fill)


def _context(texts: Messages, period: Period, kept: Everything, today: date) -> dict[str, Any]:
    return {
        "title": words.title(texts, period),
        "subtitle": words.period_told(texts, period, today),
        "weeks": [_week(texts, week, period.since, today) for week in reversed(period.weeks)],
        "sides": [_side(texts, one) for one in period.totals if one.side is not None or one.judged_s],
        "side_heads": [texts("history", head) for head in _SIDE_HEADS],
        "differences": words.differences(texts, period),
        "limits": words.limit_lines(texts, period.limits),
        "sessions": _sessions(texts, period, kept),
        "plotly": PLOTLY,
        "judged": sum(week.judged_s for week in period.weeks) > 0.0,
        "any_rate": any(week.per_minute(0) is not None for week in period.weeks),
    }


_SIDE_HEADS: Final = ("minutes", "holds", "held", "repetitions", "stops", "cautions")


def _for_scripts(texts: Messages, period: Period) -> dict[str, Any]:
    """Numbers and words of the plots; what is not known is null."""
    sides = {
        name: [round(next(one.judged_s for one in week.doing if one.side == side) / 60.0, 3) for week in period.weeks]
        for name, side in (("left", "left"), ("right", "right"), ("both", None))
    }
    return {
        "decimal": texts("report", "decimal"),
        "weeks": [week.monday.isoformat() for week in period.weeks],
        "labels": [words.day_told(texts, week.monday) for week in period.weeks],
        "done": sides,
        "calm": {
            "stop": [_rounded(week.per_minute(week.stops)) for week in period.weeks],
            "caution": [_rounded(week.per_minute(week.cautions)) for week in period.weeks],
        },
        "limits": {
            limit.side: [(one.measured_on.isoformat(), round(one.end_deg, 1)) for one in limit.ends]
            for limit in period.limits
        },
        "half_deg": _HALF_DEG,
        "names": {
            "left": texts("sides", "left"),
            "right": texts("sides", "right"),
            "both": texts("history", "both"),
            "stop": texts("history", "stops"),
            "caution": texts("history", "cautions"),
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _week(texts: Messages, week: Week, since: date | None, today: date) -> WeekRow:
    return WeekRow(
        week=words.day_told(texts, week.monday),
        days=tuple(_day(texts, day, today) for day in week.days),
        sessions=str(week.sessions or "–"),
        minutes=words.minutes(texts, week.judged_s),
        holds=str(sum(one.holds for one in week.doing) or "–"),
        repetitions=str(sum(one.repetitions for one in week.doing) or "–"),
        stops=week.stops,
        cautions=week.cautions,
        rate=words.rate(texts, week.per_minute(week.stops + week.cautions)),
        rest=words.rest_told(week, since, today),
        pain=words.pain_told(texts, week),
    )


def _day(texts: Messages, day: Day, today: date) -> DayCell:
    count = f"{texts('history', 'sessions')}: {day.sessions}"
    told = f"{words.day_told(texts, day.on)}, {count}"
    if words.hurt(day):
        return DayCell("hurt", f"{told}, {texts('history', 'pain')}")
    if day.sessions:
        return DayCell("session", told)
    return DayCell("to-come" if day.on > today else "rest", told)


def _side(texts: Messages, one: Doing) -> SideRow:
    held = texts("history", "minute_unit", minutes=decimal(texts, one.held_s / 60.0)) if one.held_s else "–"
    counts = (one.repetitions, one.stops, one.cautions)
    cells = (words.minutes(texts, one.judged_s), str(one.holds or "–"), held, *(str(count or "–") for count in counts))
    return SideRow(words.side_name(texts, one), cells)


def _sessions(texts: Messages, period: Period, kept: Everything) -> list[SessionLine]:
    done: dict[str, list[ExerciseRow]] = {}
    for row in kept.exercises:
        done.setdefault(row.session, []).append(row)
    found = Counter((one.session, one.verdict) for one in kept.findings)
    return [
        SessionLine(
            began=words.began_told(texts, one.began),
            what=words.done_in(texts, done.get(one.id, [])),
            length=clock(texts, one.length_s)[:-2],
            stops=found[one.id, "stop"],
            cautions=found[one.id, "caution"],
            ended=words.ended_told(texts, one),
        )
        for one in reversed(period.sessions)
    ]
