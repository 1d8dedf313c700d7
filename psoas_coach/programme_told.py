"""The programme of a day in words: on the terminal, and as comments in the file of its plan."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from poses.messages import Messages
from psoas_coach import plan_file
from psoas_coach.breathing import closing_way
from psoas_coach.plan import Item, takes_turns
from psoas_coach.programme import STRETCHES, LeftOut, Programme, item_s

_MINUTE_S: Final = 60.0


def tell(out: Console, texts: Messages, made: Programme, now: datetime) -> None:
    """Shows the steps with a sentence for each, how long they take, and what is left out because of what."""
    out.print(f"\n[bold]{escape(texts('programme', 'title'))}[/]  {escape(length_told(texts, made))}")
    for line in (*_last_lines(texts, made, now.date()), *left_out_lines(texts, made)):
        out.print(escape(line))
    rows = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    rows.add_column(justify="right", style="dim", no_wrap=True)
    rows.add_column(style="bold", no_wrap=True)
    rows.add_column()
    rows.add_column()
    for number, (name, amount, why) in enumerate(_steps(texts, made), start=1):
        rows.add_row(str(number), escape(name), escape(amount), escape(why))
    out.print(rows)


def tell_advice(out: Console, texts: Messages, made: Programme, profile: str | None) -> None:
    """What is good to know for after it."""
    out.print(f"\n[bold]{escape(texts('programme', 'after'))}[/]")
    for line in (texts("live", "advice", "softly"), texts("programme", "advice", "therapist")):
        out.print(f"  {escape(line)}")
    if made.therapist:
        out.print(f"  {escape(texts('cues', 'therapist'))}")
    # Of a day without a stretch there is nothing to note: it would count as one that was calm.
    if profile is not None and any(item.exercise in STRETCHES for item in made.plan.items):
        out.print(f"  {escape(texts('programme', 'advice', 'morning', name=profile))}", soft_wrap=True)


def plan_text(texts: Messages, made: Programme, now: datetime) -> str:
    """The plan as the file that ``live --plan`` reads, with the same sentences as comments."""
    first = f"{texts('programme', 'file', date=f'{now:%d-%m-%Y}')} {length_told(texts, made)}"
    opening = (first, texts("programme", "asks_again"))
    comments = {number: _why(texts, made, number) for number in range(len(made.plan.items))}
    return plan_file.text_of(made.plan, opening, comments)


def length_told(texts: Messages, made: Programme) -> str:
    """How long it takes, and that it is short where it is."""
    return texts("programme", "short" if made.short else "length", minutes=f"{made.length_s / _MINUTE_S:.0f}")


def left_out_lines(texts: Messages, made: Programme) -> tuple[str, ...]:
    """What is not done today, a sentence for each reason."""
    lines = []
    for why in dict.fromkeys(one.why for one in made.left_out):
        names = _names(texts, tuple(one for one in made.left_out if one.why == why))
        until = f"{made.rest_until:%d-%m %H:%M}" if made.rest_until is not None else ""
        lines.append(texts("programme", "left_out", why, what=names, until=until))
    return tuple(lines)


def _names(texts: Messages, left_out: tuple[LeftOut, ...]) -> str:
    return ", ".join(texts("exercises", one.exercise) for one in left_out)


def _last_lines(texts: Messages, made: Programme, today: date) -> tuple[str, ...]:
    if made.last is None:
        return ()
    days = (today - made.last).days
    if days <= 0:
        return (texts("programme", "last_today"),)
    return (texts("programme", "last_yesterday") if days == 1 else texts("programme", "last_days", days=days),)


def _steps(texts: Messages, made: Programme) -> Iterator[tuple[str, str, str]]:
    """Name, amount and sentence of each step; both sides of a stretch are one."""
    items = made.plan.items
    for number, item in enumerate(items):
        if number and items[number - 1].exercise == item.exercise and item.side is not None:
            continue
        notes = "; ".join(texts("screening", "notes", note) for note in item.notes)
        amount = _amount(texts, item)
        yield (
            texts("exercises", item.exercise),
            f"{amount}, {notes}" if notes else amount,
            _why(texts, made, number),
        )
    if made.plan.breathing:
        how = closing_way(made.plan.breathing)
        kind = "paced" if how.pace is not None else "free"
        yield texts("live", "breathing"), _span(texts, how.length_s), texts("programme", "end", kind)


def _amount(texts: Messages, item: Item) -> str:
    if item.breathes:
        return _span(texts, item_s(item))
    if item.exercise in STRETCHES:
        return texts("programme", "holds", count=item.repetitions, seconds=f"{item.hold_s:.0f}")
    both = takes_turns(item.exercise)
    return texts("programme", "times_both" if both else "times", count=item.repetitions)


def _why(texts: Messages, made: Programme, number: int) -> str:
    item = made.plan.items[number]
    if item.breathes:
        return texts("programme", "breathe", made.purpose(number))
    return texts("programme", "why", item.exercise)


def _span(texts: Messages, seconds: float) -> str:
    """A length of time: in minutes, or in seconds where it is little more than one or less."""
    if seconds < 1.5 * _MINUTE_S:
        return texts("programme", "seconds", count=f"{seconds:.0f}")
    return texts("programme", "minutes", count=f"{seconds / _MINUTE_S:.0f}")
