"""The whole engine on skeletons of known angles: what is said when, and what is never said."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton
from poses.exercise_file import built_in
from poses.measures import INDEX
from poses.records import Finding, Pose, Step, Verdict
from poses.side_swaps import exchange_legs
from psoas_coach.session import Session

OPENING = INDEX["hip_opening_deg"]


def run(poses: Iterable[Pose]) -> tuple[list[Step], list[Finding]]:
    session = Session(built_in())
    steps = [session.step(index, pose) for index, pose in enumerate(poses)]
    return steps, [finding for step in steps for finding in step.findings] + list(session.finish())


def lunge(opening_deg: float) -> sf.Figure:
    """A lunge whose front-of-hip opening is given, trunk upright."""
    return replace(sf.GOOD_LUNGE, right=sf.Leg(opening_deg, 80.0))


def held(*pieces: tuple[float, sf.Figure], rate: float = 30.0, start_s: float = 0.0) -> Iterator[Pose]:
    frame = 0
    for seconds, figure in pieces:
        for _ in range(round(seconds * rate)):
            yield sf.pose(figure, start_s + frame / rate)
            frame += 1


def test_a_good_lunge_gives_no_word() -> None:
    steps, found = run(held((5.0, lunge(8.0))))
    assert found == []
    assert {step.assessment.exercise for step in steps[20:]} == {"low-lunge"}
    assert {step.assessment.verdict for step in steps[20:]} == {Verdict.OK}
    assert all(step.cue is None for step in steps)
    assert steps[-1].measures.values[skeleton.RIGHT, OPENING] == pytest.approx(8.0, abs=0.05)


def test_pressing_too_far_is_said_in_time_and_ends_with_it() -> None:
    steps, found = run(held((3.0, lunge(5.0)), (3.0, lunge(36.0)), (3.0, lunge(5.0))))
    stops = [finding for finding in found if finding.verdict is Verdict.STOP]
    assert [(stop.rule, stop.side) for stop in stops] == [("hip-opening", skeleton.RIGHT)]
    assert stops[0].reported_s - 3.0 < 0.6
    assert stops[0].end_s == pytest.approx(6.0, abs=0.5)
    assert stops[0].peak == pytest.approx(36.0, abs=0.2)
    said = [step.cue.id for step in steps if step.cue and step.spoken]
    assert said[0] == "too_far_stop"
    assert steps[-1].cue is None


def test_an_arched_bridge_is_found_and_a_flat_one_is_not() -> None:
    _, found = run(held((2.0, sf.ON_THE_FLOOR), (3.0, sf.FLAT_BRIDGE), (2.0, sf.ON_THE_FLOOR)))
    assert found == []
    _, found = run(held((2.0, sf.ON_THE_FLOOR), (3.0, sf.HIGH_BRIDGE), (2.0, sf.ON_THE_FLOOR)))
    assert ("hip-opening", Verdict.STOP) in [(finding.rule, finding.verdict) for finding in found]


@pytest.mark.parametrize("figure", [sf.STANDING, sf.WALKING, sf.PLANK, sf.DEAD_BUG, sf.KNEELING_ON_HEEL])
def test_what_is_no_exercise_gets_no_verdict(figure: sf.Figure) -> None:
    steps, found = run(held((3.0, figure)))
    assert found == []
    assert {step.assessment.verdict for step in steps} == {Verdict.UNKNOWN}
    assert {step.assessment.exercise for step in steps} == {None}


def test_a_bad_view_is_unknown_however_deep_the_lunge() -> None:
    poses = [sf.pose(lunge(40.0), frame / 30.0, yaw_deg=50.0) for frame in range(90)]
    steps, found = run(poses)
    assert found == []
    assert {step.assessment.verdict for step in steps} == {Verdict.UNKNOWN}
    assert steps[-1].assessment.problems == ("turn_side",)
    assert steps[-1].cue is not None
    assert steps[-1].cue.id == "turn_side"


def test_swapped_labels_raise_no_alarm() -> None:
    # With the legs exchanged the front leg would read as the stretched one, at -85 degrees.
    poses = [exchange_legs(pose) if index % 17 == 9 else pose for index, pose in enumerate(held((5.0, lunge(8.0))))]
    steps, found = run(poses)
    assert found == []
    assert all(abs(step.measures.values[skeleton.RIGHT, OPENING] - 8.0) < 0.5 for step in steps)


def test_somebody_else_after_a_gap_starts_from_nothing() -> None:
    first = list(held((3.0, lunge(36.0))))
    gone = [sf.nobody(3.0 + frame / 30.0) for frame in range(60)]
    second = list(held((3.0, lunge(8.0)), start_s=5.0))
    steps, found = run([*first, *gone, *second])
    assert all(finding.end_s <= 5.1 for finding in found)
    assert {step.assessment.verdict for step in steps[-30:]} == {Verdict.OK}
    assert {step.assessment.verdict for step in steps[100:140]} == {Verdict.UNKNOWN}


def test_media_time_not_frames() -> None:
    # The same movement with a third of the frames missing: the same findings within a tenth of a second.
    full = list(held((3.0, lunge(5.0)), (3.0, lunge(36.0)), (3.0, lunge(5.0))))
    kept = np.random.default_rng(1).random(len(full)) > 1 / 3
    _, whole = run(full)
    _, thinned = run([pose for pose, keep in zip(full, kept, strict=True) if keep])
    assert [(one.rule, one.verdict) for one in whole] == [(one.rule, one.verdict) for one in thinned]
    for one, other in zip(whole, thinned, strict=True):
        assert other.start_s == pytest.approx(one.start_s, abs=0.1)
        assert other.end_s == pytest.approx(one.end_s, abs=0.3)


def test_the_mirrored_picture_gives_the_same_verdicts_on_the_other_side() -> None:
    figure = lunge(36.0)
    mirrored = replace(figure, left=figure.right, right=figure.left)
    _, found = run(held((3.0, figure)))
    _, other = run(sf.pose(mirrored, frame / 30.0, facing=-1) for frame in range(90))
    assert [(one.rule, one.verdict, one.side) for one in found] == [
        (one.rule, one.verdict, 1 - one.side) for one in other
    ]
    assert found


def test_an_exercise_that_was_named_is_not_mistaken_for_another() -> None:
    session = Session([exercise for exercise in built_in() if exercise.id == "bridge"])
    steps = [session.step(index, pose) for index, pose in enumerate(held((2.0, lunge(36.0))))]
    assert {step.assessment.problems for step in steps} == {("other_posture",)}
    assert session.finish() == ()
