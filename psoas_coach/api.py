"""What a program may do with psoas-coach: analyse, replay, and look at every step, in the terms of the command line.

``psoas_coach`` hands these out. Whatever can go wrong is a ``Problem`` with what happened, why it matters and what to
do; nothing is printed, and no file is written but those that are named.
"""

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from poses.exercise import Exercise
from poses.exercise_file import built_in, built_in_ids, read
from poses.messages import Language, Messages
from poses.problem import Problem
from poses.records import Step
from psoas_coach import analysis, cameras, export, export_formats, profiles
from psoas_coach.analysis import Outcome, Progress, Settings
from psoas_coach.files import folder_name
from psoas_coach.held_limits import with_held
from psoas_coach.poses_file import Recording
from psoas_coach.run import chosen_exercises, with_limits_of
from psoas_coach.session import Session
from psoas_coach.summary import Summary
from vision.model import ensure_model

_SUMMARY: Final = "summary.json"
AnyPath = str | PathLike[str]
Format = Literal["trc", "mot", "csv", "parquet", "movement"]


def analyse(
    clip: AnyPath,
    out: AnyPath,
    *,
    exercise: str | Sequence[Exercise] = "auto",
    profile: str | None = None,
    camera: str | None = None,
    roll_deg: float = 0.0,
    model: str = "full",
    report: bool = False,
    video: bool = False,
    language: Language = "en",
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Analyses one clip, as ``psoas-coach analyse`` does.

    Args:
        clip: A video, an animated GIF or a still image.
        out: Folder in which a folder for the clip is made, with ``summary.json``, ``measures.csv``, ``poses.npz`` and
            ``picture.png``.
        exercise: Id of an exercise, ``"auto"`` to recognise it, or exercises with limits of one's own
            (``read_exercise``), whose ids must be those of the program's, since their names are drawn.
        profile: Whose limits count; everybody's when None.
        camera: Name of a calibrated camera whose lens is undone.
        roll_deg: How far the camera leaned, clockwise.
        model: ``"lite"``, ``"full"``, ``"heavy"``, or the path of a ``.task`` file.
        report: Whether to write ``report.html`` too.
        video: Whether to write ``annotated.mp4`` too.
        language: Of the report and of what is drawn.
        workers: How many parts of a clip are estimated at a time; None for as many as there are cores. Results do not
            depend on it.
        on_progress: Told how far it is after each frame.
        should_stop: Asked after each frame; once it says yes, all files are finished up to that moment.

    Raises:
        Problem: The clip cannot be used, there is no such exercise, profile or camera, or nothing can be written.
    """
    exercises, asked_for = _exercises(exercise, profile)
    _need_words(exercises)
    settings = Settings(
        exercises=exercises,
        asked_for=asked_for,
        texts=Messages(language),
        model_path=ensure_model(model),
        model_name=model if model in ("lite", "full", "heavy") else Path(model).name,
        video=video,
        camera=cameras.known(camera) if camera is not None else None,
        roll_deg=roll_deg,
        report=report,
        workers=workers,
    )
    source = Path(clip)
    folder = Path(out) / folder_name(source.name)
    return analysis.analyse(source, folder, settings, report=on_progress, should_stop=should_stop)


def replay(
    recording: AnyPath,
    out: AnyPath,
    *,
    exercise: str | Sequence[Exercise] = "auto",
    profile: str | None = None,
    report: bool = False,
    language: Language = "en",
) -> Outcome:
    """Judges poses again that were estimated before, as ``psoas-coach replay`` does.

    Args:
        recording: ``poses.npz`` of an analysis, or the folder of a live session, broken off or not.
        out: Folder in which a folder for the clip is made.
        exercise: Id of an exercise, ``"auto"``, or exercises of one's own, whose limits then count. Those with an id
            of their own have no report.
        profile: Whose limits of today count; those that held when it was recorded when None.
        report: Whether to write ``report.html`` too.
        language: Of the report.

    Raises:
        Problem: It is no recording, or nothing can be written.
    """
    exercises, asked_for = _exercises(exercise, profile)
    own = profile is not None or not isinstance(exercise, str)
    if report:
        _need_words(exercises)
    wanted = language if report else None
    return analysis.replay(Path(recording), Path(out), exercises, asked_for, wanted, by_these_limits=own)


def follow(recording: Recording, *, exercise: str | Sequence[Exercise] = "auto") -> Iterator[Step]:
    """Judges a recording step by step: everything that is known of each frame, and nothing written.

    Args:
        recording: From ``load_recording``.
        exercise: Id of an exercise, ``"auto"``, or exercises of one's own. Of the program's own exercises those limits
            count that held when it was recorded.

    Raises:
        Problem: There is no exercise of that name.
    """
    exercises, _ = _exercises(exercise, None)
    if isinstance(exercise, str) and recording.origin.limits is not None:
        exercises = with_held(exercises, recording.origin.limits)
    session = Session(exercises, still=recording.origin.still)
    for index, pose in recording:
        yield session.step(index, pose)


def load_recording(path: AnyPath) -> Recording:
    """Reads ``poses.npz``, the folder that holds one, or the folder of a live session; as far as it was kept.

    Raises:
        Problem: There is none, or it is damaged.
    """
    return analysis.recording_at(Path(path))


def load_summary(path: AnyPath) -> Summary:
    """Reads ``summary.json``, or that of a folder of results.

    Raises:
        Problem: There is none, or it is not of this program's version.
    """
    file = Path(path) / _SUMMARY if Path(path).is_dir() else Path(path)
    try:
        return Summary.model_validate_json(file.read_bytes())
    except OSError as error:
        raise Problem(f"{file} cannot be read ({error.strerror})", "a summary is read from it", "Check it") from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"])) or "the file"
        raise Problem(
            f"{file} is no summary of this version ({where}: {fault['msg']})",
            "what is misread would be told wrongly",
            "Replay its poses.npz, which writes another",
        ) from None


def built_in_exercises() -> tuple[Exercise, ...]:
    """The exercises that come with the program, with everybody's limits."""
    return built_in()


def read_exercise(path: AnyPath) -> Exercise:
    """Reads an exercise file; its name without the suffix is the exercise's id.

    Raises:
        Problem: With every fault of the file.
    """
    return read(Path(path))


def write_export(recording: Recording, path: AnyPath, form: Format, *, exercise: str = "auto") -> Path:
    """Writes poses and angles for other programs, as ``psoas-coach export`` does.

    Args:
        recording: From ``load_recording``.
        path: The file to write.
        form: ``"trc"``, ``"mot"``, ``"csv"``, ``"parquet"`` or ``"movement"``, see docs/export.md.
        exercise: Id of an exercise, or ``"auto"``.

    Raises:
        Problem: It cannot be written.
    """
    export_formats.export(export.told(recording, chosen_exercises(exercise)), form, Path(path))
    return Path(path)


def _exercises(exercise: str | Sequence[Exercise], profile: str | None) -> tuple[tuple[Exercise, ...], str]:
    """The exercises that may be recognised, with one person's limits, and what was asked for."""
    if isinstance(exercise, str):
        chosen, asked_for = chosen_exercises(exercise), exercise
    else:
        chosen = tuple(exercise)
        asked_for = chosen[0].id if len(chosen) == 1 else "auto"
    if profile is None:
        return chosen, asked_for
    person = profiles.person(profile)
    if person is None:
        raise profiles.missing(profile)
    return with_limits_of(person, chosen), asked_for


def _need_words(exercises: Sequence[Exercise]) -> None:
    """Refuses exercises that have no texts, where these are written or drawn."""
    strange = [one.id for one in exercises if one.id not in built_in_ids()]
    if strange:
        raise Problem(
            f"There are no words for {', '.join(strange)}",
            "pictures and reports name the exercise and its rules",
            f"Call its file after one of the program's ({', '.join(built_in_ids())}), or replay it without a report",
        )
