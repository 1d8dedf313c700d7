"""Which clips are there? Searches folders, and says of each file by which name it stands in the tables.

Every file in a folder is a candidate, whatever its name: what turns out to be no clip is listed with its reason rather
than passed over. Left out are hidden files, what systems leave lying about, settings, and folders with results.
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

from poses.problem import Problem
from psoas_coach.batch.sidecar import FOLDER_FILE, SUFFIX
from psoas_coach.files import folder_name, printable

# Any of these in a folder says that an analysis, a replay, a live session or a batch wrote it.
_OF_RESULTS: Final = frozenset({"poses.npz", "poses.log", "batch.csv", "done.json"})
# And what a replay leaves; a summary alone may be somebody's own.
_OF_REPLAY: Final = frozenset({"summary.json", "measures.csv"})
# Beside a page, the folder of its files is named after it.
_FILES: Final = "_files"
# Most systems take 255 bytes, and a letter may take four of them.
_LONGEST: Final = 60
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a clip, or a folder that could not be searched.

    Attributes:
        path: The file.
        name: How it is called in tables: its path below the folder that was named, with "/" on every system.
        problem: Why it cannot be looked at, or None.
    """

    path: Path
    name: str
    problem: Problem | None = None


def find(sources: Sequence[Path], out: Path, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[Found]:
    """All clips of some folders and files, in an order that follows from their names.

    Args:
        sources: Folders, which are searched with all that is in them, and files.
        out: Where the results go; never searched.
        include: Only files that match one of these patterns (``*.mp4``, ``monday/*``); all where there are none.
        exclude: No file that matches one of these.

    Raises:
        Problem: The results would go among the clips.
    """
    if any(source.is_dir() and _identity(source) == _identity(out) for source in sources):
        raise Problem(
            f"The results would go into {out}, where the clips are",
            "they would be taken for clips the next time",
            "Choose a folder of its own with --out; it may lie in this one",
        )
    found: dict[Path, Found] = {}
    entered = {_identity(out)}
    several = len(sources) > 1
    for source in sources:
        entries: Iterable[Found] = [Found(source, printable(source.name))]
        if source.is_dir():
            below = _below(source, entered, source.resolve().name if several else "")
            entries = (one for one in below if one.problem or _wanted(one.name, include, exclude))
        for one in entries:
            # The same file may be reached by two ways.
            found.setdefault(_identity(one.path), one)
    return _with_names_of_their_own(sorted(found.values(), key=lambda one: (_key(one.name), str(one.path))))


def result_names(clips: Sequence[Found]) -> list[str]:
    """A name for the folder of results of each clip, all in one folder and no two alike on any system."""
    taken: set[str] = set()
    names = []
    for clip in clips:
        parents = [folder_name(f"{part}.x") for part in PurePosixPath(clip.name).parts[:-1]]
        name = first = "--".join([*parents, folder_name(PurePosixPath(clip.name).name)])[-_LONGEST:].strip(". ")
        number = 2
        while name.casefold() in taken:
            name, number = f"{first}-{number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _below(folder: Path, entered: set[Path], prefix: str) -> Iterator[Found]:
    """Every file below a folder; each folder is entered once, whatever links lead to it."""
    problems: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=problems.append, followlinks=True):
        here = Path(place)
        own = _identity(here)
        if own in entered or (here != folder and _are_results(files)):
            folders.clear()
            continue
        entered.add(own)
        inside = PurePosixPath(prefix, *here.relative_to(folder).parts)
        beside = frozenset(files)
        # What analyse writes about several clips lies among their folders.
        pages = {name.removesuffix(_FILES) for name in folders if name.endswith(_FILES)}
        pages = {page for page in pages if f"{page}.html" in beside}
        of_pages = {f"{page}{_FILES}" for page in pages}
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in of_pages)
        for name in sorted(files):
            if not (_left_out(name, beside) or _is_of(name, pages)):
                yield Found(here / name, printable(PurePosixPath(inside, name).as_posix()))
    for error in problems:
        where = Path(error.filename or folder)
        yield Found(where, printable(where.name or str(where)), _unreadable(where, error))


def _left_out(name: str, beside: frozenset[str]) -> bool:
    """Whether a file is nothing that anybody would want analysed."""
    if name.startswith(".") or name.casefold() in _LITTER or name == FOLDER_FILE:
        return True
    return name.endswith(SUFFIX) and name.removesuffix(SUFFIX) in beside


def _are_results(files: Sequence[str]) -> bool:
    """Whether the files of a folder are what this program wrote."""
    return not _OF_RESULTS.isdisjoint(files) or _OF_REPLAY.issubset(files)


def _is_of(name: str, pages: set[str]) -> bool:
    """Whether a file is one of some pages, in whichever language: ``index.html``, ``index.nl.html``."""
    page = name.removesuffix(".html")
    return page != name and not pages.isdisjoint({page, page.rpartition(".")[0]})


def _wanted(name: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    def matches(patterns: Sequence[str]) -> bool:
        last = name.rpartition("/")[2]
        return any(fnmatchcase(text.casefold(), one.casefold()) for one in patterns for text in (name, last))

    return (not include or matches(include)) and not matches(exclude)


def _with_names_of_their_own(found: Sequence[Found]) -> list[Found]:
    """The same, where the later of two equal names has a number."""
    taken: set[str] = set()
    named = []
    for one in found:
        name, number = one.name, 2
        while name in taken:
            name, number = f"{one.name} ({number})", number + 1
        taken.add(name)
        named.append(Found(one.path, name, one.problem))
    return named


def _key(name: str) -> tuple[str, str]:
    """By letters whatever their case, and by the very name where these are alike."""
    return unicodedata.normalize("NFC", name).casefold(), name


def _identity(path: Path) -> Path:
    """Where a path truly leads; of one that leads nowhere or in a circle, the path itself."""
    with suppress(OSError, RuntimeError):
        if (end := path.resolve()).exists():
            return end
    return path.absolute()


def _unreadable(folder: Path, error: OSError) -> Problem:
    return Problem(
        f"The folder {printable(str(folder))} cannot be read ({error.strerror})",
        "what is in it is not known",
        "Check who may read it, and whether its drive is connected",
    )
