"""A second look is taken when it can help, says what is seen in the mirror, and is kept with the pose."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import stick_figure as sf
from poses.records import Frame
from poses.second_look import EVERY_S, is_due, opinion, unmirrored
from poses.side_swaps import exchange_legs
from psoas_coach import poses_file
from vision.estimator import Estimator
from vision.sources import open_source


def test_looks_keep_to_a_clock_of_their_own_wherever_an_estimation_starts() -> None:
    points = sf.pose(sf.GOOD_LUNGE).image_px
    taken = []
    for first in (0, 7, 23):
        last, looks = -math.inf, []
        for frame in range(first, 90):
            if is_due(points, frame / 30.0, last):
                last = frame / 30.0
                looks.append(frame)
        taken.append([frame for frame in looks if frame >= 30])
    assert taken[0] == taken[1] == taken[2] == [30, 45, 60, 75]


@pytest.mark.parametrize("figure", [sf.STANDING, sf.FLAT_BRIDGE, sf.ON_THE_FLOOR, sf.PLANK, sf.DEAD_BUG])
def test_legs_side_by_side_are_not_looked_at_twice(figure: sf.Figure) -> None:
    assert not is_due(sf.pose(figure).image_px, 0.0, -math.inf)


def test_nobody_is_not_looked_at_twice() -> None:
    assert not is_due(sf.nobody(0.0).image_px, 0.0, -math.inf)
    assert is_due(sf.pose(sf.GOOD_LUNGE).image_px, 0.0, -math.inf)


def test_an_opinion_is_about_the_legs_labels() -> None:
    lunge = sf.pose(sf.GOOD_LUNGE)
    points, width = lunge.image_px, lunge.image_wh[0]
    assert np.allclose(unmirrored(unmirrored(points, width), width), points, atol=1e-3)
    assert opinion(points, points.astype(np.float64)) == -1.0
    assert opinion(points, exchange_legs(lunge).image_px.astype(np.float64)) == 1.0
    assert math.isnan(opinion(points, sf.nobody(0.0).image_px))


def test_on_a_clear_picture_the_model_agrees_with_itself(model_path: Path, real: Path) -> None:
    with (
        open_source(real / "images" / "kneeling_hip_flexor_0.jpg") as source,
        Estimator(model_path) as estimator,
    ):
        image = next(iter(source)).image
        said = [estimator.estimate(Frame(number, number / 10.0, image)).exchanged for number in range(11)]
    looks = [number for number, word in enumerate(said) if not math.isnan(word)]
    assert looks == [0, round(10 * EVERY_S), 10]
    assert all(said[number] < -0.8 for number in looks)


def test_lying_people_are_looked_at_once(model_path: Path, real: Path) -> None:
    with (
        open_source(real / "images" / "butt_lift_bridge_0.jpg") as source,
        Estimator(model_path, still=True) as estimator,
    ):
        assert math.isnan(estimator.estimate(next(iter(source))).exchanged)


def test_what_it_said_is_kept_with_the_poses(tmp_path: Path) -> None:
    path, older = tmp_path / "poses.npz", tmp_path / "older.npz"
    lunge = sf.pose(sf.GOOD_LUNGE)
    recorder = poses_file.PosesRecorder()
    recorder.write(0, lunge)
    recorder.write(1, replace(sf.pose(sf.GOOD_LUNGE, 0.1), exchanged=-0.75))
    recorder.save(path, poses_file.Origin("clip.mp4", "video", "full"))
    assert [pose.exchanged for _, pose in poses_file.load(path)] == pytest.approx([math.nan, -0.75], nan_ok=True)
    # Recordings made before there were second looks can be read.
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "exchanged"}
    np.savez(older, **arrays)
    assert json.loads(str(arrays["meta"]))["format"] == poses_file.FORMAT
    assert all(math.isnan(pose.exchanged) for _, pose in poses_file.load(older))
