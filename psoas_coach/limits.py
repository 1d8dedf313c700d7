"""The limits of an exercise as a table for the terminal."""

import math

from rich.table import Table

from poses.exercise import Band, Exercise
from poses.messages import Messages
from poses.records import Verdict
from psoas_coach.wording import in_unit, rule_name


def limits_table(exercise: Exercise, texts: Messages) -> Table:
    """A row for each rule: where the value may lie, and beyond what it asks for care or a stop."""
    verdicts = [texts("verdicts", verdict.value) for verdict in (Verdict.CAUTION, Verdict.STOP)]
    heads = ["", texts("summary", "aim"), *verdicts]
    table = Table(*heads, title=texts("exercises", exercise.id), title_justify="left", box=None, padding=(0, 2))
    for rule in exercise.rules:
        table.add_row(
            rule_name(texts, exercise.id, rule.id),
            _inside(rule.target, rule.measure),
            _outside(rule.caution, rule.measure),
            _outside(rule.stop, rule.measure),
        )
    return table


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
