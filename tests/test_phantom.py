"""The phantom must be true before anything can be measured with it.

Protected here: that its truth follows from joint centres by formulae it does not use itself, that known joint angles
come out again, that what stands on the floor neither slides nor sinks nor floats, that its camera shows what the
skeleton says, and that a seed gives the same bytes.
"""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.phantom.body import Body
from calibration.phantom.camera import Camera
from calibration.phantom.flesh import Placed, lowest
from calibration.phantom.kinematics import Figure, Posture, ball_angles, ball_turn, put, reach_leg
from calibration.phantom.render import meet, normals_at
from calibration.phantom.scripts import SCRIPTS, Performance, render_script, truth_table
from calibration.phantom.truth import COLUMNS, landmarks_px, row
from poses import skeleton

Array = NDArray[np.float64]
BOTH = (skeleton.LEFT, skeleton.RIGHT)


@pytest.fixture(scope="module", params=["bridge", "low-lunge"])
def performed(request: pytest.FixtureRequest) -> tuple[str, list[tuple[float, Figure]]]:
    """A whole script, ten moments a second."""
    performance = Performance(SCRIPTS[request.param], seed=3)
    return request.param, [(time_s, performance.figure(time_s)) for time_s in performance.times(10.0).tolist()]


def signed_bend(a: Array, b: Array, c: Array) -> float:
    """Turn at b on the way a -> b -> c, from the three distances alone; the sign from which side of a-b c lies on."""
    ab, bc, ac = np.linalg.norm(b - a), np.linalg.norm(c - b), np.linalg.norm(c - a)
    # A straight leg may round to a cosine past one.
    inner = np.degrees(np.arccos(np.clip((ab**2 + bc**2 - ac**2) / (2.0 * ab * bc), -1.0, 1.0)))
    return float((180.0 - inner) * np.sign(np.cross([*(b - a), 0.0], [*(c - b), 0.0])[2]))


def independent(figure: Figure, side: int) -> dict[str, float]:
    """The measures by other formulae than ``truth``: complex numbers, distances and areas."""
    s, h, k, a, t = (
        point[:2]
        for point in (*(figure.joint(j, side) for j in ("shoulder", "hip", "knee", "ankle")), figure.toes[side])
    )

    def from_vertical(low: Array, high: Array) -> float:
        """Inclination towards +x, of a segment whose upper end is ``high``."""
        return float(np.degrees(np.angle(complex(high[1] - low[1], high[0] - low[0]))))

    area = 0.5 * np.linalg.det(np.array([[*k, 1.0], [*h, 1.0], [*s, 1.0]]))
    return {
        "hip_opening_deg": signed_bend(k, h, s),
        "thigh_inclination_deg": from_vertical(k, h),
        "trunk_inclination_deg": -from_vertical(h, s),
        "knee_flexion_deg": abs(signed_bend(h, k, a)),
        "shank_inclination_deg": from_vertical(a, k),
        "knee_past_toe": float((k[0] - t[0]) / np.linalg.norm(k - a)),
        "thigh_elevation_deg": float(np.degrees(np.arcsin((k[1] - h[1]) / np.linalg.norm(k - h)))),
        "bridge_height": float(2.0 * area / np.linalg.norm(s - k) ** 2),
    }


def test_truth_follows_from_joint_centres_by_other_formulae(performed: tuple[str, list[tuple[float, Figure]]]) -> None:
    for time_s, figure in performed[1]:
        values = row(time_s, figure)
        assert tuple(values) == COLUMNS
        for side in BOTH:
            for measure, expected in independent(figure, side).items():
                assert values[f"{measure}_{skeleton.SIDES[side]}"] == pytest.approx(expected, abs=0.01), measure


def test_a_body_put_at_known_angles_has_them() -> None:
    # Pelvis 10 degrees back, right hip 25 extended, knee 60: worked out by hand in the sagittal plane.
    hips, knees = np.zeros((2, 3)), np.array([0.0, 60.0])
    hips[skeleton.RIGHT] = (-25.0, 0.0, 0.0)
    hips[skeleton.LEFT] = (80.0, 12.0, 0.0)  # abduction does not show from the side
    values = row(0.0, put(Body(), Posture(np.array([0.0, 1.0, 0.0]), 10.0, hips_deg=hips, knees_deg=knees)))
    assert values["hip_opening_deg_right"] == pytest.approx(25.0)
    assert values["trunk_inclination_deg_right"] == pytest.approx(10.0)
    assert values["thigh_inclination_deg_right"] == pytest.approx(15.0)
    assert values["knee_flexion_deg_right"] == pytest.approx(60.0)
    assert values["shank_inclination_deg_right"] == pytest.approx(75.0)
    assert values["hip_opening_deg_left"] == pytest.approx(-80.0)
    # A hollow back opens the front of the hip without any hip extension: the two are separate.
    arched = row(0.0, put(Body(), Posture(np.zeros(3), lumbar_deg=30.0)))
    assert 12.0 < arched["hip_opening_deg_right"] < 30.0
    assert arched["thigh_inclination_deg_right"] == pytest.approx(0.0)


def test_reaching_finds_angles_that_lead_to_the_point() -> None:
    rng = np.random.default_rng(0)
    for side in BOTH:
        angles = rng.uniform(-60.0, 60.0, 3)
        assert ball_angles(ball_turn(angles, side), side) == pytest.approx(angles)
        goal, turn = np.array([0.4, 0.2, 0.15]), ball_turn(np.array([5.0, -3.0, 20.0]), side)
        posture = reach_leg(Body(), Posture(np.array([0.0, 0.7, 0.0]), -8.0), side, goal, np.array([1.0, 0, 0]), turn)
        figure = put(Body(), posture)
        assert figure.joint("ankle", side) == pytest.approx(goal)
        assert figure.frames[f"{skeleton.SIDES[side]}_foot"].turn == pytest.approx(turn)
        assert posture.knees_deg[side] > 0.0
    with pytest.raises(ValueError, match="cannot span"):
        reach_leg(Body(), Posture(np.zeros(3)), side, np.array([2.0, 0, 0]), np.array([1.0, 0, 0]), turn)


def test_what_is_planted_stays_and_nothing_sinks_or_floats(
    performed: tuple[str, list[tuple[float, Figure]]],
) -> None:
    script, moments = performed
    figures = [figure for _, figure in moments]
    touching: tuple[str, ...]
    if script == "low-lunge":
        planted = [np.stack([f.joint("knee", 1), f.joint("ankle", 1), f.joint("ankle", 0), f.toes[0]]) for f in figures]
        touching = ("right_shank", "right_foot", "left_foot")
    else:
        # The shoulders roll on the floor: they rise a little, and stay over one place.
        shoulders = [f.joint("shoulder", 1) * (1.0, 0.0, 1.0) for f in figures]
        planted = [np.stack([*f.toes, *f.heels, s]) for f, s in zip(figures, shoulders, strict=True)]
        touching = ("thorax", "head", "left_foot", "right_foot")
    moved = [float(np.abs(after - before).max()) for before, after in itertools.pairwise(planted)]
    assert max(moved) < 1e-4  # metres in a tenth of a second: a thirtieth of 1 mm a frame
    for figure in figures:
        assert lowest(figure.body, figure.frames, *figure.frames) > -0.01
        for segment in touching:
            assert lowest(figure.body, figure.frames, segment) == pytest.approx(0.0, abs=0.002), segment


@pytest.mark.parametrize(("distance_m", "hfov_deg", "tolerance_deg"), [(None, 0.0, 3.0), (60.0, 2.5, 0.15)])
def test_the_camera_shows_the_angles_of_the_skeleton(
    performed: tuple[str, list[tuple[float, Figure]]], distance_m: float | None, hfov_deg: float, tolerance_deg: float
) -> None:
    # From the script's own camera perspective bends the near side's angles a little; from far away it does not.
    script, moments = performed
    camera = SCRIPTS[script].camera
    if distance_m is not None:
        camera = Camera(distance_m=distance_m, height_m=0.5, hfov_deg=hfov_deg, aim_x_m=camera.aim_x_m)
    for time_s, figure in moments[::5]:
        pixels = landmarks_px(figure, camera, (640, 480))
        assert np.isfinite(pixels).all()
        assert np.all((pixels > 40.0) & (pixels < (600.0, 440.0)))
        up = pixels * (1.0, -1.0)
        s, h, k = (up[pair[skeleton.RIGHT]] for pair in (skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES))
        assert signed_bend(k, h, s) == pytest.approx(row(time_s, figure)["hip_opening_deg_right"], abs=tolerance_deg)
        assert np.linalg.norm(s - h) > 120.0


def test_rays_meet_a_tapered_capsule_where_its_balls_are() -> None:
    # Against brute force: the nearest of 2000 balls along the axis.
    rng = np.random.default_rng(1)
    eye = np.array([0.0, 0.0, 3.0])
    rays = np.concatenate([rng.uniform(-0.35, 0.35, (400, 2)), -np.ones((400, 1))], axis=1)
    for _ in range(12):
        shape = ball_turn(rng.uniform(-90.0, 90.0, 3), 1) * rng.uniform(0.5, 1.5, 3)
        a, b, radii = rng.uniform(-0.6, 0.6, 3), rng.uniform(-0.6, 0.6, 3), rng.uniform(0.05, 0.4, 2)
        solid = Placed(rng.uniform(-0.2, 0.2, 3), shape, a, b, (float(radii[0]), float(radii[1])), (0, 0, 0))
        found, ball = meet(solid, eye, rays.astype(np.float32))
        inverse = np.linalg.inv(shape)
        start, way = inverse @ (eye - solid.origin), rays @ inverse.T
        share = np.linspace(0.0, 1.0, 2000)[:, None]
        offset, radius = start - (a + share * (b - a)), radii[0] + share[:, 0] * (radii[1] - radii[0])
        half, dd = offset @ way.T, (way**2).sum(axis=1)
        disc = half**2 - dd * ((offset**2).sum(axis=1) - radius**2)[:, None]
        with np.errstate(invalid="ignore"):
            expected = np.where(disc >= 0.0, (-half - np.sqrt(disc)) / dd, np.inf).min(axis=0)
        hit = np.isfinite(expected) & np.isfinite(found)
        # Rays that graze may be told apart differently by rounding; they are few.
        assert np.mean(np.isfinite(expected) != np.isfinite(found)) < 0.01
        assert hit.sum() >= 5
        assert np.abs(found[hit] - expected[hit]).max() < 5e-3
        normal = normals_at(solid, eye, rays[hit].astype(np.float32), found[hit], ball[hit])
        assert np.all((normal * rays[hit]).sum(axis=1) < 1e-3)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    def start(seed: int) -> tuple[list[bytes], list[dict[str, float]]]:
        frames = itertools.islice(render_script(SCRIPTS["low-lunge"], seed=seed, size=(160, 120)), 3)
        images, rows = zip(*((frame.image, values) for frame, values in frames), strict=True)
        assert all(image.shape == (120, 160, 3) and image.flags.c_contiguous for image in images)
        return [image.tobytes() for image in images], list(rows)

    images, rows = start(5)
    assert start(5) == (images, rows)
    other_images, other_rows = start(6)
    assert images[0] != other_images[0]
    assert rows[0]["hip_opening_deg_right"] != other_rows[0]["hip_opening_deg_right"]
    table = truth_table(SCRIPTS["low-lunge"], seed=5)
    assert all(table[column][2] == rows[2][column] for column in COLUMNS)


def test_the_picture_shows_the_body_where_the_skeleton_is() -> None:
    # The near leg's joints lie under dark trousers, the head under hair or skin; the same pixels of the wall are light.
    script = SCRIPTS["low-lunge"]
    frame, _ = next(render_script(script))
    figure = Performance(script).figure(0.0)
    pixels = landmarks_px(figure, script.camera, (640, 480))
    for landmark in (skeleton.HIPS[1], skeleton.KNEES[1]):
        x, y = pixels[landmark].astype(int)
        assert frame.image[y, x].max() < 90
    x, y = pixels[skeleton.SHOULDERS[1]].astype(int)
    red, _, blue = frame.image[y, x].astype(int)
    assert blue > red + 40
    assert frame.image[5, 5].min() > 150
