"""A take of somebody: a clip, or a stretch of a live calibration, as poses in order of time.

Which question this module answers: where in it does somebody keep still, in which posture, and what do its measures
say there. The same poses give the same numbers, wherever they come from; ``measuring`` makes postures of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.level import levelled
from calibration.refusal import Refused
from calibration.stillness import LEAST_S, MOST_SPREAD_DEG, Still, stretches
from poses.exercise import Exercise
from poses.measures import INDEX, trunk_length_px
from poses.records import Pose, Reading, Step
from poses.skeleton import HIPS
from poses.view import NOT_BEGUN, OF_LEGS, PARTLY
from psoas_coach.session import Session

OPENING, THIGH, TRUNK, KNEE = (
    INDEX[name] for name in ("hip_opening_deg", "thigh_inclination_deg", "trunk_inclination_deg", "knee_flexion_deg")
)
# With these trunk and hips are well seen. A whole person who stands is small in a wide picture, and large enough for
# the one line that is measured of them.
SEEN: Final = (*NOT_BEGUN, *PARTLY)
STANDING_SEEN: Final = (*SEEN, "too_small")
# Whoever stands, or lies on their back, is within so many degrees of upright and of the floor.
STANDING_DEG: Final = 20.0
LYING_DEG: Final = (70.0, 110.0)
LUNGE: Final = "low-lunge"
# How far a lunge itself may go is what is being asked; all else that stops is a reason not to ask today.
ASKED: Final = "hip-opening"
# So many frames of a stretch must have a value.
_LEAST_SEEN: Final = 0.5
# How fast somebody goes in counts over the last of the way: getting into position is not punished.
_WAY_DEG: Final = 15.0
# Over a shorter time the flicker of the landmarks would count as speed.
_FAST_S: Final = 0.5


def is_lunge(step: Step) -> bool:
    """Whether a moment shows a lunge whose stretched side is turned to the camera."""
    return step.assessment.exercise == LUNGE and step.assessment.stretched == step.raw.near


def seen_in(step: Step, allowed: Sequence[str]) -> bool:
    """Whether somebody is well enough seen; what may be wrong with the view nonetheless is ``allowed``."""
    return not step.assessment.problems or step.assessment.problems[0] in allowed


def posture_deg(steps: Sequence[Step]) -> NDArray[np.float64]:
    """``(N, 3)`` what has to keep still: trunk and hips. In a lunge the knees' landmarks jump while nobody moves.

    The hips' place across and down is told in degrees of a thigh as long as the trunk.
    """
    hips = np.array([step.pose.image_px[list(HIPS)].mean(axis=0) for step in steps])
    trunk_px = float(np.median([trunk_length_px(step.pose.image_px) for step in steps]))
    trunk = [step.raw.values[step.raw.near, TRUNK] for step in steps]
    return np.column_stack([trunk, np.degrees(hips / trunk_px)])


@dataclass(frozen=True, slots=True)
class Take:
    """A take after the session, as far as somebody was well seen in it.

    Attributes:
        name: What it is called.
        steps: In order of time.
    """

    name: str
    steps: list[Step]

    def still(self) -> list[Still]:
        """Where somebody keeps still.

        Raises:
            Refused: Nowhere.
        """
        found = stretches([step.pose.time_s for step in self.steps], posture_deg(self.steps), (0, 1, 2))
        if not found:
            raise Refused(
                f"Nobody keeps still in {self.name} for {LEAST_S:g} seconds",
                f"trunk and hips have to stay within {MOST_SPREAD_DEG:g} degrees to be measured",
                "Hold the posture for five seconds; more light, fitting clothes or a nearer camera steady the picture",
                "unsteady",
            )
        return found

    def within(self, still: Still) -> list[Step]:
        """The steps of a stretch."""
        return [step for step in self.steps if still.start_s <= step.pose.time_s <= still.end_s]

    def lunges(self, still: Still) -> bool:
        """Whether it is a lunge whose stretched side is turned to the camera."""
        told = [step for step in self.within(still) if step.assessment.exercise is not None]
        return 2 * sum(map(is_lunge, told)) > len(told)

    def near(self, still: Still) -> int:
        """The side that is turned to the camera: in most of a stretch, since a turn is believed only after a while."""
        return Counter(step.raw.near for step in self.within(still) if step.raw.facing).most_common(1)[0][0]

    def typical(self, still: Still, measure: int) -> float:
        """A measure of the near side over a stretch, each frame as much as it is sure; NaN where there is none.

        Raises:
            Refused: It was measured in too few frames.
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
            raise Refused(
                f"The legs are not seen well enough in {self.name} (measured in {seen.mean():.0%} of the frames)",
                "their angle would be a guess",
                "More light, clothes that stand out, the near leg turned to the camera, and film again",
                "legs_unseen",
            )
        # The median by weight: for a moment the pose model may take one leg for the other, and be sure of it.
        order = np.argsort(values[seen])
        weights = np.cumsum(1.0 / sigmas[seen][order] ** 2)
        return float(values[seen][order][np.searchsorted(weights, weights[-1] / 2.0)])

    def fastest_deg_s(self, until: Still) -> float:
        """How fast the front of the hip opened on the last of the way to a stretch, in the fastest half second.

        Told by trunk and hips, over a knee that stays where it is: the hips go forward, or the trunk leans back.
        """
        steps = [step for step in self.steps if step.pose.time_s <= until.start_s + _FAST_S and is_lunge(step)]
        times = np.array([step.pose.time_s for step in steps])
        if not (times < until.start_s).any() or not (times >= until.start_s).any():
            return 0.0
        trunk, across, _ = posture_deg(steps).T
        opened = trunk + across * [step.raw.facing for step in steps]
        opened = np.maximum(opened, opened[times >= until.start_s].mean() - _WAY_DEG)
        later = np.searchsorted(times, times + _FAST_S - 1e-6)
        first = np.flatnonzero(later < len(times))
        lasts_s = times[later[first]] - times[first]
        speed = (opened[later[first]] - opened[first]) / lasts_s
        # Where nobody was seen for a while, nobody knows how fast it went.
        speed = speed[(lasts_s < 2.0 * _FAST_S) & np.isfinite(speed)]
        return max(0.0, float(speed.max())) if len(speed) else 0.0


def followed(
    name: str,
    poses: Sequence[Pose],
    exercises: Sequence[Exercise],
    roll_deg: float,
    allowed: Sequence[str] = SEEN,
) -> Take:
    """A take of poses as a camera that leans by ``roll_deg`` saw them.

    Raises:
        Refused: Nobody is well seen.
    """
    session, steps = Session(exercises), []
    # Tries at a mild stretch, one after the other, are no rocking.
    session.expect(LUNGE)
    for index, pose in enumerate(poses):
        steps.append(session.step(index, levelled(pose, roll_deg)))
    why = Counter(step.assessment.problems[0] for step in steps if step.assessment.problems)
    steps = [step for step in steps if seen_in(step, allowed)]
    if not steps:
        raise Refused(
            f"Nobody can be measured in {name} ({', '.join(problem for problem, _ in why.most_common(2)) or 'empty'})",
            "what is badly seen would be measured wrongly",
            "See docs/calibration.md for where to put the camera; psoas-coach analyse tells what is wrong",
            "nobody",
        )
    return Take(name, steps)


def readings_of(step: Step) -> list[Reading]:
    """What all rules say of a moment, those of range and those of movement."""
    return [*step.assessment.readings, *step.moment.readings]
