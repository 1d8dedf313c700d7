"""Asks the questions before anybody exercises, on a terminal or from a file, and tells what follows."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from calibration.profile import Profile, kept_questions
from calibration.screening import Answer, Level, Outcome, read_answers, screen, table
from poses.messages import Messages
from poses.problem import Problem
from psoas_coach import profiles
from psoas_coach.files import make_folder, replacing

_YES: Final = {"y", "yes", "j", "ja"}
_NO: Final = {"n", "no", "nee"}
_UNKNOWN: Final = {"", "?"}
_SIGN: Final = {Level.OFFERED: "●", Level.EASED: "▲", Level.ASK: "?", Level.WITHHELD: "■"}
_STYLE: Final = {
    Level.OFFERED: "green",
    Level.EASED: "yellow",
    Level.ASK: "bright_blue",
    Level.WITHHELD: "bold red",
}


def run(
    out: Console,
    texts: Messages,
    answers_file: Path | None,
    written: Path | None,
    *,
    name: str | None = None,
    again: bool = False,
) -> Outcome:
    """Asks, or reads the answers, and tells the outcome.

    Args:
        out: Where to show it.
        texts: Words of the person's language.
        answers_file: Where the answers stand; None asks for them.
        written: Where the outcome is kept as JSON; None keeps nothing.
        name: Of the profile that remembers the answers about the person; None remembers nothing.
        again: Ask also what the profile still knows.

    Raises:
        Problem: Nobody can be asked, or a file cannot be read or written.
    """
    # Before anything is asked: a profile that cannot be read is no reason to answer thirty questions in vain.
    profile = None if name is None else profiles.read(name) or Profile(name=name)
    today = date.today()
    known = {} if profile is None or again else profile.known_answers(today)
    if answers_file is not None:
        answers = read_answers(answers_file)
    elif sys.stdin.isatty():
        answers = ask(out, texts, out.input, known)
        if known and profile is not None and profile.screening is not None:
            out.print(f"\n[dim]{escape(texts('screening', 'known', date=str(profile.screening.on)))}[/]")
    else:
        raise Problem(
            "There is nobody to ask: the input is no terminal",
            "the questions need an answer each",
            "Give a file with --answers; --template writes one to fill in",
        )
    outcome = screen(answers)
    tell(out, texts, outcome)
    if written is not None:
        _keep(written, outcome, answers)
    # Where help was needed first, the rest was not asked: what was known stays.
    if profile is not None and not known and all(question in answers for question in kept_questions()):
        path = profiles.write(profile.with_answers(answers, today))
        out.print(escape(texts("screening", "kept", path=str(path))), soft_wrap=True)
    return outcome


def ask(
    out: Console, texts: Messages, listen: Callable[[str], str], known: Mapping[str, Answer] | None = None
) -> dict[str, Answer]:
    """Asks every question; where help is needed first, no further ones.

    Args:
        out: Where to show what comes before the questions.
        texts: Words of the person's language.
        listen: Shows a prompt and returns what was typed.
        known: Answers that still hold, and are not asked for.
    """
    asked, known = table(), known or {}
    out.print(f"[bold]{texts('screening', 'title')}[/]")
    out.print(f"{texts('screening', 'private')}\n{texts('screening', 'how')}")
    answers: dict[str, Answer] = dict(known)
    for title, questions in (
        ("emergency_title", asked.emergency),
        ("soon_title", asked.doctor_soon),
        ("person_title", list(asked.person)),
        ("today", list(asked.today)),
    ):
        if all(name in known for name in questions):
            continue
        out.print(f"\n[bold]{texts('screening', title)}[/]")
        for name in questions:
            answers[name] = _answer(out, texts, name, listen)
        if title != "today" and screen(_rest_no(answers)).stops:
            break
    return answers


def _rest_no(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers so far, as if what was not asked yet were answered no."""
    nothing: dict[str, Answer] = dict.fromkeys(table().questions, "no")
    return nothing | dict(answers)


def _answer(out: Console, texts: Messages, name: str, listen: Callable[[str], str]) -> Answer:
    while True:
        # The brackets of the prompt are no markup.
        try:
            typed = (
                listen(f"  {texts('screening', 'questions', name)} ({texts('screening', 'yes_no')}) ").strip().lower()
            )
        except EOFError:
            # Whoever ends the input wants to leave, and nothing is kept.
            raise KeyboardInterrupt from None
        if typed in _YES:
            return "yes"
        if typed in _NO:
            return "no"
        if typed in _UNKNOWN:
            return "unknown"
        out.print(f"  {texts('screening', 'not_understood')}")


def tell(out: Console, texts: Messages, outcome: Outcome) -> None:
    """Shows what is offered and what is not, because of which answers, and whom to see."""

    def say(*path: str) -> str:
        return escape(texts("screening", *path))

    out.print()
    if before := outcome.stops:
        out.print(f"[bold red]■ {say('emergency' if outcome.emergency else 'doctor_soon')}[/]")
        for name in before:
            out.print(f"  - {say('questions', name)}")
        return
    rows = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for exercise, offer in outcome.offers.items():
        what = f"{_SIGN[offer.level]} {say('levels', offer.level.name.lower())}"
        notes = "; ".join(say("notes", note) for note in offer.notes)
        why = f"{say('because')} {', '.join(offer.because)}" if offer.because else ""
        rows.add_row(say("exercises", exercise), f"[{_STYLE[offer.level]}]{what}[/]", notes, f"[dim]{why}[/]")
    out.print(rows)
    reasons = dict.fromkeys(name for offer in outcome.offers.values() for name in offer.because)
    for name in reasons:
        out.print(f"  [dim]{name}[/] {say('questions', name)}")
    levels = {offer.level for offer in outcome.offers.values()}
    if levels == {Level.OFFERED}:
        out.print(say("all_offered"))
    if Level.WITHHELD in levels:
        left = [say("exercises", name) for name, offer in outcome.offers.items() if offer.level <= Level.EASED]
        out.print(f"[bold]{say('not_now')}[/]")
        out.print(escape(texts("screening", "instead", offered=", ".join(left))))
    for whom in outcome.see:
        out.print(say("see", whom))
    if outcome.unanswered:
        out.print(escape(texts("screening", "unanswered", count=len(outcome.unanswered))))
    out.print(f"\n{say('stop_reasons')}\n[dim]{say('aid')}[/]")


def template(texts: Messages) -> str:
    """A file of answers to fill in: all "yes", so that what is left as it is withholds."""
    lines = [f"# {texts('screening', 'title')}. true = yes / ja, false = no / nee.", "[answers]"]
    for name in table().questions:
        lines += [f"# {texts('screening', 'questions', name)}", f"{name} = true"]
    return "\n".join(lines) + "\n"


def _keep(path: Path, outcome: Outcome, answers: Mapping[str, Answer]) -> None:
    kept = asdict(outcome) | {"answers": dict(answers)}
    kept["offers"] = {
        name: {"level": offer.level.name.lower(), "notes": offer.notes, "because": offer.because}
        for name, offer in outcome.offers.items()
    }
    make_folder(path.parent)
    with replacing(path) as file:
        file.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
