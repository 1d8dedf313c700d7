"""The shape of each line that ``live --headless`` prints; those of a calibration are in ``calibration_lines``.

What is written is made where it happens (``live_events``); here is what a program that reads it may rely on, for
``psoas-coach schema``. A test compares real sessions with this.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from calibration.baseline import Side
from poses.signs import Sign

_Number = Annotated[float | None, Field(description="null where it is not known")]


class Line(BaseModel):
    """One line: when it happened, by the clock of the frames, and what."""

    model_config = ConfigDict(extra="forbid")
    time_s: float


class PlanItem(BaseModel):
    """A step of the plan."""

    model_config = ConfigDict(extra="forbid")
    exercise: str
    side: Side | None
    repetitions: int


class Begin(Line):
    """The session begins."""

    event: Literal["begin"]
    folder: str
    camera: str
    plan: list[PlanItem]
    left_out: list[str]


class PartBegins(Line):
    """Another part begins."""

    event: Literal["part"]
    part: Literal["set-up", "countdown", "exercise", "rest", "breathing", "ended"]
    exercise: str | None
    side: Side | None
    place: int


class Said(Line):
    """Something is said: a cue, a problem of the view, or a sentence of the session."""

    event: Literal["say"]
    id: str
    text: str
    urgency: Literal["remark", "guidance", "caution", "stop"]


class PhaseBegan(Line):
    """A phase of the movement began."""

    event: Literal["phase"]
    exercise: str | None
    phase: Literal["set-up", "enter", "hold", "up", "top", "down", "exit", "rest"]
    side: Side | None
    since_s: _Number


class ComeBack(Line):
    """The hold has lasted long enough."""

    event: Literal["come_back"]
    exercise: str
    side: Side | None
    held_s: _Number


class HoldDone(Line):
    """A hold is complete; ``counts``: whether the plan asked for it."""

    event: Literal["hold"]
    exercise: str
    side: Side | None
    counts: bool
    start_s: _Number
    end_s: _Number
    seen_s: _Number
    peak: _Number


class RepetitionDone(Line):
    """A repetition is complete; ``side`` is null where both legs do the same, and in sessions of older programs."""

    event: Literal["repetition"]
    exercise: str
    side: Side | None = None
    number: int
    counts: bool
    start_s: _Number
    end_s: _Number
    top_hold_s: _Number
    peak: _Number


class FindingOver(Line):
    """A limit was passed, and no longer is."""

    event: Literal["finding"]
    exercise: str
    rule: str
    side: Side
    verdict: Literal["caution", "stop"]
    start_s: _Number
    end_s: _Number
    peak: _Number
    limit: _Number


class Ends(Line):
    """An exercise or the session is over for today."""

    event: Literal["ends"]
    what: Literal["exercise", "session"]
    why: Literal["stops", "pain"]


class Trouble(Line):
    """Something is in the way, or no longer: ""."""

    event: Literal["trouble"]
    what: Literal["", "stalled", "lost", "resized", "not_kept"]


class Key(Line):
    """A key was pressed."""

    event: Literal["key"]
    key: str


class Pain(Line):
    """The person said that it hurts."""

    event: Literal["pain"]
    exercise: str | None
    part: str
    by: Literal["key", "hand"]


class Paused(Line):
    """The person paused, or went on."""

    event: Literal["paused", "resumed"]
    by: Literal["key", "hand"]


class SignSeen(Line):
    """A sign of the arms is seen, and acts if it is held."""

    event: Literal["sign"]
    sign: Sign
    means: Literal["pause", "resume", "pain"]


class EndedNow(Line):
    """It is over."""

    event: Literal["ended"]
    why: Literal["done", "quit", "source_ended", "camera_lost", "interrupted"]


class Counts(Line):
    """How many pictures came and were judged, and within how many milliseconds half and 95 % of these were told."""

    frames: int
    judged: int
    lag_ms: list[int]


class SessionKept(Counts):
    """Everything is written."""

    event: Literal["kept"]
    folder: str
    files: list[str]


class LiveEvent(
    RootModel[
        Annotated[
            Begin | PartBegins | Said | PhaseBegan | ComeBack | HoldDone | RepetitionDone | FindingOver | Ends | Trouble
            | Key | Pain | Paused | SignSeen | EndedNow | SessionKept,
            Field(discriminator="event"),
        ]
    ]
):  # fmt: skip
    """One line of ``live --headless``, and of ``events.jsonl``."""
