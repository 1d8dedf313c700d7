"""``batch.csv``, ``batch.parquet`` and ``events.csv``: what all clips of a batch showed, in the order of their names.

Nothing in them tells when, where or by how many workers they were made, so the same clips give the same bytes. Clips
are never ranked, and what was not judged says so.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from poses.problem import Problem
from psoas_coach.batch.records import Clip
from psoas_coach.files import printable, replacing
from psoas_coach.summary import Summary, exercises_shown, gravest

Cell = str | int | float | None
Status = Literal["done", "partly", "failed", "duplicate", "not_begun"]
# Names of the columns, and what stands in them.
CLIPS: Final[dict[str, type]] = {
    "clip": str, "folder": str, "status": str, "reason": str, "sha256": str, "asked_for": str, "person": str,
    "side_told": str, "side_agrees": str, "kind": str, "width": int, "height": int, "duration_s": float, "frames": int,
    "frames_with_person": int, "frames_judged": int, "exercises": str, "sides": str, "verdict": str, "stops": int,
    "cautions": int, "findings": str, "holds": int, "held_s": float, "repetitions": int, "not_judged_because": str,
    "broke": str,
}  # fmt: skip
EVENTS: Final = (
    "clip", "folder", "event", "exercise", "rule", "side", "verdict", "start_s", "end_s", "reported_s", "measure",
    "peak", "sigma", "limit", "cue", "seen_s", "number",
)  # fmt: skip
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def clip_rows(clips: Sequence[tuple[Clip, Summary | None]]) -> list[dict[str, Cell]]:
    """One row a clip."""
    return [_clip_row(clip, summary) for clip, summary in clips]


def event_rows(clips: Sequence[tuple[Clip, Summary | None]]) -> list[dict[str, Cell]]:
    """One row for each finding, hold and repetition, by clip and time."""
    rows = []
    for clip, summary in clips:
        if summary is not None:
            rows += sorted(_events(clip, summary), key=lambda row: (row["start_s"], row["event"], row["rule"] or ""))
    return rows


def status_of(clip: Clip) -> Status:
    """What became of a clip; "partly" where something is missing, as a report."""
    if clip.same_as:
        return "duplicate"
    if clip.done:
        return "partly" if clip.failure is not None else "done"
    return "failed" if clip.failure is not None else "not_begun"


def reason_of(clip: Clip) -> str:
    """Why there is not everything, in one line."""
    if clip.same_as:
        return f"The same content as {clip.same_as}"
    return "" if clip.failure is None else " ".join(printable(str(clip.failure.problem)).split())


def _clip_row(clip: Clip, summary: Summary | None) -> dict[str, Cell]:
    row: dict[str, Cell] = dict.fromkeys(CLIPS)
    row |= {
        "clip": clip.name,
        "folder": clip.folder if clip.done else "",
        "status": status_of(clip),
        "reason": reason_of(clip),
        "sha256": clip.looked.sha256 if clip.looked is not None else "",
        "asked_for": clip.job.asked_for if clip.job is not None else "",
        "person": clip.job.person if clip.job is not None else "",
        "side_told": clip.job.side if clip.job is not None else "",
    }
    return row if summary is None else row | _seen(clip, summary)


def _seen(clip: Clip, summary: Summary) -> dict[str, Cell]:
    verdicts = [finding.verdict for finding in summary.findings]
    sides = sorted({seen.stretched for seen in summary.exercises if seen.stretched})
    told = clip.job.side if clip.job is not None else ""
    verdict = gravest(summary)
    return {
        "side_agrees": ("yes" if told in sides else "no") if told and sides else "",
        "kind": summary.clip.kind,
        "width": summary.clip.width,
        "height": summary.clip.height,
        "duration_s": None if summary.clip.duration_s is None else round(summary.clip.duration_s, 3),
        "frames": summary.frames.total,
        "frames_with_person": summary.frames.with_person,
        "frames_judged": summary.frames.judged,
        "exercises": " ".join(exercises_shown(summary)),
        "sides": " ".join(sides),
        "verdict": "not judged" if verdict == "unknown" else verdict,
        "stops": verdicts.count("stop"),
        "cautions": verdicts.count("caution"),
        "findings": " ".join(dict.fromkeys(f"{one.exercise}.{one.rule}" for one in summary.findings)),
        "holds": len(summary.holds),
        "held_s": round(sum(hold.seen_s for hold in summary.holds), 3),
        "repetitions": len(summary.repetitions),
        "not_judged_because": " ".join(summary.problems),
        "broke": summary.clip.broke,
    }


def _events(clip: Clip, summary: Summary) -> Iterator[dict[str, Cell]]:
    about: dict[str, Cell] = {**dict.fromkeys(EVENTS), "clip": clip.name, "folder": clip.folder}
    for finding in summary.findings:
        said = finding.model_dump()
        yield about | {"event": "finding", "number": said.pop("repetition") or None} | _known(said)
    for hold in summary.holds:
        yield about | {"event": "hold", "measure": "hip_opening_deg"} | _known(hold.model_dump())
    for one in summary.repetitions:
        yield about | {"event": "repetition", "measure": "hip_opening_deg"} | _known(one.model_dump())


def _known(said: dict[str, Cell]) -> dict[str, Cell]:
    return {name: cell for name, cell in said.items() if name in EVENTS}


def write_csv(path: Path, names: Sequence[str], rows: Sequence[dict[str, Cell]]) -> None:
    """Writes a table for spreadsheets.

    Raises:
        Problem: It cannot be written.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(names)
        table.writerows([_harmless(row[name]) for name in names] for row in rows)


def _harmless(cell: Cell) -> Cell:
    """A text with an apostrophe before it where a spreadsheet would take it for a formula: names may begin with any."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write_parquet(path: Path, rows: Sequence[dict[str, Cell]]) -> None:
    """Writes the table of clips as Parquet.

    Raises:
        Problem: pyarrow is not installed, or the file cannot be written.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise Problem(
            f"{path.name} was left out: the library pyarrow is not installed",
            "it comes with an extra of its own, since few need it",
            "batch.csv says the same; for Parquet install psoas-coach[export]",
        ) from error
    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    schema = pa.schema([pa.field(name, kinds[kind]) for name, kind in CLIPS.items()])
    with replacing(path) as temporary:
        parquet.write_table(pa.Table.from_pylist(list(rows), schema=schema), temporary, compression="zstd")
