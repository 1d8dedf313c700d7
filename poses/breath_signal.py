"""Is there a breath in what belly and chest do, how often, and how deep?

Which question this module answers: from how far belly and chest have risen over the last half minute or so, is that a
breath, beyond doubt; how many a minute, and how far does each rise. It looks for the one rhythm that explains most and
claims it only where little else is left, where it is deep enough to be seen, and where each breath is like the one
before. It knows neither pictures nor who moved: what a swinging knee does to the belly looks like a breath to it.

How often a breath is claimed where there is none is tested in ``tests/test_breath_signal.py``: of white noise never,
of a walk at random, a drift much larger than any that was seen, in fewer than 1 half minute of 100.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# The rhythm of a breath, in hertz (safe-ranges.md 2.8): 3 to 36 a minute.
BAND_HZ: Final = (0.05, 0.6)
# So many times a second it is looked at, and so long a stretch at most and at least.
RATE_HZ: Final = 8.0
LENGTHS_S: Final = (45.0, 37.5, 30.0, 24.0, 18.0)
# Fewer breaths tell no rhythm (convention).
_LEAST_BREATHS: Final = 3.0
# Rhythms are tried so closely that the best of them explains nearly what the true one would.
_TRIES_PER_CYCLE: Final = 10.0
# Constant, slope and bend: slow drift of a body that settles.
_DRIFT: Final = 3
# So much of what is not drift the rhythm has to explain.
_EXPLAINED: Final = 0.75
# How alike a breath and the next are, as a correlation.
_ALIKE: Final = 0.6
# Less than this, in lengths of the trunk, is no breath that can be trusted: some 1.2 mm, a fifth of a quiet one.
LEAST_RISE: Final = 0.0024
# ... and so many times the noise of one look.
_OVER_NOISE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Wave:
    """A breath that was found.

    Attributes:
        rate_hz: Breaths a second.
        rate_sigma_hz: Its one-sigma uncertainty, from how unequal breaths are.
        rises: ``(2,)`` how far belly and chest rise, breathed out to breathed in, in lengths of the trunk; negative
            where one sinks when the other rises.
        sigma: One-sigma uncertainty of each.
        explained: Share of all but drift that the rhythm explains.
        mix: ``(2,)`` how belly and chest go together into one signal.
    """

    rate_hz: float
    rate_sigma_hz: float
    rises: Floats
    sigma: float
    explained: float
    mix: Floats


@lru_cache(maxsize=2 * len(LENGTHS_S))
def _rhythms(count: int) -> tuple[Floats, Floats, Floats]:
    """Rhythms to try in so many looks: hertz ``(F,)``, the drift's ``(N, 3)`` and each one's ``(F, N, 4)`` waves.

    All columns are orthonormal: first the drift, then a sine and cosine, then those of twice the rhythm, which let a
    breath have another shape than a sine.
    """
    time_s = np.arange(count) / RATE_HZ
    length_s = count / RATE_HZ
    lowest = max(BAND_HZ[0], _LEAST_BREATHS / length_s)
    hertz = np.arange(0.8 * lowest, BAND_HZ[1], 1.0 / (_TRIES_PER_CYCLE * length_s))
    x = time_s / length_s - 0.5
    drift = np.stack([x**power for power in range(_DRIFT)], axis=1)
    waves = []
    for one in hertz.tolist():
        angle = 2.0 * np.pi * one * time_s
        columns = [np.cos(angle), np.sin(angle), np.cos(2.0 * angle), np.sin(2.0 * angle)]
        waves.append(np.linalg.qr(np.column_stack([drift, *columns]))[0])
    stacked = np.stack(waves)
    return hertz, stacked[0, :, :_DRIFT], np.ascontiguousarray(stacked[:, :, _DRIFT:])


def evenly(time_s: Floats, rises: Floats, length_s: float) -> Floats:
    """The last stretch of a signal at even times, ``(N, 2)``, the newest last.

    Args:
        time_s: ``(M,)`` rising.
        rises: ``(M, 2)`` belly and chest.
        length_s: How long a stretch; the signal must be as long.
    """
    count = round(length_s * RATE_HZ)
    wanted = time_s[-1] - np.arange(count - 1, -1, -1) / RATE_HZ
    return np.stack([np.interp(wanted, time_s, part) for part in rises.T], axis=1)


def find(signal: Floats) -> Wave | None:
    """The breath in a signal, or None where none can be told.

    Args:
        signal: ``(N, 2)`` belly and chest in lengths of the trunk, ``RATE_HZ`` apart, of one of ``LENGTHS_S``.
    """
    hertz, drift, waves = _rhythms(len(signal))
    left = signal - drift @ (drift.T @ signal)
    _, _, axes = np.linalg.svd(left, full_matrices=False)
    # Up is up, whichever of the two does more of it.
    mix: Floats = axes[0] * math.copysign(1.0, float(axes[0][np.argmax(np.abs(axes[0]))]))
    one = left @ mix
    energy = float(one @ one)
    if energy <= 0.0:
        return None
    parts = np.einsum("fnk,n->fk", waves, one) ** 2
    first, both = parts[:, :2].sum(axis=1), parts.sum(axis=1)
    # Twice the true rhythm hides in the second wave of half of it.
    both = np.where(first >= parts[:, 2:].sum(axis=1), both, 0.0)
    best = int(np.argmax(both))
    rate_hz, explained = float(hertz[best]), float(both[best]) / energy
    length_s = len(signal) / RATE_HZ
    if explained < _EXPLAINED or best == 0 or rate_hz < max(BAND_HZ[0], _LEAST_BREATHS / length_s):
        return None
    rises, sigma = _rises(left, waves[best], mix)
    noise = _noise(signal @ mix)
    deep = float(np.hypot(*rises))
    if deep < LEAST_RISE or deep < _OVER_NOISE * noise or _alike(one, rate_hz) < _ALIKE:
        return None
    refined_hz = _refined(hertz, both, best)
    return Wave(refined_hz, _rate_sigma(one, refined_hz, explained, length_s), rises, sigma, explained, mix)


def _rises(left: Floats, waves: Floats, mix: Floats) -> tuple[Floats, float]:
    """How far each rises from breathed out to breathed in, and how sure that is."""
    one = left @ mix
    shape = waves @ (waves.T @ one)
    # Two waves overshoot where a breath pauses, so its depth is the signal's own: of a sine this is 99 %.
    high, low = np.percentile(np.convolve(one, np.full(4, 0.25), mode="valid"), (95.0, 5.0))
    span = float(high - low)
    unit = shape / float(shape @ shape)
    gains = unit @ left
    gains = gains / float(np.hypot(*gains))
    rest = left - np.outer(shape, gains)
    # What is left over is slow too: fewer of its looks are independent than there are, some two a second.
    sigma = span * math.sqrt(float((rest**2).mean()) / float((shape**2).mean()) / (len(left) / RATE_HZ * 2.0))
    return np.asarray(gains * span), sigma


def _noise(one: Floats) -> float:
    """Standard deviation of what changes from look to look; a breath hardly shows in third differences."""
    return float(np.std(np.diff(one, 3)) / math.sqrt(20.0))


def _alike(one: Floats, rate_hz: float) -> float:
    """How much a breath is like the next, as a correlation."""
    lag = round(RATE_HZ / rate_hz)
    before, after = one[:-lag], one[lag:]
    return float(before @ after / max(math.sqrt(float(before @ before) * float(after @ after)), 1e-12))


def _refined(hertz: Floats, explains: Floats, best: int) -> float:
    """The rhythm between two that were tried, by the parabola through the best and its neighbours."""
    if not 0 < best < len(hertz) - 1:
        return float(hertz[best])
    before, at, after = explains[best - 1 : best + 2].tolist()
    bend = before - 2.0 * at + after
    shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return float(hertz[best] + max(-0.5, min(0.5, shift)) * (hertz[1] - hertz[0]))


def _rate_sigma(one: Floats, rate_hz: float, explained: float, length_s: float) -> float:
    """How sure the rhythm is: what it does not explain shifts it (Cramer and Rao's bound for a sine in noise)."""
    independent = max(2.0 * length_s, 8.0)
    noise_to_wave = (1.0 - explained) / max(explained, 1e-6)
    return math.sqrt(6.0 * noise_to_wave / independent) / (math.pi * length_s)
