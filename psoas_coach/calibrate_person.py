"""``psoas-coach calibrate person``: a person's own postures and limits, from clips.

All clips are filmed in one go, with the camera left where it is: standing facing one way and the other tells how far it
leans. What a clip shows (which side, which posture) is told from the clip, never asked.
"""

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
from calibration.stillness import LEAST_S, MOST_SPREAD_DEG, Still, stretches
from poses.exercise import Exercise
from poses.measures import INDEX
from poses.problem import Problem
from poses.records import Pose, Reading, Step, Verdict
from poses.skeleton import LEFT, SIDES
from psoas_coach.session import Session

_OPENING, _THIGH, _TRUNK, _KNEE = (
    INDEX[name] for name in ("hip_opening_deg", "thigh_inclination_deg", "trunk_inclination_deg", "knee_flexion_deg")
)
# With these nothing is wrong with the view.
_SEEN: Final = ("no_exercise", "other_posture", "looking")
# Whoever stands, or lies on their back, is within so many degrees of upright and of the floor.
_STANDING_DEG: Final = 20.0
_LYING_DEG: Final = (70.0, 110.0)

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
    """A clip after the session: its steps, and for each the measures of the side that is turned to the camera."""

    name: str
    steps: list[Step]
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]]

    def still(self) -> list[Still]:
        """Where somebody keeps still, trunk and thigh."""
        times = [step.pose.time_s for step in self.steps]
        found = stretches(times, self.values, (_TRUNK, _THIGH))
        if not found:
            raise Problem(
                f"Nobody keeps still in {self.name} for {LEAST_S:g} seconds",
                f"trunk and thigh have to stay within {MOST_SPREAD_DEG:g} degrees to be measured",
                "Hold the posture for five seconds; more light, fitting clothes or a nearer camera steady the picture",
            )
        return found

    def within(self, still: Still) -> list[Step]:
        """The steps of a stretch."""
        return [step for step in self.steps if still.start_s <= step.pose.time_s <= still.end_s]


def calibrate(
    clips: Clips, poses_of: Poses, exercises: Sequence[Exercise], before: Baseline | None, pain: int, today: date
) -> Calibrated:
    """Measures what the clips show.

    Args:
        clips: What was filmed.
        poses_of: Finds the poses of a clip.
        exercises: Those to recognise.
        before: An earlier baseline, for a comfortable end that is measured without a new one.
        pain: The most that was felt, 0 to 10.
        today: The date that is kept.

    Raises:
        Problem: A clip does not show what it should, or the tries are refused.
    """
    roll_deg, standing = _standing([(path.name, poses_of(path)) for path in clips.standing], exercises)
    lean = roll_deg or 0.0
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
    tries = [_try(_followed(path.name, poses_of(path), exercises, lean), baseline) for path in clips.comfort]
    sides = sorted({one.side for one in tries})
    comfort = tuple(comfort_from([one for one in tries if one.side == side], pain, today) for side in sides)
    return Calibrated(baseline, comfort)


def _followed(name: str, poses: Sequence[Pose], exercises: Sequence[Exercise], roll_deg: float) -> _Seen:
    session, steps = Session(exercises), []
    for index, pose in enumerate(poses):
        steps.append(session.step(index, levelled(pose, roll_deg)))
    steps = [step for step in steps if not step.assessment.problems or step.assessment.problems[0] in _SEEN]
    values = np.array([step.raw.values[step.raw.near] for step in steps]).reshape(len(steps), -1)
    return _Seen(name, steps, values)


def _standing(
    clips: Sequence[tuple[str, list[Pose]]], exercises: Sequence[Exercise]
) -> tuple[float | None, list[Neutral]]:
    """The camera's roll, where somebody stood both ways, and how they stand."""
    leans: dict[int, list[float]] = {-1: [], 1: []}
    for name, poses in clips:
        seen = _followed(name, poses, exercises, 0.0)
        for still in seen.still():
            _check_stands(name, still)
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
        seen = _followed(name, poses, exercises, roll_deg or 0.0)
        found += [_neutral(seen, still) for still in seen.still()]
    return roll_deg, found


def _check_stands(name: str, still: Still) -> None:
    trunk, thigh, knee = (float(still.mean[column]) for column in (_TRUNK, _THIGH, _KNEE))
    if max(abs(trunk), abs(thigh)) > _STANDING_DEG or knee > 2.0 * _STANDING_DEG:
        raise _other(
            name, "somebody standing relaxed", f"trunk {trunk:.0f}, thigh {thigh:.0f}, knee {knee:.0f} degrees"
        )


def _kneeling(seen: _Seen) -> Neutral:
    still = seen.still()[0]
    opening, trunk = float(still.mean[_OPENING]), float(still.mean[_TRUNK])
    step = seen.within(still)[-1]
    kneels = step.assessment.exercise == "low-lunge" and step.assessment.stretched == step.raw.near
    if not kneels or max(abs(opening), abs(trunk)) > MOST_NEUTRAL_DEG:
        raise _other(
            seen.name,
            "somebody half-kneeling tall, the back knee under the hip and turned to the camera",
            f"front of hip {opening:.0f}, trunk {trunk:.0f} degrees",
        )
    return _neutral(seen, still)


def _lying(seen: _Seen) -> Neutral:
    still = seen.still()[0]
    trunk = float(still.mean[_TRUNK])
    if not _LYING_DEG[0] <= trunk <= _LYING_DEG[1]:
        raise _other(seen.name, "somebody lying on their back", f"trunk {trunk:.0f} degrees")
    return _neutral(seen, still)


def _neutral(seen: _Seen, still: Still) -> Neutral:
    steps = seen.within(still)
    side: Side = "left" if steps[0].raw.near == LEFT else "right"
    opening, trunk = (round(float(still.mean[column]), 2) for column in (_OPENING, _TRUNK))
    spread = round(float(max(still.spread[_TRUNK], still.spread[_THIGH])), 2)
    return Neutral(side=side, hip_opening_deg=opening, trunk_deg=trunk, spread_deg=spread)


def _by_side(found: Sequence[Neutral]) -> tuple[Neutral, ...]:
    """One neutral posture for each side that was turned to the camera."""
    return tuple(
        agreed([one for one in found if one.side == side]) for side in SIDES if any(o.side == side for o in found)
    )


def _try(seen: _Seen, baseline: Baseline | None) -> Try:
    """The deepest stretch that was held still in a lunge."""
    stopped = sorted({one.rule for step in seen.steps for one in _all_readings(step) if one.verdict is Verdict.STOP})
    held = [
        (still, step)
        for still in seen.still()
        for step in [seen.within(still)[-1]]
        if step.assessment.exercise == "low-lunge" and step.assessment.stretched == step.raw.near
    ]
    if not held:
        raise _other(seen.name, "a low lunge held still for three seconds, the stretched side to the camera", "none")
    still, step = max(held, key=lambda one: float(one[0].mean[_OPENING]))
    own = baseline.kneeling_trunk_deg(step.raw.near) if baseline is not None else None
    lean = float(still.mean[_TRUNK]) - (own or 0.0)
    opening = round(float(still.mean[_OPENING]), 2)
    # How far the lunge itself may go is what is being asked; all else that stops is a reason not to ask today.
    return Try(seen.name, step.raw.near, opening, lean, tuple(rule for rule in stopped if rule != "hip-opening"))


def _all_readings(step: Step) -> list[Reading]:
    return [*step.assessment.readings, *step.moment.readings]


def _other(name: str, wanted: str, found: str) -> Problem:
    return Problem(
        f"{name} does not show {wanted}",
        f"something else was measured ({found})",
        "See docs/calibration.md for what to film, and how",
    )
