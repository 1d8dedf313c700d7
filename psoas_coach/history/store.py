"""The file of the history: an SQLite database in the user's data folder, for nobody else to read.

Several programs may write at once: each write is one transaction, and whoever comes second waits. A file that is
damaged, or that a newer program wrote, is told and left as it is. What is deleted is overwritten, in the file and in
what lies beside it.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

import platformdirs
from pydantic import ValidationError

from poses.problem import Problem
from psoas_coach.files import make_folder
from psoas_coach.history.faults import damaged, look_at, newer
from psoas_coach.history.migrations import VERSION, migrate, version_of
from psoas_coach.history.rows import (
    EVERYTHING,
    OF_PEOPLE,
    PARTS,
    TABLES,
    Everything,
    Kept,
    PersonRow,
    Row,
    columns,
    values_of,
)

NAME: Final = "history.sqlite"
# So long is waited for another program's write.
_WAITS_S: Final = 30.0

_T = TypeVar("_T")


def folder() -> Path:
    """Where the history lies."""
    return Path(platformdirs.user_data_dir("psoas-coach", appauthor=False))


def file() -> Path:
    """The file itself."""
    return folder() / NAME


def beside(path: Path) -> tuple[Path, ...]:
    """What SQLite may keep beside a file."""
    return tuple(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))


class History:
    """An open history; use it as a context manager.

    Args:
        path: Where; made if there is none.

    Raises:
        Problem: It cannot be opened, is damaged, or is that of a newer program.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        look_at(path)
        make_folder(path.parent)
        with self._told():
            # Made first, so that nobody else can read it at any moment; what lies beside it gets the same rights.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, timeout=_WAITS_S, isolation_level=None)
        try:
            with self._told():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> "History":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of it; safe to call twice."""
        self._db.close()

    def keep(self, kept: Kept) -> None:
        """Keeps a session; one that was kept before is replaced.

        Raises:
            Problem: It cannot be written.
        """
        with self._told(), self._writing():
            self._db.execute("DELETE FROM sessions WHERE id = ?", (kept.session.id,))
            self._insert("sessions", [kept.session])
            for table, kind in PARTS.items():
                self._insert(table, [part for part in kept.parts if isinstance(part, kind)])

    def keep_of_person(self, rows: Sequence[PersonRow]) -> None:
        """Keeps what was measured of somebody or told by them; the same again is replaced.

        Raises:
            Problem: It cannot be written.
        """
        with self._told(), self._writing():
            for table, kind in OF_PEOPLE.items():
                self._insert(table, [row for row in rows if isinstance(row, kind)])

    def folders(self) -> frozenset[str]:
        """The folders of all sessions that are kept."""
        with self._told():
            return frozenset(name for (name,) in self._db.execute("SELECT folder FROM sessions"))

    def people(self) -> dict[str | None, int]:
        """Whose sessions are kept, None for those without a profile, and how many."""
        union = " UNION ALL ".join(f"SELECT person, 0 AS one FROM {table}" for table in OF_PEOPLE)
        counted = f"SELECT person, 1 AS one FROM sessions UNION ALL {union}"
        query = f"SELECT person, SUM(one) FROM ({counted}) GROUP BY person"
        with self._told():
            return {person: int(count) for person, count in self._db.execute(query)}

    def everything(self) -> Everything:
        """All that is kept.

        Raises:
            Problem: A value in it makes no sense: the file is damaged.
        """
        return self._read(dict.fromkeys(TABLES, ("", ())))

    def of(self, person: str | None) -> Everything:
        """All that is kept of one person, or of the sessions without a profile."""
        mine = ("WHERE person IS ?", (person,))
        of_mine = ("WHERE session IN (SELECT id FROM sessions WHERE person IS ?)", (person,))
        return self._read({table: of_mine if table in PARTS else mine for table in TABLES})

    def forget(self, person: str | None, *, everybody: bool = False) -> None:
        """Deletes what is kept of one person, or of everybody, so that nothing of it is left in the file.

        Raises:
            Problem: It cannot be written.
        """
        where, values = ("", ()) if everybody else ("WHERE person IS ?", (person,))
        with self._told():
            self._db.execute("PRAGMA secure_delete = ON")
            with self._writing():
                # What happened in a session goes with it.
                for table in ("sessions", *OF_PEOPLE):
                    self._db.execute(f"DELETE FROM {table} {where}", values)
            # Pages that fell free long ago, and the log of writes, may still hold it.
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> None:
        """Makes sure that the file is whole.

        Raises:
            Problem: It is not.
        """
        with self._told():
            found = [text for (text,) in self._db.execute("PRAGMA quick_check(1)")]
        if found != ["ok"]:
            raise damaged(self.path, found[0])

    def _prepare(self) -> None:
        if version_of(self._db) > VERSION:
            raise newer(self.path, version_of(self._db))
        _patiently(lambda: self._db.execute("PRAGMA journal_mode = WAL").fetchone())
        self._db.execute("PRAGMA foreign_keys = ON")
        # At most the last sessions are lost to a power cut, and these lie in their folders.
        self._db.execute("PRAGMA synchronous = NORMAL")
        migrate(self._db)

    def _insert(self, table: str, rows: Sequence[Row]) -> None:
        names = columns(TABLES[table])
        listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" for _ in names)
        self._db.executemany(f"INSERT OR REPLACE INTO {table} ({listed}) VALUES ({marks})", map(values_of, rows))

    def _read(self, where: dict[str, tuple[str, tuple[str | None, ...]]]) -> Everything:
        found: dict[str, list[dict[str, object]]] = {}
        with self._told():
            # One moment of the file, whoever writes meanwhile.
            self._db.execute("BEGIN")
            try:
                for table, kind in TABLES.items():
                    names = columns(kind)
                    listed = ", ".join(f'"{name}"' for name in names)
                    condition, values = where[table]
                    query = f"SELECT {listed} FROM {table} {condition} ORDER BY {_order(table)}"
                    found[table] = [dict(zip(names, row, strict=True)) for row in self._db.execute(query, values)]
            finally:
                self._db.execute("COMMIT")
        try:
            return EVERYTHING.validate_python(found)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            raise damaged(self.path, f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise Problem(
                f"The history {self.path} cannot be used ({error})",
                "what was done is kept in the folders of the sessions, and here in one place",
                "Close other programs that have it open, make space, and try again",
            ) from error
        except sqlite3.DatabaseError as error:
            raise damaged(self.path, str(error)) from error
        except OSError as error:
            raise Problem(
                f"The history {self.path} cannot be opened ({error.strerror or error})",
                "what was done is kept in it",
                "Check the rights of its folder",
            ) from error


def _order(table: str) -> str:
    """In which order rows are read: that of time."""
    return {"sessions": "began, id", "felt": "person, at"}.get(
        table, "session, number" if table in PARTS else "person, measured_on, side"
    )


def _patiently(do: Callable[[], _T]) -> _T:
    """Does something for which SQLite itself does not wait until another program is done."""
    until_s = time.monotonic() + _WAITS_S
    while True:
        with suppress(sqlite3.OperationalError):
            return do()
        if time.monotonic() > until_s:
            return do()
        time.sleep(0.02)
