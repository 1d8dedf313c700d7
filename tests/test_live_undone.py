"""Lens and lean of the camera are undone in a live session too, and kept, so that a replay measures the same."""

import time
from datetime import date
from pathlib import Path

import pytest

from calibration.camera import Camera, Lens
from poses.problem import Problem
from psoas_coach import cameras
from psoas_coach.analysis import replay
from psoas_coach.live import Wish, run_session
from psoas_coach.live_record import POSES
from psoas_coach.plan import default_plan
from psoas_coach.poses_file import load
from psoas_coach.run import chosen_exercises
from psoas_coach.samples import sample_clips
from vision.live_source import Choice
from vision.sources import open_source

LUNGE = sample_clips()[0]
SECONDS = 3.0
pytestmark = pytest.mark.alone


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "folder", lambda: tmp_path / "cameras")


def laptop(image_wh: tuple[int, int]) -> Camera:
    middle = (image_wh[0] / 2, image_wh[1] / 2)
    lens = Lens(
        image_wh=image_wh,
        focal_px=(0.9 * image_wh[0], 0.9 * image_wh[0]),
        centre_px=middle,
        k1=-0.15,
        error_px=0.2,
        pictures=20,
        on=date(2026, 3, 1),
    )
    return Camera(name="laptop", lens=lens)


def sat(out: Path, model_path: Path, *, lens: str | None, roll_deg: float) -> Path:
    """The folder of a session of some seconds."""
    exercises = chosen_exercises("low-lunge")
    wish = Wish(str(LUNGE), "low-lunge", voice=False, headless=True, out=out, lens=lens, roll_deg=roll_deg)
    began_s = time.monotonic()
    status = run_session(
        wish,
        Choice(wish.camera),
        default_plan(exercises),
        exercises,
        model_path,
        should_stop=lambda: time.monotonic() - began_s > SECONDS,
    )
    assert status == 130
    (folder,) = out.iterdir()
    return folder


def test_lens_and_lean_are_undone_and_kept(model_path: Path, tmp_path: Path) -> None:
    with open_source(LUNGE) as source:
        cameras.write(laptop((source.width, source.height)))
    folder = sat(tmp_path / "live", model_path, lens="laptop", roll_deg=3.0)
    recording = load(folder / POSES)
    assert recording.origin.roll_deg == 3.0
    assert recording.origin.camera is not None
    assert recording.origin.camera.name == "laptop"
    assert len(recording) > 10
    again = replay(folder, tmp_path / "again", chosen_exercises("low-lunge"), "low-lunge")
    for name in ("measures.csv", "summary.json"):
        assert (again.folder / name).read_bytes() == (folder / name).read_bytes()
    pose = next(pose for _, pose in recording if pose.found)
    assert abs(pose.image_px - pose.shown_px).max() > 5.0, "what is measured is not where the picture shows it"


def test_a_lens_of_other_pictures_is_refused(model_path: Path, tmp_path: Path) -> None:
    cameras.write(laptop((1000, 300)))
    with pytest.raises(Problem, match="calibrated with pictures of 1000 x 300"):
        sat(tmp_path / "live", model_path, lens="laptop", roll_deg=0.0)
