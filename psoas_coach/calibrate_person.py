"""``psoas-coach calibrate person``: a person's own postures and limits, from clips.

All clips are filmed in one go, with the camera left where it is: standing facing one way and the other tells how far it
leans. What a clip shows (which side, which posture) is told from the clip, never asked.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from calibration.baseline import (
    MOST_NEUTRAL_DEG,
    Baseline,
    Comfort,
    Neutral,
    Side,
    Try,
    agreed,
    comfort_from,
)
from calibration.level import MOST_ROLL_DEG, camera_roll_deg, levelled, standing_lean_deg
from calibration.personal import own_upright
from calibration.stillness import LEAST_S, MOST_SPREAD_DEG, Still, stretches
from poses.exercise import Exercise
from poses.measures import INDEX, trunk_length_px
from poses.problem import Problem
from poses.records import Pose, Reading, Step, Verdict
from poses.skeleton import HIPS, LEFT, SIDES
from poses.view import OF_LEGS, PARTLY
from psoas_coach.session import Session

_OPENING, _THIGH, _TRUNK, _KNEE = (
    INDEX[name] for name in ("hip_opening_deg", "thigh_inclination_deg", "trunk_inclination_deg", "knee_flexion_deg")
)
# With these trunk and hips are well seen. A whole person who stands is small in a wide picture, and large enough for
# the one line that is measured of them.
_SEEN: Final = ("no_exercise", "other_posture", "looking", *PARTLY)
_STANDING_SEEN: Final = (*_SEEN, "too_small")
# Whoever stands, or lies on their back, is within so many degrees of upright and of the floor.
_STANDING_DEG: Final = 20.0
_LYING_DEG: Final = (70.0, 110.0)
# So many frames of a stretch must have a value.
_LEAST_SEEN: Final = 0.5

_LUNGE: Final = "low-lunge"

Poses = Callable[[Path], list[Pose]]


@dataclass(frozen=True, slots=True)
class Clips:
    """What was filmed."""

    standing: tuple[Path, ...] = ()
    kneeling: tuple[Path, ...] = ()
    lying: tuple[Path, ...] = ()
    comfort: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What came of it; ``baseline`` is the earlier one where no neutral posture was filmed."""

    baseline: Baseline | None
    comfort: tuple[Comfort, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A clip after the session, as far as somebody was well seen in it."""

    name: str
    steps: list[Step]

    def still(self) -> list[Still]:
        """Where somebody keeps still: trunk and hips. In a lunge the knees' landmarks jump while nobody moves."""
        times = [step.pose.time_s for step in self.steps]
        hips = np.array([step.pose.image_px[list(HIPS)].mean(axis=0) for step in self.steps])
        trunk_px = float(np.median([trunk_length_px(step.pose.image_px) for step in self.steps]))
        trunk = [step.raw.values[step.raw.near, _TRUNK] for step in self.steps]
        # As degrees of a thigh as long as the trunk.
        found = stretches(times, np.column_stack([trunk, np.degrees(hips / trunk_px)]), (0, 1, 2))
        if not found:
            raise Problem(
                f"Nobody keeps still in {self.name} for {LEAST_S:g} seconds",
                f"trunk and hips have to stay within {MOST_SPREAD_DEG:g} degrees to be measured",
                "Hold the posture for five seconds; more light, fitting clothes or a nearer camera steady the picture",
            )
        return found

    def within(self, still: Still) -> list[Step]:
        """The steps of a stretch."""
        return [step for step in self.steps if still.start_s <= step.pose.time_s <= still.end_s]

    def lunges(self, still: Still) -> bool:
        """Whether it is a lunge whose stretched side is turned to the camera."""
        told = [step for step in self.within(still) if step.assessment.exercise is not None]
        lunges = [one for one in told if one.assessment.exercise == _LUNGE and one.assessment.stretched == one.raw.near]
        return 2 * len(lunges) > len(told)

    def typical(self, still: Still, measure: int) -> float:
        """A measure of the near side over a stretch, each frame as much as it is sure; NaN where there is none.

        Raises:
            Problem: It was measured in too few frames.
        """
        steps = self.within(still)
        near = np.array(
            [(one.raw.values[one.raw.near, measure], one.raw.sigma[one.raw.near, measure]) for one in steps]
        )
        # What the legs look like in a frame in which they are badly seen says nothing of where they are.
        near[[not set(OF_LEGS).isdisjoint(one.assessment.problems) for one in steps]] = np.nan
        values, sigmas = near.T
        seen = np.isfinite(values) & np.isfinite(sigmas)
        if seen.mean() < _LEAST_SEEN:
            raise Problem(
                f"The legs are not seen well enough in {self.name} (measured in {seen.mean():.0%} of the frames)",
                "their angle would be a guess",
                "More light, clothes that stand out, the near leg turned to the camera, and film again",
            )
        # The median by weight: for a moment the pose model may take one leg for the other, and be sure of it.
        order = np.argsort(values[seen])
        weights = np.cumsum(1.0 / sigmas[seen][order] ** 2)
        return float(values[seen][order][np.searchsorted(weights, weights[-1] / 2.0)])


def calibrate(
    clips: Clips,
    poses_of: Poses,
    exercises: Sequence[Exercise],
    before: Baseline | None,
    pain: int,
    today: date,
    known_roll_deg: float = 0.0,
) -> Calibrated:
    """Measures what the clips show.

    Args:
        clips: What was filmed.
        poses_of: Finds the poses of a clip.
        exercises: Those to recognise.
        before: An earlier baseline, for a comfortable end that is measured without a new one.
        pain: The most that was felt, 0 to 10.
        today: The date that is kept.
        known_roll_deg: How far the camera leans, where nobody is filmed standing both ways.

    Raises:
        Problem: A clip does not show what it should, or the tries are refused.
    """
    roll_deg, standing = _standing([(path.name, poses_of(path)) for path in clips.standing], exercises)
    lean = known_roll_deg if roll_deg is None else roll_deg
    kneeling = [_kneeling(_followed(path.name, poses_of(path), exercises, lean)) for path in clips.kneeling]
    lying = [_lying(_followed(path.name, poses_of(path), exercises, lean)) for path in clips.lying]
    baseline = before
    if standing or kneeling or lying:
        baseline = Baseline(
            on=today,
            roll_deg=None if roll_deg is None else round(roll_deg, 2),
            standing=_by_side(standing),
            kneeling=_by_side(kneeling),
            lying=_by_side(lying),
        )
    tries = [_try(_followed(path.name, poses_of(path), exercises, lean), baseline, today) for path in clips.comfort]
    sides = sorted({one.side for one in tries})
    comfort = tuple(comfort_from([one for one in tries if one.side == side], pain, today) for side in sides)
    return Calibrated(baseline, comfort)


def _followed(
    name: str,
    poses: Sequence[Pose],
    exercises: Sequence[Exercise],
    roll_deg: float,
    allowed: Sequence[str] = _SEEN,
) -> _Seen:
    session, steps = Session(exercises), []
    for index, pose in enumerate(poses):
        steps.append(session.step(index, levelled(pose, roll_deg)))
    why = Counter(step.assessment.problems[0] for step in steps if step.assessment.problems)
    steps = [step for step in steps if not step.assessment.problems or step.assessment.problems[0] in allowed]
    if not steps:
        raise Problem(
            f"Nobody can be measured in {name} ({', '.join(problem for problem, _ in why.most_common(2)) or 'empty'})",
            "what is badly seen would be measured wrongly",
            "See docs/calibration.md for where to put the camera; psoas-coach analyse tells what is wrong",
        )
    return _Seen(name, steps)


def _standing(
    clips: Sequence[tuple[str, list[Pose]]], exercises: Sequence[Exercise]
) -> tuple[float | None, list[Neutral]]:
    """The camera's roll, where somebody stood both ways, and how they stand."""
    leans: dict[int, list[float]] = {-1: [], 1: []}
    for name, poses in clips:
        seen = _followed(name, poses, exercises, 0.0, _STANDING_SEEN)
        for still in seen.still():
            _check_stands(seen, still)
            steps = seen.within(still)
            leans[steps[0].raw.facing].append(float(np.mean([standing_lean_deg(s.pose.image_px) for s in steps])))
    roll_deg = None
    if leans[1] and leans[-1]:
        roll_deg = camera_roll_deg(float(np.mean(leans[1])), float(np.mean(leans[-1])))
        if abs(roll_deg) > MOST_ROLL_DEG:
            raise Problem(
                f"The camera leans by {abs(roll_deg):.1f} degrees",
                f"more than {MOST_ROLL_DEG:g} cannot be allowed for",
                "Put it upright, leave it there, and film again",
            )
    found = []
    for name, poses in clips:
        seen = _followed(name, poses, exercises, roll_deg or 0.0, _STANDING_SEEN)
        found += [_neutral(seen, still) for still in seen.still()]
    return roll_deg, found


def _check_stands(seen: _Seen, still: Still) -> None:
    trunk, thigh, knee = (seen.typical(still, column) for column in (_TRUNK, _THIGH, _KNEE))
    if max(abs(trunk), abs(thigh)) > _STANDING_DEG or knee > 2.0 * _STANDING_DEG:
        raise _other(
            seen.name, "somebody standing relaxed", f"trunk {trunk:.0f}, thigh {thigh:.0f}, knee {knee:.0f} degrees"
        )


def _kneeling(seen: _Seen) -> Neutral:
    still = seen.still()[0]
    opening, trunk = seen.typical(still, _OPENING), seen.typical(still, _TRUNK)
    if not seen.lunges(still) or max(abs(opening), abs(trunk)) > MOST_NEUTRAL_DEG:
        raise _other(
            seen.name,
            "somebody half-kneeling tall, the back knee under the hip and turned to the camera",
            f"front of hip {opening:.0f}, trunk {trunk:.0f} degrees",
        )
    return _neutral(seen, still)


def _lying(seen: _Seen) -> Neutral:
    still = seen.still()[0]
    trunk = seen.typical(still, _TRUNK)
    if not _LYING_DEG[0] <= trunk <= _LYING_DEG[1]:
        raise _other(seen.name, "somebody lying on their back", f"trunk {trunk:.0f} degrees")
    return _neutral(seen, still)


def _neutral(seen: _Seen, still: Still) -> Neutral:
    steps = seen.within(still)
    side: Side = "left" if steps[0].raw.near == LEFT else "right"
    opening, trunk = (round(seen.typical(still, column), 2) for column in (_OPENING, _TRUNK))
    spread = round(float(still.spread[0]), 2)
    return Neutral(side=side, hip_opening_deg=opening, trunk_deg=trunk, spread_deg=spread)


def _by_side(found: Sequence[Neutral]) -> tuple[Neutral, ...]:
    """One neutral posture for each side that was turned to the camera."""
    return tuple(
        agreed([one for one in found if one.side == side]) for side in SIDES if any(o.side == side for o in found)
    )


def _try(seen: _Seen, baseline: Baseline | None, today: date) -> Try:
    """The deepest stretch that was held still in a lunge."""
    stopped = sorted({one.rule for step in seen.steps for one in _all_readings(step) if one.verdict is Verdict.STOP})
    held = [still for still in seen.still() if seen.lunges(still)]
    if not held:
        raise _other(seen.name, "a low lunge held still for three seconds, the stretched side to the camera", "none")
    still = max(held, key=lambda one: seen.typical(one, _OPENING))
    side = seen.within(still)[0].raw.near
    own = baseline.kneeling_trunk_deg(side) if baseline is not None and baseline.holds(today) else None
    lean = seen.typical(still, _TRUNK) - own_upright(own or 0.0)
    opening = round(seen.typical(still, _OPENING), 2)
    # How far the lunge itself may go is what is being asked; all else that stops is a reason not to ask today.
    return Try(seen.name, side, opening, lean, tuple(rule for rule in stopped if rule != "hip-opening"))


def _all_readings(step: Step) -> list[Reading]:
    return [*step.assessment.readings, *step.moment.readings]


def _other(name: str, wanted: str, found: str) -> Problem:
    return Problem(
        f"{name} does not show {wanted}",
        f"something else was measured ({found})",
        "See docs/calibration.md for what to film, and how",
    )
