"""What one worker does: looks at a file, or analyses a clip, a part of it, or what its parts make together.

A worker writes only into folders of the run that nobody else writes into; the one who leads puts what is complete where
it belongs. So whoever is killed, lost or started twice leaves nothing that looks whole. Every error becomes an answer.
"""

import hashlib
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from multiprocessing import parent_process
from pathlib import Path
from typing import Final, TypeVar

from poses.messages import Messages
from poses.problem import Problem
from psoas_coach.analysis import Outcome, Settings, analyse
from psoas_coach.batch.part_files import Joined, write_part
from psoas_coach.batch.records import Failure, Job, Looked, Made, Place, Poses, Stopped
from psoas_coach.parts import parts_of
from psoas_coach.report.strip import strip_of
from psoas_coach.version import VERSION
from vision.clip import Clip
from vision.clip_index import Astray, index_of
from vision.media_file import COPY_AGAIN, read_head
from vision.model import VARIANTS, ensure_model
from vision.sources import Source, open_source

GOING: Final = "going"
# How often a worker looks whether to go on and says how far it is: on a shared disk each is a question to a server.
_LOOKS_S: Final = 0.3
# How long whoever should stop may take before it is ended.
_PATIENCE_S: Final = 1.2
_CHUNK: Final = 1 << 20

_T = TypeVar("_T")


def begin(run: Path) -> None:
    """Prepares a process of the local pool: it leaves Ctrl-C to the one who leads, and ends when that one does.

    Args:
        run: Folder of the run.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(run,), name="end with the run", daemon=True).start()


def _end_with(run: Path) -> None:
    leader = parent_process()
    while (leader is None or leader.is_alive()) and _is_going(run):
        time.sleep(_LOOKS_S)
    if leader is not None:
        leader.join(_PATIENCE_S)
    os._exit(1)


def _is_going(run: Path) -> bool:
    return (run / GOING).exists()


class Ticker:
    """Says how far a task is, and asks whether to go on, neither more often than need be."""

    def __init__(self, place: Place) -> None:
        self._place, self._next_s, self._stopped, self._done = place, 0.0, False, 0

    def tell(self, done: int) -> None:
        """Takes down how many pictures are done."""
        self._done = done

    def should_stop(self) -> bool:
        """Whether the one who leads has stopped, when that was last looked at."""
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + _LOOKS_S
            self._stopped = not _is_going(self._place.folder)
            # Whether anybody can read how far it is changes nothing of the work.
            with suppress(OSError):
                progress_file(self._place).write_text(str(self._done), encoding="ascii")
        return self._stopped


def progress_file(place: Place) -> Path:
    """Where it stands how many pictures of a task are done."""
    return place.folder / f"{place.number}.progress"


def look(place: Place, clip: Path) -> Looked | Failure | Stopped:
    """Says what a file is; the model is not needed for it."""
    return _answered(place, lambda: _looked(clip))


def whole(place: Place, job: Job, stamp: tuple[int, int]) -> Made | Failure | Stopped:
    """Analyses a clip from its beginning to its end."""
    return _answered(place, lambda: _made(place, job, stamp, None))


def part(place: Place, job: Job, number: int) -> Poses | Failure | Stopped:
    """Estimates one part of a clip."""

    def work() -> Poses | Stopped:
        ticker, folder = Ticker(place), _own_folder(place)
        try:
            done = write_part(
                job.clip, number, model_at(job.model), folder / "poses.npy", ticker.tell, ticker.should_stop
            )
        except Astray:
            return Poses(folder, astray=True)
        return Poses(folder / "poses.npy") if done else Stopped()

    return _answered(place, work)


def finish(place: Place, job: Job, stamp: tuple[int, int], files: tuple[Path, ...]) -> Made | Failure | Stopped:
    """Analyses a clip whose parts were estimated."""
    return _answered(place, lambda: _made(place, job, stamp, files))


def _answered(place: Place, work: Callable[[], _T]) -> _T | Failure:
    """What the work gives, or why it failed."""
    try:
        _compare(place.version)
        return work()
    except Problem as problem:
        return Failure.of(problem, place.folder)
    except Exception as error:
        told = str(error).partition("\n")[0]
        fault = Problem(
            f"An error in the program ({type(error).__name__}: {told})",
            "this clip could not be analysed",
            "Please report it, with the clip if you may",
        )
        fault.__cause__ = error
        return Failure.of(fault, place.folder)


def _compare(version: str) -> None:
    if version != VERSION:
        raise Problem(
            f"A worker has psoas-coach {VERSION}, and the batch was begun by {version}",
            "other versions may give other results",
            "Install the same version everywhere",
        )


def _looked(clip: Path) -> Looked:
    read_head(clip)
    before = _stamp(clip)
    digest = hashlib.sha256()
    with clip.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    with open_source(clip) as source:
        frames = source.frame_count_estimate or 1
        index = index_of(clip) if isinstance(source, Clip) and not source.is_still else None
    if _stamp(clip) != before:
        raise _changing(clip)
    return Looked(digest.hexdigest(), before, frames if index is None else len(index.stamps), len(parts_of(index)))


def _made(place: Place, job: Job, stamp: tuple[int, int], files: tuple[Path, ...] | None) -> Made | Stopped:
    ticker = Ticker(place)
    folder = _own_folder(place)

    settings = Settings(
        exercises=job.exercises,
        asked_for=job.asked_for,
        texts=Messages(job.lang),
        model_path=model_at(job.model),
        model_name=model_name(job.model),
        video=job.video,
        camera=job.camera,
        roll_deg=job.roll_deg,
        report=job.report,
        workers=1,
    )
    outcome = analyse(
        job.clip,
        folder,
        settings,
        report=lambda progress: ticker.tell(progress.frames),
        should_stop=ticker.should_stop,
        estimated=None if files is None else partial(_joined, job.clip, files),
    )
    if outcome.summary.interrupted or not _is_going(place.folder):
        return Stopped()
    if _stamp(job.clip) != stamp:
        raise _changing(job.clip)
    return Made(folder, strip_of(folder / "measures.csv", outcome.summary), _lacks(outcome, folder))


def _joined(clip: Path, files: tuple[Path, ...], source: Source) -> Joined:
    return Joined(clip, files)


def _lacks(outcome: Outcome, folder: Path) -> tuple[Failure, ...]:
    """What was asked for and is not there."""
    missing = (outcome.without_video, outcome.without_report)
    return tuple(Failure.of(problem, folder) for problem in missing if problem is not None)


def _own_folder(place: Place) -> Path:
    """A new folder of the run: a task that is begun again, while the first may still be at work, gets another."""
    folder = place.folder / f"{place.number}-{uuid.uuid4().hex}"
    try:
        folder.mkdir()
    except OSError as error:
        raise Problem(
            f"No folder can be made in {place.folder} ({error.strerror})",
            "the results have to go somewhere",
            "Make space, or see whether every worker can write there",
        ) from error
    return folder


@lru_cache(maxsize=4)
def model_at(name: str) -> Path:
    """The pose model's file, fetched where this computer has none; its digest is compared once for each process."""
    return ensure_model(name)


def model_name(name: str) -> str:
    """How results call it."""
    return name if name in VARIANTS else Path(name).name


def _stamp(clip: Path) -> tuple[int, int]:
    try:
        told = clip.stat()
    except OSError as error:
        raise Problem(f"{clip} cannot be read ({error.strerror})", "it was there before", COPY_AGAIN) from error
    return told.st_size, told.st_mtime_ns


def _changing(clip: Path) -> Problem:
    return Problem(
        f"{clip} was changed while it was looked at", "what was found may be of either content", "Run the batch again"
    )
