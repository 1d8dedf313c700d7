"""What is noted in the history, when, and what happens where that fails.

A session is noted when it ended. One that was killed is taken up by the next that looks into the history. A history
that cannot be written never stands in the way of a session: its folder is the truth, and is taken up later.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calibration.profile import Profile
from poses.problem import Problem
from psoas_coach import profiles
from psoas_coach.files import cannot_write
from psoas_coach.history import store
from psoas_coach.history.faults import Damaged
from psoas_coach.history.intake import read_session, session_folders, session_parents
from psoas_coach.history.people import rows_of
from psoas_coach.history.rows import BROKE_OFF, Kept
from psoas_coach.history.store import History
from psoas_coach.terminal import tell_problem


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What came of looking through folders.

    Attributes:
        sessions: How many were noted.
        broke_off: How many of them had been killed.
        problems: Why others could not be.
    """

    sessions: int
    broke_off: int
    problems: tuple[Problem, ...]


def note_session(folder: Path) -> None:
    """Notes a session that ended; what stands in the way is told, and the session is as good without."""
    with _never_in_the_way():
        kept = read_session(folder)
        if kept is not None:
            with History(store.file()) as history:
                history.keep(kept)


def note_change(before: Profile, after: Profile) -> None:
    """Notes what is new in a profile: what was measured, or told of a session; what stands in the way is told.

    What was in it before is not noted again: its person may have deleted it from the history.
    """
    with _never_in_the_way():
        known = set(rows_of(before))
        rows = [row for row in rows_of(after) if row not in known]
        if rows:
            with History(store.file()) as history:
                history.keep_of_person(rows)


def note_clip(kept: Kept) -> None:
    """Notes a clip whose person wants it in their history.

    Raises:
        Problem: It cannot be written.
    """
    with History(store.file()) as history:
        history.keep(kept)


def take_up(history: History, report: Callable[[Path], None] = lambda folder: None) -> TakenUp:
    """Notes what lies where sessions lie and is not in the history: sessions that were killed, mostly.

    Args:
        history: An open one.
        report: Told before each session that is read.
    """
    known = history.folders()
    found = (folder for parent in session_parents(known) for folder in session_folders(parent))
    return _read_in(history, [one for one in found if str(one.resolve()) not in known], report)


def rebuild(
    more: Iterable[Path] = (), report: Callable[[Path], None] = lambda folder: None
) -> tuple[TakenUp, Path | None]:
    """Reads all sessions and profiles anew.

    Sessions whose folder is gone stay as they were, unless the file was damaged: then it is put aside.

    Args:
        more: Folders of sessions besides the usual one, as were given to ``live`` with ``--out``.
        report: Told before each session that is read.

    Returns:
        What was read, and where a damaged file now lies, or None.

    Raises:
        Problem: The history is that of a newer program, or cannot be written.
    """
    aside = _put_aside_if_damaged()
    with History(store.file()) as history:
        parents = {*session_parents(history.folders()), *(one.resolve() for one in more)}
        found = [folder for parent in sorted(parents) for folder in session_folders(parent)]
        taken = _read_in(history, found, report)
        problems = list(taken.problems)
        for name in profiles.names():
            try:
                profile = profiles.read(name)
            except Problem as problem:
                problems.append(problem)
                continue
            if profile is not None:
                history.keep_of_person(list(rows_of(profile)))
    return TakenUp(taken.sessions, taken.broke_off, tuple(problems)), aside


def _read_in(history: History, folders: Iterable[Path], report: Callable[[Path], None]) -> TakenUp:
    count = broke_off = 0
    problems = []
    for folder in folders:
        report(folder)
        try:
            kept = read_session(folder)
        except Problem as problem:
            problems.append(problem)
            continue
        if kept is not None:
            history.keep(kept)
            count += 1
            broke_off += kept.session.ended == BROKE_OFF
    return TakenUp(count, broke_off, tuple(problems))


def _put_aside_if_damaged() -> Path | None:
    path = store.file()
    try:
        with History(path) as history:
            history.check()
            history.everything()
    except Damaged:
        aside = path.with_name(f"{path.stem}.damaged-{datetime.now():%Y-%m-%dT%H-%M-%S}{path.suffix}")
        try:
            for one in (path, *store.beside(path)):
                if one.exists():
                    one.replace(aside.with_name(one.name.replace(path.name, aside.name)))
        except OSError as error:
            raise cannot_write(aside, error) from error
        return aside
    return None


@contextmanager
def _never_in_the_way() -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        tell_problem(problem)
