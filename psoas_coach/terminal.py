"""What the user reads on the terminal while and after clips are analysed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from calibration.screening import Level, Offer
from calibration.view import Check
from poses.breathing_file import breathing_ids
from poses.exercise_file import built_in
from poses.messages import Language, Messages
from poses.problem import Problem
from psoas_coach.analysis import Outcome
from psoas_coach.analysis import Progress as Advance
from psoas_coach.breath_record import told_lines
from psoas_coach.summary import Summary, exercises_shown
from psoas_coach.wording import in_unit, peak_of, rule_name, unseen_sentence

_STYLE = {"stop": "bold red", "caution": "yellow", "ok": "green", "unknown": "bright_blue"}
# Less than this part of a clip, as the half second before an exercise is recognised, needs no line of its own.
_WORTH_TELLING = 0.05
# Reasons why nothing was judged are said as such.
_TOLD_ELSEWHERE = {"person-none", "alone-not_alone", "framing-cut_off", "distance-too_small"}
_SIGN = {"stop": "■", "caution": "▲", "ok": "●", "unknown": "?"}


def console(*, stderr: bool = False, prose: bool = False) -> Console:
    """A console that does not colour pipes, and breaks lines between words in prose and nowhere else: long paths."""
    return Console(stderr=stderr, highlight=False, soft_wrap=not prose, emoji=False)


def language_of_system() -> Language:
    """Dutch where the system speaks Dutch, else English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "nl" if value.lower().startswith("nl") else "en"
    return "en"


def tell_problem(problem: Problem) -> None:
    """One line on standard error."""
    console(stderr=True).print(f"[bold red]psoas-coach:[/] {escape(' '.join(str(problem).split()))}")


@contextmanager
def progress_bar(out: Console, texts: Messages, label: str) -> Iterator[Callable[[Advance], None]]:
    """Shows media time done, frames per second and time left."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[frames]} " + texts("summary", "frames") + ", {task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=out,
        transient=True,
        disable=not out.is_terminal,
    )
    with bar:
        task = bar.add_task(label, total=None, frames=0, rate=0.0)

        def show(advance: Advance) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = advance.frames / elapsed if elapsed > 0 else 0.0
            bar.update(task, completed=advance.time_s, total=advance.duration_s, frames=advance.frames, rate=rate)

        yield show


def tell_outcome(out: Console, texts: Messages, outcome: Outcome, offers: Mapping[str, Offer] | None = None) -> None:
    """The findings of one clip as a table, what of it the person should leave for now, and where its files are."""
    summary = outcome.summary
    out.print(f"[bold]{escape(summary.clip.name)}[/]  {_what_was_seen(texts, summary)}")
    for line in _what_was_done(texts, summary):
        out.print(f"  {line}")
    if summary.findings:
        out.print(_findings(texts, summary))
        for cue in dict.fromkeys(finding.cue for finding in summary.findings):
            out.print(f"  → {texts('cues', cue)}")
    elif summary.asked_for not in breathing_ids():
        # Of a breath nothing is judged, and nothing is fine or wrong.
        out.print(f"  {texts('summary', 'nothing_found' if summary.frames.judged else 'nothing_judged')}")
    for line in _what_was_not_judged(texts, summary):
        out.print(f"  [bright_blue]?[/] {line}")
    for line in _what_no_camera_sees(texts, summary):
        out.print(f"  [bright_blue]?[/] {escape(line)}")
    for line in _what_to_mend(texts, outcome.view):
        out.print(f"  [bright_blue]?[/] {line}")
    for line in _what_answers_say(texts, summary, offers or {}):
        out.print(f"  [yellow]▲ {escape(line)}[/]")
    if summary.clip.broke:
        out.print(f"  [yellow]{texts('summary', 'broke', time=texts.number(summary.clip.broke_off_s or 0.0))}[/]")
    if summary.interrupted:
        out.print(f"  [yellow]{texts('summary', 'interrupted')}[/]")
    out.print(f"  {texts('summary', 'results')}: {escape(str(outcome.folder))}")
    for name, key in (("report.html", "report"), ("picture.png", "picture"), ("annotated.mp4", "video")):
        if name in outcome.files:
            out.print(f"  {texts('summary', key)}: {escape(str(outcome.folder / name))}")


def _what_was_seen(texts: Messages, summary: Summary) -> str:
    if not summary.exercises and summary.asked_for in breathing_ids():
        return str(texts("exercises", summary.asked_for))
    shown = exercises_shown(summary)
    if not shown:
        return texts("summary", "none")
    total = max(summary.frames.total, 1)
    parts = []
    for seen in summary.exercises:
        share = f"{100 * seen.frames / total:.0f} %"
        side = f", {texts('roles', 'stretched', side=texts('sides', seen.stretched))}" if seen.stretched else ""
        sign = f"[{_STYLE[seen.worst]}]{_SIGN[seen.worst]}[/]"
        parts.append(f"{sign} {texts('exercises', seen.id)}, {share} {texts('summary', 'judged')}{side}")
    judged = {seen.id for seen in summary.exercises}
    parts += [f"{texts('exercises', one)}, 0 % {texts('summary', 'judged')}" for one in shown if one not in judged]
    return "; ".join(parts)


def _what_was_not_judged(texts: Messages, summary: Summary) -> list[str]:
    """How much of the clip was not, and why."""
    shares = {reason: frames / summary.frames.total for reason, frames in summary.problems.items()}
    lines = [
        f"{100 * share:.0f} %: {texts('problems', reason)}"
        for reason, share in shares.items()
        if share >= _WORTH_TELLING
    ]
    if summary.frames.judged and summary.frames.judged < (1 - _WORTH_TELLING) * summary.frames.total:
        lines.append(texts("summary", "not_an_all_clear"))
    return lines


def _what_no_camera_sees(texts: Messages, summary: Summary) -> list[str]:
    """What of each exercise that was seen is not checked from this angle."""
    seen = exercises_shown(summary)
    lines = [unseen_sentence(texts, one.id, one.unseen) for one in built_in() if one.id in seen]
    return [line for line in lines if line]


def _what_to_mend(texts: Messages, view: Sequence[Check]) -> list[str]:
    """What is wrong with the view and was not said yet as the reason why nothing was judged."""
    wrong = [(f"{one.id}-{one.problem}", one) for one in view if one.problem not in ("", "unknown")]
    return [texts("view", name, value=f"{one.value:.0f}") for name, one in wrong if name not in _TOLD_ELSEWHERE]


def _what_answers_say(texts: Messages, summary: Summary, offers: Mapping[str, Offer]) -> list[str]:
    """A line for each exercise that was seen and that the person should leave, or take with care."""
    lines = []
    for exercise in exercises_shown(summary):
        offer = offers.get(exercise, Offer())
        if offer.level is not Level.OFFERED:
            level = texts("screening", "levels", offer.level.name.lower())
            notes = "".join(f", {texts('screening', 'notes', note)}" for note in offer.notes)
            what = f"{level}{notes}, {texts('screening', 'because')} {', '.join(offer.because)}"
            lines.append(texts("screening", "by_answers", exercise=texts("exercises", exercise), what=what))
    return lines


def _what_was_done(texts: Messages, summary: Summary) -> list[str]:
    """Breaths, repetitions and holds, in a line each."""
    lines = [line for record in summary.breathing for line in told_lines(texts, record)]
    for exercise in dict.fromkeys(one.exercise for one in summary.repetitions):
        done = [one for one in summary.repetitions if one.exercise == exercise]
        seconds = sum(one.end_s - one.start_s for one in done) / len(done)
        counted = texts("summary", "repetitions", count=str(len(done)), seconds=texts.number(seconds))
        lines.append(f"{texts('exercises', exercise)}: {counted}")
    for hold in summary.holds:
        side = f" ({texts('sides', hold.side)})" if hold.side else ""
        when = texts("summary", "from_to", start=texts.number(hold.start_s), end=texts.number(hold.end_s))
        held = texts("summary", "held", seconds=f"{hold.seen_s:.0f}")
        lines.append(f"{texts('exercises', hold.exercise)}{side}: {held}, {when}")
    return lines


def _findings(texts: Messages, summary: Summary) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 2), show_header=False)
    for _ in range(5):
        table.add_column(no_wrap=True)
    for finding in summary.findings:
        when = texts("summary", "from_to", start=texts.number(finding.start_s), end=texts.number(finding.end_s))
        table.add_row(
            f"[{_STYLE[finding.verdict]}]{_SIGN[finding.verdict]} {texts('verdicts', finding.verdict)}[/]",
            rule_name(texts, finding.exercise, finding.rule),
            when if summary.frames.total > 1 else "",
            peak_of(finding),
            texts("summary", "limit", limit=in_unit(finding.limit, finding.measure)),
        )
    return table


def tell_failures(failures: Sequence[tuple[Path, Problem]]) -> None:
    """Each clip that could not be used, one line each."""
    for _, problem in failures:
        tell_problem(problem)
