"""What can be wrong with the file of the history, and how it is told before anything is written to it."""

from pathlib import Path
from typing import Final

from poses.problem import Problem
from psoas_coach.history.migrations import VERSION

_MAGIC: Final = b"SQLite format 3\x00"
# Where the version stands in the file, so that a newer one need not be opened to be told.
_VERSION_AT: Final = 60
_REBUILD: Final = "Make it anew from the folders of the sessions with: psoas-coach history rebuild"


class Damaged(Problem):
    """The file is no history, or not a whole one."""


def look_at(path: Path) -> None:
    """Refuses a file that is no history of this program, without opening it as one.

    Raises:
        Problem: It is not, is that of a newer program, or cannot be read.
    """
    try:
        with path.open("rb") as opened:
            head = opened.read(_VERSION_AT + 4)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Problem(
            f"The history {path} cannot be read ({error.strerror})", "what was done is kept in it", "Check its rights"
        ) from error
    if not head:
        return
    if not head.startswith(_MAGIC) or len(head) < _VERSION_AT + 4:
        raise damaged(path, "it is no SQLite file")
    version = int.from_bytes(head[_VERSION_AT:], "big")
    if version > VERSION:
        raise newer(path, version)


def newer(path: Path, version: int) -> Problem:
    """The error of a file that a newer program wrote."""
    return Problem(
        f"The history {path} was written by a newer psoas-coach (version {version}, this one knows {VERSION})",
        "what is not understood could be lost, so it is left as it is",
        "Use the newer program",
    )


def damaged(path: Path, how: str) -> Damaged:
    """The error of a file that is not whole."""
    return Damaged(
        f"The history {path} is damaged ({how})", "nothing in it can be trusted, so it is left as it is", _REBUILD
    )
