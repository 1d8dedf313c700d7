"""What other programs read: each format is read back, by its own reader where that can be installed here."""

import csv
import importlib.util
import math
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import stick_figure as sf
from poses.exercise_file import built_in
from poses.measures import INDEX, NAMES
from poses.problem import Problem
from poses.records import Pose
from poses.skeleton import LANDMARKS
from psoas_coach.export import Told, angles, columns, told
from psoas_coach.export_formats import HEADER, export
from psoas_coach.poses_file import Origin, PosesRecorder, load

RATE = 30.0
# Nobody is seen in these frames, in the middle and at the very end.
UNSEEN = (70, 89)
# From this frame on somebody else is in the picture.
COMPANY = 75


def needed(name: str) -> None:
    """Skips a test whose reader is missing; where it must be there (CI), its lack fails."""
    if importlib.util.find_spec(name) is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"{name} is not installed, and in CI it has to be")
        pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of a good lunge, with two frames in which nobody is seen."""
    recorder = PosesRecorder()
    for number in range(90):
        pose: Pose = sf.nobody(number / RATE) if number in UNSEEN else sf.pose(sf.GOOD_LUNGE, number / RATE)
        recorder.write(number, replace(pose, company=1.0) if number == COMPANY else pose)
    path = tmp_path_factory.mktemp("export") / "poses.npz"
    recorder.save(path, Origin("a clip.mp4", "video", "full"))
    recorder.close()
    return path


@pytest.fixture(scope="module")
def known(recording: Path) -> Told:
    return told(load(recording), tuple(built_in()))


def test_what_is_told_is_what_a_replay_measures(known: Told) -> None:
    assert known.rate_hz == pytest.approx(RATE)
    assert known.steady
    assert np.isnan(known.raw[UNSEEN[0]]).all()
    assert np.isfinite(known.raw[50, :, INDEX["hip_opening_deg"]]).any()
    assert known.judged[60]
    assert not known.judged[COMPANY:].any()


def test_an_angle_that_was_not_judged_is_missing_in_a_motion_file(known: Told) -> None:
    names, values = angles(known)
    assert len(names) == 2 * sum(name.endswith("_deg") for name in NAMES)
    assert np.isnan(values[~known.judged]).all()
    measured = np.isfinite(known.values[:, :, [n.endswith("_deg") for n in NAMES]]).any(axis=(1, 2))
    assert (measured & ~known.judged).any(), "the recording shows what this is about"
    assert np.isfinite(values[60]).any()


def test_trc(known: Told, tmp_path: Path) -> None:
    needed("trc")
    from trc import TRCData

    export(known, "trc", tmp_path / "x.trc")
    data = TRCData()
    data.load(str(tmp_path / "x.trc"))
    assert (data["NumFrames"], data["NumMarkers"], data["Units"]) == (90, 33, "m")
    assert float(data["DataRate"]) == pytest.approx(RATE)
    assert list(data["Markers"]) == list(LANDMARKS)
    # X right, Y up, Z towards the camera: y and z change their signs.
    found = np.array(data["nose"], dtype=float)
    np.testing.assert_allclose(found[50], known.world_m[50, 0] * (1, -1, -1), atol=1e-6)
    assert np.isnan(found[list(UNSEEN)]).all()
    assert np.isfinite(np.delete(found, UNSEEN, axis=0)).all()
    assert data["Time"][50] == pytest.approx(50 / RATE, abs=1e-5)
    # OpenSim refuses a line whose last cell is empty.
    lines = (tmp_path / "x.trc").read_text().splitlines()
    assert {line.count("\t") for line in lines[6:]} == {1 + 3 * 33}
    assert all(cell for line in lines[6:] for cell in line.split("\t"))


def motion(path: Path) -> tuple[dict[str, str], list[str], np.ndarray]:
    """A reader of OpenSim's motion files, as strict as its own: counts and columns must be as the header says."""
    lines = path.read_text(encoding="utf-8").splitlines()
    end = lines.index("endheader")
    header = dict(line.split("=", 1) for line in lines[1:end] if "=" in line)
    labels = lines[end + 1].split("\t")
    rows = [[float(cell) for cell in line.split("\t")] for line in lines[end + 2 :]]
    assert header["version"] == "1"
    assert int(header["nRows"]) == len(rows)
    assert {len(row) for row in rows} == {int(header["nColumns"])} == {len(labels)}
    return header, labels, np.array(rows)


def test_mot(known: Told, tmp_path: Path) -> None:
    export(known, "mot", tmp_path / "x.mot")
    header, labels, rows = motion(tmp_path / "x.mot")
    assert header["inDegrees"] == "yes"
    assert labels[0] == "time"
    assert not [label for label in labels if any(letter.isspace() for letter in label)]
    names, values = angles(known)
    assert labels[1:] == names
    np.testing.assert_allclose(rows[:, 0], known.time_s, atol=1e-6)
    np.testing.assert_allclose(rows[:, 1:], values, atol=1e-6, equal_nan=True)


def test_csv(known: Told, tmp_path: Path) -> None:
    export(known, "csv", tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEADER
    assert len(rows) == 90 * len(list(columns(known)))
    opening = [row for row in rows if (row["kind"], row["name"]) == ("measure_raw", "hip_opening_deg_right")]
    found = [float(row["value"]) if row["value"] else math.nan for row in opening]
    np.testing.assert_allclose(found, known.raw[:, 1, INDEX["hip_opening_deg"]], rtol=1e-5, equal_nan=True)
    assert {row["unit"] for row in opening} == {"deg"}
    assert [row["judged"] == "true" for row in opening] == known.judged.tolist()
    assert all(bool(row["sigma"]) == bool(row["value"]) for row in opening)
    assert {row["unit"] for row in rows} == {"deg", "px", "m", "1"}


def test_parquet(known: Told, tmp_path: Path) -> None:
    needed("pyarrow")
    from pyarrow import parquet

    export(known, "parquet", tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    assert tuple(table.column_names) == HEADER
    assert table.schema.metadata[b"clip"] == b"a clip.mp4"
    rows = [row for row in table.to_pylist() if (row["kind"], row["name"]) == ("landmark", "nose_x")]
    assert [row["value"] is None for row in rows] == [number in UNSEEN for number in range(90)]
    assert [row["value"] for row in rows if row["value"]] == known.image_px[
        np.isfinite(known.image_px[:, 0, 0]), 0, 0
    ].tolist()
    assert {row["sigma"] for row in rows} == {None}


def test_movement_opens_a_table_of_deeplabcut(known: Told, tmp_path: Path) -> None:
    export(known, "movement", tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        scorer, parts, coordinates, *rows = list(csv.reader(file))
    assert (scorer[0], parts[0], coordinates[0]) == ("scorer", "bodyparts", "coords")
    assert parts[1::3] == parts[2::3] == parts[3::3] == list(LANDMARKS)
    assert coordinates[1:4] == ["x", "y", "likelihood"]
    assert [int(row[0]) for row in rows] == list(range(90))
    found = np.array([[float(cell) if cell else math.nan for cell in row[1:]] for row in rows]).reshape(90, 33, 3)
    np.testing.assert_allclose(found[..., :2], known.image_px, rtol=1e-5, equal_nan=True)
    assert np.isnan(found[list(UNSEEN)]).all()
    if importlib.util.find_spec("movement") is None:
        return  # 1.5 GB with all that it needs; read by hand with 0.15 (docs/export.md)
    from movement.io import load_poses

    data = load_poses.from_dlc_file(tmp_path / "x.csv", fps=RATE)
    np.testing.assert_allclose(data.position.values[..., 0].transpose(0, 2, 1), found[..., :2], equal_nan=True)


def test_the_command(recording: Path, tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    status, output, _ = run("export", recording.parent, "--format", "mot", "--out", tmp_path / "x.mot")
    assert (status, "90 frames" in output) == (0, True)
    motion(tmp_path / "x.mot")
    status, _, errors = run("export", tmp_path / "gone.npz", "--format", "mot", "--out", tmp_path / "y.mot")
    assert (status, "There is no file" in errors) == (2, True)
    assert not (tmp_path / "y.mot").exists()


def test_without_pyarrow_the_remedy_is_told(known: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Problem, match=r"psoas-coach\[export\]"):
        export(known, "parquet", tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []
