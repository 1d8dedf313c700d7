"""One frame's pose in, one ``Step`` out: the only place that knows the order of the stages.

``live``, ``analyse``, ``batch`` and ``replay`` are this session with another source of poses and other sinks, so the
same poses give the same verdicts in all of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from poses import (
    assessment,
    company,
    correction,
    cues,
    findings,
    frontal,
    hugging,
    kneeling,
    measures,
    orientation,
    plainly,
    recognition,
    side_swaps,
    smoothing,
    view,
    yaw,
)
from poses.exercise import Exercise
from poses.records import Assessment, Finding, Measures, Pose, Reading, Step, Verdict
from poses.tally import Hold, Repetition
from psoas_coach.moving import Moves, Sight
from psoas_coach.session_memory import SessionMemory, counted

# After a longer time without anybody, whoever comes next starts from nothing.
FORGET_S: Final = smoothing.FORGET_S

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
        self._moves = Moves(self._exercises, still=still)
        self._candidates, self._from_front = (
            [one for one in self._moves.recognisable if one.view == wanted] for wanted in ("side", "front")
        )
        self._kneeling = [one for one in self._candidates if one.movement and one.movement.kneels]
        exercises = [exercise for exercise in exercises if exercise.view == "side"]
        # Where legs take turns it matters which is lower, and both may be needed.
        self._turns = {exercise.id for exercise in exercises if exercise.movement and exercise.movement.leg}
        # And what is not seen of the far leg is not known, not fine.
        self._both_legs = self._turns | {one.id for one in exercises if one.movement and one.movement.both_legs}
        # Of these the correction knows little.
        self._unlearned = tuple(self._exercises[name] for name in sorted(self._both_legs))
        # Where the hands are tells one exercise from another, and nothing where there is no other.
        self._hands = any(exercise.hands for exercise in exercises)
        self._hands_tell = {exercise.hands for exercise in exercises} >= {"on_knee", "off_knee"}
        self._still = still
        self._correction = corrects or correction.built_in()
        self._memory = SessionMemory()

    def expect(self, exercise: str | None) -> None:
        """What the person was asked to do: of two exercises with one posture it is this one, however it is done.

        Args:
            exercise: Its id; None where nothing was asked for, and what is done tells.
        """
        self._moves.expected = exercise

    def step(self, index: int, pose: Pose) -> Step:
        """Judges one more frame.

        Args:
            index: Index of the frame, for naming it.
            pose: Its landmarks; media times must not go back.
        """
        asked = {one.id for one in self._from_front}
        from_front = bool(asked) and (not self._candidates or self._moves.expected in asked)
        if self._memory.from_front != from_front:
            self._memory = self._memory.turned_round(from_front=from_front)
        return self._step_front(index, pose) if from_front else self._step_side(index, pose)

    def _step_side(self, index: int, pose: Pose) -> Step:
        """Judges one more frame of somebody who is looked at from the side."""
        past = self._memory
        mistaken = orientation.is_upside_down(pose.image_px)
        pose = pose.unfound() if mistaken else pose
        if pose.found and past.seen_s is not None and pose.time_s - past.seen_s > FORGET_S:
            # Clocks of holds and what was done today outlast a moment out of sight.
            past = SessionMemory(
                others=past.others,
                recent_views=past.recent_views,
                pending=past.pending,
                said=past.said,
                moves=past.moves,
                knee=past.knee,
                stops=past.stops,
            )
        facing = past.facing
        if pose.found:
            evidence = orientation.facing_evidence(pose.image_px)
            facing = orientation.lock_facing(evidence, pose.time_s, facing, still=self._still)
        alone = company.follow(pose, past.others)
        pose, legs, steady, turned, raw, likely = self._measure(pose, facing.sign, past)
        unsure = legs is not None and not legs.sure
        smooth_values, filtered = smoothing.one_euro(raw.values, pose.time_s, past.values)
        smooth = Measures(smooth_values, raw.sigma, raw.facing, raw.near, raw.legs_told, turned.deg, turned.sigma_deg)
        opening_deg, knee = self._kneel(pose, facing.sign, likely, past)
        raw, smooth = (raw, smooth) if unsure else self._complete(pose, raw, smooth, past)
        plain_deg = plainly.openings_deg(pose, facing.sign) if self._both_legs else (math.nan, math.nan)
        hands = self._hug(pose, past.hands)
        unsteady = knee is not None and knee.flicker_deg > kneeling.MOST_FLICKER_DEG
        problem = view.problem_of(
            pose,
            facing.sign,
            raw.near,
            turned_deg=turned.deg,
            legs_told=legs is None or not legs.doubtful,
            # Without a name for the legs nothing is measured; that is told apart.
            measured=unsure or (math.isfinite(raw.values[raw.near, _OPENING]) and not unsteady),
        )
        problem = "unclear" if mistaken else problem
        if alone.awaited:
            problem = "not_alone" if alone.others else "lost_track"
        problem, seen = view.over_time(problem, pose.time_s, past.recent_views)
        gone = not problem and past.judgeable_s is not None and pose.time_s - past.judgeable_s > FORGET_S
        recognised = past.recognised.after_bad_view() if gone else past.recognised
        recognised = self._recognise_kneeling(likely, pose.time_s, problem, legs, recognised)
        partly = problem in view.OF_LEGS and not (unsteady or math.isnan(opening_deg) or recognised.exercise is None)
        if partly:
            # The knee rests where it did and the hip is over it: it is that lunge, whatever the legs look like.
            recognised = replace(recognised, rival=recognised.exercise, rival_since_s=pose.time_s)
            smooth = replace(smooth, values=np.where(_OF_LEGS, np.nan, smooth.values))
        elif not problem and not unsure:
            recognised = recognition.recognise(
                smooth,
                pose.time_s,
                self._candidates,
                recognised,
                still=self._still,
                on_knee=hands.on_knee if self._hands_tell else None,
                plain_deg=plain_deg,
            )
        judged, verdicts = self._judge(smooth, recognised, "" if partly else problem, pose.time_s, past, turned)
        if not problem and judged.exercise is not None and yaw.surely_oblique(turned):
            problem, partly = view.OBLIQUE, True
        if not problem and judged.exercise in self._both_legs and self._misses_a_leg(judged):
            judged = replace(judged, problems=(view.FAR_LEG,))
        if partly:
            judged = replace(judged, problems=(problem,))
        exercise = self._exercises[judged.exercise].of_side(judged.stretched) if judged.exercise else None
        sight = Sight(pose, raw, smooth, plain_deg, opening_deg, knee)
        moment, moves = self._moves.follow(sight, judged, recognised, past.moves)
        every = (*judged.readings, *moment.readings)
        ended, pending = self._found(judged, every, problem, recognised, past.pending)
        stops, ends = counted(past.stops, judged.exercise, pending, past.pending)
        cue, spoken, cue_memory = cues.choose(
            exercise, every, problem, pose.time_s, past.said, still=self._still, ends=ends
        )
        self._memory = SessionMemory(
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
            moves=moves,
            knee=knee,
            hands=hands,
            stops=stops,
            seen_s=pose.time_s if pose.found else past.seen_s,
            judgeable_s=past.judgeable_s if problem and not partly else pose.time_s,
        )
        return Step(index, pose, raw, smooth, judged, cue, spoken, ended, moment, ends)

    def _step_front(self, index: int, pose: Pose) -> Step:
        """Judges one more frame of somebody who was asked to face the camera."""
        past = self._memory
        mistaken = orientation.is_upside_down(pose.image_px)
        pose = pose.unfound() if mistaken else pose
        if pose.found and past.seen_s is not None and pose.time_s - past.seen_s > FORGET_S:
            past = replace(past.turned_round(from_front=True), recent_views=past.recent_views)
        alone = company.follow(pose, past.others)
        problem = "unclear" if mistaken else view.front_problem_of(pose, frontal.turned_deg(pose))
        if alone.awaited:
            problem = "not_alone" if alone.others else "lost_track"
        raw, standing = frontal.measures_of(pose, past.standing, problem)
        values, filtered = smoothing.one_euro(raw.values, pose.time_s, past.values, angles_only=True)
        smooth = replace(raw, values=values)
        problem, seen = view.over_time(problem, pose.time_s, past.recent_views)
        # The thigh that looks shorter is lifted: as an opening of the hip that is a flexion.
        left, right = (-lift_deg for lift_deg in frontal.lifts_deg(smooth.values))
        recognised = past.recognised
        if not problem:
            recognised = recognition.recognise(
                smooth, pose.time_s, self._from_front, recognised, still=self._still, plain_deg=(left, right)
            )
        judged, verdicts = self._judge(smooth, recognised, problem, pose.time_s, past, yaw.YawMemory())
        nothing = _unmeasured(0)
        sight = Sight(pose, nothing, nothing, (left, right), math.nan, None)
        moment, moves = self._moves.follow(sight, judged, recognised, past.moves)
        every = (*judged.readings, *moment.readings)
        ended, pending = self._found(judged, every, problem, recognised, past.pending)
        stops, ends = counted(past.stops, judged.exercise, pending, past.pending)
        exercise = self._exercises[judged.exercise] if judged.exercise else None
        cue, spoken, said = cues.choose(exercise, every, problem, pose.time_s, past.said, still=self._still, ends=ends)
        self._memory = SessionMemory(
            others=alone,
            values=filtered,
            recent_views=seen,
            recognised=recognised,
            verdicts=verdicts,
            pending=pending,
            said=said,
            moves=moves,
            stops=stops,
            seen_s=pose.time_s if pose.found else past.seen_s,
            from_front=True,
            standing=standing,
        )
        return Step(index, pose, nothing, nothing, judged, cue, spoken, ended, moment, ends, (raw, smooth))

    def finish(self) -> Ending:
        """What was still under way when the source ended."""
        past, self._memory = self._memory, SessionMemory()
        holds, repetitions = self._moves.finish(past.moves)
        return Ending(past.pending, past.moves.doing, holds, repetitions)

    def _measure(
        self, pose: Pose, facing: int, past: SessionMemory
    ) -> tuple[Pose, side_swaps.LegMemory | None, correction.SteadyMemory | None, yaw.YawMemory, Measures, Measures]:
        """The pose, its legs' labels put right; what is remembered of them, correction and yaw; the measures.

        The last are the measures again, with those of legs that are likely the right ones and not surely.
        """
        near = orientation.near_side(facing)
        if not pose.found or facing == 0:
            nothing = _unmeasured(facing)
            return pose, past.legs, past.steady, past.turned, nothing, nothing
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
        any_leg = bool(np.count_nonzero(np.isfinite(values.take(_ANGLES_OF_LEGS, axis=1))))
        told = any_leg and (legs is None or legs.sure)
        likely = values
        values = values if told else np.where(_OF_LEGS, np.nan, values)
        turned, yaw_deg, yaw_sigma_deg = past.turned, math.nan, math.nan
        if yaw.is_due(pose.time_s, facing, turned):
            yaw_deg, yaw_sigma_deg = (float(value) for value in self._correction.turned(seen))
            name = past.recognised.exercise or past.recognised.awaited or past.recognised.resumable
            window_s = yaw.TURNS_WINDOW_S if name in self._turns else yaw.WINDOW_S
            turned = yaw.follow(yaw_deg, yaw_sigma_deg, pose.time_s, facing, turned, window_s)
        raw = Measures(values, sigma, facing, near, told, yaw_deg, yaw_sigma_deg)
        followed = any_leg and not told and legs is not None and legs.likely
        return pose, legs, steady, turned, raw, replace(raw, values=likely) if followed else raw

    def _recognise_kneeling(
        self,
        likely: Measures,
        time_s: float,
        problem: str,
        legs: side_swaps.LegMemory | None,
        recognised: recognition.RecognitionMemory,
    ) -> recognition.RecognitionMemory:
        """What somebody does who half-kneels, when it is likely and not sure which leg is which.

        One leg is in front and one behind whatever their names are, so that it is a lunge is seen: how it is moved can
        be followed, and how far it goes gets no verdict. Holds and repetitions are told of the likelier leg.
        """
        if legs is None or legs.sure or not legs.likely or problem not in ("", "legs") or self._still:
            return recognised
        return recognition.recognise(likely, time_s, self._kneeling, recognised, still=self._still)

    def _kneel(
        self, pose: Pose, facing: int, raw: Measures, past: SessionMemory
    ) -> tuple[float, kneeling.KneeMemory | None]:
        """What a knee on the floor tells of the hip, in an exercise in which one is there."""
        name = past.recognised.exercise or past.moves.doing or past.recognised.rival
        # Both exercises of one posture are the same to the knee.
        movement = self._exercises[name].movement if name else None
        if movement is None or not movement.kneels:
            return math.nan, None
        side = raw.near if past.recognised.stretched is None else past.recognised.stretched
        return kneeling.advance(pose, facing, side, float(raw.values[side, _OPENING]), past.knee)

    def _complete(self, pose: Pose, raw: Measures, smooth: Measures, past: SessionMemory) -> tuple[Measures, Measures]:
        """The measures with what only the landmarks tell; the filter goes on as if it had not been told."""
        current, on_knee = past.recognised.exercise, past.hands.on_knee
        whole = plainly.completed(pose, raw.facing, raw, self._unlearned, current, on_knee=on_knee)
        if whole is raw:
            return raw, smooth
        values = np.where(np.isnan(smooth.values), whole.values, smooth.values)
        return whole, replace(smooth, values=values, sigma=whole.sigma, legs_told=True)

    def _hug(self, pose: Pose, past: hugging.HugMemory) -> hugging.HugMemory:
        """Where the hands are, if that matters."""
        if not self._hands:
            return past
        return hugging.follow(hugging.hand_to_knee(pose), pose.time_s, past, still=self._still)

    def _judge(
        self,
        smooth: Measures,
        recognised: recognition.RecognitionMemory,
        problem: str,
        time_s: float,
        past: SessionMemory,
        turned: yaw.YawMemory,
    ) -> tuple[Assessment, assessment.AssessmentMemory]:
        doubtful = recognised.exercise is not None and recognised.doubtful(time_s)
        if problem or doubtful or recognised.exercise is None:
            # Nothing is judged. What was under way waits for a better view, and ends with the exercise.
            reason = problem or self._reason(recognised)
            nothing = Assessment(time_s, None, None, smooth.near, (reason,), ())
            return nothing, past.verdicts if problem or doubtful else assessment.AssessmentMemory()
        name = self._moves.name(recognised.exercise, past.moves)
        exercise = self._exercises[name].of_side(recognised.stretched)
        stretched = recognised.stretched if exercise.id in self._moves.one_sided else None
        if recognised.rival != recognised.exercise:
            # A frame of another posture, such as one with the legs mistaken, is not judged, however short it lasts.
            smooth = replace(smooth, values=np.full_like(smooth.values, np.nan))
        readings, memory = assessment.assess(
            exercise,
            smooth,
            stretched,
            time_s,
            past.verdicts,
            still=self._still,
            turned=turned,
            lowered=recognised.lowered,
            from_front=exercise.view == "front",
        )
        return Assessment(time_s, exercise.id, stretched, smooth.near, (), readings), memory

    def _misses_a_leg(self, judged: Assessment) -> bool:
        """Whether anything with a stop limit could not be read."""
        rules = self._exercises[judged.exercise or ""].rules
        return any(
            rule.has_stop and reading.verdict is Verdict.UNKNOWN
            for rule, reading in zip(rules, judged.readings, strict=True)
        )

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
        return "no_exercise" if len(self._exercises) > 1 and not self._memory.from_front else "other_posture"


def _unmeasured(facing: int) -> Measures:
    """Nothing seen of any angle from the side."""
    nothing = np.full((2, len(measures.NAMES)), np.nan)
    return Measures(nothing, nothing, facing, orientation.near_side(facing))
