"""The one frame of a clip that is worth looking at, drawn and kept as ``picture.png``."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from poses.exercise import Exercise
from poses.records import Frame, Step, Verdict
from psoas_coach.files import replacing
from vision.image_file import png_bytes
from vision.palette import Image

_URGENCY = {Verdict.UNKNOWN: 0, Verdict.OK: 1, Verdict.CAUTION: 2, Verdict.STOP: 3}


class BestPicture:
    """Remembers which frame so far is the most telling: the one farthest beyond a limit, or else nearest to one.

    Args:
        draw: Draws a step over its image.
        exercises: By id.
    """

    def __init__(self, draw: Callable[[Frame, Step], Image], exercises: dict[str, Exercise]) -> None:
        self._draw = draw
        self._exercises = exercises
        self._best: tuple[tuple[int, float], Step] | None = None

    def write(self, step: Step) -> None:
        """Looks at one more step."""
        worth = (_URGENCY[step.verdict], self._nearness(step))
        if self._best is None or worth > self._best[0]:
            self._best = (worth, step)

    def save(self, path: Path, frame_at: Callable[[int], Frame | None]) -> bool:
        """Draws and writes the picture, if there was any frame.

        Args:
            path: Where it goes.
            frame_at: Gives a frame of the recording by its position again: those of all steps are not kept.
        """
        if self._best is None:
            return False
        step = self._best[1]
        if (frame := frame_at(step.index)) is None:
            return False
        with replacing(path) as temporary:
            temporary.write_bytes(png_bytes(self._draw(frame, step)))
        return True

    def _nearness(self, step: Step) -> float:
        """How telling a frame is among those of the same verdict.

        For the first rule of the exercise: how far its value is beyond the caution limit, or how near to it from
        inside. A value beyond it that is still called OK is on its way to a caution, and shows neither. Where nothing
        is judged: how well the person is seen.
        """
        exercise = self._exercises.get(step.assessment.exercise or "")
        if exercise is not None:
            exercise = exercise.of_side(step.assessment.stretched)
        if exercise is None:
            return float(np.nan_to_num(step.pose.visibility).mean())
        value, band = step.assessment.readings[0].value, exercise.rules[0].caution
        beyond = max(value - band.max, band.min - value)
        if step.assessment.verdict is Verdict.OK and beyond > 0.0:
            return -math.inf
        return -math.inf if math.isnan(beyond) else beyond
