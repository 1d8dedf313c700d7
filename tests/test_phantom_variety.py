"""Phantoms differ from each other as they should, and each is always the same.

Protected here: that a seed is one person in one room for ever, that people stay in the picture, that mirroring keeps
picture and truth together, that the number of processes changes nothing, that furniture and floor hide what is behind
and below them, and what `phantom render` writes and says.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.phantom.crew import Crew, Order
from calibration.phantom.furniture import Box, meet_box
from calibration.phantom.render import Renderer
from calibration.phantom.room import Room
from calibration.phantom.script_file import FOLDER
from calibration.phantom.scripts import SCRIPTS, Performance, Studio, truth_table
from calibration.phantom.sensor import Sensor
from calibration.phantom.truth import COLUMNS, landmarks_px
from calibration.phantom.variety import BODIES, FIRST_KEPT_SEED, Variant, camera_for, variant
from poses import skeleton

ROOT = Path(__file__).resolve().parent.parent
Array = NDArray[np.float64]


def brightness(colour: tuple[int, int, int]) -> float:
    return sum(colour) / 3.0


def test_a_seed_is_one_person_for_ever() -> None:
    assert variant(0) == Variant()
    assert variant(7) == variant(7)
    assert len({variant(seed) for seed in range(1, 41)}) == 40
    # Written down, so that figures published for a seed can be measured again.
    one = variant(1)
    assert one.body.sex == "male"
    assert (one.body.stature_m, one.body.legs) == pytest.approx((1.6392, 0.9956), abs=1e-4)
    assert one.view.yaw_deg == pytest.approx(9.6197, abs=1e-4)


def test_people_and_rooms_differ_as_people_and_rooms_do() -> None:
    drawn = [variant(seed) for seed in range(1, 400)]
    assert len({v.body.stature_m for v in drawn}) == len(drawn), "nobody is anybody else"
    sizes = np.array([(b.stature_m, b.girth) for b in BODIES])
    kinds = {int(np.abs(sizes - (v.body.stature_m, v.body.girth)).sum(axis=1).argmin()) for v in drawn}
    assert len(kinds) == len(BODIES) >= 8
    legs = [v.body.legs for v in drawn]
    assert (min(legs), max(legs)) == pytest.approx((0.95, 1.05), abs=0.005)
    # Whoever has longer legs has a shorter trunk: stature is what it was.
    longer, shorter = replace(BODIES[0], legs=1.05), replace(BODIES[0], legs=0.95)
    for body in (longer, shorter):
        assert body.thigh_m + body.shank_m + body.trunk_m == pytest.approx(
            BODIES[0].thigh_m + BODIES[0].shank_m + BODIES[0].trunk_m
        )
    assert (min(b.stature_m for b in BODIES), max(b.stature_m for b in BODIES)) == (1.50, 1.95)
    looks = [v.body.look for v in drawn]
    assert {look.hair_style for look in looks} == {"short", "long", "bun", "none"}
    assert {look.sleeves for look in looks} == {"short", "long", "none"}
    assert {look.legs for look in looks} == {"long", "shorts", "loose"}
    dark = [v for v in drawn if max(map(brightness, (v.body.look.shirt, v.body.look.trousers, v.room.wall))) < 110]
    light = [v for v in drawn if min(map(brightness, (v.body.look.shirt, v.body.look.trousers, v.room.wall))) > 160]
    assert len(dark) >= 3
    assert len(light) >= 3
    assert {v.room.mat is None for v in drawn} == {v.sensor.mirrored for v in drawn} == {True, False}
    assert FIRST_KEPT_SEED == 9000


@pytest.mark.parametrize("name", ["bridge", "low-lunge", "lunge-lean-back", "sitting-down", "getting-up", "standing"])
def test_whoever_does_not_leave_is_whole_in_the_picture(name: str) -> None:
    script = SCRIPTS[name]
    cut = 0
    for seed in range(1, 61):
        v = variant(seed)
        camera, performance = camera_for(script.camera, v.view, v.body), Performance(script, seed, v.body)
        for time_s in np.linspace(0.0, script.duration_s, 4).tolist():
            pixels = landmarks_px(performance.placed(time_s), camera, (640, 480))
            cut += not np.all((pixels > 0.0) & (pixels < (640.0, 480.0)))
    assert cut == 0


def test_the_reference_camera_is_the_scripts_own() -> None:
    for script in SCRIPTS.values():
        assert camera_for(script.camera, Variant().view, Variant().body) == script.camera


def small(seed: int, **sensor: object) -> Studio:
    v = variant(seed)
    v = replace(v, sensor=replace(v.sensor, **sensor))  # type: ignore[arg-type]
    return Studio(SCRIPTS["lunge-fast"], seed=seed, fps=10.0, size=(160, 120), variant=v)


def test_mirroring_exchanges_picture_and_truth_alike() -> None:
    plain, mirrored = small(4, mirrored=False, noise=0.0), small(4, mirrored=True, noise=0.0)
    assert np.array_equal(mirrored.frame(9).image, plain.frame(9).image[:, ::-1])
    there, here = plain.row(9), mirrored.row(9)
    assert tuple(here) == COLUMNS
    assert here["hip_opening_deg_left"] == there["hip_opening_deg_right"] != there["hip_opening_deg_left"]
    assert here["knee_past_toe_right"] == there["knee_past_toe_left"]
    table = truth_table(SCRIPTS["lunge-fast"], seed=4, fps=10.0, body=plain.variant.body, mirrored=True)
    assert table["hip_opening_deg_left"][9] == here["hip_opening_deg_left"]


def test_motion_blurs_what_moves_and_nothing_else() -> None:
    sharp, blurred = small(0, noise=0.0), small(0, noise=0.0, exposure_s=0.1)
    # At 2.3 s the trunk moves fastest; at 8 s it is held.
    moving, held = (np.abs(blurred.frame(i).image.astype(int) - sharp.frame(i).image).max(axis=2) for i in (23, 80))
    assert np.count_nonzero(moving > 20) > 5 * np.count_nonzero(held > 20)
    assert blurred.row(23) == sharp.row(23)
    assert moving[:10].max() == 0


def test_the_sensor_does_what_it_says() -> None:
    light = np.full((40, 60, 3), 100.0, np.float32)
    light[:, 30:] = 200.0
    grainy = Sensor(noise=5.0).develop(light, np.random.default_rng(0)).astype(float) - light
    assert grainy.std() == pytest.approx(5.0, rel=0.1)
    assert Sensor(noise=0.0, gain=0.5, tint=(1.2, 1.0, 1.0)).develop(light, np.random.default_rng(0))[
        0, 0
    ].tolist() == [60, 50, 50]
    soft = Sensor(noise=0.0, blur_px=2.0).develop(light, np.random.default_rng(0))[20, :, 0].astype(int)
    assert soft[20] == 100
    assert soft[40] == 200
    # Two standard deviations from the edge 2.3 % of the step is left.
    assert soft[30 - 5] - 100 == pytest.approx(1.2, abs=1.5)
    assert 135 < soft[29] < 150


def test_rays_meet_a_box_where_marching_along_them_enters_it() -> None:
    rng = np.random.default_rng(3)
    box, eye = Box((-0.4, 0.0, -1.2), (0.5, 0.7, -0.8), (0, 0, 0)), np.array([0.3, 0.5, 2.0])
    rays = np.concatenate([rng.uniform(-0.4, 0.4, (1, 300, 2)), -np.ones((1, 300, 1))], axis=2).astype(np.float32)
    found, normal = meet_box(box, eye, rays)
    steps = np.linspace(2.0, 4.0, 4001)
    points = eye + steps[:, None, None] * rays[0]
    inside = np.all((points >= box.low) & (points <= box.high), axis=2)
    expected = np.where(inside.any(axis=0), steps[inside.argmax(axis=0)], np.inf)
    hit = np.isfinite(expected)
    assert 20 < hit.sum() < 290
    # Marching may step over a corner, never find what is not there.
    assert np.all(np.isfinite(found[0][hit]))
    assert np.abs(found[0][hit] - expected[hit]).max() < 1e-3
    assert np.mean(np.isfinite(found[0]) != hit) < 0.02
    assert np.all((normal[0][hit] * rays[0][hit]).sum(axis=1) < 0.0)


def test_furniture_before_the_person_hides_them_and_behind_does_not() -> None:
    performance = Performance(SCRIPTS["standing"])
    figure, camera = performance.placed(1.0), SCRIPTS["standing"].camera

    def seen(*boxes: Box) -> NDArray[np.uint8]:
        return Renderer(camera, (160, 120), Room(boxes=boxes), Sensor(noise=0.0)).draw(figure, np.random.default_rng(0))

    x, y = landmarks_px(figure, camera, (160, 120))[skeleton.HIPS[1]].astype(int)
    plain = seen()[y, x]
    behind, before = (seen(Box((-0.4, 0.0, z), (0.4, 1.2, z + 0.2), (250, 20, 20)))[y, x] for z in (-1.0, 0.6))
    assert np.array_equal(behind, plain)
    assert before[0] > 100 > before[1]


def test_the_number_of_processes_changes_nothing() -> None:
    order = Order(SCRIPTS["lunge-passer-by"], 3, 0.4, (96, 72), variant(3))
    with Crew(order, 1) as alone, Crew(order, 2) as together:
        ours, theirs = list(alone.frames()), list(together.frames())
    assert len(ours) == len(theirs) == 9
    for (frame, row), (other, other_row) in zip(ours, theirs, strict=True):
        assert (frame.index, frame.time_s, row) == (other.index, other.time_s, other_row)
        assert np.array_equal(frame.image, other.image)


Run = Callable[..., tuple[int, str, str]]
TINY = ("--size", "96x72", "--fps", "2", "--processes", "1")


def test_render_writes_clip_truth_and_events(run: Run) -> None:
    words = ("phantom", "render", "lunge-fast", *TINY, "--seed", "5", "--yaw", "30", "--camera-height", "1.4")
    status, out, errors = run(*words, "--out", "a")
    assert (status, errors) == (0, "")
    names = [f"lunge-fast{ending}" for ending in (".mp4", ".truth.csv", ".events.csv")]
    assert out.split() == [str(Path("a") / name) for name in names]
    truth = (Path("a") / names[1]).read_text().splitlines()
    assert truth[0] == ",".join(COLUMNS)
    assert len(truth) == 1 + 27
    happened = (Path("a") / names[2]).read_text().splitlines()
    assert happened[0] == "id,start_s,end_s"
    assert happened[1].startswith("speed,2.")
    # Once more, the same bytes of truth; that pictures are the same is held by their own tests, before the encoder.
    assert run(*words, "--out", "b")[0] == 0
    assert all((Path("a") / name).read_bytes() == (Path("b") / name).read_bytes() for name in names[1:])
    assert sorted(path.name for path in Path("a").iterdir()) == sorted(names)


def test_a_script_of_ones_own_can_be_rendered(run: Run) -> None:
    text = (FOLDER / "standing.toml").read_text().replace("time_s = 12.0", "time_s = 1.0")
    Path("mine.toml").write_text(text)
    assert run("phantom", "render", "mine.toml", *TINY, "--out", "x")[0] == 0
    assert Path("x/mine.truth.csv").is_file()
    status, out, _ = run("phantom", "list")
    assert status == 0
    assert len(out.splitlines()) == len(SCRIPTS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("none",), "There is no script none"),
        (("none.toml",), "There is no file none.toml"),
        (("standing", "--size", "big"), "big is not a size"),
        (("standing", "--size", "8x8"), "8x8 is not a size"),
        (("standing", "--fps", "0"), "--fps"),
        (("standing", "--yaw", "120"), "--yaw"),
        (("standing", "--seed", "-1"), "--seed"),
    ],
)
def test_wrong_use_of_render_is_told(words: tuple[str, ...], says: str, run: Run) -> None:
    status, out, errors = run("phantom", "render", *words, "--out", "x")
    assert status == 2
    assert says in errors
    assert "Traceback" not in out + errors
    assert not list(Path().glob("x/*"))


def test_a_posture_that_the_body_cannot_take_is_told(run: Run) -> None:
    text = (FOLDER / "lunge-slow.toml").read_text().replace("lumbar_deg = 2.0", "lumbar_deg = 2.0, stride = 1.5")
    Path("split.toml").write_text(text.replace("thigh_deg = 0.0", "thigh_deg = -30.0"))
    status, _, errors = run("phantom", "render", "split.toml", *TINY, "--out", "x")
    assert status == 2
    assert "The script split cannot be performed" in errors
    assert not list(Path("x").iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_ctrl_c_leaves_no_half_file(tmp_path: Path) -> None:
    words = ["phantom", "render", "lunge-slow", "--size", "160x120", "--processes", "2", "--out", str(tmp_path)]
    command = [sys.executable, "-m", "psoas_coach.cli", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as work:
        until = time.monotonic() + 60.0
        while not list(tmp_path.glob(".lunge-slow.*/.*.part")) and time.monotonic() < until:
            time.sleep(0.05)
        assert list(tmp_path.glob(".lunge-slow.*/.*.part")), "it never began to record"
        work.send_signal(signal.SIGINT)
        _, errors = work.communicate(timeout=240)
    assert work.returncode == 130
    assert b"Traceback" not in errors
    assert list(tmp_path.iterdir()) == []
