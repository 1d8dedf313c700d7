"""A calibration before a camera with the real model: the same numbers as from clips, kept whole or not at all."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from calibration.baseline import Baseline, Comfort, Neutral
from calibration.phantom.script import Script
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.variety import variant
from calibration.profile import Profile
from calibration.progress import Done
from poses.exercise import Exercise
from poses.exercise_file import built_in
from poses.messages import Messages
from poses.problem import Problem
from poses.records import Frame, Pose
from psoas_coach import live, profiles, screening, takes
from psoas_coach.calibrate_live import CalibrationWish, _plan, run_calibration
from psoas_coach.calibrate_person import Clips, calibrate
from psoas_coach.calibrate_session import CalibrationSession
from psoas_coach.calibrate_state import tasks
from psoas_coach.live_state import Glimpse
from psoas_coach.run import chosen_exercises
from vision.estimator import Estimator
from vision.live_source import Choice
from vision.recorder import VideoRecorder

ROOT = Path(__file__).resolve().parent.parent
FPS, ROLL_DEG, NOW = 4.0, 2.0, datetime(2026, 3, 10, 9, 0)
Run = Callable[..., tuple[int, str, str]]
# Standing both ways, and one side.
HALF = tasks({"low-lunge"})[:4]


def half(script: Script) -> Script:
    """The script up to the end of the first side, through a narrower lens: a small picture will do then."""
    camera = replace(script.camera, distance_m=3.1, hfov_deg=45.0)
    return replace(script, scenes=script.scenes[:3], camera=camera)


@dataclass(frozen=True, slots=True)
class Filmed:
    """What the camera saw, and what the machine made of it."""

    poses: list[Pose]
    machine: CalibrationSession
    takes: list[tuple[str, tuple[Pose, ...]]]
    standing: Path


@pytest.fixture(scope="module")
def filmed(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    """The reference person before a camera that leans, led through half of a calibration."""
    seen = variant(0)
    seen = replace(seen, view=replace(seen.view, roll_deg=ROLL_DEG))
    studio = Studio(half(SCRIPTS["calibration"]), seed=0, fps=FPS, size=(640, 480), variant=seen)
    clip = tmp_path_factory.mktemp("filmed") / "standing.mp4"
    machine = CalibrationSession(HALF, built_in(), Profile(name="anna"), "en", NOW)
    poses, measured_from = [], list[tuple[str, tuple[Pose, ...]]]()
    followed = takes.followed

    def noted(
        name: str, found: Sequence[Pose], exercises: Sequence[Exercise], roll_deg: float, *rest: Sequence[str]
    ) -> takes.Take:
        measured_from.append((name, tuple(found)))
        return followed(name, found, exercises, roll_deg, *rest)

    with pytest.MonkeyPatch.context() as patch, VideoRecorder(clip, width=640, height=480, rate_hint=FPS) as recorder:
        patch.setattr(takes, "followed", noted)
        with Estimator(model_path) as estimator:
            for index in range(len(studio)):
                frame = studio.frame(index)
                if frame.time_s < 12.0:
                    recorder.write(frame.image, frame.time_s)
                poses.append(estimator.estimate(frame))
                machine.advance(Glimpse(frame.time_s, frame, machine.step(index, poses[-1])))
    return Filmed(poses, machine, measured_from, clip)


def test_a_person_is_led_through_without_a_key(filmed: Filmed) -> None:
    machine = filmed.machine
    assert machine.state.ended == "done", machine.state
    profile = machine.profile()
    assert profile.baseline is not None
    assert profile.baseline.roll_deg == pytest.approx(ROLL_DEG, abs=1.0)
    assert {one.side for one in profile.baseline.standing} == {"left", "right"}
    assert [one.side for one in profile.baseline.kneeling] == ["left"]
    (end,) = profile.comfort
    # Thigh 12 to 14 and trunk -2 open the hip by 10 to 12, give or take what the estimate is off by.
    assert (end.side, len(end.tries_deg)) == ("left", 3)
    assert end.end_deg == pytest.approx(11.0, abs=6.0)


def clips_of(named: list[tuple[str, tuple[Pose, ...]]]) -> tuple[Clips, dict[str, list[Pose]]]:
    """Takes as if they were clips."""
    poses = {name: list(found) for name, found in named}
    paths = {kind: tuple(Path(name) for name in poses if name.startswith(kind)) for kind in ("standing", "kneeling")}
    return Clips(**paths, comfort=tuple(Path(name) for name in poses if name.startswith("comfort"))), poses


def calibrated(clips: Clips, poses: dict[str, list[Pose]]) -> tuple[Baseline, Comfort]:
    found = calibrate(clips, lambda path: poses[path.name], built_in(), None, 0, NOW.date())
    assert found.baseline is not None
    return found.baseline, found.comfort[0]


def test_the_same_poses_give_the_same_baseline_as_clips(filmed: Filmed) -> None:
    clips, poses = clips_of(filmed.takes)
    assert (len(clips.standing), len(clips.kneeling), len(clips.comfort)) == (2, 1, 3)
    found = filmed.machine.found()
    assert calibrated(clips, poses) == (found.baseline, found.comfort[0])


def test_clips_of_the_same_person_give_about_the_same(filmed: Filmed) -> None:
    # Cut by the script, as somebody would film it.
    times = {
        **{"standing-1": (0.5, 11.5), "standing-2": (18.5, 24.5), "kneeling-1": (30.0, 42.0)},
        **{"comfort-1": (42.0, 53.0), "comfort-2": (59.5, 70.5), "comfort-3": (77.0, 88.0)},
    }
    cut = [
        (name, tuple(pose for pose in filmed.poses if start_s <= pose.time_s <= end_s))
        for name, (start_s, end_s) in times.items()
    ]
    baseline, end = calibrated(*clips_of(cut))
    found = filmed.machine.found()
    assert found.baseline is not None
    assert baseline.roll_deg == pytest.approx(found.baseline.roll_deg, abs=0.5)
    assert end.end_deg == pytest.approx(found.comfort[0].end_deg, abs=1.5)
    ours: list[Neutral] = [*found.baseline.standing, *found.baseline.kneeling]
    for one, other in zip([*baseline.standing, *baseline.kneeling], ours, strict=True):
        assert one.side == other.side
        assert one.trunk_deg == pytest.approx(other.trunk_deg, abs=1.0)
        assert one.hip_opening_deg == pytest.approx(other.hip_opening_deg, abs=1.5)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Answers that stand against nothing."""
    path = tmp_path / "answers.toml"
    path.write_text(screening.template(Messages("en")).replace("= true", "= false"), encoding="utf-8")
    return path


def test_a_camera_that_is_not_there_is_told_before_anything_is_asked(run: Run) -> None:
    status, out, errors = run("calibrate", "person", "anna", "--camera", "63", "--headless", "--lang", "en")
    assert (status, out) == (2, "")
    assert "Camera 63 does not open" in errors
    assert "Chest pain" not in errors


@pytest.mark.skipif(sys.platform != "linux", reason="where profiles lie is told by a variable there")
def test_killed_it_is_the_old_profile_and_ended_it_is_the_new_one(
    filmed: Filmed, answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "psoas_coach.cli", "calibrate", "person", "anna", "--camera", str(filmed.standing)]
    command += ["--answers", str(answers), "--headless", "--no-voice", "--lang", "en"]
    running, files, before = [], {}, {}
    for name in ("killed", "ended"):
        config = tmp_path / name
        monkeypatch.setattr(profiles, "folder", lambda c=config: c / "psoas-coach" / "profiles")
        files[name] = profiles.write(Profile(name="anna"))
        before[name] = files[name].read_bytes()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(config)}
        running.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
            )
        )
    killed, ended = running
    assert killed.stdout is not None
    lines = []
    for line in killed.stdout:
        lines.append(json.loads(line))
        if lines[-1]["event"] == "measured":
            killed.send_signal(signal.SIGKILL)
            break
    killed.communicate()
    out, errors = ended.communicate(timeout=240)
    assert lines[-1]["event"] == "measured", lines
    assert files["killed"].read_bytes() == before["killed"]
    assert ended.returncode == 0, errors
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in (events[0], events[-1])] == ["begin", "kept"]
    assert [event["why"] for event in events if event["event"] == "ended"] == ["source_ended"]
    assert events[-1]["file"] == str(files["ended"])
    assert files["ended"].read_bytes() != before["ended"]
    profile = profiles.read("anna")
    assert profile is not None
    assert profile.baseline is not None
    assert [one.side for one in profile.baseline.standing] == ["right"]
    assert profile.baseline.roll_deg is None, "nobody stood the other way"


# --- without the model --------------------------------------------------------------------------------------------


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path / "profiles")
    return tmp_path / "profiles"


def kinds(answers: Path, name: str = "anna") -> set[str]:
    wish = CalibrationWish(name, "0", answers, headless=True)
    plan = _plan(wish, Messages("en"), known=profiles.read(name) is not None, now=datetime.now())
    return {task.kind for task in plan}


def test_what_the_answers_stand_against_is_not_measured(answers: Path, own_folder: Path) -> None:
    assert kinds(answers) == {"standing", "kneeling", "comfort", "lying"}
    text = answers.read_text(encoding="utf-8")
    answers.write_text(text.replace("S11 = false", "S11 = true"), encoding="utf-8")
    assert kinds(answers) == {"standing", "lying"}
    answers.write_text(text.replace("S5 = false", "S5 = true").replace("S6 = false", "S6 = true"), encoding="utf-8")
    with pytest.raises(Problem, match="nothing to measure now"):
        kinds(answers)
    answers.write_text(text.replace("E3 = false", "E3 = true"), encoding="utf-8")
    with pytest.raises(Problem, match="No session now"):
        kinds(answers)


def test_after_a_session_that_was_too_much_nothing_is_stretched(answers: Path, own_folder: Path) -> None:
    profiles.write(Profile(name="anna").with_session(Done(at=datetime.now().replace(microsecond=0), pain=5)))
    assert kinds(answers) == {"standing", "lying"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "give --camera, or clips"),
        (("--camera", "0", "--standing", "x.mp4"), "give --camera, or clips"),
        (("--camera", "0", "--pain", "2"), "--pain is about clips"),
        (("--camera", "none.mp4", "--headless"), "There is no file and no single camera called none.mp4"),
        (("--camera", str(ROOT / "samples" / "low-lunge.mp4")), "There is no display"),
        (("--camera", str(ROOT / "samples" / "low-lunge.mp4"), "--headless", "--lens", "none"), "no camera none"),
        (("--camera", str(ROOT / "samples" / "low-lunge.mp4"), "--headless"), "There is nobody to ask"),
    ],
)
def test_what_cannot_begin_is_told(
    words: tuple[str, ...], says: str, run: Run, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    status, out, errors = run("calibrate", "person", "anna", *words)
    assert (status, says in " ".join(errors.split())) == (2, True), errors
    assert out == ""
    assert profiles.names() == []


class Sees:
    """An estimator that hands out poses that were made before."""

    def __init__(self, poses: list[Pose]) -> None:
        self.poses = poses

    def __enter__(self) -> "Sees":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def estimate(self, frame: Frame) -> Pose:
        return replace(min(self.poses, key=lambda pose: abs(pose.time_s - frame.time_s)), time_s=frame.time_s)


class Watched:
    """A person at the window: presses a key once its moment has come."""

    def __init__(self, *script: tuple[Callable[[object], bool], str]) -> None:
        self.script, self.parts = list(script), list[str]()

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def show(self, stage: object) -> str:
        self.parts.append(stage.part)  # type: ignore[attr-defined]
        if self.script and self.script[0][0](stage):
            return self.script.pop(0)[1]
        return ""

    def toggle_full_screen(self) -> None:
        """It has no screen."""


def test_pain_at_the_window_lowers_rests_and_is_remembered(
    filmed: Filmed, own_folder: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Comfort(side="left", on=datetime.now().date(), end_deg=10.0, tries_deg=(10.0, 10.0, 10.0))
    profiles.write(Profile(name="anna").with_comfort(end))
    window = Watched((lambda stage: stage.part == "exercise", "p"), (lambda stage: stage.part == "ended", "q"))  # type: ignore[attr-defined]
    monkeypatch.setattr("psoas_coach.calibrate_live._window", lambda: window)
    wish = CalibrationWish("anna", str(filmed.standing), voice=False)
    status = run_calibration(
        wish,
        Choice(wish.camera),
        HALF,
        None,
        model_path,
        should_stop=lambda: False,
        make_estimator=lambda path: Sees(filmed.poses),
    )
    assert (status, window.script) == (0, [])
    profile = profiles.read("anna")
    assert profile is not None
    assert profile.sessions[-1].hurt
    lowered = profile.person(datetime.now()).ends[0]
    assert lowered is not None
    assert lowered.end_deg == pytest.approx(8.0)
    assert live.exercises_for(live.Wish(profile="anna")) != chosen_exercises("auto")
