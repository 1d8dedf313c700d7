"""What several tests need: the pose model, the real recordings, and the program as a user runs it."""

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

from poses.problem import Problem
from psoas_coach import cli
from vision.model import ensure_model

_REAL = Path(__file__).resolve().parents[2] / "shared" / "real"


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
