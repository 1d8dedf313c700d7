"""What the commands of ``psoas-coach history`` do, and what they tell."""

from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from poses.messages import Messages
from poses.problem import Problem
from psoas_coach import profiles
from psoas_coach.browser import open_in_browser
from psoas_coach.history import deleting, exported, keeping, store, told, words
from psoas_coach.history.deleting import Whose
from psoas_coach.history.page import write_page
from psoas_coach.history.rows import Everything
from psoas_coach.history.store import History
from psoas_coach.history.weeks import period
from psoas_coach.terminal import tell_problem

# How sessions without a profile are asked for; no profile can be called so.
NOBODY: Final = "-"
EXIT_DONE: Final = 0
EXIT_NOT_DONE: Final = 2
_MOST_LISTED: Final = 5


def show(
    out: Console, texts: Messages, asked: str | None, weeks: int, *, page: bool, folder: Path | None, opened: bool
) -> int:
    """Tells the last weeks of one person.

    Args:
        out: Where.
        texts: In their language.
        asked: Whose, ``NOBODY`` for the sessions without a profile, None where there is only one that can be meant.
        weeks: How many.
        page: Whether to write the page.
        folder: Where to; None for the usual place.
        opened: Whether to open it.

    Raises:
        Problem: The history cannot be read, or the page not be written.
    """
    today = date.today()
    with History(store.file()) as history:
        _take_up(out, texts, history)
        people = history.people()
        if not people:
            out.print(escape(texts("history", "none_yet")))
            return EXIT_DONE
        if asked is None and len(people) > 1:
            out.print(escape(texts("history", "several")))
            for person, count in people.items():
                out.print(f"  {escape(texts('history', 'who', person=words.whose(texts, person), count=count))}")
            return EXIT_NOT_DONE
        person = next(iter(people)) if asked is None else _person(asked)
        if person not in people:
            raise _nothing_of(texts, person)
        kept = history.of(person)
    found = period(person, kept, today, weeks)
    told.tell(out, texts, found, today)
    if page:
        path = write_page(folder or deleting.page_folder(), found, kept, today, texts.language)
        out.print(escape(texts("history", "page_at", path=str(path))), soft_wrap=True)
        if opened:
            open_in_browser(path)
    return EXIT_DONE


def export(out: Console, texts: Messages, asked: str | None, form: exported.Format, path: Path) -> None:
    """Writes everything that is kept, or all of one person.

    Raises:
        Problem: It cannot be read or written, or there is nothing of that person.
    """
    with History(store.file()) as history:
        _take_up(out, texts, history)
        kept = history.everything() if asked is None else history.of(_person(asked))
        if asked is not None and kept == Everything():
            raise _nothing_of(texts, _person(asked))
    rows = exported.export(kept, form, path)
    out.print(escape(texts("history", "exported", path=str(path), rows=rows)), soft_wrap=True)


def delete(out: Console, texts: Messages, asked: str | None, *, yes: bool, keep_sessions: bool) -> int:
    """Deletes a history for good, or says what that would delete.

    Raises:
        Problem: It cannot be.
    """
    whose = Whose(everybody=True) if asked is None else Whose(_person(asked))
    found = deleting.find(whose)
    if found.nothing:
        out.print(escape(texts("history", "nothing_to_delete")))
        return EXIT_DONE
    if not yes:
        _preview(out, texts, whose, found, keep_sessions=keep_sessions)
        return EXIT_NOT_DONE
    left = deleting.delete(whose, found, keep_sessions=keep_sessions)
    out.print(escape(texts("history", "deleted")))
    for path in left:
        out.print(escape(texts("history", "deleted_left", path=str(path))), soft_wrap=True)
    for name in profiles.names():
        if whose.everybody or name == whose.person:
            out.print(escape(texts("history", "profile_remains", name=name)), soft_wrap=True)
    return EXIT_DONE


def rebuild(out: Console, texts: Messages, folders: list[Path]) -> None:
    """Makes the history anew from the folders of sessions, and from what profiles know.

    Raises:
        Problem: A folder is none, or the history cannot be written.
    """
    for folder in folders:
        if not folder.is_dir():
            raise Problem(f"There is no folder {folder}", "sessions are read from it", "Check the name")
    taken, aside = keeping.rebuild(folders)
    if aside is not None:
        out.print(escape(texts("history", "put_aside", path=str(aside))), soft_wrap=True)
    counts = {"count": taken.sessions, "broke_off": taken.broke_off}
    out.print(escape(texts("history", "rebuilt", **counts)))
    _tell_problems(out, texts, taken)


def after_profile(out: Console, texts: Messages, name: str, *, also_history: bool) -> None:
    """After a profile was deleted: says what the history still holds of its person, or deletes that too."""
    if also_history:
        delete(out, texts, name, yes=True, keep_sessions=False)
        return
    if not store.file().exists():
        return
    try:
        with History(store.file()) as history:
            kept = history.of(name)
    except Problem as problem:
        tell_problem(problem)
        return
    count = len(kept.sessions) + len(kept.neutrals) + len(kept.comforts) + len(kept.felt)
    if count:
        out.print(escape(texts("history", "history_remains", name=name, count=count)), soft_wrap=True)


def _take_up(out: Console, texts: Messages, history: History) -> None:
    def say(folder: Path) -> None:
        if out.is_terminal:
            out.print(f"[dim]{escape(texts('history', 'taking_up', folder=folder.name))}[/]")

    taken = keeping.take_up(history, say)
    if taken.sessions:
        counts = {"count": taken.sessions, "broke_off": taken.broke_off}
        out.print(f"[dim]{escape(texts('history', 'taken_up', **counts))}[/]")
    _tell_problems(out, texts, taken)


def _tell_problems(out: Console, texts: Messages, taken: keeping.TakenUp) -> None:
    if taken.problems:
        out.print(f"[yellow]{escape(texts('history', 'not_read', count=len(taken.problems)))}[/]")
    for problem in taken.problems[:_MOST_LISTED]:
        out.print(f"  {escape(problem.what)}", soft_wrap=True)


def _preview(out: Console, texts: Messages, whose: Whose, found: deleting.Found, *, keep_sessions: bool) -> None:
    name = texts("history", "everybody") if whose.everybody else words.whose(texts, whose.person)
    out.print(escape(texts("history", "would_delete", whose=name)))
    rows = "would_unread" if found.rows is None else "would_rows"
    out.print(f"  {escape(texts('history', rows, rows=found.rows))}")
    if found.folders:
        which = "would_keep_folders" if keep_sessions else "would_folders"
        out.print(f"  {escape(texts('history', which, count=len(found.folders)))}")
    for folder in found.folders[:_MOST_LISTED]:
        out.print(f"    {escape(str(folder))}", soft_wrap=True)
    if len(found.folders) > _MOST_LISTED:
        out.print("    …")
    if found.others:
        out.print(f"  {escape(texts('history', 'would_others', count=len(found.others)))}")
    out.print(escape(texts("history", "say_yes")))


def _person(asked: str) -> str | None:
    return None if asked == NOBODY else asked


def _nothing_of(texts: Messages, person: str | None) -> Problem:
    return Problem(
        f"There is nothing of {words.whose(texts, person)} in the history",
        "a session belongs to whom --profile named when it began",
        "See whose there is with: psoas-coach history",
    )
