"""A recording goes by the limits that held when it was made, whoever's they were, also after they lapsed."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stick_figure as sf
from calibration.baseline import Baseline, Comfort, Neutral
from calibration.personal import Person, personalise
from poses.exercise import Exercise
from poses.exercise_file import built_in
from poses.problem import Problem
from psoas_coach.analysis import replay
from psoas_coach.held_limits import held, with_held
from psoas_coach.live_record import ABOUT, About, SessionRecord, recovered
from psoas_coach.poses_file import FORMAT, FORMAT_LIMITED, Origin, PosesRecorder, load
from psoas_coach.run import chosen_exercises

TODAY = date(2026, 3, 10)
KNEELING = Neutral(side="right", hip_opening_deg=0.0, trunk_deg=-5.0, spread_deg=0.4)
END = Comfort.model_validate({"side": "right", "on": TODAY, "end_deg": 2.0, "tries_deg": (2.0, 2.0, 2.0)})
ANNA = Person(Baseline(on=TODAY, kneeling=(KNEELING,)), (None, END))


def own() -> tuple[Exercise, ...]:
    return tuple(personalise(exercise, ANNA, TODAY) for exercise in built_in())


def test_limits_are_told_and_made_again() -> None:
    exercises = own()
    limits = held(exercises)
    assert with_held(built_in(), limits) == exercises
    assert with_held(exercises, held(built_in())) == built_in(), "also everybody's, whoever's hold today"
    opening = {one.side: one for one in limits.rules if one.rule == "hip-opening" and one.exercise == "low-lunge"}
    assert (opening[None].source, opening[None].caution, opening[None].stop) == ("fixed", (None, 15.0), (None, 25.0))
    assert (opening["right"].source, opening["right"].caution[1], opening["right"].stop[1]) == ("personal", 5.0, 10.0)
    assert "left" not in opening
    assert limits.personal
    assert not held(built_in()).personal


def recorded(path: Path, exercises: tuple[Exercise, ...]) -> Path:
    recorder = PosesRecorder()
    for index in range(120):
        recorder.write(index, sf.pose(sf.lunge(14.0), index / 30.0))
    recorder.save(path, Origin(clip="held.mp4", kind="video", model="full", limits=held(exercises)))
    return path


def findings(folder: Path) -> list[tuple[str, str]]:
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return [(one["rule"], one["verdict"]) for one in summary["findings"] if one["rule"] == "hip-opening"]


def test_a_replay_goes_by_the_limits_that_held(tmp_path: Path) -> None:
    path = recorded(tmp_path / "poses.npz", own())
    again = replay(path, tmp_path / "again", chosen_exercises("auto"), "auto")
    assert ("hip-opening", "stop") in findings(again.folder)
    assert again.summary.limits.personal
    today = replay(path, tmp_path / "today", chosen_exercises("auto"), "auto", by_these_limits=True)
    assert ("hip-opening", "stop") not in findings(today.folder)
    assert not today.summary.limits.personal
    # And the other way round: who has limits of their own now had not then.
    path = recorded(tmp_path / "everybodys.npz", built_in())
    assert ("hip-opening", "stop") not in findings(replay(path, tmp_path / "then", own(), "auto").folder)


def test_a_replay_by_the_limits_of_somebody_who_is_not_known_is_refused(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    path = recorded(tmp_path / "poses.npz", built_in())
    status, _, errors = run("replay", path, "--profile", "nobody-at-all", "--out", "again", "--no-report")
    assert status == 2
    assert "There is no profile nobody-at-all" in errors
    assert not Path("again").exists()


def test_an_older_program_does_not_open_what_it_would_misjudge(tmp_path: Path) -> None:
    formats = []
    for exercises in (built_in(), own()):
        with np.load(recorded(tmp_path / "poses.npz", exercises)) as file:
            formats.append(json.loads(str(file["meta"]))["format"])
    assert formats == [FORMAT, FORMAT_LIMITED]


def test_older_recordings_still_open(tmp_path: Path) -> None:
    path = recorded(tmp_path / "poses.npz", built_in())
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    meta = json.loads(str(arrays.pop("meta")))
    del meta["limits"]
    np.savez(path, allow_pickle=False, **arrays, meta=np.array(json.dumps(meta)))
    assert load(path).origin.limits is None
    assert ("hip-opening", "stop") in findings(replay(path, tmp_path / "old", own(), "auto").folder)
    arrays_without = {**arrays, "meta": np.array(json.dumps({**meta, "format": FORMAT_LIMITED}))}
    np.savez(path, allow_pickle=False, **arrays_without)
    with pytest.raises(Problem, match="does not say through which lens it was seen, or whose limits held"):
        load(path)


def test_a_live_session_that_broke_off_keeps_them_too(tmp_path: Path) -> None:
    about = About("2026", "0", "full", "auto", "en", roll_deg=1.5, limits=held(own()))
    with SessionRecord(tmp_path, about) as record:
        record.pose(0, sf.pose(sf.GOOD_LUNGE, 0.0))
    origin = recovered(tmp_path).origin
    assert origin.limits == held(own())
    assert origin.roll_deg == 1.5
    values = json.loads((tmp_path / ABOUT).read_text(encoding="utf-8"))
    older = {name: values[name] for name in ("name", "camera", "model", "asked_for", "language")} | {"version": 1}
    (tmp_path / ABOUT).write_text(json.dumps(older), encoding="utf-8")
    assert recovered(tmp_path).origin.limits is None
    (tmp_path / ABOUT).write_text(json.dumps({**values, "version": 3}), encoding="utf-8")
    with pytest.raises(Problem, match="another version"):
        recovered(tmp_path)


def test_every_day_of_a_limit_is_the_day_of_the_recording() -> None:
    later = date(2026, 3, 20)
    lapsed = tuple(personalise(exercise, Person(None, ANNA.ends), later) for exercise in built_in())
    assert held(lapsed) == held(built_in())
