"""The correction keeps the geometry it corrects: what it adds is learned, what it starts from is measured.

Protected here: that without a correction it gives the plain measures, that mirrored, larger and many poses are
measured like one, that nothing unseen is measured, and that no landmarks whatever throw the networks off.
"""

from pathlib import Path

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton
from poses.correction import (
    FILE,
    MOST_SIGMA_DEG,
    SIGMAS_OF,
    STEADY_DEG_S,
    TURN_UNIT_DEG,
    Correction,
    built_in,
    steady,
    traces,
    traces_of,
)
from poses.measures import INDEX, IS_ANGLE, NAMES, side_measures

FIGURES = [sf.GOOD_LUNGE, sf.DEEP_LUNGE, sf.FLAT_BRIDGE, sf.HIGH_BRIDGE, sf.STANDING, sf.WALKING]
PLAIN = sf.uncorrected()


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize("figure", FIGURES)
def test_without_a_correction_it_measures_what_the_landmarks_have(figure: sf.Figure, facing: int) -> None:
    pose = sf.pose(figure, facing=facing)
    values, sigma = PLAIN.measures(traces_of(pose, facing))
    plain = side_measures(pose.image_px, facing)
    # The height takes the ratio of trunk and thigh from the landmarks in space, where the pelvis has a width.
    assert values == pytest.approx(plain, abs=5e-3)
    assert sigma[:, IS_ANGLE] == pytest.approx(np.full((2, IS_ANGLE.sum()), 4.4))


def test_the_height_of_a_bridge_is_as_uncertain_as_its_opening() -> None:
    pose = sf.pose(sf.HIGH_BRIDGE)
    seen = traces_of(pose, 1)
    _, sigma = PLAIN.measures(seen)
    opening, height = INDEX["hip_opening_deg"], INDEX["bridge_height"]
    # The height's slope by the opening, from two bridges a degree apart with the same lengths.
    heights = []
    for more in (-0.5, 0.5):
        trunk = sf.HIGH_BRIDGE.trunk_deg + more
        other = sf.Figure(trunk, sf.HIGH_BRIDGE.left, sf.HIGH_BRIDGE.right)
        heights.append(side_measures(sf.pixels(other), 1)[1, height])
    slope = heights[1] - heights[0]
    assert sigma[1, height] == pytest.approx(abs(slope) * sigma[1, opening], rel=0.01)


@pytest.fixture(scope="module")
def real() -> Correction:
    return built_in()


def test_measures_with_a_learned_uncertainty_come_first() -> None:
    # Slices of the measures are made by it.
    assert NAMES[: len(SIGMAS_OF)] == SIGMAS_OF


def test_a_mirrored_person_measures_the_same(real: Correction) -> None:
    pose = sf.pose(sf.GOOD_LUNGE)
    rng = np.random.default_rng(3)
    image = pose.image_px + rng.normal(0.0, 4.0, (33, 2))
    world = pose.world_m + rng.normal(0.0, 0.02, (33, 3))
    other = [skeleton.LANDMARKS.index(_other(name)) for name in skeleton.LANDMARKS]
    values, sigma = real.measures(traces(image, world, pose.visibility, 1))
    mirrored_image, mirrored_world = image[other] * (-1.0, 1.0) + (1280.0, 0.0), world[other] * (-1.0, 1.0, 1.0)
    mirrored, mirrored_sigma = real.measures(traces(mirrored_image, mirrored_world, pose.visibility, -1))
    assert mirrored[::-1] == pytest.approx(values, abs=1e-9, nan_ok=True)
    assert mirrored_sigma[::-1] == pytest.approx(sigma, abs=1e-9, nan_ok=True)


def _other(name: str) -> str:
    return name.replace("left", "right") if "left" in name else name.replace("right", "left")


def test_size_and_place_in_the_picture_do_not_matter(real: Correction) -> None:
    pose = sf.pose(sf.FLAT_BRIDGE)
    values, _ = real.measures(traces_of(pose, 1))
    larger, _ = real.measures(traces(pose.image_px * 2.0 + 50.0, pose.world_m * 1.1, pose.visibility, 1))
    assert larger == pytest.approx(values, abs=1e-3, nan_ok=True)


def test_one_pose_and_a_recording_go_through_the_same_code(real: Correction) -> None:
    poses = [sf.pose(figure, facing=facing) for figure in FIGURES for facing in (1, -1)]
    facing = np.tile([1, -1], len(FIGURES))
    image, world, visibility = (
        np.stack([getattr(pose, name) for pose in poses]) for name in ("image_px", "world_m", "visibility")
    )
    values, sigma = real.measures(traces(image, world, visibility, facing))
    assert values.shape == sigma.shape == (len(poses), 2, len(NAMES))
    for number, pose in enumerate(poses):
        alone, alone_sigma = real.measures(traces_of(pose, int(facing[number])))
        assert alone == pytest.approx(values[number], abs=1e-9, nan_ok=True)
        assert alone_sigma == pytest.approx(sigma[number], abs=1e-9, nan_ok=True)


def test_what_is_not_seen_is_nan_and_only_that() -> None:
    pose = sf.pose(sf.GOOD_LUNGE)
    visibility = pose.visibility.copy()
    visibility[skeleton.ANKLES[skeleton.LEFT]] = 0.3
    values, sigma = PLAIN.measures(traces(pose.image_px, pose.world_m, visibility, 1))
    missing = {"knee_flexion_deg", "shank_inclination_deg", "knee_past_toe"}
    for name in NAMES:
        assert np.isnan(values[skeleton.LEFT, INDEX[name]]) == (name in missing), name
        assert np.isnan(sigma[skeleton.LEFT, INDEX[name]]) == (name in missing), name
    assert np.isfinite(values[skeleton.RIGHT]).all()
    assert np.isnan(PLAIN.measures(traces_of(pose, 0))[0]).all(), "unknown facing has no signs"


def test_no_landmarks_whatever_turn_a_segment_out_of_hand(real: Correction) -> None:
    # Inputs are bounded, so are the outputs: nonsense in must not spin an angle round.
    rng = np.random.default_rng(5)
    image, world = rng.uniform(0.0, 1000.0, (2000, 33, 2)), rng.normal(0.0, 0.5, (2000, 33, 3))
    seen = traces(image, world, np.ones((2000, 33)), np.ones(2000))
    turns = TURN_UNIT_DEG * np.abs(real.turns(seen.features)[:, :6])
    assert np.quantile(turns, 0.99) < 90.0
    values, sigma = real.measures(seen)
    opening = values[:, skeleton.RIGHT, INDEX["hip_opening_deg"]]
    assert np.isfinite(opening).mean() < 0.2, "what looks like nobody is hardly ever measured"
    assert np.nanmax(sigma[..., IS_ANGLE]) <= MOST_SIGMA_DEG


def test_what_is_saved_is_what_is_read(tmp_path: Path, real: Correction) -> None:
    real.save(tmp_path / "again.npz")
    again = Correction.load(tmp_path / "again.npz")
    seen = traces_of(sf.pose(sf.GOOD_LUNGE), 1)
    assert np.array_equal(again.measures(seen)[0], real.measures(seen)[0])
    assert again.leg_exchange(seen) == real.leg_exchange(seen)
    assert FILE.stat().st_size < 80_000


def test_the_correction_does_not_jump_and_follows_what_lasts() -> None:
    zero, spike = np.zeros(8), np.full(8, 1.0)
    memory = steady(zero, 0.0, 1, None)
    # One mistaken frame moves it by half a degree, and it is back at the next.
    memory = steady(spike, 1.0 / 30.0, 1, memory)
    assert np.abs(memory.turns).max() * TURN_UNIT_DEG == pytest.approx(STEADY_DEG_S / 30.0)
    memory = steady(zero, 2.0 / 30.0, 1, memory)
    assert np.abs(memory.turns).max() == 0.0
    # What lasts is followed at its pace, at any frame rate.
    for rate in (10.0, 60.0):
        last = steady(zero, 0.0, 1, None)
        for frame in range(1, round(rate) + 1):
            last = steady(spike, frame / rate, 1, last)
        assert last.turns * TURN_UNIT_DEG == pytest.approx(np.full(8, min(TURN_UNIT_DEG, STEADY_DEG_S)))


def test_the_correction_begins_anew_after_a_gap_and_when_the_person_turned_round() -> None:
    memory = steady(np.zeros(8), 0.0, 1, None)
    assert (steady(np.full(8, 1.0), 0.6, 1, memory).turns == 1.0).all()
    assert (steady(np.full(8, 1.0), 0.1, -1, memory).turns == 1.0).all()
