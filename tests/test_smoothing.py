"""The filter against its own mathematics and against what it is for."""

import numpy as np
import pytest

from poses.measures import INDEX, NAMES
from poses.smoothing import FORGET_S, FilterMemory, one_euro

OPENING, THIGH, PAST_TOE = (INDEX[name] for name in ("hip_opening_deg", "thigh_inclination_deg", "knee_past_toe"))


def run(signal: np.ndarray, rate_hz: float, column: int = OPENING) -> np.ndarray:
    memory: FilterMemory | None = None
    out = []
    for frame, value in enumerate(signal):
        values = np.zeros((2, len(NAMES)))
        values[:, column] = value
        filtered, memory = one_euro(values, frame / rate_hz, memory)
        out.append(filtered[0, column])
    return np.array(out)


def test_flicker_of_a_still_person_is_cut_down() -> None:
    noise = np.random.default_rng(3).normal(scale=1.0, size=3000)
    assert run(noise, 30.0)[100:].std() < 0.5


@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 60.0])
def test_lag_at_a_calm_speed_is_below_one_and_a_half_degrees(rate_hz: float) -> None:
    time = np.arange(0.0, 4.0, 1.0 / rate_hz)
    ramp = 10.0 * time
    assert abs(run(ramp, rate_hz)[-1] - ramp[-1]) < 1.5


def test_a_step_is_followed_the_same_at_any_frame_rate() -> None:
    # The weights come from media time: one second after a step of 10 degrees the value is the same.
    ends = [run(np.r_[0.0, np.full(int(rate), 10.0)], rate)[-1] for rate in (15.0, 30.0, 60.0)]
    assert ends == pytest.approx([10.0] * 3, abs=0.3)


def test_angles_pass_180_without_swinging_round() -> None:
    # A thigh that tips past vertical upside down, as when lying and drawing the knee up.
    turning = (np.arange(170.0, 191.0, 0.5) + 180.0) % 360.0 - 180.0
    filtered = run(turning, 30.0, THIGH)
    beyond = np.abs((filtered - turning + 180.0) % 360.0 - 180.0)
    assert beyond.max() < 3.0
    assert np.abs(filtered).min() > 165.0


def test_a_ratio_is_not_wrapped() -> None:
    assert run(np.full(90, 200.0), 30.0, PAST_TOE)[-1] == pytest.approx(200.0)


def test_what_was_not_seen_is_forgotten() -> None:
    seen, lost = np.full((2, len(NAMES)), 40.0), np.full((2, len(NAMES)), np.nan)
    _, memory = one_euro(seen, 0.0, None)
    filtered, memory = one_euro(lost, 0.1, memory)
    assert np.isnan(filtered).all()
    filtered, memory = one_euro(np.zeros_like(seen), 0.2, memory)
    assert np.array_equal(filtered, np.zeros_like(seen)), "the old 40 degrees must not linger"
    filtered, _ = one_euro(seen, 0.2 + FORGET_S + 0.1, memory)
    assert np.array_equal(filtered, seen), "nor may what was seen before a gap"


def test_a_repeated_time_stamp_changes_nothing() -> None:
    values = np.full((2, len(NAMES)), 5.0)
    _, memory = one_euro(values, 1.0, None)
    filtered, again = one_euro(values + 50.0, 1.0, memory)
    assert np.array_equal(filtered, values)
    assert again is memory
