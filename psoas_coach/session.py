"""One frame's pose in, one ``Step`` out: the only place that knows the order of the stages.

``live``, ``analyse``, ``batch`` and ``replay`` are this session with another source of poses and other sinks, so the
same poses give the same verdicts in all of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from poses import (
    assessment,
    company,
    correction,
    cues,
    findings,
    forcing,
    kneeling,
    measures,
    orientation,
    recognition,
    side_swaps,
    smoothing,
    view,
    yaw,
)
from poses.exercise import Exercise
from poses.records import Assessment, Finding, Measures, Moment, Pose, Reading, Step, Verdict
from poses.tally import Hold, Repetition

# After a longer time without anybody, whoever comes next starts from nothing.
FORGET_S: Final = smoothing.FORGET_S
# So many stops are too many (convention, safe-ranges.md 3.9).
STOPS_IN_EXERCISE: Final = 2
STOPS_IN_SESSION: Final = 3


_NOTHING: Final = Moment()
_OPENING: Final = measures.INDEX["hip_opening_deg"]
# What cannot be said without knowing which leg is which.
_OF_LEGS: Final = np.array([name != "trunk_inclination_deg" for name in measures.NAMES])
_ANGLES_OF_LEGS: Final = np.flatnonzero(_OF_LEGS & measures.IS_ANGLE)


@dataclass(frozen=True, slots=True)
class Ending:
    """What was still under way when a source ended.

    Attributes:
        findings: Findings.
        exercise: The exercise that was being done, or None.
        holds: Holds of it.
        repetitions: Repetitions of it.
    """

    findings: tuple[Finding, ...]
    exercise: str | None
    holds: tuple[Hold, ...]
    repetitions: tuple[Repetition, ...]


@dataclass(frozen=True, slots=True)
class _Memory:
    """Everything a session remembers from one frame to the next; a value, replaced at each step."""

    legs: side_swaps.LegMemory | None = None
    steady: correction.SteadyMemory | None = None
    facing: orientation.FacingMemory = orientation.FacingMemory()
    others: company.CompanyMemory = company.CompanyMemory()
    turned: yaw.YawMemory = yaw.YawMemory()
    values: smoothing.FilterMemory | None = None
    recent_views: view.ViewMemory = view.ViewMemory()
    recognised: recognition.RecognitionMemory = recognition.RecognitionMemory()
    verdicts: assessment.AssessmentMemory = assessment.AssessmentMemory()
    pending: tuple[Finding, ...] = ()
    said: cues.CueMemory = cues.CueMemory()
    courses: tuple[tuple[str, forcing.ForcingMemory], ...] = ()
    knee: kneeling.KneeMemory | None = None
    doing: str | None = None
    stops: tuple[tuple[str, int], ...] = ()
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
        self._candidates = tuple(self._exercises.values())
        # Those in which one leg is stretched; asking an exercise anew at each frame costs more than judging a rule.
        self._one_sided = {exercise.id for exercise in exercises if exercise.has_leg_roles}
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
        mistaken = orientation.is_upside_down(pose.image_px)
        if mistaken:
            pose = pose.unfound()
        if pose.found and past.seen_s is not None and pose.time_s - past.seen_s > FORGET_S:
            # Clocks of holds and what was done today outlast a moment out of sight.
            past = _Memory(
                others=past.others,
                recent_views=past.recent_views,
                pending=past.pending,
                said=past.said,
                courses=past.courses,
                knee=past.knee,
                doing=past.doing,
                stops=past.stops,
            )
        facing = past.facing
        if pose.found:
            evidence = orientation.facing_evidence(pose.image_px)
            facing = orientation.lock_facing(evidence, pose.time_s, facing, still=self._still)
        alone = company.follow(pose, past.others)
        pose, legs, steady, turned, raw = self._measure(pose, facing.sign, past)
        smooth_values, filtered = smoothing.one_euro(raw.values, pose.time_s, past.values)
        smooth = Measures(smooth_values, raw.sigma, raw.facing, raw.near, raw.legs_told, turned.deg, turned.sigma_deg)
        problem = view.problem_of(
            pose,
            facing.sign,
            raw.near,
            turned_deg=turned.deg,
            legs_told=legs is None or not legs.doubtful,
            # Without a name for the legs nothing is measured; that is told apart.
            measured=(legs is not None and not legs.sure) or math.isfinite(raw.values[raw.near, _OPENING]),
        )
        problem = "unclear" if mistaken else problem
        if alone.awaited:
            problem = "not_alone" if alone.others else "lost_track"
        problem, seen = view.over_time(problem, pose.time_s, past.recent_views)
        recognised = past.recognised
        opening_deg, knee = self._kneel(pose, facing.sign, raw, past)
        partly = problem in view.OF_LEGS and not math.isnan(opening_deg) and recognised.exercise is not None
        if partly:
            # The knee is still where it was and the hip over it: it is still that lunge, whatever the legs look like.
            recognised = replace(recognised, rival=recognised.exercise, rival_since_s=pose.time_s)
            smooth = replace(smooth, values=np.where(_OF_LEGS, np.nan, smooth.values))
        elif not problem:
            if past.judgeable_s is not None and pose.time_s - past.judgeable_s > FORGET_S:
                # What was recognised before a long bad view says nothing about now.
                recognised = recognition.RecognitionMemory()
            recognised = recognition.recognise(smooth, pose.time_s, self._candidates, recognised, still=self._still)
        judged, verdicts = self._judge(smooth, recognised, "" if partly else problem, pose.time_s, past, turned)
        if not problem and judged.exercise is not None and yaw.surely_oblique(turned):
            problem, partly = view.OBLIQUE, True
        if partly:
            judged = replace(judged, problems=(problem,))
        exercise = self._exercises[judged.exercise].of_side(judged.stretched) if judged.exercise else None
        moment, courses, doing = self._move(raw, smooth, judged, recognised, past, (opening_deg, knee))
        every = (*judged.readings, *moment.readings)
        ended, pending = self._found(judged, every, problem, recognised, past.pending)
        stops, ends = _counted(past.stops, judged.exercise, pending, past.pending)
        cue, spoken, cue_memory = cues.choose(
            exercise, every, problem, pose.time_s, past.said, still=self._still, ends=ends
        )
        self._memory = _Memory(
            legs=legs,
            steady=steady,
            facing=facing,
            others=alone,
            turned=turned,
            values=filtered,
            recent_views=seen,
            recognised=recognised,
            verdicts=verdicts,
            pending=pending,
            said=cue_memory,
            courses=courses,
            knee=knee,
            doing=doing,
            stops=stops,
            seen_s=pose.time_s if pose.found else past.seen_s,
            judgeable_s=past.judgeable_s if problem and not partly else pose.time_s,
        )
        return Step(index, pose, raw, smooth, judged, cue, spoken, ended, moment, ends)

    def finish(self) -> Ending:
        """What was still under way when the source ended."""
        past, self._memory = self._memory, _Memory()
        memory = dict(past.courses).get(past.doing or "")
        movement = self._exercises[past.doing].movement if past.doing else None
        last = forcing.finish(movement, memory) if movement is not None and memory is not None else Moment()
        return Ending(past.pending, past.doing, last.holds, last.repetitions)

    def _measure(
        self, pose: Pose, facing: int, past: _Memory
    ) -> tuple[Pose, side_swaps.LegMemory | None, correction.SteadyMemory | None, yaw.YawMemory, Measures]:
        """The pose, its legs' labels put right; what is remembered of them, correction and yaw; the measures."""
        near = orientation.near_side(facing)
        if not pose.found or facing == 0:
            nothing = np.full((2, len(measures.NAMES)), np.nan)
            return pose, past.legs, past.steady, past.turned, Measures(nothing, nothing, facing, near)
        seen = correction.traces_of(pose, facing)
        lunge, front_is_near = None, side_swaps.front_is_near(seen.inclinations)
        if front_is_near is not None:
            lunge = side_swaps.Lunge(front_is_near, float(self._correction.leg_exchange(seen)), pose.exchanged)
        pose, exchanged, legs = side_swaps.follow(pose, lunge, past.legs)
        if exchanged:
            seen = correction.traces_of(pose, facing)
        steady = correction.steady(self._correction.turns(seen.features), pose.time_s, facing, past.steady)
        values, sigma = self._correction.measures(seen, steady.turns)
        # Where no leg has an angle that could be told, both legs' landmarks mostly lie on one.
        told = (legs is None or legs.sure) and bool(np.count_nonzero(np.isfinite(values.take(_ANGLES_OF_LEGS, axis=1))))
        values = values if told else np.where(_OF_LEGS, np.nan, values)
        turned, yaw_deg, yaw_sigma_deg = past.turned, math.nan, math.nan
        if yaw.is_due(pose.time_s, facing, turned):
            yaw_deg, yaw_sigma_deg = (float(value) for value in self._correction.turned(seen))
            turned = yaw.follow(yaw_deg, yaw_sigma_deg, pose.time_s, facing, turned)
        return pose, legs, steady, turned, Measures(values, sigma, facing, near, told, yaw_deg, yaw_sigma_deg)

    def _kneel(self, pose: Pose, facing: int, raw: Measures, past: _Memory) -> tuple[float, kneeling.KneeMemory | None]:
        """What a knee on the floor tells of the hip, in an exercise in which one is there."""
        name = past.recognised.exercise or past.doing or past.recognised.rival
        movement = self._exercises[name].movement if name else None
        if movement is None or not movement.kneels:
            return math.nan, None
        side = raw.near if past.recognised.stretched is None else past.recognised.stretched
        return kneeling.advance(pose, facing, side, float(raw.values[side, _OPENING]), past.knee)

    def _judge(
        self,
        smooth: Measures,
        recognised: recognition.RecognitionMemory,
        problem: str,
        time_s: float,
        past: _Memory,
        turned: yaw.YawMemory,
    ) -> tuple[Assessment, assessment.AssessmentMemory]:
        doubtful = recognised.exercise is not None and recognised.doubtful(time_s)
        if problem or doubtful or recognised.exercise is None:
            # Nothing is judged. What was under way waits for a better view, and ends with the exercise.
            reason = problem or self._reason(recognised)
            nothing = Assessment(time_s, None, None, smooth.near, (reason,), ())
            return nothing, past.verdicts if problem or doubtful else assessment.AssessmentMemory()
        exercise = self._exercises[recognised.exercise].of_side(recognised.stretched)
        stretched = recognised.stretched if exercise.id in self._one_sided else None
        if recognised.rival != recognised.exercise:
            # A frame of another posture, such as one with the legs mistaken, is not judged, however short it lasts.
            smooth = replace(smooth, values=np.full_like(smooth.values, np.nan))
        readings, memory = assessment.assess(
            exercise, smooth, stretched, time_s, past.verdicts, still=self._still, turned=turned
        )
        return Assessment(time_s, exercise.id, stretched, smooth.near, (), readings), memory

    def _move(
        self,
        raw: Measures,
        smooth: Measures,
        judged: Assessment,
        recognised: recognition.RecognitionMemory,
        past: _Memory,
        kneels: tuple[float, kneeling.KneeMemory | None],
    ) -> tuple[Moment, tuple[tuple[str, forcing.ForcingMemory], ...], str | None]:
        """Follows the movement of the exercise that is being done, or was until the view was lost.

        Where a knee rests on the floor it is followed by what that knee tells (``kneels``), and where the angle itself
        is not known, that stands in for it.
        """
        surely_none = bool(judged.problems) and judged.problems[0] in ("no_exercise", "other_posture")
        doing = judged.exercise or past.doing or recognised.rival
        if doing is None or self._still or (movement := self._exercises[doing].movement) is None:
            return _NOTHING, past.courses, None
        courses = dict(past.courses)
        before = _NOTHING
        if past.doing is not None and past.doing != doing and (old := self._exercises[past.doing].movement):
            before, courses[past.doing] = forcing.leave(old, judged.time_s, courses[past.doing])
        one_sided = doing in self._one_sided
        side = recognised.stretched if one_sided else judged.near
        side = judged.near if side is None else side
        movement = self._exercises[doing].of_side(side).movement or movement
        fits = judged.exercise is None or recognised.rival == recognised.exercise
        raw_deg = float(raw.values[side, _OPENING]) if fits else math.nan
        smooth_deg = float(smooth.values[side, _OPENING]) if fits else math.nan
        if movement.kneels:
            raw_deg, knee = kneels
            if math.isnan(smooth_deg) and knee is not None:
                smooth_deg = raw_deg + knee.offset_deg
        moment, courses[doing] = forcing.advance(
            movement,
            judged.time_s,
            raw_deg,
            smooth_deg,
            courses.get(doing) or forcing.ForcingMemory(),
            side=side,
            one_sided=one_sided,
            in_exercise=True if judged.exercise else (False if surely_none else None),
        )
        moment = replace(
            moment,
            exercise=doing,
            changes=(*before.changes, *moment.changes),
            holds=(*before.holds, *moment.holds),
            repetitions=(*before.repetitions, *moment.repetitions),
        )
        return moment, tuple(courses.items()), None if surely_none else doing

    def _found(
        self,
        judged: Assessment,
        readings: Sequence[Reading],
        problem: str,
        recognised: recognition.RecognitionMemory,
        pending: tuple[Finding, ...],
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings that ended, and those under way."""
        if judged.exercise is not None:
            return findings.follow(judged.exercise, readings, judged.time_s, pending)
        doubtful = recognised.exercise is not None and recognised.doubtful(judged.time_s)
        return ((), pending) if problem or doubtful else (pending, ())

    def _reason(self, recognised: recognition.RecognitionMemory) -> str:
        """Why nothing is judged although the view is good."""
        if recognised.exercise is not None or recognised.rival is not None:
            return "looking"
        return "no_exercise" if len(self._exercises) > 1 else "other_posture"


def _counted(
    stops: tuple[tuple[str, int], ...], exercise: str | None, pending: Sequence[Finding], before: Sequence[Finding]
) -> tuple[tuple[tuple[str, int], ...], Literal["", "exercise", "session"]]:
    """How many stops each exercise has had, and whether one just now was one too many, for it or for the session.

    Rules that stop together, as the hip and the thigh of one deep lunge do, are one stop.
    """
    now, earlier = (any(one.verdict is Verdict.STOP for one in findings_) for findings_ in (pending, before))
    if exercise is None or not now or earlier:
        return stops, ""
    counts = dict(stops)
    counts[exercise] = counts.get(exercise, 0) + 1
    ends: Literal["", "exercise", "session"] = ""
    if sum(counts.values()) == STOPS_IN_SESSION:
        ends = "session"
    elif counts[exercise] == STOPS_IN_EXERCISE:
        ends = "exercise"
    return tuple(counts.items()), ends
