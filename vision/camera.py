"""Which pictures does a camera that is connected to this computer give, and when?

Opened only by what the user asks for, by the camera's number or name.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

import cv2
import numpy as np

from poses.problem import Problem
from poses.records import Frame
from vision.quiet import quiet_stderr

# What OpenCV writes to the terminal where there is no camera; the user gets one message instead.
_CHATTER: Final = re.compile(rb"\[ *(WARN|ERROR|INFO)|OpenCV\(|> |VIDEOIO|GStreamer|\s*$")
_REMEDY: Final = "Connect it, allow this program to use it, and close other programs that do; see: psoas-coach doctor"
# Where Linux lists what can give pictures.
_LISTED: Final = Path("/sys/class/video4linux")


class Camera:
    """The pictures of a camera as they come, stamped with the time since the first; endless until it is closed.

    Attributes:
        number: Which camera; 0 is the first.
    """

    def __init__(self, number: int) -> None:
        """Open the camera.

        Raises:
            Problem: There is no such camera, or it cannot be used.
        """
        self.number = number
        with quiet_stderr(_CHATTER):
            self._capture = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            self._capture.release()
            raise Problem(f"Camera {number} does not open", _why_not(number), f"{_REMEDY}. {told_cameras()}")

    def __enter__(self) -> "Camera":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the camera; safe to call twice."""
        self._capture.release()

    def __iter__(self) -> Iterator[Frame]:
        """Pictures, never mirrored.

        Raises:
            Problem: The camera stopped giving any.
        """
        began, index = time.monotonic(), 0
        while True:
            done, image = self._capture.read()
            if not done:
                raise Problem(f"Camera {self.number} gives no more pictures", "it was unplugged or taken", _REMEDY)
            rgb = np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)
            yield Frame(index, time.monotonic() - began, rgb)
            index += 1


def cameras_there(listed: Path = _LISTED) -> tuple[tuple[int, str], ...]:
    """Number and name of each camera of this computer, as far as the system lists them without opening any.

    Only Linux does; elsewhere nothing is known beforehand.
    """
    found = []
    for entry in listed.glob("video*"):
        number = entry.name.removeprefix("video")
        if not number.isdigit() or _text(entry / "index") not in ("", "0"):
            # A camera has further entries, from which no pictures come.
            continue
        found.append((int(number), _text(entry / "name") or entry.name))
    return tuple(sorted(found))


def camera_number(name: str, listed: Path = _LISTED) -> int | None:
    """The number of the one camera whose name has these words in it, None where none or several have."""
    found = [number for number, called in cameras_there(listed) if name.casefold() in called.casefold()]
    return found[0] if len(found) == 1 else None


def names_known() -> bool:
    """Whether a camera can be named here; OpenCV itself numbers them only."""
    return sys.platform == "linux"


def told_cameras(listed: Path = _LISTED) -> str:
    """Which cameras there are, as a sentence without its full stop."""
    if not names_known():
        return "Here cameras have numbers only: 0 is the first, others are 1, 2 and on"
    found = cameras_there(listed)
    if not found:
        return "The system lists no camera"
    return f"There are: {', '.join(f'{number} ({name})' for number, name in found)}"


def _why_not(number: int) -> str:
    device = Path(f"/dev/video{number}")
    if sys.platform != "linux":
        return "it is not there, or the system refuses it"
    if not device.exists():
        return "it is not there"
    if not os.access(device, os.R_OK | os.W_OK):
        return "you may not use it (join the group video and log in anew)"
    return "another program uses it, or it gives no pictures"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
