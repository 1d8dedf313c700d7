"""The front-view measures on people built from angles.

Protected here: the sign and the value of each, that a picture in a mirror measures the same for the person in it, that
nothing is said of a knee whose thigh points at the camera, and how sure the measures are.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from front_figure import Front, pose

import stick_figure as sf
from poses import frontal, skeleton
from poses.frontal import Standing, StandingMemory
from poses.measures import FRONT_NAMES
from poses.skeleton import LEFT, RIGHT

LEAN, LINE, KNEE, LIFT, DROP = range(len(FRONT_NAMES))
RATE_HZ = 15.0


def values(front: Front, standing: Front | None = None, *, mirrored: bool = False) -> np.ndarray:
    """Measures ``(2, 5)`` of somebody who stood as ``standing`` before."""
    memory = StandingMemory()
    for frame in range(12):
        body = frontal.seen(pose(standing or Front(), frame / RATE_HZ, mirrored=mirrored))
        memory = frontal.follow_standing(body, frame / RATE_HZ, memory)
    body = frontal.seen(pose(front, 1.0, mirrored=mirrored))
    assert body is not None
    return frontal.measured(body, memory.known)[0]


@pytest.mark.parametrize("lean_deg", [-20.0, 0.0, 12.0])
def test_leaning_to_the_right_is_positive(lean_deg: float) -> None:
    assert values(Front(lean_deg=lean_deg))[:, LEAN] == pytest.approx([lean_deg] * 2, abs=0.01)


def test_the_pelvic_line_is_that_less_what_it_is_standing_and_positive_with_the_right_hip_lower() -> None:
    lifted = Front(line_deg=9.0, lifted=RIGHT)
    assert values(lifted)[:, LINE] == pytest.approx([9.0] * 2, abs=0.01)
    assert values(replace(lifted, line_deg=-9.0))[:, LINE] == pytest.approx([-9.0] * 2, abs=0.01)
    # Whoever stands with the right hip three degrees lower drops it by six.
    assert values(lifted, Front(line_deg=3.0))[:, LINE] == pytest.approx([6.0] * 2, abs=0.01)


@pytest.mark.parametrize("lifted", [LEFT, RIGHT])
@pytest.mark.parametrize("inside_deg", [-8.0, 0.0, 18.0])
def test_a_standing_knee_inside_is_positive_on_either_side(lifted: int, inside_deg: float) -> None:
    measured = values(Front(knee_in_deg=inside_deg, lifted=lifted))
    assert measured[1 - lifted, KNEE] == pytest.approx(inside_deg, abs=0.01)
    # The other thigh points at the camera.
    assert math.isnan(measured[lifted, KNEE])
    assert measured[lifted, LIFT] == pytest.approx(75.0, abs=1.5)
    assert measured[1 - lifted, LIFT] == 0.0


def test_a_thigh_shorter_than_three_fifths_of_its_length_standing_has_no_knee_line() -> None:
    # The cosines of both lie on either side of 0.6.
    assert values(Front(lifted=LEFT, lift_deg=51.0))[LEFT, KNEE] == pytest.approx(0.0, abs=0.01)
    assert math.isnan(values(Front(lifted=LEFT, lift_deg=56.0))[LEFT, KNEE])


def test_in_a_mirror_the_person_in_it_measures_the_same() -> None:
    front = Front(lean_deg=7.0, line_deg=5.0, knee_in_deg=11.0, lifted=RIGHT)
    other = values(front, mirrored=True)
    assert other[:, LEAN] == pytest.approx([-7.0] * 2, abs=0.01)
    assert other[:, LINE] == pytest.approx([-5.0] * 2, abs=0.01)
    assert other[RIGHT, KNEE] == pytest.approx(11.0, abs=0.01)


def test_how_somebody_stands_is_known_after_half_a_second_on_both_feet_and_kept_while_a_foot_is_up() -> None:
    def follow(fronts: Sequence[Front], memory: StandingMemory, start_s: float) -> StandingMemory:
        for frame, front in enumerate(fronts):
            time_s = start_s + frame / 10.0
            memory = frontal.follow_standing(frontal.seen(pose(front)), time_s, memory)
        return memory

    first = follow([Front(line_deg=2.0)] * 5, StandingMemory(), 0.0)
    assert first.known is None
    first = follow([Front(line_deg=2.0)], first, 0.5)
    assert first.known is not None
    assert first.known.line_deg == pytest.approx(2.0, abs=0.01)
    # In a moment on both feet nothing new is learned; in a longer one it is.
    up = follow([Front(line_deg=9.0, lifted=LEFT)] * 9 + [Front(line_deg=-1.0)] * 5, first, 0.6)
    assert up.known == first.known
    again = follow([Front(line_deg=-1.0)], up, 2.0)
    assert again.known is not None
    assert again.known.line_deg == pytest.approx(-1.0, abs=0.01)
    # Sitting is not standing.
    assert not frontal.on_both_feet(frontal.seen(sf.pose(sf.ON_THE_FLOOR)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("front", "lower_m"),
    [
        (Front(), 0.0),
        (Front(line_deg=15.0, lifted=RIGHT), 0.08 * math.sin(math.radians(15.0))),
        (Front(line_deg=-15.0, lifted=LEFT), 0.08 * math.sin(math.radians(15.0))),
        (Front(bent_deg=30.0, lifted=LEFT), 0.84 * (1.0 - math.cos(math.radians(15.0)))),
        # Leaning lowers the shoulders by itself; that is not sinking.
        (Front(lean_deg=15.0, lifted=LEFT), 0.0),
    ],
)
def test_how_far_the_trunk_comes_down_over_the_standing_foot(front: Front, lower_m: float) -> None:
    height_m = 0.50 + 0.84
    assert values(front)[:, DROP] == pytest.approx([lower_m / height_m] * 2, abs=1e-4)


def test_what_arms_or_a_nod_do_to_shoulders_or_head_alone_is_no_sinking() -> None:
    for rows in (skeleton.SHOULDERS, skeleton.EARS):
        memory = StandingMemory()
        for frame in range(12):
            memory = frontal.follow_standing(frontal.seen(pose(Front())), frame / RATE_HZ, memory)
        lower = pose(Front(lifted=LEFT), 1.0)
        lower.image_px[list(rows), 1] += 20.0
        body = frontal.seen(lower)
        assert body is not None
        assert frontal.measured(body, memory.known)[0][RIGHT, DROP] < 0.002


def test_the_uncertainty_is_that_of_the_landmarks() -> None:
    """By the spread of what is measured when every landmark is off by that much, independently of the formula."""
    rng = np.random.default_rng(4)
    plain = pose(Front(knee_in_deg=6.0, lifted=RIGHT), scale=300.0)
    body = frontal.seen(plain)
    assert body is not None
    standing = Standing(0.0, body.thighs[:1] + body.thighs[:1])
    _, sigma = frontal.measured(body, standing)
    for measure in (LINE, KNEE):
        found = []
        for _ in range(400):
            noise = rng.normal(0.0, frontal.LANDMARK_TRUNKS * 0.5 * 300.0, plain.image_px.shape).astype(np.float32)
            moved = frontal.seen(replace(plain, image_px=plain.image_px + noise))
            assert moved is not None
            found.append(frontal.measured(moved, standing)[0][LEFT, measure])
        assert np.std(found) == pytest.approx(sigma[LEFT, measure], rel=0.15), FRONT_NAMES[measure]


@pytest.mark.parametrize(("turned_deg", "told"), [(0.0, 0.0), (14.0, 14.0), (90.0, 90.0), (180.0, 180.0)])
def test_how_far_somebody_is_turned_away_from_the_camera(turned_deg: float, told: float) -> None:
    assert frontal.turned_deg(pose(Front(), turned_deg=turned_deg)) == pytest.approx(told, abs=0.01)
