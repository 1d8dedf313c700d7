"""A phantom's script as a perfect observer sees it: landmarks where they are, judged by a session.

Everything but the estimate is the real thing: the script, the skeleton, the exercise files, the whole engine.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import stick_figure as sf
from calibration.phantom.script import Script
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.truth import landmarks_m, landmarks_px
from poses import skeleton
from poses.exercise_file import built_in
from poses.records import Finding, Pose, Step, Verdict
from poses.tally import Hold, Repetition
from psoas_coach.session import Session

SIZE = (1280, 960)
RATE_HZ = 12.0


@dataclass(frozen=True)
class Performed:
    """A script, judged.

    Attributes:
        steps: Every frame.
        findings: What was found.
        repetitions: With the exercise that each is of.
        holds: The same.
    """

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    repetitions: tuple[tuple[str | None, Repetition], ...]
    holds: tuple[tuple[str | None, Hold], ...]

    def said(self, *verdicts: Verdict) -> set[tuple[str, str]]:
        """Exercise and rule of all that was found, of some verdicts or all."""
        return {(one.exercise, one.rule) for one in self.findings if not verdicts or one.verdict in verdicts}

    def exercises(self) -> set[str]:
        """What it was taken for."""
        return {step.assessment.exercise for step in self.steps if step.assessment.exercise is not None}

    def cues(self) -> set[str]:
        """What was said of what was wrong."""
        return {step.cue.id for step in self.steps if step.cue is not None and step.cue.verdict is not Verdict.OK}


@lru_cache(maxsize=32)
def seen(script: str, rate_hz: float = RATE_HZ) -> tuple[Pose, ...]:
    """Every frame's pose, without an error."""
    return seen_of(SCRIPTS[script], rate_hz)


def seen_of(script: Script, rate_hz: float = RATE_HZ) -> tuple[Pose, ...]:
    """The same of a script of one's own."""
    studio = Studio(script, size=SIZE)
    poses = []
    for time_s in studio.performance.times(rate_hz).tolist():
        figure = studio.performance.placed(time_s)
        points = landmarks_m(figure)
        world = points - points[list(skeleton.HIPS)].mean(axis=0)
        # Of the phantom y points up and z to its right, which is towards the camera; of the model the other way.
        world = (world * np.array([1.0, -1.0, -1.0])).astype(np.float32)
        image = landmarks_px(figure, studio.camera, SIZE).astype(np.float32)
        poses.append(Pose(time_s, image, world, np.ones(skeleton.COUNT, np.float32), SIZE))
    return tuple(poses)


@lru_cache(maxsize=64)
def performed(script: str, *ids: str, level: int = 1) -> Performed:
    """A script judged, by all exercises or by those that are named."""
    exercises = [one.at_level(level) for one in built_in() if not ids or one.id in ids]
    session = Session(exercises, corrects=sf.uncorrected())
    steps = tuple(session.step(number, pose) for number, pose in enumerate(seen(script)))
    end = session.finish()
    return Performed(
        steps,
        (*(one for step in steps for one in step.findings), *end.findings),
        (
            *((s.moment.exercise, one) for s in steps for one in s.moment.repetitions),
            *((end.exercise, one) for one in end.repetitions),
        ),
        (
            *((s.moment.exercise, one) for s in steps for one in s.moment.holds),
            *((end.exercise, one) for one in end.holds),
        ),
    )
