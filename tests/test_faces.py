"""Faces in a video that is kept: nothing of them is left, and everything else stays as it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import stick_figure as sf
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.truth import landmarks_px
from poses import skeleton
from poses.records import Pose
from vision.estimator import Estimator
from vision.faces import FaceMemory, Image, hidden
from vision.sources import open_source

NOISE = np.random.default_rng(3).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
HEAD = list(range(skeleton.SHOULDERS[0]))


def lunge(time_s: float = 0.0, **values: float) -> Pose:
    return sf.pose(sf.GOOD_LUNGE, time_s, **values)  # type: ignore[arg-type]


def detail(image: Image) -> float:
    """What changes from one pixel to the next: at most a few of the large squares' edges once a face is hidden."""
    grey = image.astype(np.float64).mean(axis=-1)
    return float(np.median(np.abs(np.diff(grey, axis=0)))) + float(np.median(np.abs(np.diff(grey, axis=1))))


def colours(image: Image) -> int:
    return len(np.unique(image.reshape(-1, 3), axis=0))


def around(image: Image, points: NDArray[np.floating], margin: int) -> Image:
    (left, top), (right, bottom) = points.min(axis=0).astype(int) - margin, points.max(axis=0).astype(int) + margin
    return image[max(0, top) : bottom, max(0, left) : right]


@pytest.mark.parametrize("scale", [150.0, 300.0])
@pytest.mark.parametrize("figure", [sf.GOOD_LUNGE, sf.ON_THE_FLOOR], ids=["lunge", "lying"])
def test_no_detail_of_a_head_is_left(figure: sf.Figure, scale: float) -> None:
    pose = sf.pose(figure, scale=scale)
    out, _ = hidden(NOISE, pose, FaceMemory())
    # Half a head beyond its landmarks, which is where hair and chin are.
    head = around(out, pose.image_px[HEAD], round(0.13 * scale))
    assert detail(head) == 0.0
    assert colours(head) <= 36
    changed = (out != NOISE).any(axis=-1)
    assert changed.mean() < 0.2, "the body is still to be seen"
    hips = pose.image_px[list(skeleton.HIPS)]
    assert np.array_equal(around(out, hips, 20), around(NOISE, hips, 20))
    assert NOISE.flags.writeable, "the picture itself stays as it was"
    assert not np.shares_memory(out, NOISE)


def test_the_squares_do_not_glide_with_the_head() -> None:
    pose = lunge()
    first, memory = hidden(NOISE, pose, FaceMemory())
    moved = replace(pose, time_s=1 / 30, image_px=pose.image_px + np.float32(0.7))
    second, _ = hidden(NOISE, moved, memory)
    assert np.array_equal(first, second)


def test_without_a_person_everything_is_coarse() -> None:
    out, memory = hidden(NOISE, sf.nobody(0.0), FaceMemory())
    assert (detail(out), colours(out) <= 16 * 9) == (0.0, True)
    # Also for one frame among others.
    _, memory = hidden(NOISE, lunge(1.0), memory)
    assert detail(hidden(NOISE, sf.nobody(1.1), memory)[0]) == 0.0


def test_while_somebody_else_may_be_there_everything_is_coarse() -> None:
    out, memory = hidden(NOISE, replace(lunge(0.0), company=1.0), FaceMemory())
    assert detail(out) == 0.0
    out, memory = hidden(NOISE, replace(lunge(0.5), company=0.0), memory)
    assert detail(out) == 0.0, "one look is not enough"
    out, memory = hidden(NOISE, replace(lunge(1.0), company=0.0), memory)
    assert detail(out) > 0.0
    # Whom the skeleton jumped to may be anybody; the other one is not covered any more.
    jumped = replace(lunge(1.05), image_px=lunge().image_px + np.float32(300.0))
    assert detail(hidden(NOISE, jumped, memory)[0]) == 0.0


def test_a_head_that_is_hardly_seen_is_hidden_here_and_where_it_was() -> None:
    sure = lunge(0.0)
    _, memory = hidden(NOISE, sure, FaceMemory())
    seen = sure.visibility.copy()
    seen[HEAD] = 0.3
    image_px = sure.image_px.copy()
    image_px[HEAD] += np.float32(90.0)
    guess = replace(sure, time_s=0.4, visibility=seen, image_px=image_px)
    out, memory = hidden(NOISE, guess, memory)
    for points in (sure.image_px[HEAD], image_px[HEAD]):
        assert detail(around(out, points, 40)) == 0.0
    assert detail(out) > 0.0
    assert detail(hidden(NOISE, replace(guess, time_s=1.5), memory)[0]) == 0.0, "too long ago"


def test_a_head_at_the_edge_or_outside_is_no_trouble() -> None:
    for shift in (-700.0, 600.0, 5000.0):
        pose = lunge()
        out, _ = hidden(NOISE, replace(pose, image_px=pose.image_px + np.float32(shift)), FaceMemory())
        assert out.shape == NOISE.shape


def test_faces_of_rendered_people_are_hidden_where_they_truly_are(model_path: Path) -> None:
    for script, at_s in (("low-lunge", (5.0, 12.0)), ("bridge", (1.0, 4.0))):
        studio = Studio(SCRIPTS[script], seed=3, fps=10.0)
        with Estimator(model_path) as estimator:
            memory = FaceMemory()
            for index in range(round(10 * at_s[0]), round(10 * at_s[0]) + 8):
                frame = studio.frame(index)
                out, memory = hidden(frame.image, estimator.estimate(frame), memory)
                true = landmarks_px(studio.performance.placed(frame.time_s), studio.camera, studio.size)[HEAD]
                assert detail(around(frame.image, true, 4)) > 0.5
                assert detail(around(out, true, 4)) < 0.05, (script, index)


def test_faces_of_real_people_are_hidden(model_path: Path, real: Path) -> None:
    with open_source(real / "videos" / "gym_lunge.mp4") as source, Estimator(model_path) as estimator:
        memory, covered = FaceMemory(), 0
        for frame in source:
            if frame.index > 60:
                break
            pose = estimator.estimate(frame)
            out, memory = hidden(frame.image, pose, memory)
            if pose.found:
                before, after = (around(image, pose.shown_px[HEAD], 6) for image in (frame.image, out))
                assert detail(after) == 0.0
                assert colours(after) <= 36
                covered += detail(before) > 1.0
        assert covered > 50
