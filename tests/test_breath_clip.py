"""A clip of somebody who breathes, from the file to what is told: analysed, replayed, and led before a camera."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.breath_clips import Case, frames
from calibration.phantom.breath import Breathing
from calibration.phantom.scripts import SCRIPTS
from poses.records import Pose
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse
from psoas_coach.plan import default_plan
from psoas_coach.poses_file import load
from vision.recorder import VideoRecorder

Run = Callable[..., tuple[int, str, str]]
# 15 breaths a minute: so few that few pictures differ, and long enough for a rate.
HOW, SECONDS, FPS, SIZE = Breathing(9.0, 4.0, 1.6, 0.0, 2.0, 0.4), 34.0, 10.0, (480, 360)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    script = SCRIPTS["belly-breathing"]
    scene = script.scenes[0]
    keys = (scene.keys[0], replace(scene.keys[1], time_s=SECONDS))
    case = Case("clip", 7305, replace(script, breathing=HOW, scenes=(replace(scene, keys=keys),)))
    path = tmp_path_factory.mktemp("clips") / "belly.mp4"
    with VideoRecorder(path, width=SIZE[0], height=SIZE[1], rate_hint=FPS) as recorder:
        for frame in frames(case, fps=FPS, size=SIZE):
            recorder.write(frame.image, frame.time_s)
    return path


@pytest.fixture(scope="module")
def analysed(clip: Path, model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from poses.messages import Messages
    from psoas_coach.analysis import Settings, analyse
    from psoas_coach.run import chosen_exercises

    folder = tmp_path_factory.mktemp("results") / "belly"
    settings = Settings(chosen_exercises("belly-breathing"), "belly-breathing", Messages("en"), model_path, "full")
    analyse(clip, folder, replace(settings, workers=1))
    return folder


def breathing_in(folder: Path) -> list[dict[str, object]]:
    return list(json.loads((folder / "summary.json").read_text(encoding="utf-8"))["breathing"])


def test_a_clip_tells_rate_and_share_and_what_could_not_be_told(analysed: Path) -> None:
    (told,) = breathing_in(analysed)
    assert told["rate_per_min"] == pytest.approx(15.0, abs=1.0)
    assert told["belly_share"] == pytest.approx(9.0 / 13.0, abs=0.2)
    assert told["exercise"] == "belly-breathing"
    # The first 18 seconds say nothing yet.
    assert 10.0 < float(str(told["told_s"])) < 18.0
    assert told["why_not"] == "too_short"
    summary = json.loads((analysed / "summary.json").read_text(encoding="utf-8"))
    assert summary["exercises"] == []
    assert summary["problems"] == {}
    page = (analysed / "report.html").read_text(encoding="utf-8")
    assert "Belly breathing: 15 breaths a minute" in page


def test_a_replay_tells_the_same_without_a_picture(analysed: Path, run: Run, tmp_path: Path) -> None:
    status, out, _ = run(
        "replay", analysed / "poses.npz", "--exercise", "belly-breathing", "--out", tmp_path / "again", "--no-report"
    )
    assert status == 0
    assert breathing_in(next((tmp_path / "again").iterdir())) == breathing_in(analysed)
    assert "15 breaths a minute (±" in out
    assert "Told for 1" in out


def test_a_recording_from_before_tells_no_breath(analysed: Path, tmp_path: Path) -> None:
    with np.load(analysed / "poses.npz") as kept:
        arrays = {name: kept[name] for name in kept.files if name != "rise"}
    np.savez(tmp_path / "old.npz", **arrays)
    assert all(pose.rise is None for _, pose in load(tmp_path / "old.npz"))


def test_before_a_camera_the_shape_follows_the_breath(analysed: Path) -> None:
    poses: list[Pose] = [pose for _, pose in load(analysed / "poses.npz")]
    live = LiveSession(default_plan((), "belly-breathing"), (), "en")
    stages = [live.advance(Glimpse(pose.time_s, pose=pose)).stage for pose in poses]
    followed = [stage for stage in stages if stage.cue == "Your own breath leads."]
    assert len(followed) > 100
    shares = [stage.breath_share for stage in followed]
    assert max(shares) > 0.9
    assert min(shares) < 0.1
    assert stages[-1].phase.startswith("15 a minute")
