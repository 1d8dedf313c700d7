"""A small quick bounce: found by its rhythm at any frame rate; flicker, drift, breath and shaking are none.

Protected here: its height is told as it was before the pose model's filter, against the phantom's own bounce at 2.5 Hz
read with two fifths of its height; and half an hour of flicker gives no alarm.
"""

import math

import numpy as np
import pytest
from signals import flicker, stamps

from calibration.phantom.scripts import SCRIPTS, truth_table
from poses.records import Verdict
from poses.rhythm import RhythmMemory, RhythmResult, advance, rhythm_of

LEAST_DEG = 2.5
# Of a bounce at 2.5 Hz two fifths are read.
LEFT_AT_25 = 0.4
RATES = [(15.0, 0.0), (24.0, 0.0), (30.0, 0.0), (60.0, 0.0), (30.0, 1 / 3)]


def run(times: np.ndarray, values: np.ndarray, *, until_s: float = math.inf) -> list[RhythmResult]:
    """All results; active until a time."""
    memory, results = RhythmMemory(), []
    for time_s, value in zip(times.tolist(), values.tolist(), strict=True):
        result, memory = advance(LEAST_DEG, time_s, value, memory, active=time_s < until_s)
        results.append(result)
    return results


def first(times: np.ndarray, results: list[RhythmResult], verdict: Verdict) -> tuple[float, RhythmResult]:
    at = next(i for i, result in enumerate(results) if result.verdict is verdict)
    return float(times[at]), results[at]


def verdicts(results: list[RhythmResult]) -> set[Verdict]:
    return {result.verdict for result in results}


@pytest.mark.parametrize(("rate_hz", "drop"), RATES)
def test_the_phantoms_quick_bounce_is_found_though_the_pose_model_takes_most_of_it_off(
    rate_hz: float, drop: float
) -> None:
    table = truth_table(SCRIPTS["lunge-bounce-25"], fps=60.0)
    rng = np.random.default_rng(5)
    times = stamps(rng, 16.0, rate_hz, drop)
    opening = np.interp(times, table["time_s"], table["hip_opening_deg_right"])
    # Its bounce alone: 4 degrees from 5 to 13 s, after the script's keys; what is read of it, and flicker.
    slow = np.interp(times, [0.0, 1.0, 3.5, 14.0, 16.0], [-3.0, -3.0, 8.0, 8.0, 0.0])
    bounced = (times > 5.0) & (times < 13.0)
    values = slow + LEFT_AT_25 * np.where(bounced, opening - 8.0, 0.0) + flicker(rng, times, 0.25, 0.1)
    results = run(times, values)
    said_s, caution = first(times, results, Verdict.CAUTION)
    assert said_s < 5.0 + 4.5
    assert caution.since_s == pytest.approx(5.0, abs=1.0)
    assert caution.value == pytest.approx(4.0, abs=3.0 * caution.sigma)
    stop_s, stop = first(times, results, Verdict.STOP)
    assert 1.0 < stop_s - said_s < 3.5
    assert stop.since_s == caution.since_s
    assert results[-1].verdict is Verdict.OK, "the verdict ends with the bounce"


@pytest.mark.parametrize(("sigma", "lasting_s"), [(1.0, 0.0), (0.8, 0.15), (2.0, 0.1)])
@pytest.mark.parametrize("rate_hz", [15.0, 30.0])
def test_half_an_hour_of_flicker_is_no_rhythm(sigma: float, lasting_s: float, rate_hz: float) -> None:
    rng = np.random.default_rng(8)
    times = stamps(rng, 600.0, rate_hz, 0.0)
    values = 9.0 + 2.0 * np.sin(2.0 * np.pi * 0.25 * times) + flicker(rng, times, sigma, lasting_s)
    assert verdicts(run(times, values)) == {Verdict.OK}


@pytest.mark.parametrize(("hertz", "peak_to_peak_deg"), [(0.3, 6.0), (0.8, 6.0), (5.0, 4.0), (2.5, 0.7), (1.5, 1.2)])
def test_breath_slow_bounces_shaking_and_what_is_too_small_are_none(hertz: float, peak_to_peak_deg: float) -> None:
    times = stamps(np.random.default_rng(2), 20.0, 30.0, 0.0)
    values = 9.0 + 0.5 * peak_to_peak_deg * np.sin(2.0 * np.pi * hertz * times)
    assert verdicts(run(times, values)) == {Verdict.OK}


@pytest.mark.parametrize(("hertz", "rate_hz"), [(7.0, 10.0), (8.0, 10.0), (9.0, 12.0)])
def test_what_shakes_too_fast_for_the_frame_rate_is_no_bounce(hertz: float, rate_hz: float) -> None:
    times = np.arange(0.0, 20.0, 1.0 / rate_hz)
    assert verdicts(run(times, 9.0 + 0.8 * np.sin(2.0 * np.pi * hertz * times))) == {Verdict.OK}


@pytest.mark.parametrize("rate_hz", [15.0, 30.0])
def test_single_wild_frames_do_not_hide_a_bounce(rate_hz: float) -> None:
    rng = np.random.default_rng(4)
    times = stamps(rng, 20.0, rate_hz, 0.0)
    values = 9.0 + 0.8 * np.sin(2.0 * np.pi * 2.5 * times) + flicker(rng, times, 0.2, 0.1)
    values[:: round(2.5 * rate_hz)] += 6.0
    assert first(times, run(times, values), Verdict.STOP)[0] < 8.0


def test_a_verdict_does_not_outlast_a_lost_view_for_long() -> None:
    times = stamps(np.random.default_rng(2), 30.0, 30.0, 0.0)
    values = np.where(times < 10.0, 9.0 + np.sin(2.0 * np.pi * 2.0 * times), np.nan)
    results = run(times, values)
    assert results[np.searchsorted(times, 9.9)].verdict is Verdict.STOP
    assert {result.verdict for time_s, result in zip(times, results, strict=True) if time_s > 12.0} == {Verdict.OK}


def test_a_jump_and_going_in_are_no_rhythm() -> None:
    times = stamps(np.random.default_rng(2), 20.0, 30.0, 0.0)
    for course in (10.0 * (times > 8.0), 20.0 / (1.0 + np.exp(-4.0 * (times - 8.0))), 10.0 * (np.abs(times - 8) < 0.2)):
        assert verdicts(run(times, course)) == {Verdict.OK}


def test_outside_the_stretch_nothing_is_told_and_a_lost_view_is_waited_for() -> None:
    times = stamps(np.random.default_rng(2), 20.0, 30.0, 0.0)
    values = 9.0 + np.sin(2.0 * np.pi * 2.0 * times)
    assert verdicts(run(times, values, until_s=2.9)) == {Verdict.OK}
    ended = run(times, values, until_s=8.0)
    assert ended[np.searchsorted(times, 7.9)].verdict is Verdict.STOP
    assert ended[np.searchsorted(times, 8.1)].verdict is Verdict.OK
    lost = np.where((times > 8.0) & (times < 9.0), np.nan, values)
    results = run(times, lost)
    assert results[np.searchsorted(times, 8.5)].verdict is Verdict.STOP
    assert results[-1].verdict is Verdict.STOP


@pytest.mark.parametrize("drop", [0.0, 1 / 3])
def test_the_rhythm_of_a_window_is_its_pace_height_and_share(drop: float) -> None:
    rng = np.random.default_rng(3)
    times = stamps(rng, 3.0, 30.0, drop)
    values = 4.0 - 2.0 * times + 0.9 * np.sin(2.0 * np.pi * 2.2 * times + 1.0)
    found = rhythm_of(tuple(zip(times.tolist(), values.tolist(), strict=True)))
    assert found is not None
    assert found.hertz == pytest.approx(2.2, abs=0.06)
    assert found.height_deg == pytest.approx(1.8, rel=0.05)
    assert found.explained > 0.97
    assert rhythm_of(tuple(zip(times[:20].tolist(), values[:20].tolist(), strict=True))) is None
