"""Facing, near side and yaw, from what anatomy allows only one way."""

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton
from poses.orientation import (
    CHANGE_S,
    LEAST_EVIDENCE,
    FacingMemory,
    facing_evidence,
    facing_sign,
    is_upside_down,
    lock_facing,
    near_side,
    yaw_deg,
)

POSTURES = [sf.GOOD_LUNGE, sf.DEEP_LUNGE, sf.FLAT_BRIDGE, sf.HIGH_BRIDGE, sf.ON_THE_FLOOR, sf.PLANK, sf.DEAD_BUG]


@pytest.mark.parametrize("figure", POSTURES)
@pytest.mark.parametrize("facing", [1, -1])
def test_facing_is_found_upright_kneeling_and_lying(figure: sf.Figure, facing: int) -> None:
    evidence = facing_evidence(sf.pixels(figure, facing=facing))
    assert facing_sign(evidence) == facing


def test_a_person_seen_from_the_front_gives_no_facing() -> None:
    # From the front both knees, both feet and the nose lie on the body's own axis.
    image = sf.pixels(sf.STANDING)
    image[:, 0] = 640.0
    assert abs(facing_evidence(image)) < LEAST_EVIDENCE
    assert facing_sign(facing_evidence(image)) == 0


def test_missing_points_are_no_evidence() -> None:
    image = sf.pixels(sf.GOOD_LUNGE)
    image[skeleton.NOSE] = np.nan
    assert facing_sign(facing_evidence(image)) == 1
    assert facing_evidence(np.full((33, 2), np.nan)) == 0.0


def test_a_person_facing_right_shows_their_right_side() -> None:
    assert near_side(1) == skeleton.RIGHT
    assert near_side(-1) == skeleton.LEFT


@pytest.mark.parametrize("yaw", [0.0, 15.0, 30.0, 60.0, 90.0])
@pytest.mark.parametrize("facing", [1, -1])
def test_yaw_from_the_line_between_shoulders_and_hips(yaw: float, facing: int) -> None:
    pose = sf.pose(sf.GOOD_LUNGE, facing=facing, yaw_deg=yaw)
    assert yaw_deg(pose.world_m) == pytest.approx(yaw, abs=0.01)


# As the pose model once saw somebody kneeling: the knees where the shoulders are, one foot at the head.
TAKEN_THE_WRONG_WAY_UP = sf.Figure(trunk_deg=-145.0, left=sf.Leg(-155.0, 10.0), right=sf.Leg(-100.0, 100.0))
# The hips as high as anybody brings them, one leg raised straight up.
SINGLE_LEG_BRIDGE = sf.Figure(trunk_deg=128.0, left=sf.Leg(-128.0, 120.0), right=sf.Leg(-165.0, 0.0))
FORWARD_FOLD = sf.Figure(trunk_deg=-150.0, left=sf.Leg(5.0, 0.0), right=sf.Leg(5.0, 0.0))


@pytest.mark.parametrize("facing", [1, -1])
def test_a_skeleton_on_its_shoulders_is_upside_down(facing: int) -> None:
    assert is_upside_down(sf.pixels(TAKEN_THE_WRONG_WAY_UP, facing=facing))
    assert not is_upside_down(np.full((33, 2), np.nan))


@pytest.mark.parametrize("figure", [*POSTURES, SINGLE_LEG_BRIDGE, FORWARD_FOLD])
@pytest.mark.parametrize("facing", [1, -1])
def test_what_people_do_is_not(figure: sf.Figure, facing: int) -> None:
    assert not is_upside_down(sf.pixels(figure, facing=facing))


def test_one_misread_frame_does_not_turn_the_person_round() -> None:
    memory = lock_facing(4.0, 0.0, FacingMemory())
    memory = lock_facing(-4.0, 0.1, memory)
    assert memory.sign == 1
    memory = lock_facing(4.0, 0.2, memory)
    assert memory == FacingMemory(1)


def test_a_person_who_turns_round_is_followed() -> None:
    memory = FacingMemory(1)
    for time_s in np.arange(0.0, CHANGE_S + 0.11, 0.1):
        memory = lock_facing(-4.0, float(time_s), memory)
    assert memory.sign == -1
