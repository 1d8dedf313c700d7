"""Nothing of an analysis leaves the computer: no connection is tried, in this process or by any library."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from analysing import settings
from pieces import BRIDGE, piece
from sittings import ROOT

from psoas_coach.analysis import analyse


@pytest.fixture(scope="module")
def a_bridge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of somebody who does bridges."""
    return piece(tmp_path_factory.mktemp("clips") / "bridge.mp4", BRIDGE, 6.0, 12.0)


def test_an_analysis_opens_no_connection(
    a_bridge: Path, model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("the analysis tried to open a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    outcome = analyse(a_bridge, tmp_path / "clip", settings(model_path, video=True))
    assert outcome.summary.frames.judged > 40


@pytest.mark.skipif(os.name != "posix", reason="strace is a tool of Linux")
def test_strace_sees_no_connection(a_bridge: Path, model_path: Path, tmp_path: Path) -> None:
    from shutil import which

    if which("strace") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("strace is not installed, and in CI it has to be")
        pytest.skip("strace is not installed")
    log = tmp_path / "strace.log"
    command = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(log), sys.executable, "-m", "psoas_coach.cli"]
    command += ["analyse", str(a_bridge), "--out", str(tmp_path / "out"), "--model", str(model_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    calls = [line for line in log.read_text().splitlines() if "AF_INET" in line or "connect(" in line]
    assert calls == []
