"""A live session is judged again as it was: what its plan asked for counts when its poses are read back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from front_figure import Front, pose

from poses.exercise_file import built_in
from poses.records import Frame
from poses.skeleton import LEFT, RIGHT
from psoas_coach.analysis import replay
from psoas_coach.asked import Asked, asked_in, watched
from psoas_coach.held_limits import held
from psoas_coach.history.intake import read_session
from psoas_coach.history.rows import FindingRow
from psoas_coach.live_files import TABLE, SessionFiles
from psoas_coach.live_record import About
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse
from psoas_coach.plan import Item, Plan
from psoas_coach.run import chosen_exercises
from psoas_coach.session import Session

FRONT, RATE_HZ = "standing-core-front", 15.0
BLACK = np.zeros((720, 1280, 3), np.uint8)


@pytest.fixture
def sat(tmp_path: Path) -> Path:
    """The folder of a session killed while somebody who faces the camera leans over: table and poses up to then."""
    folder = tmp_path / "2026-01-01T10-00-00"
    folder.mkdir()
    about = About(folder.name, "0", "full", "auto", "en", limits=held(built_in()), id="a")
    judge, live = Session(built_in()), LiveSession(Plan((Item(FRONT, None, 4, 0.0),), ""), built_in(), "en")
    lifts = [0.0] * 150
    for _ in range(2):
        lifts += [*np.linspace(0.0, 75.0, 15), 75.0, 75.0, *np.linspace(75.0, 0.0, 15), *[0.0] * 15]
    with SessionFiles(folder, about, built_in(), video=False) as files:
        for index, lift_deg in enumerate(lifts):
            time_s = index / RATE_HZ
            lean_deg = 26.0 if index > 220 else 0.0
            figure = Front(lean_deg=lean_deg, lifted=LEFT if index < 200 else RIGHT, lift_deg=lift_deg)
            found = pose(figure if lift_deg else replace(Front(), lean_deg=lean_deg), time_s)
            judge.expect(live.expected)
            step = judge.step(index, found)
            files.write(Frame(index, time_s, BLACK), found, step)
            files.events(live.advance(Glimpse(time_s, step=step)).events)
    return folder


def test_what_was_asked_for_over_time() -> None:
    asked = Asked((0.0, 4.2, 9.0), ("bridge", "dynamic-lunge", None))
    assert [asked.at(time_s) for time_s in (0.0, 4.2, 4.24, 9.0, 9.1)] == [
        "bridge", "bridge", "dynamic-lunge", "dynamic-lunge", None,
    ]  # fmt: skip
    assert Asked().at(3.0) is None


def test_only_who_was_looked_at_from_the_front_is_again(tmp_path: Path) -> None:
    assert FRONT not in {one.id for one in watched(built_in(), None)}
    assert FRONT not in {one.id for one in watched(built_in(), held(chosen_exercises("auto")))}
    assert FRONT in {one.id for one in watched(built_in(), held(built_in()))}
    assert asked_in(tmp_path) == Asked()


def test_replay_gives_the_same_table_of_a_session_seen_from_the_front(sat: Path, tmp_path: Path) -> None:
    again = replay(sat, tmp_path / "again", chosen_exercises("auto"), "auto")
    assert [(one.exercise, one.verdict) for one in again.summary.findings] == [(FRONT, "stop")]
    assert again.summary.frames.judged > 60
    rows, live = ((folder / TABLE).read_text().splitlines() for folder in (again.folder, sat))
    assert sorted(rows[0].split(",")) == sorted(live[0].split(","))
    column = rows[0].split(",").index("exercise"), live[0].split(",").index("exercise")
    assert [row.split(",")[column[0]] for row in rows] == [row.split(",")[column[1]] for row in live]


def test_the_history_takes_up_the_stops_of_a_killed_session_seen_from_the_front(sat: Path) -> None:
    kept = read_session(sat)
    assert kept is not None
    assert [(one.exercise, one.verdict) for one in kept.parts if isinstance(one, FindingRow)] == [(FRONT, "stop")]
