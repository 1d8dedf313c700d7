"""The tables of a report: findings, repetitions and holds, what could not be judged, limits."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from poses.exercise import Band, Exercise
from poses.messages import Messages
from poses.records import Verdict
from psoas_coach.limits import limits_rows
from psoas_coach.report.follow import Run
from psoas_coach.report.told import clock, percent, seconds, value
from psoas_coach.summary import FindingRecord, HoldRecord, RepetitionRecord, Summary
from psoas_coach.wording import peak_of, rule_name


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding in words; ``start_s`` is where its link leads."""

    kind: str
    what: str
    when: str
    start_s: float
    lasted: str
    peak: str
    limit: str
    beyond: str
    repetition: str
    cue: str


@dataclass(frozen=True, slots=True)
class PassRow:
    """One repetition or hold in words."""

    name: str
    start_s: float
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassTable:
    """All repetitions or all holds of one exercise."""

    title: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[PassRow, ...]


@dataclass(frozen=True, slots=True)
class UnjudgedRow:
    """One reason why something was not judged."""

    why: str
    share: str
    when: str
    start_s: float


@dataclass(frozen=True, slots=True)
class LimitsTable:
    """The limits of an exercise."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def finding_rows(texts: Messages, summary: Summary) -> list[FindingRow]:
    """Each finding, in the order of time."""
    sides = {finding.side for finding in summary.findings}
    return [
        FindingRow(
            kind=one.verdict,
            what=_what(texts, one, several_sides=len(sides) > 1),
            when=clock(texts, one.start_s),
            start_s=one.start_s,
            lasted=seconds(texts, one.end_s - one.start_s),
            peak=peak_of(one).replace("-", "\u2212"),
            limit=value(one.limit, one.measure),
            beyond=value(abs(abs(one.peak) - abs(one.limit)), one.measure)
            if one.measure.endswith("_deg_s")
            else value(abs(one.peak - one.limit), one.measure),
            repetition=str(one.repetition or "–"),
            cue=texts("cues", one.cue),
        )
        for one in summary.findings
    ]


def _what(texts: Messages, finding: FindingRecord, *, several_sides: bool) -> str:
    name = rule_name(texts, finding.exercise, finding.rule)
    return f"{name}, {texts('sides', finding.side)}" if several_sides else name


def pass_tables(texts: Messages, summary: Summary) -> list[PassTable]:
    """Repetitions, then holds, each exercise apart."""
    return [*_repetition_tables(texts, summary), *_hold_tables(texts, summary)]


def _repetition_tables(texts: Messages, summary: Summary) -> Iterator[PassTable]:
    for exercise in dict.fromkeys(one.exercise for one in summary.repetitions):
        done = [one for one in summary.repetitions if one.exercise == exercise]
        heads = ("number", "start", "peak_opening", "up", "top", "down", "past_limits")
        yield PassTable(
            f"{texts('report', 'repetitions')}: {texts('exercises', exercise)}",
            texts("report", "repetitions_caption"),
            tuple(texts("report", head) for head in heads),
            tuple(_repetition_row(texts, one, summary) for one in done),
        )


def _repetition_row(texts: Messages, one: RepetitionRecord, summary: Summary) -> PassRow:
    # Each exercise counts its own repetitions from one.
    found = [f for f in summary.findings if (f.exercise, f.repetition) == (one.exercise, one.number)]
    times = (seconds(texts, part) for part in (one.up_s, one.top_hold_s, one.down_s))
    cells = (clock(texts, one.start_s), value(one.peak, "hip_opening_deg"), *times, _past(texts, found))
    return PassRow(str(one.number), one.start_s, cells)


def _hold_tables(texts: Messages, summary: Summary) -> Iterator[PassTable]:
    for exercise in dict.fromkeys(one.exercise for one in summary.holds):
        held = [one for one in summary.holds if one.exercise == exercise]
        heads = ("number", "start", "side", "held_for", "in_view", "peak_opening", "past_limits")
        yield PassTable(
            f"{texts('report', 'holds')}: {texts('exercises', exercise)}",
            texts("report", "holds_caption"),
            tuple(texts("report", head) for head in heads),
            tuple(_hold_row(texts, number, one, summary) for number, one in enumerate(held, start=1)),
        )


def _hold_row(texts: Messages, number: int, one: HoldRecord, summary: Summary) -> PassRow:
    found = [f for f in summary.findings if f.start_s < one.end_s and f.end_s > one.start_s]
    side = texts("sides", one.side) if one.side else "–"
    cells = (
        clock(texts, one.start_s),
        side,
        seconds(texts, one.end_s - one.start_s),
        seconds(texts, one.seen_s),
        value(one.peak, "hip_opening_deg"),
        _past(texts, found),
    )
    return PassRow(str(number), one.start_s, cells)


def _past(texts: Messages, found: Sequence[FindingRecord]) -> str:
    """What limits were passed, the gravest verdict of each rule."""
    graver: dict[str, str] = {}
    for finding in found:
        name = rule_name(texts, finding.exercise, finding.rule)
        if finding.verdict == "stop" or name not in graver:
            graver[name] = finding.verdict
    return ", ".join(f"{name} ({texts('verdicts', verdict)})" for name, verdict in graver.items()) or "–"


def unjudged_rows(texts: Messages, runs: Sequence[Run], summary: Summary) -> list[UnjudgedRow]:
    """Why something was not judged, the most frequent reason first."""
    total = max(summary.frames.total, 1)
    rows = []
    for problem, frames in summary.problems.items():
        first = next((run.start_s for run in runs if run.problem == problem), None)
        when = "" if first is None else clock(texts, first)
        rows.append(UnjudgedRow(texts("problems", problem), f"{percent(frames / total)} %", when, first or 0.0))
    return rows


def no_reason_told(texts: Messages, summary: Summary) -> str:
    """What is told where there is no reason why something was not judged; of a breath nothing is judged without one."""
    if summary.frames.judged == 0:
        return texts("summary", "nothing_judged")
    return texts("report", "all_judged") if summary.frames.judged == summary.frames.total else ""


def limits_tables(texts: Messages, exercises: Sequence[Exercise], summary: Summary) -> list[LimitsTable]:
    """The limits of each exercise and side that was judged."""
    by_id = {exercise.id: exercise for exercise in exercises}
    tables: list[LimitsTable] = []
    for seen in summary.exercises:
        exercise = by_id[seen.id]
        side = None if seen.stretched is None else ("left", "right").index(seen.stretched)
        name = texts("exercises", seen.id)
        if exercise.sides is not None and seen.stretched is not None:
            name = f"{name}, {texts('sides', seen.stretched)}"
        verdicts = [texts("verdicts", verdict.value) for verdict in (Verdict.CAUTION, Verdict.STOP)]
        heads = ("", texts("summary", "aim"), *verdicts)
        rows = tuple(limits_rows(exercise.of_side(side), texts))
        if not any(table.title.endswith(name) for table in tables):
            tables.append(LimitsTable(f"{texts('report', 'limits')}: {name}", heads, rows))
    return tables


def limit_words(texts: Messages, caution: Band, stop: Band, measure: str) -> str:
    """From where care and stop are asked for, in a few words."""
    parts = []
    for verdict, band in (("caution", caution), ("stop", stop)):
        ends = [value(end, measure) for end in (band.min, band.max) if math.isfinite(end)]
        # A speed has the same limit both ways, told once.
        if ends:
            told = " / ".join(dict.fromkeys(ends))
            parts.append(texts("report", "limit_of", verdict=texts("verdicts", verdict), limit=told))
    return ", ".join(parts)
