"""The window of the live session.

Which question this module answers: how a ``Stage`` gets onto the screen and a pressed key back. OpenCV's windows belong
to the main thread; so does this one.

OpenCV 5's wheels bring Qt on Linux (X11 only: under Wayland through XWayland), and the system's own windows elsewhere.
Where Qt finds no screen it ends the whole process, which cannot be caught. So a screen is looked for first, and on
Linux a window is tried in a process of its own, which takes a quarter of a second.
"""

import ctypes
import os
import re
import subprocess
import sys
from contextlib import suppress
from types import TracebackType
from typing import Final

import cv2
import numpy as np

from poses.problem import Problem
from vision.palette import INK
from vision.quiet import quiet_stderr
from vision.stage import Stage
from vision.stage_drawing import draw

_SIZE: Final = (1280, 720)
# Drawn at most with this many pixels; a larger window enlarges the picture.
_MOST: Final = 1920 * 1200
_ESCAPE: Final = 27
# Qt from a wheel tells of fonts it does not need: all letters are drawn by OpenCV.
_CHATTER: Final = re.compile(rb"(QFontDatabase: |Note that Qt no longer ships fonts)")
# It leaves before its window is seen.
_TRIAL: Final = "import os, cv2; cv2.namedWindow('trial'); os._exit(0)"
_TRIAL_S: Final = 20.0
_WITHOUT: Final = "Start psoas-coach where there is a screen, or add --headless for cues without a picture"


class Window:
    """A window that shows stages, mirrored and at its own size; a context manager.

    Args:
        title: Of the window.
        full_screen: Whether it begins so.

    Raises:
        Problem: On entering, when there is no screen or OpenCV cannot make windows.
    """

    def __init__(self, title: str, full_screen: bool = False) -> None:
        self._title = title
        self._full_screen = full_screen
        self._open = False

    def __enter__(self) -> "Window":
        look_for_a_screen()
        _let_qt_own_its_events()
        try:
            with quiet_stderr(_CHATTER):
                # Free of a ratio: what is drawn has the window's own, and the picture in it keeps the camera's.
                cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
                cv2.resizeWindow(self._title, *_SIZE)
                # A window is on the screen only once it was shown something.
                ground = np.full((_SIZE[1], _SIZE[0], 3), INK[::-1], np.uint8)
                cv2.imshow(self._title, ground)
                cv2.waitKey(1)
        except cv2.error as error:
            raise Problem(
                "OpenCV could not open a window",
                f"the session is shown in one ({_first_line(error)})",
                "Install opencv-python instead of opencv-python-headless, or add --headless for cues without a picture",
            ) from error
        self._open = True
        if self._full_screen:
            self._set_full_screen(True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self._open = False
            cv2.destroyWindow(self._title)
            # The window goes once its events were looked at.
            cv2.waitKey(1)

    def show(self, stage: Stage) -> str:
        """Draws a stage at the window's present size and shows it.

        Returns:
            The key that was pressed since the last time: a small letter or another character, "" for none or one that
            writes nothing. "q" too when the window was closed, or on Escape outside of full screen, which it leaves.
        """
        if not self._is_there():
            return "q"
        picture = draw(stage, self.size_wh)
        cv2.imshow(self._title, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        code = cv2.waitKeyEx(1)
        if not self._is_there():
            return "q"
        if code == _ESCAPE:
            if not self._full_screen:
                return "q"
            self._set_full_screen(False)
            return ""
        return chr(code).lower() if 32 <= code < 127 else ""

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height that are drawn: those of the window, or less of the same ratio where it is very large."""
        _, _, w, h = cv2.getWindowImageRect(self._title)
        if w <= 0 or h <= 0:
            return _SIZE
        shrink = min(1.0, (_MOST / (w * h)) ** 0.5)
        return max(1, round(w * shrink)), max(1, round(h * shrink))

    def toggle_full_screen(self) -> None:
        """Makes the window fill the screen, or no longer."""
        if self._is_there():
            self._set_full_screen(not self._full_screen)

    def _set_full_screen(self, wanted: bool) -> None:
        cv2.setWindowProperty(
            self._title, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN if wanted else cv2.WINDOW_NORMAL
        )
        self._full_screen = wanted

    def _is_there(self) -> bool:
        """Whether the window was not closed; to show something in a closed one would open it again."""
        if self._open:
            try:
                self._open = cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) > 0
            except cv2.error:
                self._open = False
        return self._open


def look_for_a_screen() -> None:
    """Makes sure that a window can be opened, as far as that can be told without opening one here.

    Raises:
        Problem: When it cannot.
    """
    if not sys.platform.startswith("linux"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Problem("There is no screen", "neither DISPLAY nor WAYLAND_DISPLAY is set", _WITHOUT)
    try:
        trial = subprocess.run(
            [sys.executable, "-c", _TRIAL], capture_output=True, text=True, timeout=_TRIAL_S, check=False
        )
    except subprocess.TimeoutExpired:
        told: str | None = f"it did not answer within {_TRIAL_S:.0f} s"
    else:
        told = None if trial.returncode == 0 else _reason(trial.stderr)
    # OpenCV without windows says so itself, and better, when one is opened.
    if told is not None and "is not implemented" not in told:
        display = os.environ.get("DISPLAY") or os.environ["WAYLAND_DISPLAY"]
        raise Problem(f"No window could be opened on the screen {display}", told, _WITHOUT)


def _let_qt_own_its_events() -> None:
    """Makes Qt use the system's own libX11-xcb, which must be done before the first window.

    The wheel's copy is older than libX11 1.8, which moved the field in which ``XSetEventQueueOwner`` notes that Qt and
    not Xlib takes the events. So Xlib went on taking some: keys were lost on a busy computer, and a window of which the
    first event was lost stayed black. Qt's plug-in looks symbols up in what was loaded for everybody first.
    """
    if sys.platform.startswith("linux"):
        # Where the system has none, there is the wheel's.
        with suppress(OSError):
            ctypes.CDLL("libX11-xcb.so.1", mode=ctypes.RTLD_GLOBAL)


def _reason(stderr: str) -> str:
    """The line that tells most."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "could not" in line.lower()]
    return (telling or lines or ["OpenCV gave up without a word"])[0].rstrip(".")


def _first_line(error: cv2.error) -> str:
    return str(error).strip().splitlines()[0]
