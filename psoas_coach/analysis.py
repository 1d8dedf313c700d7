"""From a clip to its results: the session with a file as source and files as sinks."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from calibration.camera import Camera
from calibration.view import Check, Look, check, look_at
from poses.exercise import Exercise
from poses.exercise_file import built_in
from poses.messages import Language, Messages
from poses.problem import Problem
from poses.records import Frame, Step
from psoas_coach.asked import asked_in, watched
from psoas_coach.files import folder_name, make_folder, printable
from psoas_coach.held_limits import held, with_held
from psoas_coach.live_record import POSES, recovered
from psoas_coach.picture import BestPicture
from psoas_coach.poses_file import Origin, PosesRecorder, Recording, load
from psoas_coach.report.clip_report import PAGES, Written, report_or_reason
from psoas_coach.report.follow import Follower
from psoas_coach.report.media import known
from psoas_coach.session import Ending, Session
from psoas_coach.summary import Summariser, Summary
from psoas_coach.table import MeasuresTable
from psoas_coach.wording import overlay_words

if TYPE_CHECKING:
    from psoas_coach.estimation import Estimated, Seen
    from vision.palette import Image
    from vision.sources import Source

# How well the camera stood is told from so many of the last frames, a minute or two.
_LOOKS = 3000
RESULTS = ("summary.json", "measures.csv", "poses.npz", "picture.png", "annotated.mp4", *PAGES)


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
        report: Whether to write the report.
        camera: The camera the clips were filmed with, whose lens is undone before anything is measured, or None.
        roll_deg: How far it leaned, content turned clockwise; undone too.
        workers: How many parts of a clip are estimated at a time; None for as many as there are cores.
    """

    exercises: tuple[Exercise, ...]
    asked_for: str
    texts: Messages
    model_path: Path
    model_name: str
    video: bool = False
    camera: Camera | None = None
    roll_deg: float = 0.0
    report: bool = True
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is: frames done, so much media time, and length of the clip where it is known."""

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
        report: The report, or None where none was asked for or could be written.
        without_report: Why it is missing although it was asked for, or None.
    """

    summary: Summary
    folder: Path
    files: tuple[str, ...]
    without_video: Problem | None = None
    view: tuple[Check, ...] = ()
    report: Written | None = None
    without_report: Problem | None = None


def analyse(
    clip: Path,
    folder: Path,
    settings: Settings,
    *,
    report: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    estimated: "Callable[[Source], Estimated] | None" = None,
) -> Outcome:
    """Analyses one clip and writes ``summary.json``, ``measures.csv``, ``poses.npz``, ``picture.png`` and the report.

    Args:
        clip: A video, an animated GIF or a still image.
        folder: Where the results go; made if need be.
        settings: What the user asked for.
        report: Told how far it is after each frame.
        should_stop: Asked after each frame; once it says yes, all files are finished up to that moment.
        estimated: Gives the poses where they were estimated before; None to estimate them here.

    Raises:
        Problem: The clip cannot be used or the results cannot be written.
    """
    # Heavy libraries are loaded here, not when the command line is parsed.
    from psoas_coach.estimation import Estimation, cores
    from vision.sources import open_source

    with ExitStack() as stack:
        source = open_source(clip)
        stack.enter_context(source)
        camera = settings.camera
        if camera is not None:
            camera.lens.check_shape((source.width, source.height))
        estimation: Estimated = stack.enter_context(
            estimated(source)
            if estimated is not None
            else Estimation(source, settings.model_path, settings.workers or cores())
        )
        make_folder(folder)
        _remove_earlier(folder, RESULTS)
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
            limits=held(settings.exercises),
        )
        interrupted, last_s = False, 0.0
        for seen in estimation:
            # Only what is measured: the model looks at the picture as it is, and that is drawn over too.
            sinks.write(seen, session.step(seen.index, origin.as_measured(seen.pose)))
            last_s = seen.pose.time_s
            report(_progress(estimation, last_s, source.duration_s))
            if should_stop():
                interrupted = True
                break
        origin = replace(
            origin,
            interrupted=interrupted,
            broke=estimation.damage or "",
            broke_at_s=last_s if estimation.damage else None,
        )
        summary = sinks.finish(session.finish(), origin, estimation)
    written, without_report = report_or_reason(
        folder, sinks.follower, summary, origin, settings.exercises, settings.texts.language, clip, should_stop
    )
    files = tuple(name for name in RESULTS if (folder / name).exists())
    view = check(sinks.looks, settings.roll_deg or None)
    return Outcome(summary, folder, files, sinks.without_video, view, written, without_report)


def _remove_earlier(folder: Path, names: Iterable[str]) -> None:
    """Removes the files that an earlier run left, which would be taken for this one's; folders stay."""
    for name in names:
        if not (folder / name).is_dir():
            (folder / name).unlink(missing_ok=True)


def _progress(estimation: "Estimated", last_s: float, duration_s: float | None) -> Progress:
    """How far all workers together are; of a clip whose frames are not counted, how far it was followed."""
    if estimation.total and duration_s:
        return Progress(estimation.done, duration_s * estimation.done / estimation.total, duration_s)
    return Progress(estimation.done, last_s, duration_s)


class _Sinks:
    """Everything one analysis writes, opened and closed together."""

    def __init__(self, clip: Path, source: "Source", folder: Path, settings: Settings) -> None:
        from psoas_coach.annotated_video import AnnotatedVideo

        self._folder, self._settings = folder, settings
        self._by_id = {exercise.id: exercise for exercise in settings.exercises}
        self._table = MeasuresTable(folder / "measures.csv", settings.exercises)
        self._poses = PosesRecorder()
        self._picture = BestPicture(self._drawn, self._by_id)
        self._summariser = Summariser(settings.exercises, settings.asked_for)
        self.follower = Follower(settings.exercises, still=source.is_still) if settings.report else None
        self._video: AnnotatedVideo | None = None
        self.looks: deque[Look] = deque(maxlen=_LOOKS)
        if settings.video and not source.is_still:
            self._video = AnnotatedVideo(clip, folder / "annotated.mp4", self._drawn)

    def __enter__(self) -> "_Sinks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()
        self._poses.close()
        if self._video is not None:
            self._video.close(at_once=kind is not None)

    @property
    def without_video(self) -> Problem | None:
        """Why there is no annotated video although it was asked for."""
        return None if self._video is None else self._video.problem

    def write(self, seen: "Seen", step: Step) -> None:
        """Takes one frame into every sink."""
        self._poses.write(seen.index, seen.pose)
        self._table.write(step)
        self._summariser.write(step)
        self._picture.write(step)
        if self.follower is not None:
            self.follower.write(step)
        # Of a body that turns out to be none nothing is told.
        self.looks.append(look_at(step, seen.light if step.pose.found else (math.nan, seen.light[1])))
        if self._video is not None:
            self._video.write(step)

    def finish(self, ending: Ending, origin: Origin, estimation: "Estimated") -> Summary:
        """Writes what is written at the end."""
        self._summariser.end(ending)
        self._poses.save(self._folder / "poses.npz", origin)
        summary = self._summariser.summary(origin)
        summary.save(self._folder / "summary.json")
        self._picture.save(self._folder / "picture.png", estimation.frame)
        return summary

    def _drawn(self, frame: Frame, step: Step) -> "Image":
        from vision.overlay import draw

        exercise = self._by_id.get(step.assessment.exercise or "")
        if exercise is not None:
            exercise = exercise.of_side(step.assessment.stretched)
        return draw(frame.image, step, exercise, overlay_words(self._settings.texts, step, exercise))


def replay(
    recording_path: Path,
    out: Path,
    exercises: Sequence[Exercise],
    asked_for: str,
    report_in: Language | None = None,
    *,
    by_these_limits: bool = False,
) -> Outcome:
    """Runs the same analysis over poses that were estimated before; no picture is looked at.

    Args:
        recording_path: ``poses.npz`` of an analysis, or the folder of a live session, broken off or not.
        out: Folder in which a folder for the clip is made.
        exercises: Those to recognise.
        asked_for: Id of the exercise the user named, or "auto".
        report_in: Language of the report, or None for none. The clip is in it where it lies beside the recording.
        by_these_limits: Whether the limits of ``exercises`` count, and not those that held when it was recorded.

    Raises:
        Problem: The file is not a recording of poses, or the results cannot be written.
    """
    recording = recording_at(recording_path)
    beside = recording_path if recording_path.is_dir() else recording_path.parent
    if asked_for == "auto":
        then = watched(built_in(), recording.origin.limits)
        exercises = (*exercises, *(one for one in then if one.view == "front"))
    if recording.origin.limits is not None and not by_these_limits:
        exercises = with_held(exercises, recording.origin.limits)
    folder = make_folder(out / folder_name(recording.origin.clip))
    # Only these: the recording itself, and the clip of its report, may lie in the same folder.
    _remove_earlier(folder, PAGES)
    session = Session(exercises, still=recording.origin.still)
    summariser = Summariser(exercises, asked_for)
    follower = Follower(exercises, still=recording.origin.still) if report_in is not None else None
    steps = asked_in(beside)
    with MeasuresTable(folder / "measures.csv", exercises) as table:
        for index, pose in recording:
            session.expect(steps.at(pose.time_s))
            step = session.step(index, pose)
            table.write(step)
            summariser.write(step)
            if follower is not None:
                follower.write(step)
    summariser.end(session.finish())
    summary = summariser.summary(recording.origin)
    summary.save(folder / "summary.json")
    clip = known(beside)
    written, without_report = report_or_reason(
        folder, follower, summary, recording.origin, exercises, report_in or "en", clip
    )
    files = tuple(name for name in ("summary.json", "measures.csv", *PAGES) if (folder / name).exists())
    return Outcome(summary, folder, files, report=written, without_report=without_report)


def recording_at(path: Path) -> Recording:
    """The poses of an analysis or of a session, by their file or its folder; of one that broke off as far as kept."""
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
