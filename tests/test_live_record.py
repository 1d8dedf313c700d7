"""The log of a live session: whatever cut it off, it is read up to there."""

import os
from pathlib import Path

import numpy as np
import pytest
from sittings import Run

import stick_figure as sf
from psoas_coach.live_record import ABOUT, LOG, RECORD, About, SessionRecord, recovered


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
