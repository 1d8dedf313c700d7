"""Tells whether a file is still being written by a living process, so that what one left is told from what one does.

The system's own lock on the file goes with the process, however that ends: no number of a process has to be believed,
and nothing has to be cleaned up after a crash.
"""

import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final

# On Windows a lock keeps others from reading what it covers: a byte far beyond the end of any such file.
_FAR: Final = 1 << 40

if sys.platform == "win32":
    import msvcrt

    def _lock(file: FileIO) -> None:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        finally:
            file.seek(0)
else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def mark(file: FileIO) -> None:
    """Marks a file that was just made as being written, until it is closed or the process ends.

    Where a file system knows no locks, as some of a network, nothing is marked.
    """
    with suppress(OSError):
        _lock(file)


def is_marked(path: Path) -> bool:
    """Whether a living process marked a file."""
    try:
        file = FileIO(str(path), "r")
    except OSError:
        return False
    with file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            # Refused: by this error on Windows, by that one elsewhere. Any other says nothing of it.
            return True
        except OSError:
            return False
    return False
