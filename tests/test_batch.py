"""Batches over real clips: what an analysis gives, each clip once, every bad one with its reason."""

import csv
import io
import json
import os
import shutil
from pathlib import Path

import pytest
from pieces import BRIDGE, LUNGE, batch, picture, piece, stamps

from poses.messages import Messages
from psoas_coach.analysis import Settings, analyse
from psoas_coach.batch import worker
from psoas_coach.batch.records import Failure, Job, Looked, Made, Place, Poses, Stopped
from psoas_coach.run import chosen_exercises
from psoas_coach.version import VERSION

RESULTS = ("summary.json", "measures.csv", "poses.npz", "picture.png", "report.html", "report.nl.html")


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stop, a bridge below a folder, a picture, and a clip of two parts, at few pictures a second."""
    folder = tmp_path_factory.mktemp("clips")
    piece(folder / "Diep.mp4", LUNGE, 9.5, 12.5)
    piece(folder / "één map" / "brug 😀\n1.mp4", BRIDGE, 15.5, 18.5)
    picture(folder / "still.png", LUNGE, 12.0)
    piece(folder / "long.mp4", LUNGE, 0.0, 19.0, every=6)
    return folder


@pytest.fixture(scope="session")
def undisturbed(clips: Path, model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, done by two processes."""
    assert model_path.exists()
    out = tmp_path_factory.mktemp("results") / "out"
    done = batch(clips, "--out", out, "--workers", 2)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def rows_of(out: Path, name: str = "batch.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((out / name).read_bytes().decode("utf-8"), newline="")))


def settings(model_path: Path) -> Settings:
    return Settings(chosen_exercises("auto"), "auto", Messages("en"), model_path, "full", workers=2)


FOLDERS = {"Diep": "Diep.mp4", "één map--brug 😀_1": "één map/brug 😀\n1.mp4", "still": "still.png", "long": "long.mp4"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_batch_gives_what_an_analysis_gives(
    clips: Path, undisturbed: Path, model_path: Path, tmp_path: Path, folder: str
) -> None:
    analyse(clips / FOLDERS[folder], tmp_path / "alone", settings(model_path))
    for name in RESULTS:
        assert (undisturbed / folder / name).read_bytes() == (tmp_path / "alone" / name).read_bytes(), name
    names = {path.relative_to(tmp_path / "alone").as_posix() for path in (tmp_path / "alone").rglob("*")}
    found = {path.relative_to(undisturbed / folder).as_posix() for path in (undisturbed / folder).rglob("*")}
    assert found == names | {"done.json"}


def test_parts_make_what_an_analysis_makes(clips: Path, undisturbed: Path, model_path: Path, tmp_path: Path) -> None:
    (tmp_path / worker.GOING).touch()
    job = Job(clips / "long.mp4", "long.mp4", chosen_exercises("auto"), "auto", str(model_path), "en")
    looked = worker.look(Place(tmp_path, 0, VERSION), job.clip)
    assert isinstance(looked, Looked)
    assert looked.parts == 2
    # As far as the order goes, anybody may do any of them at any time.
    parts = [worker.part(Place(tmp_path, number, VERSION), job, number) for number in (1, 0)]
    files = tuple(one.file for one in parts[::-1] if isinstance(one, Poses))
    made = worker.finish(Place(tmp_path, 2, VERSION), job, looked.stamp, files)
    assert isinstance(made, Made), made
    # The model has another name here, which only its own line tells.
    for name in ("measures.csv", "picture.png"):
        assert (made.folder / name).read_bytes() == (undisturbed / "long" / name).read_bytes(), name
    (tmp_path / worker.GOING).unlink()
    assert isinstance(worker.whole(Place(tmp_path, 3, VERSION), job, looked.stamp), Stopped)


def test_a_worker_of_another_version_does_nothing(clips: Path, tmp_path: Path) -> None:
    answer = worker.look(Place(tmp_path, 0, "0.0.1"), clips / "Diep.mp4")
    assert isinstance(answer, Failure)
    assert "0.0.1" in answer.what


def test_the_tables_tell_each_clip(clips: Path, undisturbed: Path) -> None:
    rows = {row["clip"]: row for row in rows_of(undisturbed)}
    assert list(rows) == ["Diep.mp4", "long.mp4", "still.png", "één map/brug 😀\n1.mp4"]
    assert {row["status"] for row in rows.values()} == {"done"}
    assert (rows["Diep.mp4"]["verdict"], rows["Diep.mp4"]["exercises"]) == ("stop", "low-lunge")
    events = rows_of(undisturbed, "events.csv")
    stops = [one for one in events if one["clip"] == "Diep.mp4" and one["verdict"] == "stop"]
    assert len(stops) == int(rows["Diep.mp4"]["stops"]) > 0
    summary = json.loads((undisturbed / "Diep" / "summary.json").read_text())
    assert float(stops[0]["peak"]) == next(f["peak"] for f in summary["findings"] if f["verdict"] == "stop")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(undisturbed / "batch.parquet").to_pylist()
    assert [row["clip"] for row in table] == list(rows)
    assert table[0]["frames_judged"] == int(rows["Diep.mp4"]["frames_judged"])


def test_what_is_complete_and_unchanged_is_not_done_again(clips: Path, undisturbed: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "clips", tmp_path / "out"
    shutil.copytree(clips, source)
    shutil.copytree(undisturbed, out)
    before = stamps(out)
    # A file of one is gone, the content of another is new, a third has a settings file now.
    (out / "één map--brug 😀_1" / "picture.png").unlink()
    piece(source / "Diep.mp4", LUNGE, 5.0, 6.0)
    (source / "still.png.toml").write_text('exercise = "low-lunge"\nside = "left"\n')
    done = batch(source, "--out", out, "--workers", 1)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Complete already: 1" in done.stdout
    after = stamps(out)
    assert {name for name in after if after[name] == before[name]} == {"long"}
    rows = {row["clip"]: row for row in rows_of(out)}
    assert rows["Diep.mp4"]["stops"] == "0"
    assert (rows["still.png"]["asked_for"], rows["still.png"]["side_agrees"]) == ("low-lunge", "no")
    assert "You said left" in (out / "index.html").read_text(encoding="utf-8")


def test_every_bad_file_is_listed_with_its_reason(
    clips: Path, undisturbed: Path, model_path: Path, tmp_path: Path
) -> None:
    source, out = tmp_path / "in", tmp_path / "in" / "results"
    source.mkdir()
    good = shutil.copy(clips / "still.png", source / "goed één 😀.png")
    whole = (clips / "Diep.mp4").read_bytes()
    bad = {
        "=1+1.mp4": (b"", "empty"),
        "text.mp4": (b"not a film", "not a video or picture"),
        "half.mp4": (whole[: len(whole) // 2], "unfinished"),
        "list.m3u8": (b"#EXTM3U\nother.mp4\n", "not a video or picture"),
        "Café\n.jpg": (b"\xff\xd8\xff\xe0" + b"\0" * 50, "damaged"),
        "photo.heic": (b"\0\0\0\x18ftypheic" + b"\0" * 60, "HEIC"),
        "wrong.png": (Path(good).read_bytes() + b"\0", "exersise: unknown key"),
    }
    for name, (data, _) in bad.items():
        (source / name).write_bytes(data)
    (source / "wrong.png.toml").write_text('exersise = "bridge"\n')
    (source / "zz twin.png").write_bytes(Path(good).read_bytes())
    (source / ".hidden.mp4").write_bytes(whole)
    (source / "nobody.png.toml").write_text("is no clip's")
    # An earlier result, which holds a clip, and links that lead in a circle.
    shutil.copytree(undisturbed / "Diep", source / "earlier")
    if os.name == "posix":
        (source / "loop").symlink_to(source)
        (source / "gone.mp4").symlink_to(source / "nowhere.mp4")
        os.mkfifo(source / "pipe.mp4")
        bad |= {"gone.mp4": (b"", "not a regular file"), "pipe.mp4": (b"", "not a regular file")}
    bad["nobody.png.toml"] = (b"", "not a video or picture")
    done = batch(source, "--out", out, "--workers", 2, "--no-report")
    assert done.returncode == 3, done.stdout + done.stderr
    rows = {row["clip"].removeprefix("'"): row for row in rows_of(out)}
    assert {name: row["status"] for name, row in rows.items()} == {
        "goed één 😀.png": "done",
        "zz twin.png": "duplicate",
        **dict.fromkeys(bad, "failed"),
    }
    for name, (_, reason) in bad.items():
        assert reason in rows[name]["reason"], name
    assert rows["zz twin.png"]["reason"] == "The same content as goed één 😀.png"
    assert "\n'=1+1.mp4," in (out / "batch.csv").read_text(encoding="utf-8")
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "exersise: unknown key" in page
    assert "goed één 😀.png" in page


def test_a_folder_without_clips_is_told(tmp_path: Path) -> None:
    done = batch(tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "No clip was found" in done.stderr
    done = batch(tmp_path, "--out", tmp_path)
    assert done.returncode == 2
    assert "where the clips are" in done.stderr
