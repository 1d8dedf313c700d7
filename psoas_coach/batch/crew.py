"""Gives tasks to workers, the most urgent first, until there are none; whoever is lost costs no other task.

When a worker dies, everything that was under way is in doubt. Each such task is then given alone, with nothing beside
it: the one during which a worker dies again is the culprit, and its clip is given up. All others go on.
"""

import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, field
from typing import Any, Final

from poses.problem import Problem
from psoas_coach.batch.pool import Pool
from psoas_coach.batch.records import Answer, Failure, Stopped

# How often the user is asked, and told.
_TICK_S: Final = 0.2


@dataclass(slots=True)
class Task:
    """Something for one worker.

    Attributes:
        label: What it is about.
        urgency: The largest first.
        work: The function, which can be sent.
        words: What it is given, after the place.
        then: Called with its answer; may add tasks.
        frames: How many pictures it is about.
        number: Of the task, given when it is added.
        alone: Whether a worker was lost while it was under way before.
    """

    label: str
    urgency: float
    work: Callable[..., Answer]
    words: tuple[object, ...]
    then: Callable[[Answer], None]
    frames: int = 1
    number: int = 0
    alone: bool = False


@dataclass(slots=True)
class Crew:
    """The tasks of one run.

    Attributes:
        pool: Who works.
        place_of: What a worker is told about where and what, by the number of its task.
        should_stop: Asked often.
        tick: Called often, for what is shown.
    """

    pool: Pool
    place_of: Callable[[int], object]
    should_stop: Callable[[], bool]
    tick: Callable[["Crew"], None]
    running: "dict[Future[Any], Task]" = field(default_factory=dict)
    _ready: list[tuple[float, int, Task]] = field(default_factory=list)
    _doubtful: list[Task] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _stopped: bool = False
    _lost: bool = False

    def add(self, task: Task) -> None:
        """Takes a task."""
        task.number = next(self._numbers)
        heapq.heappush(self._ready, (-task.urgency, task.number, task))

    def stop(self) -> None:
        """Begins nothing more."""
        self._stopped = True

    def work(self) -> None:
        """Has everything done.

        Raises:
            Problem: Nobody is there any more to do it.
        """
        while (self.running or self._ready or self._doubtful) and not self._over():
            self._give()
            done, _ = wait(self.running, _TICK_S, FIRST_COMPLETED)
            self._take(done)
            self.tick(self)
        if self._over():
            for future in self.running:
                future.cancel()
            self.running.clear()

    def _over(self) -> bool:
        self._stopped = self._stopped or self.should_stop()
        return self._stopped

    def _give(self) -> None:
        """Keeps every worker busy, and one task waiting so that none ever waits."""
        if self._doubtful:
            if not (self.running or self._lost):
                self._submit(self._doubtful.pop())
            return
        while self._ready and len(self.running) <= self.pool.count and not (self._lost or self._alone()):
            self._submit(heapq.heappop(self._ready)[2])

    def _alone(self) -> bool:
        return any(task.alone for task in self.running.values())

    def _submit(self, task: Task) -> None:
        try:
            self.running[self.pool.submit(task.work, self.place_of(task.number), *task.words)] = task
        except BrokenExecutor:
            # Those under way say so too, and are in doubt; this one was not begun.
            if task.alone:
                self._doubtful.append(task)
            else:
                heapq.heappush(self._ready, (-task.urgency, task.number, task))
            self._lost = True
            self._renew()

    def _take(self, done: "set[Future[Any]]") -> None:
        """Hands on what was done, and finds out who was lost."""
        for future in sorted(done, key=lambda one: self.running[one].number):
            task = self.running.pop(future)
            try:
                answer: Answer = future.result()
            except CancelledError as error:
                raise Problem(
                    "The cluster is gone",
                    "nobody is there to do the rest",
                    "Begin it again, and run the same command: what is complete is kept",
                ) from error
            except Exception as error:
                if not self.pool.is_loss(error):
                    answer = _failure(error)
                elif task.alone:
                    self._lost, answer = True, _culprit()
                else:
                    self._lost = task.alone = True
                    self._doubtful.append(task)
                    continue
            if not isinstance(answer, Stopped):
                task.then(answer)
        self._renew()

    def _renew(self) -> None:
        """Once nothing is under way any more, replaces who was lost."""
        if self._lost and not self.running:
            self.pool.renew()
            self._lost = False


def _failure(error: Exception) -> Failure:
    told = str(error).partition("\n")[0]
    return Failure(
        f"A worker could not do it ({type(error).__name__}: {told})",
        "its answer never came",
        "Run the batch again; please report it if it stays so",
    )


def _culprit() -> Failure:
    return Failure(
        "The process that worked on it ended twice",
        "the file makes a library crash, or there is too little memory for it",
        "Convert it to MP4 with H.264 and try again; please report it if you may share the clip",
    )
