"""Analyses the clips a user names, one after another, and tells how it went; shared by ``analyse`` and ``demo``."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from calibration.camera import Camera
from calibration.personal import Person, personalise
from calibration.screening import Offer
from poses.exercise import Exercise, with_shaking
from poses.exercise_file import built_in, built_in_ids
from poses.messages import Language, Messages
from poses.problem import Problem
from psoas_coach.analyse import Outcome, Settings, analyse, result_folders
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.terminal import console, progress_bar, tell_outcome, tell_problem
from vision.model import ensure_model

EXIT_DONE = 0
EXIT_UNUSABLE = 2
EXIT_SOME_FAILED = 3


def chosen_exercises(name: str, *, shaking: bool = False) -> tuple[Exercise, ...]:
    """The exercises to recognise: all of them for "auto".

    Args:
        name: Id of an exercise, or "auto".
        shaking: Whether shaking is looked for, which is experimental.

    Raises:
        Problem: When there is none of that name.
    """
    found = tuple(exercise for exercise in built_in() if name in ("auto", exercise.id))
    if not found:
        known = ", ".join(built_in_ids())
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
    shaking: bool = False,
    offers: Mapping[str, Offer] | None = None,
    camera: Camera | None = None,
    roll_deg: float = 0.0,
    person: Person | None = None,
) -> tuple[int, list[Outcome]]:
    """Analyses clips into folders of ``out`` and prints what was found.

    Args:
        clips: The clips.
        out: Where their folders go.
        exercise: Id of an exercise, or "auto".
        model: Name or path of the pose model.
        lang: Language of all that is told.
        video: Whether to write annotated videos.
        shaking: Whether shaking is looked for.
        offers: What the person's answers make of each exercise; a clip that shows one to leave for now is noted.
        camera: The camera they were filmed with, or None.
        roll_deg: How far it leaned, content turned clockwise.
        person: Whose limits count, or None for everybody's.

    Returns:
        The exit status, and the outcomes of the clips that could be used.
    """
    screen, texts = console(), Messages(lang)
    settings = Settings(
        exercises=with_limits_of(person, chosen_exercises(exercise, shaking=shaking)),
        asked_for=exercise,
        texts=texts,
        model_path=ensure_model(model, report=console(stderr=True).print),
        model_name=model if model in ("lite", "full", "heavy") else Path(model).name,
        video=video,
        camera=camera,
        roll_deg=roll_deg,
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
            if outcome.without_video is not None:
                failed += 1
                tell_problem(outcome.without_video)
        interrupted = asked_to_stop()
    if left:
        screen.print(texts("summary", "not_begun", clips=", ".join(clip.name for clip, _ in left)), markup=False)
    if outcomes:
        screen.print(texts("summary", "not_medical"), style="dim")
    if interrupted:
        return EXIT_INTERRUPTED, outcomes
    if not failed:
        return EXIT_DONE, outcomes
    return (EXIT_SOME_FAILED if outcomes else EXIT_UNUSABLE), outcomes
