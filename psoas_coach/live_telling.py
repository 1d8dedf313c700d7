"""What is said and written down while somebody is led before a camera, be it a session or a calibration."""

import math
from dataclasses import replace
from typing import Generic

from poses.messages import Messages
from psoas_coach.live_events import Event
from psoas_coach.live_state import LedT, Say
from psoas_coach.speech_queue import Urgency


class Telling(Generic[LedT]):
    """Says things and writes down what happens.

    Attributes:
        state: What is remembered.
        says: What is to be said since ``taken`` was last called.
        events: What happened since then.
    """

    def __init__(self, state: LedT) -> None:
        self.state = state
        self.says: list[Say] = []
        self.events: list[Event] = []

    @property
    def texts(self) -> Messages:
        """All texts, in the language that was chosen last."""
        return Messages(self.state.language)

    def taken(self) -> tuple[tuple[Say, ...], tuple[Event, ...]]:
        """What is to be said and what happened, handed out once."""
        news = tuple(self.says), tuple(self.events)
        self.says, self.events = [], []
        return news

    def tell(self, kind: str, **details: object) -> None:
        """Writes down that something happened."""
        self.events.append(Event(self.state.time_s, kind, details))

    def say(self, name: str, text: str, urgency: Urgency, gap_s: float = 0.0) -> None:
        """Says something, unless the same was said less than ``gap_s`` ago."""
        clock_s, spoken = self.state.clock_s, dict(self.state.spoken)
        if clock_s - spoken.get(name, -math.inf) < gap_s:
            return
        self.state = replace(self.state, spoken=(*(spoken | {name: clock_s}).items(),))
        self.says.append(Say(text, urgency))
        self.tell("say", id=name, text=text, urgency=urgency.name.lower())
