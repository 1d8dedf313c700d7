"""Every motion of the phantom does what its name says, on every body, and its truth and events are true.

Protected here: that the truth of each script follows from joint centres by other formulae, that the bundled clips'
truth can be made again to the byte, that nobody sinks into the floor or hovers above it, that events are those a reader
of the script expects, and that a faulty script is told with all its faults.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from test_phantom import independent

from benchmarks.detection import OF_BREATH
from calibration.phantom.body import Body
from calibration.phantom.camera import Camera
from calibration.phantom.events import events, turning_points
from calibration.phantom.flesh import lowest
from calibration.phantom.kinematics import Figure, put
from calibration.phantom.marching import marching
from calibration.phantom.performance import moved
from calibration.phantom.script import Script
from calibration.phantom.script_file import FOLDER, read
from calibration.phantom.scripts import SCRIPTS, Performance, truth_table
from calibration.phantom.truth import COLUMNS, FRONT_COLUMNS, front_row, row
from calibration.phantom.upright import walking
from calibration.phantom.variety import BODIES
from poses import skeleton
from poses.problem import Problem
from psoas_coach.samples import sample_clips

Array = NDArray[np.float64]
Truth = dict[str, Array]
BOTH = (skeleton.LEFT, skeleton.RIGHT)


def moments(script: Script, count: int) -> list[float]:
    return [float(time_s) for time_s in np.linspace(0.0, script.duration_s, count)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_truth_of_every_script_follows_by_other_formulae(name: str) -> None:
    performance = Performance(SCRIPTS[name], seed=2, body=BODIES[3])
    for time_s in moments(SCRIPTS[name], 11):
        figure = performance.figure(time_s)
        values = row(time_s, figure)
        for side in BOTH:
            for measure, expected in independent(figure, side).items():
                assert values[f"{measure}_{skeleton.SIDES[side]}"] == pytest.approx(expected, abs=0.01), measure


@pytest.mark.parametrize("name", ["bridge", "low-lunge"])
def test_the_truth_of_the_bundled_clips_can_be_made_again_to_the_byte(name: str) -> None:
    clip = next(clip for clip in sample_clips() if clip.stem == name)
    lines = clip.with_name(f"{name}.truth.csv").read_text().splitlines()
    performance = Performance(SCRIPTS[name])
    times = performance.times(30.0).tolist()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == len(times) + 1
    for index in range(0, len(times), 12):
        values = row(times[index], performance.figure(times[index]))
        assert lines[index + 1] == ",".join(f"{values[column]:.4f}" for column in COLUMNS)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{body.sex}-{body.stature_m}-{body.girth}")
def test_every_body_can_do_every_script_and_rests_on_the_floor(body: object) -> None:
    assert isinstance(body, type(BODIES[0]))
    for name, script in SCRIPTS.items():
        performance = Performance(script, seed=1, body=body)
        for time_s in moments(script, 6):
            frames = performance.placed(time_s).frames
            # What lies on the floor gives way by a few millimetres; nothing hovers.
            assert -0.012 < lowest(body, frames, *frames) < 0.003, (name, time_s)


def test_feet_stand_still_while_they_stand() -> None:
    # A foot whose heel is on the floor does not slide while the hips move on by 2 cm.
    body, stood = BODIES[0], 0
    for place in np.arange(0.0, 1.2, 0.05).tolist():
        before, after = (
            moved(put(body, walking(body, {"place_m": p}, 0.0)), p, 0.0, 0.0) for p in (place, place + 0.02)
        )
        down = [side for side in BOTH if max(f.heels[side][1] for f in (before, after)) < 0.0015]
        assert all(np.abs(after.heels[side] - before.heels[side]).max() < 0.006 for side in down), place
        stood += len(down)
    # Of 24 moments each foot stands flat in about a third.
    assert stood > 12


def in_front(figure: Figure) -> dict[str, float]:
    """The measures of the frontal plane by other formulae than ``truth``: complex numbers, to the right and up."""
    points = {
        name: [complex(*figure.joint(name, side)[[2, 1]]) for side in BOTH]
        for name in ("shoulder", "hip", "knee", "ankle")
    }
    trunk = sum(points["shoulder"]) - sum(points["hip"])
    across = points["hip"][skeleton.RIGHT] - points["hip"][skeleton.LEFT]
    values = {
        "side_lean_deg": float(np.degrees(np.angle(1j / trunk))),
        "pelvic_line_deg": float(np.degrees(-np.arcsin(across.imag / abs(across)))),
    }
    for side, name in enumerate(skeleton.SIDES):
        h, k, a = (points[joint][side] for joint in ("hip", "knee", "ankle"))
        # Where the knee lies beside the line from the ankle to the hip, seen with that line upright.
        beside = ((k - a) * 1j / (h - a)).real
        inwards = beside if side == skeleton.LEFT else -beside
        bend = 180.0 - float(np.degrees(abs(np.angle((h - k) / (a - k)))))
        short = abs(h - k) < 0.6 * figure.body.thigh_m
        values[f"knee_line_deg_{name}"] = float("nan") if short else float(np.copysign(bend, inwards))
    # As high as it would be upright: the trunk's length above the hips.
    hips, ankles = ([point.imag for point in points[name]] for name in ("hip", "ankle"))
    values["shoulder_height_m"] = (sum(hips) + abs(trunk)) / 2.0 - min(ankles)
    return values


FROM_THE_FRONT = [name for name in SCRIPTS if name.startswith("standing-march-front")]


@pytest.mark.parametrize("name", FROM_THE_FRONT)
@pytest.mark.parametrize("body", [BODIES[1], BODIES[4]], ids=["small", "large"])
def test_what_is_done_sideways_is_true_and_the_standing_foot_stays(name: str, body: Body) -> None:
    performance, unseen = Performance(SCRIPTS[name], seed=2, body=body), 0
    ankle = performance.figure(0.0).joint("ankle", skeleton.LEFT)
    for time_s in moments(SCRIPTS[name], 40):
        figure = performance.figure(time_s)
        values = front_row(figure)
        assert tuple(values) == FRONT_COLUMNS
        assert values == pytest.approx(in_front(figure), abs=0.01, nan_ok=True)
        unseen += bool(np.isnan(list(values.values())).any())
        # One foot at least stands flat where it stood.
        feet = [figure.frames[f"{name}_foot"] for name in skeleton.SIDES]
        flat = [np.abs(foot.turn - np.eye(3)).max() < 1e-6 for foot in feet]
        there = [
            np.abs(foot.origin * [1.0, 1.0, side] - ankle).max() < 1e-6
            for foot, side in zip(feet, (1, -1), strict=True)
        ]
        assert any(one and other for one, other in zip(flat, there, strict=True))
    # A lifted thigh points at whoever stands in front.
    assert 10 < unseen < 30


def test_a_hip_that_is_told_to_drop_by_ten_degrees_takes_its_leg_along() -> None:
    controls = {**SCRIPTS["standing-march-front"].scenes[0].keys[0].values, "right_lift_deg": 60.0}
    level = put(BODIES[0], marching(BODIES[0], controls, 0.0))
    dropped = put(BODIES[0], marching(BODIES[0], {**controls, "pelvic_line_deg": 10.0}, 0.0))
    across = 2.0 * BODIES[0].half_hips_m
    for figure, drop in ((level, 0.0), (dropped, across * np.sin(np.radians(10.0)))):
        left, right = (figure.joint("hip", side) for side in BOTH)
        assert left[1] - right[1] == pytest.approx(drop, abs=1e-9)
        assert figure.joint("knee", skeleton.RIGHT)[1] == pytest.approx(
            right[1] - BODIES[0].thigh_m * np.cos(np.radians(60.0)), abs=1e-9
        )
        # The trunk stays upright over it.
        assert front_row(figure)["side_lean_deg"] == pytest.approx(0.0, abs=0.01)
    # The leg that stands carries its hip as high as before.
    assert dropped.joint("hip", skeleton.LEFT)[1] == pytest.approx(level.joint("hip", skeleton.LEFT)[1], abs=0.002)


def test_what_is_done_sideways_is_in_the_truth_of_those_scripts_alone_and_is_mirrored_with_the_picture() -> None:
    assert {name for name in SCRIPTS if SCRIPTS[name].moves_sideways} == set(FROM_THE_FRONT)
    assert not set(FRONT_COLUMNS) & set(truth_table(SCRIPTS["standing-march"], fps=1.0))
    script = SCRIPTS["standing-march-front-knee-in"]
    plain, mirrored = truth_table(script, fps=2.0), truth_table(script, fps=2.0, mirrored=True)
    for column, other, sign in (
        ("side_lean_deg", "side_lean_deg", -1.0),
        ("pelvic_line_deg", "pelvic_line_deg", -1.0),
        ("knee_line_deg_left", "knee_line_deg_right", 1.0),
        ("knee_line_deg_right", "knee_line_deg_left", 1.0),
        ("shoulder_height_m", "shoulder_height_m", 1.0),
    ):
        np.testing.assert_array_equal(mirrored[column], sign * plain[other])


def speed(truth: Truth) -> Array:
    return np.gradient(truth["hip_opening_deg_right"], truth["time_s"])


def between(truth: Truth, start_s: float, end_s: float) -> Array:
    inside = (truth["time_s"] >= start_s) & (truth["time_s"] <= end_s)
    return truth["hip_opening_deg_right"][inside]


def tops(truth: Truth) -> Array:
    opening = truth["hip_opening_deg_right"]
    return np.array([opening[i] for i in turning_points(opening, 20.0) if opening[i] > -25.0])


def swings_per_s(truth: Truth) -> float:
    opening = between(truth, 6.0, 12.0)
    power = np.abs(np.fft.rfft(opening - opening.mean(), 4096))
    return float(np.fft.rfftfreq(4096, truth["time_s"][1])[power.argmax()])


NAMES_KEPT: dict[str, Callable[[Truth], bool | np.bool_]] = {
    "low-lunge": lambda t: between(t, 4, 7).max() < 12 and 42 < between(t, 11, 13.8).mean() < 48,
    "lunge-slow": lambda t: (
        between(t, 5, 15).min() > 5 and t["hip_opening_deg_right"].max() < 12 and speed(t).max() < 25
    ),
    "lunge-pressed": lambda t: 37 < between(t, 6, 9).mean() < 43 and np.abs(speed(t)).max() < 25,
    "lunge-bounce-08": lambda t: abs(swings_per_s(t) - 0.8) < 0.1 and np.ptp(between(t, 6, 12)) > 7,
    "lunge-bounce-15": lambda t: abs(swings_per_s(t) - 1.5) < 0.1 and np.ptp(between(t, 6, 12)) > 5,
    "lunge-bounce-25": lambda t: abs(swings_per_s(t) - 2.5) < 0.1 and np.ptp(between(t, 6, 12)) > 3,
    "lunge-creep": lambda t: (
        between(t, 20, 21.5).mean() - between(t, 4, 6).mean() > 8 and np.abs(np.diff(between(t, 6.5, 21.5))).max() < 0.5
    ),
    "lunge-fast": lambda t: speed(t).max() > 50 and t["hip_opening_deg_right"].max() < 15,
    "lunge-long": lambda t: between(t, 4, 94).min() > 5 and t["hip_opening_deg_right"].max() < 12,
    "lunge-lean-back": lambda t: t["trunk_inclination_deg_right"].max() > 18 and between(t, 0, 99).max() < 20,
    "lunge-knee-past-toes": lambda t: t["knee_past_toe_left"].max() > 0.05 and between(t, 0, 99).max() < 15,
    "bridge": lambda t: len(tops(t)) == 5 and np.abs(tops(t)[:3]).max() < 3 and tops(t)[3:].min() > 32,
    "bridge-correct": lambda t: len(tops(t)) == 8 and np.abs(tops(t)).max() < 5 and np.abs(speed(t)).max() < 80,
    "bridge-arched": lambda t: len(tops(t)) == 4 and tops(t).min() > 18,
    "bridge-dropped": lambda t: len(tops(t)) == 4 and speed(t).min() < -120 and speed(t).max() < 80,
    "bridge-held": lambda t: np.abs(between(t, 3.1, 32.9)).max() < 5,
    "standing": lambda t: np.abs(between(t, 0, 99)).max() < 8 and t["knee_flexion_deg_right"].max() < 20,
    "sitting-down": lambda t: np.abs(between(t, 0, 2)).max() < 10 and between(t, 5, 8.5).max() < -70,
    "lying-down": lambda t: t["trunk_inclination_deg_right"][0] < 10 and t["trunk_inclination_deg_right"][-1] > 85,
    "getting-up": lambda t: t["trunk_inclination_deg_right"][0] > 85 and np.abs(between(t, 11, 12)).max() < 8,
    "split-squat": lambda t: 94 < t["shank_inclination_deg_right"].max() < 100 and between(t, 0, 99).min() > -20,
    "walking-by": lambda t: 25 < np.ptp(t["thigh_inclination_deg_left"]) < 70,
    "lunge-passer-by": lambda t: between(t, 5, 15).min() > 5 and between(t, 0, 99).max() < 12,
    "lunge-companion": lambda t: between(t, 5, 15).min() > 5 and between(t, 0, 99).max() < 12,
    "lunge-walked-in-front": lambda t: between(t, 5, 13).min() > 5 and between(t, 0, 99).max() < 12,
    "lunge-handed-over": lambda t: between(t, 4, 6).min() > 5 and between(t, 0, 99).max() < 20,
    "calibration": lambda t: (
        10 < t["hip_opening_deg_left"][(t["time_s"] > 47) & (t["time_s"] < 53)].mean() < 13
        and 6 < between(t, 120.5, 126).mean() < 9
        and np.abs(speed(t))[(t["time_s"] > 114) & (t["time_s"] < 160)].max() < 10
    ),
    # What arms do leaves the exercise as it is.
    "lunge-hand-up": lambda t: between(t, 10, 27).min() > 5 and between(t, 0, 99).max() < 12,
    "lunge-arms-crossed": lambda t: between(t, 10, 19).min() > 5 and between(t, 0, 99).max() < 12,
    "lunge-arms-overhead": lambda t: between(t, 7, 15).min() > 5 and between(t, 0, 99).max() < 12,
    "lunge-arms-about": lambda t: between(t, 4, 44).min() > 5 and between(t, 0, 99).max() < 12,
    "bridge-hand-up": lambda t: len(tops(t)) == 1 and between(t, 14, 30).max() < -40,
    "bridge-arms-crossed": lambda t: len(tops(t)) == 1 and between(t, 14, 22).max() < -40,
    "bridge-arms-about": lambda t: between(t, 0, 99).max() < -40,
    "lunge-leaves-and-returns": lambda t: between(t, 4, 6).min() > 5 and between(t, 26, 30).min() > 5,
    "dynamic-lunge": lambda t: rocks(t) == 8 and between(t, 0, 99).max() < 8 and np.abs(speed(t)).max() < 20,
    "dynamic-lunge-hasty": lambda t: rocks(t) == 8 and between(t, 0, 99).max() < 8 and np.abs(speed(t)).max() < 25,
    "dynamic-lunge-bounced": lambda t: rocks(t) == 12 and between(t, 0, 99).max() < 8,
    "dynamic-lunge-growing": lambda t: rocks(t) == 8 and between(t, 36, 99).max() - between(t, 0, 6).max() > 12,
    "dynamic-lunge-deep": lambda t: rocks(t) == 5 and between(t, 0, 13).max() < 8 and between(t, 13, 99).max() > 33,
    "dynamic-lunge-swung": lambda t: speed(t).max() > 60 and speed(t).min() > -30 and between(t, 0, 99).max() < 24,
    # Legs take turns: the lower one of both, and the other.
    "dead-bug": lambda t: -64 < lower(t).max() < -56 and upper(t).max() < -85,
    "dead-bug-slide": lambda t: -45 < lower(t).max() < -37 and upper(t).max() < -85,
    "dead-bug-full": lambda t: -25 < lower(t).max() < -17 and upper(t).max() < -85,
    "dead-bug-low": lambda t: lower(t).max() > -15 and upper(t).max() < -85,
    "dead-bug-fast": lambda t: np.gradient(lower(t), t["time_s"]).max() > 120 and upper(t).max() < -85,
    "dead-bug-knee-drifts": lambda t: lower(t).max() < -37 and upper(t).max() > -56,
    "hip-opening": lambda t: hugged(t).min() > -106 and np.abs(between(t, 14, 26)).max() < 8,
    "hip-opening-hugged-hard": lambda t: hugged(t).min() < -140 and np.abs(between(t, 17, 22)).max() < 8,
    "hip-opening-fast": lambda t: speed(t).max() > 80 and hugged(t).min() > -106,
    "hip-opening-pulled": lambda t: np.gradient(hugged(t), t["time_s"]).min() < -90 and hugged(t).min() > -116,
    "hip-opening-head-up": lambda t: t["trunk_inclination_deg_right"].min() < 75 and hugged(t).min() > -118,
    "standing-march": lambda t: -82 < upper(t).min() < -76 and np.abs(t["trunk_inclination_deg_right"]).max() < 5,
    "standing-march-lean-back": lambda t: t["trunk_inclination_deg_right"].max() > 18,
    "standing-march-high": lambda t: upper(t).min() < -118 and np.abs(t["trunk_inclination_deg_right"]).max() < 5,
    "standing-march-sway": lambda t: upper(t).min() > -84 and np.ptp(t["shank_inclination_deg_right"]) > 15,
    # Seen from the front: what is done wrongly is done twice, once to either side; the rest stays as it is taught.
    "standing-march-front": lambda t: sideways(t) == (False, False, False) and -82 < upper(t).min() < -76,
    "standing-march-front-lean": lambda t: sideways(t) == (True, False, False) and np.ptp(t["side_lean_deg"]) > 42,
    "standing-march-front-hip-drop": lambda t: (
        sideways(t) == (False, True, False) and np.ptp(t["pelvic_line_deg"]) > 28
    ),
    "standing-march-front-knee-in": lambda t: sideways(t) == (False, False, True) and inside(t).min() > 20,
    # A breath moves no joint of the legs.
    **{name: lambda t: between(t, 0, 99).max() < -40 and np.ptp(between(t, 0, 99)) < 0.1 for name in OF_BREATH},
}


def sideways(truth: Truth) -> tuple[bool, bool, bool]:
    """Whether somebody leans past 15 degrees, drops a hip past 10, lets a knee fall in past 15; or hardly at all."""
    found = []
    for values, most in ((truth["side_lean_deg"], 15.0), (truth["pelvic_line_deg"], 10.0), (inside(truth), 15.0)):
        largest = float(np.abs(values).max())
        assert not 2.0 < largest <= most
        found.append(largest > most)
    return found[0], found[1], found[2]


def inside(truth: Truth) -> Array:
    """How far the knee of either leg falls in at most."""
    return np.array([np.nanmax(truth[f"knee_line_deg_{side}"]) for side in skeleton.SIDES])


def rocks(truth: Truth) -> int:
    """How often somebody rocks in by more than 4 degrees and out again."""
    opening = truth["hip_opening_deg_right"]
    return sum(opening[b] > opening[a] for a, b in itertools.pairwise(turning_points(opening, 4.0)))


def hugged(truth: Truth) -> Array:
    return truth["hip_opening_deg_left"]


def lower(truth: Truth) -> Array:
    return np.maximum(truth["hip_opening_deg_left"], truth["hip_opening_deg_right"])


def upper(truth: Truth) -> Array:
    return np.minimum(truth["hip_opening_deg_left"], truth["hip_opening_deg_right"])


def test_every_script_is_looked_at() -> None:
    assert set(NAMES_KEPT) == set(SCRIPTS)


@pytest.mark.parametrize("name", NAMES_KEPT)
def test_angles_keep_what_the_name_says(name: str) -> None:
    # Ten moments a second; twice as many where a bounce or a fast movement is to be seen, fewer where little happens.
    fast, slow = {"lunge-fast", "bridge-dropped", "lunge-bounce-25"}, {"bridge", "bridge-correct", "bridge-arched"}
    fast |= {"dead-bug-fast", "hip-opening-pulled", "dynamic-lunge-swung"}
    slowest = {"lunge-long", "bridge-held", "calibration", *OF_BREATH}
    fps = 20.0 if name in fast else 4.0 if name in slow else 2.0 if name in slowest else 10.0
    assert NAMES_KEPT[name](truth_table(SCRIPTS[name], fps=fps))


def first_keys(script: Script, count: int) -> Script:
    scene = script.scenes[0]
    return replace(script, scenes=(replace(scene, keys=scene.keys[:count]),))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lunge-slow", []),
        ("lunge-fast", [("speed", 2.0, 2.7)]),
        ("lunge-bounce-25", [("bounce", 5.0, 13.0)]),
        ("lunge-creep", [("creep", 10.5, 22.5), ("hip-opening-caution", 13.0, 23.5)]),
        ("lunge-passer-by", [("second-person", 4.0, 8.5), ("second-person", 11.0, 15.0)]),
        ("lunge-companion", [("second-person", 6.0, 14.0)]),
        ("lunge-walked-in-front", [("second-person", 6.0, 10.0)]),
        ("lunge-leaves-and-returns", [("out-of-picture", 12.0, 18.0)]),
        ("bridge-dropped", [("speed", 4.3, 4.85)]),
        ("standing", []),
    ],
)
def test_events_are_those_of_the_script(name: str, expected: list[tuple[str, float, float]]) -> None:
    # Expected by hand from the script's keys: each event lies within the key moments that make it.
    script = first_keys(SCRIPTS[name], 6) if name == "bridge-dropped" else SCRIPTS[name]
    found = events(Performance(script), script.camera, (640, 480))
    assert [event.id for event in found] == [name for name, _, _ in expected]
    for event, (_, earliest, latest) in zip(found, expected, strict=True):
        assert earliest <= event.start_s <= event.end_s <= latest
        assert event.end_s - event.start_s > 0.4 * (latest - earliest) or event.id == "speed"


def test_events_of_the_picture_follow_the_camera() -> None:
    narrow = Camera(distance_m=2.2, height_m=0.5, hfov_deg=25.0)
    found = events(Performance(SCRIPTS["standing"]), narrow, (640, 480))
    assert [event.id for event in found] == ["out-of-picture"]
    assert found[0].end_s == SCRIPTS["standing"].duration_s


def test_turning_points_are_the_highs_and_lows_that_matter() -> None:
    assert turning_points(np.array([0.0, 3.0, 2.5, 6.0, 1.0, 1.5, 5.0, 0.0]), 2.0) == [0, 3, 4, 6]


GOOD = (FOLDER / "lunge-bounce-15.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'posture = "low-lunge"',
            'posture = "handstand"',
            "scenes.0.posture: no such posture; allowed are any, bridge",
        ),
        ("thigh_deg = 0.0", "thigh_dg = 0.0", "keys.0.thigh_dg: unknown control"),
        ("thigh_deg = 0.0", "thigh_deg = 95.0", "keys.0.thigh_deg: 95 is not within -30 to 50"),
        ("time_s = 3.5", "time_s = 0.5", "keys.2.time_s: 0.5 is not after 1"),
        ('leans = "trunk_deg"', 'leans = "trunk"', "leans: trunk is not a control of the first key"),
        ("hertz = 1.5", 'hertz = "often"', "scenes.0.waves.0.hertz: Input should be a valid number (found 'often')"),
        ("end_s = 13.0", "end_s = 3.0", "end_s 3 is not after start_s 5"),
        ("distance_m = 2.2", "distance = 2.2", "camera.distance_m: is missing"),
        ("time_s = 0.0", "time_s = 0.5", "scenes: the first key of the first scene must be at time_s = 0"),
        ("[camera]", "[camera", "is not TOML"),
    ],
)
def test_a_fault_in_a_script_is_named(old: str, new: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(Problem) as told:
        read(file)
    assert says in str(told.value)
    assert "mine.toml" in str(told.value)


def test_all_faults_of_a_script_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = GOOD.replace("distance_m = 2.2", "distance = 2.2").replace("hertz = 1.5", "hertz = 9.0")
    file.write_text(text.replace("keys = [", "colour = 1\nkeys = ["))
    with pytest.raises(Problem) as told:
        read(file)
    faults = (
        "camera.distance_m: is missing",
        "camera.distance: unknown key",
        "hertz: Input should be less",
        "scenes.0.colour",
    )
    assert all(fault in str(told.value) for fault in faults), told.value
    file.write_text(GOOD)
    assert read(file).id == "mine"
    with pytest.raises(Problem, match="There is no file"):
        read(tmp_path / "none.toml")
