"""From a clip to its results: the session with a file as source and files as sinks."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from calibration.camera import Camera
from calibration.view import Check, Look, brightness, check, look_at
from poses.exercise import Exercise
from poses.messages import Messages
from poses.problem import Problem
from poses.records import Frame, Pose, Step
from psoas_coach.files import folder_name, make_folder, printable
from psoas_coach.live_record import POSES, recovered
from psoas_coach.picture import BestPicture
from psoas_coach.poses_file import Origin, PosesRecorder, Recording, load
from psoas_coach.session import Ending, Session
from psoas_coach.summary import Summariser, Summary
from psoas_coach.table import MeasuresTable
from psoas_coach.wording import overlay_words

if TYPE_CHECKING:
    from vision.palette import Image
    from vision.recorder import VideoRecorder
    from vision.sources import Source

# How well the camera stood is told from so many of the last frames, a minute or two.
_LOOKS = 3000
RESULTS = ("summary.json", "measures.csv", "poses.npz", "picture.png", "annotated.mp4")


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
        camera: The camera the clips were filmed with, whose lens is undone before anything is measured, or None.
        roll_deg: How far it leaned, content turned clockwise; undone too.
    """

    exercises: tuple[Exercise, ...]
    asked_for: str
    texts: Messages
    model_path: Path
    model_name: str
    video: bool = False
    camera: Camera | None = None
    roll_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is: frames done, media time reached, and length of the clip where it is known."""

    frames: int
    time_s: float
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an analysis made.

    Attributes:
        summary: What was found.
        folder: Where the files are.
        files: Their names.
        without_video: Why the annotated video is missing although it was asked for, or None.
        view: How well the camera was placed; empty where no picture was looked at.
    """

    summary: Summary
    folder: Path
    files: tuple[str, ...]
    without_video: Problem | None = None
    view: tuple[Check, ...] = ()


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
    from vision.sources import open_source

    with ExitStack() as stack:
        source = open_source(clip)
        stack.enter_context(source)
        camera = settings.camera
        if camera is not None:
            camera.lens.check_shape((source.width, source.height))
        make_folder(folder)
        # What an earlier run left there would be taken for this one's.
        for name in RESULTS:
            (folder / name).unlink(missing_ok=True)
        estimator = stack.enter_context(Estimator(settings.model_path, still=source.is_still))
        sinks = stack.enter_context(_Sinks(clip, source, folder, settings))
        session = Session(settings.exercises, still=source.is_still)
        origin = Origin(
            clip=printable(clip.name),
            kind=source.kind,
            still=source.is_still,
            model=settings.model_name,
            duration_s=source.duration_s,
            camera=camera,
            roll_deg=settings.roll_deg,
        )
        interrupted, last_s = False, 0.0
        for count, frame in enumerate(source, start=1):
            pose = estimator.estimate(frame)
            # Only what is measured: the model looks at the picture as it is, and that is drawn over too.
            sinks.write(frame, pose, session.step(frame.index, origin.as_measured(pose)))
            last_s = frame.time_s
            report(Progress(count, last_s, source.duration_s))
            if should_stop():
                interrupted = True
                break
        origin = replace(
            origin, interrupted=interrupted, broke=source.damage or "", broke_at_s=last_s if source.damage else None
        )
        summary = sinks.finish(session.finish(), origin)
    files = tuple(name for name in RESULTS if (folder / name).exists())
    return Outcome(summary, folder, files, sinks.without_video, check(sinks.looks, settings.roll_deg or None))


class _Sinks:
    """Everything one analysis writes, opened and closed together."""

    def __init__(self, clip: Path, source: "Source", folder: Path, settings: Settings) -> None:
        from vision.recorder import VideoRecorder
        from vision.timeline import Timeline

        self.without_video: Problem | None = None
        self._folder, self._settings = folder, settings
        self._by_id = {exercise.id: exercise for exercise in settings.exercises}
        self._table = MeasuresTable(folder / "measures.csv", settings.exercises)
        self._poses = PosesRecorder()
        self._picture = BestPicture(self._drawn, self._by_id)
        self._summariser = Summariser(settings.exercises, settings.asked_for)
        self._video: VideoRecorder | None = None
        self._timeline = Timeline(source.duration_s)
        self.looks: deque[Look] = deque(maxlen=_LOOKS)
        if settings.video and not source.is_still:
            self._video = VideoRecorder(
                folder / "annotated.mp4",
                width=source.width,
                height=source.height,
                rate_hint=source.average_rate,
                audio_from=clip if source.has_audio else None,
            )

    def __enter__(self) -> "_Sinks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()
        self._with_video(lambda video: video.close())

    def write(self, frame: Frame, pose: Pose, step: Step) -> None:
        """Takes one frame into every sink."""
        self._poses.write(frame.index, pose)
        self._table.write(step)
        self._summariser.write(step)
        self._picture.write(frame, step)
        self.looks.append(look_at(step, brightness(frame.image, step.pose)))
        self._with_video(lambda video: video.write(self._with_timeline(frame, step), frame.time_s))

    def finish(self, ending: Ending, origin: Origin) -> Summary:
        """Writes what is written at the end."""
        self._summariser.end(ending)
        self._poses.save(self._folder / "poses.npz", origin)
        summary = self._summariser.summary(origin)
        summary.save(self._folder / "summary.json")
        self._picture.save(self._folder / "picture.png")
        return summary

    def _with_video(self, act: "Callable[[VideoRecorder], None]") -> None:
        if self._video is None:
            return
        try:
            act(self._video)
        except Problem as problem:
            # The recorder has removed what it began; all else goes on.
            self._video, self.without_video = None, problem

    def _with_timeline(self, frame: Frame, step: Step) -> "Image":
        drawn = self._drawn(frame, step)
        self._timeline.add(step)
        self._timeline.draw(drawn)
        return drawn

    def _drawn(self, frame: Frame, step: Step) -> "Image":
        from vision.overlay import draw

        exercise = self._by_id.get(step.assessment.exercise or "")
        if exercise is not None:
            exercise = exercise.of_side(step.assessment.stretched)
        return draw(frame.image, step, exercise, overlay_words(self._settings.texts, step, exercise))


def replay(recording_path: Path, out: Path, exercises: Sequence[Exercise], asked_for: str) -> Outcome:
    """Runs the same analysis over poses that were estimated before; no picture is looked at.

    Args:
        recording_path: ``poses.npz`` of an analysis, or the folder of a live session, broken off or not.
        out: Folder in which a folder for the clip is made.
        exercises: Those to recognise.
        asked_for: Id of the exercise the user named, or "auto".

    Raises:
        Problem: The file is not a recording of poses, or the results cannot be written.
    """
    recording = _opened(recording_path)
    folder = make_folder(out / folder_name(recording.origin.clip))
    session = Session(exercises, still=recording.origin.still)
    summariser = Summariser(exercises, asked_for)
    with MeasuresTable(folder / "measures.csv", exercises) as table:
        for index, pose in recording:
            step = session.step(index, pose)
            table.write(step)
            summariser.write(step)
    summariser.end(session.finish())
    summary = summariser.summary(recording.origin)
    summary.save(folder / "summary.json")
    return Outcome(summary, folder, ("summary.json", "measures.csv"))


def _opened(path: Path) -> Recording:
    """The poses of an analysis or of a session; of one that broke off as far as they were kept."""
    if not path.is_dir():
        return load(path)
    return load(path / POSES) if (path / POSES).exists() else recovered(path)


def result_folders(clips: Iterable[Path], out: Path) -> list[tuple[Path, Path]]:
    """Gives each clip a folder of its own in ``out``, named after it; the second of a name gets a number."""
    taken: set[str] = set()
    pairs = []
    for clip in clips:
        name = first = folder_name(clip.name)
        number = 2
        while name.casefold() in taken:
            name, number = f"{first}-{number}", number + 1
        taken.add(name.casefold())
        pairs.append((clip, out / name))
    return pairs
