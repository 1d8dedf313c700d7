"""Does this installation measure as well as it should? Answered on clips whose true angles and events are known.

The clips go the whole way that a user's clip goes: decoded, estimated, followed by a session that recognises the
exercise by itself. Compared is what verdicts are made of, the smoothed measures, in the frames that were judged. The
phantom is smoother, better lit and plainer dressed than people are: good figures here say that the installation works,
not how far off it is on a person.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from calibration.accuracy import ErrorStatistics
from calibration.phantom.script import Script
from poses.exercise_file import built_in
from poses.measures import INDEX, IS_ANGLE, NAMES
from poses.messages import Messages
from poses.problem import Problem
from poses.records import Step
from psoas_coach.analysis import Progress
from psoas_coach.comparison import (
    EXPECTED_DEG,
    WATCHED,
    Comparison,
    Observation,
    as_expected,
    called,
    compare,
    read_truth,
)
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.phantom import Wish, find_script, render
from psoas_coach.run import EXIT_DONE
from psoas_coach.samples import sample_clips
from psoas_coach.session import Session
from psoas_coach.terminal import console, progress_bar
from vision.estimator import Estimator
from vision.model import ensure_model
from vision.sources import open_source

EXIT_WORSE: Final = 4

_GOOD, _BAD, _NEITHER = "[green]●[/]", "[bold red]■[/]", "[bright_blue]○[/]"
_LEGEND: Final = (
    f"{_GOOD} {_BAD}        mean error at most {EXPECTED_DEG:g}°, as is expected; or more",
    "bias, MAE  mean of measured less true; mean of its size",
    "p95        95 of 100 errors are no larger",
    "1σ, 2σ     no larger than the stated uncertainty, and twice that: ideally 68 and 95 %",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A clip with ``.truth.csv`` and ``.events.csv`` beside it.

    Attributes:
        clip: The video.
        stops_count: Whether a STOP that is missed or false counts: for the reference person before the script's own
            camera. Of other people and views less is promised.
    """

    clip: Path
    stops_count: bool


def verify(scripts: Sequence[str], wish: Wish, *, model: str, far: bool = False, processes: int | None = None) -> int:
    """Verifies the bundled clips, or renders scripts and verifies these; prints tables and a verdict.

    Args:
        scripts: Names of motions or .toml files of them; the bundled clips when empty.
        wish: How they are rendered.
        model: The pose model.
        far: Whether the errors of the far side are shown too; they never count.
        processes: How many draw at the same time.

    Returns:
        The exit status.

    Raises:
        Problem: Something named does not exist or cannot be used.
    """
    if not scripts and (wish != Wish() or processes is not None):
        raise Problem(
            "Options of rendering are given without a SCRIPT",
            "the bundled clips are verified as they are",
            "Name a script (see psoas-coach phantom list) or leave these options out",
        )
    orders = [(find_script(name), wish == Wish() and not name.endswith(".toml")) for name in scripts]
    bundled = [] if orders else [Case(clip, stops_count=True) for clip in sample_clips()]
    screen = console()
    model_path = ensure_model(model, report=console(stderr=True).print)
    if bundled:
        return verify_cases(bundled, model_path, screen, far=far)
    try:
        folder = tempfile.TemporaryDirectory(prefix="psoas-coach-verify-")
    except OSError as error:
        raise _no_room(error) from error
    with folder as name:
        return verify_cases(_rendered(orders, wish, Path(name), screen, processes), model_path, screen, far=far)


def _rendered(
    orders: Sequence[tuple[Script, bool]], wish: Wish, folder: Path, screen: Console, processes: int | None
) -> Iterator[Case]:
    for number, (script, stops_count) in enumerate(orders):
        try:
            # A folder for each: two files may have the same name.
            clip, *_ = render(script, folder / str(number), wish, screen=screen, processes=processes)
        except Problem as problem:
            if isinstance(problem.__cause__, OSError):
                raise _no_room(problem.__cause__) from problem
            raise
        yield Case(clip, stops_count)


def _no_room(error: OSError) -> Problem:
    return Problem(
        f"No temporary files can be written ({error.strerror or error})",
        "clips are rendered before they are verified",
        "Make space, or set TMPDIR to another folder",
    )


def verify_cases(cases: Iterable[Case], model_path: Path, screen: Console, *, far: bool = False) -> int:
    """Verifies clips one after another, prints a table of each and one verdict; gives the exit status.

    Raises:
        Problem: A clip or its truth cannot be used.
    """
    done: list[tuple[Case, Comparison]] = []
    try:
        with polite() as asked:
            for case in cases:
                truth = read_truth(case.clip)
                with progress_bar(screen, Messages("en"), case.clip.name) as show:
                    comparison = compare(observe(case.clip, model_path, report=show, should_stop=asked), truth)
                done.append((case, comparison))
                _tell(screen, case, comparison, far=far)
    except KeyboardInterrupt:
        screen.print("Interrupted: no verdict.", style="yellow")
        return EXIT_INTERRUPTED
    return _tell_verdict(screen, done)


def observe(
    clip: Path,
    model_path: Path,
    *,
    report: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Observation:
    """Runs the program over a clip.

    Raises:
        Problem: The clip cannot be read, or not to its end.
        KeyboardInterrupt: Once ``should_stop`` says yes.
    """
    session = Session(built_in())
    steps: list[Step] = []
    with open_source(clip) as source, Estimator(model_path, still=source.is_still) as estimator:
        for frame in source:
            steps.append(session.step(frame.index, estimator.estimate(frame)))
            report(Progress(len(steps), frame.time_s, source.duration_s))
            if should_stop():
                raise KeyboardInterrupt
        if source.damage:
            raise Problem(f"{clip} is damaged", source.damage, "Render it again, or install psoas-coach again")
    return Observation(tuple(steps), (*(f for step in steps for f in step.findings), *session.finish().findings))


def _tell(screen: Console, case: Case, comparison: Comparison, *, far: bool) -> None:
    """The errors of one clip as a table, and what was said of its true stops."""
    found, judged = (f"{n} ({100 * n / comparison.frames:.0f} %)" for n in (comparison.found, comparison.judged))
    screen.print(
        f"[bold]{escape(case.clip.stem)}[/]  {comparison.frames} frames, person found in {found}, judged {judged}"
    )
    if comparison.judged:
        screen.print(_table(comparison, far=far))
    else:
        screen.print(f"  {_NEITHER} nothing was judged: no errors to show")
    bad = _BAD if case.stops_count else _NEITHER
    for event, said in comparison.stops:
        told = "missed" if said is None else f"STOP said at {said.reported_s:.1f} s"
        screen.print(
            f"  {bad if said is None else _GOOD} truly too far open from {event.start_s:.1f} to {event.end_s:.1f} s: "
            f"{told}"
        )
    for finding in comparison.false_stops:
        screen.print(f"  {bad} false STOP ({finding.rule}) from {finding.start_s:.1f} to {finding.end_s:.1f} s")
    if not comparison.false_stops:
        screen.print(f"  {_GOOD} no false STOP")
    screen.print()


def _table(comparison: Comparison, *, far: bool) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", width=3, justify="right")
    for head in ("measure", "unit", "side"):
        table.add_column(head, no_wrap=True)
    for head in ("frames", "bias", "MAE", "p95", "worst", "1σ", "2σ"):
        table.add_column(head, justify="right", no_wrap=True, min_width=5)
    for name in NAMES:
        at = INDEX[name]
        table.add_row(_sign(name, comparison), called(name), *_cells(name, "near", comparison.near[at]))
        if far:
            table.add_row("", "", *_cells(name, "far", comparison.far[at]), style="dim")
    return table


def _sign(name: str, comparison: Comparison) -> str:
    if name not in WATCHED:
        return ""
    return _GOOD if as_expected(comparison.watched()[name]) else _BAD


def _cells(name: str, side: str, errors: ErrorStatistics) -> list[str]:
    """Unit, side and numbers: one decimal for degrees, three for ratios."""
    digits, unit = (1, "°") if IS_ANGLE[INDEX[name]] else (3, "ratio")
    shares = [errors.inside_one_sigma, errors.inside_two_sigma]
    numbers = [
        f"{errors.bias:+.{digits}f}",
        f"{errors.mae:.{digits}f}",
        f"{errors.p95:.{digits}f}",
        f"{errors.worst:+.{digits}f}",
        *("–" if np.isnan(share) else f"{100 * share:.0f} %" for share in shares),
    ]
    return [unit, side, str(errors.count), *(numbers if errors.count else ["–"] * len(numbers))]


def _tell_verdict(screen: Console, done: Sequence[tuple[Case, Comparison]]) -> int:
    """One clear sentence about all clips; gives the exit status."""
    for line in _LEGEND:
        screen.print(f"  {line}", style="dim")
    screen.print()
    faults = [
        f"{case.clip.stem}: {fault}"
        for case, comparison in done
        for fault in comparison.faults(stops_count=case.stops_count)
    ]
    if faults:
        screen.print(f"{_BAD} [bold]This installation measures worse than it should.[/]")
        for fault in faults:
            screen.print(f"  {fault}", markup=False)
        if all(case.stops_count for case, _ in done):
            screen.print("  Run psoas-coach doctor; if that finds nothing, please report this table.")
        else:
            screen.print("  It may be the view or the person: without SCRIPT the bundled clips are verified.")
        return EXIT_WORSE
    means = [mae for _, comparison in done for mae in comparison.watched().values()]
    if not means:
        screen.print(f"{_NEITHER} [bold]Nothing was judged, so no angle is verified.[/]")
        return EXIT_DONE
    screen.print(f"{_GOOD} [bold]This installation measures as it should.[/]")
    stops = "; no STOP is missed or false" if all(case.stops_count for case, _ in done) else ""
    screen.print(f"  Near-side angles are off by {np.max(means):.1f}° or less on average{stops}.")
    return EXIT_DONE
