"""A breath is found where there is one, and nowhere else: signals that are made, whose truth is known.

Protected here: the rate of breaths that differ, from 6 to 18 a minute and beyond; how deep belly and chest go; and how
often noise, drift and restlessness are taken for a breath.
"""

from collections.abc import Callable

import numpy as np
import pytest

from calibration.phantom.breath import Breather, Breathing
from poses import breath_signal
from poses.breath_signal import LENGTHS_S, RATE_HZ, Floats, find

# A trunk of half a metre.
MM = 1.0 / 500.0
NOISE = 0.1 * MM


def breathed(rate_per_min: float, seed: int, length_s: float, belly_mm: float = 8.0, varies: float = 0.06) -> Floats:
    """Somebody whose chest rises by a quarter of what the belly does, with the noise of one look."""
    cycle_s = 60.0 / rate_per_min
    how = Breathing(belly_mm, 0.25 * belly_mm, 0.4 * cycle_s, 0.0, 0.5 * cycle_s, 0.1 * cycle_s, varies)
    breather = Breather(how, seed, 60.0)
    drawn = [breather.at(one) for one in (5.0 + np.arange(round(length_s * RATE_HZ)) / RATE_HZ).tolist()]
    rises = np.array([(one.belly_mm, one.chest_mm) for one in drawn]) * MM
    return np.asarray(rises + NOISE * np.random.default_rng(seed).standard_normal(rises.shape))


def true_rate(rate_per_min: float, seed: int, length_s: float, varies: float = 0.06) -> float:
    cycle_s = 60.0 / rate_per_min
    how = Breathing(1.0, 0.0, 0.4 * cycle_s, 0.0, 0.5 * cycle_s, 0.1 * cycle_s, varies)
    return 60.0 * Breather(how, seed, 60.0).breaths(5.0, 5.0 + length_s) / length_s


@pytest.mark.parametrize("rate_per_min", [6.0, 9.0, 12.0, 15.0, 18.0, 24.0])
def test_the_rate_is_within_one_a_minute_wherever_it_is_claimed(rate_per_min: float) -> None:
    claimed = 0
    for seed in range(20):
        for length_s in LENGTHS_S:
            wave = find(breathed(rate_per_min, seed, length_s))
            claimed += wave is not None
            if wave is not None:
                off = abs(60.0 * wave.rate_hz - true_rate(rate_per_min, seed, length_s))
                assert off < 1.0, (seed, length_s)
    # Slow breaths need long stretches; of fast ones that differ, the longest holds too many.
    assert claimed >= 20 * (1 if rate_per_min < 9.0 else 3)


@pytest.mark.parametrize("belly_mm", [3.0, 5.0, 10.0, 20.0])
def test_how_deep_belly_and_chest_go(belly_mm: float) -> None:
    wave = find(breathed(12.0, 1, 30.0, belly_mm, varies=0.0))
    assert wave is not None
    assert wave.rises / MM == pytest.approx([belly_mm, 0.25 * belly_mm], rel=0.1, abs=3.0 * wave.sigma / MM)
    assert wave.sigma / MM < 0.3


def test_who_breathes_against_it_is_told_so() -> None:
    signal = breathed(12.0, 1, 30.0)
    signal[:, 1] *= -1.0
    wave = find(signal)
    assert wave is not None
    assert wave.rises[0] > 0.0 > wave.rises[1]


def white(rng: np.random.Generator, count: int) -> Floats:
    return 0.8 * MM * rng.standard_normal((count, 2))


def walk(rng: np.random.Generator, count: int) -> Floats:
    return np.asarray(np.cumsum(0.5 * MM * rng.standard_normal((count, 2)), axis=0))


def restless(rng: np.random.Generator, count: int) -> Floats:
    """Something that goes here and there within some seconds, as a body does that lies badly."""
    keep, values = np.exp(-1.0 / RATE_HZ / 1.5), np.zeros((count + 100, 2))
    for index in range(1, len(values)):
        values[index] = keep * values[index - 1] + 0.5 * MM * rng.standard_normal(2)
    return np.asarray(values[100:])


def settling(rng: np.random.Generator, count: int) -> Floats:
    """One slow sinking, and the noise of a look."""
    time_s = np.arange(count) / RATE_HZ
    sinks = 10.0 * MM * np.exp(-time_s / float(rng.uniform(5.0, 20.0)))
    return np.asarray(sinks[:, None] + NOISE * rng.standard_normal((count, 2)))


@pytest.mark.parametrize(
    ("made", "share"),
    [(white, 0.0), (walk, 0.01), (restless, 0.01), (settling, 0.0)],
)
def test_how_often_a_breath_is_claimed_where_there_is_none(
    made: Callable[[np.random.Generator, int], Floats], share: float
) -> None:
    rng = np.random.default_rng(7)
    tried, claimed = 0, 0
    for _ in range(150):
        for length_s in LENGTHS_S:
            tried += 1
            claimed += find(made(rng, round(length_s * RATE_HZ))) is not None
    assert claimed <= share * tried


def test_what_is_too_small_to_be_seen_is_not_claimed() -> None:
    assert find(breathed(12.0, 1, 30.0, belly_mm=0.8)) is None
    assert find(np.zeros((240, 2))) is None


def test_a_beating_heart_is_no_breath() -> None:
    time_s = np.arange(240) / RATE_HZ
    beats = 2.0 * MM * np.sin(2.0 * np.pi * 1.1 * time_s)
    assert find(np.stack([beats, beats], axis=1)) is None


def test_half_the_rate_is_never_told() -> None:
    # Two breaths fit into one of half the rate, which explains them as well.
    time_s = np.arange(360) / RATE_HZ
    sine = 4.0 * MM * np.sin(2.0 * np.pi * 0.3 * time_s)
    wave = find(np.stack([sine, 0.3 * sine], axis=1))
    assert wave is not None
    assert wave.rate_hz == pytest.approx(0.3, abs=0.01)


def test_uneven_times_are_made_even() -> None:
    rng = np.random.default_rng(1)
    time_s = np.cumsum(rng.uniform(0.05, 0.2, 400))
    made = breath_signal.evenly(time_s, np.stack([time_s, -time_s], axis=1), 30.0)
    assert made.shape == (240, 2)
    assert made[-1, 0] == pytest.approx(time_s[-1])
    assert np.diff(made[:, 0]) == pytest.approx(1.0 / RATE_HZ)
