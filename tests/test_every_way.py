"""The same poses give the same verdicts whichever way they come, and for however long they come.

Analysis, replay, a live loop that is slow and a batch of several sessions side by side all use one engine; it must not
look at a clock, nor share anything, nor grow.
"""

import pickle
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

import stick_figure as sf
from poses.exercise_file import built_in
from poses.messages import Messages
from poses.records import Pose, Step
from psoas_coach import poses_file
from psoas_coach.analysis import Settings, analyse, replay
from psoas_coach.run import chosen_exercises
from psoas_coach.samples import sample_clips
from psoas_coach.session import Ending, Session
from psoas_coach.table import MeasuresTable


def followed(poses: list[tuple[int, Pose]], pause_s: float = 0.0) -> tuple[list[Step], Ending]:
    session, steps = Session(chosen_exercises("auto")), []
    for number, (index, pose) in enumerate(poses):
        steps.append(session.step(index, pose))
        if pause_s and number % 20 == 0:
            time.sleep(pause_s)
    return steps, session.finish()


def table(steps: list[Step], path: Path) -> bytes:
    with MeasuresTable(path, chosen_exercises("auto")) as rows:
        for step in steps:
            rows.write(step)
    return path.read_bytes()


def said(steps: list[Step]) -> list[object]:
    """All that is decided; repr, since NaN is not equal to itself."""
    return [repr((s.assessment, s.cue, s.spoken, s.findings, s.moment, s.ends)) for s in steps]


def test_live_analysis_batch_and_replay_give_the_same_verdicts(model_path: Path, tmp_path: Path) -> None:
    clip = next(clip for clip in sample_clips() if clip.stem == "bridge")
    settings = Settings(chosen_exercises("auto"), "auto", Messages("en"), model_path, "full", video=False)
    analysed = analyse(clip, tmp_path / "analysed", settings)
    again = replay(analysed.folder / "poses.npz", tmp_path / "replayed", chosen_exercises("auto"), "auto")
    wanted = (analysed.folder / "measures.csv").read_bytes()
    assert (again.folder / "measures.csv").read_bytes() == wanted
    assert again.summary.findings == analysed.summary.findings
    assert (again.summary.holds, again.summary.repetitions) == (analysed.summary.holds, analysed.summary.repetitions)
    poses = list(poses_file.load(analysed.folder / "poses.npz"))
    # A live session is the same loop on a slower computer.
    live, live_end = followed(poses, pause_s=0.01)
    assert table(live, tmp_path / "live.csv") == wanted
    # A batch is several sessions side by side.
    results: dict[int, tuple[list[Step], Ending]] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: followed(poses)})) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for steps, end in results.values():
        assert said(steps) == said(live)
        assert repr(end) == repr(live_end)


def long_session(minutes: float, rate: float = 10.0) -> Iterator[Pose]:
    """Holds that are good, too deep and bounced, a bridge, a walk out of the picture, over and over."""
    rng = np.random.default_rng(0)
    for frame in range(round(minutes * 60.0 * rate)):
        time_s = frame / rate
        part, second = int(time_s // 20.0) % 6, time_s % 20.0
        depth = min(second / 4.0, 1.0, (20.0 - second) / 4.0) * (38.0 if part == 1 else 9.0)
        bounce = 3.0 * np.sin(2.0 * np.pi * 1.2 * time_s) if part == 2 and 6.0 < second < 12.0 else 0.0
        figure = replace(sf.GOOD_LUNGE, right=sf.Leg(depth + float(bounce + 0.2 * rng.standard_normal()), 80.0))
        if part == 4:
            figure = sf.FLAT_BRIDGE if second % 5.0 < 2.5 else sf.ON_THE_FLOOR
        yield sf.nobody(time_s) if part == 5 and second > 10.0 else sf.on_the_knee(sf.pose(figure, time_s))


def test_an_hour_does_not_make_a_session_larger() -> None:
    session = Session(built_in(), corrects=sf.uncorrected())
    largest: list[int] = []
    findings = 0
    for index, pose in enumerate(long_session(60.0)):
        step = session.step(index, pose)
        findings += len(step.findings)
        if index % 97 == 0:
            minute = int(pose.time_s // 60.0)
            largest += [0] * (minute + 1 - len(largest))
            # Everything that a session knows is in this one value.
            largest[minute] = max(largest[minute], len(pickle.dumps(session._memory)))
    assert findings > 100, "something was going on all the time"
    assert len(largest) == 60
    # After the first rounds nothing is added; what counts has more digits.
    assert max(largest[30:]) <= 1.02 * max(largest[4:30])
