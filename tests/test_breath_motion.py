"""What pictures tell of belly and chest: on rendered people whose every millimetre is known, with grain and flicker.

Landmarks are the true ones with the flicker of an estimator, so that what is tested here is the picture alone; that
the real estimator's do is tested by ``test_breath_clip``.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

import stick_figure as sf
from benchmarks.breath_clips import Case, breather, frames
from calibration.phantom.breath import Breathing
from calibration.phantom.scripts import SCRIPTS, Performance
from calibration.phantom.truth import landmarks_m
from calibration.phantom.variety import camera_for, variant
from poses import breath, skeleton
from poses.breath import BreathMemory
from poses.records import Frame, Pose
from vision import breath_motion
from vision.breath_motion import MotionMemory, look

SIZE, FPS, SECONDS = (480, 360), 10.0, 26.0


def short(how: Breathing, seed: int) -> Case:
    script = SCRIPTS["belly-breathing"]
    scene = script.scenes[0]
    ends = (scene.keys[0], replace(scene.keys[1], time_s=SECONDS))
    return Case("short", seed, replace(script, breathing=how, scenes=(replace(scene, keys=ends),)))


@lru_cache(maxsize=2)
def _drawn(how: Breathing, seed: int) -> tuple[Frame, ...]:
    return tuple(frames(short(how, seed), fps=FPS, size=SIZE))


def pictures(case: Case) -> tuple[Frame, ...]:
    """The pictures of a case, drawn once."""
    assert case.script.breathing is not None
    return _drawn(case.script.breathing, case.seed)


def landmarks(case: Case) -> NDArray[np.float64]:
    """Where the joints truly are in the picture of a case, as ``breath_clips.frames`` sees it."""
    seen = variant(case.seed)
    rng = np.random.default_rng([case.seed, 9])
    yaw, height = float(rng.uniform(-15.0, 15.0)), float(rng.uniform(0.4, 0.8))
    view = replace(seen.view, yaw_deg=yaw, height_m=height, farther=1.0)
    figure = Performance(case.script, case.seed, seen.body).placed(0.0)
    points = camera_for(case.script.camera, view, seen.body).project(landmarks_m(figure), SIZE)
    if seen.sensor.mirrored:
        points[:, 0] = SIZE[0] - 1 - points[:, 0]
    return points


def watched(case: Case, pictures_: tuple[Frame, ...], flicker_px: float = 0.7) -> Iterator[Pose]:
    """The case's poses with what the pictures tell."""
    points, rng, memory = landmarks(case), np.random.default_rng(5), MotionMemory()
    nothing = np.zeros((skeleton.COUNT, 3), np.float32)
    for frame in pictures_:
        image_px = (points + rng.normal(0.0, flicker_px, points.shape)).astype(np.float32)
        pose = Pose(frame.time_s, image_px, nothing, nothing[:, 0], SIZE)
        rise, memory = look(frame, pose, memory)
        yield pose if rise is None else replace(pose, rise=rise)


def told(poses: Iterator[Pose]) -> breath.BreathReading:
    memory = BreathMemory()
    for pose in poses:
        memory = breath.follow(pose, memory)
    return memory.reading


CALM = Breathing(8.0, 4.0, 1.6, 0.0, 2.0, 0.4)


@pytest.mark.parametrize("seed", [7301, 7304])
def test_belly_and_chest_rise_as_the_body_does(seed: int) -> None:
    case = short(CALM, seed)
    poses = list(watched(case, pictures(case)))
    rises = np.array([(pose.rise.belly, pose.rise.chest) for pose in poses if pose.rise is not None])
    truth = breather(case)
    true_mm = np.array([truth.at(pose.time_s).belly_mm for pose in poses if pose.rise is not None])
    assert len(rises) > 0.9 * len(poses), "ten looks a second, and ten pictures"
    belly_mm = 1000.0 * case.trunk_m * rises[:, 0]
    # From the sixth second on it is known what moves.
    assert np.corrcoef(belly_mm[60:], true_mm[60:])[0, 1] > 0.97
    assert np.ptp(belly_mm[60:]) == pytest.approx(8.0, rel=0.35)
    reading = told(iter(poses))
    assert reading.rate_per_min == pytest.approx(15.0, abs=0.5)


def test_light_that_flickers_is_no_breath_and_hides_none() -> None:
    case = short(CALM, 7301)
    rng = np.random.default_rng(2)
    # The lamp's flicker of one picture to the next, and the camera that turns up its gain within the half minute.
    gains = (0.9 + 0.2 * np.arange(len(pictures(case))) / len(pictures(case))) * rng.normal(
        1.0, 0.01, len(pictures(case))
    )
    lit = tuple(
        replace(frame, image=np.clip(frame.image * gain, 0, 255).astype(np.uint8))
        for frame, gain in zip(pictures(case), gains.tolist(), strict=True)
    )
    assert told(watched(case, lit)).rate_per_min == pytest.approx(15.0, abs=0.5)


def test_of_a_body_that_does_not_breathe_no_breath_is_told() -> None:
    case = short(Breathing(), 7302)
    reading = told(watched(case, pictures(case)))
    assert reading.problem == "no_signal"


def test_a_larger_picture_tells_the_same() -> None:
    case = short(CALM, 7301)
    rises = []
    for scale in (1, 3):
        memory, points = MotionMemory(), scale * (landmarks(case) + 0.5) - 0.5
        nothing = np.zeros((skeleton.COUNT, 3), np.float32)
        for frame in pictures(case)[:24]:
            large = Frame(frame.index, frame.time_s, np.kron(frame.image, np.ones((scale, scale, 1), np.uint8)))
            size = (scale * SIZE[0], scale * SIZE[1])
            pose = Pose(frame.time_s, points.astype(np.float32), nothing, nothing[:, 0], size)
            rise, memory = look(large, pose, memory)
        assert rise is not None
        rises.append(rise)
    assert rises[1].belly == pytest.approx(rises[0].belly, abs=0.002)


def test_nobody_looks_at_who_is_upright_small_or_gone() -> None:
    picture = Frame(0, 0.0, np.full((720, 1280, 3), 128, np.uint8))
    for pose in (sf.pose(sf.GOOD_LUNGE), sf.pose(sf.ON_THE_FLOOR, scale=100.0), sf.nobody(0.0)):
        assert look(picture, pose, MotionMemory())[0] is None
    assert look(picture, sf.pose(sf.ON_THE_FLOOR), MotionMemory())[0] is not None


def test_another_place_is_compared_with_another_picture() -> None:
    rng = np.random.default_rng(1)
    scene = np.clip(rng.normal(128.0, 40.0, (720, 1280, 3)), 0, 255).astype(np.uint8)
    memory, since_s = MotionMemory(), []
    for number in range(40):
        pose = sf.pose(sf.ON_THE_FLOOR, 0.1 * number)
        moved = replace(pose, image_px=pose.image_px + np.float32(0.0 if number < 10 else 60.0))
        rise, memory = look(Frame(number, 0.1 * number, scene), moved, memory)
        assert rise is not None
        since_s.append(rise.since_s)
    assert since_s[0] == 0.0
    assert since_s[-1] > 1.0


def test_no_look_comes_sooner_than_needed() -> None:
    case = short(CALM, 7301)
    memory, looks = MotionMemory(), 0
    nothing = np.zeros((skeleton.COUNT, 3), np.float32)
    for number in range(60):
        pose = Pose(number / 60.0, landmarks(case).astype(np.float32), nothing, nothing[:, 0], SIZE)
        rise, memory = look(pictures(case)[0], pose, memory)
        looks += rise is not None
    assert looks == pytest.approx(10, abs=1)
    assert breath_motion._EVERY_S < 0.1
