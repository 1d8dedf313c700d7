"""What a live session remembers and hands out: values only."""

import math
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeVar

from poses.breath import BreathMemory
from poses.hands import HandsMemory
from poses.messages import Language
from poses.records import Frame, Pose, Step
from psoas_coach.breath_record import BreathingRecord, BreathTally
from psoas_coach.breathing import Way, closing_way, way
from psoas_coach.live_events import Event
from psoas_coach.plan import Item, Plan
from psoas_coach.speech_queue import Urgency
from vision.stage import Part, Stage

# How it is with the camera; "not_kept": what is seen cannot be written to the disk.
Trouble = Literal["", "stalled", "lost", "resized", "not_kept"]
# With what the person said something.
Means = Literal["key", "hand"]
Ended = Literal["", "done", "quit", "source_ended", "camera_lost", "interrupted", "pain"]

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
        pose: Whom a picture shows, whose arms may give a sign; None where nobody looked. That of ``step`` need not be
            given.
        key: A key that was pressed, or "".
        trouble: What stands in the way.
        voice_notice: Why less is heard than was asked for, as a sentence.
    """

    time_s: float
    frame: Frame | None = None
    step: Step | None = None
    pose: Pose | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What both remember; a value, replaced at each change.

    Attributes:
        language: Of all texts.
        time_s: Of the last moment, by the clock of the frames.
        stood_s: For how long the clock of its own stood still.
        part: Which part it is; "paused" is told by ``paused``.
        paused: Whether it is.
        place: Which step of the plan, or task; their number once all are done.
        since_s: When the part began, by its own clock.
        good_since_s: Since when the view, or the posture, is good, or None; by its own clock.
        bad_since_s: Since when it is not, or None.
        pains: How often "that hurts" was said.
        spoken: When each sentence of its own was last said.
        ended: Why it is over, "" while it is not.
        trouble: What stood in the way at the last moment.
        trouble_s: Since when, by the clock of the frames.
        muted, helping: Whether the voice is off; whether the keys are shown.
        muted_s: When the voice was last switched, by the clock of the frames.
        frame, step: Those that are shown.
    """

    language: Language
    time_s: float = 0.0
    stood_s: float = 0.0
    part: Part = "set-up"
    paused: bool = False
    place: int = 0
    since_s: float = 0.0
    good_since_s: float | None = None
    bad_since_s: float | None = None
    pains: int = 0
    spoken: tuple[tuple[str, float], ...] = ()
    ended: Ended = ""
    trouble: Trouble = ""
    trouble_s: float = -math.inf
    muted: bool = False
    muted_s: float = -math.inf
    helping: bool = False
    frame: Frame | None = None
    step: Step | None = None

    @property
    def clock_s(self) -> float:
        """Its own clock, which stands still while it is paused."""
        return self.time_s - self.stood_s


LedT = TypeVar("LedT", bound=Led)


def moved_on(past: LedT, glimpse: Glimpse) -> LedT:
    """What is remembered, with clocks and picture of one more moment; a time that goes back stands still."""
    elapsed_s = max(0.0, glimpse.time_s - past.time_s)
    return replace(
        past,
        time_s=past.time_s + elapsed_s,
        stood_s=past.stood_s + (elapsed_s if past.paused else 0.0),
        frame=glimpse.frame or past.frame,
        # A step is only ever shown on its own picture.
        step=glimpse.step if glimpse.step is not None or glimpse.frame is not None else past.step,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """A hold or a repetition that was done; ``held_s`` is NaN for a repetition."""

    exercise: str
    side: int | None
    held_s: float


@dataclass(frozen=True, slots=True)
class State(Led):
    """Everything a live session remembers; counts and dates by its own clock.

    Attributes:
        plan: What is done; two steps of it change places when the person begins with the other leg.
        count: Holds or repetitions done of this step.
        closed: Whether this step is over, and the rest leads to the next.
        called_back: Whether the hold under way was asked to come back.
        dropped: Exercises that are over for today.
        uttered: Which number of the countdown, or which part of which breath, was said last.
        done: What was done.
        warnings: How many findings there were.
        hands: What the arms are doing.
        breath: What is known of the breath, where pictures tell of it.
        freed: Whether the pace was given up in this part, since the person was dizzy or wanted to.
        breathed: What was told of the breath in this part.
        breaths: What was breathed in the parts before.
    """

    plan: Plan
    count: int = 0
    closed: bool = False
    called_back: bool = False
    dropped: frozenset[str] = frozenset()
    uttered: str = ""
    done: tuple[Done, ...] = ()
    warnings: int = 0
    hands: HandsMemory = HandsMemory()
    breath: BreathMemory = field(default_factory=BreathMemory)
    freed: bool = False
    breathed: BreathTally = BreathTally()
    breaths: tuple[BreathingRecord, ...] = ()

    @property
    def item(self) -> Item | None:
        """The step of the plan that is done now, or None after the last."""
        return self.plan.items[self.place] if self.place < len(self.plan.items) else None

    @property
    def way(self) -> Way | None:
        """How the person is to breathe now, or None where breathing is not what is done."""
        item = self.item
        if item is not None and item.breathes:
            how = way(item.exercise, item.notes, item.repetitions, full=item.full)
        elif item is None and self.plan.breathing and self.part == "breathing":
            how = closing_way(self.plan.breathing)
        else:
            return None
        return how.freed if self.freed else how

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
