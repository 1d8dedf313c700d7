"""Speed: the fit against ramps of known slope, forced phantom scripts against their truth, and what must not alarm."""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from signals import flicker, stamps

from calibration.phantom.events import events
from calibration.phantom.performance import Performance
from calibration.phantom.scripts import SCRIPTS, SIZE, truth_table
from calibration.phantom.variety import Variant, camera_for
from poses.records import Verdict
from poses.speed import SpeedLimits, SpeedMemory, SpeedResult, advance

# safe-ranges 3.1 and L11; B4: a stop on lowering alone, and a drop lasts a quarter of a second.
LUNGE = SpeedLimits(25.0, 25.0, 40.0, 40.0, caution_on_s=0.2, stop_on_s=0.2)
BRIDGE = SpeedLimits(80.0, 80.0, math.inf, 120.0, caution_on_s=0.2, stop_on_s=0.05, window_s=0.3)


def run(
    limits: SpeedLimits, times: np.ndarray, values: np.ndarray, noise_deg: float = 0.0, active: bool = True
) -> list[SpeedResult]:
    memory, results = SpeedMemory(), []
    for time_s, value in zip(times.tolist(), values.tolist(), strict=True):
        result, memory = advance(limits, time_s, value, noise_deg, memory, active=active)
        results.append(result)
    return results


def verdicts(results: list[SpeedResult]) -> set[Verdict]:
    return {result.verdict for result in results} - {Verdict.UNKNOWN}


@lru_cache
def truth(name: str, rate_hz: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    table = truth_table(SCRIPTS[name], fps=rate_hz)
    return table["time_s"], table["hip_opening_deg_right"]


@lru_cache
def too_fast(name: str) -> list[float]:
    script = SCRIPTS[name]
    variant = Variant()
    found = events(Performance(script), camera_for(script.camera, variant.view, variant.body), SIZE)
    return [event.start_s for event in found if event.id == "speed"]


@pytest.mark.parametrize("rate_hz", [10.0, 15.0, 24.0, 30.0, 60.0])
@pytest.mark.parametrize("drop", [0.0, 1 / 3])
@pytest.mark.parametrize(
    ("speed", "verdict"), [(20.0, Verdict.OK), (-32.0, Verdict.CAUTION), (50.0, Verdict.STOP), (-50.0, Verdict.STOP)]
)
def test_a_ramp_is_judged_alike_at_any_frame_rate(rate_hz: float, drop: float, speed: float, verdict: Verdict) -> None:
    times = stamps(np.random.default_rng(7), 5.0, rate_hz, drop)
    results = run(LUNGE, times, speed * np.clip(times - 2.0, 0.0, 1.6))
    assert verdict in verdicts(results)
    assert (Verdict.STOP in verdicts(results)) == (verdict is Verdict.STOP)
    during = results[np.searchsorted(times, 3.3)]
    assert during.value == pytest.approx(speed)
    if verdict is not Verdict.OK:
        assert during.since_s == pytest.approx(2.0, abs=0.3)
        assert during.limit == math.copysign(40.0 if verdict is Verdict.STOP else 25.0, speed)
    assert results[-1].verdict is Verdict.OK, "the verdict ends with the movement"


@pytest.mark.parametrize(("name", "limits"), [("lunge-fast", LUNGE), ("bridge-dropped", BRIDGE)])
@pytest.mark.parametrize(("rate_hz", "drop"), [(15.0, 0.0), (30.0, 0.0), (30.0, 1 / 3), (60.0, 1 / 3)])
def test_what_was_truly_too_fast_is_found_in_time(name: str, limits: SpeedLimits, rate_hz: float, drop: float) -> None:
    rng = np.random.default_rng(11)
    time_s, opening = truth(name)
    times = stamps(rng, float(time_s[-1]), rate_hz, drop)
    results = run(limits, times, np.interp(times, time_s, opening) + flicker(rng, times, 0.6, 0.1), 0.6)
    said = {r.since_s: float(t) for t, r in zip(times[::-1], results[::-1], strict=True) if r.verdict is Verdict.STOP}
    assert len(said) == len(too_fast(name))
    for start_s, (since_s, said_s) in zip(too_fast(name), sorted(said.items()), strict=True):
        assert since_s == pytest.approx(start_s, abs=0.2)
        assert said_s - start_s < limits.stop_on_s + 0.5


@pytest.mark.parametrize(("sigma", "lasting_s"), [(1.0, 0.0), (0.8, 0.15)])
@pytest.mark.parametrize(("name", "limits"), [("lunge-slow", LUNGE), ("bridge-correct", BRIDGE)])
def test_ten_minutes_of_correct_motion_give_no_alarm(
    name: str, limits: SpeedLimits, sigma: float, lasting_s: float
) -> None:
    rng = np.random.default_rng(3)
    time_s, opening = truth(name, 12.0)
    times = stamps(rng, 600.0, 30.0, 0.0)
    # There and back without a jump, with the slow drift of a landmark.
    phase = np.abs((times / time_s[-1] + 1.0) % 2.0 - 1.0) * time_s[-1]
    values = np.interp(phase, time_s, opening) + 0.7 * np.sin(0.4 * times) + flicker(rng, times, sigma, lasting_s)
    assert verdicts(run(limits, times, values, sigma)) == {Verdict.OK}


@pytest.mark.parametrize(("rate_hz", "speed", "wild_deg"), [(8.0, 0.0, 90.0), (10.0, 8.0, 20.0), (30.0, 23.0, 20.0)])
def test_single_wild_frames_are_no_movement(rate_hz: float, speed: float, wild_deg: float) -> None:
    times = np.arange(0.0, 20.0, 1.0 / rate_hz)
    # To and fro, each way for two seconds.
    calm = speed * np.abs((times + 2.0) % 4.0 - 2.0) + np.random.default_rng(1).normal(scale=0.3, size=len(times))
    wild = calm.copy()
    wild[:: round(1.7 * rate_hz)] += wild_deg
    assert verdicts(run(LUNGE, times, wild, 0.3)) == {Verdict.OK}


def test_directions_have_their_own_limits_and_activity_is_obeyed() -> None:
    times = np.arange(0.0, 3.0, 1 / 30)
    fast = 150.0 * np.clip(times - 1.0, 0.0, 1.0)
    assert verdicts(run(BRIDGE, times, fast)) == {Verdict.OK, Verdict.CAUTION}
    assert Verdict.STOP in verdicts(run(BRIDGE, times, -fast))
    assert verdicts(run(BRIDGE, times, -fast, active=False)) == {Verdict.OK}


@pytest.mark.parametrize("rate_hz", [10.0, 15.0, 30.0, 60.0])
def test_who_arrives_fast_where_speed_counts_is_told_there(rate_hz: float) -> None:
    # Nearly all of the way at 90 degrees a second lies before 7.5 degrees, from where on speed counts.
    times = np.arange(0.0, 5.0, 1.0 / rate_hz)
    for most, verdict in ((12.0, Verdict.STOP), (6.0, Verdict.OK)):
        values = most - 36.0 * np.clip((2.4 - times) / 0.4, 0.0, 1.0)
        memory, said = SpeedMemory(), []
        for time_s, value in zip(times.tolist(), values.tolist(), strict=True):
            result, memory = advance(LUNGE, time_s, value, 0.0, memory, active=value > 7.5)
            said.append((time_s, result))
        assert (Verdict.STOP in {result.verdict for _, result in said}) == (verdict is Verdict.STOP)
        if verdict is Verdict.STOP:
            told_s, result = next(one for one in said if one[1].verdict is Verdict.STOP)
            assert 2.2 < told_s < 2.8
            assert result.since_s == pytest.approx(2.0, abs=0.35)


def test_a_short_loss_of_view_pauses_and_a_long_one_forgets() -> None:
    times = np.arange(0.0, 6.0, 1 / 30)
    ramp = 50.0 * times
    for lost_s, after in ((0.3, Verdict.STOP), (0.7, Verdict.UNKNOWN)):
        values = np.where((times > 3.0) & (times < 3.0 + lost_s), np.nan, ramp)
        results = run(LUNGE, times, values)
        assert results[np.searchsorted(times, 3.1)].verdict is Verdict.UNKNOWN
        assert results[np.searchsorted(times, 3.05 + lost_s)].verdict is after
    # What jumped while nobody was seen is no speed.
    jump = np.where(times > 3.0, 40.0, 0.0)
    jump[(times > 2.9) & (times < 3.5)] = np.nan
    assert verdicts(run(LUNGE, times, jump)) == {Verdict.OK}


def test_what_is_known_to_be_read_too_high_is_taken_off() -> None:
    times = np.arange(0.0, 3.0, 1.0 / 30.0)
    rising = 90.0 * np.clip(times - 1.0, 0.0, 1.0)
    assert Verdict.CAUTION in verdicts(run(BRIDGE, times, rising))
    taken_off = run(replace(BRIDGE, over_read=1.2), times, rising)
    assert verdicts(taken_off) == {Verdict.OK}
    assert max(result.value for result in taken_off if not math.isnan(result.value)) == pytest.approx(75.0, abs=0.1)
