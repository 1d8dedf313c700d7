"""The hip over a knee that rests on the floor: what it does tells, whatever the knee's landmark does."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses import kneeling, skeleton
from poses.cues import PROBLEM_CUES, PROBLEM_ON_S, CueMemory, choose
from poses.exercise_file import built_in
from poses.records import Pose, Reading, Step, Verdict
from psoas_coach.session import Session

RATE = 30.0
RIGHT = skeleton.RIGHT


def kneeling_at(opening_deg: float, time_s: float, *, trunk_deg: float = 0.0, facing: int = 1) -> Pose:
    """A lunge whose stretched knee lies at the same place whatever the opening."""
    figure = replace(sf.GOOD_LUNGE, trunk_deg=trunk_deg, right=sf.Leg(opening_deg - trunk_deg, 80.0))
    pose = sf.pose(figure, time_s, facing=facing)
    shift = np.array([500.0, 600.0]) - pose.image_px[skeleton.KNEES[RIGHT]]
    return replace(pose, image_px=(pose.image_px + shift).astype(np.float32))


def with_knee_at(pose: Pose, x: float, y: float) -> Pose:
    """The same pose with the stretched knee mistaken."""
    points = pose.image_px.copy()
    points[skeleton.KNEES[RIGHT]] = x, y
    return replace(pose, image_px=points)


def told(poses: Iterable[tuple[Pose, float]], *, facing: int = 1) -> list[float]:
    memory, found = None, []
    for pose, opening_deg in poses:
        opening, memory = kneeling.advance(pose, facing, RIGHT, opening_deg, memory)
        found.append(opening)
    return found


def still(seconds: float, opening_deg: float = 8.0, start_s: float = 0.0) -> Iterator[tuple[Pose, float]]:
    for frame in range(round(seconds * RATE)):
        yield kneeling_at(opening_deg, start_s + frame / RATE), opening_deg


@pytest.mark.parametrize("trunk_deg", [-20.0, 0.0, 6.0])
def test_the_opening_is_that_of_the_picture(trunk_deg: float) -> None:
    poses = [(kneeling_at(9.0, frame / RATE, trunk_deg=trunk_deg), 9.0) for frame in range(60)]
    found = told(poses)
    assert math.isnan(found[0])
    assert found[-1] == pytest.approx(9.0, abs=0.01)


def test_the_mirrored_picture_tells_the_same() -> None:
    poses = [(kneeling_at(9.0, frame / RATE, facing=-1), 9.0) for frame in range(60)]
    assert told(poses, facing=-1)[-1] == pytest.approx(told(still(2.0, 9.0))[-1], abs=0.01)


def test_a_knee_that_jumps_is_no_movement_and_a_hip_that_moves_is() -> None:
    rng = np.random.default_rng(0)
    frames = list(still(2.0))
    for frame in range(60, 120):
        bounce = 8.0 + 4.0 * math.sin(2.0 * math.pi * 1.5 * frame / RATE)
        pose = kneeling_at(bounce, frame / RATE)
        # A quarter of the frames has the knee somewhere else, and says so of the angle.
        if rng.random() < 0.25:
            frames.append((with_knee_at(pose, 640.0, 520.0), -60.0))
        else:
            frames.append((pose, bounce))
    found = np.array(told(frames)[60:])
    true = 8.0 + 4.0 * np.sin(2.0 * np.pi * 1.5 * np.arange(60, 120) / RATE)
    assert np.abs(found - true).max() < 0.5


def test_whoever_stands_up_is_not_over_the_knee_any_more() -> None:
    frames = list(still(2.0))
    standing = kneeling_at(8.0, 2.0)
    up = replace(standing, image_px=standing.image_px - np.array([0.0, 120.0], np.float32))
    assert math.isnan(told([*frames, (up, math.nan)])[-1])


def test_a_hip_that_was_mistaken_does_not_change_what_is_known() -> None:
    memory = None
    for pose, opening_deg in still(2.0):
        _, memory = kneeling.advance(pose, 1, RIGHT, opening_deg + 3.0, memory)
    assert memory is not None
    known_deg = memory.offset_deg
    assert known_deg == pytest.approx(3.0, abs=0.01)
    pose = kneeling_at(8.0, 2.0)
    points = pose.image_px.copy()
    points[skeleton.HIPS[RIGHT]] += 150.0
    opening, memory = kneeling.advance(replace(pose, image_px=points), 1, RIGHT, -100.0, memory)
    assert math.isnan(opening)
    assert memory is not None
    assert memory.offset_deg == known_deg


def test_hip_and_shoulder_have_to_be_seen_themselves() -> None:
    pose = kneeling_at(8.0, 2.0)
    visibility = pose.visibility.copy()
    visibility[skeleton.SHOULDERS[RIGHT]] = 0.4
    assert math.isnan(told([*still(2.0), (replace(pose, visibility=visibility), 8.0)])[-1])


def test_a_knee_elsewhere_for_good_begins_anew() -> None:
    shift = np.array([90.0, 0.0], np.float32)
    moved = [(replace(p, image_px=p.image_px + shift), v) for p, v in still(4.0, start_s=2.0)]
    found = told([*still(2.0), *moved])
    assert found[-1] == pytest.approx(8.0, abs=0.01)
    # In between nothing was told, long enough for the detectors to forget.
    gap = [index for index in range(60, len(found)) if math.isnan(found[index])]
    assert len(gap) >= RATE * 0.85


def session_on(poses: Iterable[Pose]) -> list[Step]:
    session = Session(built_in(), corrects=sf.uncorrected())
    return [session.step(index, pose) for index, pose in enumerate(poses)]


def badly_seen(pose: Pose) -> Pose:
    """The near knee and ankle hardly visible: no angle of that leg."""
    visibility = pose.visibility.copy()
    visibility[[skeleton.KNEES[RIGHT], skeleton.ANKLES[RIGHT]]] = 0.3
    return replace(pose, visibility=visibility)


def test_a_hold_goes_on_while_only_the_legs_are_badly_seen() -> None:
    poses = [kneeling_at(8.0, frame / RATE) for frame in range(round(30 * RATE))]
    poses = [badly_seen(pose) if pose.time_s > 5.0 else pose for pose in poses]
    steps = session_on(poses)
    assert steps[-1].assessment.problems == ("unclear",)
    assert steps[-1].verdict is Verdict.UNKNOWN, "no all-clear for what is not seen"
    assert steps[-1].moment.hold_s == pytest.approx(29.5, abs=0.6)
    assert steps[-1].cue is not None
    assert steps[-1].cue.id == PROBLEM_CUES["unclear"]


def test_leaning_back_is_told_while_only_the_legs_are_badly_seen() -> None:
    poses = [kneeling_at(8.0, frame / RATE) for frame in range(90)]
    poses += [badly_seen(kneeling_at(8.0, 3.0 + frame / RATE)) for frame in range(60)]
    poses += [badly_seen(kneeling_at(8.0, 5.0 + frame / RATE, trunk_deg=24.0)) for frame in range(90)]
    steps = session_on(poses)
    found = [(reading.rule, reading.verdict) for reading in steps[-1].assessment.readings]
    assert ("trunk-back-lean", Verdict.STOP) in found
    assert ("hip-opening", Verdict.UNKNOWN) in found
    assert steps[-1].cue is not None
    assert steps[-1].cue.verdict is Verdict.STOP


def bouncing_with(exchange_odds: float) -> list[Step]:
    """Ten seconds of a lunge that bounces from the third on; the mirrored picture has the legs the other way round."""
    session = Session(built_in(), corrects=sf.uncorrected(exchange_odds=exchange_odds))
    steps = []
    for frame in range(round(10 * RATE)):
        time_s = frame / RATE
        bounce_deg = 4.0 * math.sin(2.0 * math.pi * (time_s - 3.0)) if time_s > 3.0 else 0.0
        steps.append(session.step(frame, replace(kneeling_at(14.0 + bounce_deg, time_s), exchanged=0.95)))
    return steps


def test_a_lunge_of_legs_that_are_likely_the_right_ones_is_followed_and_its_range_is_not_judged() -> None:
    steps = bouncing_with(-6.0)
    assert not any(step.measures.legs_told for step in steps)
    told = steps[-1].assessment
    assert (told.exercise, told.problems, told.judged) == ("low-lunge", ("legs",), False)
    assert {reading.rule: reading.verdict for reading in told.readings}["hip-opening"] is Verdict.UNKNOWN
    assert all(step.assessment.verdict is Verdict.UNKNOWN for step in steps), "no all-clear for what is not known"
    assert {reading.rule: reading.verdict for reading in steps[-1].moment.readings}["bounce"] is Verdict.STOP
    assert steps[-1].moment.hold_s == pytest.approx(9.5, abs=0.6)


def test_a_lunge_of_legs_that_may_be_either_is_not_followed() -> None:
    steps = bouncing_with(-4.0)
    assert {step.assessment.exercise for step in steps} == {None}
    assert steps[-1].assessment.problems == ("legs",)
    assert not any(step.moment.readings for step in steps)


def test_what_was_done_before_a_long_bad_view_is_forgotten_where_the_legs_are_unsure_too() -> None:
    session = Session(built_in(), corrects=sf.uncorrected(exchange_odds=-4.0))
    knee_up = replace(sf.STANDING, right=sf.Leg(-75.0, 0.0))
    named = []
    for frame in range(round(9 * RATE)):
        time_s = frame / RATE
        if time_s < 5.0:
            pose = sf.pose(knee_up, time_s)
            if time_s >= 2.0:
                pose = replace(pose, image_px=pose.image_px + np.float32(5000.0))
        else:
            pose = replace(kneeling_at(8.0, time_s), exchanged=0.95)
        named.append(session.step(frame, pose).assessment.exercise)
    assert named[round(1.9 * RATE)] == "standing-core"
    assert set(named[round(5.0 * RATE) :]) == {None}


def test_where_only_the_legs_are_unclear_a_stop_is_said_before_the_view() -> None:
    lunge = next(exercise for exercise in built_in() if exercise.id == "low-lunge")
    stop = Reading("trunk-back-lean", "trunk_inclination_deg", 1, 24.0, 3.0, Verdict.STOP, 15.0, 0.0)
    cue, _, _ = choose(lunge, [stop], "unclear", PROBLEM_ON_S, CueMemory(problem_since_s=0.0))
    assert cue is not None
    assert cue.verdict is Verdict.STOP


def test_flicker_is_error_alone_and_not_what_the_person_does() -> None:
    rng = np.random.default_rng(5)

    def flicker(sigma_deg: float, bounce_deg: float) -> float:
        memory = None
        for frame in range(90):
            opening = 9.0 + bounce_deg * math.sin(2.0 * math.pi * 1.5 * frame / RATE)
            read = opening + sigma_deg * float(rng.normal())
            _, memory = kneeling.advance(kneeling_at(opening, frame / RATE), 1, RIGHT, read, memory)
        assert memory is not None
        return memory.flicker_deg

    # Of ten values a second, a deviation estimated by the median scatters by a third.
    assert flicker(0.3, 0.0) == pytest.approx(0.3, rel=0.9)
    assert flicker(8.0, 0.0) > kneeling.MOST_FLICKER_DEG
    assert flicker(0.3, 4.0) < kneeling.MOST_FLICKER_DEG


def test_too_little_is_known_to_call_it_flicker_at_first() -> None:
    memory = None
    for frame in range(12):
        read = 30.0 if frame % 6 < 3 else -10.0
        _, memory = kneeling.advance(kneeling_at(9.0, frame / RATE), 1, RIGHT, read, memory)
    assert memory is not None
    assert math.isnan(memory.flicker_deg)
