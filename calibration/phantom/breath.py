"""How a phantom breathes: how far belly and chest have risen at any time.

Which question this module answers: where in a breath somebody is who breathes in so many seconds, holds, breathes out
and pauses, and by how many millimetres the front of the trunk stands above where it lies breathed out. Volumes, flow
and what breathing does to the spine are left out.
"""

import itertools
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from calibration.phantom.motion import minimum_jerk

Part = Literal["in", "full", "out", "empty"]
PARTS: Final[tuple[Part, ...]] = ("in", "full", "out", "empty")
# What rises does so in steps of this, a thirtieth of a pixel at 2 m: what looks alike need not be drawn twice.
_STEP_MM: Final = 0.1
# A breath that is drawn is never shorter or smaller than this share of the usual one, however much breaths vary.
_LEAST: Final = 0.4


@dataclass(frozen=True, slots=True)
class Breathing:
    """How somebody breathes; no breath is drawn where both heights are 0.

    Attributes:
        belly_mm: How far the belly rises from breathed out to breathed in.
        chest_mm: The same of the chest.
        in_s: Breathing in.
        full_s: Holding, breathed in.
        out_s: Breathing out.
        empty_s: Pausing, breathed out.
        varies: By what share breaths differ in length and in depth, standard deviation.
        stops_s: From then on no breath is drawn any more.
    """

    belly_mm: float = 0.0
    chest_mm: float = 0.0
    in_s: float = 2.0
    full_s: float = 0.0
    out_s: float = 2.5
    empty_s: float = 0.5
    varies: float = 0.0
    stops_s: float = float("inf")

    @property
    def cycle_s(self) -> float:
        """How long a usual breath takes."""
        return self.in_s + self.full_s + self.out_s + self.empty_s

    @property
    def rate_per_min(self) -> float:
        """Breaths a minute; 0 for none."""
        return 60.0 / self.cycle_s if self.belly_mm or self.chest_mm else 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """One moment of a breath.

    Attributes:
        part: Which part of the breath it is.
        number: Which breath, from 0.
        belly_mm: How far the belly stands above where it lies breathed out.
        chest_mm: The same of the chest.
    """

    part: Part
    number: int
    belly_mm: float
    chest_mm: float


class Breather:
    """The breaths of one person on one day, as functions of time.

    Args:
        breathing: How they breathe.
        seed: Which person, which day.
        until_s: So long breaths are drawn.
    """

    def __init__(self, breathing: Breathing, seed: int, until_s: float) -> None:
        self._breathing = breathing
        rng = np.random.default_rng([seed, 6])
        count = int(until_s / (_LEAST * breathing.cycle_s)) + 2
        lengths, depths = np.maximum(1.0 + breathing.varies * rng.standard_normal((2, count)), _LEAST)
        # Nobody begins to breathe when the camera does.
        begin_s = -float(rng.uniform(0.0, 1.0)) * breathing.cycle_s * float(lengths[0])
        self._starts_s = begin_s + np.concatenate([[0.0], np.cumsum(breathing.cycle_s * lengths)])
        self._depths = depths

    def at(self, time_s: float) -> Drawn:
        """What is drawn at a time, 0 or later."""
        how = self._breathing
        if time_s >= how.stops_s:
            # The breath under way is breathed out; then there is no other.
            last = self._at(how.stops_s)
            left = 1.0 - minimum_jerk((time_s - how.stops_s) / how.out_s)
            return Drawn("empty", last.number, left * last.belly_mm, left * last.chest_mm)
        return self._at(time_s)

    def _at(self, time_s: float) -> Drawn:
        how = self._breathing
        number = int(np.searchsorted(self._starts_s, time_s, side="right")) - 1
        longer = float(self._starts_s[number + 1] - self._starts_s[number]) / how.cycle_s
        within_s = (time_s - float(self._starts_s[number])) / longer
        ends_s = list(itertools.accumulate((how.in_s, how.full_s, how.out_s, how.empty_s)))
        part: Part = next((name for name, end_s in zip(PARTS, ends_s, strict=True) if within_s < end_s), "empty")
        shares: dict[Part, float] = {
            "in": minimum_jerk(within_s / how.in_s),
            "full": 1.0,
            "out": 1.0 - minimum_jerk((within_s - ends_s[1]) / how.out_s),
            "empty": 0.0,
        }
        depth = shares[part] * float(self._depths[number])
        steps = max(how.belly_mm, how.chest_mm) / _STEP_MM
        depth = round(depth * steps) / steps if steps else 0.0
        return Drawn(part, number, depth * how.belly_mm, depth * how.chest_mm)

    def breaths(self, start_s: float, end_s: float) -> float:
        """How many breaths are drawn in a stretch of time; parts of one by their share of it."""
        how = self._breathing
        if not how.rate_per_min:
            return 0.0
        ends = np.minimum(np.array([start_s, end_s]), how.stops_s)
        from_, to = np.interp(ends, self._starts_s, np.arange(len(self._starts_s)))
        return float(to - from_)
