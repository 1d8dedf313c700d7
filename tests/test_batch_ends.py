"""Batches that are ended: killed, interrupted, out of room, or bereft of a worker; nothing is lost, nothing half."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pieces import LUNGE, batch, begun, piece, stamps, tables, until

COUNT = 5


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short clips, and one that is done in parts."""
    folder = tmp_path_factory.mktemp("short")
    for number in range(COUNT - 1):
        piece(folder / f"clip {number}.mp4", LUNGE, 2.0 * number, 2.0 * number + 1.5)
    piece(folder / "long.mp4", LUNGE, 0.0, 16.0, every=6)
    return folder


@pytest.fixture(scope="module")
def undisturbed(clips: Path, model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tables of a batch that nobody ended, by one worker; all others have two."""
    assert model_path.exists()
    out = tmp_path_factory.mktemp("undisturbed")
    done = batch(clips, "--out", out, "--workers", 1, "--no-report")
    assert done.returncode == 0, done.stdout + done.stderr
    return tables(out)


def words(clips: Path, out: Path) -> tuple[object, ...]:
    return clips, "--out", out, "--workers", 2, "--no-report"


def is_whole(out: Path) -> None:
    """Every folder that can be seen holds everything."""
    for folder in out.iterdir():
        if folder.is_dir() and not folder.name.startswith(".") and folder.name != "index_files":
            assert (folder / "done.json").is_file(), folder
            assert (folder / "poses.npz").stat().st_size > 1000


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found under /proc")
def test_a_batch_that_is_ended_again_and_again_goes_on(
    clips: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    chance = random.Random(11)
    out, complete = tmp_path / "out", dict[str, int]()
    for how in (signal.SIGKILL, signal.SIGINT):
        process = begun(*words(clips, out))
        if how is signal.SIGKILL:
            until(lambda: len(stamps(out)) >= 1)
        else:
            assert process.stdout is not None
            while "Clips to analyse" not in process.stdout.readline():
                assert process.poll() is None
        time.sleep(chance.uniform(0.0, 0.5))
        workers = children(process.pid)
        process.send_signal(how)
        output, errors = process.communicate(timeout=240)
        if how is signal.SIGINT:
            assert process.returncode == 130, output + errors
            assert (out / "batch.csv").read_text(encoding="utf-8").count("\n") == COUNT + 1
            assert "not_begun" in (out / "batch.csv").read_text(encoding="utf-8")
            assert not (out / ".working").exists()
        # No process of it goes on by itself.
        until(lambda workers=workers: not any(map(is_alive, workers)), 10.0)  # type: ignore[misc]
        is_whole(out)
        assert complete.items() <= stamps(out).items()
        complete = stamps(out)
    done = batch(*words(clips, out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert tables(out) == undisturbed
    assert complete.items() <= stamps(out).items()
    assert not (out / ".working").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found under /proc")
def test_neither_a_second_batch_nor_a_worker_that_dies_costs_a_clip(
    clips: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = begun(*words(clips, out))
    until(lambda: len(stamps(out)) >= 1)
    # So that it cannot come to its end before the second has begun.
    first.send_signal(signal.SIGSTOP)
    second = batch(*words(clips, out))
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 2, second.stdout
    assert "Another batch is at work" in second.stderr
    assert f"process {first.pid} " in second.stderr
    workers = [pid for pid in children(first.pid) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]
    if workers:  # else it was done meanwhile
        os.kill(workers[0], signal.SIGKILL)
    output, errors = first.communicate(timeout=240)
    assert first.returncode == 0, output + errors
    assert tables(out) == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with little room."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a disk of its own can be made by root on Linux only")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(disk)], check=False)
    if made.returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_the_rest_done_once_there_is_room(
    clips: Path, undisturbed: dict[str, bytes], small_disk: Path
) -> None:
    out = small_disk / "out"
    done = batch(*words(clips, out))
    assert done.returncode in (2, 3), done.stdout + done.stderr
    assert "The disk is full" in done.stderr
    assert len(stamps(out)) < COUNT
    is_whole(out)
    complete = stamps(out)
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    done = batch(*words(clips, out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert tables(out) == undisturbed
    assert complete.items() <= stamps(out).items()
    shutil.rmtree(out)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in found]


def is_alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
