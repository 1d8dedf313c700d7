"""What the one who leads a batch and those who work at it hand to each other; all of it can be sent elsewhere."""

import errno
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from calibration.camera import Camera
from poses.exercise import Exercise
from poses.messages import Language
from poses.problem import Problem

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# With less room than this no clip can be finished.
_ROOM_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """One clip and what is asked for it.

    Attributes:
        clip: The file, by a path that leads there from wherever the work is done.
        name: How it is called in tables.
        exercises: Those to recognise, with the limits that hold.
        asked_for: Id of the exercise, or "auto".
        model: Name of the pose model, or path of its file.
        lang: The user's language.
        video: Whether ``annotated.mp4`` is wanted.
        report: Whether a report is.
        camera: Whose lens is undone, or None.
        roll_deg: How far it leaned.
        person: Whose limits those are, or "".
        side: Which side is stretched as the user says, or "".
    """

    clip: Path
    name: str
    exercises: tuple[Exercise, ...]
    asked_for: str
    model: str
    lang: Language
    video: bool = False
    report: bool = True
    camera: Camera | None = None
    roll_deg: float = 0.0
    person: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker writes while it works, and where it looks whether it should go on.

    Attributes:
        folder: Of this run. A file ``going`` is in it for as long as the run is led.
        number: Of the task; how far it is stands in the file ``<number>.progress``.
        version: Of the program that leads.
    """

    folder: Path
    number: int
    version: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be done, in the parts of a ``Problem``.

    Attributes:
        what: What happened.
        why: Why it matters.
        do: What to do next.
        full: Whether it is for want of room, which no other clip will have either.
    """

    what: str
    why: str
    do: str
    full: bool = False

    @classmethod
    def of(cls, problem: Problem, place: Path | None = None) -> "Failure":
        """A problem, as it can be sent; ``place`` is looked at for room."""
        return cls(problem.what, problem.why, problem.do, _is_full(problem, place))

    @property
    def problem(self) -> Problem:
        """As it is told."""
        return Problem(self.what, self.why, self.do)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is, before any of it is estimated.

    Attributes:
        sha256: Of its content.
        stamp: Its size and time of change, by which it is told whether it was changed meanwhile.
        frames: How many pictures it seems to hold.
        parts: In how many parts it may be estimated.
    """

    sha256: str
    stamp: tuple[int, int]
    frames: int
    parts: int


@dataclass(frozen=True, slots=True)
class Made:
    """Results in a folder of the run, not yet where they belong.

    Attributes:
        folder: That folder.
        strip: What was found in the course of the clip, see ``report.strip``.
        lacks: What was asked for and could not be made, although all else was.
    """

    folder: Path
    strip: str
    lacks: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Poses:
    """The poses of one part of a clip, in a file of the run; ``astray`` where the clip has to be read in one go."""

    file: Path
    astray: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """The user asked to stop before it was done."""


Answer = Looked | Made | Poses | Failure | Stopped


@dataclass(slots=True)
class Clip:
    """What the one who leads knows of a clip; filled as it becomes known.

    Attributes:
        name: How it is called in tables.
        folder: Name of its folder of results.
        job: What is asked for, or None where that cannot be known.
        looked: What it is.
        failure: Why there is nothing of it, or not everything.
        same_as: Name of the clip with the same content that stands for it, or "".
        done: Whether its results are where they belong.
        strip: See ``Made``.
        parts: Files of poses by the number of the part, while it is estimated in parts; None for one that went astray.
    """

    name: str
    folder: str
    job: Job | None = None
    looked: Looked | None = None
    failure: Failure | None = None
    same_as: str = ""
    done: bool = False
    strip: str = ""
    parts: dict[int, Path | None] = field(default_factory=dict)

    @property
    def unlooked(self) -> bool:
        """Whether its file is still to be looked at: then it is not known whether its results are there."""
        return self.job is not None and self.looked is None and self.failure is None

    @property
    def frames(self) -> int:
        """How much work it is."""
        return self.looked.frames if self.looked is not None else 1


def _is_full(problem: Problem, place: Path | None) -> bool:
    """Whether a disk is full: by the error behind a problem, or by what is left where it was written."""
    error: BaseException | None = problem
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        error = error.__cause__
    try:
        return place is not None and shutil.disk_usage(place).free < _ROOM_BYTES
    except OSError:
        return False
