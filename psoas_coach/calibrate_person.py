"""A person's own postures and limits, from clips.

All clips are filmed in one go, with the camera left where it is: standing facing one way and the other tells how far it
leans. What a clip shows (which side, which posture) is told from the clip, never asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from calibration.baseline import Baseline, Comfort, Neutral, Try, agreed, comfort_from, with_older
from calibration.profile import Profile
from poses.exercise import Exercise
from poses.records import Pose
from poses.skeleton import SIDES
from psoas_coach import measuring, takes

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
    """What came of it.

    Attributes:
        baseline: What is kept from now on: what was measured, and what of an earlier one was not measured anew.
        measured: What of it was measured now, None where no neutral posture was.
        comfort: Comfortable ends that were measured.
    """

    baseline: Baseline | None
    measured: Baseline | None
    comfort: tuple[Comfort, ...]

    def kept_in(self, profile: Profile) -> Profile:
        """A person's profile with it."""
        updated = profile.model_copy(update={"baseline": self.baseline})
        for measured in self.comfort:
            updated = updated.with_comfort(measured)
        return updated


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
        before: An earlier baseline, for what is not measured anew.
        pain: The most that was felt, 0 to 10.
        today: The date that is kept.
        known_roll_deg: How far the camera leans, where nobody is filmed standing both ways.

    Raises:
        Problem: A clip does not show what it should, or the tries are refused.
    """
    filmed = [(path.name, poses_of(path)) for path in clips.standing]
    roll_deg, standing = measuring.standing(filmed, exercises, known_roll_deg)
    stood = [neutral for found in standing for neutral in found]
    lean = known_roll_deg if roll_deg is None else roll_deg

    def followed(path: Path) -> takes.Take:
        return takes.followed(path.name, poses_of(path), exercises, lean)

    kneeling = [measuring.kneeling(followed(path)) for path in clips.kneeling]
    lying = [measuring.lying(followed(path)) for path in clips.lying]
    measured = measured_baseline(today, roll_deg, stood, kneeling, lying)
    baseline = before if measured is None else with_older(measured, before)
    tries = [measuring.comfort_try(followed(path), baseline, today) for path in clips.comfort]
    return Calibrated(baseline, measured, comforts(tries, pain, today))


def measured_baseline(
    today: date,
    roll_deg: float | None,
    standing: Sequence[Neutral],
    kneeling: Sequence[Neutral],
    lying: Sequence[Neutral],
) -> Baseline | None:
    """A baseline of everything that was measured, None where nothing was.

    Raises:
        Refused: Postures of one kind and side differ too much.
    """
    if not (standing or kneeling or lying):
        return None
    return Baseline(
        on=today,
        roll_deg=None if roll_deg is None else round(roll_deg, 2),
        standing=_by_side(standing),
        kneeling=_by_side(kneeling),
        lying=_by_side(lying),
    )


def comforts(tries: Sequence[Try], pain: int, today: date) -> tuple[Comfort, ...]:
    """The comfortable end of each side that was tried.

    Raises:
        Refused: Those of a side could mislead.
    """
    sides = sorted({one.side for one in tries})
    return tuple(comfort_from([one for one in tries if one.side == side], pain, today) for side in sides)


def _by_side(found: Sequence[Neutral]) -> tuple[Neutral, ...]:
    """One neutral posture for each side that was turned to the camera."""
    return tuple(
        agreed([one for one in found if one.side == side]) for side in SIDES if any(o.side == side for o in found)
    )
