"""Where is a clip cut, so that its parts can be estimated side by side?

The cuts follow from the clip alone, never from the machine or the number of workers, so the same clip gives the same
landmarks everywhere. The pose model follows a person from picture to picture and smooths what it finds, so each part
is begun a little earlier, at a picture that a decoder can begin with; what was found before it counts is thrown away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from vision.clip_index import Index

# Warming up and loading the model again cost half a second of a part. So long a part keeps that under 4 %.
PART_S: Final = 15.0
# Longer clips have a multiple of four parts, so that two or four workers have the same number of them.
_GROUP: Final = 4
# A part that would begin only after so much of its length, for want of a key frame, is joined to the one before.
_LATEST: Final = 0.5
# From the first picture that is looked at to the first that counts. docs/performance.md has what it was chosen by.
WARM_UP_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a clip, by the positions of its frames.

    Attributes:
        warm: The first that is looked at.
        first: The first that counts.
        last: The one after the last; None for all there are.
    """

    warm: int
    first: int
    last: int | None


WHOLE: Final = Part(0, 0, None)


def parts_of(index: Index | None) -> tuple[Part, ...]:
    """The parts of a clip; one where it is short or better read in one go.

    Args:
        index: Of the clip, or None where it has none.
    """
    if index is None:
        return (WHOLE,)
    begins = list(_begins(index))
    ends = [first for _, first in begins[1:]]
    return tuple(Part(warm, first, last) for (warm, first), last in zip(begins, [*ends, None], strict=True))


def _begins(index: Index) -> Iterator[tuple[int, int]]:
    """Where each part begins to be looked at, and to count."""
    yield 0, 0
    times_s = index.times_s
    length_s = float(times_s[-1])
    count = _count(length_s)
    keys_s, last_s = times_s[index.begins], 0.0
    for number in range(1, count):
        cut_s = number * length_s / count
        # The key frame nearest to where warming up would begin.
        key = int(np.argmin(np.abs(keys_s - (cut_s - WARM_UP_S))))
        warm = int(index.begins[key])
        first = int(np.searchsorted(times_s, times_s[warm] + WARM_UP_S))
        if first < len(times_s) and times_s[first] - last_s >= _LATEST * length_s / count:
            last_s = float(times_s[first])
            yield warm, first


def _count(length_s: float) -> int:
    """How many parts a clip of some length should have."""
    if length_s < 2.0 * PART_S:
        return 1 if length_s < PART_S else 2
    return _GROUP * max(1, round(length_s / (_GROUP * PART_S)))
