"""Shaking: swings of known size and pace, at known frame rates, on a leg that is held; and everything that is none."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import stick_figure as sf
from poses.exercise import with_shaking
from poses.exercise_file import built_in
from poses.records import Verdict
from poses.shaking import ShakeLimits, ShakeMemory, ShakeResult, advance, unrest
from psoas_coach.session import Session

LIMITS = next(e.movement.shake for e in built_in() if e.movement is not None and e.movement.shake is not None)
FLICKER_DEG = 0.15


def run(
    course: Callable[[float], float],
    rate: float = 30.0,
    seconds: float = 20.0,
    lost: float = 0.0,
    held: Callable[[float], bool] = lambda t: True,
    limits: ShakeLimits = LIMITS,
) -> list[tuple[float, ShakeResult]]:
    rng = np.random.default_rng(0)
    memory, results = ShakeMemory(), []
    for frame in range(round(seconds * rate)):
        time_s = frame / rate
        if rng.random() < lost:
            continue
        value = 10.0 + course(time_s) + FLICKER_DEG * rng.standard_normal()
        result, memory = advance(limits, time_s, value, memory, active=held(time_s))
        results.append((time_s, result))
        assert len(memory.samples) <= limits.window_s * rate + 2
    return results


def shaking(hertz: float, amplitude_deg: float) -> Callable[[float], float]:
    """Still, but between 8 and 14 s."""
    return lambda t: amplitude_deg * math.sin(2.0 * math.pi * hertz * t) if 8.0 <= t < 14.0 else 0.0


def told(results: list[tuple[float, ShakeResult]]) -> list[float]:
    return [time_s for time_s, result in results if result.verdict is Verdict.CAUTION]


@pytest.mark.parametrize("rate", [25.0, 30.0, 60.0])
@pytest.mark.parametrize("hertz", [3.5, 5.0, 6.5])
def test_visible_shaking_is_told_and_its_swing_measured(rate: float, hertz: float) -> None:
    results = run(shaking(hertz, 1.0), rate)
    times = told(results)
    # Two looks of three, of three seconds each: known at the earliest 3 s after it began.
    assert 10.0 < times[0] < 12.5
    assert 14.0 < times[-1] < 18.0
    assert max(after - before for before, after in pairwise(times)) < 2.0 / rate, "one stretch"
    at_12 = next(result for time_s, result in results if time_s >= 12.5)
    assert at_12.value == pytest.approx(2.0, abs=0.3)
    assert at_12.limit == LIMITS.peak_to_peak_deg
    assert 7.0 < at_12.since_s < 10.5


@pytest.mark.parametrize(
    ("hertz", "amplitude_deg"),
    [(5.0, 0.6), (1.5, 2.0), (2.0, 2.0), (9.0, 1.0), (0.25, 4.0)],
    ids=["small", "bouncing", "fast bouncing", "faster than a webcam shows", "breathing"],
)
def test_what_is_no_shaking(hertz: float, amplitude_deg: float) -> None:
    assert told(run(shaking(hertz, amplitude_deg))) == []


def test_lost_frames_do_not_matter_while_enough_are_left() -> None:
    assert told(run(shaking(5.0, 1.0), rate=40.0, lost=0.3))


def test_with_too_few_frames_nothing_is_said() -> None:
    for rate in (10.0, 15.0, 24.0):
        verdicts = {result.verdict for time_s, result in run(shaking(5.0, 1.0), rate) if time_s > 4.0}
        assert verdicts == {Verdict.UNKNOWN}, rate


def test_whoever_moves_is_not_shaking() -> None:
    assert told(run(shaking(5.0, 1.0), held=lambda t: t < 8.0 or t > 14.0)) == []
    # Lowering oneself quickly within the window, as at the end of a hold, is no shaking either.
    assert told(run(lambda t: -10.0 * min(max(t - 8.0, 0.0), 1.0))) == []


def test_who_shakes_always_is_compared_with_themselves() -> None:
    def always(t: float) -> float:
        return 0.9 * math.sin(2.0 * math.pi * 5.0 * t)

    own = replace(LIMITS, still_deg=0.7)
    assert told(run(always, limits=LIMITS))
    assert told(run(always, limits=own)) == []


def test_unrest_is_the_root_mean_square_of_the_band() -> None:
    time = np.arange(0.0, 3.0, 1.0 / 30.0)
    for hertz in (3.4, 4.1, 5.0, 6.3):
        wave = 2.0 * np.sin(2.0 * np.pi * hertz * time + 0.7)
        assert unrest(LIMITS, tuple(zip(time.tolist(), wave.tolist(), strict=True))) == pytest.approx(
            2.0 / math.sqrt(2.0), rel=0.1
        )


def test_it_is_off_unless_asked_for_and_asks_for_rest() -> None:
    for asked, expected in ((False, set()), (True, {"shake"})):
        exercises = [with_shaking(exercise) if asked else exercise for exercise in built_in()]
        session = Session(exercises, corrects=sf.uncorrected())
        rules: set[str] = set()
        cues: set[str] = set()
        for frame in range(round(22.0 * 30.0)):
            time_s = frame / 30.0
            opening = 6.0 + (1.5 * math.sin(2.0 * math.pi * 5.0 * time_s) if time_s > 10.0 else 0.0)
            figure = replace(sf.GOOD_LUNGE, right=sf.Leg(opening, 80.0))
            step = session.step(frame, sf.on_the_knee(sf.pose(figure, time_s)))
            rules |= {reading.rule for reading in step.moment.readings if reading.verdict is Verdict.CAUTION}
            cues |= {step.cue.id} if step.cue else set()
        assert rules & {"shake"} == expected
        assert ("shaking" in cues) is asked
