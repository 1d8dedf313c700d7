"""``index.html``: all clips of one run in a table, each with a small plot and a link to its report.

In the order of their names, and never ranked; whoever wants another order chooses a column. What was not judged is
shown as that, and what could not be analysed is listed with its reason.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from poses.messages import Language, Messages
from psoas_coach.report.clip_report import NAME, Written
from psoas_coach.report.facts import exercises_seen
from psoas_coach.report.page import Page, write
from psoas_coach.report.strip import Bar, bars, strip_of
from psoas_coach.report.told import clock, percent
from psoas_coach.summary import Summary, gravest
from psoas_coach.wording import rule_name

_INDEX: Final = "index"
_STYLES: Final = ("page.css", "clips.css", "print.css")
_SCRIPTS: Final = ("clips.js",)


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip with results.

    Attributes:
        name: How it is called.
        folder: Its folder of results, beside the page.
        summary: What was found.
        strip: What it showed in its course, see ``strip``.
        lacks: What of its results is missing, and why; "" for nothing.
        side_told: Which side is stretched as the user says, or "".
    """

    name: str
    folder: Path
    summary: Summary
    strip: str
    lacks: str = ""
    side_told: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A clip without results, and why."""

    name: str
    kind: Literal["failed", "duplicate", "not_begun"]
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One clip as the template fills it in; what ends in ``_at`` is what a column is ordered by."""

    name: str
    link: str
    picture: str
    exercises: str
    length: str
    length_at: str
    bars: list[Bar]
    plot: str
    judged: str
    judged_at: str
    verdict: str
    stops: int
    cautions: int
    tags: str
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to show only some of the clips."""

    tag: str
    name: str
    count: int


def write_index(out: Path, reports: Sequence[Written], lang: Language) -> Path:
    """Writes the table of several clips whose reports were just written, beside their folders.

    Returns:
        The page in the user's language.

    Raises:
        Problem: It cannot be written.
    """
    return write_table(out, [_entry(written) for written in reports], (), lang)


def write_table(out: Path, entries: Sequence[Entry], absent: Sequence[Absent], lang: Language) -> Path:
    """Writes the table of several clips beside their folders.

    Returns:
        The page in the user's language.

    Raises:
        Problem: It cannot be written.
    """

    def fill(texts: Messages) -> tuple[dict[str, Any], dict[str, Any]]:
        rows = [_row(texts, entry, lang) for entry in entries]
        words = {"shown": texts("report", "clips_shown"), "all_shown": texts("report", "clips_all_shown")}
        return words, {"rows": rows, "choices": _choices(texts, entries), "absent": absent}

    return write(out, Page(_INDEX, "index.html", "index_title", {}, _STYLES, _SCRIPTS), lang, fill)


def address(folder: Path, file: str) -> str:
    """How a page beside a folder leads into it: names may hold anything, also what means something in an address."""
    return f"{quote(folder.name)}/{file}"


def _entry(written: Written) -> Entry:
    folder, table = written.file.parent, written.file.parent / "measures.csv"
    strip = strip_of(table, written.summary) if table.is_file() else ""
    return Entry(written.summary.clip.name, folder, written.summary, strip)


def _row(texts: Messages, entry: Entry, main: Language) -> Row:
    summary, folder = entry.summary, entry.folder
    verdicts = [finding.verdict for finding in summary.findings]
    file = f"{NAME}.html" if texts.language == main else f"{NAME}.{texts.language}.html"
    share, length_s = summary.frames.judged / max(summary.frames.total, 1), summary.clip.duration_s
    verdict = gravest(summary)
    return Row(
        name=entry.name,
        link=address(folder, file) if (folder / file).is_file() else "",
        picture=address(folder, "picture.png") if (folder / "picture.png").is_file() else "",
        exercises=exercises_seen(texts, summary),
        length="–" if length_s is None else clock(texts, length_s),
        length_at=f"{length_s or 0.0:.3f}",
        bars=bars(entry.strip),
        plot=_plot_told(texts, summary),
        judged=f"{percent(share)} %",
        judged_at=f"{share:.6f}",
        verdict=verdict,
        stops=verdicts.count("stop"),
        cautions=verdicts.count("caution"),
        tags=" ".join([verdict, *_tags(summary)]),
        notes=_notes(texts, entry),
    )


def _tags(summary: Summary) -> list[str]:
    """By what a clip can be found: the verdicts and the rules of its findings."""
    verdicts = [one.verdict for one in summary.findings]
    return list(dict.fromkeys([*verdicts, *(f"{one.exercise}.{one.rule}" for one in summary.findings)]))


def _plot_told(texts: Messages, summary: Summary) -> str:
    """What the small plot shows, in a sentence, for whoever does not see it."""
    told = []
    for verdict in ("stop", "caution"):
        found = [one for one in summary.findings if one.verdict == verdict]
        if found:
            times = ", ".join(f"{clock(texts, one.start_s)}–{clock(texts, one.end_s)}" for one in found[:4])
            more = f" (+{len(found) - 4})" if len(found) > 4 else ""
            told.append(texts("report", "plot_past", verdict=texts("verdicts", verdict), times=times + more))
    if not told:
        told.append(texts("summary", "nothing_found" if summary.frames.judged else "nothing_judged"))
    return "; ".join(told)


def _notes(texts: Messages, entry: Entry) -> list[str]:
    """What has to be known of a row beside its numbers."""
    notes = [entry.lacks] if entry.lacks else []
    sides = {seen.stretched for seen in entry.summary.exercises if seen.stretched}
    if entry.side_told and sides and entry.side_told not in sides:
        seen = ", ".join(texts("sides", side) for side in sorted(sides))
        notes.append(texts("report", "other_side_seen", told=texts("sides", entry.side_told), seen=seen))
    if entry.summary.clip.broke:
        notes.append(texts("summary", "broke", time=f"{entry.summary.clip.broke_off_s or 0.0:.1f}"))
    return notes


def _choices(texts: Messages, entries: Sequence[Entry]) -> list[Choice]:
    """How the clips can be told apart: by what they come to, and by each rule that found something."""
    counts = Counter(tag for one in entries for tag in {gravest(one.summary), *_tags(one.summary)})
    choices = [
        Choice(tag, texts("report", f"clips_{tag}"), counts[tag])
        for tag in ("stop", "caution", "ok", "unknown")
        if counts[tag]
    ]
    rules = {(one.exercise, one.rule) for entry in entries for one in entry.summary.findings}
    named = [(f"{texts('exercises', exercise)}: {rule_name(texts, exercise, rule)}", f"{exercise}.{rule}")
             for exercise, rule in rules]  # fmt: skip
    return [*choices, *(Choice(tag, name, counts[tag]) for name, tag in sorted(named))]
