"""What counts seconds and repetitions: too long, too much, too quickly one after the other, farther each time.

Which question this module answers: what do the clocks and the peaks of what was done so far say. Numbers are those of
safe-ranges.md 2.4 and 3.5 by way of the exercise files.
"""

import itertools
import math
from typing import NamedTuple

from poses.movement import GrowthLimits, TempoLimits, TimeLimits
from poses.records import Verdict
from poses.tally import Repetition, Tally

# What was measured, the verdict, and the limit that was passed, NaN for OK.
Said = tuple[float, Verdict, float]


def long(limits: TimeLimits, seconds: float, *, holding: bool) -> Said:
    """Whether a hold, or all that one side was held, is long enough; only a hold can be too long."""
    if holding and seconds > limits.stop_s:
        return seconds, Verdict.STOP, limits.stop_s
    if holding and seconds > limits.caution_s:
        return seconds, Verdict.CAUTION, limits.caution_s
    return seconds, Verdict.OK, math.nan


def quick(limits: TempoLimits, begun_s: tuple[float, ...], done: Tally) -> Said:
    """How long the last repetition took until the next began; a stop where two in a row were far too short."""
    steps = done.steps
    begun = (*begun_s, *(step.since_s for step in steps[:1]))
    periods = [after - before for before, after in itertools.pairwise(begun)]
    # Whoever has come to rest is not going on too fast.
    if not steps or not periods:
        return math.nan if not periods else periods[-1], Verdict.OK, math.nan
    if len(periods) > 1 and max(periods) < limits.stop_s:
        return periods[-1], Verdict.STOP, limits.stop_s
    if periods[-1] < limits.caution_s:
        return periods[-1], Verdict.CAUTION, limits.caution_s
    return periods[-1], Verdict.OK, math.nan


class Peaks(NamedTuple):
    """How far repetitions went. No side is held to what the other one could (safe-ranges.md 3.6).

    Attributes:
        of: For the left leg, the right one, and both together: the first peak, and as many of the last as make a trend.
        last: Which of these the last repetition was of.
    """

    of: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]] = ((), (), ())
    last: int = 2


def with_peak(limits: GrowthLimits | None, peaks: Peaks, done: Repetition) -> Peaks:
    """The peaks with that of one more repetition."""
    if limits is None:
        return peaks
    last = 2 if done.side is None else done.side
    sides = list(peaks.of)
    before = sides[last]
    sides[last] = (before[0], *(*before[1:], done.peak)[-limits.over :]) if before else (done.peak,)
    return Peaks((sides[0], sides[1], sides[2]), last)


def farther(limits: GrowthLimits, done: Peaks) -> Said:
    """How far the last repetition went above the first of its side, or the trend of the last ones."""
    peaks = done.of[done.last]
    if len(peaks) < 2:
        return 0.0, Verdict.OK, math.nan
    above = peaks[-1] - peaks[0]
    if peaks[-1] < limits.from_deg:
        return above, Verdict.OK, math.nan
    if above > limits.above_first_deg:
        return above, Verdict.CAUTION, limits.above_first_deg
    last = (peaks if len(peaks) <= limits.over else peaks[1:])[-limits.over :]
    if len(last) == limits.over:
        middle = (limits.over - 1) / 2.0
        weights = [number - middle for number in range(limits.over)]
        trend = sum(w * p for w, p in zip(weights, last, strict=True)) / sum(w * w for w in weights)
        if trend > limits.trend_deg and last[-1] > peaks[0]:
            return above, Verdict.CAUTION, limits.trend_deg * (limits.over - 1)
    return above, Verdict.OK, math.nan
