"""What does the camera show now? The newest picture and nothing older, whatever becomes of the camera.

A thread reads; frames that nobody took in time are dropped, never queued. A clip is played at its own times as if it
were a camera. A camera that is lost is opened again; a picture of another size is put into the size of the first, so
that one session has one size.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from poses.problem import Problem
from poses.records import Frame
from vision.address import AddressCamera, is_address, without_secrets
from vision.camera import Camera, camera_number, names_known, told_cameras
from vision.sources import Still, open_source

State = Literal["playing", "stalled", "lost", "ended"]
# Without a picture for so long the person is told (convention).
STALLED_S: Final = 2.0
# Between two tries to open a camera that was lost (convention).
RETRY_S: Final = 2.0
# A thread that hangs inside a driver is left to itself.
_PATIENCE_S: Final = 1.0


class Feed(Protocol):
    """What gives pictures while it is open."""

    def __enter__(self) -> "Feed":
        """Itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lets go of it."""

    def __iter__(self) -> Iterator[Frame]:
        """Its pictures, at the moment each is taken."""


class PlayedClip:
    """A clip whose pictures come when they would come from a camera."""

    def __init__(self, path: Path) -> None:
        """Open the clip.

        Raises:
            Problem: It cannot be used, or is a single picture.
        """
        self._clip = open_source(path)
        if isinstance(self._clip, Still) or self._clip.is_still:
            self._clip.close()
            raise Problem(f"{path} is one picture", "a session needs a moving picture", "Give a camera or a video")

    def __enter__(self) -> "PlayedClip":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clip.close()

    def __iter__(self) -> Iterator[Frame]:
        """Pictures at their own times; one that is late is given at once.

        Raises:
            Problem: The file broke off.
        """
        began = time.monotonic()
        for frame in self._clip:
            time.sleep(max(0.0, began + frame.time_s - time.monotonic()))
            yield frame
        if self._clip.damage:
            raise Problem(f"{self._clip.path} broke off ({self._clip.damage})", "no more can be seen", "Copy it again")


class Choice:
    """What the user named as camera.

    Attributes:
        name: How it is shown and kept, without secrets.
        endless: Whether it is a camera, which may come back; a clip ends.
    """

    def __init__(self, text: str) -> None:
        """Find out what is meant.

        Raises:
            Problem: There is no such file or camera.
        """
        path = Path(text)
        self.endless = True
        self.name = text
        self.open: Callable[[], Feed]
        if is_address(text):
            self.name = without_secrets(text)
            self.open = lambda: AddressCamera(text)
        elif path.exists():
            self.endless, self.name = False, path.name
            self.open = lambda: PlayedClip(path)
        elif text.isascii() and text.isdigit():
            self.open = lambda: Camera(int(text))
        elif (number := camera_number(text)) is not None:
            self.open = lambda: Camera(number)
        else:
            raise Problem(
                f"There is no file and no single camera called {text}",
                f"a camera is named by its number,{' its name,' if names_known() else ''} a file or an address "
                "(rtsp://, http://)",
                told_cameras(),
            )

    def try_out(self) -> None:
        """Takes one picture and lets go again, so that what is missing or busy is told before anything else is asked.

        Raises:
            Problem: It cannot be opened, or gives no picture.
        """
        with self.open() as feed:
            for _ in feed:
                return
        raise Problem(f"{self.name} gives no picture", "there is nothing to watch", "Try another camera or clip")


class LiveSource:
    """The newest picture of a camera, kept by a thread; use it as a context manager.

    Times are the clip's own, or seconds since the source was started; they rise strictly.

    Attributes:
        problem: Why there are no pictures now, or why a clip broke off; None when all is well.
        resized: Whether the pictures have another size than at first.
    """

    def __init__(self, choice: Choice, *, stalled_s: float = STALLED_S, retry_s: float = RETRY_S) -> None:
        """Open the camera, but do not read yet.

        Raises:
            Problem: It cannot be opened.
        """
        self.problem: Problem | None = None
        self.resized = False
        self._choice, self._stalled_s, self._retry_s = choice, stalled_s, retry_s
        self._feed: Feed = choice.open()
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._wh: tuple[int, int] | None = None
        self._given = 0
        self._ended = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._began_s = self._taken_s = time.monotonic()

    def __enter__(self) -> "LiveSource":
        self._began_s = self._taken_s = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading; safe to call twice."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_PATIENCE_S)
        else:
            self._feed.__exit__(None, None, None)

    def newest(self, after: int, timeout_s: float) -> Frame | None:
        """The newest picture, once there is one with a higher index than ``after``; None when none came in time."""
        with self._changed:

            def is_newer() -> bool:
                return self._newest is not None and self._newest.index > after

            self._changed.wait_for(lambda: is_newer() or self._ended, timeout_s)
            return self._newest if is_newer() else None

    @property
    def state(self) -> State:
        """How it is with the camera."""
        if self._ended:
            return "ended"
        if self.problem is not None:
            return "lost"
        return "stalled" if time.monotonic() - self._taken_s > self._stalled_s else "playing"

    @property
    def now_s(self) -> float:
        """What the clock of the frames says now; it goes on while no picture comes."""
        with self._changed:
            if self._choice.endless or self._newest is None:
                return time.monotonic() - self._began_s
            return self._newest.time_s + time.monotonic() - self._taken_s

    def _run(self) -> None:
        try:
            self._read()
        finally:
            # Also after an error in the program: a session that waits for ever would keep nobody safe.
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _read(self) -> None:
        feed: Feed | None = self._feed
        while feed is not None and not self._stop.is_set():
            try:
                with feed:
                    for frame in feed:
                        if self._stop.is_set():
                            return
                        self._take(frame)
            except Problem as problem:
                self.problem = problem
            feed = self._open_again() if self._choice.endless else None

    def _open_again(self) -> Feed | None:
        while not self._stop.wait(self._retry_s):
            try:
                return self._choice.open()
            except Problem as problem:
                self.problem = problem
        return None

    def _take(self, frame: Frame) -> None:
        now_s = time.monotonic()
        height, width = frame.image.shape[:2]
        if self._wh is None:
            self._wh = width, height
        self.resized = (width, height) != self._wh
        image = fitted(frame.image, self._wh) if self.resized else frame.image
        time_s = frame.time_s
        if self._choice.endless:
            last_s = -1.0 if self._newest is None else self._newest.time_s
            time_s = max(now_s - self._began_s, last_s + 1e-6)
        with self._changed:
            self._newest = Frame(self._given, time_s, image)
            self._given, self._taken_s, self.problem = self._given + 1, now_s, None
            self._changed.notify_all()


def fitted(image: NDArray[np.uint8], image_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture in the middle of one of another size, whole and in its own shape, with black beside it."""
    width, height = image_wh
    share = min(width / image.shape[1], height / image.shape[0])
    inner_wh = max(1, round(image.shape[1] * share)), max(1, round(image.shape[0] * share))
    inner = cv2.resize(image, inner_wh, interpolation=cv2.INTER_AREA)
    page = np.zeros((height, width, 3), np.uint8)
    left, top = (width - inner_wh[0]) // 2, (height - inner_wh[1]) // 2
    page[top : top + inner_wh[1], left : left + inner_wh[0]] = inner
    return page
