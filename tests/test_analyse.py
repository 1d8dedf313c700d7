"""The main job on real video with the real model: what is truly wrong is reported in time, and nothing else is."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from analysing import settings, table_of

from poses.measures import NAMES
from psoas_coach.analysis import Outcome, analyse, replay, result_folders
from psoas_coach.run import chosen_exercises
from psoas_coach.samples import sample_clips
from psoas_coach.table import columns

ROOT = Path(__file__).resolve().parent.parent

# Beyond this a stretch of time is truly too far: the stop limits, and 5 degrees that measuring may be off.
TRULY_BEYOND_DEG = {"low-lunge": 25.0 + 5.0, "bridge": 15.0 + 5.0}
TARGET_DEG = {"low-lunge": (0.0, 10.0), "bridge": (-15.0, 5.0)}
# The leg that is judged in the bundled clips: both people show their right side.
SIDE = "right"


def truth_of(clip: Path) -> dict[str, np.ndarray]:
    with clip.with_suffix(".truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


@pytest.fixture(scope="session")
def analysed(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Both bundled clips, analysed once with the annotated video."""
    out = tmp_path_factory.mktemp("samples")
    return {clip.stem: analyse(clip, out / clip.stem, settings(model_path, video=True)) for clip in sample_clips()}


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(int), 0]))
    return [(int(start), int(end) - 1) for start, end in edges.reshape(-1, 2)]


@pytest.mark.parametrize("name", ["low-lunge", "bridge"])
def test_every_true_overextension_is_reported_in_time(analysed: dict[str, Outcome], name: str) -> None:
    truth = truth_of(next(clip for clip in sample_clips() if clip.stem == name))
    beyond = runs(truth[f"hip_opening_deg_{SIDE}"] > TRULY_BEYOND_DEG[name])
    assert len(beyond) == {"low-lunge": 1, "bridge": 2}[name], "the clip shows what it is for"
    rows = table_of(analysed[name].folder)
    for start, end in beyond:
        first = truth["time_s"][start]
        assert truth["time_s"][end] - first > 0.5
        stops = [float(row["time_s"]) for row in rows if row[f"{name}.hip-opening"] == "stop"]
        assert [time for time in stops if first - 2.0 <= time <= first + 0.5], f"nothing said by {first + 0.5:.2f} s"
        # And it keeps being said for as long as it is true.
        during = [row for row in rows if first + 0.5 <= float(row["time_s"]) <= truth["time_s"][end]]
        assert {row[f"{name}.hip-opening"] for row in during} == {"stop"}


@pytest.mark.parametrize("name", ["low-lunge", "bridge"])
def test_no_stop_while_the_truth_is_on_target(analysed: dict[str, Outcome], name: str) -> None:
    truth = truth_of(next(clip for clip in sample_clips() if clip.stem == name))
    low, high = TARGET_DEG[name]
    opening = truth[f"hip_opening_deg_{SIDE}"]
    on_target = (opening >= low) & (opening <= high)
    assert on_target.sum() > 60
    stops = [finding for finding in analysed[name].summary.findings if finding.verdict == "stop"]
    assert stops
    for stop in stops:
        assert not (on_target & (truth["time_s"] >= stop.start_s) & (truth["time_s"] <= stop.end_s)).any()
    # On screen it is taken back a moment later than it ends in the report: at 75 degrees a second, three frames.
    rows = table_of(analysed[name].folder)
    shown = np.array([row[f"{name}.hip-opening"] == "stop" for row in rows])
    assert (shown & on_target).sum() <= 3 * len(stops)


@pytest.mark.parametrize("name", ["low-lunge", "bridge"])
def test_the_exercise_and_the_leg_are_recognised(analysed: dict[str, Outcome], name: str) -> None:
    summary = analysed[name].summary
    assert [seen.id for seen in summary.exercises] == [name]
    assert summary.exercises[0].stretched == ("right" if name == "low-lunge" else None)
    assert summary.frames.judged > 0.85 * summary.frames.total


def test_the_files_are_all_there_and_agree(analysed: dict[str, Outcome]) -> None:
    outcome = analysed["bridge"]
    assert sorted(path.name for path in outcome.folder.iterdir()) == sorted(outcome.files)
    assert len(outcome.files) == 8
    rows = table_of(outcome.folder)
    assert list(rows[0]) == columns(chosen_exercises("auto"))
    assert len(rows) == outcome.summary.frames.total
    assert json.loads((outcome.folder / "summary.json").read_text())["findings"]
    with av.open(str(outcome.folder / "annotated.mp4")) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        times = [frame.time for frame in video.decode(stream)]
    assert times == pytest.approx([float(row["time_s"]) for row in rows], abs=1e-3)
    for name in NAMES:
        values = [float(row[f"{name}_right"]) for row in rows if row[f"{name}_right"]]
        assert len(values) > 0.9 * len(rows), name


def test_a_replay_gives_the_same_table_byte_for_byte(analysed: dict[str, Outcome], tmp_path: Path) -> None:
    outcome = analysed["low-lunge"]
    again = replay(outcome.folder / "poses.npz", tmp_path, chosen_exercises("auto"), "auto")
    assert again.folder == tmp_path / "low-lunge"
    for name in ("measures.csv", "summary.json"):
        assert (again.folder / name).read_bytes() == (outcome.folder / name).read_bytes(), name


def test_ctrl_c_leaves_complete_files_up_to_that_moment(model_path: Path, tmp_path: Path) -> None:
    clip = sample_clips()[1]
    command = [sys.executable, "-m", "psoas_coach.cli", "analyse", str(clip), "--video", "--out", str(tmp_path)]
    process = subprocess.Popen([*command, "--model", str(model_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    table = tmp_path / clip.stem / "measures.csv"
    for _ in range(600):
        # The table is written in blocks; its second one means that some dozens of frames are done.
        if table.exists() and table.stat().st_size > 20_000:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 130, output
    rows = table_of(tmp_path / clip.stem)
    summary = json.loads((tmp_path / clip.stem / "summary.json").read_text())
    assert summary["interrupted"] is True
    assert len(rows) == summary["frames"]["total"] < 800
    with av.open(str(tmp_path / clip.stem / "annotated.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == len(rows)
    assert len(np.load(tmp_path / clip.stem / "poses.npz")["time_s"]) == len(rows)
    assert (tmp_path / clip.stem / "picture.png").exists()


def test_clips_of_the_same_name_get_folders_of_their_own(tmp_path: Path) -> None:
    clips = [Path("a/clip.mp4"), Path("b/clip.mov"), Path("c/Clip.mp4"), Path("clip-2.mp4")]
    folders = [folder.name for _, folder in result_folders(clips, tmp_path)]
    assert folders == ["clip", "clip-2", "Clip-3", "clip-2-2"]
    assert len({name.casefold() for name in folders}) == 4
