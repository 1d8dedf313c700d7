"""Smoothing of measures over media time that forgets when the person was lost.

Which question this module answers: what is the value now, with less flicker and little lag. The One-Euro filter
(Casiez, Roussel and Vogel 2012, CHI): a first-order low-pass whose cut-off rises with the speed of the movement.
"""

import math
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from poses.measures import IS_ANGLE, Float

# Cut-off at rest: 1 Hz, safe-ranges.md section 1.
MIN_CUTOFF_HZ: Final = 1.0
# Rise of the cut-off per degree per second. With 0.1 a calm 10 deg/s is followed at 2 Hz, 0.08 s or 0.8 degrees behind;
# the caution speed of 25 deg/s at 3.5 Hz (convention).
BETA_HZ_PER_DEG_S: Final = 0.1
# Cut-off of the speed estimate that steers it: the value of the paper.
SPEED_CUTOFF_HZ: Final = 1.0
# After a gap of this length the past says nothing about the present (convention).
FORGET_S: Final = 0.5

_Cutoff = TypeVar("_Cutoff", float, Float)

# Ratios are lengths over lengths, so one unit is about one radian.
_SCALE: Final = np.where(IS_ANGLE, 1.0, np.degrees(1.0))
# What is taken off an angle for each full turn; nothing is taken off a ratio.
_PERIOD: Final = np.where(IS_ANGLE, 360.0, 0.0)
_ONE, _TURN = np.array(1.0), np.array(360.0)


@dataclass(frozen=True, slots=True)
class FilterMemory:
    """State of the filter: ``value`` and ``speed`` are ``(..., M)``, in the unit of each measure and per second."""

    time_s: float
    value: Float
    speed: Float


def one_euro(
    values: Float, time_s: float, memory: FilterMemory | None, *, angles_only: bool = False
) -> tuple[Float, FilterMemory]:
    """Filters one more sample of the measures.

    Args:
        values: ``(..., M)`` in the order of ``measures.NAMES``; NaN stays NaN and is forgotten.
        time_s: Media time of the sample, not before the last one.
        memory: What the last call returned; None at the start.
        angles_only: The values are others than those of ``measures.NAMES``, and filtered as angles are; a ratio among
            them then with the cut-off of rest.

    Returns:
        The filtered values ``(..., M)`` and the new state.
    """
    if memory is None or time_s - memory.time_s > FORGET_S:
        return values, FilterMemory(time_s, values, np.zeros_like(values))
    step_s = time_s - memory.time_s
    if step_s <= 0.0:
        return memory.value, memory
    scale, period = (_ONE, _TURN) if angles_only else (_SCALE, _PERIOD)
    change = _wrap(values - memory.value, period)
    speed = memory.speed + _weight(SPEED_CUTOFF_HZ, step_s) * (change / step_s - memory.speed)
    cutoff = MIN_CUTOFF_HZ + BETA_HZ_PER_DEG_S * np.abs(speed) * scale
    filtered = _wrap(memory.value + _weight(cutoff, step_s) * change, period)
    fresh = ~np.isfinite(filtered)
    if np.count_nonzero(fresh):
        np.copyto(filtered, values, where=fresh)
        np.copyto(speed, 0.0, where=fresh)
    return filtered, FilterMemory(time_s, filtered, speed)


def _weight(cutoff_hz: _Cutoff, step_s: float) -> _Cutoff:
    rate = 2.0 * math.pi * step_s * cutoff_hz
    return rate / (rate + 1.0)


def _wrap(values: Float, period: Float) -> Float:
    """Angles brought into [-180, 180]; ratios as they are."""
    wrapped: Float = values - period * np.rint(values * (1.0 / 360.0))
    return wrapped
