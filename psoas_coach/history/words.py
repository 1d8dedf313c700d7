"""A history in words of one language, for the terminal and for the page alike."""

from datetime import date, datetime

from calibration.progress import PAIN_STOPS
from poses.messages import Messages
from psoas_coach.history.rows import ExerciseRow, SessionRow
from psoas_coach.history.sides import Limit
from psoas_coach.history.weeks import Day, Doing, Period, Week
from psoas_coach.report.told import decimal


def day_told(texts: Messages, on: date) -> str:
    """A day as the language writes it."""
    return f"{on:%d-%m-%Y}" if texts.language == "nl" else f"{on:%Y-%m-%d}"


def minutes(texts: Messages, length_s: float) -> str:
    """A length of time in minutes; nothing is a dash."""
    return decimal(texts, length_s / 60.0) if length_s > 0.0 else "–"


def rate(texts: Messages, value: float | None) -> str:
    """How often in a minute."""
    return texts("history", "too_little") if value is None else decimal(texts, value)


def side_name(texts: Messages, doing: Doing) -> str:
    """The side something was done with."""
    return texts("history", "both") if doing.side is None else texts("sides", doing.side)


def pain_told(texts: Messages, week: Week) -> str:
    """What was told of pain in a week."""
    told = [] if week.pain is None else [texts("history", "pain_told", pain=week.pain)]
    told += [texts("history", "hurt", count=week.hurt)] if week.hurt else []
    return ", ".join(told) or "–"


def hurt(day: Day) -> bool:
    """Whether something of a day was too much."""
    return bool(day.hurt) or (day.pain is not None and day.pain >= PAIN_STOPS)


def differences(texts: Messages, period: Period) -> list[str]:
    """How the two sides differ, as far as that can be told."""
    found = [name for name in ("ends_differ", "peaks_differ", "held_differs") if getattr(period, name)]
    if not found and not any(one.judged_s for one in period.totals if one.side is not None):
        return []
    return [texts("history", name) for name in found or ["sides_alike"]]


def limit_lines(texts: Messages, limits: tuple[Limit, ...]) -> list[str]:
    """The comfortable end of each side, and whether it is another than at first."""
    lines = []
    for limit in limits:
        first, last = limit.ends[0], limit.ends[-1]
        values = {"side": texts("sides", limit.side), "end": f"{last.end_deg:.0f}".replace("-", "\u2212")}
        line = texts("history", "limit_line", **values, date=day_told(texts, last.measured_on))
        since = {"date": day_told(texts, first.measured_on)}
        if len(limit.ends) == 1:
            told = texts("history", "limit_first")
        elif limit.change_deg is None:
            told = texts("history", "limit_same", **since)
        else:
            which = "limit_farther" if limit.change_deg > 0 else "limit_nearer"
            told = texts("history", which, deg=f"{abs(limit.change_deg):.0f}", **since)
        lines.append(f"{line}; {told}")
    return lines


def rest_told(week: Week, since: date | None, today: date) -> str:
    """How many days of rest a week had."""
    days = week.rest_days(since, today)
    return "–" if days is None else str(days)


def whose(texts: Messages, person: str | None) -> str:
    """Whose history it is."""
    return texts("history", "nobody") if person is None else person


def title(texts: Messages, period: Period) -> str:
    """The heading of a history."""
    return texts("history", "title_of", person=whose(texts, period.person))


def period_told(texts: Messages, period: Period, today: date) -> str:
    """From when to when."""
    first = day_told(texts, period.weeks[0].monday)
    return texts("history", "period", first=first, last=day_told(texts, today))


def done_in(texts: Messages, exercises: list[ExerciseRow]) -> str:
    """What was done in a session."""
    told = []
    for one in exercises:
        side = f" {texts('sides', one.side)}" if one.side else ""
        told.append(f"{texts('exercises', one.exercise)}{side}")
    return ", ".join(dict.fromkeys(told)) or texts("history", "nothing_judged")


def began_told(texts: Messages, began: datetime) -> str:
    """When a session began."""
    return f"{day_told(texts, began.date())} {began:%H:%M}"


def ended_told(texts: Messages, session: SessionRow) -> str:
    """How a session ended."""
    return texts("history", "ended", session.ended)
