"""Bouncing: sines of known pace and height, the phantom's bounces against their truth, and what is no bounce."""

from functools import lru_cache

import numpy as np
import pytest
from signals import flicker, stamps

from calibration.phantom.events import events
from calibration.phantom.performance import Performance
from calibration.phantom.scripts import SCRIPTS, SIZE, truth_table
from calibration.phantom.variety import Variant, camera_for
from poses.bouncing import BounceLimits, BounceMemory, BounceResult, advance
from poses.records import Verdict

# safe-ranges 3.2; a verdict ends 1.5 s after the last turning point, as in 3.9.
LIMITS = BounceLimits(
    caution_reversals=3,
    stop_reversals=6,
    stop_peak_to_peak_deg=8.0,
    min_swing_deg=2.5,
    noise_factor=4.0,
    shortest_half_s=0.17,
    longest_half_s=0.85,
    window_s=4.0,
    quiet_s=1.5,
    min_rate_hz=8.5,
)


def run(
    times: np.ndarray, values: np.ndarray, noise_deg: float = 0.3, active: np.ndarray | None = None
) -> list[BounceResult]:
    memory, results = BounceMemory(), []
    judged = np.full(len(times), True) if active is None else active
    for time_s, value, on in zip(times.tolist(), values.tolist(), judged.tolist(), strict=True):
        result, memory = advance(LIMITS, time_s, value, noise_deg, memory, active=on)
        results.append(result)
    return results


def worst(results: list[BounceResult]) -> Verdict:
    found = {result.verdict for result in results}
    return next(v for v in (Verdict.STOP, Verdict.CAUTION, Verdict.OK, Verdict.UNKNOWN) if v in found)


def first(times: np.ndarray, results: list[BounceResult]) -> tuple[float, BounceResult]:
    """The frame at which the first alarm was given."""
    at = next(i for i, r in enumerate(results) if r.verdict in (Verdict.CAUTION, Verdict.STOP))
    return float(times[at]), results[at]


@lru_cache
def truth(name: str, rate_hz: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    table = truth_table(SCRIPTS[name], fps=rate_hz)
    return table["time_s"], table["hip_opening_deg_right"]


@lru_cache
def bounce(name: str) -> tuple[float, float]:
    script = SCRIPTS[name]
    variant = Variant()
    found = events(Performance(script), camera_for(script.camera, variant.view, variant.body), SIZE)
    (event,) = [event for event in found if event.id == "bounce"]
    return event.start_s, event.end_s


@pytest.mark.parametrize(
    ("rate_hz", "drop"),
    [(10.0, 0.0), (15.0, 0.0), (15.0, 1 / 3), (24.0, 1 / 3), (30.0, 0.0), (30.0, 1 / 3), (60.0, 0.0)],
)
@pytest.mark.parametrize(
    ("hertz", "height_deg"), [(0.8, 4.0), (0.8, 8.0), (1.5, 3.5), (1.5, 6.0), (2.5, 4.0), (2.5, 8.0)]
)
def test_bounces_are_found_whatever_the_frame_rate(
    rate_hz: float, drop: float, hertz: float, height_deg: float
) -> None:
    starts, paces, heights = [], [], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        times = stamps(rng, 12.0, rate_hz, drop)
        wave = 0.5 * height_deg * np.sin(2.0 * np.pi * hertz * (times - 3.0)) * ((times > 3.0) & (times < 9.0))
        results = run(times, wave + flicker(rng, times, 0.3, 0.1))
        assert worst(results) is Verdict.STOP, "six reversals"
        assert worst(results[-round(0.5 * rate_hz) :]) is not Verdict.STOP, "the verdict ends with the bounce"
        _, alarm = first(times, results)
        starts.append(alarm.since_s - (3.0 + 0.25 / hertz))
        last = results[np.searchsorted(times, 8.5)]
        paces.append(last.hertz)
        heights.append(last.value)
    # With four frames a period the first turning points may be among those that were lost.
    scarce = rate_hz * (1.0 - drop) < 4.5 * hertz and drop > 0.0
    assert abs(np.median(starts)) < (0.7 if scarce else 0.3)
    assert np.median(paces) == pytest.approx(hertz, rel=0.25 if scarce else 0.1)
    assert np.median(heights) == pytest.approx(height_deg, rel=0.2, abs=0.5)


@pytest.mark.parametrize("name", ["lunge-bounce-08", "lunge-bounce-15", "lunge-bounce-25"])
@pytest.mark.parametrize(("rate_hz", "drop"), [(10.0, 0.0), (15.0, 0.0), (30.0, 1 / 3), (60.0, 0.0)])
def test_the_phantoms_bounces_are_found_in_time(name: str, rate_hz: float, drop: float) -> None:
    time_s, opening = truth(name)
    start_s, end_s = bounce(name)
    starts, delays, lasted = [], [], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        times = stamps(rng, float(time_s[-1]), rate_hz, drop)
        results = run(times, np.interp(times, time_s, opening) + flicker(rng, times, 0.5, 0.1), 0.5)
        assert worst(results) is Verdict.STOP
        said_s, alarm = first(times, results)
        starts.append(alarm.since_s - start_s)
        delays.append(said_s - start_s)
        lasted.append(max(times[i] for i, r in enumerate(results) if r.verdict is Verdict.STOP) - end_s)
    assert abs(np.median(starts)) < 0.3
    # The third reversal is the rule's own delay: two half swings, and the way back by which it is known.
    assert np.median(delays) < 1.5 / float(f"{name[-2]}.{name[-1]}") + 0.5
    assert np.median(lasted) < LIMITS.quiet_s + 0.5


def test_height_alone_makes_a_stop_of_three_reversals() -> None:
    times = np.arange(0.0, 8.0, 1 / 30)
    for height_deg, verdict in ((6.0, Verdict.CAUTION), (10.0, Verdict.STOP)):
        three = 0.5 * height_deg * np.sin(2.0 * np.pi * (times - 3.0)) * ((times > 3.0) & (times < 4.75))
        assert worst(run(times, three)) is verdict
    assert worst(run(times, three, active=np.full(len(times), False))) is Verdict.OK


@pytest.mark.parametrize(
    ("hertz", "height_deg"), [(0.25, 3.0), (0.5, 4.0), (0.33, 60.0), (4.5, 1.5), (7.0, 2.0), (1.5, 1.2)]
)
@pytest.mark.parametrize("rate_hz", [24.0, 60.0])
def test_breath_sway_slow_repetitions_shaking_and_small_movements_are_no_bounce(
    hertz: float, height_deg: float, rate_hz: float
) -> None:
    rng = np.random.default_rng(2)
    times = stamps(rng, 60.0, rate_hz, 0.0)
    wave = 0.5 * height_deg * np.sin(2.0 * np.pi * hertz * times)
    assert worst(run(times, wave + flicker(rng, times, 0.3, 0.1))) is Verdict.OK


@pytest.mark.parametrize(
    ("sigma", "lasting_s", "rate_hz", "drop"),
    [(1.0, 0.0, 30.0, 0.0), (0.5, 0.15, 30.0, 0.0), (0.8, 0.1, 30.0, 0.0), (1.0, 0.0, 24.0, 1 / 3)],
)
def test_ten_minutes_of_correct_lunges_give_no_alarm(
    sigma: float, lasting_s: float, rate_hz: float, drop: float
) -> None:
    rng = np.random.default_rng(3)
    time_s, opening = truth("lunge-slow", 12.0)
    times = stamps(rng, 600.0, rate_hz, drop)
    phase = np.abs((times / time_s[-1] + 1.0) % 2.0 - 1.0) * time_s[-1]
    values = np.interp(phase, time_s, opening) + 0.7 * np.sin(0.4 * times) + flicker(rng, times, sigma, lasting_s)
    assert worst(run(times, values, sigma)) is Verdict.OK


@pytest.mark.parametrize("rate_hz", [10.0, 15.0, 30.0])
def test_single_wild_frames_are_no_bounce(rate_hz: float) -> None:
    times = np.arange(0.0, 60.0, 1.0 / rate_hz)
    values = np.random.default_rng(4).normal(scale=0.3, size=len(times))
    values[:: round(3.1 * rate_hz)] += 20.0
    if rate_hz > 20.0:
        # With frames this close even one every second is known for what it is.
        values[7 :: round(rate_hz)] -= 12.0
    assert worst(run(times, values)) is Verdict.OK


def test_too_few_frames_are_unknown_and_a_lost_view_is_never_ok() -> None:
    times = np.arange(0.0, 8.0, 1.0 / 6.0)
    assert worst(run(times, np.zeros(len(times)))) is Verdict.UNKNOWN
    times = np.arange(0.0, 8.0, 1.0 / 30.0)
    wave = np.where((times > 2.0) & (times < 4.5), 3.0 * np.sin(2.0 * np.pi * 1.5 * times), 0.0)
    wave[times > 4.5] = np.nan
    results = run(times, wave)
    assert results[np.searchsorted(times, 4.4)].verdict is Verdict.STOP
    assert worst(results[np.searchsorted(times, 4.6) :]) is Verdict.UNKNOWN
    wave[times > 6.0] = 0.0
    assert worst(run(times, wave)[np.searchsorted(times, 6.1) :]) is Verdict.OK, "forgotten"
