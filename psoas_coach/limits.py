"""The limits of an exercise as a table for the terminal."""

import math

from rich.table import Table

from poses.breathing import BreathingExercise, Pace
from poses.exercise import Band, Exercise
from poses.messages import Messages
from poses.records import Verdict
from psoas_coach.wording import in_unit, rule_name, unseen_sentence


def limits_table(exercise: Exercise, texts: Messages) -> Table:
    """A row for each rule: where the value may lie, and beyond what it asks for care or a stop."""
    verdicts = [texts("verdicts", verdict.value) for verdict in (Verdict.CAUTION, Verdict.STOP)]
    heads = ["", texts("summary", "aim"), *verdicts]
    table = Table(*heads, title=texts("exercises", exercise.id), title_justify="left", box=None, padding=(0, 2))
    for row in limits_rows(exercise, texts):
        table.add_row(*row)
    table.caption = unseen_sentence(texts, exercise.id, exercise.unseen)
    table.caption_justify = "left"
    return table


def limits_rows(exercise: Exercise, texts: Messages) -> list[tuple[str, str, str, str]]:
    """For each rule its name, where to aim, and beyond what it asks for care or a stop."""
    return [
        (
            rule_name(texts, exercise.id, rule.id),
            _inside(rule.target, rule.measure),
            _outside(rule.caution, rule.measure),
            _outside(rule.stop, rule.measure),
        )
        for rule in exercise.rules
    ]


def breathing_table(exercise: BreathingExercise, texts: Messages) -> Table:
    """The paces of a breathing exercise, in seconds; no limit stands in it."""
    acts = ("breathe_in", "hold_breath", "breathe_out", "wait_out")
    heads = ["", *(texts("live", act) for act in acts), texts("breath", "breaths")]
    table = Table(*heads, title=texts("exercises", exercise.id), title_justify="left", box=None, padding=(0, 2))
    table.add_row(texts("breath", "pace"), *_seconds(exercise.pace), str(exercise.cycles))
    if exercise.usual is not None:
        table.add_row(texts("breath", "usual"), *_seconds(exercise.usual), str(exercise.cycles))
    return table


def _seconds(pace: Pace) -> list[str]:
    return [f"{value:g} s" if value else "–" for value in (pace.in_s, pace.full_s, pace.out_s, pace.empty_s)]


def _inside(band: Band, measure: str) -> str:
    low, high = (None if math.isinf(end) else in_unit(end, measure) for end in (band.min, band.max))
    if low is None or high is None:
        return f"≤ {high}" if low is None else f"≥ {low}"
    return f"{low} … {high}"


def _outside(band: Band, measure: str) -> str:
    parts = []
    if not math.isinf(band.min):
        parts.append(f"< {in_unit(band.min, measure)}")
    if not math.isinf(band.max):
        parts.append(f"> {in_unit(band.max, measure)}")
    return ", ".join(parts) or "–"
