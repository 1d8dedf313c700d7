"""All files of one live session, opened and closed together."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final

import platformdirs

from poses.exercise import Exercise
from poses.problem import Problem
from poses.records import Frame, Pose, Step
from psoas_coach.breath_record import BreathingRecord
from psoas_coach.files import cannot_write, make_folder
from psoas_coach.live_events import Event
from psoas_coach.live_record import About, SessionRecord
from psoas_coach.session import Ending
from psoas_coach.summary import Summariser, Summary
from psoas_coach.table import MeasuresTable
from vision import faces
from vision.faces import FaceMemory
from vision.recorder import VideoRecorder

SUMMARY, TABLE, VIDEO = "summary.json", "measures.csv", "video.mp4"
# Of key frames only; times are the frames' own.
_USUAL_RATE: Final = 30.0


def sessions_folder() -> Path:
    """Where sessions lie unless the user says otherwise."""
    return Path(platformdirs.user_data_dir("psoas-coach", appauthor=False)) / "sessions"


def new_folder(parent: Path, began: datetime) -> Path:
    """Makes the folder of a session, named after when it began; nobody else may look into it.

    Raises:
        Problem: It cannot be made.
    """
    make_folder(parent)
    name = began.strftime("%Y-%m-%dT%H-%M-%S")
    for number in range(1, 1000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        except OSError as error:
            raise cannot_write(folder, error) from error
        return folder
    raise Problem(f"{parent} holds a thousand sessions of one second", "each needs a name", "Name another with --out")


class SessionFiles:
    """Takes everything that is to be kept.

    Attributes:
        problem: What could not be kept; None when all was.
    """

    def __init__(
        self, folder: Path, about: About, exercises: Sequence[Exercise], *, video: bool, blur: bool = False
    ) -> None:
        """Open them.

        Args:
            folder: Where.
            about: The session.
            exercises: Those that are watched.
            video: Whether the pictures are kept.
            blur: Whether faces in them are hidden.

        Raises:
            Problem: They cannot be written.
        """
        self.folder, self._video_wanted = folder, video
        self._problem: Problem | None = None
        self._video: VideoRecorder | None = None
        self._faces = FaceMemory() if blur else None
        self._summariser = Summariser(exercises, about.asked_for, breath=False)
        with ExitStack() as stack:
            self._record = stack.enter_context(SessionRecord(folder, about))
            self._table = stack.enter_context(MeasuresTable(folder / TABLE, exercises))
            self._open = stack.pop_all()

    def __enter__(self) -> "SessionFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close_video()
        self._open.close()

    @property
    def problem(self) -> Problem | None:
        """What could not be kept, or None."""
        return self._record.problem or self._problem

    def write(self, frame: Frame, pose: Pose, step: Step) -> None:
        """Takes one frame into every file; one that fails stops no other."""
        self._record.pose(frame.index, pose)
        self._summariser.write(step)
        try:
            self._table.write(step)
            if self._video_wanted:
                self._film(frame, pose)
        except Problem as problem:
            self._problem, self._video_wanted = problem, False

    def events(self, events: Sequence[Event]) -> None:
        """Writes down what happened."""
        self._record.events(events)
        for event in events:
            if event.kind == "breathed":
                self._summariser.breathed(BreathingRecord(**event.details))

    def finish(self, ending: Ending, *, interrupted: bool) -> Summary:
        """Writes what is written at the end.

        Raises:
            Problem: It cannot be written; what was written as the session went is still there.
        """
        self._close_video()
        self._table.close()
        self._summariser.end(ending)
        origin = self._record.finish(interrupted=interrupted)
        summary = self._summariser.summary(origin)
        summary.save(self.folder / SUMMARY)
        return summary

    def _close_video(self) -> None:
        try:
            if self._video is not None:
                self._video.close()
        except Problem as problem:
            self._problem = problem

    def _film(self, frame: Frame, pose: Pose) -> None:
        image = frame.image
        if self._faces is not None:
            image, self._faces = faces.hidden(image, pose, self._faces)
        if self._video is None:
            height, width = frame.image.shape[:2]
            self._video = VideoRecorder(
                self.folder / VIDEO, width=width, height=height, rate_hint=_USUAL_RATE, growing=True
            )
        self._video.write(image, frame.time_s)
