"""The shape of each line that ``calibrate person --headless`` prints; those of a session are in ``event_lines``."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from calibration.baseline import Side
from psoas_coach.event_lines import Counts, FindingOver, Key, Line, PhaseBegan, Said, Trouble


class CalibrationBegin(Line):
    """The calibration begins."""

    event: Literal["begin"]
    camera: str
    tasks: list[str]


class TaskPart(Line):
    """Another part begins, of which task."""

    event: Literal["part"]
    part: str
    task: str | None
    side: Side | None


class Measured(Line):
    """A posture was measured; ``count``: how often by now."""

    event: Literal["measured"]
    task: str
    side: Side | None
    count: int


class RefusedNow(Line):
    """What was measured is refused, for which reasons."""

    event: Literal["refused"]
    task: str
    reasons: list[str]
    why: str


class LeftOut(Line):
    """Tasks that are left for another day."""

    event: Literal["left"]
    tasks: list[str]


class Redo(Line):
    """The last measurement is done again."""

    event: Literal["redo"]
    task: str


class Roll(Line):
    """How far the camera leans."""

    event: Literal["roll"]
    deg: float


class Bare(Line):
    """The person paused, went on, or said that it hurts."""

    event: Literal["paused", "resumed", "pain"]


class CalibrationEnded(Line):
    """It is over."""

    event: Literal["ended"]
    why: Literal["done", "quit", "source_ended", "camera_lost", "interrupted", "pain"]


class CalibrationKept(Counts):
    """What is kept: the profile's file, and the comfortable end of each side."""

    event: Literal["kept"]
    file: str | None
    roll_deg: float | None
    comfort: dict[Side, float]


class CalibrationEvent(
    RootModel[
        Annotated[
            CalibrationBegin | TaskPart | Said | PhaseBegan | FindingOver | Measured | RefusedNow | LeftOut | Redo
            | Roll | Bare | Trouble | Key | CalibrationEnded | CalibrationKept,
            Field(discriminator="event"),
        ]
    ]
):  # fmt: skip
    """One line of ``calibrate person --headless``."""
