"""One writer in a folder at a time.

The system's own lock on a file: it ends with the process that holds it, however that ends, so none is ever left over
from a computer that was switched off.
"""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from poses.problem import Problem
from psoas_coach.files import cannot_write

_NAME: Final = ".psoas-coach.lock"
# Far behind what is written in it: on Windows what is locked cannot be read.
_LOCKED_AT: Final = 1 << 20


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keeps every other batch out of a folder.

    Raises:
        Problem: Another is at work in it, or it cannot be written in.
    """
    path = folder / _NAME
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        try:
            free = _locked(file)
        except OSError as error:  # a file system without locks
            raise cannot_write(path, error) from error
        if not free:
            raise Problem(
                f"Another batch is at work in {folder}{_whose(file)}",
                "two would overwrite what the other wrote",
                "Wait until it is done, or choose another folder with --out",
            )
        with suppress(OSError):  # a full disk must not keep anybody from locking
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
            os.write(file, _own().encode())
        yield
    finally:
        # Left where it is: whoever waits for it may have it open already.
        os.close(file)


def _own() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _whose(file: int) -> str:
    """Who holds it, as far as they wrote that."""
    with suppress(OSError, UnicodeDecodeError):
        os.lseek(file, 0, os.SEEK_SET)
        if told := os.read(file, 200).decode("utf-8").strip():
            return f" ({told})"
    return ""


if sys.platform == "win32":
    import msvcrt

    def _locked(file: int) -> bool:
        os.lseek(file, _LOCKED_AT, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        os.lseek(file, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _locked(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True
