"""Writes everything that is kept, or everything of one person, for other programs.

JSON is one file, its schema that of ``psoas-coach schema history``; CSV a folder with a file for each table. What is in
them is for nobody else to read, as the history itself is.
"""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Final, Literal

from poses.problem import Problem
from psoas_coach.files import make_folder, replacing
from psoas_coach.history.migrations import VERSION
from psoas_coach.history.rows import EVERYTHING, TABLES, Everything, columns, values_of
from psoas_coach.version import VERSION as PROGRAM

Format = Literal["csv", "json"]
_PRIVATE: Final = 0o600


def export(kept: Everything, form: Format, out: Path) -> int:
    """Writes it.

    Args:
        kept: What.
        form: As what.
        out: A file for JSON, a folder for CSV; made if need be, and overwritten.

    Returns:
        How many rows there are.

    Raises:
        Problem: It cannot be written.
    """
    if form == "json":
        if out.is_dir():
            raise Problem(f"{out} is a folder", "JSON is one file", "Name a file, such as history.json")
        make_folder(out.parent)
        _write(out, json.dumps(as_json(kept), indent=1, ensure_ascii=False) + "\n")
    else:
        make_folder(out)
        for table in TABLES:
            _write(out / f"{table}.csv", _csv(kept, table))
    return sum(len(getattr(kept, table)) for table in TABLES)


def as_json(kept: Everything) -> dict[str, object]:
    """It as JSON has it."""
    return {"schema_version": VERSION, "program_version": PROGRAM, **EVERYTHING.dump_python(kept, mode="json")}


def _csv(kept: Everything, table: str) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns(TABLES[table]))
    writer.writerows(values_of(row) for row in getattr(kept, table))
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.touch(mode=_PRIVATE)
        temporary.write_text(text, encoding="utf-8", newline="")
