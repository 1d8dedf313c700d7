"""Creeping: holds that deepen at a known pace, the phantom's creep against its truth, and what is no creep."""

from functools import lru_cache

import numpy as np
import pytest
from signals import flicker, stamps

from calibration.phantom.events import events
from calibration.phantom.performance import Performance
from calibration.phantom.scripts import SCRIPTS, SIZE, truth_table
from calibration.phantom.variety import Variant, camera_for
from poses.creeping import CreepLimits, CreepMemory, CreepResult, advance
from poses.records import Verdict

# safe-ranges 3.3, with the cap of somebody who is not calibrated (L1).
LIMITS = CreepLimits(
    caution_rise_deg=3.0,
    stop_rise_deg=6.0,
    caution_slope_deg_s=0.5,
    slope_sustained_s=4.0,
    cap_deg=15.0,
    close_share=0.8,
    reference_from_s=2.0,
    reference_until_s=4.0,
    recent_s=1.5,
    slope_s=5.0,
    off_share=0.6,
    off_s=1.5,
)
RATES = [(5.0, 0.0), (10.0, 1 / 3), (15.0, 0.0), (30.0, 1 / 3), (60.0, 0.0)]


def run(times: np.ndarray, values: np.ndarray, hold: tuple[float, float], noise_deg: float = 0.3) -> list[CreepResult]:
    memory, results = CreepMemory(), []
    for time_s, value in zip(times.tolist(), values.tolist(), strict=True):
        start_s = hold[0] if hold[0] <= time_s < hold[1] else None
        result, memory = advance(LIMITS, time_s, value, noise_deg, memory, active=True, hold_start_s=start_s)
        results.append(result)
    return results


def first(times: np.ndarray, results: list[CreepResult], verdict: Verdict) -> tuple[float, CreepResult]:
    """The frame at which a verdict was given first."""
    at = next(i for i, r in enumerate(results) if r.verdict is verdict)
    return float(times[at]), results[at]


def verdicts(results: list[CreepResult]) -> set[Verdict]:
    return {result.verdict for result in results}


@lru_cache
def truth(name: str, rate_hz: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    table = truth_table(SCRIPTS[name], fps=rate_hz)
    return table["time_s"], table["hip_opening_deg_right"]


@pytest.mark.parametrize(("rate_hz", "drop"), RATES)
def test_a_steady_rise_is_said_when_it_is_reached(rate_hz: float, drop: float) -> None:
    rng = np.random.default_rng(6)
    times = stamps(rng, 30.0, rate_hz, drop)
    # One degree a second from 8 s on: 3 degrees at 11 s, 6 at 14.
    values = 5.0 + np.clip(times - 8.0, 0.0, 10.0) + flicker(rng, times, 0.3, 0.1)
    results = run(times, values, (2.0, 24.0))
    for verdict, reached_s, limit in ((Verdict.CAUTION, 11.0, 3.0), (Verdict.STOP, 14.0, 6.0)):
        said_s, result = first(times, results, verdict)
        assert result.since_s == pytest.approx(reached_s, abs=0.8)
        assert 0.0 < said_s - reached_s < 0.5 * LIMITS.recent_s + 0.8
        assert result.limit == limit
    late = results[np.searchsorted(times, 22.0)]
    assert late.verdict is Verdict.STOP
    assert late.value == pytest.approx(10.0, abs=0.5)
    assert verdicts(results[np.searchsorted(times, 24.0) :]) == {Verdict.OK}, "the end of the hold ends it"


def test_a_slow_rise_close_to_the_cap_is_said_by_its_slope_alone() -> None:
    times = np.arange(0.0, 20.0, 1 / 30)
    # Just above the slope's limit; 4 s of it are over a little before it has risen by 3 degrees.
    rise = 0.53 * times
    results = run(times, 12.0 + rise, (0.0, 30.0))
    _, result = first(times, results, Verdict.CAUTION)
    assert result.slope_deg_s == pytest.approx(0.53)
    assert result.value == pytest.approx(2.65)
    assert result.limit == 2.5
    _, result = first(times, run(times, 2.0 + rise, (0.0, 30.0)), Verdict.CAUTION)
    assert result.limit == 3.0, "far from the cap only the rise counts"


@pytest.mark.parametrize(("rate_hz", "drop"), RATES)
def test_a_rise_is_dated_alike_at_any_frame_rate(rate_hz: float, drop: float) -> None:
    # Rising by 0.8 degrees a second from the fourth second of a hold on, it passes 3 degrees at 7.75 s, 6 at 11.5 s.
    off: list[float] = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        times = stamps(rng, 16.0, rate_hz, drop)
        values = 8.0 + 0.8 * np.maximum(times - 4.0, 0.0) + flicker(rng, times, 0.4, 0.15)
        results = run(times, values, (0.0, 16.0), 0.4)
        for verdict, passed_s in ((Verdict.CAUTION, 7.75), (Verdict.STOP, 11.5)):
            off.append(first(times, results, verdict)[1].since_s - passed_s)
    # Flicker of 0.4 degrees that lasts, over 0.8 a second.
    assert abs(np.mean(off)) < 0.2
    assert np.abs(off).max() < 1.0
    # What rises at a stroke is dated there, and not by a line through it.
    times = np.arange(0.0, 12.0, 1 / 30)
    _, result = first(times, run(times, 8.0 + 5.0 * (times > 8.0), (0.0, 12.0)), Verdict.CAUTION)
    assert result.since_s == pytest.approx(8.0, abs=0.5)


def test_coming_back_ends_a_verdict() -> None:
    times = np.arange(0.0, 30.0, 1 / 30)
    values = 5.0 + 4.5 * ((times > 8.0) & (times < 15.0))
    results = run(times, values, (0.0, 40.0))
    assert results[np.searchsorted(times, 14.0)].verdict is Verdict.CAUTION
    assert results[np.searchsorted(times, 18.5)].verdict is Verdict.OK


@pytest.mark.parametrize(("rate_hz", "drop"), RATES)
def test_the_phantoms_creep_is_found_in_time(rate_hz: float, drop: float) -> None:
    time_s, opening = truth("lunge-creep")
    script, variant = SCRIPTS["lunge-creep"], Variant()
    found = events(Performance(script), camera_for(script.camera, variant.view, variant.body), SIZE)
    (start_s,) = [event.start_s for event in found if event.id == "creep"]
    delays = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        times = stamps(rng, float(time_s[-1]), rate_hz, drop)
        results = run(times, np.interp(times, time_s, opening) + flicker(rng, times, 0.5, 0.1), (3.3, 22.0), 0.5)
        assert Verdict.STOP in verdicts(results)
        delays.append(first(times, results, Verdict.CAUTION)[0] - start_s)
    # Half the time of the median is the rule's own delay.
    assert -0.5 < np.median(delays) < 0.5 * LIMITS.recent_s + 0.5


@pytest.mark.parametrize(("sigma", "lasting_s"), [(1.0, 0.0), (0.8, 0.15)])
def test_ten_minutes_of_quiet_holds_give_no_alarm(sigma: float, lasting_s: float) -> None:
    time_s, opening = truth("lunge-slow", 12.0)
    for seed in range(50):
        rng = np.random.default_rng(seed)
        times = stamps(rng, 16.0, 30.0, 0.0)
        drift = 0.7 * np.sin(0.4 * times + rng.uniform(0.0, 6.0))
        values = np.interp(times, time_s, opening) + drift + flicker(rng, times, sigma, lasting_s)
        assert verdicts(run(times, values, (4.0, 16.0), sigma)) == {Verdict.OK}


@pytest.mark.parametrize("hertz", [0.6, 0.8, 1.5, 2.5])
def test_bouncing_and_wild_frames_are_no_creep(hertz: float) -> None:
    rng = np.random.default_rng(9)
    times = stamps(rng, 30.0, 15.0, 0.0)
    values = 10.0 + 4.0 * np.sin(2.0 * np.pi * hertz * times) * (times > 7.0) + flicker(rng, times, 0.5, 0.1)
    values[::40] += 30.0
    assert verdicts(run(times, values, (2.0, 30.0), 0.5)) == {Verdict.OK}


def test_a_lost_view_is_unknown_and_leaves_the_reference_as_it_was() -> None:
    times = np.arange(0.0, 30.0, 1 / 30)
    values = 5.0 + 5.0 * (times > 12.0)
    values[(times > 10.0) & (times < 14.0)] = np.nan
    results = run(times, values, (2.0, 40.0))
    assert verdicts(results[np.searchsorted(times, 10.1) : np.searchsorted(times, 13.9)]) == {Verdict.UNKNOWN}
    _, result = first(times, results, Verdict.CAUTION)
    assert result.value == pytest.approx(5.0)
    # Without a view in seconds 2 to 4 of the hold, what is seen next is compared with.
    values[(times > 4.0) & (times < 14.0)] = np.nan
    assert verdicts(run(times, values, (2.0, 40.0))) == {Verdict.OK, Verdict.UNKNOWN}
