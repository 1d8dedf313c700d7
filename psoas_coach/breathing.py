"""The calm breathing at the end: when to breathe in, hold and breathe out.

Which question this module answers: so many seconds after it began, how full are the lungs to be, and what is said. A
pacer, not a test: nothing is measured. Safe-ranges.md 2.7: for a first time 4-7-8 is halved, at most four cycles.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal

Act = Literal["breathe_in", "hold_breath", "breathe_out", "breathe_freely"]

_IN_S, _HOLD_S, _OUT_S = 2.0, 3.5, 4.0
CYCLES: Final = 4
# Where no pace is to be kept, as long as the paced ones together.
_FREE_S: Final = CYCLES * (_IN_S + _HOLD_S + _OUT_S)


@dataclass(frozen=True, slots=True)
class Breath:
    """One moment of the breathing.

    Attributes:
        act: What the person does now, a key of ``[live]``.
        share: 0 breathed out to 1 breathed in; NaN without a pace.
        cycle: Which breath it is, from 1; 0 without a pace.
    """

    act: Act
    share: float
    cycle: int


def breath_at(seconds: float, *, paced: bool = True, holding: bool = True) -> Breath | None:
    """What is to be done so many seconds after the breathing began; None once it is over.

    Args:
        seconds: Since it began.
        paced: Whether a pace is given; else the person breathes as it comes.
        holding: Whether the breath is held between in and out.
    """
    if not paced:
        return Breath("breathe_freely", math.nan, 0) if seconds < _FREE_S else None
    hold_s = _HOLD_S if holding else 0.0
    cycle_s = _IN_S + hold_s + _OUT_S
    cycle, within = divmod(max(seconds, 0.0), cycle_s)
    if cycle >= CYCLES:
        return None
    number = int(cycle) + 1
    if within < _IN_S:
        return Breath("breathe_in", _soft(within / _IN_S), number)
    if within < _IN_S + hold_s:
        return Breath("hold_breath", 1.0, number)
    return Breath("breathe_out", 1.0 - _soft((within - _IN_S - hold_s) / _OUT_S), number)


def _soft(share: float) -> float:
    """From 0 to 1 without a jerk at either end."""
    return 0.5 - 0.5 * math.cos(math.pi * share)
