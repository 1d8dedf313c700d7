"""Estimates the newest picture of a camera, in a thread; pictures that came meanwhile are dropped."""

import threading
from collections import deque
from types import TracebackType
from typing import Final, Protocol

from poses.records import Frame, Pose
from vision.live_source import LiveSource

_LOOK_AGAIN_S: Final = 0.1
_PATIENCE_S: Final = 2.0


class Estimates(Protocol):
    """Finds somebody in a picture, see ``vision.estimator``."""

    def estimate(self, frame: Frame) -> Pose:
        """The landmarks of one more frame."""


class Watcher:
    """Hands out what was estimated, in order; nothing of that is dropped. Use it as a context manager.

    Attributes:
        watching: Whether pictures are to be looked at; others are left alone while it is False.
    """

    def __init__(self, source: LiveSource, estimator: Estimates) -> None:
        self.watching = True
        self._source, self._estimator = source, estimator
        self._found: deque[tuple[Frame, Pose]] = deque()
        self._changed = threading.Condition()
        self._error: BaseException | None = None
        self._idle = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="estimator", daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(_PATIENCE_S)

    def results(self, timeout_s: float) -> list[tuple[Frame, Pose]]:
        """What was estimated since the last call; waits a little for at least one.

        Raises:
            Exception: What the estimator raised.
        """
        with self._changed:
            self._changed.wait_for(lambda: bool(self._found) or self._error is not None, timeout_s)
            found = list(self._found)
            self._found.clear()
        if self._error is not None:
            raise self._error
        return found

    @property
    def at_the_end(self) -> bool:
        """Whether the source has ended and everything was handed out."""
        with self._changed:
            return self._idle and not self._found and self._source.state == "ended"

    def _run(self) -> None:
        last = -1
        try:
            while not self._stop.is_set():
                frame = self._source.newest(last, _LOOK_AGAIN_S) if self.watching else None
                if frame is None:
                    # After it ended the source answers at once.
                    self._idle = self._source.state == "ended"
                    self._stop.wait(_LOOK_AGAIN_S if self._idle or not self.watching else 0.0)
                    continue
                last = frame.index
                pose = self._estimator.estimate(frame)
                with self._changed:
                    self._found.append((frame, pose))
                    self._changed.notify_all()
        except BaseException as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()
