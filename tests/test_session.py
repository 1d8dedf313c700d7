"""The whole engine on skeletons of known angles: what is said when, and what is never said."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton, view
from poses.exercise_file import built_in
from poses.measures import INDEX
from poses.movement import MEASURES
from poses.records import Finding, Pose, Step, Verdict
from poses.side_swaps import exchange_legs
from psoas_coach.session import Session

OPENING = INDEX["hip_opening_deg"]


def run(poses: Iterable[Pose]) -> tuple[list[Step], list[Finding]]:
    session = Session(built_in(), corrects=sf.uncorrected())
    steps = [session.step(index, pose) for index, pose in enumerate(poses)]
    found = [finding for step in steps for finding in step.findings] + list(session.finish().findings)
    # The figures of these tests jump from one posture to the next; how fast is not what they are about.
    return steps, [finding for finding in found if finding.rule not in MEASURES]


def held(*pieces: tuple[float, sf.Figure], rate: float = 30.0, start_s: float = 0.0) -> Iterator[Pose]:
    frame = 0
    for seconds, figure in pieces:
        for _ in range(round(seconds * rate)):
            yield sf.on_the_knee(sf.pose(figure, start_s + frame / rate))
            frame += 1


def test_a_good_lunge_gives_no_word() -> None:
    steps, found = run(held((5.0, sf.lunge(8.0))))
    assert found == []
    assert {step.assessment.exercise for step in steps[20:]} == {"low-lunge"}
    assert {step.assessment.verdict for step in steps[20:]} == {Verdict.OK}
    assert all(step.cue is None for step in steps)
    assert steps[-1].measures.values[skeleton.RIGHT, OPENING] == pytest.approx(8.0, abs=0.05)


def test_pressing_too_far_is_said_in_time_and_ends_with_it() -> None:
    steps, found = run(held((3.0, sf.lunge(5.0)), (3.0, sf.lunge(36.0)), (3.0, sf.lunge(5.0))))
    stops = [finding for finding in found if finding.verdict is Verdict.STOP]
    assert [(stop.rule, stop.side) for stop in stops] == [("hip-opening", skeleton.RIGHT)]
    assert stops[0].reported_s - 3.0 < 0.6
    assert stops[0].end_s == pytest.approx(6.0, abs=0.5)
    assert stops[0].peak == pytest.approx(36.0, abs=0.2)
    said = [step.cue.id for step in steps if step.cue and step.spoken]
    # The figure jumps there, which is told first: it is seen sooner than that it stays.
    assert said[:2] == ["too_fast", "too_far_stop"]
    assert steps[-1].cue is None


def test_an_arched_bridge_is_found_and_a_flat_one_is_not() -> None:
    _, found = run(held((2.0, sf.ON_THE_FLOOR), (3.0, sf.FLAT_BRIDGE), (2.0, sf.ON_THE_FLOOR)))
    assert found == []
    _, found = run(held((2.0, sf.ON_THE_FLOOR), (3.0, sf.HIGH_BRIDGE), (2.0, sf.ON_THE_FLOOR)))
    assert ("hip-opening", Verdict.STOP) in [(finding.rule, finding.verdict) for finding in found]


@pytest.mark.parametrize("figure", [sf.STANDING, sf.WALKING, sf.PLANK, sf.KNEELING_ON_HEEL])
def test_what_is_no_exercise_gets_no_verdict(figure: sf.Figure) -> None:
    steps, found = run(held((3.0, figure)))
    assert found == []
    assert {step.assessment.verdict for step in steps} == {Verdict.UNKNOWN}
    assert {step.assessment.exercise for step in steps} == {None}


def test_a_bad_view_is_unknown_however_deep_the_lunge() -> None:
    poses = [sf.pose(sf.lunge(40.0), frame / 30.0, yaw_deg=50.0) for frame in range(90)]
    steps, found = run(poses)
    assert found == []
    assert {step.assessment.verdict for step in steps} == {Verdict.UNKNOWN}
    assert steps[-1].assessment.problems == ("turn_side",)
    assert steps[-1].cue is not None
    assert steps[-1].cue.id == "turn_side"


def test_a_skeleton_that_is_upside_down_is_not_measured() -> None:
    on_the_shoulders = sf.Figure(trunk_deg=-145.0, left=sf.Leg(-155.0, 10.0), right=sf.Leg(-100.0, 100.0))
    steps, found = run(held((2.0, sf.lunge(8.0)), (3.0, on_the_shoulders), (2.0, sf.lunge(8.0))))
    assert found == []
    wrong = steps[60:150]
    assert all(np.isnan(step.measures.values).all() for step in wrong)
    assert wrong[-1].assessment.problems == ("unclear",)
    assert not wrong[-1].pose.found
    assert steps[-1].assessment.verdict is Verdict.OK


def test_legs_without_an_angle_have_no_name() -> None:
    # Every angle is too unsure to be given; the knee over the toes by itself would be sure enough.
    session = Session(built_in(), corrects=sf.uncorrected(11.0, 0.05))
    steps = [session.step(index, pose) for index, pose in enumerate(held((2.0, sf.lunge(8.0))))]
    assert not any(step.measures.legs_told for step in steps)
    assert all(np.isnan(step.measures.values).all() for step in steps)
    assert steps[-1].assessment.problems == ("unclear",)


def test_swapped_labels_raise_no_alarm() -> None:
    # With the legs exchanged the front leg would read as the stretched one, at -85 degrees.
    poses = [exchange_legs(pose) if index % 17 == 9 else pose for index, pose in enumerate(held((5.0, sf.lunge(8.0))))]
    steps, found = run(poses)
    assert found == []
    assert all(abs(step.measures.values[skeleton.RIGHT, OPENING] - 8.0) < 0.5 for step in steps)


def test_somebody_else_after_a_gap_starts_from_nothing() -> None:
    first = list(held((3.0, sf.lunge(36.0))))
    gone = [sf.nobody(3.0 + frame / 30.0) for frame in range(60)]
    second = list(held((3.0, sf.lunge(8.0)), start_s=5.0))
    steps, found = run([*first, *gone, *second])
    assert all(finding.end_s <= 5.1 for finding in found)
    assert {step.assessment.verdict for step in steps[-30:]} == {Verdict.OK}
    assert {step.assessment.verdict for step in steps[100:140]} == {Verdict.UNKNOWN}


def test_media_time_not_frames() -> None:
    # The same movement with a third of the frames missing: the same findings within a tenth of a second.
    full = list(held((3.0, sf.lunge(5.0)), (3.0, sf.lunge(36.0)), (3.0, sf.lunge(5.0))))
    kept = np.random.default_rng(1).random(len(full)) > 1 / 3
    _, whole = run(full)
    _, thinned = run([pose for pose, keep in zip(full, kept, strict=True) if keep])
    assert [(one.rule, one.verdict) for one in whole] == [(one.rule, one.verdict) for one in thinned]
    for one, other in zip(whole, thinned, strict=True):
        assert other.start_s == pytest.approx(one.start_s, abs=0.1)
        assert other.end_s == pytest.approx(one.end_s, abs=0.3)


def test_the_mirrored_picture_gives_the_same_verdicts_on_the_other_side() -> None:
    figure = sf.lunge(36.0)
    mirrored = replace(figure, left=figure.right, right=figure.left)
    _, found = run(held((3.0, figure)))
    _, other = run(sf.pose(mirrored, frame / 30.0, facing=-1) for frame in range(90))
    assert [(one.rule, one.verdict, one.side) for one in found] == [
        (one.rule, one.verdict, 1 - one.side) for one in other
    ]
    assert found


def test_an_exercise_that_was_named_is_not_mistaken_for_another() -> None:
    session = Session([exercise for exercise in built_in() if exercise.id == "bridge"], corrects=sf.uncorrected())
    steps = [session.step(index, pose) for index, pose in enumerate(held((2.0, sf.lunge(36.0))))]
    assert {step.assessment.problems for step in steps} == {("other_posture",)}
    assert session.finish().findings == ()


def turned_away(seconds: float, start_s: float) -> Iterator[Pose]:
    """The same person, too far out of the picture plane to be judged."""
    for frame in range(round(seconds * 30)):
        yield sf.pose(sf.lunge(36.0), start_s + frame / 30.0, yaw_deg=60.0)


def verdicts(steps: list[Step], start_s: float, end_s: float) -> set[Verdict]:
    return {step.assessment.verdict for step in steps if start_s <= step.assessment.time_s < end_s}


def test_another_posture_is_never_called_fine() -> None:
    # Standing up after a good lunge: the lunge stays in mind for half a second, but nothing of it is judged.
    steps, found = run(held((3.0, sf.lunge(8.0)), (2.0, sf.STANDING), (2.0, sf.PLANK)))
    assert found == []
    assert verdicts(steps, 3.2, 7.0) == {Verdict.UNKNOWN}


def test_a_lost_frame_now_and_then_does_not_hide_an_overextension() -> None:
    poses = [
        sf.nobody(pose.time_s) if index % 7 == 3 else pose for index, pose in enumerate(held((4.0, sf.lunge(40.0))))
    ]
    steps, found = run(poses)
    assert ("hip-opening", Verdict.STOP) in [(finding.rule, finding.verdict) for finding in found]
    shown = [step.cue.id if step.cue else "" for step in steps if step.assessment.time_s > 2.0]
    assert set(shown) == {"too_far_stop"}, "and the words do not blink"


@pytest.mark.parametrize("trunk", [10.0, 20.0, 30.0, 40.0])
def test_leaning_back_ever_further_stays_a_lunge(trunk: float) -> None:
    # The more it is overdone, the more it must be seen: the posture's limits lie beyond every stop.
    figure = sf.Figure(trunk, left=sf.Leg(-70.0, 80.0), right=sf.Leg(10.0, 80.0))
    _, found = run(held((3.0, figure)))
    worst = Verdict.CAUTION if trunk == 10.0 else Verdict.STOP
    assert worst in {finding.verdict for finding in found}


def test_a_lifted_back_foot_is_told() -> None:
    _, found = run(held((3.0, replace(sf.GOOD_LUNGE, right=sf.Leg(20.0, 140.0)))))
    assert "back-knee" in {finding.rule for finding in found}


def test_a_long_bad_view_makes_everything_start_anew() -> None:
    before, after = held((3.0, sf.lunge(8.0))), held((2.0, sf.lunge(8.0)), start_s=13.0)
    steps, _ = run([*before, *turned_away(10.0, 3.0), *after])
    assert verdicts(steps, 4.0, 13.0) == {Verdict.UNKNOWN}
    # The view has to have been good for most of a second, and the posture for half a second after that.
    assert verdicts(steps, 13.0, 13.9) == {Verdict.UNKNOWN}
    assert verdicts(steps, 14.6, 15.0) == {Verdict.OK}


def test_a_stop_goes_on_through_a_moment_unseen() -> None:
    unseen = [sf.nobody(3.0 + frame / 30.0) for frame in range(5)]
    poses = [*held((3.0, sf.lunge(40.0))), *unseen, *held((3.0, sf.lunge(40.0)), start_s=3.0 + 5 / 30.0)]
    steps, found = run(poses)
    assert verdicts(steps, 3.0, 3.15) == {Verdict.UNKNOWN}
    stops = [finding for finding in found if finding.verdict is Verdict.STOP]
    assert len(stops) == 1
    assert stops[0].end_s > 6.0


def test_pictures_far_apart_are_no_movement() -> None:
    steps, found = run(sf.pose(sf.lunge(40.0), float(second)) for second in range(20))
    assert found == []
    assert steps[-1].assessment.problems == ("too_few_frames",)


def test_each_leg_has_its_own_findings() -> None:
    other = replace(sf.lunge(40.0), left=sf.lunge(40.0).right, right=sf.lunge(40.0).left)
    _, found = run(held((4.0, sf.lunge(40.0)), (1.0, sf.STANDING), (4.0, other)))
    stops = [finding for finding in found if finding.verdict is Verdict.STOP]
    assert [stop.side for stop in stops] == [skeleton.RIGHT, skeleton.LEFT]
    assert stops[0].end_s <= 4.2
    assert stops[1].start_s >= 5.0


def test_nothing_impossible_comes_out_of_anything() -> None:
    """Random postures, losses, swaps and gaps: no error, and no answer that contradicts itself."""
    rng = np.random.default_rng(11)
    figures = [sf.lunge(5.0), sf.lunge(36.0), sf.STANDING, sf.FLAT_BRIDGE, sf.HIGH_BRIDGE, sf.PLANK, sf.ON_THE_FLOOR]
    for _ in range(12):
        time_s, poses = 0.0, []
        for _ in range(12):
            figure = figures[rng.integers(len(figures))]
            facing = int(rng.choice([1, -1], p=[0.8, 0.2]))
            for _ in range(int(rng.integers(3, 60))):
                time_s += float(rng.choice([1 / 30, 1 / 15, 0.8], p=[0.8, 0.19, 0.01]))
                pose = sf.pose(figure, time_s, facing=facing, yaw_deg=float(rng.choice([0.0, 40.0], p=[0.95, 0.05])))
                if rng.random() < 0.1:
                    pose = sf.nobody(time_s)
                elif rng.random() < 0.1:
                    pose = exchange_legs(pose)
                poses.append(pose)
        steps, found = run(poses)
        for step in steps:
            judged = step.assessment
            partly = bool(judged.problems) and judged.problems[0] in view.PARTLY
            assert judged.exercise is None or partly or not judged.problems
            assert judged.exercise is not None or judged.problems
            if judged.problems:
                assert judged.verdict is Verdict.UNKNOWN
            for reading in judged.readings:
                assert reading.since_s <= judged.time_s
                assert np.isnan(reading.value) <= (reading.verdict is Verdict.UNKNOWN)
            if step.cue is not None:
                assert step.cue.id
        for finding in found:
            assert finding.start_s <= finding.reported_s
            assert finding.start_s <= finding.peak_s <= finding.end_s <= time_s
            upper = finding.limit > 0 or finding.peak > finding.limit
            assert finding.peak > finding.limit if upper else finding.peak < finding.limit


def test_not_one_frame_of_another_posture_is_called_fine() -> None:
    # The back shank must lie at 70 degrees, less a margin of 8 once the lunge is recognised.
    steps, _ = run(held((3.0, sf.lunge(8.0)), (1.0, sf.STANDING), (3.0, sf.lunge(8.0))))
    fine = [step for step in steps if step.assessment.verdict is Verdict.OK]
    assert len(fine) > 100
    for step in fine:
        assert step.measures.values[skeleton.RIGHT, INDEX["shank_inclination_deg"]] >= 62.0
