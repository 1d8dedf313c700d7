"""What accuracy is measured on and the correction learned from: people doing it their own way, limbs as they come.

Protected here: that a seed is one way of doing it, that truth follows by other formulae in these postures too, that
nobody sinks or floats, that postures spread as far as they claim, and that nothing is learned on the kept seeds.
"""

import numpy as np
import pytest
from test_phantom import independent

from benchmarks.accuracy import takes as kept_takes
from benchmarks.training import COUNT, FIRST_SEED, takes
from calibration.phantom.flesh import lowest
from calibration.phantom.repertoire import EXERCISES, FREE, practise, take_any
from calibration.phantom.script import Script
from calibration.phantom.scripts import Performance
from calibration.phantom.truth import row
from calibration.phantom.variety import BODIES, FIRST_KEPT_SEED, variant
from poses import skeleton

RIGHT = skeleton.SIDES[skeleton.RIGHT]


def script_of(kind: str, seed: int) -> Script:
    return practise(kind, seed) if kind in EXERCISES else take_any(kind, seed)


@pytest.mark.parametrize("kind", [*EXERCISES, *FREE])
def test_truth_follows_by_other_formulae_and_nobody_sinks(kind: str) -> None:
    for seed in range(1, 6):
        script, body = script_of(kind, seed), variant(seed).body
        assert script == script_of(kind, seed), "the same seed, the same way"
        performance = Performance(script, seed, body)
        for key in script.scenes[0].keys[::2]:
            figure = performance.figure(key.time_s)
            values = row(key.time_s, figure)
            for side in (skeleton.LEFT, skeleton.RIGHT):
                for measure, expected in independent(figure, side).items():
                    assert values[f"{measure}_{skeleton.SIDES[side]}"] == pytest.approx(expected, abs=0.01), measure
            assert -0.012 < lowest(body, figure.frames, *figure.frames) < 0.003, (seed, key.time_s)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("low-lunge", -30.0, 40.0), ("bridge", -30.0, 30.0), ("upright", -90.0, 40.0)]
)
def test_postures_spread_past_the_limits_on_both_sides(kind: str, low: float, high: float) -> None:
    openings, knees = [], []
    for seed in range(1, 25):
        script, body = script_of(kind, seed), variant(seed).body
        performance = Performance(script, seed, body)
        for key in script.scenes[0].keys[::2]:
            values = row(key.time_s, performance.figure(key.time_s))
            openings.append(values[f"hip_opening_deg_{RIGHT}"])
            knees.append(values[f"knee_flexion_deg_{RIGHT}"])
    assert min(openings) < low
    assert max(openings) > high
    # The knee is no function of the hip: what is learned must look at both.
    assert np.std(knees) > 8.0
    fitted = np.polyval(np.polyfit(openings, knees, 3), openings)
    assert np.std(np.array(knees) - fitted) > 5.0


def test_inclinations_are_those_that_were_asked_for() -> None:
    script = take_any("upright", 3)
    performance = Performance(script, 3, BODIES[1])
    for key in script.scenes[0].keys:
        values = row(key.time_s, performance.figure(key.time_s))
        # The trunk's line is asked for; the small abduction of the thighs shortens them a little in the side view.
        assert values[f"trunk_inclination_deg_{RIGHT}"] == pytest.approx(key.values["trunk_deg"], abs=0.1)
        assert values[f"thigh_inclination_deg_{RIGHT}"] == pytest.approx(key.values[f"{RIGHT}_thigh_deg"], abs=0.5)
        assert values[f"shank_inclination_deg_{RIGHT}"] == pytest.approx(key.values[f"{RIGHT}_shank_deg"], abs=0.8)


def test_nothing_is_learned_on_the_kept_seeds() -> None:
    learned = {take.seed for take in takes(FIRST_SEED, COUNT)}
    kept = {take.seed for take in kept_takes(FIRST_KEPT_SEED, 1)}
    assert max(learned) < FIRST_KEPT_SEED <= min(kept)
    assert len(learned) > 0.98 * COUNT
    assert len(kept) == 24
