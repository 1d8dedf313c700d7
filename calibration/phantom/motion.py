"""From a few key moments to smooth, living movement.

Which question this module answers: what a control of a posture is at a time. Between key moments it moves with minimum
jerk, as arms and legs do (T. Flash and N. Hogan, J. Neuroscience 5 (1985) 1688-1703). On top lie breathing, slow sway
and a little tremor, which differ from seed to seed.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

# Controls by name, in the unit their posture gives them.
Controls = dict[str, float]

# Sums of this many sines; enough not to look periodic.
_WAVES: Final = 4
# A wave grows and dies down in this time.
_RAMP_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Key:
    """A moment at which controls have a value; a control that is not named keeps its last one."""

    time_s: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Wave:
    """A control that swings to and fro for a while, on top of its keys: bouncing.

    Attributes:
        control: Name of the control.
        hertz: Swings a second.
        peak_to_peak: From one end of a swing to the other, in the control's unit.
        start_s: When it begins to grow.
        end_s: When it has died down.
    """

    control: str
    hertz: float
    peak_to_peak: float
    start_s: float
    end_s: float

    def offset(self, time_s: float) -> float:
        """What to add to the control."""
        ramp = min((time_s - self.start_s) / _RAMP_S, (self.end_s - time_s) / _RAMP_S)
        swing = float(np.sin(2.0 * np.pi * self.hertz * (time_s - self.start_s)))
        return 0.5 * self.peak_to_peak * minimum_jerk(ramp) * swing


@dataclass(frozen=True, slots=True)
class Life:
    """How alive the figure is.

    Attributes:
        breaths_per_min: Quiet breathing.
        breath_deg: By how much a full breath leans the trunk back.
        sway_deg: Standard deviation of slow sway, 0.1 to 0.5 Hz, of every control in degrees.
        tremor_deg: The same of tremor, 5 to 9 Hz.
    """

    breaths_per_min: float = 14.0
    breath_deg: float = 0.3
    sway_deg: float = 0.35
    tremor_deg: float = 0.04


def minimum_jerk(share: float) -> float:
    """Share of the way at a share of the time: rest to rest with the least jerk; 0 before 0, 1 after 1."""
    s = min(max(share, 0.0), 1.0)
    return s**3 * (10.0 - 15.0 * s + 6.0 * s**2)


def at(keys: tuple[Key, ...], time_s: float) -> Controls:
    """The controls at a time; before the first key and after the last they rest."""
    values: Controls = dict(keys[0].values)
    for before, after in itertools.pairwise(keys):
        if time_s <= before.time_s:
            break
        share = minimum_jerk((time_s - before.time_s) / (after.time_s - before.time_s))
        values |= {name: values[name] + share * (value - values[name]) for name, value in after.values.items()}
    return values


class Restlessness:
    """Breathing, sway and tremor of one person on one day, as functions of time.

    Args:
        life: How large and fast.
        names: Controls in degrees that sway and tremble.
        seed: Which person, which day.
    """

    def __init__(self, life: Life, names: tuple[str, ...], seed: int) -> None:
        self._life = life
        rng = np.random.default_rng([seed, 0])
        self._breath_phase = float(rng.uniform(0.0, 2.0 * np.pi))
        self._waves = {
            name: (
                np.concatenate([rng.uniform(0.1, 0.5, _WAVES), rng.uniform(5.0, 9.0, _WAVES)]),
                rng.uniform(0.0, 2.0 * np.pi, 2 * _WAVES),
            )
            for name in names
        }

    def breath(self, time_s: float) -> float:
        """How full the chest is, -1 to 1."""
        return float(np.sin(2.0 * np.pi * self._life.breaths_per_min / 60.0 * time_s + self._breath_phase))

    def offsets(self, time_s: float) -> Controls:
        """What to add to the controls, in degrees; the breath's lean is not among them."""
        # A sum of n sines of amplitude a has standard deviation a sqrt(n / 2).
        amplitude = np.repeat([self._life.sway_deg, self._life.tremor_deg], _WAVES) / np.sqrt(_WAVES / 2.0)
        return {
            name: float(amplitude @ np.sin(2.0 * np.pi * hertz * time_s + phase))
            for name, (hertz, phase) in self._waves.items()
        }
