"""Who does the work: processes of this computer, or the workers of a Dask cluster; both are an executor.

What is asked of either is the same: take so many tasks at a time, and be there again after a worker was lost.
"""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from poses.problem import Problem
from psoas_coach.batch import worker
from psoas_coach.estimation import cores

if TYPE_CHECKING:
    from distributed import Client

LOCAL: Final = "local"
# How long a cluster may have no worker at all before the user is told.
_NOBODY_S: Final = 30.0
_ASKED_EVERY_S: Final = 5.0
# How long processes may take to end by themselves.
_PATIENCE_S: Final = 1.5


class Pool(Protocol):
    """Workers."""

    @property
    def count(self) -> int:
        """How many work at a time, as far as is known."""
        ...

    def submit(self, work: Callable[..., Any], *words: object) -> "Future[Any]":
        """Gives a task to whoever is free next.

        Raises:
            BrokenExecutor: A worker was lost, and all that was given is lost with it: ``renew`` first.
        """
        ...

    def is_loss(self, error: BaseException) -> bool:
        """Whether an error says that whoever had the task is gone."""
        ...

    def renew(self) -> None:
        """Be there again after a loss."""
        ...


class Processes:
    """Processes of this computer, which keep the model's libraries loaded from clip to clip."""

    def __init__(self, run: Path, count: int) -> None:
        self._run, self.count = run, count
        self._executor = self._begun()

    def _begun(self) -> Executor:
        # A forked process would hold half of what threads of this one hold.
        context = multiprocessing.get_context("spawn")
        # They inherit it: each worker has a core, and OpenBLAS can wait for threads of its own for ever.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        return ProcessPoolExecutor(self.count, context, initializer=worker.begin, initargs=(self._run,))

    def submit(self, work: Callable[..., Any], *words: object) -> "Future[Any]":
        """See ``Pool``; processes are begun here, when they are first needed."""
        with _unheard():
            return self._executor.submit(work, *words)

    def is_loss(self, error: BaseException) -> bool:
        """See ``Pool``."""
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        """See ``Pool``."""
        self._executor.shutdown(cancel_futures=True)
        self._executor = self._begun()

    def close(self) -> None:
        """Ends all processes: they see that the run is over, but for those that are still loading their libraries."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        end_s = time.monotonic() + _PATIENCE_S
        for process in multiprocessing.active_children():
            process.join(max(0.0, end_s - time.monotonic()))
            process.kill()
        self._executor.shutdown()


class Cluster:
    """The workers of a Dask cluster. Dask begins anew what a lost worker had, three times."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._executor: Executor = client.get_executor()
        self._count, self._asked_s = 1, 0.0

    @property
    def count(self) -> int:
        """See ``Pool``; workers come and go."""
        now_s = time.monotonic()
        if now_s - self._asked_s > _ASKED_EVERY_S:
            self._asked_s = now_s
            # Where it cannot be asked, the tasks under way will say that it is gone.
            with suppress(OSError, TimeoutError, asyncio.TimeoutError):
                self._count = max(1, sum(self._client.nthreads().values()))
        return self._count

    def submit(self, work: Callable[..., Any], *words: object) -> "Future[Any]":
        """See ``Pool``."""
        return self._executor.submit(work, *words)

    def is_loss(self, error: BaseException) -> bool:
        """See ``Pool``."""
        from distributed import KilledWorker

        return isinstance(error, KilledWorker)

    def renew(self) -> None:
        """See ``Pool``: whoever is left goes on."""


@contextmanager
def _unheard() -> Iterator[None]:
    """Whatever process is begun meanwhile never hears Ctrl-C, not even while it loads; this one does a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(run: Path, workers: int | None) -> Iterator[Pool]:
    """Processes of this computer, one for each core unless told otherwise."""
    pool = Processes(run, workers or cores())
    try:
        yield pool
    finally:
        (run / worker.GOING).unlink(missing_ok=True)
        pool.close()


@contextmanager
def cluster(address: str, run: Path, workers: int | None) -> Iterator[Pool]:
    """The workers of a cluster.

    Args:
        address: Of its scheduler, or "local" to begin one on this computer.
        run: Folder of the run.
        workers: How many to begin with "local".

    Raises:
        Problem: The library is missing, or the cluster cannot be reached or has no workers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise Problem(
            "The library distributed is not installed",
            "a cluster is spoken to through it, and it comes with an extra of its own",
            "Install psoas-coach[cluster], or leave out --cluster",
        ) from error
    begun = None
    try:
        if address == LOCAL:
            begun = LocalCluster(n_workers=workers or cores(), threads_per_worker=1, dashboard_address=None)
        client = Client(begun or address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _unreachable(address, str(error)) from error
    try:
        try:
            client.wait_for_workers(1, timeout=_NOBODY_S)
        except (TimeoutError, asyncio.TimeoutError) as error:  # two kinds until Python 3.11
            raise _unreachable(address, "it has no workers") from error
        yield Cluster(client)
    finally:
        (run / worker.GOING).unlink(missing_ok=True)
        client.close(timeout=2)
        if begun is not None:
            begun.close(timeout=5)


def _unreachable(address: str, reason: str) -> Problem:
    return Problem(
        f"The cluster {address} cannot be used ({reason})",
        "nobody would do the work",
        "Begin it with: dask scheduler, and on each computer: dask worker ADDRESS --nworkers auto --nthreads 1",
    )
