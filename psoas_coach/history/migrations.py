"""The tables of the history, and how a file of an older program gets those of this one.

Each function brings a file from one version to the next and is never changed once it was released: what changes is
added as a further one. ``PRAGMA user_version`` says which was the last.
"""

from collections.abc import Callable
from sqlite3 import Connection
from typing import Final

_SESSIONS: Final = (
    """CREATE TABLE sessions (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('live', 'clip')), person TEXT, began TEXT NOT NULL,
        ended TEXT NOT NULL, length_s REAL NOT NULL, judged_s REAL NOT NULL, model TEXT NOT NULL, folder TEXT NOT NULL
    )""",
    "CREATE INDEX sessions_by_person ON sessions (person, began)",
    """CREATE TABLE planned (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        exercise TEXT NOT NULL, side TEXT, repetitions INTEGER NOT NULL, PRIMARY KEY (session, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE exercises (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        exercise TEXT NOT NULL, side TEXT, judged_s REAL NOT NULL, worst TEXT NOT NULL, PRIMARY KEY (session, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE passes (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('hold', 'repetition')), exercise TEXT NOT NULL, side TEXT,
        start_s REAL NOT NULL, end_s REAL NOT NULL, held_s REAL NOT NULL, peak_deg REAL NOT NULL, counts INTEGER,
        PRIMARY KEY (session, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE findings (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        exercise TEXT NOT NULL, rule TEXT NOT NULL, measure TEXT NOT NULL, side TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('caution', 'stop')), start_s REAL NOT NULL, end_s REAL NOT NULL,
        peak REAL NOT NULL, "limit" REAL NOT NULL, sigma REAL, PRIMARY KEY (session, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE pains (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        time_s REAL NOT NULL, exercise TEXT, part TEXT, PRIMARY KEY (session, number)
    ) WITHOUT ROWID""",
)
_PEOPLE: Final = (
    """CREATE TABLE neutrals (
        person TEXT NOT NULL, measured_on TEXT NOT NULL, posture TEXT NOT NULL, side TEXT NOT NULL,
        hip_opening_deg REAL NOT NULL, trunk_deg REAL NOT NULL, spread_deg REAL NOT NULL,
        PRIMARY KEY (person, measured_on, posture, side)
    ) WITHOUT ROWID""",
    """CREATE TABLE comforts (
        person TEXT NOT NULL, measured_on TEXT NOT NULL, side TEXT NOT NULL, end_deg REAL NOT NULL,
        nearest_deg REAL NOT NULL, farthest_deg REAL NOT NULL, PRIMARY KEY (person, measured_on, side)
    ) WITHOUT ROWID""",
    """CREATE TABLE felt (
        person TEXT NOT NULL, at TEXT NOT NULL, stops INTEGER NOT NULL, pain INTEGER NOT NULL, worse_next_day INTEGER,
        PRIMARY KEY (person, at)
    ) WITHOUT ROWID""",
)


def _sessions(connection: Connection) -> None:
    """Version 1: sessions, and what happened in them."""
    for statement in _SESSIONS:
        connection.execute(statement)


def _people(connection: Connection) -> None:
    """Version 2: what was measured of people, and what they said of a session."""
    for statement in _PEOPLE:
        connection.execute(statement)


MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = (_sessions, _people)
VERSION: Final = len(MIGRATIONS)


def migrate(connection: Connection, up_to: int = VERSION) -> None:
    """Brings a file up to a version, in one transaction: whoever comes second finds nothing left to do.

    Args:
        connection: In autocommit mode.
        up_to: The version.
    """
    if version_of(connection) >= up_to:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version_of(connection), up_to):
            MIGRATIONS[number](connection)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def version_of(connection: Connection) -> int:
    """Of the file's tables; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
