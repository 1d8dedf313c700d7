"""From a recording to its poses, in order: parts of it estimated side by side, with decoding and looking round beside.

Each worker is a chain of threads: one decodes, one follows the person, one takes the further looks. MediaPipe and
FFmpeg let go of the interpreter while they work. Which parts there are does not depend on the workers, and each part is
begun by a new estimator, so neither do the poses. A file that has no index, or does not hold what its index says, is
read by one decoder and estimated by one worker.
"""

import itertools
import os
import threading
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import Final, Protocol

from calibration.view import brightness
from poses.problem import Problem
from poses.records import Frame, Pose
from psoas_coach.parts import WARM_UP_S, WHOLE, Part, parts_of
from vision.beside import Beside
from vision.clip import Clip
from vision.clip_index import Astray, Index, index_of
from vision.estimator import Estimator, Looks, Tracked
from vision.memory import give_back, keep_little
from vision.sources import Source, Still, open_source

# Pictures that wait to be followed, and followed ones that wait to be looked at; each takes 6 MB at 1080p.
_DECODED: Final = 1
_TRACKED: Final = 2
# So many pictures on, all of a part's chain has been loaded; what that took besides is given back, and what was freed
# since, every so many pictures (docs/performance.md, "Memory").
_LOADED, _GIVEN_BACK = 15, 30


@dataclass(frozen=True, slots=True)
class Seen:
    """What the estimator made of one frame.

    Attributes:
        index: Of the frame.
        pose: What the model found.
        light: Mean brightness round the person, and of the picture (``calibration.view.brightness``).
    """

    index: int
    pose: Pose
    light: tuple[float, float]


class _Given(Queue[Seen | BaseException | None]):
    """What comes out of one part: what was seen, then None or the error that ended it."""


def cores() -> int:
    """How many processor cores this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Estimated(Protocol):
    """The poses of one recording, from wherever they come: what ``Estimation`` gives."""

    damage: str | None
    total: int | None

    def __enter__(self) -> "Estimated": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __iter__(self) -> Iterator[Seen]: ...

    @property
    def done(self) -> int:
        """How many frames were estimated so far, handed over or not."""
        ...

    def frame(self, position: int) -> Frame | None:
        """One frame of the recording again, or None where it cannot be had any more."""
        ...


class Estimation:
    """The poses of one recording. Use it as a context manager, and iterate over it once.

    Attributes:
        damage: After the iteration: what was found broken in the file, else None.
        total: How many frames there are, where that is known for sure.
    """

    def __init__(self, source: Source, model_path: Path, workers: int) -> None:
        """Find out where the recording is cut.

        Args:
            source: The recording, opened and not yet read.
            model_path: The pose model's file.
            workers: How many parts to estimate at a time.

        Raises:
            Problem: The pose model cannot be used.
        """
        self._source, self._model_path = source, model_path
        index = index_of(source.path) if isinstance(source, Clip) and not source.is_still else None
        self._index, self._parts = index, parts_of(index)
        self._workers = min(workers, len(self._parts))
        self.total = len(index.stamps) if index is not None else None
        self.damage: str | None = None
        # The first is made at once: a model that cannot be used has to be told before anything is written.
        keep_little()
        self._looks = Looks(model_path)
        self._made = [self._new_estimator()]
        self._given = [_Given() for _ in self._parts]
        self._done = [0] * len(self._parts)
        self._next = itertools.count()
        # So many parts may be begun and not yet handed over.
        self._room = threading.Semaphore(self._workers + 1)
        self._loading = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Estimation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_workers()
        for estimator in self._made:
            estimator.close()
        self._looks.close()

    @property
    def done(self) -> int:
        """How many frames were estimated so far, handed over or not."""
        return sum(self._done)

    def __iter__(self) -> Iterator[Seen]:
        if self._index is None or len(self._parts) == 1:
            yield from self._in_one_go(WHOLE)
            return
        self._threads = [
            threading.Thread(target=self._work, args=(self._index,), name=f"worker {number}", daemon=True)
            for number in range(self._workers)
        ]
        for thread in self._threads:
            thread.start()
        given = 0
        for queue in self._given:
            while isinstance(item := queue.get(), Seen):
                given += 1
                yield item
            if isinstance(item, Astray):
                # The file is not what it seems. What was given is right; the rest is read as it comes.
                self._end_workers()
                self._done = [given]
                times_s, self._index = self._index.times_s, None
                yield from self._in_one_go(Part(int(times_s.searchsorted(times_s[given] - WARM_UP_S)), given, None))
                return
            if item is not None:
                raise item
            self._room.release()

    def frame(self, position: int) -> Frame | None:
        """One frame of the recording again, or None where it cannot be had any more."""
        return frame_at(self._source.path, self._index, position)

    def _in_one_go(self, part: Part) -> Iterator[Seen]:
        """The rest of the recording from one frame on, by one decoder and one worker."""
        source = self._source
        frames = source.frames(part.warm)
        for seen in chain(self._estimator(), frames, part.first):
            self._done[0] += 1
            yield seen
        self.damage = source.damage

    def _work(self, index: Index) -> None:
        """One worker: takes the next part until there is none."""
        with ExitStack() as stack:
            clip: Clip | None = None
            while True:
                self._room.acquire()
                number = next(self._next)
                if self._stop.is_set() or number >= len(self._parts):
                    return
                part, given = self._parts[number], self._given[number]
                try:
                    clip = clip or stack.enter_context(Clip(self._source.path))
                    last = len(index.stamps) if part.last is None else part.last
                    for seen in self._seen(number, clip.part(index, part.warm, last), part.first):
                        if self._stop.is_set():
                            return
                        given.put(seen)
                        self._done[number] += 1
                        if self._done[number] % _GIVEN_BACK == _LOADED:
                            give_back()
                    give_back()
                    given.put(None)
                except BaseException as error:
                    given.put(error)
                    return

    def _seen(self, number: int, frames: Generator[Frame, None, None], first: int) -> Iterator[Seen]:
        """What is seen of a part. Loading the model takes a tenth more memory for a moment, so no two do it at once.

        The first parts of all have nothing beside them yet, and do not wait.
        """
        with nullcontext() if number < self._workers else self._loading:
            seen = chain(self._estimator(), frames, first)
            begun = next(seen, None)
            give_back()
        if begun is not None:
            yield begun
            yield from seen

    def _estimator(self) -> Estimator:
        """A new estimator, or the one that was made to see whether the model can be used."""
        try:
            # One worker alone gets it: popping is one step.
            return self._made.pop()
        except IndexError:
            return self._new_estimator()

    def _new_estimator(self) -> Estimator:
        return Estimator(self._model_path, still=self._source.is_still, looks=self._looks)

    def _end_workers(self) -> None:
        self._stop.set()
        for _ in self._threads:
            self._room.release()
        for thread in self._threads:
            thread.join()


def chain(estimator: Estimator, frames: Generator[Frame, None, None], first: int) -> Iterator[Seen]:
    """Decodes, follows and looks, each in a thread of its own; frames before ``first`` are only followed.

    Args:
        estimator: A new one; it is closed at the end.
        frames: From where warming up begins.
        first: Position of the first that counts.
    """
    with ExitStack() as stack:
        stack.enter_context(estimator)
        decoded = stack.enter_context(Beside(frames, ahead=_DECODED, name="decode"))
        tracked = stack.enter_context(Beside(_tracked(estimator, decoded, first), ahead=_TRACKED, name="track"))
        for one, light in tracked:
            yield Seen(one.frame.index, estimator.look(one), light)


def frame_at(path: Path, index: Index | None, position: int) -> Frame | None:
    """One frame of a recording, or None where it cannot be had any more.

    Args:
        path: The recording.
        index: Of it, or None where it has to be read from its start.
        position: Of the frame.
    """
    try:
        with open_source(path) as source:
            if index is None or isinstance(source, Still):
                return next(source.frames(position), None)
            begin = int(index.begins[index.begins.searchsorted(position, side="right") - 1])
            return deque(source.part(index, begin, position + 1), maxlen=1)[0]
    except (Problem, Astray):
        return None


def _tracked(
    estimator: Estimator, frames: Beside[Frame], first: int
) -> Generator[tuple[Tracked, tuple[float, float]], None, None]:
    """Whom the frames show, and how bright it is; without the picture where no further look is due."""
    for frame in frames:
        tracked = estimator.track(frame, counts=frame.index >= first)
        if frame.index >= first:
            light = brightness(frame.image, tracked.pose)
            yield (tracked if estimator.is_due(tracked) else tracked.without_picture()), light
