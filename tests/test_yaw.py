"""How obliquely somebody is seen is told, lasts, and costs what geometry says it may."""

import math

import numpy as np
import pytest

import stick_figure as sf
from poses.assessment import tightened
from poses.exercise_file import built_in
from poses.records import Pose, Verdict
from poses.yaw import (
    FINE_DEG,
    MOST_DEG,
    TURNS_WINDOW_S,
    WINDOW_S,
    YawMemory,
    follow,
    surely_oblique,
    worst_error_deg,
)
from psoas_coach.session import Session

LUNGE = next(exercise for exercise in built_in() if exercise.id == "low-lunge")


@pytest.mark.parametrize("yaw_deg", [5.0, 15.0, 20.0, 25.0, 30.0, 45.0])
def test_the_worst_error_is_that_of_the_projection(yaw_deg: float) -> None:
    # A segment at an angle to the vertical, seen from so far round, over all angles.
    angles = np.radians(np.linspace(0.0, 89.99, 200_001))
    seen = np.arctan(np.cos(np.radians(yaw_deg)) * np.tan(angles))
    assert worst_error_deg(yaw_deg) == pytest.approx(np.degrees((angles - seen).max()), abs=1e-3)
    assert worst_error_deg(-yaw_deg) == worst_error_deg(yaw_deg)


def test_the_median_of_the_last_moments_counts() -> None:
    memory = YawMemory()
    for frame in range(90):
        # One frame in three is far off.
        memory = follow(60.0 if frame % 3 == 0 else -8.0, 4.0, frame / 30.0, 1, memory)
    assert (memory.deg, memory.sigma_deg) == (-8.0, 4.0)
    before = memory
    assert follow(math.nan, math.nan, 3.0, 1, memory) == before, "an unseen frame says nothing"
    assert follow(40.0, 4.0, 3.1, -1, memory).deg == 40.0, "who turned round is seen anew"


def test_only_the_window_counts_and_where_legs_take_turns_it_is_longer() -> None:
    memory = YawMemory()
    for frame in range(240):
        # Every four seconds one leg is lifted for two, and seems to turn the person.
        turned = -28.0 if (frame // 60) % 2 else -6.0
        memory, longer = (follow(turned, 10.0, frame / 30.0, 1, memory, s) for s in (WINDOW_S, TURNS_WINDOW_S))
    assert memory.deg == -28.0
    assert longer.deg == pytest.approx(-17.0)
    assert longer.recent == memory.recent
    assert len(memory.recent) == TURNS_WINDOW_S * 30


def test_oblique_only_when_that_is_sure() -> None:
    assert not surely_oblique(YawMemory())
    assert not surely_oblique(YawMemory(deg=FINE_DEG + 3.0, sigma_deg=4.0))
    assert surely_oblique(YawMemory(deg=-(FINE_DEG + 5.0), sigma_deg=4.0))


def test_stop_limits_come_nearer_by_what_the_view_may_hide() -> None:
    rules = {rule.id: rule for rule in LUNGE.rules}
    opening, lean = rules["hip-opening"], rules["trunk-back-lean"]
    # The table of safe-ranges.md 4.5 at 20 degrees: 1.8 for a segment, 3.6 for an angle between two.
    assert opening.stop.max - tightened(opening, 20).stop.max == pytest.approx(3.6, abs=0.05)
    assert lean.stop.max - tightened(lean, 20).stop.max == pytest.approx(1.8, abs=0.05)
    assert tightened(opening, 20).caution == opening.caution
    assert tightened(opening, 60).stop.max == opening.caution.max, "no nearer than care is asked for"
    assert tightened(opening, 20).stop.min == -math.inf


def oblique_session(deg: float, sigma_deg: float) -> Session:
    """One whose correction says so of every frame."""
    return Session(built_in(), corrects=sf.uncorrected(yaw_deg=deg, yaw_sigma_deg=sigma_deg))


def lunge_of(opening_deg: float, seconds: float = 4.0) -> list[Pose]:
    return [sf.pose(sf.lunge(opening_deg), frame / 30.0) for frame in range(round(30.0 * seconds))]


def test_a_little_oblique_only_what_may_harm_is_judged() -> None:
    session = oblique_session(22.0, 4.0)
    steps = [session.step(index, pose) for index, pose in enumerate(lunge_of(8.0, 8.0))]
    last = steps[-1]
    assert last.assessment.problems == ("oblique",)
    verdicts = {reading.rule: reading.verdict for reading in last.assessment.readings}
    assert verdicts["hip-opening"] is Verdict.OK
    assert verdicts["front-shank"] is Verdict.UNKNOWN
    assert last.verdict is Verdict.UNKNOWN, "what was not looked at is not fine"
    assert last.cue is not None
    assert last.cue.id == "not_checked"
    assert not any(step.cue is not None and step.cue.id == "good" for step in steps)


def test_a_stop_comes_sooner_in_an_oblique_view() -> None:
    # 28 degrees less the sigma of 4.4 is inside the limit of 25 and beyond that of 21.4.
    for deg, expected in ((0.0, Verdict.CAUTION), (20.0, Verdict.STOP)):
        session = oblique_session(deg, 1.0)
        last = [session.step(index, pose) for index, pose in enumerate(lunge_of(28.0))][-1]
        assert last.verdict is expected


def test_beyond_that_nothing_is_judged() -> None:
    session = oblique_session(MOST_DEG + 1.0, 4.0)
    steps = [session.step(index, pose) for index, pose in enumerate(lunge_of(40.0))]
    assert all(step.assessment.exercise is None for step in steps)
    assert steps[-1].cue is not None
    assert steps[-1].cue.id == "turn_side"


def test_it_is_asked_for_ten_times_a_second() -> None:
    session = oblique_session(-8.0, 4.0)
    steps = [session.step(index, pose) for index, pose in enumerate(lunge_of(8.0, 1.0))]
    asked = [index for index, step in enumerate(steps) if not math.isnan(step.raw.yaw_deg)]
    assert asked == list(range(0, 30, 3))
    assert all(step.measures.yaw_deg == pytest.approx(-8.0) for step in steps)
