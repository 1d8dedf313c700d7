"""The formulas: exact on skeletons of known angles, and the same whatever the picture's size, place and direction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poses import skeleton
from poses.measures import INDEX, NAMES, side_measures, trunk_length_px
from stick_figure import DEEP_LUNGE, FLAT_BRIDGE, GOOD_LUNGE, SHANK, STANDING, Figure, Leg, pixels, points_m

angles = st.floats(-175.0, 175.0)
legs = st.builds(Leg, thigh_deg=st.floats(-120.0, 60.0), knee_deg=st.floats(-10.0, 150.0), ankle_deg=st.floats(-40, 40))
figures = st.builds(Figure, trunk_deg=st.floats(-80.0, 140.0), left=legs, right=legs)


def wrapped(difference: np.ndarray) -> np.ndarray:
    return (difference + 180.0) % 360.0 - 180.0


def expected(figure: Figure) -> dict[str, list[float]]:
    """The angles the figure was built with, by name; hip opening is thigh plus trunk inclination."""
    both = (figure.left, figure.right)
    return {
        "hip_opening_deg": [leg.thigh_deg + figure.trunk_deg for leg in both],
        "thigh_inclination_deg": [leg.thigh_deg for leg in both],
        "trunk_inclination_deg": [figure.trunk_deg] * 2,
        "knee_flexion_deg": [leg.knee_deg for leg in both],
        "shank_inclination_deg": [leg.thigh_deg + leg.knee_deg for leg in both],
    }


@given(figure=figures, facing=st.sampled_from([1, -1]), scale=st.floats(80.0, 3000.0), x=st.floats(-500, 5000))
@settings(max_examples=300, deadline=None)
def test_angles_are_those_of_the_skeleton(figure: Figure, facing: int, scale: float, x: float) -> None:
    # Any facing, scale and place; 0.001 degree is float64 rounding at a shift of 5000 px.
    values = side_measures(pixels(figure, facing=facing, scale=scale, hip_px=(x, 300.0)), facing)
    for name, truth in expected(figure).items():
        assert wrapped(values[:, INDEX[name]] - np.array(truth)) == pytest.approx(np.zeros(2), abs=1e-3), name


def test_single_precision_landmarks_keep_a_tenth_of_a_degree() -> None:
    image = pixels(DEEP_LUNGE, scale=90.0, hip_px=(3000.0, 2000.0)).astype(np.float32)
    values = side_measures(image, 1)
    for name, truth in expected(DEEP_LUNGE).items():
        assert values[:, INDEX[name]] == pytest.approx(truth, abs=0.1), name


@pytest.mark.parametrize(
    ("figure", "opening"),
    [(STANDING, 0.0), (Figure(0.0, Leg(-90.0, 90.0), Leg(-90.0, 90.0)), -90.0), (GOOD_LUNGE, 8.0), (FLAT_BRIDGE, 0.0)],
    ids=["standing", "sitting", "lunge", "bridge"],
)
def test_zero_and_signs_of_the_hip_opening(figure: Figure, opening: float) -> None:
    values = side_measures(pixels(figure), 1)
    assert values[skeleton.RIGHT, INDEX["hip_opening_deg"]] == pytest.approx(opening)


@pytest.mark.parametrize(("opening", "height"), [(5, 0.022), (10, 0.043), (15, 0.065), (20, 0.087), (-20, -0.087)])
def test_bridge_height_matches_the_opening(opening: float, height: float) -> None:
    # Values of the specification, for a trunk of 0.50 m and a thigh of 0.42 m.
    values = side_measures(pixels(Figure(opening, Leg(0.0, 90.0), Leg(0.0, 90.0))), 1)
    assert values[0, INDEX["bridge_height"]] == pytest.approx(height, abs=6e-4)


def test_knee_past_toe_counts_in_shank_lengths() -> None:
    image = pixels(STANDING)
    for knee, toe in zip(skeleton.KNEES, skeleton.FOOT_INDICES, strict=True):
        image[knee, 0] = image[toe, 0] + 0.25 * SHANK * 300.0
    values = side_measures(image, 1)
    shank = np.linalg.norm(image[skeleton.KNEES[0]] - image[skeleton.ANKLES[0]])
    assert values[0, INDEX["knee_past_toe"]] == pytest.approx(0.25 * SHANK * 300.0 / shank)


def test_thigh_elevation_is_zero_on_the_floor_and_positive_when_the_knee_is_raised() -> None:
    flat, raised = Figure(90.0, Leg(-90.0, 0.0), Leg(-120.0, 60.0)), INDEX["thigh_elevation_deg"]
    values = side_measures(pixels(flat), 1)
    assert values[:, raised] == pytest.approx([0.0, 30.0], abs=1e-9)


def test_no_jump_when_the_angle_passes_straight() -> None:
    # Folding into 0 to 180 would turn the slope round at zero and hide every overextension.
    openings = np.arange(-30.0, 31.0, 0.5)
    image = np.stack([pixels(Figure(0.0, Leg(angle, -angle), Leg(angle, -angle))) for angle in openings])
    values = side_measures(image, np.ones(len(openings)))
    assert values[:, 0, INDEX["hip_opening_deg"]] == pytest.approx(openings)
    assert values[:, 0, INDEX["knee_flexion_deg"]] == pytest.approx(-openings)


@given(figure=figures)
@settings(max_examples=60, deadline=None)
def test_lying_down_changes_no_joint_angle(figure: Figure) -> None:
    # Tipping the whole body backwards by 90 degrees turns inclinations, not joints.
    upright = pixels(figure)
    tipped = np.stack([upright[:, 1], -upright[:, 0]], axis=-1)
    before = side_measures(upright, 1)
    after = side_measures(tipped, 1)
    for name in ("hip_opening_deg", "knee_flexion_deg", "bridge_height"):
        difference = after[:, INDEX[name]] - before[:, INDEX[name]]
        assert wrapped(difference) == pytest.approx(np.zeros(2), abs=1e-6), name


def test_one_frame_and_a_recording_go_through_the_same_code() -> None:
    image = np.stack([pixels(GOOD_LUNGE), pixels(DEEP_LUNGE, facing=-1)]).reshape(2, 1, 33, 2)
    facing = np.array([[1], [-1]])
    values = side_measures(image, facing)
    assert values.shape == (2, 1, 2, len(NAMES))
    assert np.array_equal(values[1, 0], side_measures(image[1, 0], -1))


def test_what_is_not_seen_is_nan_and_only_that() -> None:
    image = pixels(GOOD_LUNGE)
    image[skeleton.ANKLES[skeleton.LEFT]] = np.nan
    values = side_measures(image, 1)
    missing = {"knee_flexion_deg", "shank_inclination_deg", "knee_past_toe"}
    for name in NAMES:
        assert np.isnan(values[skeleton.LEFT, INDEX[name]]) == (name in missing), name
    assert np.isfinite(values[skeleton.RIGHT]).all()
    assert np.isnan(side_measures(pixels(GOOD_LUNGE), 0)).all(), "unknown facing has no signs"


def test_points_that_fall_together_have_no_angle() -> None:
    image = pixels(GOOD_LUNGE)
    image[skeleton.KNEES[0]] = image[skeleton.HIPS[0]]
    values = side_measures(image, 1)
    assert np.isnan(values[0, INDEX["hip_opening_deg"]])
    assert np.isnan(values[0, INDEX["thigh_inclination_deg"]])


def test_shape_of_the_figure() -> None:
    # The figure is the ruler of these tests: its own lengths are those it claims.
    points = points_m(GOOD_LUNGE)
    assert np.linalg.norm(points[skeleton.SHOULDERS[0]] - points[skeleton.HIPS[0]]) == pytest.approx(0.50)
    assert trunk_length_px(pixels(GOOD_LUNGE)) == pytest.approx(150.0)
