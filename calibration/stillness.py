"""Where in a course of measures somebody keeps still, and what they measured there.

Which question this module answers: from when to when is a recording a posture and not a movement, and how much do its
angles flicker meanwhile. Times are the media's. It knows no exercises and no people.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A neutral posture is held for so long (safe-ranges.md 4.1).
LEAST_S: Final = 3.0
# Flicker and sway up to this are those of somebody who keeps still (safe-ranges.md 4.1).
MOST_SPREAD_DEG: Final = 2.0
# A mean over a longer time is not surer: sway is slow.
_LONGEST_S: Final = 10.0
# A stretch grows while it stays about as calm as its calmest part: the onset of a movement is none of it (convention).
_GROWTH, _GROWTH_DEG = 1.25, 0.1
# Frames farther apart belong to different stretches.
_GAP_S: Final = 0.5
# So much of a stretch must have been measured.
_LEAST_SEEN: Final = 0.8


@dataclass(frozen=True, slots=True)
class Still:
    """A stretch without movement.

    Attributes:
        start_s: When it began.
        end_s: When it ended.
        mean: ``(M,)`` mean of each measure.
        spread: ``(M,)`` standard deviation of each.
    """

    start_s: float
    end_s: float
    mean: Floats
    spread: Floats


def stretches(time_s: Sequence[float], values: Floats, watched: Sequence[int]) -> list[Still]:
    """All stretches of at least three seconds in which the watched angles keep still, in order of time.

    They do not overlap; of several that could be chosen the calmest is.

    Args:
        time_s: ``(N,)`` media times, rising.
        values: ``(N, M)`` measures in degrees, NaN where not seen.
        watched: Columns that must keep still.
    """
    times, columns = np.asarray(time_s, dtype=np.float64), list(watched)
    seen: NDArray[np.bool_] = np.asarray(np.isfinite(values[:, columns]).all(axis=1))
    found: list[Still] = []
    edges = [0, *(np.flatnonzero(np.diff(times) > _GAP_S) + 1).tolist(), len(times)]
    for first, after in itertools.pairwise(edges):
        found += _within(times[first:after], values[first:after], seen[first:after], columns)
    return sorted(found, key=lambda one: one.start_s)


def still_for(time_s: Sequence[float], values: Floats) -> float:
    """For how many seconds somebody has kept still up to the last of these moments; 0.0 when they do not.

    Args:
        time_s: ``(N,)`` media times, rising.
        values: ``(N, M)`` measures in degrees; all of them must keep still and be seen.
    """
    times = np.asarray(time_s, dtype=np.float64)
    broken = np.flatnonzero((np.diff(times) > _GAP_S) | ~np.isfinite(values[:-1]).all(axis=1))
    first = int(broken[-1]) + 1 if len(broken) else 0
    if len(times) - first < 2 or not np.isfinite(values[-1]).all():
        return 0.0
    # From the last moment backwards, the spread of ever longer stretches.
    back = (values[first:] - values[-1])[::-1]
    count = np.arange(1, len(back) + 1)[:, None]
    variance = np.cumsum(back**2, axis=0) / count - (np.cumsum(back, axis=0) / count) ** 2
    still = np.flatnonzero(variance.max(axis=1) <= MOST_SPREAD_DEG**2)
    return float(times[-1] - times[len(times) - 1 - int(still[-1])])


def _within(times: Floats, values: Floats, seen: NDArray[np.bool_], columns: list[int]) -> list[Still]:
    """The same, of frames without a gap: the calmest first, then those beside it."""
    if len(times) < 2 or times[-1] - times[0] < LEAST_S:
        return []
    best, chosen = math.inf, (0, 0)
    for first, start in enumerate(times.tolist()):
        after = int(np.searchsorted(times, start + LEAST_S - 1e-6)) + 1
        if after > len(times):
            break
        spread = _spread(values[first:after], seen[first:after], columns)
        if spread < best:
            best, chosen = spread, (first, after)
    if best > MOST_SPREAD_DEG:
        return []
    first, after = _grown(times, values, seen, columns, *chosen, min(_GROWTH * best + _GROWTH_DEG, MOST_SPREAD_DEG))
    inside = values[first:after][seen[first:after]]
    still = Still(float(times[first]), float(times[after - 1]), inside.mean(axis=0), inside.std(axis=0))
    before = _within(times[:first], values[:first], seen[:first], columns)
    return [*before, still, *_within(times[after:], values[after:], seen[after:], columns)]


def _grown(
    times: Floats,
    values: Floats,
    seen: NDArray[np.bool_],
    columns: list[int],
    first: int,
    after: int,
    most_deg: float,
) -> tuple[int, int]:
    """A stretch made longer as long as it stays calm, by turns at its end and at its start."""
    grows = True
    while grows and times[after - 1] - times[first] < _LONGEST_S:
        grows = False
        if after < len(times) and _spread(values[first : after + 1], seen[first : after + 1], columns) <= most_deg:
            after, grows = after + 1, True
        if first > 0 and _spread(values[first - 1 : after], seen[first - 1 : after], columns) <= most_deg:
            first, grows = first - 1, True
    return first, after


def _spread(values: Floats, seen: NDArray[np.bool_], columns: list[int]) -> float:
    """The largest standard deviation of the watched columns, infinite where too little was seen."""
    if seen.mean() < _LEAST_SEEN:
        return math.inf
    return float(values[seen][:, columns].std(axis=0).max())
