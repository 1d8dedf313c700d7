"""Leads a batch: finds the clips, has them done by whoever works, puts results where they belong, writes the tables.

The only one who writes into the folder of results; a lock keeps a second one out. Whenever it is ended, by Ctrl-C, by
the system or by a full disk, each clip there is either whole or not there, and the next run goes on.
"""

import re
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console

from poses.messages import Messages
from poses.problem import Problem
from psoas_coach.batch import pool as pools
from psoas_coach.batch import worker
from psoas_coach.batch.clips import find
from psoas_coach.batch.crew import Crew, Task
from psoas_coach.batch.lock import alone_in
from psoas_coach.batch.plan import Wish, planned, settle, worth_cutting
from psoas_coach.batch.records import Answer, Clip, Failure, Looked, Made, Place, Poses
from psoas_coach.batch.results import write_results
from psoas_coach.batch.state import WORKING, fingerprint, publish, summary_of, tidy
from psoas_coach.batch.tables import status_of
from psoas_coach.batch.telling import Telling, counted
from psoas_coach.files import make_folder
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.report.page import lay_ready
from psoas_coach.run import EXIT_DONE, EXIT_SOME_FAILED, EXIT_UNUSABLE
from psoas_coach.terminal import console, tell_problem
from psoas_coach.version import VERSION
from vision.model import ensure_model

# What cannot wait: what a clip's parts make together, since nobody else can go on with it.
_AT_ONCE: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who works: so many processes of this computer (None for one each core), or the cluster at an address."""

    workers: int | None = None
    cluster: str | None = None

    def pool(self, run: Path) -> AbstractContextManager[pools.Pool]:
        """The workers, for one run."""
        if self.cluster is not None:
            return pools.cluster(self.cluster, run, self.workers)
        return pools.processes(run, self.workers)


def run_batch(
    sources: Sequence[Path],
    out: Path,
    wish: Wish,
    crowd: Crowd,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    again: bool = False,
) -> int:
    """Analyses all clips of some folders.

    Args:
        sources: Folders and clips.
        out: Where the results go.
        wish: What is asked for.
        crowd: Who works.
        include: Patterns of the files to take, all where there are none.
        exclude: Patterns of files to leave out.
        again: Whether to do also what is complete.

    Returns:
        The exit status.

    Raises:
        Problem: Nothing could be begun.
    """
    found = find(sources, out, include, exclude)
    if not found:
        raise Problem(
            f"No clip was found in {', '.join(map(str, sources))}",
            "hidden files, folders of results and what the patterns leave out are not looked at",
            "Check the folder, --include and --exclude",
        )
    ensure_model(wish.model, report=console(stderr=True).print)
    clips = planned(found, wish)
    out = make_folder(out).absolute()
    with alone_in(out), polite() as asked_to_stop:
        tidy(out)
        run = make_folder(out / WORKING / uuid.uuid4().hex)
        try:
            (run / worker.GOING).touch()
            if wish.report:
                lay_ready(run)
            texts, screen = Messages(wish.lang), console()
            with crowd.pool(run) as pool, Telling(screen, texts, run) as telling:
                ended = _Batch(clips, out, run, pool, telling, asked_to_stop).work(again=again)
        finally:
            tidy(out)
        if ended is not None:
            tell_problem(ended)
        return _told(screen, texts, clips, out, wish, interrupted=asked_to_stop())


def _told(screen: Console, texts: Messages, clips: Sequence[Clip], out: Path, wish: Wish, *, interrupted: bool) -> int:
    """Writes and tells what came of it; returns the exit status."""
    written, missing = list[Path](), list[Problem]()
    # Before every file was looked at it is not known what is complete: the tables of before are nearer the truth.
    if not any(clip.unlooked for clip in clips):
        written, missing = write_results(out, clips, wish.lang)
        screen.print(counted(texts, clips), markup=False)
    for path in written:
        screen.print(f"{texts('summary', 'results')}: {path}", markup=False)
    for problem in missing:
        tell_problem(problem)
    screen.print(texts("summary", "not_medical"), style="dim")
    if interrupted:
        screen.print(texts("batch", "go_on"), markup=False)
        return EXIT_INTERRUPTED
    found = {status_of(clip) for clip in clips}
    if "done" not in found and "partly" not in found:
        return EXIT_UNUSABLE
    # A table for which a library is not installed is no failure; one that could not be written is.
    unwritten = any(isinstance(problem.__cause__, OSError) for problem in missing)
    whole = found <= {"done", "duplicate"} and not unwritten
    return EXIT_DONE if whole else EXIT_SOME_FAILED


class _Batch:
    """One run over some clips."""

    def __init__(
        self,
        clips: Sequence[Clip],
        out: Path,
        run: Path,
        pool: pools.Pool,
        telling: Telling,
        should_stop: Callable[[], bool],
    ) -> None:
        self._clips, self._out, self._run, self._pool, self._telling = clips, out, run, pool, telling
        self._crew = Crew(pool, self._place, should_stop, telling.tick)
        self._ended: Problem | None = None

    def _place(self, number: int) -> Place:
        return Place(self._run, number, VERSION)

    def work(self, *, again: bool) -> Problem | None:
        """Has everything done; returns what ended it before its time, or None."""
        try:
            looking = [clip for clip in self._clips if clip.job is not None]
            self._telling.stage("looking", len(looking), len(looking))
            for clip in looking:
                self._add(clip, 0.0, worker.look, (), self._looked)
            self._crew.work()
            if any(clip.unlooked for clip in looking):
                return self._ended
            todo = settle(self._clips, self._out, again=again)
            self._tell_settled(todo)
            self._telling.stage("working", sum(clip.frames for clip in todo), len(todo), numbered=True)
            is_long = worth_cutting(todo, self._pool.count)
            for clip in todo:
                self._begin(clip, in_parts=is_long(clip))
            self._crew.work()
        except Problem as problem:
            return problem
        return self._ended

    def _tell_settled(self, todo: Sequence[Clip]) -> None:
        """Tells what needs no work, but for what is complete already."""
        for clip in self._clips:
            if clip.failure is not None or clip.same_as:
                self._telling.clip(clip, None)
        complete = sum(clip.done for clip in self._clips)
        if complete:
            self._telling.say("complete", complete)

    def _add(
        self,
        clip: Clip,
        urgency: float,
        work: Callable[..., Answer],
        words: tuple[object, ...],
        then: Callable[[Clip, Answer], None],
        frames: int = 1,
    ) -> None:
        job = clip.job
        assert job is not None
        first: object = job.clip if work is worker.look else job
        self._crew.add(Task(clip.name, urgency, work, (first, *words), lambda answer: then(clip, answer), frames))

    def _begin(self, clip: Clip, *, in_parts: bool) -> None:
        """The longest first, so that at the end nobody waits for one that was begun last."""
        looked = clip.looked
        assert looked is not None
        if not in_parts:
            self._add(clip, clip.frames, worker.whole, (looked.stamp,), self._made, clip.frames)
            return
        share = max(1, clip.frames // looked.parts)
        for number in range(looked.parts):
            self._add(clip, clip.frames, worker.part, (number,), self._estimated(number, share), share)

    def _looked(self, clip: Clip, answer: Answer) -> None:
        self._telling.advance(1)
        if isinstance(answer, Looked):
            clip.looked = answer
        elif isinstance(answer, Failure):
            clip.failure = self._as_told(clip, answer)

    def _estimated(self, number: int, frames: int) -> Callable[[Clip, Answer], None]:
        """What follows from the poses of one part of a clip."""

        def then(clip: Clip, answer: Answer) -> None:
            looked = clip.looked
            self._telling.advance(frames)
            if clip.failure is not None or looked is None:
                return
            if isinstance(answer, Failure):
                self._failed(clip, answer)
            elif isinstance(answer, Poses):
                clip.parts[number] = None if answer.astray else answer.file
                if len(clip.parts) < looked.parts:
                    return
                files = [clip.parts[part] for part in range(looked.parts)]
                if None in files:
                    # The file is not what it seems: only in one go does it give what an analysis gives.
                    self._add(clip, _AT_ONCE, worker.whole, (looked.stamp,), self._made)
                else:
                    self._add(clip, _AT_ONCE, worker.finish, (looked.stamp, tuple(files)), self._made)

        return then

    def _made(self, clip: Clip, answer: Answer) -> None:
        job, looked = clip.job, clip.looked
        assert job is not None
        assert looked is not None
        if not clip.parts:
            self._telling.advance(clip.frames)
        for file in filter(None, clip.parts.values()):
            with suppress(OSError):
                file.unlink()
        if isinstance(answer, Failure):
            self._failed(clip, answer)
        elif isinstance(answer, Made):
            clip.failure = self._as_told(clip, answer.lacks[0]) if answer.lacks else None
            try:
                publish(
                    answer.folder,
                    self._out / clip.folder,
                    job,
                    fingerprint(job),
                    looked,
                    answer.strip,
                    complete=not answer.lacks,
                )
            except Problem as problem:
                self._failed(clip, Failure.of(problem, self._out))
                return
            clip.done, clip.strip = True, answer.strip
            self._telling.clip(clip, summary_of(self._out / clip.folder))
            self._stop_if_full(clip)

    def _failed(self, clip: Clip, failure: Failure) -> None:
        clip.failure = self._as_told(clip, failure)
        self._telling.clip(clip, None)
        self._stop_if_full(clip)

    def _as_told(self, clip: Clip, failure: Failure) -> Failure:
        """A failure by the names in the tables: full paths, and where results are made, are others elsewhere."""
        made = re.compile(re.escape(str(self._run)) + r"[/\\][\w-]+")
        what = made.sub(lambda _: clip.folder, failure.what)
        return replace(failure, what=what if clip.job is None else what.replace(str(clip.job.clip), clip.name))

    def _stop_if_full(self, clip: Clip) -> None:
        """Without room every other clip would fail as well, and be listed for it."""
        if clip.failure is not None and clip.failure.full and self._ended is None:
            self._ended = Problem(
                "The disk is full",
                "no other clip could be finished; what is complete is kept",
                "Make space, and run the same command again: it goes on with the rest",
            )
            self._crew.stop()
