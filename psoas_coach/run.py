"""Analyses the clips a user names, one after another, and tells how it went; shared by ``analyse`` and ``demo``."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from calibration.camera import Camera
from calibration.personal import Person, personalise
from calibration.screening import Offer
from poses.breathing_file import breathing_ids
from poses.exercise import Exercise, with_shaking
from poses.exercise_file import built_in, built_in_ids
from poses.messages import Language, Messages
from poses.problem import Problem
from psoas_coach.analysis import Outcome, Settings, analyse, result_folders
from psoas_coach.browser import open_in_browser
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.report.clip_report import Written
from psoas_coach.report.compare_page import write_comparison
from psoas_coach.report.index import write_index
from psoas_coach.terminal import console, progress_bar, tell_outcome, tell_problem
from vision.model import ensure_model

EXIT_DONE = 0
EXIT_UNUSABLE = 2
EXIT_SOME_FAILED = 3


def chosen_exercises(name: str, *, shaking: bool = False, level: int = 1) -> tuple[Exercise, ...]:
    """The exercises to recognise: all that are seen from the side for "auto", none for a breathing exercise.

    Args:
        name: Id of an exercise, or "auto".
        shaking: Whether shaking is looked for, which is experimental.
        level: At which those that have levels are done; nobody can see which is meant, so the easiest has the say.

    Raises:
        Problem: When there is none of that name.
    """
    found = tuple(
        exercise.at_level(level)
        for exercise in built_in()
        if name == exercise.id or (name == "auto" and exercise.view == "side")
    )
    if not found and name not in breathing_ids():
        known = ", ".join((*built_in_ids(), *breathing_ids()))
        raise Problem(
            f"There is no exercise {name}", "only known exercises have limits", f"Use auto, or one of {known}"
        )
    return tuple(with_shaking(exercise) for exercise in found) if shaking else found


def with_limits_of(person: Person | None, exercises: Sequence[Exercise]) -> tuple[Exercise, ...]:
    """The exercises with the limits of one person, as they are today."""
    if person is None:
        return tuple(exercises)
    return tuple(personalise(exercise, person, date.today()) for exercise in exercises)


def analyse_clips(
    clips: Sequence[Path],
    out: Path,
    *,
    exercise: str,
    model: str,
    lang: Language,
    video: bool,
    level: int = 1,
    shaking: bool = False,
    offers: Mapping[str, Offer] | None = None,
    camera: Camera | None = None,
    roll_deg: float = 0.0,
    person: Person | None = None,
    report: bool = True,
    compare: bool = False,
    opened: bool = False,
    workers: int | None = None,
) -> tuple[int, list[Outcome]]:
    """Analyses clips into folders of ``out`` and prints what was found.

    Args:
        clips: The clips.
        out: Where their folders go.
        exercise: Id of an exercise, or "auto".
        model: Name or path of the pose model.
        lang: Language of all that is told.
        video: Whether to write annotated videos.
        level: At which exercises that have levels are done.
        shaking: Whether shaking is looked for.
        offers: What the person's answers make of each exercise; a clip that shows one to leave for now is noted.
        camera: The camera they were filmed with, or None.
        roll_deg: How far it leaned, content turned clockwise.
        person: Whose limits count, or None for everybody's.
        report: Whether to write a report of each, and of several a page that leads to them.
        compare: Whether to lay the two clips beside each other.
        opened: Whether to open the report, where there is a screen.
        workers: How many parts of a clip are estimated at a time; None for as many as there are cores.

    Returns:
        The exit status, and the outcomes of the clips that could be used.
    """
    screen, texts = console(), Messages(lang)
    settings = Settings(
        exercises=with_limits_of(person, chosen_exercises(exercise, shaking=shaking, level=level)),
        asked_for=exercise,
        texts=texts,
        model_path=ensure_model(model, report=console(stderr=True).print),
        model_name=model if model in ("lite", "full", "heavy") else Path(model).name,
        video=video,
        camera=camera,
        roll_deg=roll_deg,
        report=report,
        workers=workers,
    )
    outcomes: list[Outcome] = []
    failed = 0
    left = result_folders(clips, out)
    with polite() as asked_to_stop:
        while left and not asked_to_stop():
            clip, folder = left.pop(0)
            try:
                with progress_bar(screen, texts, clip.name) as show:
                    outcome = analyse(clip, folder, settings, report=show, should_stop=asked_to_stop)
            except Problem as problem:
                failed += 1
                tell_problem(problem)
                continue
            outcomes.append(outcome)
            tell_outcome(screen, texts, outcome, offers or {})
            for missing in filter(None, (outcome.without_video, outcome.without_report)):
                failed += 1
                tell_problem(missing)
        interrupted = asked_to_stop()
    if left:
        screen.print(texts("summary", "not_begun", clips=", ".join(clip.name for clip, _ in left)), markup=False)
    failed += _pages(outcomes, out, texts, compare=compare and not interrupted, show=opened)
    if outcomes:
        screen.print(texts("summary", "not_medical"), style="dim")
    if interrupted:
        return EXIT_INTERRUPTED, outcomes
    if not failed:
        return EXIT_DONE, outcomes
    return (EXIT_SOME_FAILED if outcomes else EXIT_UNUSABLE), outcomes


def _pages(outcomes: Sequence[Outcome], out: Path, texts: Messages, *, compare: bool, show: bool) -> int:
    """Writes the pages about several clips and tells where they are; returns how many could not be written."""
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    wanted = [("index", len(reports) > 1), ("comparison", compare and len(reports) == 2)]
    failed = 0
    pages = [reports[0].file] if reports else []
    for name in (name for name, is_wanted in wanted if is_wanted):
        try:
            page = write_index(out, reports, texts.language) if name == "index" else _compared(out, reports, texts)
        except Problem as problem:
            failed += 1
            tell_problem(problem)
            continue
        pages.append(page)
        console().print(f"{texts('summary', name)}: {page}", markup=False)
    if show and pages:
        open_in_browser(pages[-1])
    return failed


def _compared(out: Path, reports: Sequence[Written], texts: Messages) -> Path:
    return write_comparison(out, reports[0], reports[1], texts.language)
