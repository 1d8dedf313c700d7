"""What stands on the page of one clip, in words: everything its template fills in.

Which question this module answers: what does a reader want to know of this clip, and how is it said. It counts what was
found and never rates anybody.
"""

from dataclasses import dataclass

import numpy as np

from poses.messages import Messages
from poses.movement import MEASURES
from psoas_coach.report.facts import Clip, exercises_seen, facts
from psoas_coach.report.media import Shown
from psoas_coach.report.series import Key, Series
from psoas_coach.report.tables import (
    FindingRow,
    LimitsTable,
    PassTable,
    UnjudgedRow,
    finding_rows,
    limit_words,
    limits_tables,
    no_reason_told,
    pass_tables,
    unjudged_rows,
)
from psoas_coach.report.timeline import Lane, Mark, Tick, finding_lanes, pass_marks, run_marks, ticks
from psoas_coach.report.told import clock, decimal, percent, value
from psoas_coach.summary import Summary, gravest
from psoas_coach.wording import rule_name

# On paper there is room for the first plot and so many others.
_PLOTS_ON_PAPER = 5


@dataclass(frozen=True, slots=True)
class Told:
    """Something with the sign of a verdict."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PlotView:
    """One plot: which series, what it is called, what its limits are, and what a reader without it is told."""

    index: int
    name: str
    about: str
    told: str
    to_paper: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the template of a report fills in; see there."""

    name: str
    subtitle: str
    width: int
    height: int
    still: bool
    sound: bool
    media: Shown
    media_url: str
    media_notice: str
    picture: str
    length: str
    end_s: str
    outcome: list[Told]
    said: list[Told]
    notices: list[str]
    keys: list[tuple[str, str]]
    runs: list[Mark]
    passes_lane: list[Mark]
    passes_name: str
    lanes: list[Lane]
    ticks: list[Tick]
    findings: list[FindingRow]
    no_findings: str
    has_repetitions: bool
    passes: list[PassTable]
    plots: list[PlotView]
    unjudged: list[UnjudgedRow]
    no_unjudged: str
    facts: list[tuple[str, str]]
    limits: list[LimitsTable]


def view_of(texts: Messages, clip: Clip, files: str) -> View:
    """The page of a clip in one language; ``files`` is the folder of its files."""
    followed, summary, shown = clip.followed, clip.summary, clip.shown
    end_s, runs = followed.end_s, followed.runs()
    judged = summary.frames.judged > 0
    return View(
        name=summary.clip.name,
        subtitle=_subtitle(texts, clip),
        width=max(followed.image_wh[0], 1),
        height=max(followed.image_wh[1], 1),
        still=followed.still,
        sound=clip.sound,
        media=shown,
        media_url=f"{files}/{shown.file}" if shown.file else "",
        media_notice=_media_notice(texts, shown),
        picture=clip.picture,
        length=clock(texts, end_s),
        end_s=f"{end_s:.3f}",
        outcome=_outcome(texts, summary),
        said=_said(texts, summary),
        notices=_notices(texts, summary),
        keys=_keys(texts),
        runs=run_marks(runs, end_s),
        passes_lane=pass_marks(texts, summary, end_s),
        passes_name=texts("report", "repetitions" if summary.repetitions else "holds"),
        lanes=finding_lanes(texts, summary, end_s),
        ticks=ticks(texts, end_s),
        findings=finding_rows(texts, summary),
        no_findings=texts("summary", "nothing_found" if judged else "nothing_judged"),
        has_repetitions=bool(summary.repetitions),
        passes=pass_tables(texts, summary),
        plots=[] if followed.still else _plots(texts, clip),
        unjudged=unjudged_rows(texts, runs, summary),
        no_unjudged=no_reason_told(texts, summary),
        facts=facts(texts, clip),
        limits=limits_tables(texts, clip.exercises, summary),
    )


def _subtitle(texts: Messages, clip: Clip) -> str:
    length = texts("report", "frames_still") if clip.followed.still else clock(texts, clip.followed.end_s)
    return f"{exercises_seen(texts, clip.summary)} · {length}"


def _outcome(texts: Messages, summary: Summary) -> list[Told]:
    told = []
    for kind in ("stop", "caution"):
        if count := sum(finding.verdict == kind for finding in summary.findings):
            told.append(Told(kind, texts("report", f"past_{kind}", count=str(count))))
    unjudged = 1 - summary.frames.judged / max(summary.frames.total, 1)
    if not summary.findings and summary.frames.judged:
        told.append(Told(gravest(summary), texts("summary", "nothing_found")))
    if unjudged > 0:
        told.append(Told("unknown", texts("report", "not_judged_share", share=percent(unjudged))))
    return told


def _said(texts: Messages, summary: Summary) -> list[Told]:
    """What was said, each once, the gravest first."""
    cues: dict[str, str] = {}
    for finding in sorted(summary.findings, key=lambda one: (one.verdict != "stop", one.start_s)):
        cues.setdefault(finding.cue, finding.verdict)
    return [Told(kind, texts("cues", cue)) for cue, kind in cues.items()]


def _notices(texts: Messages, summary: Summary) -> list[str]:
    notices = []
    if summary.interrupted:
        notices.append(texts("summary", "interrupted"))
    if summary.clip.broke_off_s is not None:
        notices.append(texts("summary", "broke", time=decimal(texts, summary.clip.broke_off_s)))
    return notices


def _media_notice(texts: Messages, shown: Shown) -> str:
    if shown.kind != "none":
        return ""
    return texts("report", "no_copy", why=shown.problem.what) if shown.problem else texts("report", "no_video")


def _keys(texts: Messages) -> list[tuple[str, str]]:
    named = (
        (texts("report", "space"), "play"),
        ("← →", "second_back_on"),
        ("j k", "frame_back_on"),
        ("p n", "finding_back_on"),
        ("s a c", "show_keys"),
        ("+ −", "zoom_keys"),
        ("f", "full"),
    )
    return [(key, texts("report", what)) for key, what in named]


def _plots(texts: Messages, clip: Clip) -> list[PlotView]:
    """A plot for each series: first what the exercise is about, then what found something, then the others."""
    found = {(one.exercise, one.rule) for one in clip.summary.findings}
    several = len({(key.exercise, key.stretched) for key in clip.followed.series}) > 1
    keys = list(clip.followed.series)
    order = sorted(
        range(len(keys)),
        key=lambda n: (n != 0, (keys[n].exercise, keys[n].rule) not in found, keys[n].rule in MEASURES, n),
    )
    plots = []
    for place, number in enumerate(order):
        key = keys[number]
        series, zones = clip.followed.series[key], clip.followed.zones[key]
        name = rule_name(texts, key.exercise, key.rule)
        if several:
            name = f"{name} ({texts('exercises', key.exercise)}, {texts('sides', ('left', 'right')[key.side])})"
        about = limit_words(texts, zones.caution, zones.stop, series.measure)
        plots.append(
            PlotView(number, name, about, _plot_told(texts, key, series, clip.summary), place < _PLOTS_ON_PAPER)
        )
    return plots


def _plot_told(texts: Messages, key: Key, series: Series, summary: Summary) -> str:
    """What a plot shows, in a sentence, for whoever does not see it."""
    values = np.array(series.values)
    if series.measure.endswith("_deg_s"):
        # One way or the other, which is as fast.
        parts = [texts("report", "plot_up_to", high=value(float(np.nanmax(np.abs(values))), series.measure))]
    else:
        low, high = (value(float(end), series.measure) for end in (np.nanmin(values), np.nanmax(values)))
        parts = [texts("report", "plot_told", low=low, high=high)]
    found = [f for f in summary.findings if (f.exercise, f.rule) == (key.exercise, key.rule)]
    found = [f for f in found if f.side == ("left", "right")[key.side]]
    for verdict in ("caution", "stop"):
        times = [f"{clock(texts, f.start_s)}–{clock(texts, f.end_s)}" for f in found if f.verdict == verdict]
        if times:
            more = f" (+{len(times) - 4})" if len(times) > 4 else ""
            told = ", ".join(times[:4]) + more
            parts.append(texts("report", "plot_past", verdict=texts("verdicts", verdict), times=told))
    if not found:
        parts.append(texts("report", "plot_never"))
    return "; ".join(parts) + "."
