"""``measures.csv``: one row a frame, for spreadsheets and scripts.

Columns: ``index, time_s, exercise, stretched, near, problem, cue``; then for each measure and side the raw value, the
smoothed one (``..._filtered``) and its one-sigma uncertainty (``..._sigma``), the unit being part of the measure's
name, and the same of the front-view measures where an exercise is looked at from the front; then for each rule its
verdict; then the phase, the seconds of the hold under way, the repetition, and for each sign of forcing its value and
verdict. An empty cell means not seen or not judged.
"""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from poses.exercise import Exercise
from poses.measures import FRONT_NAMES, NAMES
from poses.movement import MEASURES
from poses.records import Measures, Step
from poses.skeleton import SIDES
from psoas_coach.files import cannot_write

_LEAD: Final = ("index", "time_s", "exercise", "stretched", "near", "problem", "cue")


class MeasuresTable:
    """Writes the table as the session goes; complete whenever it is closed.

    Args:
        path: Where the table goes.
        exercises: Those that may be recognised; their rules become columns.
    """

    def __init__(self, path: Path, exercises: Sequence[Exercise]) -> None:
        self._path = path
        self._rules = [(exercise.id, rule.id) for exercise in exercises for rule in exercise.rules]
        self._from_front = _any_from_front(exercises)
        self._signs = [(e.id, rule) for e in exercises if e.movement for rule in e.movement.cues]
        try:
            self._file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise cannot_write(path, error) from error
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._row(columns(exercises))

    def __enter__(self) -> "MeasuresTable":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, step: Step) -> None:
        """Adds the row of one frame."""
        judged = step.assessment
        row = [
            str(step.index),
            f"{judged.time_s:.6f}",
            judged.exercise or "",
            "" if judged.stretched is None else SIDES[judged.stretched],
            SIDES[judged.near] if step.raw.facing else "",
            judged.problems[0] if judged.problems else "",
            step.cue.id if step.cue else "",
        ]
        row += _measured(step.raw, step.measures)
        if self._from_front:
            row += _measured(*step.front) if step.front is not None else [""] * len(_columns_of(FRONT_NAMES))
        verdicts = {(judged.exercise, reading.rule): reading.verdict.value for reading in judged.readings}
        row += [verdicts.get(rule, "") for rule in self._rules]
        moment = step.moment
        row += [moment.phase.value if moment.phase else "", _cell(moment.hold_s), str(moment.repetition or "")]
        signs = {(judged.exercise, reading.rule): reading for reading in moment.readings}
        for sign in self._signs:
            reading = signs.get(sign)
            row += ["", ""] if reading is None else [_cell(reading.value), reading.verdict.value]
        self._row(row)

    def close(self) -> None:
        """Closes the file; safe to call twice."""
        try:
            self._file.close()
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def _row(self, cells: Sequence[str]) -> None:
        try:
            self._rows.writerow(cells)
        except OSError as error:
            raise cannot_write(self._path, error) from error


def columns(exercises: Sequence[Exercise]) -> list[str]:
    """Names of the columns, in order."""
    measured = _columns_of(NAMES) + (_columns_of(FRONT_NAMES) if _any_from_front(exercises) else [])
    rules = [f"{exercise.id}.{rule.id}" for exercise in exercises for rule in exercise.rules]
    signs = [
        f"{exercise.id}.{rule}{ending}"
        for exercise in exercises
        if exercise.movement
        for rule in exercise.movement.cues
        for ending in (f".{MEASURES[rule]}", "")
    ]
    return [*_LEAD, *measured, *rules, "phase", "hold_s", "repetition", *signs]


def _any_from_front(exercises: Sequence[Exercise]) -> bool:
    return any(exercise.view == "front" for exercise in exercises)


def _columns_of(names: Sequence[str]) -> list[str]:
    return [f"{name}_{side}{suffix}" for name in names for side in SIDES for suffix in ("", "_filtered", "_sigma")]


def _measured(raw: Measures, smooth: Measures) -> list[str]:
    """The cells of both sides' measures, in the order of the columns: measure, side, and which of the three."""
    values = np.array((raw.values, smooth.values, smooth.sigma))
    return ["" if math.isnan(value) else f"{value:.4f}" for value in values.T.ravel().tolist()]


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}"
