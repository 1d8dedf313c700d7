"""The real model on real pictures: right points, honest absence, and no chatter on the terminal."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from poses import skeleton
from poses.problem import Problem
from poses.records import Frame
from vision.estimator import Estimator
from vision.sources import open_source


@pytest.fixture(scope="module")
def kneeling(real: Path) -> NDArray[np.uint8]:
    """A man kneeling side-on, facing right, left foot in front: 850 x 567 pixels (whatever the file is called)."""
    with open_source(real / "images" / "plank_0.jpg") as source:
        return next(iter(source)).image


def test_finds_the_points_where_they_are(model_path: Path, kneeling: NDArray[np.uint8]) -> None:
    with Estimator(model_path, still=True) as estimator:
        pose = estimator.estimate(Frame(0, 1.5, kneeling))
    assert pose.found
    assert (pose.time_s, pose.image_wh) == (1.5, (850, 567))
    assert (pose.image_px.shape, pose.world_m.shape, pose.visibility.shape) == ((33, 2), (33, 3), (33,))
    assert {array.dtype for array in (pose.image_px, pose.world_m, pose.visibility)} == {np.dtype(np.float32)}
    points = np.array([skeleton.NOSE, skeleton.SHOULDERS[1], skeleton.KNEES[1], skeleton.ANKLES[0]])
    # Read off the picture by eye, in pixels: nose, the near (right) shoulder and knee, the ankle of the front foot.
    by_eye = np.array([(480, 166), (398, 205), (392, 450), (415, 428)])
    assert np.linalg.norm(pose.image_px[points] - by_eye, axis=1).max() < 25


@pytest.mark.parametrize("width", [742, 770, 850])
def test_padded_and_flipped_arrays_are_read_right(model_path: Path, kneeling: NDArray[np.uint8], width: int) -> None:
    # MediaPipe takes an array with gaps between its rows without complaint and then finds nobody.
    whole = cv2.resize(kneeling, (width, 567))
    padded = np.zeros((567, width + 26, 3), np.uint8)
    padded[:, :width] = whole
    with Estimator(model_path, still=True) as estimator:
        expected = estimator.estimate(Frame(0, 0.0, whole.astype(np.uint8)))
        found = estimator.estimate(Frame(0, 0.0, padded[:, :width]))
    assert expected.found
    np.testing.assert_array_equal(found.image_px, expected.image_px)


def test_nobody_is_nan(model_path: Path) -> None:
    wall = np.full((240, 320, 3), 180, np.uint8)
    with Estimator(model_path) as estimator:
        pose = estimator.estimate(Frame(0, 0.0, wall))
    assert not pose.found
    assert np.isnan(pose.image_px).all()
    assert np.isnan(pose.world_m).all()
    assert np.isnan(pose.visibility).all()


def test_any_time_stamps_are_taken(model_path: Path, kneeling: NDArray[np.uint8]) -> None:
    # Over a thousand frames a second, repeated, and slightly backward: MediaPipe refuses them as they are.
    times = [0.0, 0.0002, 0.0004, 0.0004, -0.001, 0.5, 0.499, 10.0]
    with Estimator(model_path) as estimator:
        poses = [estimator.estimate(Frame(number, time_s, kneeling)) for number, time_s in enumerate(times)]
    assert [pose.time_s for pose in poses] == times
    assert all(pose.found for pose in poses)


def test_a_closed_estimator_does_not_claim_that_nobody_is_there(model_path: Path, kneeling: NDArray[np.uint8]) -> None:
    with Estimator(model_path) as estimator:
        pass
    estimator.close()
    with pytest.raises(RuntimeError, match="closed"):
        estimator.estimate(Frame(0, 0.0, kneeling))


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "bad.task").write_bytes(b"not a model")
    with pytest.raises(Problem, match="was refused"):
        Estimator(tmp_path / "bad.task")
    with pytest.raises(Problem, match="cannot be read"):
        Estimator(tmp_path / "missing.task")


TALKER = """
import os, sys
from pathlib import Path
from poses.records import Frame
from vision.estimator import Estimator
from vision.sources import open_source
with open_source(Path(sys.argv[2])) as source:
    image = next(iter(source)).image
for _ in range(2):
    with Estimator(Path(sys.argv[1])) as estimator:
        for number in range(3):
            assert estimator.estimate(Frame(number, number / 30, image)).found
os.write(2, b"a real error")
"""


def test_the_native_library_is_not_heard(model_path: Path, real: Path) -> None:
    # In a process of its own: most of it is said only the first time. What others write must still be heard.
    command = [sys.executable, "-c", TALKER, str(model_path), str(real / "images" / "plank_0.jpg")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == "a real error"
