"""A whole live session with the real model and a clip as camera: what it tells, what it keeps, and how it ends."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from rich.console import Console

import stick_figure as sf
from poses.messages import Messages
from poses.problem import Problem
from poses.records import Frame, Pose
from psoas_coach import live, screening
from psoas_coach.live import Wish, run_session
from psoas_coach.live_gate import offers_now, plan_for
from psoas_coach.live_record import ABOUT, LOG, RECORD, About, SessionRecord, recovered
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse
from psoas_coach.plan import default_plan
from psoas_coach.poses_file import load
from psoas_coach.run import chosen_exercises
from psoas_coach.samples import sample_clips
from psoas_coach.session import Session
from vision.estimator import Estimator
from vision.live_source import Choice
from vision.sources import open_source
from vision.stage import Stage

ROOT = Path(__file__).resolve().parent.parent
LUNGE = sample_clips()[0]
Run = Callable[..., tuple[int, str, str]]
Begin = Callable[..., "list[Started]"]
# What a frame takes on a quiet core: four times that more is five times as slow.
ESTIMATE_S = 0.028


class Slow(Estimator):
    """The pose model on a computer that is five times as slow."""

    def estimate(self, frame: Frame) -> Pose:
        time.sleep(4 * ESTIMATE_S)
        return super().estimate(frame)


class Started:
    """A session in a process of its own, at the moment it has begun."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        line = process.stdout.readline()
        self.began_s = time.monotonic()
        assert line, process.stderr.read()
        self.folder = Path(json.loads(line)["folder"])


def events_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers that stand against nothing."""
    path = tmp_path_factory.mktemp("answers") / "answers.toml"
    path.write_text(screening.template(Messages("en")).replace("= true", "= false"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sessions(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of two sessions before the same clip, one of them with an estimator five times as slow."""
    exercises, out = chosen_exercises("low-lunge"), tmp_path_factory.mktemp("sessions")

    def sit(name: str, make: type[Estimator]) -> None:
        wish = Wish(
            str(LUNGE), exercise="low-lunge", voice=False, headless=True, record=name == "usual", out=out / name
        )
        plan = default_plan(exercises)
        run_session(
            wish, Choice(wish.camera), plan, exercises, model_path, should_stop=lambda: False, make_estimator=make
        )

    both = [threading.Thread(target=sit, args=one) for one in (("usual", Estimator), ("slow", Slow))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    return {name: next((out / name).iterdir()) for name in ("usual", "slow")}


@pytest.fixture
def begun(answers: Path, model_path: Path, tmp_path: Path) -> Iterator[Begin]:
    """Begins sessions before cameras, each in a process of its own."""
    assert model_path.exists()
    running: list[subprocess.Popen[str]] = []

    def begin(*cameras: str) -> list[Started]:
        words = ["live", "--answers", str(answers), "--headless", "--no-voice", "--lang", "en"]
        for camera in cameras:
            command = [sys.executable, "-m", "psoas_coach.cli", *words, "--camera", camera]
            running.append(
                subprocess.Popen(
                    [*command, "--out", str(tmp_path / "sessions")],
                    cwd=ROOT,
                    env=os.environ | {"PYTHONPATH": str(ROOT)},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        return [Started(process) for process in running[-len(cameras) :]]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


class Phone:
    """A phone on the local network that films a clip, over HTTP, and can be taken away."""

    def __init__(self, clip: Path) -> None:
        with open_source(clip) as source:
            self.pictures = [frame.image for frame in source][::2]
        self.wh, self.gone = (640, 480), False
        phone = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if phone.gone:
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
                self.end_headers()
                for picture in phone.pictures:
                    if phone.gone:
                        return
                    coded = cv2.imencode(".jpg", cv2.resize(picture[..., ::-1], phone.wh))[1].tobytes()
                    head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(coded)}\r\n\r\n"
                    with contextlib.suppress(OSError):
                        self.wfile.write(head.encode() + coded + b"\r\n")
                    time.sleep(1 / 15)

            def log_message(self, *words: object) -> None:
                """Not to the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.address = f"http://me:secret@127.0.0.1:{self.server.server_port}/video"

    def __enter__(self) -> "Phone":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.gone = True
        self.server.shutdown()
        self.server.server_close()


def test_a_session_leads_watches_and_keeps(sessions: dict[str, Path]) -> None:
    folder = sessions["usual"]
    events = events_in(folder)
    assert [event["part"] for event in of(events, "part")] == ["set-up", "countdown", "exercise", "ended"]
    # Whoever shows the right leg begins with it.
    assert of(events, "part")[2]["side"] == "right"
    said = [event["id"] for event in of(events, "say")]
    assert said.index("too_far_caution") < said.index("too_far_stop")
    assert of(events, "ended")[0]["why"] == "source_ended"
    # Told within 0.8 s of what was seen, by the clip's own clock (see the truth beside it: 8.6 s caution, 9.1 s stop).
    stop = next(event for event in of(events, "say") if event["id"] == "too_far_stop")
    assert stop["time_s"] == pytest.approx(9.6, abs=0.5)
    assert sorted(path.name for path in folder.iterdir()) == [
        "events.jsonl",
        "measures.csv",
        "poses.npz",
        "session.json",
        "summary.json",
        "video.mp4",
    ]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["clip"]["kind"] == "live"
    assert summary["frames"]["judged"] > 0.9 * summary["frames"]["total"] > 0
    assert {one["verdict"] for one in summary["findings"] if one["rule"] == "hip-opening"} >= {"stop"}
    if os.name == "posix":
        assert folder.stat().st_mode & 0o077 == 0, "nobody else may look into it"


def test_five_times_as_slow_finds_the_same(sessions: dict[str, Path]) -> None:
    usual, slow = events_in(sessions["usual"]), events_in(sessions["slow"])
    frames = [len(load(sessions[name] / "poses.npz")) for name in ("usual", "slow")]
    assert frames[1] < 0.5 * frames[0], "frames are dropped"
    holds = [
        [(one["side"], one["counts"], one["start_s"], one["end_s"], one["seen_s"]) for one in of(events, "hold")]
        for events in (usual, slow)
    ]
    assert len(holds[0]) == len(holds[1]) == 2
    # The second follows a plunge, which the pose model itself traces less well at five pictures a second.
    for one, other, within_s in zip(*holds, (0.3, 0.6), strict=True):
        assert one[:2] == other[:2]
        assert other[2:] == pytest.approx(one[2:], abs=within_s)
    # Technique is told only where it is sure, which at the edge of its limits a fifth of the pictures need not be.
    technique = {rule.id for exercise in chosen_exercises("auto") for rule in exercise.rules if not rule.has_stop}
    worst = [{(one["rule"], one["verdict"]) for one in of(events, "finding")} for events in (usual, slow)]
    harmful = [{one for one in found if one[0] not in technique} for found in worst]
    assert harmful[0] == harmful[1]
    assert ("hip-opening", "stop") in harmful[0]
    for part in ("countdown", "exercise"):
        began = [next(one["time_s"] for one in of(events, "part") if one["part"] == part) for events in (usual, slow)]
        assert began[1] == pytest.approx(began[0], abs=0.5)
    # Never older than an estimate and a picture, though an estimate takes five times as long.
    times = np.diff(load(sessions["slow"] / "poses.npz").arrays["time_s"])
    assert np.median(times) < 5 * ESTIMATE_S + 0.15


def test_a_fifth_of_the_same_poses_gives_the_same_holds_and_parts(sessions: dict[str, Path]) -> None:
    exercises, poses = chosen_exercises("low-lunge"), list(load(sessions["usual"] / "poses.npz"))

    def led(every: int, first: int) -> list[tuple[object, ...]]:
        judge, machine = Session(exercises), LiveSession(default_plan(exercises), exercises, "en")
        found: list[tuple[object, ...]] = []
        for index, pose in poses[first::every]:
            for event in machine.advance(Glimpse(pose.time_s, step=judge.step(index, pose))).events:
                if event.kind == "part":
                    found.append((event.details["part"], event.time_s))
                elif event.kind == "hold":
                    found.append((event.details["side"], event.details["start_s"], event.details["end_s"]))
        return found

    wanted = led(1, 0)
    assert [one[0] for one in wanted] == ["set-up", "countdown", "exercise", "right", "right"]
    for first in range(5):
        for one, other in zip(led(5, first), wanted, strict=True):
            assert one[0] == other[0]
            # A good view is one of most of the last second: of few pictures a single bad one is a fifth.
            assert one[1:] == pytest.approx(other[1:], abs=0.3 if one[0] == "right" else 1.0)


def test_a_session_is_replayed_as_it_was(sessions: dict[str, Path], run: Run) -> None:
    folder = sessions["usual"]
    status, _, errors = run("replay", folder, "--exercise", "low-lunge", "--out", "again")
    assert (status, errors) == (0, "")
    (again,) = Path("again").iterdir()
    assert again.name == folder.name
    assert (again / "measures.csv").read_bytes() == (folder / "measures.csv").read_bytes()
    assert (again / "summary.json").read_bytes() == (folder / "summary.json").read_bytes()


def test_a_killed_session_opens_again_with_all_but_its_last_second(begun: Begin, run: Run, tmp_path: Path) -> None:
    chance = random.Random(6)
    for started in begun(*[str(LUNGE)] * 3):
        process, folder = started.process, started.folder
        time.sleep(max(0.0, started.began_s + chance.uniform(2.0, 5.0) - time.monotonic()))
        process.send_signal(signal.SIGKILL)
        seconds = time.time() - (folder / ABOUT).stat().st_mtime
        process.wait()
        recording = recovered(folder)
        assert recording.origin.interrupted
        assert float(recording.arrays["time_s"][-1]) > seconds - 1.0
        assert events_in(folder)[0]["event"] == "begin"
        status, _, errors = run("replay", folder, "--out", "again")
        assert (status, errors) == (0, "")
        rows = (Path("again") / folder.name / "measures.csv").read_text(encoding="utf-8").splitlines()
        assert len(rows) == len(recording) + 1
        # The table was written as it went too, but its end waits for the system.
        kept = (folder / "measures.csv").read_text(encoding="utf-8").splitlines()[:-1]
        assert rows[: len(kept)] == kept


def test_ctrl_c_ends_with_everything_kept(begun: Begin) -> None:
    (started,) = begun(str(LUNGE))
    process, folder = started.process, started.folder
    time.sleep(3.0)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["folder"]) == ("kept", str(folder))
    assert of(events_in(folder), "ended")[0]["why"] == "interrupted"
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["interrupted"]
    assert not (folder / LOG).exists()
    assert len(load(folder / "poses.npz")) > 20


def test_a_camera_that_goes_and_comes_back_is_told_and_the_session_goes_on(begun: Begin) -> None:
    with Phone(LUNGE) as phone:
        (started,) = begun(phone.address)
        time.sleep(2.0)
        phone.gone = True
        time.sleep(0.5)
        phone.wh, phone.gone = (480, 360), False
        time.sleep(4.5)
        started.process.send_signal(signal.SIGINT)
        _, errors = started.process.communicate(timeout=20)
    assert started.process.returncode == 130, errors
    assert "secret" not in (started.folder / "events.jsonl").read_text(encoding="utf-8") + errors
    events = events_in(started.folder)
    troubles = [event["what"] for event in of(events, "trouble")]
    assert troubles[:2] == ["lost", "resized"]
    assert {"lost", "resized"} <= {event["id"] for event in of(events, "say")}
    recording = load(started.folder / "poses.npz")
    times = recording.arrays["time_s"]
    back_s = next(event["time_s"] for event in of(events, "trouble") if event["what"] == "resized")
    assert np.isfinite(recording.arrays["image_px"][times > back_s + 1.0]).mean() > 0.9, "the person is found again"
    assert float(times[-1]) > back_s + 1.0


def written(folder: Path, poses: int) -> Path:
    with SessionRecord(folder, About(folder.name, "0", "full", "auto", "en")) as record:
        for number in range(poses):
            record.pose(number, sf.pose(sf.GOOD_LUNGE, number / 30))
    return folder


@pytest.mark.parametrize("cut", [1, 100, RECORD.itemsize - 1, RECORD.itemsize, 5 * RECORD.itemsize + 7])
def test_a_log_that_was_cut_off_anywhere_is_read_up_to_there(tmp_path: Path, cut: int) -> None:
    log = written(tmp_path, 20) / LOG
    log.write_bytes(log.read_bytes()[:-cut])
    recording = recovered(tmp_path)
    assert len(recording) == 20 - -(-cut // RECORD.itemsize)
    *_, (index, pose) = recording
    wanted = sf.pose(sf.GOOD_LUNGE, index / 30)
    assert pose.time_s == wanted.time_s
    assert np.array_equal(pose.image_px, wanted.image_px)
    assert np.array_equal(pose.world_m, wanted.world_m)
    assert pose.image_wh == wanted.image_wh


def test_what_a_power_cut_leaves_is_not_taken_for_a_pose(tmp_path: Path) -> None:
    log = written(tmp_path, 20) / LOG
    data = bytearray(log.read_bytes())
    data[12 * RECORD.itemsize :] = bytes(len(data) - 12 * RECORD.itemsize)
    data[10 * RECORD.itemsize + 400] ^= 1
    log.write_bytes(data)
    assert len(recovered(tmp_path)) == 10


def test_what_is_no_session_is_told(tmp_path: Path, run: Run) -> None:
    assert "holds no session" in run("replay", tmp_path)[2]
    (tmp_path / "empty").mkdir()
    written(tmp_path / "empty", 0)
    assert "holds no picture" in run("replay", tmp_path / "empty")[2]
    (tmp_path / "empty" / ABOUT).write_text("{}")
    assert "is damaged" in run("replay", tmp_path / "empty")[2]


def test_a_full_disk_is_told_and_stops_nothing(tmp_path: Path) -> None:
    with SessionRecord(tmp_path, About("x", "0", "full", "auto", "en")) as record:
        record.pose(0, sf.pose(sf.GOOD_LUNGE, 0.0))
        with Path("/dev/full").open("wb", buffering=0) as full:
            os.dup2(full.fileno(), record._files[0].fileno())
        for number in range(1, 5):
            record.pose(number, sf.pose(sf.GOOD_LUNGE, number / 30))
        assert record.problem is not None
        assert "No space left" in record.problem.what
    assert len(recovered(tmp_path)) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--headless",), "There is nobody to ask"),
        (("--headless", "--camera", "none.mp4"), "There is no file and no single camera called none.mp4"),
        (("--headless", "--exercise", "none"), "There is no exercise none"),
        (("--headless", "--plan", "none.toml"), "There is no file none.toml"),
        (("--headless", "--profile", "nobody", "--answers", "{answers}"), "There is no profile nobody"),
        (("--headless", "--answers", "none.toml"), "There is no file none.toml"),
        (("--answers", "{answers}"), "There is no display"),
        (("--plan", "x.toml", "--exercise", "bridge"), "not both"),
    ],
)
def test_what_cannot_begin_is_told(
    words: tuple[str, ...], says: str, run: Run, answers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    camera = () if "--camera" in words else ("--camera", str(LUNGE))
    status, out, errors = run("live", *camera, *(word.format(answers=answers) for word in words))
    assert (status, says in errors) == (2, True), errors
    assert "Traceback" not in errors
    assert out == ""


def test_answers_that_stand_against_everything_begin_nothing(run: Run, answers: Path, tmp_path: Path) -> None:
    text = answers.read_text(encoding="utf-8").replace("E3 = false", "E3 = true")
    (tmp_path / "ill.toml").write_text(text, encoding="utf-8")
    status, _, errors = run("live", "--headless", "--camera", LUNGE, "--answers", "ill.toml", "--out", "out")
    assert status == 2
    assert "No session now (E3)" in errors
    assert not Path("out").exists()


def test_answers_leave_out_what_they_stand_against(run: Run, answers: Path, tmp_path: Path) -> None:
    text = answers.read_text(encoding="utf-8").replace("S11 = false", "S11 = true")
    (tmp_path / "knee.toml").write_text(text, encoding="utf-8")
    told = StringIO()
    out, texts = Console(file=told, width=200), Messages("en")
    offers = offers_now(out, texts, None, tmp_path / "knee.toml")
    plan = plan_for(out, texts, default_plan(chosen_exercises("auto")), offers)
    assert [item.exercise for item in plan.items] == ["bridge"]
    assert "Left out of this session: By your answers, Low lunge is: not now because of S11." in " ".join(
        told.getvalue().split()
    )


class Watched:
    """A person at the window: presses what a script says, once its moment has come."""

    def __init__(self, *script: tuple[str, str]) -> None:
        self.script, self.stages, self.toggled = list(script), list[Stage](), 0

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def show(self, stage: Stage) -> str:
        self.stages.append(stage)
        if self.script and stage.part == self.script[0][0]:
            return self.script.pop(0)[1]
        return ""

    def toggle_full_screen(self) -> None:
        self.toggled += 1


def test_the_window_shows_each_result_on_its_own_picture_and_is_obeyed(
    model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = [("set-up", "f"), ("set-up", "l"), ("countdown", " "), ("paused", " ")]
    window = Watched(*script, ("countdown", "p"), ("rest", "s"), ("breathing", "s"), ("ended", "q"))
    monkeypatch.setattr(live, "_window", lambda: window)
    exercises = chosen_exercises("low-lunge")
    wish = Wish(str(LUNGE), voice=False, out=tmp_path)
    plan = default_plan(exercises)
    began_s = time.monotonic()
    status = run_session(wish, Choice(wish.camera), plan, exercises, model_path, should_stop=lambda: False)
    assert (status, window.script, window.toggled) == (0, [], 1)
    assert time.monotonic() - began_s < 15.0, "it does not wait for the clip to end"
    judged = [stage for stage in window.stages if stage.step is not None]
    assert len(judged) > 20
    for stage in judged:
        assert stage.frame is not None
        assert stage.step is not None
        assert (stage.frame.index, stage.frame.time_s) == (stage.step.index, stage.step.pose.time_s)
    assert window.stages[-1].lines[-1] == f"Bewaard in: {next(tmp_path.iterdir())}"
    # The language that was chosen at the window is that of the summary too.
    assert "Lage lunge" in capsys.readouterr().out


def test_a_clip_that_breaks_off_is_told_with_what_came_before_kept(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.mkv"
    with av.open(str(LUNGE)) as whole, av.open(str(broken), "w") as out:
        stream = out.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(whole.streams.video[0]):
            if packet.pts is not None and packet.dts is not None and packet.pts * packet.time_base < 4:
                packet.stream = stream
                out.mux(packet)
    data = broken.read_bytes()
    broken.write_bytes(data[: len(data) // 2])
    exercises = chosen_exercises("auto")
    wish = Wish(str(broken), voice=False, headless=True, out=tmp_path / "out")
    plan = default_plan(exercises)
    assert run_session(wish, Choice(wish.camera), plan, exercises, model_path, should_stop=lambda: False) == 3
    assert "broke off" in capsys.readouterr().err
    (folder,) = (tmp_path / "out").iterdir()
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["frames"]["judged"] > 0


def test_a_session_without_a_picture_is_kept_too(model_path: Path, tmp_path: Path) -> None:
    exercises = chosen_exercises("auto")
    wish = Wish(str(LUNGE), voice=False, headless=True, record=True, out=tmp_path)
    plan = default_plan(exercises)
    assert run_session(wish, Choice(wish.camera), plan, exercises, model_path, should_stop=lambda: True) == 130
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["frames"]["judged"] == 0


def test_an_error_of_the_estimator_is_not_swallowed(model_path: Path, tmp_path: Path) -> None:
    class Broken(Estimator):
        def estimate(self, frame: Frame) -> Pose:
            raise Problem("The model broke", "nothing can be seen", "Try again")

    exercises = chosen_exercises("auto")
    wish = Wish(str(LUNGE), voice=False, headless=True, out=tmp_path)
    plan = default_plan(exercises)
    with pytest.raises(Problem, match="The model broke"):
        run_session(
            wish, Choice(wish.camera), plan, exercises, model_path, should_stop=lambda: False, make_estimator=Broken
        )
