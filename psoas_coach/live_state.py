"""What a live session remembers and hands out: values only."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from poses.messages import Language
from poses.records import Frame, Step
from psoas_coach.live_events import Event
from psoas_coach.plan import Item, Plan
from psoas_coach.speech_queue import Urgency
from vision.stage import Part, Stage

# How it is with the camera; "not_kept": what is seen cannot be written to the disk.
Trouble = Literal["", "stalled", "lost", "resized", "not_kept"]
Ended = Literal["", "done", "quit", "source_ended", "camera_lost", "interrupted"]

# For so long the view has to be good before the countdown begins, and so long that takes (the issue's own numbers).
GOOD_VIEW_S: Final = 2.0
COUNTDOWN_S: Final = 3.0
# A view lost for less does not stop the countdown (as long as a caution takes).
LOST_VIEW_S: Final = 0.8


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What there is to know at one moment.

    Attributes:
        time_s: By the clock of the frames.
        frame: The newest picture, or the one that ``step`` was made from; None for none newer than before.
        step: What is known of it; None where nobody looked, or nothing is new.
        key: A key that was pressed, or "".
        trouble: What stands in the way.
        voice_notice: Why less is heard than was asked for, as a sentence.
    """

    time_s: float
    frame: Frame | None = None
    step: Step | None = None
    key: str = ""
    trouble: Trouble = ""
    voice_notice: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Something to say aloud now."""

    text: str
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Shown:
    """What one moment gives: what to show, to say and to write down."""

    stage: Stage
    says: tuple[Say, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A hold or a repetition that was done; ``held_s`` is NaN for a repetition."""

    exercise: str
    side: int | None
    held_s: float


@dataclass(frozen=True, slots=True)
class State:
    """Everything a live session remembers; a value, replaced at each change.

    Attributes:
        plan: What is done; two steps of it change places when the person begins with the other leg.
        language: Of all texts.
        time_s: Of the last moment, by the clock of the frames.
        stood_s: For how long the clocks of the session stood still.
        part: Which part it is; "paused" is told by ``paused``.
        paused: Whether it is.
        place: Which step of the plan; their number once all are done.
        since_s: When the part began, by the session's clock.
        count: Holds or repetitions done of this step.
        closed: Whether this step is over, and the rest leads to the next.
        called_back: Whether the hold under way was asked to come back.
        good_since_s: Since when the view is good, or None; by the session's clock.
        bad_since_s: Since when it is not, or None.
        dropped: Exercises that are over for today.
        pains: How often "that hurts" was said.
        uttered: Which number of the countdown, or which part of which breath, was said last.
        spoken: When each sentence of the session's own was last said.
        done: What was done.
        warnings: How many findings there were.
        trouble: What stood in the way at the last moment.
        ended: Why it is over, "" while it is not.
        trouble_s: Since when, by the clock of the frames.
        muted, helping: Whether the voice is off; whether the keys are shown.
        muted_s: When the voice was last switched, by the clock of the frames.
        frame, step: Those that are shown.
    """

    plan: Plan
    language: Language
    time_s: float = 0.0
    stood_s: float = 0.0
    part: Part = "set-up"
    paused: bool = False
    place: int = 0
    since_s: float = 0.0
    count: int = 0
    closed: bool = False
    called_back: bool = False
    good_since_s: float | None = None
    bad_since_s: float | None = None
    dropped: frozenset[str] = frozenset()
    pains: int = 0
    uttered: str = ""
    spoken: tuple[tuple[str, float], ...] = ()
    done: tuple[Done, ...] = ()
    warnings: int = 0
    trouble: Trouble = ""
    ended: Ended = ""
    trouble_s: float = -math.inf
    muted: bool = False
    muted_s: float = -math.inf
    helping: bool = False
    frame: Frame | None = None
    step: Step | None = None

    @property
    def clock_s(self) -> float:
        """The session's own clock, which stands still while it is paused."""
        return self.time_s - self.stood_s

    @property
    def item(self) -> Item | None:
        """The step of the plan that is done now, or None after the last."""
        return self.plan.items[self.place] if self.place < len(self.plan.items) else None

    @property
    def next_place(self) -> int:
        """Where the next step is that is not dropped; the number of all steps where there is none."""
        later = range(self.place + 1, len(self.plan.items))
        return next((n for n in later if self.plan.items[n].exercise not in self.dropped), len(self.plan.items))

    @property
    def next_item(self) -> Item | None:
        """The step after this one, or None."""
        place = self.next_place
        return self.plan.items[place] if place < len(self.plan.items) else None
