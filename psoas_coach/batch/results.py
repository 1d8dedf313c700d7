"""The tables and the page of a batch, from what lies in the folders of its clips."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from poses.messages import Language
from poses.problem import Problem
from psoas_coach.batch.records import Clip
from psoas_coach.batch.state import summary_of
from psoas_coach.batch.tables import (
    CLIPS,
    EVENTS,
    clip_rows,
    event_rows,
    reason_of,
    status_of,
    write_csv,
    write_parquet,
)
from psoas_coach.files import printable
from psoas_coach.report.index import Absent, Entry, write_table
from psoas_coach.summary import Summary


def write_results(out: Path, clips: Sequence[Clip], lang: Language) -> tuple[list[Path], list[Problem]]:
    """Writes everything about all clips.

    Args:
        out: Where their folders are.
        clips: All clips, in order.
        lang: The user's language.

    Returns:
        What was written, and why something was not.
    """
    read = [(clip, summary_of(out / clip.folder) if clip.done else None) for clip in clips]
    rows = clip_rows(read)
    writers: dict[Path, Callable[[Path], object]] = {
        out / "batch.csv": lambda path: write_csv(path, list(CLIPS), rows),
        out / "events.csv": lambda path: write_csv(path, EVENTS, event_rows(read)),
        out / "batch.parquet": lambda path: write_parquet(path, rows),
        out / "index.html": lambda path: write_table(path.parent, list(_entries(out, read)), _absent(clips), lang),
    }
    written, missing = [], []
    for path, write in writers.items():
        try:
            write(path)
        except Problem as problem:
            missing.append(problem)
        else:
            written.append(path)
    return written, missing


def _entries(out: Path, read: Sequence[tuple[Clip, Summary | None]]) -> Iterator[Entry]:
    for clip, summary in read:
        if summary is not None:
            side = clip.job.side if clip.job is not None else ""
            yield Entry(clip.name, out / clip.folder, summary, clip.strip, reason_of(clip), side)


def _absent(clips: Sequence[Clip]) -> list[Absent]:
    found = []
    for clip in clips:
        kind = status_of(clip)
        if kind == "failed" or kind == "duplicate" or kind == "not_begun":  # noqa: PLR1714 - by which types are told
            found.append(Absent(printable(clip.name), kind, reason_of(clip)))
    return found
