"""What is seen of one task while it goes on: is it the posture that is wanted, and for how long is it kept still?

It tells when there is something to measure, and hands out the poses to measure it from. The measuring itself is that of
clips (``measuring``): what is told here decides nothing but when.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.baseline import MOST_NEUTRAL_DEG
from calibration.stillness import still_for
from poses.measures import trunk_length_px
from poses.records import Pose, Step
from poses.skeleton import HIPS
from poses.view import OF_LEGS
from psoas_coach.calibrate_state import COUNTS_S, Kind
from psoas_coach.takes import (
    KNEE,
    LYING_DEG,
    OPENING,
    SEEN,
    STANDING_DEG,
    STANDING_SEEN,
    THIGH,
    TRUNK,
    is_lunge,
    posture_deg,
    seen_in,
)

# A take is no longer: what was done a minute ago belongs to another try.
_TAKE_S: Final = 40.0
# A try is taken from so long before the person was tall, so that the session that measures it has begun to follow.
_LEAD_S: Final = 1.5
# What is told of a posture is told of so long, since a single picture may mislead.
_RECENT_S: Final = 1.0
# Kneeling tall for so long is enough to begin from.
_TALL_S: Final = 1.0
# So much more open somebody is on the way in, and no longer just swaying; and below the second they are out again
# (convention).
_IN_DEG, _OUT_DEG = 4.0, 2.0


class Watch:
    """Watches one task.

    Args:
        kind: What is to be measured.
        side: The side that has to be turned to the camera, or None for either.
    """

    def __init__(self, kind: Kind, side: int | None) -> None:
        self._kind, self._side = kind, side
        self._poses: deque[Pose] = deque()
        self._seen: deque[Step] = deque()
        self._allowed = STANDING_SEEN if kind == "standing" else SEEN
        self._fits_since_s: float | None = None
        self._from_s = 0.0
        self._tall: tuple[float, float, float] | None = None

    def take(self, pose: Pose, step: Step) -> None:
        """Takes one more moment into account: the pose as the camera saw it, and what was made of it."""
        self._poses.append(pose)
        while self._poses[0].time_s < pose.time_s - _TAKE_S:
            self._poses.popleft()
        if seen_in(step, self._allowed) and step.pose.found:
            self._seen.append(step)
        while self._seen and self._seen[0].pose.time_s < pose.time_s - COUNTS_S - _RECENT_S:
            self._seen.popleft()
        fits = self.fits
        if fits and self._tall is not None and self._gone_deg(self._tall) < 0.0:
            # Whoever comes up still farther was not quite tall yet.
            self._tall = self._place()
        if not fits:
            self._fits_since_s = None
        elif self._fits_since_s is None:
            self._fits_since_s = max(self._poses[0].time_s, pose.time_s - _RECENT_S)

    @property
    def fits(self) -> bool:
        """Whether the posture of the last second is the one that is wanted, with the right side to the camera."""
        steps = self._recent()
        return bool(steps) and self._side in (None, steps[-1].raw.near) and self._posture(steps)

    @property
    def is_tall(self) -> bool:
        """Whether somebody kneels tall, and has done so for a moment."""
        return self.fits and self._upright(self._recent()) and self.still_s(-np.inf) >= _TALL_S

    @property
    def is_in(self) -> bool | None:
        """Whether the front of the hip is surely more open than when kneeling tall; None where that is in between."""
        if self._tall is None or not self.fits:
            return False
        gone_deg = self._gone_deg(self._tall)
        return True if gone_deg >= _IN_DEG else False if gone_deg < _OUT_DEG else None

    def begin(self, now_s: float) -> None:
        """A try begins here, from kneeling tall."""
        self._tall, self._from_s = self._place(), now_s - _LEAD_S

    def still_s(self, since_s: float) -> float:
        """For how long somebody has kept still in the posture, of what came after a moment."""
        if self._fits_since_s is None:
            return 0.0
        start_s = max(since_s, self._fits_since_s)
        steps = [step for step in self._seen if step.pose.time_s >= start_s]
        if len(steps) < 2 or steps[-1].pose.time_s < self._poses[-1].time_s - _RECENT_S:
            return 0.0
        return still_for([step.pose.time_s for step in steps], posture_deg(steps))

    def poses(self) -> tuple[Pose, ...]:
        """The poses to measure from."""
        # What came before the posture, a turn perhaps, is none of it.
        start_s = self._from_s if self._tall is not None else self._fits_since_s or 0.0
        return tuple(pose for pose in self._poses if pose.time_s >= start_s)

    def _recent(self) -> list[Step]:
        end_s = self._poses[-1].time_s if self._poses else 0.0
        return [step for step in self._seen if step.pose.time_s >= end_s - _RECENT_S]

    def _posture(self, steps: list[Step]) -> bool:
        if self._kind in ("kneeling", "comfort"):
            lunges = 2 * sum(map(is_lunge, steps)) > len(steps)
            clear = np.isfinite(self._median(steps, OPENING))
            return bool(lunges and clear) and (self._kind == "comfort" or self._upright(steps))
        trunk = self._median(steps, TRUNK)
        if self._kind == "lying":
            return LYING_DEG[0] <= trunk <= LYING_DEG[1]
        thigh, knee = self._median(steps, THIGH), self._median(steps, KNEE)
        return abs(trunk) <= STANDING_DEG and abs(thigh) <= STANDING_DEG and knee <= 2.0 * STANDING_DEG

    def _upright(self, steps: list[Step]) -> bool:
        return all(abs(self._median(steps, column)) <= MOST_NEUTRAL_DEG for column in (OPENING, TRUNK))

    def _median(self, steps: list[Step], column: int) -> float:
        """Of the near side, NaN where less than half is known, so that no comparison holds."""
        # What is not measured of badly seen legs counts for nothing here either (``takes.Take.typical``).
        clear = [step for step in steps if set(OF_LEGS).isdisjoint(step.assessment.problems)]
        values: NDArray[np.float64] = np.array([step.raw.values[step.raw.near, column] for step in clear])
        known = values[np.isfinite(values)]
        return float(np.median(known)) if 2 * len(known) > len(steps) else float("nan")

    def _place(self) -> tuple[float, float, float]:
        """Inclination of the trunk in degrees, and in pixels where the hips are across the picture, and its length."""
        steps = self._recent()
        trunk = np.nanmedian([step.raw.values[step.raw.near, TRUNK] for step in steps])
        across = np.median([step.pose.image_px[list(HIPS), 0].mean() for step in steps])
        return float(trunk), float(across), float(np.median([trunk_length_px(step.pose.image_px) for step in steps]))

    def _gone_deg(self, tall: tuple[float, float, float]) -> float:
        """How much more open the front of the hip is, over a knee that stays in its place."""
        (trunk, across, _), (tall_trunk, tall_across, trunk_px) = self._place(), tall
        hips_deg = float(np.degrees((across - tall_across) / trunk_px)) * self._recent()[-1].raw.facing
        return hips_deg + trunk - tall_trunk
