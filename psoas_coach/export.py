"""What other programs read: the poses and measures of a recording as marker, motion or table file.

Which question this module answers: what of a recording is told, under which names, in which units and signs. How each
format writes it down is in ``export_formats``. What was not measured is missing, not zero. An angle while something
stood in the way of judging is missing in a motion file, which cannot say how unsure it is, and marked in tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses.exercise import Exercise
from poses.measures import IS_ANGLE, NAMES
from poses.skeleton import LANDMARKS, SIDES
from poses.view import NOT_BEGUN
from psoas_coach.poses_file import Recording
from psoas_coach.session import Session

# Reasons why nothing is judged that say nothing against the angles themselves.
_ONLY_NO_EXERCISE: Final = frozenset(NOT_BEGUN)
# Ends of the measures' names that tell a unit; what has none is a ratio.
_UNITS: Final = {"_deg": "deg"}

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Told:
    """A recording as others read it.

    Attributes:
        name: Of the clip.
        image_wh: Width and height of its pictures.
        index: ``(N,)`` positions of the frames.
        time_s: ``(N,)`` media time.
        image_px: ``(N, 33, 2)`` landmarks in the picture: x right, y down.
        world_m: ``(N, 33, 3)`` the model's guess in space: x right, y down, z away from the camera, from mid-hip.
        visibility: ``(N, 33)``.
        values: ``(N, 2, M)`` smoothed measures, by side.
        raw: The same of each frame alone.
        sigma: Their one-sigma uncertainty.
        judged: ``(N,)`` whether nothing stood in the way of judging.
    """

    name: str
    image_wh: tuple[int, int]
    index: NDArray[np.int64]
    time_s: Float
    image_px: Float
    world_m: Float
    visibility: Float
    values: Float
    raw: Float
    sigma: Float
    judged: NDArray[np.bool_]

    @property
    def rate_hz(self) -> float:
        """Frames a second, by the median; 1 for a single one."""
        return float(1.0 / np.median(np.diff(self.time_s))) if len(self.time_s) > 1 else 1.0

    @property
    def steady(self) -> bool:
        """Whether the frames are at equal distances, within a tenth of one."""
        steps = np.diff(self.time_s)
        return not len(steps) or bool(np.ptp(steps) < 0.1 * np.median(steps))


def told(recording: Recording, exercises: tuple[Exercise, ...]) -> Told:
    """Follows a recording as a replay does, and keeps what is told of it."""
    session = Session(exercises, still=recording.origin.still)
    steps = [(pose, session.step(index, pose)) for index, pose in recording]
    shape = (len(steps), len(SIDES), len(NAMES))
    values, raw, sigma = (
        np.array([getattr(measures, field) for measures in each], np.float64).reshape(shape)
        for field, each in (
            ("values", [step.measures for _, step in steps]),
            ("values", [step.raw for _, step in steps]),
            ("sigma", [step.measures for _, step in steps]),
        )
    )
    width, height = (int(length) for length in recording.arrays["image_wh"])
    fine = [set(step.assessment.problems) <= _ONLY_NO_EXERCISE for _, step in steps]
    return Told(
        recording.origin.clip,
        (width, height),
        recording.indices,
        recording.arrays["time_s"].astype(np.float64),
        # As measured: a known lens and lean are undone.
        np.array([pose.image_px for pose, _ in steps], np.float64).reshape(-1, len(LANDMARKS), 2),
        np.array([pose.world_m for pose, _ in steps], np.float64).reshape(-1, len(LANDMARKS), 3),
        recording.arrays["visibility"].astype(np.float64),
        values,
        raw,
        sigma,
        np.array(fine, bool),
    )


def angles(recording: Told) -> tuple[list[str], Float]:
    """Names and values ``(N, A)`` of all joint angles; NaN while something stood in the way of judging."""
    names = [f"{name}_{side}" for side in SIDES for name, angle in zip(NAMES, IS_ANGLE, strict=True) if angle]
    values = recording.values[:, :, IS_ANGLE].reshape(len(recording.time_s), -1)
    return names, np.where(recording.judged[:, None], values, np.nan)


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that is told over time, for tables in which each value has a row.

    Attributes:
        kind: "measure", "measure_raw", "landmark" (in the picture), "world" (in space) or "visibility".
        name: Of the measure with its side, or of the landmark with its axis.
        unit: "deg", "px", "m" or "1".
        values: ``(N,)``.
        sigma: ``(N,)`` one-sigma uncertainty; NaN where none is known.
    """

    kind: str
    name: str
    unit: str
    values: Float
    sigma: Float


def columns(recording: Told) -> Iterator[Column]:
    """Everything that is told, one thing after another."""
    unknown = np.full(len(recording.time_s), np.nan)
    for kind, measured in (("measure", recording.values), ("measure_raw", recording.raw)):
        for side, side_name in enumerate(SIDES):
            for number, name in enumerate(NAMES):
                unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "1")
                values, sigma = measured[:, side, number], recording.sigma[:, side, number]
                yield Column(kind, f"{name}_{side_name}", unit, values, np.where(np.isnan(values), np.nan, sigma))
    for kind, points, unit in (("landmark", recording.image_px, "px"), ("world", recording.world_m, "m")):
        for number, name in enumerate(LANDMARKS):
            for axis, letter in zip(range(points.shape[2]), "xyz", strict=False):
                yield Column(kind, f"{name}_{letter}", unit, points[:, number, axis], unknown)
    for number, name in enumerate(LANDMARKS):
        yield Column("visibility", name, "1", recording.visibility[:, number], unknown)
