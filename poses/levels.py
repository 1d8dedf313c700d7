"""Where an angle stays, and when it came there and left: the last seconds in tenths.

Which question this module answers: is the angle still, at which level was it, and when did it arrive at or leave a
level. Tenths of a second of media time make the answers the same at any frame rate; a level is one of the person's own,
so that a constant error of the angle does not matter. Numbers without a source are conventions.
"""

import math
import statistics
from collections.abc import Sequence
from typing import Final, NamedTuple

# A bin is long enough for a sample at 10 frames a second, and short against any movement that counts.
BIN_S: Final = 0.1
# A person has arrived at, or left, a level when within this of it: just above the noise of 0.3 s.
NEAR_DEG: Final = 1.0
# So near, a calm movement is still under way: for this many degrees at its speed, and no longer than this. Measured on
# smooth movements; one that sets out is noticed later than one that arrives.
_SETTLE_DEG: Final = 0.75
_SETTLE_S: Final = 0.15
_SET_OUT_DEG: Final = 1.0
_SET_OUT_S: Final = 0.2
# It was on its way to a level when this far from it: more than sway.
PAST_DEG: Final = 3.0
# Whoever is still moves less than this within a second: sway, breath and noise.
_STILL_DEG: Final = 5.0
# Bounces of up to twice this do not hide at which level somebody holds.
_BOUNCE_DEG: Final = 6.0


class Bin(NamedTuple):
    """Mean time and angle of a tenth of a second, and how long nothing was seen until then since the exercise began."""

    time_s: float
    value: float
    unseen_s: float


def still(bins: Sequence[Bin], speed_deg_s: float) -> float:
    """For how many seconds there was no mean movement: 1, or 2.5 where bounces between two levels hide it, or 0."""
    now, before = mean(bins, 0.5, 0.0), mean(bins, 1.0, 0.5)
    latest = bins[-1].time_s
    # NaN, for too few bins, is no stillness; nor is a turning point, on both sides of which the means agree.
    if abs(now - before) < speed_deg_s * 0.5:
        second = [b.value for b in bins[-12:] if latest - b.time_s < 1.0]
        if max(second) - min(second) < _STILL_DEG:
            return 1.0
    early = [b.value for b in bins if 1.25 <= latest - b.time_s < 2.5]
    late = [b.value for b in bins if latest - b.time_s < 1.25]
    if min(len(early), len(late)) * BIN_S < 0.6 or max(early + late) - min(early + late) > 2.0 * _BOUNCE_DEG:
        return 0.0
    moved = max(abs(max(late) - max(early)), abs(min(late) - min(early)))
    return 2.5 if moved < speed_deg_s else 0.0


def mean(bins: Sequence[Bin], from_s: float, until_s: float) -> float:
    """Mean angle from one time before the latest bin until another; NaN when less than half of it was seen."""
    latest = bins[-1].time_s
    values = []
    for b in reversed(bins):
        ago = latest - b.time_s
        if ago >= from_s:
            break
        if ago >= until_s:
            values.append(b.value)
    enough = len(values) * BIN_S >= (from_s - until_s) / 2.0 - BIN_S / 2.0
    return sum(values) / len(values) if enough else math.nan


def level_before(bins: Sequence[Bin], since_s: float) -> float:
    """Where the angle was before the last second: the median since a time, which bounces do not move."""
    latest = bins[-1].time_s
    since = [b for b in bins if b.time_s >= since_s - BIN_S] or bins[-1:]
    before = [b.value for b in since if latest - 4.0 <= b.time_s <= latest - 1.0]
    return statistics.median(before if len(before) * BIN_S >= 0.5 else [b.value for b in since])


def found(bins: Sequence[Bin], still_s: float) -> Bin:
    """When the level was reached at which there was no mean movement for the last ``still_s``."""
    return arrived(bins, mean(bins, still_s / 2.0, 0.0), PAST_DEG if still_s == 1.0 else _BOUNCE_DEG)


def arrived(bins: Sequence[Bin], level: float, past_deg: float) -> Bin:
    """When the angle, last farther than ``past_deg`` from a level, first came near it."""
    away = [abs(value - level) for value in _smooth(bins)]
    first = next((i for i in range(len(away) - 1, -1, -1) if away[i] > past_deg), None)
    if first is None:
        return bins[0]
    near = next((i for i in range(first + 1, len(away)) if away[i] <= NEAR_DEG), len(away) - 1)
    start = _between(bins[near - 1], bins[near], away[near - 1], away[near], late=True)
    return start if start.time_s <= bins[-1].time_s else bins[-1]


def reached(bins: Sequence[Bin], level: float, base: float, near_deg: float) -> Bin:
    """When the angle, after it was last nearer to ``base`` than to ``level``, first came within ``near_deg`` of it."""
    values = _smooth(bins)
    way = next((i for i in range(len(values) - 1, -1, -1) if values[i] < (level + base) / 2.0), 0)
    near = next((i for i in range(way, len(values)) if values[i] >= level - near_deg), len(values) - 1)
    return _at(bins, values, near, level - near_deg) if near else bins[0]


def crossed(bins: Sequence[Bin], value_deg: float) -> Bin:
    """When the angle last fell below a value; the latest moment where it has not."""
    values = _smooth(bins)
    below = next((i + 1 for i in range(len(values) - 1, -1, -1) if values[i] >= value_deg), 0)
    if below == len(values):
        return bins[-1]
    # Nothing is guessed in a gap: it was left when last seen.
    if below and bins[below].unseen_s > bins[below - 1].unseen_s:
        return bins[below - 1]
    return _at(bins, values, below, value_deg) if below else bins[0]


def left(bins: Sequence[Bin], level: float, sign: int) -> Bin:
    """When the angle was last near a level before it rose (+1) or fell (-1) away from it."""
    values = _smooth(bins)
    last = next((i for i in range(len(values) - 1, -1, -1) if sign * (values[i] - level) <= 2.0 * NEAR_DEG), 0)
    # Sway may have moved it a little from the level of the seconds before.
    before = [b.value for b in bins[: last + 1] if b.time_s >= bins[last].time_s - 1.2]
    close = [value for value in before if abs(value - level) <= PAST_DEG]
    level = sum(close) / len(close) if close else level
    last = next((i for i in range(last, -1, -1) if sign * (values[i] - level) <= NEAR_DEG), 0)
    if last + 1 == len(bins):
        return bins[last]
    there, gone = sign * (values[last] - level), sign * (values[last + 1] - level)
    return _between(bins[last], bins[last + 1], there, gone, late=False)


def until(bins: Sequence[Bin], value: float) -> Sequence[Bin]:
    """The bins up to the last one with a value, or all."""
    position = next((i for i in range(len(bins) - 1, -1, -1) if bins[i].value == value), len(bins) - 1)
    return bins[: position + 1]


def _smooth(bins: Sequence[Bin]) -> list[float]:
    """Means of each bin and its neighbours; of itself alone where frames were lost on one side."""
    values = [b.value for b in bins]
    for i in range(1, len(bins) - 1):
        if bins[i + 1].time_s - bins[i - 1].time_s < 3.0 * BIN_S:
            values[i] = (bins[i - 1].value + bins[i].value + bins[i + 1].value) / 3.0
    return values


def _at(bins: Sequence[Bin], values: Sequence[float], after: int, value_deg: float) -> Bin:
    """The moment between a bin and the one before it at which the angle passed a value; nothing is guessed in a gap."""
    one, two = bins[after - 1], bins[after]
    if two.unseen_s > one.unseen_s or values[after] == values[after - 1]:
        return two
    share = min(max((value_deg - values[after - 1]) / (values[after] - values[after - 1]), 0.0), 1.0)
    return one._replace(time_s=one.time_s + share * (two.time_s - one.time_s))


def _between(before: Bin, after: Bin, there: float, then: float, *, late: bool) -> Bin:
    """The moment of rest next to that at which a distance passed ``NEAR_DEG``; nothing is guessed in a gap."""
    if after.unseen_s > before.unseen_s or there == then:
        return after if late else before
    share = min(max((NEAR_DEG - there) / (then - there), 0.0), 1.0)
    step_s = after.time_s - before.time_s
    per_deg_s = step_s / abs(then - there)
    moving_s = min(_SETTLE_S, _SETTLE_DEG * per_deg_s) if late else -min(_SET_OUT_S, _SET_OUT_DEG * per_deg_s)
    return before._replace(time_s=before.time_s + share * step_s + moving_s)
