"""The engine in time, on skeletons that move as told: phases, holds, repetitions, signs of forcing, and what is said.

Protected here: that a calm lunge is a hold of the right length and is praised, that each sign of forcing is found where
it is and nowhere else, that stops add up, that a moment out of sight changes nothing, and that the kind of source does
not matter. The detectors' own tests look at signals; these look at the whole session.
"""

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import stick_figure as sf
from poses import clocks, forcing, skeleton
from poses.cues import ENDING_S
from poses.exercise_file import built_in
from poses.movement import MEASURES
from poses.phases import Phase
from poses.records import Finding, Pose, Step, Verdict
from poses.tally import Repetition
from psoas_coach.session import Ending, Session


def bridge(opening_deg: float) -> sf.Figure:
    """A bridge whose hips are opened so far."""
    half = (opening_deg - 0.0) / 2.0
    trunk = 112.0 + half
    thigh = opening_deg - trunk
    return sf.Figure(trunk, sf.Leg(thigh, 95.0), sf.Leg(thigh, 95.0), head_deg=90.0)


def ramp(*points: tuple[float, float]) -> Callable[[float], float]:
    """A course through times and values, smooth between them (minimum jerk)."""

    def at(time_s: float) -> float:
        for (before_s, before), (after_s, after) in itertools.pairwise(points):
            if time_s <= after_s:
                share = min(max((time_s - before_s) / (after_s - before_s), 0.0), 1.0)
                return before + (after - before) * share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
        return points[-1][1]

    return at


def moving(
    figure: Callable[[float], sf.Figure], course: Callable[[float], float], until_s: float, rate: float = 20.0
) -> Iterator[Pose]:
    for frame in range(round(until_s * rate)):
        yield sf.on_the_knee(sf.pose(figure(course(frame / rate)), frame / rate))


def run(poses: Iterator[Pose]) -> tuple[list[Step], list[Finding], Ending]:
    session = Session(built_in(), corrects=sf.uncorrected())
    steps = [session.step(index, pose) for index, pose in enumerate(poses)]
    ending = session.finish()
    return steps, [finding for step in steps for finding in step.findings] + list(ending.findings), ending


SLOW_IN = ((0.0, -5.0), (2.0, -5.0), (5.0, 9.0))


def test_a_calm_lunge_is_a_hold_of_its_length_and_is_praised() -> None:
    steps, found, _ = run(moving(sf.lunge, ramp(*SLOW_IN, (25.0, 9.0), (28.0, -5.0), (32.0, -5.0)), 32.0))
    holds = [hold for step in steps for hold in step.moment.holds]
    assert len(holds) == 1
    # Half of the way in and half of the way out, of 3 s each, are a part of it.
    assert holds[0].start_s == pytest.approx(3.5, abs=0.2)
    assert holds[0].end_s == pytest.approx(26.5, abs=0.2)
    assert holds[0].side == skeleton.RIGHT
    assert found == []
    assert {step.moment.phase for step in steps} >= {Phase.ENTER, Phase.HOLD, Phase.EXIT}
    held = [step.moment.hold_s for step in steps if not math.isnan(step.moment.hold_s)]
    assert max(held) == pytest.approx(holds[0].seen_s, abs=1.5)
    said = {step.cue.id for step in steps if step.cue}
    assert said == {"good"}
    spoken = [step.pose.time_s for step in steps if step.spoken]
    assert np.diff(spoken).min(initial=99.0) >= 20.0


def test_each_sign_of_forcing_is_found_and_only_it() -> None:
    signs: dict[str, Callable[[float], float]] = {
        "speed": ramp((0.0, 0.0), (2.0, 0.0), (2.45, 14.0), (9.0, 14.0)),
        "creep": ramp(*SLOW_IN, (10.0, 9.0), (20.0, 14.0), (24.0, 14.0)),
        "bounce": lambda t: ramp(*SLOW_IN)(t) + (2.2 * math.sin(2.0 * math.pi * 1.2 * t) if 8.0 < t < 14.0 else 0.0),
        "hold": ramp(*SLOW_IN, (48.0, 9.0)),
    }
    for sign, course in signs.items():
        _, found, _ = run(moving(sf.lunge, course, {"hold": 48.0, "speed": 9.0}.get(sign, 24.0)))
        assert {finding.rule for finding in found} == {sign}, sign
        assert all(finding.exercise == "low-lunge" for finding in found)


def test_a_quick_bounce_of_which_the_pose_model_leaves_two_fifths_is_told_once_and_stops() -> None:
    def course(time_s: float) -> float:
        return ramp(*SLOW_IN)(time_s) + (0.8 * math.sin(5.0 * math.pi * time_s) if 8.0 < time_s < 16.0 else 0.0)

    steps, found, _ = run(moving(sf.lunge, course, 20.0))
    assert {finding.rule for finding in found} == {"bounce"}
    assert [finding.verdict for finding in found] == [Verdict.CAUTION, Verdict.STOP]
    # As high as it was, and not as it is read.
    assert found[-1].peak == pytest.approx(4.0, abs=1.0)
    assert "bounce" in {step.cue.id for step in steps if step.cue}


def test_a_hold_that_goes_on_is_a_stop() -> None:
    steps, found, _ = run(moving(sf.lunge, ramp(*SLOW_IN, (130.0, 9.0)), 130.0, rate=12.0))
    stops = [finding for finding in found if finding.verdict is Verdict.STOP]
    assert {finding.rule for finding in stops} == {"hold", "dose"}
    assert min(finding.reported_s for finding in stops if finding.rule == "hold") == pytest.approx(65.0, abs=2.0)
    assert not [step.ends for step in steps if step.ends], "rules that stop together are one stop"


def test_two_stops_end_the_exercise_and_three_the_session() -> None:
    presses = [(0.0, 5.0), (3.0, 5.0)]
    for number in range(3):
        start = 3.0 + 12.0 * number
        presses += [(start + 4.0, 36.0), (start + 6.0, 36.0), (start + 10.0, 5.0), (start + 12.0, 5.0)]
    steps, _, _ = run(moving(sf.lunge, ramp(*presses), 40.0))
    ends = [(step.pose.time_s, step.ends) for step in steps if step.ends]
    assert [what for _, what in ends] == ["exercise", "session"]
    for (time_s, _), cue in zip(ends, ("pain_stop", "session_end"), strict=True):
        told = [step for step in steps if step.cue and step.cue.id == cue and step.pose.time_s >= time_s]
        assert sum(step.spoken for step in told) == 1
        # "Rest here" is not said of a posture that is too deep.
        assert {step.verdict for step in told} == {Verdict.OK}
        assert told[-1].pose.time_s - told[0].pose.time_s == pytest.approx(ENDING_S, abs=0.2)


def test_three_bridges_are_three_repetitions_with_their_tempo() -> None:
    points = [(0.0, -52.0), (2.0, -52.0)]
    for number in range(3):
        start = 2.0 + 8.0 * number
        points += [(start + 2.5, -3.0), (start + 4.5, -3.0), (start + 7.0, -52.0), (start + 8.0, -52.0)]
    steps, found, _ = run(moving(bridge, ramp(*points), 28.0))
    done = [one for step in steps for one in step.moment.repetitions]
    assert [one.number for one in done] == [1, 2, 3]
    for number, one in enumerate(done):
        assert one.start_s == pytest.approx(2.3 + 8.0 * number, abs=0.5)
        assert one.end_s == pytest.approx(8.7 + 8.0 * number, abs=0.5)
    assert found == []


@pytest.mark.parametrize(
    ("peaks", "told"),
    [
        ((-3.0, 2.0, 8.0), True),
        ((4.0, 5.4, 6.8, 8.2), True),
        ((-6.0, -3.0, 0.0, 3.0), False),
        ((6.0, 6.0, 6.5, 6.0), False),
        ((8.0, 4.0, 1.0), False),
    ],
    ids=["above the first", "a trend", "within the target", "alike", "less each time"],
)
def test_going_farther_each_time_is_told_once_it_is_beyond_the_target(peaks: tuple[float, ...], told: bool) -> None:
    points = [(0.0, -52.0), (2.0, -52.0)]
    for number, peak in enumerate(peaks):
        start = 2.0 + 8.0 * number
        points += [(start + 2.5, peak), (start + 4.5, peak), (start + 7.0, -52.0), (start + 8.0, -52.0)]
    steps, found, _ = run(moving(bridge, ramp(*points), 4.0 + 8.0 * len(peaks)))
    assert [one.peak for step in steps for one in step.moment.repetitions] == pytest.approx(peaks, abs=0.5)
    assert ("growth" in {finding.rule for finding in found}) is told


def test_no_side_is_held_to_what_the_other_one_could() -> None:
    movement = next(one for one in built_in() if one.id == "dynamic-lunge").movement
    assert movement is not None
    limits, done = movement.growth, clocks.Peaks()
    assert limits is not None
    for side, peak in ((0, 3.5), (0, 3.6), (1, 13.6), (1, 12.6), (1, 12.8), (1, 12.8)):
        done = clocks.with_peak(limits, done, Repetition(1, 0.0, 2.0, 4.0, peak, 2.0, 0.0, 2.0, side))
        assert clocks.farther(limits, done)[1] is Verdict.OK
    # Nor does a high one of the other leg hide what grows.
    for peak in (5.0, 7.0, 9.0, 11.0):
        done = clocks.with_peak(limits, done, Repetition(1, 0.0, 2.0, 4.0, peak, 2.0, 0.0, 2.0, 0))
    value, verdict, _ = clocks.farther(limits, done)
    assert value == pytest.approx(7.5)
    assert verdict is Verdict.CAUTION


def test_a_drop_is_told_and_a_slow_way_down_is_not() -> None:
    up = ((0.0, -52.0), (2.0, -52.0), (4.5, -3.0), (6.5, -3.0))
    for last_s, dropped in ((6.9, True), (9.0, False)):
        _, found, _ = run(moving(bridge, ramp(*up, (last_s, -52.0), (12.0, -52.0)), 12.0, rate=30.0))
        assert any(finding.rule == "speed" for finding in found) == dropped, last_s


def test_a_moment_out_of_sight_neither_ends_a_hold_nor_counts() -> None:
    poses = list(moving(sf.lunge, ramp(*SLOW_IN, (25.0, 9.0), (28.0, -5.0), (32.0, -5.0)), 32.0))
    hidden = [sf.nobody(pose.time_s) if 12.0 <= pose.time_s < 14.0 else pose for pose in poses]
    steps, found, _ = run(iter(hidden))
    holds = [hold for step in steps for hold in step.moment.holds]
    assert len(holds) == 1
    # Out of sight for 2 s, and until the view has been good for most of a second and the lunge is recognised again.
    assert 2.0 <= holds[0].end_s - holds[0].start_s - holds[0].seen_s < 3.6
    assert not [finding for finding in found if finding.rule in MEASURES]


def test_the_same_movement_at_other_frame_rates_has_the_same_events() -> None:
    course = ramp(*SLOW_IN, (10.0, 9.0), (20.0, 14.0), (24.0, 14.0), (27.0, -5.0), (30.0, -5.0))
    starts = []
    for rate in (10.0, 15.0, 24.0, 60.0):
        _, found, _ = run(moving(sf.lunge, course, 30.0, rate))
        assert [finding.rule for finding in found] == ["creep"], rate
        starts.append(found[0].start_s)
    assert max(starts) - min(starts) < 0.3


def test_a_bounce_of_badly_seen_legs_is_told_later() -> None:
    movement = next(exercise.movement for exercise in built_in() if exercise.id == "low-lunge")
    assert movement is not None

    def told_s(*, legs_seen: bool) -> float:
        memory = forcing.ForcingMemory()
        for frame in range(240):
            time_s = frame / 30.0
            opening = 8.0 + (3.0 * math.sin(2.0 * math.pi * 1.2 * (time_s - 3.0)) if time_s > 3.0 else 0.0)
            moment, memory = forcing.advance(
                movement, time_s, forcing.Glimpsed(opening, opening, legs_seen=legs_seen), memory,
                side=skeleton.RIGHT, one_sided=True, in_exercise=True,
            )  # fmt: skip
            if any(one.rule == "bounce" and one.verdict is Verdict.CAUTION for one in moment.readings):
                return time_s
        return math.inf

    # Three turning points more, at 2.4 a second.
    assert told_s(legs_seen=False) - told_s(legs_seen=True) == pytest.approx(3 / 2.4, abs=0.3)
