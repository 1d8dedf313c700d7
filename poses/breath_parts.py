"""Where in a breath is somebody, and with which pauses do they breathe?

Which question this module answers: of a breath that was found (``breath_signal``), what the person does at this moment,
how full they are, and how long nothing moves between in and out. All of it by how fast the signal goes, against the
highest speed of a sine of that depth and rate.
"""

import math
from typing import Final, Literal

import numpy as np

from poses.breath_signal import RATE_HZ, Floats, Wave

Part = Literal["", "in", "full", "out", "empty"]

# What goes faster than this share of it is breathing in or out; a sine turns in 8 % of its time at either end.
_GOES: Final = 0.25
_SLOPE_S: Final = 0.6
# How full is told by the last breaths.
_RECENT_S: Final = 15.0
# Shorter is no pause but the turning of the breath.
_LEAST_PAUSE_S: Final = 0.5


def now(time_s: Floats, one: Floats, wave: Wave) -> tuple[float, Part]:
    """How full somebody is at the last moment, 0 to 1, and what they do; NaN and "" where that cannot be told.

    Args:
        time_s: ``(N,)`` rising.
        one: ``(N,)`` belly and chest as one signal.
        wave: The breath that was found in it.
    """
    ago_s = time_s - float(time_s[-1])
    low, high = np.percentile(one[ago_s >= -max(_RECENT_S, 1.2 / wave.rate_hz)], (5.0, 95.0))
    if high <= low:
        return math.nan, ""
    recent = ago_s >= -_SLOPE_S
    level = float(np.clip((one[recent][-2:].mean() - low) / (high - low), 0.0, 1.0))
    if np.count_nonzero(recent) < 3:
        return level, ""
    slope = float(np.polyfit(ago_s[recent], one[recent], 1)[0]) / (math.pi * float(high - low) * wave.rate_hz)
    if abs(slope) > _GOES:
        return level, "in" if slope > 0.0 else "out"
    return level, "full" if level > 0.5 else "empty"


def pauses(one: Floats, wave: Wave) -> tuple[float, float]:
    """Mean seconds of a breath in which nothing moves, breathed in and breathed out, beyond the turning of a sine.

    Args:
        one: ``(N,)`` belly and chest as one signal, ``RATE_HZ`` apart.
        wave: The breath that was found in it.
    """
    soft = np.convolve(one, np.full(4, 0.25), mode="valid")
    slope = np.abs(np.gradient(soft) * RATE_HZ)
    low, high = np.percentile(soft, (5.0, 95.0))
    quiet = slope < _GOES * math.pi * float(high - low) * wave.rate_hz
    cycle_s = 1.0 / wave.rate_hz
    turning_s = cycle_s * math.asin(_GOES) / math.pi
    above = soft > 0.5 * (low + high)
    full_s, empty_s = (float(np.mean(quiet & there)) * cycle_s - turning_s for there in (above, ~above))
    return (full_s if full_s >= _LEAST_PAUSE_S else 0.0), (empty_s if empty_s >= _LEAST_PAUSE_S else 0.0)
