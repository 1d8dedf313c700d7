"""Somebody who lies on their back and breathes, as poses with what belly and chest did: the known truth of tests."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from arms import Arm, posed

import stick_figure as sf
from calibration.phantom.breath import Breather, Breathing
from poses.records import Pose, Rise

# A trunk of half a metre, that of the stick figure.
TRUNK_MM = 1000.0 * sf.TRUNK
HZ = 10.0
# Both hands on the belly, whose breath moves them by little enough.
ON_THE_BELLY = Arm((0.0, -0.5), (0.2, -0.75))
# What a look is off by, in millimetres.
NOISE_MM = 0.1


def quiet(rate_per_min: float = 12.0, belly_mm: float = 8.0, chest_mm: float = 3.0, varies: float = 0.05) -> Breathing:
    """A breath that takes longer out than in, with a short pause."""
    cycle_s = 60.0 / rate_per_min
    return Breathing(belly_mm, chest_mm, 0.4 * cycle_s, 0.0, 0.5 * cycle_s, 0.1 * cycle_s, varies)


def breathing(
    how: Breathing,
    seconds: float,
    *,
    start_s: float = 0.0,
    figure: sf.Figure = sf.ON_THE_FLOOR,
    seed: int = 1,
    hz: float = HZ,
    looked_at: bool = True,
) -> Iterator[Pose]:
    """Poses of somebody who lies still; ``looked_at``: whether the picture told of belly and chest."""
    breather, rng = Breather(how, seed, start_s + seconds), np.random.default_rng(seed)
    for number in range(round(seconds * hz)):
        time_s = start_s + number / hz
        drawn = breather.at(time_s)
        belly, chest = (np.array([drawn.belly_mm, drawn.chest_mm]) + NOISE_MM * rng.standard_normal(2)) / TRUNK_MM
        pose = posed(figure, time_s, ON_THE_BELLY, ON_THE_BELLY)
        yield replace(pose, rise=Rise(start_s, float(belly), float(chest))) if looked_at else pose
