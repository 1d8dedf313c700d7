"""Deletes a history for good: the rows, what SQLite keeps beside them, the page, and the sessions themselves.

The history is an index over the folders of sessions: with the index alone nothing would be gone, and the next look
would take them up again. So these go with it, or are marked to stay out of it.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from poses.problem import Problem
from psoas_coach.history import store
from psoas_coach.history.intake import NOT_IN_HISTORY, session_folders, session_parents
from psoas_coach.history.store import History
from psoas_coach.live_files import SUMMARY, TABLE, VIDEO
from psoas_coach.live_record import ABOUT, EVENTS, LOG, POSES, about_of, is_going_on

# What live writes into the folder of a session; whatever else lies there is somebody's own.
_OF_SESSION: Final = (LOG, EVENTS, POSES, TABLE, SUMMARY, VIDEO, NOT_IN_HISTORY, ABOUT)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose history: one person's, that of the sessions without a profile (None), or everybody's."""

    person: str | None = None
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What would be deleted.

    Attributes:
        rows: How many sessions and notes are in the history; None where it cannot be read.
        folders: Those of the sessions.
        others: Files of the history itself, and its page.
    """

    rows: int | None
    folders: tuple[Path, ...]
    others: tuple[Path, ...]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to delete."""
        return not (self.rows or self.folders or self.others)


def page_folder() -> Path:
    """Where the page lies unless the user says otherwise."""
    return store.folder() / "history-page"


def find(whose: Whose) -> Found:
    """What there is to delete."""
    others = tuple(sorted(store.folder().glob("history*.sqlite*"))) if whose.everybody else ()
    page = (page_folder(),) if page_folder().is_dir() else ()
    rows, kept = _kept(whose)
    folders = {folder.resolve() for folder in (*kept, *_lying_about(whose))}
    return Found(rows, tuple(sorted(one for one in folders if not is_going_on(one))), (*others, *page))


def delete(whose: Whose, found: Found, *, keep_sessions: bool = False) -> tuple[Path, ...]:
    """Deletes it.

    Args:
        whose: Whose history.
        found: What there is.
        keep_sessions: Whether the folders of the sessions stay, marked so that they are not taken up again.

    Returns:
        Folders of sessions that are left, since they hold what this program did not write.

    Raises:
        Problem: Something cannot be deleted.
    """
    left = []
    if not whose.everybody and store.file().exists():
        with History(store.file()) as history:
            history.forget(whose.person)
    elif whose.everybody and store.file().exists():
        # Overwritten first, since what is merely unlinked can be read from the disk. What is damaged cannot be.
        with suppress(Problem), History(store.file()) as history:
            history.forget(None, everybody=True)
    try:
        for folder in found.folders:
            if keep_sessions:
                (folder / NOT_IN_HISTORY).touch()
            elif not _emptied(folder):
                left.append(folder)
        for other in found.others:
            if other.is_dir():
                shutil.rmtree(other)
            else:
                other.unlink(missing_ok=True)
    except OSError as error:
        raise Problem(
            f"{error.filename or store.folder()} cannot be deleted ({error.strerror or error})",
            "it may hold what you want to be gone",
            "Close what has it open, and try again",
        ) from error
    return tuple(left)


def _kept(whose: Whose) -> tuple[int | None, list[Path]]:
    """How much is in the history, and the folders of its live sessions."""
    if not store.file().exists():
        return 0, []
    try:
        with History(store.file()) as history:
            kept = history.everything() if whose.everybody else history.of(whose.person)
    except Problem:
        if not whose.everybody:
            raise
        return None, []
    count = len(kept.sessions) + len(kept.neutrals) + len(kept.comforts) + len(kept.felt)
    folders = [Path(one.folder) for one in kept.sessions if one.kind == "live"]
    return count, [folder for folder in folders if (folder / ABOUT).is_file()]


def _known() -> frozenset[str]:
    """The folders of all sessions in the history; of one that is damaged none."""
    if store.file().exists():
        with suppress(Problem), History(store.file()) as history:
            return history.folders()
    return frozenset()


def _lying_about(whose: Whose) -> Iterator[Path]:
    """Sessions that are not in the history yet; one that cannot be read is nobody's, and goes with everybody's."""
    # Wherever the next look into the history would find them: else they came back.
    for folder in (one for parent in session_parents(_known()) for one in session_folders(parent)):
        try:
            mine = whose.everybody or about_of(folder).profile == whose.person
        except Problem:
            mine = False
        if mine:
            yield folder


def _emptied(folder: Path) -> bool:
    """Deletes what a session wrote, and its folder where nothing else is in it."""
    for name in _OF_SESSION:
        for one in (folder / name, folder / f".{name}.part"):
            one.unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
