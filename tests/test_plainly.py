"""In exercises that the correction has not learned from, the near side's landmarks count where it does not know."""

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton
from poses.exercise_file import built_in
from poses.measures import INDEX, side_measures
from poses.plainly import SIGMA_DEG, completed, lower_foot_deg
from poses.records import Measures, Step, Verdict
from poses.tally import Repetition
from psoas_coach.session import Session

OPENING = INDEX["hip_opening_deg"]
# So unsure that the correction gives nothing of any leg.
UNSURE = sf.uncorrected(11.0)
LOW = sf.Figure(92.0, left=sf.Leg(178.0, 90.0), right=sf.Leg(-105.0, 40.0))


def steps(*figures: tuple[int, sf.Figure]) -> list[Step]:
    session = Session(built_in(), corrects=UNSURE)
    poses = [figure for count, figure in figures for _ in range(count)]
    return [session.step(number, sf.pose(figure, number / 15.0)) for number, figure in enumerate(poses)]


def test_a_near_leg_that_is_too_low_is_told_with_the_error_of_plain_landmarks() -> None:
    told = steps((30, sf.DEAD_BUG), (40, LOW))
    last = told[-1]
    assert last.assessment.exercise == "dead-bug"
    reading = last.assessment.readings[0]
    assert (reading.verdict, reading.sigma, reading.side) == (Verdict.STOP, SIGMA_DEG, skeleton.RIGHT)
    assert reading.value == pytest.approx(-13.0, abs=0.1)
    assert np.isnan(last.measures.values[skeleton.LEFT, OPENING]), "of the far leg nothing is taken"


@pytest.mark.parametrize("figure", [sf.GOOD_LUNGE, sf.FLAT_BRIDGE, sf.STANDING, sf.PLANK])
def test_elsewhere_what_is_not_known_stays_unknown(figure: sf.Figure) -> None:
    for step in steps((40, figure)):
        assert np.isnan(step.measures.values[:, OPENING]).all()
        assert step.assessment.exercise is None


def test_a_near_leg_that_is_hardly_seen_is_not_taken_either() -> None:
    session = Session(built_in(), corrects=UNSURE)
    for number in range(40):
        pose = sf.pose(sf.DEAD_BUG, number / 15.0)
        pose.visibility[skeleton.KNEES[skeleton.RIGHT]] = 0.4
        step = session.step(number, pose)
    assert step.assessment.problems == ("unclear",)


def test_a_hug_that_comes_into_view_is_taken_for_one_though_the_far_leg_has_no_angle() -> None:
    # With the near leg long, the legs of a hug are those of a dead bug: the hands alone tell which of them it is.
    pose = sf.pose(sf.Figure(92.0, left=sf.Leg(175.0, 100.0), right=sf.Leg(-92.0, 5.0)), 0.0)
    values = side_measures(pose.image_px, 1)
    values[skeleton.LEFT] = np.nan
    raw = Measures(values, np.full_like(values, 4.0), 1, skeleton.RIGHT)
    exercises = [one for one in built_in() if one.id in ("dead-bug", "supine-hip-opening")]
    for order in (exercises, exercises[::-1]):
        whole = completed(pose, 1, raw, order, None, on_knee=True)
        assert whole.values[skeleton.LEFT, OPENING] == pytest.approx(-93.0, abs=0.1)
        assert whole.sigma[skeleton.LEFT, OPENING] == SIGMA_DEG
        # Without hands on it nobody knows whether the far leg is behind the near one.
        assert np.isnan(completed(pose, 1, raw, order, None, on_knee=False).values[skeleton.LEFT, OPENING])


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_lower_foot_is_told_whichever_leg_it_is_of(mirrored: bool) -> None:
    def foot_deg(left: sf.Leg, right: sf.Leg) -> float:
        pose = sf.pose(sf.Figure(90.0, left=left, right=right), 0.0)
        if mirrored:
            pose.image_px[:, 0] = pose.image_wh[0] - pose.image_px[:, 0]
        return lower_foot_deg(pose)

    bent, lowered = sf.Leg(180.0, 90.0), sf.Leg(-150.0, 90.0)
    at_rest = foot_deg(bent, bent)
    assert 35.0 < at_rest < 60.0
    assert foot_deg(bent, lowered) == pytest.approx(foot_deg(lowered, bent), abs=1e-4)
    assert foot_deg(bent, lowered) == pytest.approx(at_rest - 30.0, abs=0.1)
    assert np.isnan(lower_foot_deg(sf.pose(sf.DEAD_BUG, 0.0).unfound()))


def test_a_far_leg_that_the_model_draws_to_the_near_one_counts_with_its_opening() -> None:
    # Legs take turns; of the far one the knee stays at the near one's, and the foot goes half of the way.
    session = Session(built_in(), corrects=sf.uncorrected())
    rest, done = sf.Leg(180.0, 90.0), list[Repetition]()
    for number in range(15 * 48):
        time_s = number / 15.0
        turn = 0.5 - 0.5 * np.cos(2.0 * np.pi * (time_s - 2.0) / 6.0) if time_s > 2.0 else 0.0
        is_far = int((time_s - 2.0) // 6.0) % 2 == 1
        near = rest if is_far else sf.Leg(180.0 + 30.0 * turn, 90.0)
        pose = sf.pose(sf.Figure(90.0, left=rest, right=near), time_s)
        if is_far:
            for pair in (skeleton.ANKLES, skeleton.HEELS, skeleton.FOOT_INDICES):
                pose.image_px[pair[skeleton.LEFT], 1] += 75.0 * turn
        done += session.step(number, pose).moment.repetitions
    done += session.finish().repetitions
    assert len(done) == 7
    assert [round(one.peak) for one in done[::2]] == [-60] * 4
    assert all(-92.0 <= one.peak <= -88.0 for one in done[1::2])
