"""The file of the history: what is written is there, whoever else writes; what is deleted is gone; odd files."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sittings import ROOT

from benchmarks.history import made_up, measured, past
from poses.problem import Problem
from psoas_coach.history.faults import Damaged
from psoas_coach.history.migrations import MIGRATIONS, VERSION, migrate
from psoas_coach.history.rows import PARTS, TABLES, ExerciseRow, Kept, SessionRow, columns
from psoas_coach.history.store import History, beside

TODAY = date(2026, 3, 5)
EVENING = datetime(2026, 3, 5, 18, 30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


def test_what_is_kept_is_read_back(path: Path) -> None:
    one, other = made_up(97, EVENING), made_up(98, EVENING, None)
    with History(path) as history:
        history.keep(one)
        history.keep(other)
        measured(history, 10, TODAY)
    with History(path) as history:
        everything, annas = history.everything(), history.of("anna")
        assert history.people() == {"anna": 1, None: 1}
    assert everything.sessions == (one.session, other.session)
    assert annas.sessions == (one.session,)
    for table, kind in PARTS.items():
        kept = [part for part in one.parts if isinstance(part, kind)]
        assert list(getattr(annas, table)) == kept, table
    assert annas.pains, "every table has something in it"
    assert len(annas.comforts) == 4


def test_the_columns_of_a_new_file_are_the_fields_of_its_rows(path: Path) -> None:
    History(path).close()
    with sqlite3.connect(path) as connection:
        for table, kind in TABLES.items():
            found = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            assert found == list(columns(kind)), table
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_same_session_twice_is_one_and_the_last_word_counts(path: Path) -> None:
    first = made_up(1, EVENING)
    later = Kept(
        SessionRow(first.session.id, "live", "anna", EVENING, "done", 400.0, 55.0, "full", "/elsewhere"),
        (ExerciseRow(first.session.id, 0, "bridge", None, 55.0, "ok"),),
    )
    with History(path) as history:
        for kept in (first, first, later):
            history.keep(kept)
        found = history.everything()
        measured(history, 5, TODAY)
        measured(history, 5, TODAY)
        assert len(history.everything().comforts) == 2
    assert found.sessions == (later.session,)
    assert found.exercises == later.parts
    assert found.passes == (), "nothing of before is left"


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are others there")
def test_nobody_else_may_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        with History(path) as history:
            history.keep(made_up(1, EVENING))
            there = [one for one in (path, *beside(path)) if one.exists()]
            assert len(there) == 3, "the log of writes and its index too"
            assert [one.stat().st_mode & 0o777 for one in there] == [0o600] * 3
    finally:
        os.umask(before)


def test_a_file_of_version_1_gets_what_came_later_and_keeps_what_it_has(path: Path) -> None:
    session = made_up(1, EVENING).session
    with sqlite3.connect(path, isolation_level=None) as connection:
        migrate(connection, 1)
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        values = (
            session.id,
            "live",
            "anna",
            "2026-03-05T18:30:00",
            "done",
            session.length_s,
            170.0,
            "full",
            session.folder,
        )
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    assert VERSION == len(MIGRATIONS) > 1
    with History(path) as history:
        assert history.everything().sessions == (session,)
        measured(history, 5, TODAY)
        assert len(history.of("anna").comforts) == 2


def test_a_migration_that_fails_half_way_leaves_the_file_as_it_was(path: Path) -> None:
    with sqlite3.connect(path, isolation_level=None) as connection:
        migrate(connection, 1)
        connection.execute("CREATE TABLE comforts (somebody TEXT)")
    with pytest.raises(Problem, match="cannot be used"):
        History(path)
    with sqlite3.connect(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert "neutrals" not in tables


def test_a_newer_file_is_told_and_left_as_it_is(path: Path) -> None:
    with History(path) as history:
        history.keep(made_up(1, EVENING))
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(Problem, match=f"newer psoas-coach .version {VERSION + 1}"):
        History(path)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "text": lambda data: b"not a history " * 100,
    "cut": lambda data: data[:50],
    "half": lambda data: data[: len(data) // 2],
    "zeros": lambda data: data[:4096] + bytes(len(data) - 4096),
}


@pytest.mark.parametrize("how", sorted(DAMAGE))
def test_a_damaged_file_is_told(path: Path, how: str) -> None:
    with History(path) as history:
        for kept in past(40, TODAY):
            history.keep(kept)
    path.write_bytes(DAMAGE[how](path.read_bytes()))

    def read() -> None:
        with History(path) as history:
            history.check()
            history.everything()

    with pytest.raises(Damaged, match="is damaged"):
        read()


def test_a_value_that_makes_no_sense_is_damage_too(path: Path) -> None:
    with History(path) as history:
        history.keep(made_up(1, EVENING))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE sessions SET began = 'last summer'")
    connection.close()
    with History(path) as history, pytest.raises(Damaged, match=r"sessions\.0\.began"):
        history.everything()


def test_what_is_deleted_is_gone_from_the_file(path: Path) -> None:
    with History(path) as history:
        for number in range(60):
            history.keep(made_up(number, EVENING, "wilhelmina", ident=f"secret-{number:03}"))
            history.keep(made_up(number, EVENING, "bert", ident=f"berts-{number:03}"))
        measured(history, 50, TODAY, "wilhelmina")
        measured(history, 50, TODAY, "bert")
        berts = history.of("bert")

        def left() -> list[bytes]:
            there = [one.read_bytes() for one in (path, *beside(path)) if one.exists()]
            return [word for word in (b"wilhelmina", b"secret-0") if any(word in data for data in there)]

        assert left() == [b"wilhelmina", b"secret-0"], "it was there to be found"
        history.forget("wilhelmina")
        # Others may still have the file open: it is gone at once, not when the last of them closes it.
        assert left() == []
        assert history.people() == {"bert": 60}
        assert history.of("bert") == berts
        history.forget(None, everybody=True)
        assert history.people() == {}
    assert b"bert" not in path.read_bytes()


WRITER = """
import sys
from datetime import datetime
from pathlib import Path
from benchmarks.history import made_up
from psoas_coach.history.store import History
who = sys.argv[2]
sys.stdin.readline()
for number in range(500):
    # Each session has the history open for itself, as each program that ends one does.
    with History(Path(sys.argv[1])) as history:
        history.keep(made_up(number, datetime(2026, 3, 5, 18, 30), who, ident=f"{who}-{number}"))
"""


def test_two_programs_that_write_500_sessions_each_lose_none(path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), who],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for who in ("anna", "bert")
    ]
    # Both make the file at the same moment, each finding none.
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        _, errors = writer.communicate(timeout=240)
        assert writer.returncode == 0, errors
    with History(path) as history:
        history.check()
        assert history.people() == {"anna": 500, "bert": 500}
        found = history.everything()
    assert len(found.sessions) == 1000
    wanted = sum(sum(isinstance(part, PARTS["passes"]) for part in made_up(n, EVENING).parts) for n in range(500))
    assert len(found.passes) == 2 * wanted


def test_a_writer_that_is_killed_leaves_a_whole_file(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), "anna"],
        stdin=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as writer:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
        while not path.exists() or path.stat().st_size == 0:
            assert writer.poll() is None
        with History(path) as history:
            while len(history.folders()) < 20:
                assert writer.poll() is None
        writer.kill()
    with History(path) as history:
        history.check()
        found = history.everything()
        history.keep(made_up(1, EVENING, "bert"))
    for session in found.sessions:
        number = int(session.id.partition("-")[2])
        parts = [one for one in found.passes if one.session == session.id]
        assert len(parts) == sum(isinstance(part, PARTS["passes"]) for part in made_up(number, EVENING).parts)
