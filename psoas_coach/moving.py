"""Follows the movement of whichever exercise is being done: phases, holds, repetitions, signs of forcing.

Which question this module answers: of the exercise that is being done, or was until the view was lost, what does this
moment add; and of two exercises with one posture, which of both is it. The session hands it what is seen of a frame.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from poses import forcing, kneeling, lifting, measures, plainly, recognition, rocking, swaying, view
from poses.exercise import Exercise
from poses.movement import Movement
from poses.records import Assessment, Measures, Moment, Pose
from poses.tally import Hold, Repetition

_NOTHING: Final = Moment()
_OPENING: Final = measures.INDEX["hip_opening_deg"]
# Why nothing is judged where it is known that no exercise is done.
_NO_EXERCISE: Final = ("no_exercise", "other_posture")
_TRUNK: Final = measures.INDEX["trunk_inclination_deg"]


@dataclass(frozen=True, slots=True)
class MovesMemory:
    """What is remembered of the movement.

    Attributes:
        courses: For each exercise that was done what is remembered of it.
        rocked: Whether a posture that may be held or rocked is rocked.
        doing: The exercise that is being done, or None.
        lying: How somebody lay at rest, before an exercise was recognised too.
    """

    courses: tuple[tuple[str, forcing.ForcingMemory], ...] = ()
    rocked: rocking.RockingMemory = rocking.RockingMemory()
    doing: str | None = None
    lying: lifting.LyingMemory = lifting.LyingMemory()


class Sight(NamedTuple):
    """What is seen of a frame.

    Attributes:
        pose: Landmarks.
        raw: Measures of this frame alone.
        smooth: Measures after smoothing.
        plain_deg: How open each hip is as the landmarks have it, NaN where that is not asked for.
        knee_deg: What a knee that rests on the floor tells of the opening, NaN where none does.
        knee: What is remembered of that knee.
        lifted_deg: By how much less than at rest somebody lies, NaN where that is not asked for or known.
    """

    pose: Pose
    raw: Measures
    smooth: Measures
    plain_deg: tuple[float, float]
    knee_deg: float
    knee: kneeling.KneeMemory | None
    lifted_deg: float = math.nan


class Moves:
    """Follows the movement of the exercises of a session.

    Args:
        exercises: By id.
        still: The source is a photograph: nothing moves.
    """

    def __init__(self, exercises: Mapping[str, Exercise], *, still: bool = False) -> None:
        self._exercises, self._still = exercises, still
        # Those in which one leg is stretched; asking an exercise anew at each frame costs more than judging a rule.
        self.one_sided = {exercise.id for exercise in exercises.values() if exercise.has_leg_roles}
        # Of two exercises with one posture the one that is held is recognised; what is done with it tells the other.
        self._rocked = {one.like: one.id for one in exercises.values() if one.like in exercises}
        self._held = {rocked: held for held, rocked in self._rocked.items()}
        # Those in which shoulders that come up matter.
        self._lies = {one.id for one in exercises.values() if one.movement and one.movement.lift}
        self.expected: str | None = None

    @property
    def recognisable(self) -> tuple[Exercise, ...]:
        """The exercises that a posture tells."""
        return tuple(exercise for exercise in self._exercises.values() if exercise.id not in self._held)

    def name(self, recognised: str, past: MovesMemory) -> str:
        """The exercise that a posture is of: of two with one posture the expected one, or that which is done."""
        rocked = self._rocked.get(recognised)
        if rocked is None or self.expected == recognised:
            return recognised
        return rocked if past.rocked.rocks or self.expected == rocked else recognised

    def follow(
        self, sight: Sight, judged: Assessment, recognised: recognition.RecognitionMemory, past: MovesMemory
    ) -> tuple[Moment, MovesMemory]:
        """Takes one more frame into account."""
        surely_none = bool(judged.problems) and judged.problems[0] in _NO_EXERCISE
        sight, past = self._lie(sight, judged, past)
        rival = None if recognised.rival is None else self.name(recognised.rival, past)
        doing = judged.exercise or past.doing or rival
        if doing is None and recognised.awaited is not None and not self._still:
            return _NOTHING, self._await(recognised.awaited, sight, judged, past)
        if doing is None or self._still or (movement := self._exercises[doing].movement) is None:
            return _NOTHING, replace(past, doing=None)
        courses, before = dict(past.courses), _NOTHING
        twin = self._rocked.get(doing) or self._held.get(doing)
        left = past.doing if past.doing not in (doing, twin) else None
        if left is not None and (old := self._exercises[left].movement):
            before, courses[left] = forcing.leave(old, judged.time_s, courses[left])
        one_sided = doing in self.one_sided
        side = recognised.stretched if one_sided else judged.near
        side = judged.near if side is None else side
        movement = self._exercises[doing].of_side(side).movement or movement
        fits = judged.exercise is None or recognised.rival == recognised.exercise
        seen, course_deg = _seen(sight, movement, side, judged, fits=fits)
        in_exercise = True if judged.exercise else (False if surely_none else None)
        known = courses.get(doing) or forcing.ForcingMemory()
        if past.doing == twin and twin in courses:
            # The detectors saw the same leg in the same posture: what is on its way to be forced goes on being so.
            known = forcing.with_detectors_of(known, courses[twin])
        moment, courses[doing] = forcing.advance(
            movement,
            judged.time_s,
            seen,
            known,
            side=side,
            one_sided=one_sided,
            in_exercise=in_exercise,
            course_deg=course_deg,
        )
        rocked = past.rocked
        other = self._exercises[twin].movement if twin is not None else None
        if twin is not None and other is not None and self.expected not in (doing, twin):
            moment, courses[twin], rocked = rocking.follow(
                moment,
                other,
                courses.get(twin) or forcing.ForcingMemory(),
                rocked,
                rocking_now=doing in self._held,
                time_s=judged.time_s,
                angle_deg=course_deg,
                whose=side if one_sided else None,
                in_exercise=in_exercise,
            )
        moment = replace(
            moment,
            exercise=doing,
            changes=(*before.changes, *moment.changes),
            holds=(*before.holds, *moment.holds),
            repetitions=(*before.repetitions, *moment.repetitions),
        )
        return moment, MovesMemory(tuple(courses.items()), rocked, None if surely_none else doing, past.lying)

    def _lie(self, sight: Sight, judged: Assessment, past: MovesMemory) -> tuple[Sight, MovesMemory]:
        """How somebody lies at rest, and by how much less now."""
        if not self._lies or self._still:
            return sight, past
        trunk_deg, opening_deg = (float(sight.smooth.values[judged.near, one]) for one in (_TRUNK, _OPENING))
        lying = lifting.lie(judged.time_s, trunk_deg, opening_deg, past.lying, doing=judged.exercise in self._lies)
        return sight._replace(lifted_deg=lying.flat_deg - trunk_deg), replace(past, lying=lying)

    def _await(self, exercise: str, sight: Sight, judged: Assessment, past: MovesMemory) -> MovesMemory:
        """Gathers what may turn out to be the beginning of an exercise: the first knee is lifted before it is one."""
        movement = self._exercises[exercise].of_side(judged.near).movement
        if movement is None or any(problem not in _NO_EXERCISE for problem in judged.problems):
            return past
        _, course_deg = _seen(sight, movement, judged.near, judged, fits=True)
        whose = judged.near if exercise in self.one_sided else None
        courses = dict(past.courses)
        known = courses.get(exercise) or forcing.ForcingMemory()
        courses[exercise], *_ = forcing.follow(
            movement, judged.time_s, course_deg, known, whose=whose, in_exercise=None
        )
        return replace(past, courses=tuple(courses.items()))

    def finish(self, past: MovesMemory) -> tuple[tuple[Hold, ...], tuple[Repetition, ...]]:
        """Holds and repetitions that were under way when the source ended."""
        memory = dict(past.courses).get(past.doing or "")
        movement = self._exercises[past.doing].movement if past.doing else None
        last = forcing.finish(movement, memory) if movement is not None and memory is not None else Moment()
        return (*past.rocked.short, *last.holds), last.repetitions


def _seen(
    sight: Sight, movement: Movement, side: int, judged: Assessment, *, fits: bool
) -> tuple[forcing.Glimpsed, float]:
    """What the detectors are given, and what the phases are read from.

    Where a knee rests on the floor the movement is followed by what that knee tells, and where the angle itself is not
    known, that stands in for it.
    """
    plain, way = sight.plain_deg, -1.0 if movement.flexes else 1.0
    raw_deg = other_deg = smooth_deg = math.nan
    if fits and movement.leg is None:
        raw_deg, smooth_deg = (float(one.values[side, _OPENING]) for one in (sight.raw, sight.smooth))
        other_deg = plain[1 - side]
    elif fits and math.isfinite(sum(plain)):
        # Legs that take turns are told apart by what they do, not by their names: the larger opening goes on smoothly
        # when one leg comes up and the other goes down. How far that goes the landmarks tell well enough; how fast they
        # tell of the near leg alone, since the far one comes out from behind it with a jump.
        smooth_deg = way * (max(plain) if movement.leg == "lowered" else min(plain))
        raw_deg = way * plain[judged.near]
    hips = swaying.Hips() if movement.sway is None else swaying.hips_at(sight.pose)
    course_deg = -plainly.lower_foot_deg(sight.pose) if movement.lower_foot and fits else smooth_deg
    if movement.kneels:
        raw_deg, knee = sight.knee_deg, sight.knee
        stands_in = math.nan if knee is None else raw_deg + knee.offset_deg
        smooth_deg = stands_in if math.isnan(smooth_deg) else smooth_deg
        # Neither behind by the smoothing nor moved by a knee that jumps: it dates a hold twice as well.
        course_deg = smooth_deg if math.isnan(stands_in) else stands_in
    legs_seen = not (judged.problems and judged.problems[0] in view.OF_LEGS)
    return forcing.Glimpsed(raw_deg, smooth_deg, other_deg, hips, sight.lifted_deg, legs_seen), course_deg
