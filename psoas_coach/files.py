"""Writing result files so that a reader never meets half of one."""

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from poses.problem import Problem

_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside ``path`` that takes its place when the block ends well.

    Raises:
        Problem: When the file cannot be written, as on a full disk.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def make_folder(path: Path) -> Path:
    """Makes a folder for results.

    Raises:
        Problem: When it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def printable(name: str) -> str:
    """A file name as text: bytes that are no text, which some file systems allow, become question marks."""
    return name.encode("utf-8", "replace").decode("utf-8")


def folder_name(file_name: str) -> str:
    """A name for a folder of results that every system can make, after the clip's file name.

    Dots and spaces at the ends, reserved names of Windows and letters that file names may not hold are replaced;
    accents are composed, since two ways of writing an é are one name on some systems.
    """
    stem = unicodedata.normalize("NFC", PurePath(printable(file_name)).stem)
    clean = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", stem).strip(". ")
    if not clean or clean.split(".")[0].upper() in _RESERVED:
        clean = f"clip-{clean}".rstrip("-")
    return clean


def cannot_write(path: Path, error: OSError) -> Problem:
    """The error of a result that cannot be written, as the user meets it."""
    reason = error.strerror or str(error)
    return Problem(
        f"{path} cannot be written ({reason})",
        "the results have to go somewhere",
        "Make space or choose another folder with --out",
    )
