"""A clip as camera that waits for whoever looks at it, so that a busy computer misses no picture."""

import threading
from collections.abc import Iterator
from pathlib import Path

from poses.records import Frame, Pose
from vision.estimator import Estimator
from vision.live_source import PlayedClip
from vision.sources import open_source

# Where nobody looks the clip goes on, one picture in this time.
UNSEEN_S = 1.0


class Unhurried(PlayedClip):
    """A clip whose next picture comes once the last was looked at.

    Args:
        path: The clip.
        taken: Released by whoever has looked at a picture.
        every: How many pictures farther the next one is: 5 for what a computer sees that is too slow for the others.
    """

    def __init__(self, path: Path, taken: threading.Semaphore, every: int = 1) -> None:
        super().__init__(path)
        self.path, self.taken, self.every = path, taken, every

    def __iter__(self) -> Iterator[Frame]:
        with open_source(self.path) as source:
            for number, frame in enumerate(source):
                if number % self.every == 0:
                    yield frame
                    self.taken.acquire(timeout=UNSEEN_S)


class Telling(Estimator):
    """The pose model, which tells that it has looked."""

    def __init__(self, taken: threading.Semaphore, model: Path) -> None:
        super().__init__(model, arms=True)
        self.taken = taken

    def estimate(self, frame: Frame) -> Pose:
        try:
            return super().estimate(frame)
        finally:
            self.taken.release()
