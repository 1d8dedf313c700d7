"""A batch on a cluster: a real scheduler and workers of Dask on this computer give the same, and may be lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from pieces import LUNGE, batch, begun, environment, piece, stamps, tables, until

from poses.problem import Problem
from psoas_coach.batch.pool import cluster


@pytest.fixture(scope="module", autouse=True)
def dask() -> None:
    if find_spec("distributed") is None:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("distributed is not installed, and in CI it has to be")
        pytest.skip("distributed is not installed")


@dataclass
class Running:
    """A cluster: its address, and the processes of its two workers."""

    address: str
    workers: "list[subprocess.Popen[bytes]]"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    told = tmp_path / "scheduler.json"
    processes: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", *words]
        where = tmp_path / f"log-{len(processes)}"
        with where.open("wb") as log:
            process = subprocess.Popen(command, env=environment(), cwd=tmp_path, stdout=log, stderr=log)
        processes.append(process)
        return process

    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
    until(told.exists)
    address = next(part for part in told.read_text().split('"') if part.startswith("tcp://"))
    alone = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    workers = [start("worker", address, *alone) for _ in range(2)]
    yield Running(address, workers)
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for number in range(4):
        piece(folder / f"{number}.mp4", LUNGE, 3.0 * number, 3.0 * number + 1.5)
    piece(folder / "long.mp4", LUNGE, 0.0, 16.0, every=6)
    (folder / "bad.mp4").write_text("nothing")
    return folder


def test_a_cluster_gives_the_same_and_a_lost_worker_costs_nothing(
    clips: Path, running: Running, model_path: Path, tmp_path: Path
) -> None:
    assert model_path.exists()
    local = batch(clips, "--out", tmp_path / "local", "--workers", 1, "--no-report")
    assert local.returncode == 3, local.stdout + local.stderr
    out = tmp_path / "cluster"
    process = begun(clips, "--out", out, "--cluster", running.address, "--no-report")
    until(lambda: len(stamps(out)) >= 1, 120)
    running.workers[0].kill()
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 3, output + errors
    assert tables(out) == tables(tmp_path / "local")
    for folder in ("0", "long"):
        for name in ("measures.csv", "summary.json", "poses.npz", "picture.png"):
            assert (out / folder / name).read_bytes() == (tmp_path / "local" / folder / name).read_bytes(), name
    # Ctrl-C ends the batch, and not the cluster.
    process = begun(clips, "--out", tmp_path / "again", "--cluster", running.address, "--no-report")
    until(lambda: len(stamps(tmp_path / "again")) >= 1, 120)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 130, output + errors
    # What it is still at may leave a folder of its own, which the next batch clears away.
    assert running.workers[1].poll() is None


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"127\.0\.0\.1:9 cannot be used"), cluster("tcp://127.0.0.1:9", tmp_path, None):
        pass
