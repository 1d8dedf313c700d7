"""A lens is told from pictures of the board, rendered through one that is known; bad sets of pictures are refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

import stick_figure as sf
from board_camera import Place, TrueLens, good_places, render
from calibration import sightings
from calibration.camera import Lens, straightened
from calibration.lens import Unfit, _solve, fit, look
from calibration.sightings import Sighting, with_one_more
from poses.measures import side_measures
from poses.problem import Problem
from poses.side_swaps import exchange_legs
from poses.view import problem_of

TODAY = date(2026, 3, 1)
USUAL = TrueLens(k1=-0.2, focal_px=560.0, off_px=(6.0, -4.0))
LENSES = (
    TrueLens(focal_px=620.0),
    TrueLens(k1=-0.1, focal_px=450.0, off_px=(5.0, 3.0)),
    USUAL,
    TrueLens(k1=-0.3, focal_px=640.0, p1=0.001, p2=-0.001),
    TrueLens(k1=-0.3, k2=0.1, focal_px=500.0),
    TrueLens((1280, 720), focal_px=900.0, k1=-0.25, k2=0.08, off_px=(-12.0, 8.0)),
)


@lru_cache(maxsize=32)
def seen(lens: TrueLens, places: tuple[Place, ...], blur_px: float = 0.6) -> tuple[Sighting, ...]:
    """What is found in rendered pictures."""
    found = [look(render(lens, place, blur_px=blur_px, seed=n), f"{n}.png") for n, place in enumerate(places)]
    return tuple(one for one in found if one is not None)


def good(lens: TrueLens = USUAL) -> tuple[Sighting, ...]:
    return seen(lens, good_places(lens))


def off_deg(true: TrueLens, told: Lens) -> float:
    """How far directions are off, at most, that are told of points along the picture's edge."""
    width, height = true.image_wh
    edge = [
        (x, y)
        for x in np.linspace(0, width, 9)
        for y in np.linspace(0, height, 9)
        if x in (0, width) or y in (0, height)
    ]
    points = np.array(edge, dtype=np.float64)
    straight = (told.undistorted(points, true.image_wh) - told.centre_px) / told.square_focal_px
    units = []
    for flat in (true.directions(points), straight):
        rays = np.concatenate([flat, np.ones((len(flat), 1))], axis=1)
        units.append(rays / np.linalg.norm(rays, axis=1, keepdims=True))
    return float(np.degrees(np.arccos(np.clip((units[0] * units[1]).sum(axis=1), -1.0, 1.0))).max())


def example(**changes: object) -> Lens:
    values = {"image_wh": (640, 480), "focal_px": (600.0, 600.0), "centre_px": (320.0, 240.0), "k1": -0.2}
    return Lens.model_validate(values | {"error_px": 0.1, "pictures": 20, "on": TODAY} | changes)


@pytest.mark.parametrize("lens", LENSES, ids=str)
def test_a_known_lens_is_told(lens: TrueLens) -> None:
    fitted = fit(good(lens), TODAY)
    assert fitted.lens.focal_px == pytest.approx((lens.focal_px, lens.focal_px), rel=0.01)
    assert fitted.lens.centre_px == pytest.approx(lens.centre_px, abs=2.0)
    assert off_deg(lens, fitted.lens) < 0.5
    (left,), (right,) = (lens.directions(np.array([[x, lens.image_wh[1] / 2]])) for x in (0.0, lens.image_wh[0]))
    true_deg = np.degrees(np.arctan(right[0]) - np.arctan(left[0]))
    assert fitted.lens.field_of_view_deg == pytest.approx(true_deg, abs=0.5)
    assert (fitted.lens.image_wh, fitted.lens.on) == (lens.image_wh, TODAY)


def test_without_undoing_the_lens_directions_would_be_degrees_off() -> None:
    # So the half degree above is not met by doing nothing.
    told = fit(good(), TODAY).lens
    assert off_deg(USUAL, told.model_copy(update={"k1": 0.0, "k2": 0.0, "p1": 0.0, "p2": 0.0})) > 3.0
    assert told.distortion_at_edge[1] == pytest.approx(off_deg(USUAL, told.model_copy(update={"k1": 0.0})), abs=0.6)


def test_a_picture_of_another_size_but_the_same_shape() -> None:
    lens = example()
    points = np.random.default_rng(0).uniform((0, 0), (640, 480), (5, 33, 2))
    points[2, 3] = np.nan
    straight = lens.undistorted(points, (640, 480))
    assert np.isnan(straight[2, 3]).all()
    assert np.isfinite(np.delete(straight.reshape(-1, 2), 2 * 33 + 3, axis=0)).all()
    assert lens.undistorted(3.0 * points, (1920, 1440)) == pytest.approx(3.0 * straight, nan_ok=True)
    with pytest.raises(Problem, match="640 x 480 pixels, and these are 1280 x 720"):
        lens.undistorted(points, (1280, 720))
    with pytest.raises(Problem, match="480 x 640"):
        lens.undistorted(points, (480, 640))


def test_opencv_bends_it_back_to_where_it_was() -> None:
    lens = example(k1=-0.25, k2=0.06, p1=0.002, p2=-0.001, k3=0.01, centre_px=(330.0, 236.0))
    points = np.random.default_rng(0).uniform((0, 0), (640, 480), (200, 2))
    ideal = (lens.undistorted(points, (640, 480)) - lens.centre_px) / lens.square_focal_px
    matrix = np.array([[600.0, 0.0, 330.0], [0.0, 600.0, 236.0], [0.0, 0.0, 1.0]])
    bend = np.array([lens.k1, lens.k2, lens.p1, lens.p2, lens.k3])
    rays = np.concatenate([ideal, np.ones((200, 1))], axis=1)
    again, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), matrix, bend)
    assert np.abs(again.reshape(-1, 2) - points).max() < 1e-3


def test_what_is_outside_of_the_picture_moves_with_its_edge() -> None:
    lens = example(k1=-0.3, focal_px=(640.0, 640.0))
    corner, beyond = lens.undistorted(np.array([[640.0, 480.0], [5000.0, 4000.0]]), (640, 480))
    assert beyond - corner == pytest.approx([4360.0, 3520.0])


def test_a_lens_that_folds_the_picture_over_is_none() -> None:
    with pytest.raises(ValidationError, match="folds the picture over"):
        example(focal_px=(450.0, 450.0), k1=-0.3)


def tilted(part: float) -> tuple[Place, ...]:
    return tuple(replace(one, tip_deg=part * one.tip_deg, turn_deg=part * one.turn_deg) for one in good_places(USUAL))


AHEAD = tuple(replace(one, tip_deg=0.0, turn_deg=0.0) for one in good_places(USUAL))
ONE_WAY = tuple(replace(one, tip_deg=25.0, turn_deg=20.0, roll_deg=0.0) for one in good_places(USUAL))
MIDDLE = tuple(replace(one, x=0.5, y=0.5, distance=1.4 * one.distance) for one in good_places(USUAL))
# 3 mm in the middle of an A4 page that is held at its ends: 0.1 squares.
BENT = tuple(replace(one, bent=0.1) for one in good_places(USUAL))


def refused(pictures: Sequence[Sighting]) -> tuple[str, ...]:
    with pytest.raises(Unfit) as caught:
        fit(pictures, TODAY)
    assert all(fault in str(caught.value) for fault in caught.value.faults)
    return caught.value.faults


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        (good_places(USUAL)[:9], "seen well in 9 pictures, and at least 10"),
        (AHEAD, "faces nearly the same way"),
        (ONE_WAY, "faces nearly the same way"),
        (MIDDLE, "never came near the upper left, upper right, lower left and lower right corner"),
        (BENT, "the board bulges by 0."),
    ],
    ids=["few", "ahead", "one way", "middle", "bent"],
)
def test_a_bad_set_is_refused_for_what_is_bad(places: tuple[Place, ...], reason: str) -> None:
    faults = refused(seen(USUAL, places))
    assert any(reason in fault for fault in faults), faults
    assert not any("bulges" in fault for fault in faults) or reason.startswith("the board bulges")


def test_why_those_sets_are_bad() -> None:
    # OpenCV takes them without complaint, with hardly an error, and tells a focal length that is off.
    for places, off in ((AHEAD, 0.03), (BENT, 0.015)):
        solved = _solve(seen(USUAL, places))
        assert solved.error_px < 0.4
        assert abs(solved.matrix[0, 0] / USUAL.focal_px - 1.0) > off


def test_all_reasons_are_told_at_once() -> None:
    faults = refused(seen(USUAL, MIDDLE)[:2] + seen(USUAL, AHEAD)[:1] + good(LENSES[-1])[:1])
    assert [fault.split(":")[0].split("(")[0].strip() for fault in faults] == [
        "the board can be seen well in 4 pictures, and at least 10 are needed",
        "the pictures have different sizes",
        "the board never came near the upper left, upper right, lower left and lower right corner of the picture",
    ]
    assert "3 of 640 x 480, 1 of 1280 x 720" in faults[1]
    assert "seen well in 0 pictures" in refused(())[0]


def test_a_focal_length_that_stays_unsure_is_refused() -> None:
    # Small, far boards: the corners are met, but any focal length would meet them nearly as well.
    rng = np.random.default_rng(1)
    shaken = [
        replace(one, corners_px=one.corners_px + rng.normal(scale=0.25, size=one.corners_px.shape))
        for one in seen(USUAL, tilted(0.35))
    ]
    faults = refused(shaken[:10])
    assert any("focal length stays unsure" in fault for fault in faults), faults


def test_a_single_spoiled_picture_is_left_out_and_told() -> None:
    spoiled = list(good())
    rng = np.random.default_rng(0)
    spoiled[3] = replace(
        spoiled[3], corners_px=spoiled[3].corners_px + rng.normal(scale=2.0, size=spoiled[3].corners_px.shape)
    )
    fitted = fit(spoiled, TODAY)
    assert fitted.left_out == ("3.png",)
    assert fitted.lens.pictures == len(spoiled) - 1
    assert off_deg(USUAL, fitted.lens) < 0.5


def test_a_picture_too_many_of_them_spoiled_is_not_mended_by_leaving_out() -> None:
    rng = np.random.default_rng(0)
    spoiled = [
        replace(one, corners_px=one.corners_px + rng.normal(scale=2.0 * (n % 2), size=one.corners_px.shape))
        for n, one in enumerate(good())
    ]
    assert any("missed by" in fault for fault in refused(spoiled))


def test_no_board_no_sighting() -> None:
    grey = np.random.default_rng(0).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    assert look(grey, "noise") is None
    assert look(np.ascontiguousarray(render(USUAL, good_places(USUAL)[0])[:, ::-1]), "mirrored") is None


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.5])
def test_blur_is_measured(sigma: float) -> None:
    found = look(render(USUAL, good_places(USUAL)[0], blur_px=sigma), "")
    assert found is not None
    # Half a pixel is the pixels' own.
    assert found.blur_px == pytest.approx(float(np.hypot(sigma, 0.5)), abs=0.5)


def test_blur_in_one_direction_is_blur() -> None:
    sharp = render(USUAL, good_places(USUAL)[0])
    moved = cv2.blur(sharp, (9, 1))
    found = look(np.asarray(moved, dtype=np.uint8), "")
    assert found is not None
    assert not found.is_sharp
    assert all(one.is_sharp for one in good())


def test_of_a_clip_only_what_is_still_and_new_is_kept() -> None:
    first, second = good()[:2]
    kept = with_one_more((), first, None)
    assert kept == (), "nothing is known of how it moves"
    kept = with_one_more(kept, first, replace(first, corners_px=first.corners_px + 20.0))
    assert kept == (), "it moved"
    kept = with_one_more(kept, first, first)
    assert kept == (first,)
    assert with_one_more(kept, first, first) == kept, "it is there already"
    sharper = replace(first, blur_px=0.5 * first.blur_px)
    assert with_one_more(kept, sharper, first) == (sharper,)
    assert with_one_more(kept, second, second) == (first, second)
    assert with_one_more(kept, replace(second, blur_px=20.0), second) == kept


def test_where_the_board_should_go_next() -> None:
    pictures: list[Sighting] = []
    assert "upper left" in sightings.next_wish(pictures)
    pictures += good()[5:6]
    assert "upper right" in sightings.next_wish(pictures)
    assert "tilt" in sightings.next_wish(seen(USUAL, AHEAD))
    assert "elsewhere" in sightings.next_wish(good())
    assert sightings.next_wish(good() * 2) == ""


WIDE = TrueLens((1280, 720), focal_px=1250.0, k1=-0.3)
WIDE_TOLD = example(image_wh=(1280, 720), focal_px=(1250.0, 1250.0), centre_px=(640.0, 360.0), k1=-0.3)


def test_a_pose_is_measured_straight_and_drawn_where_it_is_seen() -> None:
    middle = sf.pose(sf.GOOD_LUNGE, scale=350.0)
    # To the side, where a lens bends more than in the middle.
    ideal = replace(middle, image_px=middle.image_px + np.float32(310.0) * np.array([1.0, 0.0], dtype=np.float32))
    flat = (ideal.image_px.astype(np.float64) - WIDE.centre_px) / WIDE.focal_px
    bent = replace(ideal, image_px=WIDE.seen(flat).astype(np.float32))
    pose = straightened(bent, WIDE_TOLD)
    assert pose.image_px == pytest.approx(ideal.image_px, abs=0.01)
    assert (pose.shown_px == bent.image_px).all()
    right, wrong = (np.abs(side_measures(one.image_px, 1) - side_measures(ideal.image_px, 1)) for one in (pose, bent))
    assert np.nanmax(wrong) > 1.0
    assert np.nanmax(right) < 0.01
    assert (exchange_legs(pose).shown_px == exchange_legs(bent).shown_px).all()
    assert (exchange_legs(pose).image_px == exchange_legs(ideal).image_px).mean() < 1.0
    assert not np.isfinite(pose.unfound().shown_px).any()


def test_whoever_is_whole_in_the_picture_is_whole() -> None:
    seen_there = sf.pose(sf.GOOD_LUNGE)
    low, high = seen_there.image_px.min(axis=0), seen_there.image_px.max(axis=0)
    shifted = seen_there.image_px + np.array([1275.0 - high[0], 715.0 - high[1]], dtype=np.float32)
    pose = straightened(replace(seen_there, image_px=shifted), WIDE_TOLD)
    assert (low > 0.0).all()
    assert (pose.image_px.max(axis=0) > (1280.0, 720.0)).any(), "a pinhole would not have shown all of it"
    assert problem_of(pose, 1, 1) == problem_of(seen_there, 1, 1) == ""
