"""What may not be judged is not judged, and the reason is named."""

from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton
from poses.records import Pose
from poses.view import PROBLEMS, ViewMemory, over_time, problem_of
from poses.yaw import MOST_DEG


def shifted(pose: Pose, dx: float) -> Pose:
    return replace(pose, image_px=pose.image_px + np.array([dx, 0.0], dtype=np.float32))


def dim(pose: Pose, landmark: int) -> Pose:
    visibility = pose.visibility.copy()
    visibility[landmark] = 0.3
    return replace(pose, visibility=visibility)


GOOD = sf.pose(sf.GOOD_LUNGE)


@pytest.mark.parametrize(
    ("pose", "problem"),
    [
        (GOOD, ""),
        (sf.nobody(0.0), "no_person"),
        (shifted(GOOD, 600.0), "not_whole"),
        (shifted(GOOD, -600.0), "not_whole"),
        (sf.pose(sf.GOOD_LUNGE, yaw_deg=MOST_DEG + 1), "turn_side"),
        (sf.pose(sf.GOOD_LUNGE, yaw_deg=MOST_DEG - 1), ""),
        (sf.pose(sf.GOOD_LUNGE, scale=200.0), "too_small"),
        (dim(GOOD, skeleton.KNEES[skeleton.RIGHT]), "unclear"),
        (dim(GOOD, skeleton.KNEES[skeleton.LEFT]), ""),
    ],
)
def test_each_problem_is_named(pose: Pose, problem: str) -> None:
    assert problem_of(pose, 1, skeleton.RIGHT) == problem
    assert problem in (*PROBLEMS, "")


def test_unknown_facing_asks_to_turn() -> None:
    assert problem_of(GOOD, 0, skeleton.LEFT) == "turn_side"


def test_a_fifth_of_the_last_second_may_be_bad() -> None:
    memory, said = ViewMemory(), []
    for frame in range(120):
        bad = frame % 6 == 5 or 40 <= frame < 60
        problem, memory = over_time("unclear" if bad else "", frame / 30.0, memory)
        said.append(problem)
    assert not any(said[:40]), "one frame in six is not worth a word"
    assert all(said[45:60]), "a lasting problem is"
    assert not any(said[-5:]), "and it is over a second after it ended"
    assert len(memory.recent) <= 31


def test_the_first_frame_counts() -> None:
    assert over_time("no_person", 0.0, ViewMemory())[0] == "no_person"
    assert over_time("", 0.0, ViewMemory())[0] == ""


def test_legs_that_cannot_be_told_apart_and_angles_that_are_too_unsure_are_named() -> None:
    pose = sf.pose(sf.GOOD_LUNGE)
    assert problem_of(pose, 1, 1, legs_told=False) == "legs"
    assert problem_of(pose, 1, 1, measured=False) == "unclear"
    # Without a name for the legs there is nothing to measure: that is what to say.
    assert problem_of(pose, 1, 1, legs_told=False, measured=False) == "legs"
