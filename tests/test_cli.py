"""What a user types and what they read: exit status, one line for each mistake, never a traceback."""

import json
import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from psoas_coach.samples import sample_clips
from vision.sources import open_source

ROOT = Path(__file__).resolve().parent.parent
# What a recording of two pictures holds.
WHOLE = {
    "index": np.arange(2),
    "time_s": np.array([0.0, 0.5]),
    "image_px": np.zeros((2, 33, 2), np.float32),
    "world_m": np.zeros((2, 33, 3), np.float32),
    "visibility": np.ones((2, 33), np.float32),
    "image_wh": np.array([640, 480]),
    "meta": np.array(json.dumps({"format": 1, "clip": "a.mp4", "kind": "video", "model": "full"})),
}


def silent_audio(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100)
        for _ in range(10):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 44_100
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def tiny_png_that_claims_to_be(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    data = zlib.compress(b"\0" * 5000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def damaged(path: Path, clip: Path, part: float) -> None:
    path.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * part)])


BAD_CLIPS: dict[str, Callable[[Path], object]] = {
    "missing.mp4": lambda path: None,
    "folder.mp4": lambda path: path.mkdir(),
    "empty.mp4": lambda path: path.touch(),
    "notes.txt": lambda path: path.write_text("hip opening 12 degrees\n" * 50),
    "renamed-text.mp4": lambda path: path.write_text("not a video " * 500),
    "noise.mp4": lambda path: path.write_bytes(np.random.default_rng(1).bytes(50_000)),
    "sound-only.m4a": silent_audio,
    "cut-before-its-index.mp4": lambda path: path.write_bytes(sample_clips()[0].read_bytes()[:900]),
    "cut.jpg": lambda path: path.write_bytes(
        cv2.imencode(".jpg", np.random.default_rng(2).integers(0, 255, (200, 300, 3)).astype(np.uint8))[1].tobytes()[
            :300
        ]
    ),
    "cut.png": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 20),
    "page.pdf": lambda path: path.write_bytes(b"%PDF-1.7\n" + b"0 0 obj\n" * 100),
    "photo.heic": lambda path: path.write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 400),
    "huge.png": lambda path: path.write_bytes(tiny_png_that_claims_to_be(20_000, 10_000)),
}


@pytest.mark.parametrize("name", sorted(BAD_CLIPS))
def test_a_bad_clip_is_one_line_and_status_2(
    name: str, run: Callable[..., tuple[int, str, str]], model_path: Path
) -> None:
    path = Path(name)
    BAD_CLIPS[name](path)
    status, out, errors = run("analyse", path, "--model", model_path)
    assert status == 2
    assert errors.count("\n") == 1, errors
    assert errors.startswith("psoas-coach: ")
    assert name in errors
    assert len(errors) < 400
    assert "Traceback" not in out + errors


def test_each_bad_clip_is_told_in_its_own_words(run: Callable[..., tuple[int, str, str]], model_path: Path) -> None:
    told = {}
    for name, make in BAD_CLIPS.items():
        make(Path(name))
        told[name] = run("analyse", name, "--model", model_path)[2].replace(name, "")
    kinds = (
        "missing.mp4",
        "folder.mp4",
        "empty.mp4",
        "notes.txt",
        "sound-only.m4a",
        "cut.jpg",
        "photo.heic",
        "huge.png",
    )
    assert len({told[name] for name in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["analyse"], "Missing argument"),
        (["analyse", "clip.mp4", "--exercise", "handstand"], "There is no exercise handstand"),
        (["analyse", "clip.mp4", "--lang", "fr"], "--lang"),
        (["analyse", "clip.mp4", "--model", "huge"], "huge"),
        (["analyse", "clip.mp4", "--colour"], "No such option"),
        (["stretch"], "No such command"),
        (["replay", "none.npz"], "There is no file none.npz"),
        (["exercises", "show", "none"], "There is no exercise none"),
        (["exercises", "validate", "none.toml"], "There is no file none.toml"),
        (["phantom", "render", "none", "--out", "x"], "There is no script none"),
        (["model", "none.task"], "none.task"),
    ],
)
def test_wrong_use_is_status_2(words: list[str], says: str, run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, errors = run(*words)
    assert status == 2
    assert says in errors
    assert "Traceback" not in out + errors


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04broken"])
def test_a_replay_of_something_else(content: bytes, run: Callable[..., tuple[int, str, str]]) -> None:
    Path("poses.npz").write_bytes(content)
    status, _, errors = run("replay", "poses.npz")
    assert status == 2
    assert "is not a recording of poses" in errors


def test_results_that_cannot_be_written(run: Callable[..., tuple[int, str, str]], model_path: Path) -> None:
    Path("taken").write_text("a file where a folder should go")
    picture = np.full((200, 300, 3), 128, np.uint8)
    Path("grey.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    status, _, errors = run("analyse", "grey.png", "--out", "taken/results", "--model", model_path)
    assert status == 2
    assert "cannot be written" in errors
    assert "--out" in errors


def grey(path: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(cv2.imencode(".png", np.full((200, 300, 3), 128, np.uint8))[1].tobytes())
    return path


@pytest.mark.parametrize(
    ("name", "folder"),
    [("...png", "clip"), ("..png", "clip"), (" a .png", "a"), ("con.png", "clip-con"), ("e\u0301.png", "\u00e9")],
)
def test_no_file_name_leads_out_of_the_results(
    name: str, folder: str, run: Callable[..., tuple[int, str, str]], model_path: Path
) -> None:
    status, _, errors = run("analyse", grey(f"in/{name}"), "--out", "results", "--model", model_path)
    assert status == 0, errors
    assert [path.name for path in Path("results").iterdir()] == [folder]
    assert sorted(path.name for path in Path().iterdir()) == ["in", "results"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file names that are not text")
def test_a_file_name_that_is_not_text(run: Callable[..., tuple[int, str, str]], model_path: Path) -> None:
    status, _, errors = run("analyse", grey("a\udcff.png"), "--out", "results", "--model", model_path)
    assert status == 0, errors
    assert json.loads(Path("results/a_/summary.json").read_text())["clip"]["name"] == "a?.png"


def test_what_an_earlier_run_left_is_not_taken_for_this_ones(
    run: Callable[..., tuple[int, str, str]], model_path: Path
) -> None:
    Path("out/wall").mkdir(parents=True)
    Path("out/wall/annotated.mp4").write_text("of an earlier run")
    run("analyse", grey("wall.png"), "--out", "out", "--model", model_path)
    assert not Path("out/wall/annotated.mp4").exists()


def test_ctrl_c_begins_no_other_clip(
    run: Callable[..., tuple[int, str, str]], model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The user asks to stop while a clip turns out to be unusable.
    from poses.problem import Problem
    from psoas_coach import run as runner

    def unusable(*words: object, **options: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        raise Problem("one.mp4 is empty", "there is nothing in it", "Take another")

    monkeypatch.setattr(runner, "analyse", unusable)
    status, out, errors = run("analyse", "one.mp4", grey("two.png"), "--out", "out", "--model", model_path)
    assert status == 130
    assert "one.mp4 is empty" in errors
    assert "Not begun: two.png" in out
    assert not Path("out/two").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"image_wh": np.array([640, 480, 3])},
        {"index": np.array(0)},
        {"visibility": np.full((2, 33), "seen")},
        {"time_s": np.array([1.0, 0.5])},
        {"meta": np.array(json.dumps({"format": 1, "clip": 5, "kind": "video", "model": "full"}))},
        {"meta": np.array(json.dumps({"format": 99}))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_damaged_recording_is_told(change: dict[str, np.ndarray], run: Callable[..., tuple[int, str, str]]) -> None:
    np.savez("whole.npz", **WHOLE)  # type: ignore[arg-type]
    assert run("replay", "whole.npz")[0] == 0
    np.savez("damaged.npz", **{**WHOLE, **change})  # type: ignore[arg-type]
    status, _, errors = run("replay", "damaged.npz")
    assert status == 2
    assert "damaged.npz" in errors


def test_a_replay_without_a_report_names_no_earlier_one(run: Callable[..., tuple[int, str, str]]) -> None:
    np.savez("whole.npz", **WHOLE)  # type: ignore[arg-type]
    assert "report.html" in run("replay", "whole.npz", "--out", "out")[1]
    clip = Path("out/a/report_files/clip.mp4")
    clip.touch()
    status, out, _ = run("replay", "whole.npz", "--out", "out", "--no-report")
    assert status == 0
    assert "report.html" not in out
    assert not list(Path("out/a").glob("*.html"))
    assert clip.exists(), "it may be the only one there is"


def test_a_clip_of_one_picture_replays_as_it_was_analysed(
    run: Callable[..., tuple[int, str, str]], model_path: Path
) -> None:
    with open_source(sample_clips()[0]) as source:
        deepest = next(frame.image for frame in source if frame.time_s > 12.0)
    with av.open("one.gif", "w") as container:
        stream = container.add_stream("gif", rate=10, options={})
        stream.height, stream.width = deepest.shape[:2]
        stream.pix_fmt = "rgb8"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(deepest, format="rgb24").reformat(format="rgb8")))
        container.mux(stream.encode(None))
    assert run("analyse", "one.gif", "--out", "out", "--model", model_path)[0] == 0
    assert run("replay", "out/one/poses.npz", "--out", "again")[0] == 0
    first, second = (Path(folder, "one", "summary.json").read_text() for folder in ("out", "again"))
    assert first == second
    assert '"stop"' in first


def test_a_disk_that_fills_up_costs_the_video_only(
    run: Callable[..., tuple[int, str, str]], model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from poses.problem import Problem
    from vision.recorder import VideoRecorder

    def full(recorder: VideoRecorder, image: np.ndarray, time_s: float) -> None:
        raise Problem("annotated.mp4 cannot be written (No space left on device)", "it is full", "Make space")

    monkeypatch.setattr(VideoRecorder, "write", full)
    with av.open("short.mp4", "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((240, 320, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    status, _, errors = run("analyse", "short.mp4", "--video", "--out", "out", "--model", model_path)
    assert status == 3
    assert "No space left" in errors
    assert sorted(path.name for path in Path("out/short").iterdir()) == [
        "measures.csv",
        "picture.png",
        "poses.npz",
        "report.html",
        "report.nl.html",
        "report_files",
        "summary.json",
    ]


def test_letters_that_the_terminal_lacks_are_no_error() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "psoas_coach.cli", "exercises", "show", "low-lunge"]
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr


def test_some_of_several_clips_failed(run: Callable[..., tuple[int, str, str]], model_path: Path) -> None:
    Path("good.png").write_bytes(cv2.imencode(".png", np.full((200, 300, 3), 128, np.uint8))[1].tobytes())
    Path("bad.mp4").touch()
    status, out, errors = run("analyse", "bad.mp4", "good.png", "--out", "out", "--model", model_path)
    assert status == 3
    assert "bad.mp4" in errors
    assert "good.png" in out
    assert json.loads(Path("out/good/summary.json").read_text())["frames"]["total"] == 1


def test_a_clip_that_breaks_half_way_is_analysed_up_to_there(
    run: Callable[..., tuple[int, str, str]], model_path: Path
) -> None:
    # A Matroska file can be read from its start, so half of it is half of the clip.
    with av.open(str(sample_clips()[0])) as source, av.open("whole.mkv", "w") as whole:
        stream = source.streams.video[0]
        copy = whole.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None and float(packet.pts * packet.time_base) < 4.0:
                packet.stream = copy
                whole.mux(packet)
    damaged(Path("half.mkv"), Path("whole.mkv"), 0.5)
    status, out, _ = run("analyse", "half.mkv", "--out", "out", "--model", model_path)
    assert status == 0
    summary = json.loads(Path("out/half/summary.json").read_text())
    assert summary["clip"]["broke"]
    assert 0.5 < summary["clip"]["broke_off_s"] < 3.5
    assert "broke off" in out


def test_nobody_in_the_picture_is_not_an_all_clear(run: Callable[..., tuple[int, str, str]], model_path: Path) -> None:
    Path("wall.png").write_bytes(cv2.imencode(".png", np.full((480, 640, 3), 200, np.uint8))[1].tobytes())
    for lang, says in (("en", "I see nobody"), ("nl", "Ik zie niemand")):
        status, out, _ = run("analyse", "wall.png", "--out", "out", "--lang", lang, "--model", model_path)
        assert status == 0
        assert says in out
        assert "fine" not in out
    assert json.loads(Path("out/wall/summary.json").read_text())["exercises"] == []


def test_exercises_are_listed_shown_and_validated(run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _ = run("exercises", "list", "--lang", "nl")
    assert status == 0
    assert "low-lunge" in out
    assert "Bruggetje" in out
    status, out, _ = run("exercises", "show", "bridge")
    assert status == 0
    assert "-15° … 5°" in out
    files = sorted((ROOT / "poses" / "exercises").glob("*.toml"))
    status, out, _ = run("exercises", "validate", *files)
    assert (status, out.count("no fault")) == (0, len(files))
    Path("mine.toml").write_text(files[0].read_text().replace("[[rules]]", "[[rule]]", 1))
    status, _, errors = run("exercises", "validate", "mine.toml")
    assert status == 2
    assert "mine.toml: rule: unknown key" in errors


def test_doctor_names_a_remedy_for_each_lack(run: Callable[..., tuple[int, str, str]], model_path: Path) -> None:
    status, out, _ = run("doctor")
    assert status == 0, out
    for name in ("mediapipe", "opencv-python", "av", "numpy", "pose model", "camera", "display", "voice"):
        assert name in out
    lines = out.splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith(("○", "■")):
            assert after.startswith("    "), line


def test_doctor_knows_which_package_has_a_missing_library() -> None:
    from psoas_coach.doctor import missing_library_remedy

    told = "libGL.so.1: cannot open shared object file: No such file or directory"
    assert "apt-get install libgl1" in missing_library_remedy(told)
    assert "libfoo.so.3" in missing_library_remedy("libfoo.so.3: cannot open shared object file")
    assert missing_library_remedy("No module named av") == ""


def test_an_error_in_the_program_is_told_without_a_traceback(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from poses import exercise_file

    def fail() -> None:
        raise RuntimeError("unthought of")

    monkeypatch.setattr(exercise_file, "built_in_ids", fail)
    status, _, errors = run("exercises", "list")
    assert status == 1
    assert "Please report it" in errors
    assert "Traceback" not in errors


def test_the_command_as_installed() -> None:
    command = [sys.executable, "-m", "psoas_coach.cli"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True, env=environment).stdout
    for name in ("analyse", "demo", "replay", "doctor", "model", "exercises", "phantom"):
        assert name in told
    done = subprocess.run([*command, "version"], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip()[0].isdigit()
