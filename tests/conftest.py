"""What several tests need: the pose model, the real recordings, and the program as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest
from loudspeaker import PATIENCE_S, PLAYER, Loudspeaker, install
from sittings import ROOT, Begin, Started

from poses.messages import Messages
from poses.problem import Problem
from psoas_coach import cli, screening, speech_queue, speech_supervisor
from psoas_coach.voice import Voice
from vision.model import ensure_model

_REAL = Path(__file__).resolve().parents[2] / "shared" / "real"


@pytest.fixture(scope="session", autouse=True)
def _own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sessions and the history go into a folder of the tests' own, also from processes that they begin."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The pose model in the user's own cache, fetched if need be; where it must be there (CI), its lack fails."""
    try:
        return ensure_model("full")
    except Problem as problem:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"CI must have the pose model: {problem}")
        pytest.skip(f"the pose model cannot be had: {problem}")


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real pictures and videos beside the checkout; they are not part of the project."""
    if not _REAL.is_dir():
        pytest.skip(f"the real recordings are not at {_REAL}")
    return _REAL


@pytest.fixture(scope="session")
def espeak() -> str:
    """The speech engine of Linux, a real one; where it must be there (CI), its lack fails."""
    lacking = [
        name for name, there in (("espeak-ng", which("espeak-ng")), ("pyttsx3", find_spec("pyttsx3"))) if not there
    ]
    if lacking:
        told = f"not installed: {' and '.join(lacking)}"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"{told}, and in CI it has to be")
        pytest.skip(told)
    return "espeak-ng"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Runs the program as the installed command does, in an empty folder; gives status, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def go(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["psoas-coach", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return go


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers that stand against nothing."""
    path = tmp_path_factory.mktemp("answers") / "answers.toml"
    path.write_text(screening.template(Messages("en")).replace("= true", "= false"), encoding="utf-8")
    return path


@pytest.fixture
def begun(answers: Path, model_path: Path, tmp_path: Path) -> Iterator[Begin]:
    """Begins sessions before cameras, each in a process of its own."""
    assert model_path.exists()
    running: list[subprocess.Popen[str]] = []

    def begin(*cameras: str, also: tuple[str, ...] = ()) -> list[Started]:
        words = ["live", "--answers", str(answers), "--headless", "--no-voice", "--lang", "en", *also]
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


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose programs are found before those of the system."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.fixture
def speaker(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loudspeaker:
    """A player that always works and takes 0.2 s, and a program that gives nothing up because a computer is busy."""
    for module, name in (
        (speech_supervisor, "ANSWER_S"),
        (speech_supervisor, "SYNTHESIS_S"),
        (speech_queue, "STALE_S"),
    ):
        monkeypatch.setattr(module, name, 10 * getattr(module, name))
    played = tmp_path / "played"
    played.mkdir()
    install(programs, "pw-play", PLAYER)
    monkeypatch.setenv("PLAYED", str(played))
    monkeypatch.setenv("PLAYS_S", "0.2")
    return Loudspeaker(played)


@pytest.fixture
def voice(espeak: str, speaker: Loudspeaker) -> Iterator[Voice]:
    with Voice("en") as made:
        assert made.wait_until_ready(PATIENCE_S)
        yield made
