"""From real sessions to the history: one that ended, one that was killed, one that goes on; and back to nothing."""

import contextlib
import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import av
import pytest
from jsonschema import Draft202012Validator
from sittings import LUNGE, ROOT, Run, events_in, of

from benchmarks.history import made_up
from calibration.baseline import Baseline, Comfort, Neutral
from calibration.profile import Profile
from calibration.progress import Done
from calibration.screening import table
from psoas_coach import profiles
from psoas_coach.analysis import replay
from psoas_coach.history import deleting, exported, keeping, store
from psoas_coach.history.deleting import Whose
from psoas_coach.history.intake import NOT_IN_HISTORY, parts_of, read_session
from psoas_coach.history.rows import EVERYTHING, TABLES, Everything, ExerciseRow, FeltRow, Kept, SessionRow, columns
from psoas_coach.history.store import History
from psoas_coach.live_files import sessions_folder
from psoas_coach.live_record import ABOUT, LOG, is_going_on
from psoas_coach.person import add_session
from psoas_coach.run import chosen_exercises
from psoas_coach.schemas import schema
from psoas_coach.summary import Summary

# In the bundled lunge the hold is well under way, and its stop limit passed.
KILLED_AFTER_S = 14.0


@dataclass(frozen=True)
class Home:
    """A user's own folders, with what two real sessions left in them."""

    data: Path
    ended: Path
    killed: Path
    printed: str
    taken_while_going_on: Everything


@contextlib.contextmanager
def at_home(folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        yield


@pytest.fixture(scope="module")
def lived(model_path: Path, answers: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two real sessions of anna before the bundled lunge; one is killed in the middle."""
    assert model_path.exists()
    folder = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "psoas_coach.cli", "live", "--answers", str(answers), "--headless", "--no-voice"]
    command += ["--camera", str(LUNGE), "--exercise", "low-lunge", "--profile", "anna"]
    with at_home(folder):
        profiles.write(Profile(name="anna"))
        going = [
            subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        begun = []
        for process in going:
            assert process.stdout is not None
            begun.append(Path(json.loads(process.stdout.readline())["folder"]))
        time.sleep(KILLED_AFTER_S)
        assert all(is_going_on(one) for one in begun)
        going[1].send_signal(signal.SIGKILL)
        going[1].wait()
        with History(store.file()) as history:
            taken = keeping.take_up(history)
            assert (taken.sessions, taken.broke_off, taken.problems) == (1, 1, ())
            early = history.everything()
        printed = going[0].communicate(timeout=240)[0].decode()
    return Home(folder, begun[0], begun[1], printed, early)


@pytest.fixture
def home(lived: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy for each test, which may spoil it."""
    shutil.copytree(lived.data, tmp_path / "home")
    with at_home(tmp_path / "home"):
        at = {name: sessions_folder() / getattr(lived, name).name for name in ("ended", "killed")}
        with sqlite3.connect(store.file()) as connection:
            there = (str(lived.data), str(tmp_path / "home"))
            connection.execute("UPDATE sessions SET folder = replace(folder, ?, ?)", there)
        connection.close()
        yield replace(lived, data=tmp_path / "home", **at)


def kept() -> Everything:
    with History(store.file()) as history:
        return history.everything()


def test_a_session_is_noted_by_itself_when_it_ends(home: Home) -> None:
    found, summary = kept(), Summary.model_validate_json((home.ended / "summary.json").read_bytes())
    session = next(one for one in found.sessions if one.folder.endswith(home.ended.name))
    assert (session.kind, session.person, session.ended, session.model) == ("live", "anna", "source_ended", "full")
    assert session.began == datetime.strptime(home.ended.name[:19], "%Y-%m-%dT%H-%M-%S")
    assert session.judged_s == pytest.approx(sum(one.judged_s for one in summary.exercises))
    assert session.length_s == pytest.approx(of(events_in(home.ended), "ended")[0]["time_s"])
    holds = [one for one in found.passes if one.session == session.id]
    assert [(one.kind, one.side, one.held_s) for one in holds] == [
        ("hold", one.side, one.seen_s) for one in summary.holds
    ]
    assert [one.counts for one in holds] == [one["counts"] for one in of(events_in(home.ended), "hold")]
    findings = [one for one in found.findings if one.session == session.id]
    assert [(one.rule, one.verdict, one.peak) for one in findings] == [
        (one.rule, one.verdict, one.peak) for one in summary.findings
    ]
    planned = [(one.side, one.repetitions) for one in found.planned if one.session == session.id]
    assert planned == [("left", 2), ("right", 2)]


def test_one_that_was_killed_is_taken_up_as_it_was_judged_and_none_that_goes_on(home: Home) -> None:
    # While the other was still going on, only the killed one was there.
    (session,) = home.taken_while_going_on.sessions
    assert (session.ended, session.person) == ("broke_off", "anna")
    assert session.folder.endswith(home.killed.name)
    assert (home.killed / LOG).exists()
    assert not is_going_on(home.killed)
    again = replay(home.killed, home.data / "again", chosen_exercises("low-lunge"), "low-lunge").summary
    mine = [one for one in home.taken_while_going_on.exercises if one.session == session.id]
    assert mine == [one for one in parts_of(session.id, again, {}) if isinstance(one, ExerciseRow)]
    assert mine
    assert session.judged_s == pytest.approx(again.exercises[0].judged_s)
    assert any(one.verdict == "stop" for one in home.taken_while_going_on.findings)
    assert KILLED_AFTER_S - 5.0 < session.length_s < KILLED_AFTER_S + 5.0
    with History(store.file()) as history:
        assert keeping.take_up(history).sessions == 0, "and only once"
        assert len(history.everything().sessions) == 2


def test_what_is_made_anew_is_what_was_there(home: Home) -> None:
    before = replace(kept(), felt=())
    for one in (store.file(), *store.beside(store.file())):
        one.unlink(missing_ok=True)
    taken, aside = keeping.rebuild()
    assert (taken.sessions, taken.broke_off, taken.problems, aside) == (2, 1, (), None)
    assert replace(kept(), felt=()) == before
    # The person said nothing, but a stop is what progress has to know.
    assert [(one.person, one.stops > 0) for one in kept().felt] == [("anna", True)]


def test_sessions_whose_folder_is_gone_stay_unless_the_history_is_damaged(home: Home, run: Run) -> None:
    shutil.rmtree(home.ended)
    assert keeping.rebuild()[0].sessions == 1
    assert len(kept().sessions) == 2
    store.file().write_bytes(b"damaged " * 1000)
    status, _, errors = run("history")
    assert (status, errors.count("\n")) == (2, 1)
    assert "psoas-coach history rebuild" in errors
    status, told, errors = run("history", "rebuild")
    assert (status, errors) == (0, "")
    assert "put aside" in told
    (aside,) = store.folder().glob("history.damaged-*")
    assert aside.read_bytes() == b"damaged " * 1000
    assert [one.folder for one in kept().sessions] == [str(home.killed)]


def test_a_folder_that_cannot_be_read_is_told_and_hides_no_other(home: Home, run: Run) -> None:
    store.file().unlink()
    (home.ended / ABOUT).write_text("{", encoding="utf-8")
    status, told, _ = run("history", "--lang", "en")
    assert status == 0
    assert "Sessions that could not be read: 1" in told
    assert home.ended.name in told
    assert len(kept().sessions) == 1


def test_a_session_whose_summary_is_of_an_older_program_is_judged_again(home: Home) -> None:
    wanted = read_session(home.ended)
    path = home.ended / "summary.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    del values["limits"]
    path.write_text(json.dumps(values | {"schema_version": 2}), encoding="utf-8")
    again = read_session(home.ended)
    assert wanted is not None
    assert again == wanted


def test_nothing_is_deleted_without_saying_so(home: Home, run: Run) -> None:
    before = kept()
    status, told, _ = run("history", "delete", "--lang", "en")
    assert status == 2
    for word in ("notes in the history: 3", "videos: 2", str(home.ended), "--yes"):
        assert word in " ".join(told.split()), word
    assert kept() == before


def test_everything_is_deleted_with_the_sessions(home: Home, run: Run) -> None:
    run("history", "--page", "--no-open")
    (home.ended / "notes.txt").write_text("my own", encoding="utf-8")
    assert deleting.page_folder().is_dir()
    status, told, errors = run("history", "delete", "--yes", "--lang", "en")
    assert (status, errors) == (0, "")
    assert sorted(one.name for one in store.folder().iterdir()) == ["sessions"]
    assert [one.name for one in sessions_folder().iterdir()] == [home.ended.name]
    assert [one.name for one in home.ended.iterdir()] == ["notes.txt"], "what the program did not write"
    assert "notes" not in told
    assert home.ended.name in told
    assert "psoas-coach profile delete anna" in " ".join(told.split())
    assert "Nothing is kept yet" in run("history", "--lang", "en")[1]


def test_sessions_that_are_kept_do_not_come_back(home: Home, run: Run) -> None:
    status, _, errors = run("history", "delete", "--profile", "anna", "--yes", "--keep-sessions")
    assert (status, errors) == (0, "")
    assert (home.ended / NOT_IN_HISTORY).exists()
    assert (home.killed / LOG).exists()
    assert b"anna" not in store.file().read_bytes()
    run("history")
    keeping.rebuild()
    assert kept().sessions == ()
    # Somebody else's stay.
    assert deleting.find(Whose("bert")).nothing


def test_sessions_that_were_killed_elsewhere_are_deleted_too(tmp_path: Path) -> None:
    noted, killed = tmp_path / "own" / "1", tmp_path / "own" / "2"
    with at_home(tmp_path):
        usual = sessions_folder() / "1"
        for one in (usual, noted, killed):
            one.mkdir(parents=True)
            (one / ABOUT).touch()
        row = SessionRow("1", "live", "anna", datetime(2026, 3, 3, 19), "planned", 9.0, 9.0, "full", str(noted))
        with History(store.file()) as history:
            history.keep(Kept(row, ()))
        everybodys = Whose(everybody=True)
        found = deleting.find(everybodys)
        assert set(found.folders) == {usual, noted, killed}
        store.file().write_bytes(b"damaged " * 1000)
        assert deleting.find(everybodys).folders == (usual,), "where else sessions lie cannot be known"
        deleting.delete(everybodys, found)
        assert list((tmp_path / "own").iterdir()) == []


def test_a_deleted_profile_leaves_its_history_and_says_so_or_takes_it_along(home: Home, run: Run) -> None:
    profile = profiles.read("anna")
    assert profile is not None
    _, told, _ = run("profile", "delete", "anna", "--lang", "en")
    assert "psoas-coach history delete --profile anna" in " ".join(told.split())
    assert len(kept().sessions) == 2
    profiles.write(profile)
    assert run("profile", "delete", "anna", "--with-history")[0] == 0
    assert kept() == Everything()
    assert list(sessions_folder().iterdir()) == []


def test_what_is_new_in_a_profile_is_noted_and_stays_when_it_left_it(tmp_path: Path) -> None:
    neutral = Neutral(side="left", hip_opening_deg=1.5, trunk_deg=-3.0, spread_deg=0.4)
    first = Profile(name="anna", baseline=Baseline(on=date(2026, 3, 1), kneeling=(neutral,)))
    with at_home(tmp_path):
        keeping.note_change(Profile(name="anna"), first)
        end = Comfort(side="left", on=date(2026, 3, 2), end_deg=8.0, tries_deg=(7.0, 8.0, 9.5))
        second = first.model_copy(update={"baseline": None, "comfort": (end,)})
        keeping.note_change(first, second)
        found = kept()
        assert [(one.posture, one.trunk_deg) for one in found.neutrals] == [("kneeling", -3.0)]
        assert [(one.end_deg, one.nearest_deg, one.farthest_deg) for one in found.comforts] == [(8.0, 7.0, 9.5)]
        with History(store.file()) as history:
            history.forget("anna")
        keeping.note_change(second, second.with_session(Done(at=datetime(2026, 3, 3, 19), pain=1)))
        found = kept()
    assert found.comforts == (), "what was deleted is not brought back by what comes later"
    assert found.felt == (FeltRow("anna", datetime(2026, 3, 3, 19), 0, 1, None),)


def test_what_is_added_to_a_session_the_next_morning_is_one_note(tmp_path: Path) -> None:
    evening = datetime(2026, 3, 3, 19)
    with at_home(tmp_path):
        profiles.write(Profile(name="anna"))
        add_session("anna", Done(at=evening, stops=1))
        add_session("anna", Done(at=datetime(2026, 3, 4, 8), pain=2, worse_next_day=False))
        assert kept().felt == (FeltRow("anna", evening, 1, 2, False),)


def test_a_history_that_cannot_be_written_stops_no_session(
    tmp_path: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    store.file().write_bytes(b"damaged " * 1000)
    keeping.note_session(home.ended)
    assert "is damaged" in capsys.readouterr().err


def test_what_a_real_session_writes_has_the_published_shapes(home: Home) -> None:
    line = Draft202012Validator(schema("live-event").content())
    lines = [json.loads(one) for one in home.printed.splitlines()] + events_in(home.ended)
    assert {"begin", "kept"} <= {one["event"] for one in lines}
    assert [f"{one}: {error.message}" for one in lines for error in line.iter_errors(one)] == []
    for name, file in (("summary", "summary.json"), ("session", ABOUT)):
        written = json.loads((home.ended / file).read_text(encoding="utf-8"))
        assert list(Draft202012Validator(schema(name).content()).iter_errors(written)) == [], name
    exported.export(kept(), "json", home.data / "history.json")
    written = json.loads((home.data / "history.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema("history").content()).iter_errors(written)) == []


@pytest.fixture
def in_amsterdam() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Amsterdam")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.skipif(sys.platform == "win32", reason="the clock of a process cannot be moved there")
def test_a_clip_is_noted_only_when_asked_for_once_and_on_its_day(
    tmp_path: Path, model_path: Path, run: Run, in_amsterdam: None
) -> None:
    assert model_path.exists()
    clip, copy = tmp_path / "clip.mp4", tmp_path / "copy.mp4"
    with av.open(str(LUNGE)) as source, av.open(str(clip), "w") as out:
        out.metadata["creation_time"] = "2026-02-03T10:20:30.000000Z"
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None and packet.pts is not None and packet.pts * packet.time_base < 1.0:
                packet.stream = stream
                out.mux(packet)
    shutil.copyfile(clip, copy)
    words = ("analyse", clip, "--no-report", "--exercise", "low-lunge", "--lang", "en")
    with at_home(tmp_path):
        profiles.write(Profile(name="anna").with_answers(dict.fromkeys(table().questions, "no"), date.today()))
        assert run(*words)[0] == 0
        assert run(*words, "--profile", "anna")[0] == 0
        assert not store.file().exists(), "a look at a clip leaves no trace"
        assert run(*words, "--history")[0] == 2
        for one in (clip, copy, clip):
            status, told, errors = run("analyse", one, *words[2:], "--profile", "anna", "--history")
            assert (status, errors) == (0, "")
            assert f"Noted in the history of anna, on 2026-02-03: {one.name}" in told
        (session,) = kept().sessions
    assert (session.kind, session.person, session.began) == ("clip", "anna", datetime(2026, 2, 3, 11, 20, 30))


def test_everything_can_be_taken_along(home: Home, run: Run) -> None:
    assert run("history", "export", "--format", "json", "--out", "all.json")[0] == 0
    written = json.loads(Path("all.json").read_text(encoding="utf-8"))
    found = kept()
    assert EVERYTHING.validate_python({name: written[name] for name in TABLES}) == found
    status, told, _ = run("history", "export", "--format", "csv", "--out", "tables", "--lang", "en")
    assert status == 0
    rows = 0
    for name, kind in TABLES.items():
        with Path("tables", f"{name}.csv").open(encoding="utf-8", newline="") as file:
            head, *lines = list(csv.reader(file))
        assert head == list(columns(kind))
        assert len(lines) == len(getattr(found, name))
        rows += len(lines)
    assert f"(rows: {rows})" in told
    assert rows > 10
    assert Path("all.json").stat().st_mode & 0o077 == 0
    assert run("history", "export", "--format", "json", "--out", "x.json", "--profile", "bert")[0] == 2
    assert not Path("x.json").exists()


def test_people_are_never_mixed(home: Home, run: Run) -> None:
    with History(store.file()) as history:
        history.keep(made_up(1, datetime(2026, 3, 1, 18), None))
    status, told, _ = run("history", "--lang", "en")
    assert status == 2
    assert "anna: 2" in told
    assert "without a profile: 1" in told
    assert "Left and right" not in told
    status, told, _ = run("history", "--profile", "anna", "--lang", "en")
    assert status == 0
    assert "What was done: anna" in told
    status, told, _ = run("history", "--profile", "-", "--weeks", "520", "--lang", "nl")
    assert status == 0
    assert "Wat er gedaan is: zonder profiel" in told
    assert "There is nothing of bert" in run("history", "--profile", "bert", "--lang", "en")[2]
