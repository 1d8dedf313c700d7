"""One frame's pose in, one ``Step`` out: the only place that knows the order of the stages.

``live``, ``analyse``, ``batch`` and ``replay`` are this session with another source of poses and other sinks, so the
same poses give the same verdicts in all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from poses import (
    assessment,
    correction,
    cues,
    findings,
    measures,
    orientation,
    recognition,
    side_swaps,
    smoothing,
    view,
)
from poses.exercise import Exercise
from poses.records import Assessment, Finding, Measures, Pose, Step

# After a longer time without anybody, whoever comes next starts from nothing.
FORGET_S: Final = smoothing.FORGET_S


@dataclass(frozen=True, slots=True)
class _Memory:
    """Everything a session remembers from one frame to the next; a value, replaced at each step."""

    legs: side_swaps.LegMemory | None = None
    facing: orientation.FacingMemory = orientation.FacingMemory()
    values: smoothing.FilterMemory | None = None
    recent_views: view.ViewMemory = view.ViewMemory()
    recognised: recognition.RecognitionMemory = recognition.RecognitionMemory()
    verdicts: assessment.AssessmentMemory = assessment.AssessmentMemory()
    pending: tuple[Finding, ...] = ()
    said: cues.CueMemory = cues.CueMemory()
    seen_s: float | None = None
    judgeable_s: float | None = None


class Session:
    """Follows one person through one recording or one sitting.

    Args:
        exercises: Those to recognise; a single one when the user named it.
        still: The source is a photograph: every delay counts as waited for.
        corrects: What turns landmarks into measures; the one that comes with the program when None.
    """

    def __init__(
        self,
        exercises: Sequence[Exercise],
        *,
        still: bool = False,
        corrects: correction.Correction | None = None,
    ) -> None:
        self._exercises = {exercise.id: exercise for exercise in exercises}
        self._still = still
        self._correction = corrects or correction.built_in()
        self._memory = _Memory()

    def step(self, index: int, pose: Pose) -> Step:
        """Judges one more frame.

        Args:
            index: Index of the frame, for naming it.
            pose: Its landmarks; media times must not go back.
        """
        past = self._memory
        if pose.found and past.seen_s is not None and pose.time_s - past.seen_s > FORGET_S:
            past = _Memory(recent_views=past.recent_views, pending=past.pending, said=past.said)
        facing = past.facing
        if pose.found:
            evidence = float(orientation.facing_evidence(pose.image_px))
            facing = orientation.lock_facing(evidence, pose.time_s, facing, still=self._still)
        pose, legs, raw = self._measure(pose, facing.sign, past.legs)
        smooth_values, filtered = smoothing.one_euro(raw.values, pose.time_s, past.values)
        smooth = replace(raw, values=smooth_values)
        problem, seen = view.over_time(view.problem_of(pose, facing.sign, raw.near), pose.time_s, past.recent_views)
        recognised = past.recognised
        if not problem:
            if past.judgeable_s is not None and pose.time_s - past.judgeable_s > FORGET_S:
                # What was recognised before a long bad view says nothing about now.
                recognised = recognition.RecognitionMemory()
            recognised = recognition.recognise(
                smooth, pose.time_s, list(self._exercises.values()), recognised, still=self._still
            )
        judged, ended, now = self._judge(smooth, recognised, problem, pose.time_s, past)
        exercise = self._exercises[judged.exercise] if judged.exercise else None
        cue, spoken, cue_memory = cues.choose(
            exercise, judged.readings, problem, pose.time_s, past.said, still=self._still
        )
        self._memory = _Memory(
            legs=legs,
            facing=facing,
            values=filtered,
            recent_views=seen,
            recognised=recognised,
            verdicts=now[0],
            pending=now[1],
            said=cue_memory,
            seen_s=pose.time_s if pose.found else past.seen_s,
            judgeable_s=past.judgeable_s if problem else pose.time_s,
        )
        return Step(index, pose, raw, smooth, judged, cue, spoken, ended)

    def finish(self) -> tuple[Finding, ...]:
        """The findings that were still under way when the source ended."""
        pending, self._memory = self._memory.pending, _Memory()
        return pending

    def _measure(
        self, pose: Pose, facing: int, past: side_swaps.LegMemory | None
    ) -> tuple[Pose, side_swaps.LegMemory | None, Measures]:
        """The pose with its legs' labels put right, what is remembered of them, and the measures."""
        near = orientation.near_side(facing)
        if not pose.found or facing == 0:
            nothing = np.full((2, len(measures.NAMES)), np.nan)
            return pose, past, Measures(nothing, nothing, facing, near)
        seen = correction.traces_of(pose, facing)
        lunge = side_swaps.Lunge.seen(seen.inclinations, float(self._correction.leg_exchange(seen)))
        pose, exchanged, legs = side_swaps.follow(pose, lunge, past)
        if exchanged:
            seen = correction.traces_of(pose, facing)
        values, sigma = self._correction.measures(seen)
        return pose, legs, Measures(values, sigma, facing, near)

    def _judge(
        self,
        smooth: Measures,
        recognised: recognition.RecognitionMemory,
        problem: str,
        time_s: float,
        past: _Memory,
    ) -> tuple[Assessment, tuple[Finding, ...], tuple[assessment.AssessmentMemory, tuple[Finding, ...]]]:
        doubtful = recognised.exercise is not None and recognised.doubtful(time_s)
        if problem or doubtful or recognised.exercise is None:
            # Nothing is judged. What was under way waits for a better view, and ends with the exercise.
            reason = problem or self._reason(recognised)
            nothing = Assessment(time_s, None, None, smooth.near, (reason,), ())
            if problem or doubtful:
                return nothing, (), (past.verdicts, past.pending)
            return nothing, past.pending, (assessment.AssessmentMemory(), ())
        exercise = self._exercises[recognised.exercise]
        stretched = recognised.stretched if exercise.has_leg_roles else None
        if recognised.rival != recognised.exercise:
            # A frame of another posture, such as one with the legs mistaken, is not judged, however short it lasts.
            smooth = replace(smooth, values=np.full_like(smooth.values, np.nan))
        readings, memory = assessment.assess(exercise, smooth, stretched, time_s, past.verdicts, still=self._still)
        ended, pending = findings.follow(exercise.id, readings, time_s, past.pending)
        judged = Assessment(time_s, exercise.id, stretched, smooth.near, (), readings)
        return judged, ended, (memory, pending)

    def _reason(self, recognised: recognition.RecognitionMemory) -> str:
        """Why nothing is judged although the view is good."""
        if recognised.exercise is not None or recognised.rival is not None:
            return "looking"
        return "no_exercise" if len(self._exercises) > 1 else "other_posture"
