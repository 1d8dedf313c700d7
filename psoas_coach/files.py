"""Writing result files so that a reader never meets half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from poses.problem import Problem


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


def cannot_write(path: Path, error: OSError) -> Problem:
    """The error of a result that cannot be written, as the user meets it."""
    reason = error.strerror or str(error)
    return Problem(
        f"{path} cannot be written ({reason})",
        "the results have to go somewhere",
        "Make space or choose another folder with --out",
    )
