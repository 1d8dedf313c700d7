"""Which pictures does a camera that is connected to this computer give, and when?

Opened only by what the user asks for by the camera's number.
"""

import re
import time
from collections.abc import Iterator
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
            raise Problem(f"Camera {number} does not open", "it is not there, or the system refuses it", _REMEDY)

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
