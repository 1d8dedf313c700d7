"""Draws a script's frames in several processes, in order.

Which question this module answers: how all cores work on one clip. Each frame depends on its script, seed and number
alone, so that the result is the same whatever the number of processes.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from calibration.phantom.events import Event, events
from calibration.phantom.script import Script
from calibration.phantom.scripts import Studio
from calibration.phantom.truth import TruthRow
from calibration.phantom.variety import Variant
from poses.records import Frame

# Each process holds the empty room in memory, some 150 MB at 640 by 480.
_MOST_PROCESSES: Final = 8
# Frames that may wait to be taken, for each process.
_AHEAD: Final = 4


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be rendered; the arguments of ``scripts.Studio``."""

    script: Script
    seed: int
    fps: float
    size: tuple[int, int]
    variant: Variant

    def studio(self) -> Studio:
        """A studio that can make every frame of it."""
        return Studio(self.script, seed=self.seed, fps=self.fps, size=self.size, variant=self.variant)


class Crew:
    """Processes that draw one order. Use it as a context manager.

    Args:
        order: What is to be rendered.
        processes: How many; as many as there are cores, eight at most, when None. One draws in this process.
    """

    def __init__(self, order: Order, processes: int | None = None) -> None:
        self._order = order
        self._count = processes or min(os.cpu_count() or 1, _MOST_PROCESSES)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Crew":
        if self._count > 1:
            # Started afresh everywhere: a forked process would inherit the locks of other threads.
            context = multiprocessing.get_context("spawn")
            # They inherit it. Matrices of three by three are no work for several threads, and OpenBLAS can wait for its
            # own for ever where processes take all the cores.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
            self._pool = ProcessPoolExecutor(self._count, context, initializer=_take_place, initargs=(self._order,))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __len__(self) -> int:
        return len(self._order.script.times(self._order.fps))

    def frames(self) -> Iterator[tuple[Frame, TruthRow]]:
        """Every frame with its truth, in order of time."""
        if self._pool is None:
            studio = self._order.studio()
            for index in range(len(self)):
                yield studio.frame(index), studio.row(index)
            return
        waiting: deque[Future[tuple[Frame, TruthRow]]] = deque()
        for index in range(len(self)):
            waiting.append(self._pool.submit(_draw, index))
            if len(waiting) > _AHEAD * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def events(self) -> tuple[Event, ...]:
        """What truly happens, in order of time."""
        studio = self._order.studio()
        return events(studio.performance, studio.camera, studio.size)


# The studio of a process that draws.
_studios: list[Studio] = []


def _take_place(order: Order) -> None:
    # Ctrl-C reaches every process of the terminal; the one that records decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _studios[:] = [order.studio()]


def _draw(index: int) -> tuple[Frame, TruthRow]:
    studio = _studios[0]
    return studio.frame(index), studio.row(index)
