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
