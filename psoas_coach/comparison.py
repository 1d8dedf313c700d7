"""What the program made of a clip against what is true in it.

Which question this module answers: how far off is each measure, which STOP is missed and which is false. Values only;
``psoas_coach.verify`` runs the program and prints.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.accuracy import ErrorStatistics, error_statistics
from calibration.phantom.events import Event
from calibration.phantom.truth import COLUMNS
from poses.measures import INDEX, IS_ANGLE, NAMES
from poses.problem import Problem
from poses.records import Finding, Step, Verdict
from poses.skeleton import SIDES

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Mean error that each angle of WATCHED may have on the near side of any one clip. Convention: somewhat more than the 4
# degrees that are aimed at for unseen people with the camera within 15 degrees of the side; the bundled clips stay
# below 3.5.
EXPECTED_DEG: Final = 5.0
WATCHED: Final = ("hip_opening_deg", "knee_flexion_deg", "trunk_inclination_deg", "shank_inclination_deg")
# A true stop that is over sooner may go unsaid: the program waits 0.3 s, and looks at 8 frames.
_SHORT_STOP_S: Final = 0.5
# What the phantom's events call the signs of forcing.
_EVENTS: Final = {"speed": "speed", "bounce": "bounce", "creep": "creep", "hold": "held-too-long"}
_STOP_RULE: Final = "hip-opening"
# A STOP this near to a true one belongs to it.
_NEAR_S: Final = 1.0
# How far a frame's stamp may be from that of its truth: both are rounded, to a millisecond or finer.
_SAME_TIME_S: Final = 0.002


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true in a clip: times ``(T,)``, values ``(T, 2, M)`` as in ``Measures``, and events."""

    time_s: Floats
    values: Floats
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What the program made of a clip: the steps of a session, and all findings."""

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the program made of a clip against what is true in it.

    Attributes:
        frames: How many there are.
        found: In how many somebody was found.
        judged: In how many an exercise was recognised and judged; the statistics are of these.
        near: The errors of each of ``measures.NAMES``, on the side turned to the camera.
        far: The same on the other side.
        stops: Each true stop of the hip opening that lasts, with the STOP that was said of it; None where missed.
        false_stops: STOPs that belong to no true stop of their rule.
    """

    frames: int
    found: int
    judged: int
    near: tuple[ErrorStatistics, ...]
    far: tuple[ErrorStatistics, ...]
    stops: tuple[tuple[Event, Finding | None], ...]
    false_stops: tuple[Finding, ...]

    def watched(self) -> dict[str, float]:
        """The mean errors that count, in degrees, NaN where not measured; empty where nothing was judged."""
        return {name: self.near[INDEX[name]].mae for name in WATCHED} if self.judged else {}

    def faults(self, *, stops_count: bool) -> list[str]:
        """What is worse than it should be, as phrases; empty where all is well.

        Args:
            stops_count: Whether a STOP that is missed or false is a fault.
        """
        found = [
            f"{called(name)} is not measured" if np.isnan(mae) else f"{called(name)} is off by {mae:.1f}°"
            for name, mae in self.watched().items()
            if not as_expected(mae)
        ]
        if stops_count:
            found += [f"the STOP at {event.start_s:.1f} s is missed" for event, said in self.stops if said is None]
            found += [f"the STOP at {finding.reported_s:.1f} s is false" for finding in self.false_stops]
        return found


def as_expected(mae_deg: float) -> bool:
    """Whether a mean error is as small as it should be; False for NaN."""
    return mae_deg <= EXPECTED_DEG


def called(measure: str) -> str:
    """A measure's name for the terminal."""
    return measure.removesuffix("_deg").replace("_", " ")


def compare(observation: Observation, truth: Truth) -> Comparison:
    """Compares every judged frame with the truth of its time, and every STOP with the true ones.

    Raises:
        Problem: When the clip's frames lie at other times than the truth does.
    """
    steps = observation.steps
    rows = _rows_of(np.array([step.pose.time_s for step in steps]), truth.time_s)
    judged = np.array([step.assessment.judged for step in steps], dtype=bool)
    near = np.array([step.measures.near for step in steps], dtype=np.intp)[judged]
    # (judged, 2, M) each.
    values = np.array([step.measures.values for step in steps])[judged]
    sigma = np.array([step.measures.sigma for step in steps])[judged]
    true, every = truth.values[rows[judged]], np.arange(len(near))

    def errors(side: NDArray[np.intp]) -> tuple[ErrorStatistics, ...]:
        measured, stated, right = (array[every, side] for array in (values, sigma, true))
        return tuple(
            error_statistics(measured[:, i], right[:, i], stated[:, i], is_angle=bool(IS_ANGLE[i]))
            for i in range(len(NAMES))
        )

    said = [finding for finding in observation.findings if finding.verdict is Verdict.STOP]
    lasting = [e for e in truth.events if e.id == f"{_STOP_RULE}-stop" and e.end_s - e.start_s > _SHORT_STOP_S]
    return Comparison(
        frames=len(steps),
        found=sum(step.pose.found for step in steps),
        judged=int(judged.sum()),
        near=errors(near),
        far=errors(1 - near),
        stops=tuple((event, next((f for f in said if _is_of(f, event)), None)) for event in lasting),
        false_stops=tuple(f for f in said if not any(_is_of(f, event, _NEAR_S) for event in truth.events)),
    )


def _rows_of(time_s: Floats, true_s: Floats) -> NDArray[np.intp]:
    """Positions of the truth at the frames' times."""
    # The first row that is not before the frame; stamps of files and tables are rounded.
    rows = np.minimum(np.searchsorted(true_s, time_s - _SAME_TIME_S), len(true_s) - 1)
    if (np.abs(true_s[rows] - time_s) > _SAME_TIME_S).any():
        raise Problem(
            "The clip and its truth have other times", "frames cannot be compared with it", "Render the clip again"
        )
    return np.asarray(rows, dtype=np.intp)


def _is_of(finding: Finding, event: Event, margin_s: float = 0.0) -> bool:
    """Whether a STOP is about a true stop or sign of forcing: of the same rule, and at the same time."""
    overlaps = finding.start_s <= event.end_s + margin_s and finding.end_s >= event.start_s - margin_s
    return event.id == _EVENTS.get(finding.rule, f"{finding.rule}-stop") and overlaps


def read_truth(clip: Path) -> Truth:
    """Reads the ``.truth.csv`` and ``.events.csv`` beside a clip.

    Raises:
        Problem: When one is missing or not what ``phantom render`` writes.
    """
    table_path, events_path = (clip.with_suffix(ending) for ending in (".truth.csv", ".events.csv"))
    table = _read(table_path, COLUMNS)
    happened = _read(events_path, ("id", "start_s", "end_s"))
    try:
        values = np.array(table, dtype=np.float64).reshape(-1, len(COLUMNS))
    except ValueError as error:
        raise _unreadable(table_path) from error
    if len(values) < 2 or not np.isfinite(values).all() or not (np.diff(values[:, 0]) > 0).all():
        raise _unreadable(table_path)
    try:
        events = tuple(Event(name, float(start), float(end)) for name, start, end in happened)
    except ValueError as error:
        raise _unreadable(events_path) from error
    places = [[COLUMNS.index(f"{name}_{side}") for name in NAMES] for side in SIDES]
    return Truth(values[:, 0], values[:, places], events)


def _read(path: Path, columns: Sequence[str]) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path) from error
    if head != list(columns) or any(len(row) != len(columns) for row in rows):
        raise _unreadable(path)
    return rows


def _unreadable(path: Path) -> Problem:
    why = "is not what phantom render writes" if path.is_file() else "is missing"
    return Problem(
        f"{path} {why}", "without it nothing is known to compare with", "Render again, or install psoas-coach again"
    )
