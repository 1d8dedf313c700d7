"""``annotated.mp4``: the clip with what was found drawn over it, made beside the analysis.

Steps come in order, but the pictures they belong to are long gone, since parts of a clip are estimated far ahead of
them. So the clip is read once more, from its start, in a thread that draws and encodes at its own pace. Few steps wait
for it; when it is the slower one, the analysis waits.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Final

from poses.problem import Problem
from poses.records import Frame, Step
from vision.beside import Beside
from vision.palette import Image
from vision.recorder import VideoRecorder
from vision.sources import open_source
from vision.timeline import Timeline

# Some seconds: what a worker that was ahead hands over at once.
_WAITING: Final = 512
_AHEAD: Final = 2


class AnnotatedVideo:
    """Draws and encodes in a thread of its own.

    Args:
        clip: The recording.
        path: The video to write.
        draw: Draws a step over its picture.

    Attributes:
        problem: Why there is no video, or None.
    """

    def __init__(self, clip: Path, path: Path, draw: Callable[[Frame, Step], Image]) -> None:
        self.problem: Problem | None = None
        self._error: BaseException | None = None
        self._clip, self._path, self._draw = clip, path, draw
        self._steps: Queue[Step | None] = Queue(_WAITING)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="annotate", daemon=True)
        self._thread.start()

    def write(self, step: Step) -> None:
        """Takes the next step; waits where too many are waiting already."""
        if not self._over.is_set():
            self._steps.put(step)

    def close(self, *, at_once: bool = False) -> None:
        """Finishes the video; safe to call twice.

        Args:
            at_once: Leave out what was not drawn yet.
        """
        if at_once:
            self._empty()
        if self._thread.is_alive():
            self._steps.put(None)
            self._thread.join()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _run(self) -> None:
        try:
            self._record()
        except Problem as problem:
            # The recorder has removed what it began; all else goes on.
            self.problem = problem
        except BaseException as error:
            self._error = error
        finally:
            self._over.set()
            self._empty()

    def _record(self) -> None:
        with open_source(self._clip) as source:
            timeline = Timeline(source.duration_s)
            with (
                VideoRecorder(
                    self._path,
                    width=source.width,
                    height=source.height,
                    rate_hint=source.average_rate,
                    audio_from=self._clip if source.has_audio else None,
                ) as recorder,
                Beside(source.frames(), ahead=_AHEAD, name="decode again") as frames,
            ):
                for frame in frames:
                    step = self._steps.get()
                    if step is None:
                        return
                    drawn = self._draw(frame, step)
                    timeline.add(step)
                    timeline.draw(drawn)
                    recorder.write(drawn, frame.time_s)

    def _empty(self) -> None:
        """Lets whoever waits for room go on."""
        while True:
            try:
                self._steps.get_nowait()
            except Empty:
                return
