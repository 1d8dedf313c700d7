"""From a clip to its results: the session with a file as source and files as sinks."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from poses.exercise import Exercise
from poses.messages import Messages
from poses.records import Frame, Step
from psoas_coach.files import make_folder
from psoas_coach.picture import BestPicture
from psoas_coach.poses_file import Origin, PosesRecorder, load
from psoas_coach.session import Session
from psoas_coach.summary import Summariser, Summary
from psoas_coach.table import MeasuresTable
from psoas_coach.wording import overlay_words


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for.

    Attributes:
        exercises: Those to recognise; one when the user named it.
        asked_for: Its id, or "auto".
        texts: The user's language.
        model_path: The pose model's file.
        model_name: Its name for the summary.
        video: Whether to write ``annotated.mp4`` too.
    """

    exercises: tuple[Exercise, ...]
    asked_for: str
    texts: Messages
    model_path: Path
    model_name: str
    video: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is: frames done, media time reached, and length of the clip where it is known."""

    frames: int
    time_s: float
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an analysis made: the summary, the folder, and the names of the files in it."""

    summary: Summary
    folder: Path
    files: tuple[str, ...]


def analyse(
    clip: Path,
    folder: Path,
    settings: Settings,
    *,
    report: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Analyses one clip and writes ``summary.json``, ``measures.csv``, ``poses.npz`` and ``picture.png``.

    Args:
        clip: A video, an animated GIF or a still image.
        folder: Where the results go; made if need be.
        settings: What the user asked for.
        report: Told how far it is after each frame.
        should_stop: Asked after each frame; once it says yes, all files are finished up to that moment.

    Raises:
        Problem: The clip cannot be used or the results cannot be written.
    """
    # Heavy libraries are loaded here, not when the command line is parsed.
    from vision.estimator import Estimator
    from vision.overlay import draw
    from vision.palette import Image
    from vision.recorder import VideoRecorder
    from vision.sources import open_source

    by_id = {exercise.id: exercise for exercise in settings.exercises}

    def drawn(frame: Frame, step: Step) -> Image:
        exercise = by_id.get(step.assessment.exercise or "")
        return draw(frame.image, step, exercise, overlay_words(settings.texts, step, exercise))

    with ExitStack() as stack:
        source = open_source(clip)
        stack.enter_context(source)
        make_folder(folder)
        still = source.is_still
        estimator = stack.enter_context(Estimator(settings.model_path, still=still))
        table = stack.enter_context(MeasuresTable(folder / "measures.csv", settings.exercises))
        video = None
        if settings.video and not still:
            video = stack.enter_context(
                VideoRecorder(
                    folder / "annotated.mp4",
                    width=source.width,
                    height=source.height,
                    rate_hint=source.average_rate,
                    audio_from=clip if source.has_audio else None,
                )
            )
        session = Session(settings.exercises, still=still)
        poses, picture = PosesRecorder(), BestPicture(drawn, by_id)
        summariser = Summariser(settings.exercises, settings.asked_for)
        interrupted, last_s = False, 0.0
        for count, frame in enumerate(source, start=1):
            pose = estimator.estimate(frame)
            step = session.step(frame.index, pose)
            poses.write(frame.index, pose)
            table.write(step)
            summariser.write(step)
            picture.write(frame, step)
            if video is not None:
                video.write(drawn(frame, step), frame.time_s)
            last_s = frame.time_s
            report(Progress(count, last_s, source.duration_s))
            if should_stop():
                interrupted = True
                break
        summariser.add(session.finish())
        origin = Origin(
            clip=clip.name,
            kind=source.kind,
            model=settings.model_name,
            duration_s=source.duration_s,
            broke=source.damage or "",
            broke_at_s=last_s if source.damage else None,
        )
        poses.save(folder / "poses.npz", origin)
        summary = summariser.summary(origin, interrupted=interrupted)
        summary.save(folder / "summary.json")
        files = ["summary.json", "measures.csv", "poses.npz"]
        if picture.save(folder / "picture.png"):
            files.append("picture.png")
    if video is not None:
        files.append("annotated.mp4")
    return Outcome(summary, folder, tuple(files))


def replay(recording_path: Path, out: Path, exercises: Sequence[Exercise], asked_for: str) -> Outcome:
    """Runs the same analysis over poses that were estimated before; no picture is looked at.

    Args:
        recording_path: ``poses.npz`` of an analysis.
        out: Folder in which a folder for the clip is made.
        exercises: Those to recognise.
        asked_for: Id of the exercise the user named, or "auto".

    Raises:
        Problem: The file is not a recording of poses, or the results cannot be written.
    """
    recording = load(recording_path)
    folder = make_folder(out / Path(recording.origin.clip).stem)
    session = Session(exercises, still=recording.origin.kind == "image")
    summariser = Summariser(exercises, asked_for)
    with MeasuresTable(folder / "measures.csv", exercises) as table:
        for index, pose in recording:
            step = session.step(index, pose)
            table.write(step)
            summariser.write(step)
    summariser.add(session.finish())
    summary = summariser.summary(recording.origin, interrupted=False)
    summary.save(folder / "summary.json")
    return Outcome(summary, folder, ("summary.json", "measures.csv"))


def result_folders(clips: Iterable[Path], out: Path) -> list[tuple[Path, Path]]:
    """Gives each clip a folder of its own in ``out``, named after it; the second of a name gets a number."""
    taken: set[str] = set()
    pairs = []
    for clip in clips:
        name, number = clip.stem, 2
        while name.casefold() in taken:
            name, number = f"{clip.stem}-{number}", number + 1
        taken.add(name.casefold())
        pairs.append((clip, out / name))
    return pairs
