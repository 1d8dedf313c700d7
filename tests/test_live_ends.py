"""Live sessions that are killed, interrupted, or lose their camera: everything up to then is kept."""

import json
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from pieces import until
from sittings import LUNGE, Begin, Phone, Run, events_in, of, pictures_in

from psoas_coach.live_record import ABOUT, LOG, recovered
from psoas_coach.poses_file import load
from vision.sources import open_source

pytestmark = pytest.mark.alone


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
    until(lambda: pictures_in(folder) > 20)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=240)
    assert process.returncode == 130, errors
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["folder"]) == ("kept", str(folder))
    assert of(events_in(folder), "ended")[0]["why"] == "interrupted"
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["interrupted"]
    assert not (folder / LOG).exists()
    assert len(load(folder / "poses.npz")) > 20


def troubles_of(folder: Path) -> list[str]:
    return [event["what"] for event in of(events_in(folder), "trouble")]


def test_a_camera_that_goes_and_comes_back_is_told_and_the_session_goes_on(begun: Begin) -> None:
    with Phone(LUNGE) as phone:
        (started,) = begun(phone.address)
        until(lambda: pictures_in(started.folder) > 20)
        phone.gone = True
        until(lambda: troubles_of(started.folder) == ["lost"])
        phone.wh, phone.gone = (480, 360), False
        until(lambda: troubles_of(started.folder) == ["lost", "resized"])
        # The person is found again within a second, and judged for some more.
        time.sleep(3.0)
        started.process.send_signal(signal.SIGINT)
        _, errors = started.process.communicate(timeout=240)
    assert started.process.returncode == 130, errors
    assert "secret" not in (started.folder / "events.jsonl").read_text(encoding="utf-8") + errors
    events = events_in(started.folder)
    assert troubles_of(started.folder)[:2] == ["lost", "resized"]
    assert {"lost", "resized"} <= {event["id"] for event in of(events, "say")}
    recording = load(started.folder / "poses.npz")
    times = recording.arrays["time_s"]
    back_s = next(event["time_s"] for event in of(events, "trouble") if event["what"] == "resized")
    assert np.isfinite(recording.arrays["image_px"][times > back_s + 1.0]).mean() > 0.9, "the person is found again"
    assert float(times[-1]) > back_s + 1.0


def test_the_video_of_a_killed_session_plays_up_to_its_last_second(begun: Begin) -> None:
    (started,) = begun(str(LUNGE), also=("--record", "--blur-face"))
    process, folder = started.process, started.folder
    time.sleep(max(0.0, started.began_s + 4.5 - time.monotonic()))
    process.send_signal(signal.SIGKILL)
    process.wait()
    times = recovered(folder).arrays["time_s"]
    with open_source(folder / "video.mp4") as video:
        shown = [frame.time_s for frame in video]
        assert video.damage is None
    assert len(shown) > 10
    assert shown[-1] > float(times[-1] - times[0]) - 1.0
