"""The history on the terminal: what was done week by week, both sides, own limits."""

from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from poses.messages import Messages
from psoas_coach.history import words
from psoas_coach.history.weeks import Day, Period, Week

_STYLES = {"session": "cyan", "hurt": "bold red", "rest": "dim"}


def tell(out: Console, texts: Messages, period: Period, today: date) -> None:
    """Prints some weeks of one person."""

    def say(*path: str) -> str:
        return escape(texts("history", *path))

    out.print(f"[bold]{escape(words.title(texts, period))}[/]  {escape(words.period_told(texts, period, today))}")
    if not period.sessions:
        out.print(say("none_in_period"))
    else:
        out.print(_weeks(texts, period, today))
        out.print(f"\n[bold]{say('sides_title')}[/]")
        out.print(_sides(texts, period))
        for line in words.differences(texts, period):
            out.print(escape(line))
    out.print(f"\n[bold]{say('limits_title')}[/]")
    for line in words.limit_lines(texts, period.limits) or [texts("history", "limits_none")]:
        out.print(escape(line))
    out.print(f"\n[dim]{say('counts_only')} {escape(texts('report', 'aid'))}[/]")


def _weeks(texts: Messages, period: Period, today: date) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    heads = ("week", "days", "sessions", "minutes", "holds", "repetitions", "stops", "cautions", "per_minute")
    for head in heads:
        justify = "left" if head in ("week", "days") else "right"
        table.add_column(escape(texts("history", head)), justify=justify)  # type: ignore[arg-type] # one of two words
    table.add_column(escape(texts("history", "rest")), justify="right")
    table.add_column(escape(texts("history", "pain")))
    for week in period.weeks:
        table.add_row(*_row(texts, week, period.since, today))
    return table


def _row(texts: Messages, week: Week, since: date | None, today: date) -> tuple[str, ...]:
    holds, repetitions = sum(one.holds for one in week.doing), sum(one.repetitions for one in week.doing)
    return (
        words.day_told(texts, week.monday),
        " ".join(_day(day, today) for day in week.days),
        str(week.sessions or "–"),
        words.minutes(texts, week.judged_s),
        str(holds or "–"),
        str(repetitions or "–"),
        f"[bold red]■ {week.stops}[/]" if week.stops else "–",
        f"[yellow]▲ {week.cautions}[/]" if week.cautions else "–",
        words.rate(texts, week.per_minute(week.stops + week.cautions)),
        words.rest_told(week, since, today),
        escape(words.pain_told(texts, week)),
    )


def _day(day: Day, today: date) -> str:
    """One sign: a session, one that hurt, none; days to come are left open."""
    if words.hurt(day):
        return f"[{_STYLES['hurt']}]✕[/]"
    if day.sessions:
        return f"[{_STYLES['session']}]●[/]"
    return " " if day.on > today else f"[{_STYLES['rest']}]·[/]"


def _sides(texts: Messages, period: Period) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for head in ("minutes", "holds", "held", "repetitions", "stops", "cautions"):
        table.add_column(escape(texts("history", head)), justify="right")
    for one in period.totals:
        if one.side is None and not one.judged_s:
            continue
        held = words.minutes(texts, one.held_s)
        held = texts("history", "minute_unit", minutes=held) if one.held_s else held
        counts = (one.repetitions or "–", one.stops or "–", one.cautions or "–")
        name = escape(words.side_name(texts, one))
        table.add_row(name, words.minutes(texts, one.judged_s), str(one.holds or "–"), held, *map(str, counts))
    return table
