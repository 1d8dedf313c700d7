"""What is kept of how somebody breathed: for the summary, the terminal and the end of a session; never a score.

Which question this module answers: of all moments of a stretch of breathing, what is told at its end, and if nothing,
why not.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from poses.breath import PROBLEMS, BreathReading, Problem
from poses.messages import Messages

# Longer than this between two moments is time that was not watched.
_LONGEST_STEP_S: Final = 1.0
# Told for less, it is not told: a number of one moment stands for nothing.
_LEAST_TOLD_S: Final = 3.0


class BreathingRecord(BaseModel):
    """A stretch of breathing. Rates a minute, rises in millimetres for a trunk of half a metre; None where not told.

    ``paced``: whether a pace was given to the end, ``freed``: whether the person gave it up. ``told_s``: for how long
    the breath could be told, ``why_not``: the usual reason for the rest of the time. ``held_s``: the longest that
    nothing moved where a breath was told before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    exercise: str
    paced: bool
    freed: bool
    start_s: float
    end_s: float
    told_s: float
    rate_per_min: float | None
    rate_sigma_per_min: float | None
    belly_share: float | None
    belly_mm: float | None
    chest_mm: float | None
    full_s: float | None
    empty_s: float | None
    held_s: float | None
    why_not: Literal["", "not_seen", "not_lying", "moving", "too_short", "no_signal"]


@dataclass(frozen=True, slots=True)
class BreathTally:
    """What was gathered of a stretch.

    Attributes:
        start_s: When it began, NaN before.
        end_s: The last moment.
        told_s: For how long the breath was told.
        told: What was told, each half second.
        reasons: For how long each reason stood against telling.
        held_s: The longest that nothing moved.
    """

    start_s: float = math.nan
    end_s: float = math.nan
    told_s: float = 0.0
    told: tuple[BreathReading, ...] = ()
    reasons: tuple[tuple[Problem, float], ...] = ()
    held_s: float = math.nan

    @property
    def still_s(self) -> float:
        """For how long somebody lay still, told or not."""
        return self.told_s + sum(seconds for reason, seconds in self.reasons if reason in ("too_short", "no_signal"))


# So often a reading is kept: it changes no faster.
_KEPT_EVERY_S: Final = 0.5


def gather(tally: BreathTally, reading: BreathReading, time_s: float) -> BreathTally:
    """Takes one more moment into account."""
    if math.isnan(tally.start_s):
        return replace(tally, start_s=time_s, end_s=time_s)
    elapsed_s = min(max(time_s - tally.end_s, 0.0), _LONGEST_STEP_S)
    held_s = float(np.fmax(tally.held_s, reading.held_s))
    tally = replace(tally, end_s=time_s, held_s=held_s)
    if reading.problem:
        reasons = dict(tally.reasons)
        reasons[reading.problem] = reasons.get(reading.problem, 0.0) + elapsed_s
        return replace(tally, reasons=tuple(reasons.items()))
    keep = not tally.told or reading.time_s - tally.told[-1].time_s >= _KEPT_EVERY_S
    return replace(tally, told_s=tally.told_s + elapsed_s, told=(*tally.told, reading) if keep else tally.told)


def record_of(tally: BreathTally, exercise: str, *, paced: bool, freed: bool = False) -> BreathingRecord:
    """What a stretch comes to: the middle of all that was told."""
    told = tally.told if tally.told_s >= _LEAST_TOLD_S else ()
    reasons = Counter({reason: seconds for reason, seconds in tally.reasons if reason in PROBLEMS})
    usual: Problem = reasons.most_common(1)[0][0] if reasons else ""
    start_s = 0.0 if math.isnan(tally.start_s) else tally.start_s
    return BreathingRecord(
        exercise=exercise,
        paced=paced,
        freed=freed,
        start_s=round(start_s, 3),
        end_s=round(start_s if math.isnan(tally.end_s) else tally.end_s, 3),
        told_s=round(tally.told_s if told else 0.0, 3),
        rate_per_min=_middle([one.rate_per_min for one in told], 1),
        rate_sigma_per_min=_middle([one.rate_sigma_per_min for one in told], 2),
        belly_share=_middle([one.belly_share for one in told], 2),
        belly_mm=_middle([one.belly_mm for one in told], 1),
        chest_mm=_middle([one.chest_mm for one in told], 1),
        full_s=_middle([one.full_s for one in told], 1),
        empty_s=_middle([one.empty_s for one in told], 1),
        held_s=None if math.isnan(tally.held_s) else round(tally.held_s, 1),
        why_not=usual,
    )


def _middle(values: Sequence[float], digits: int) -> float | None:
    known = [value for value in values if math.isfinite(value)]
    return round(float(np.median(known)), digits) if known else None


def told_lines(texts: Messages, record: BreathingRecord) -> list[str]:
    """What is told of a stretch, in sentences; what could not be told is said too."""
    length_s = record.end_s - record.start_s
    name = texts("exercises", record.exercise)
    if record.rate_per_min is None:
        return [f"{name}: {texts('breath', 'not_told')} {texts('breath', 'problems', record.why_not or 'no_signal')}"]
    rate, sigma = f"{record.rate_per_min:.0f}", texts.number(record.rate_sigma_per_min or 0.0)
    parts = [texts("breath", "rate", rate=rate, sigma=sigma)]
    if record.belly_share is not None:
        parts.append(texts("breath", "share", share=f"{100.0 * record.belly_share:.0f}"))
    else:
        parts.append(texts("breath", "no_share"))
    for pause, seconds in (("full", record.full_s), ("empty", record.empty_s)):
        if seconds:
            parts.append(texts("breath", f"pause_{pause}", seconds=texts.number(seconds)))
    lines = [f"{name}: {'; '.join(parts)}"]
    if record.told_s < 0.9 * length_s:
        why = texts("breath", "problems", record.why_not or "too_short")
        lines.append(texts("breath", "told_for", told=f"{record.told_s:.0f}", length=f"{length_s:.0f}", why=why))
    return lines
