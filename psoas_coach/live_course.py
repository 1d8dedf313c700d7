"""Where in the plan of a live session the person is, and how it goes from one part to the next.

What moves it there is decided in ``live_session``; here is what each such step changes, says and writes down.
"""

import math
from dataclasses import replace
from typing import Final

from poses.messages import Messages
from psoas_coach.live_events import Event, side_name
from psoas_coach.live_stage import next_sentence, sentence
from psoas_coach.live_state import Ended, Say, State
from psoas_coach.plan import Item
from psoas_coach.speech_queue import Urgency
from vision.stage import Part

# Twice "that hurts": what is left is breathing, as it is for whoever has pain before beginning (screening, D1).
_PAINS: Final = 2


class Course:
    """Goes through a plan.

    Attributes:
        state: What is remembered.
        says: What is to be said since ``taken`` was last called.
        events: What happened since then.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.says: list[Say] = []
        self.events: list[Event] = []

    def begin(self) -> None:
        """Begins with the first step, or with its close where there is none."""
        if (item := self.state.item) is not None:
            self.enter("set-up")
            self.say("next", sentence(self.texts, item, "now"), Urgency.GUIDANCE)
        else:
            self.close()

    def taken(self) -> tuple[tuple[Say, ...], tuple[Event, ...]]:
        """What is to be said and what happened, handed out once."""
        news = tuple(self.says), tuple(self.events)
        self.says, self.events = [], []
        return news

    @property
    def texts(self) -> Messages:
        """All texts, in the language that was chosen last."""
        return Messages(self.state.language)

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

    def enter(self, part: Part) -> None:
        """Begins another part."""
        at = self.state.item
        now_s = self.state.clock_s
        self.state = replace(self.state, part=part, since_s=now_s, good_since_s=None, bad_since_s=None)
        self.state = replace(self.state, called_back=False, uttered="")
        of_plan = at is not None and part not in ("breathing", "ended")
        exercise, side = (at.exercise, at.side) if at is not None and of_plan else (None, None)
        self.tell("part", part=part, exercise=exercise, side=side_name(side), place=self.state.place)

    def count(self, item: Item) -> None:
        """Counts one more hold or repetition of a step."""
        count = self.state.count + 1
        self.state = replace(self.state, count=count, closed=count >= item.repetitions, called_back=False)

    def rest(self, since_s: float | None = None) -> None:
        """Lets the person rest, since a moment by the session's clock."""
        self.enter("rest")
        state = self.state
        self.state = replace(state, since_s=state.since_s if since_s is None else min(since_s, state.since_s))
        what = next_sentence(self.state, self.texts) if self.state.closed else ""
        self.say("rest", f"{self.texts('live', 'rest')} {what}".strip(), Urgency.GUIDANCE)

    def next(self) -> None:
        """Goes to the next step of the plan, or to its close."""
        self.state = replace(self.state, place=self.state.next_place, count=0, closed=False, paused=False)
        item = self.state.item
        if item is None:
            self.close()
        else:
            self.enter("set-up")
            self.say("next", sentence(self.texts, item, "now"), Urgency.GUIDANCE)

    def close(self) -> None:
        """Closes the session with breathing, where the plan has it."""
        self.state = replace(self.state, place=len(self.state.plan.items))
        if self.state.plan.breathing:
            self.enter("breathing")
        else:
            self.end("done")

    def end(self, why: Ended) -> None:
        """Ends the session."""
        if not self.state.ended:
            self.enter("ended")
            self.state = replace(self.state, ended=why, paused=False)
            self.tell("ended", why=why)
            self.say("ended", self.texts("live", "ended" if why == "done" else "ended_early"), Urgency.GUIDANCE)

    def drop(self, *, everything: bool, exercise: str | None) -> None:
        """Ends an exercise for today, or all of them: the person comes out and rests, then comes what is left."""
        item, texts = self.state.item, self.texts
        gone = {one.exercise for one in self.state.plan.items} if everything else {exercise or ""}
        self.state = replace(self.state, dropped=self.state.dropped | gone)
        if item is None or item.exercise not in gone or self.state.part in ("breathing", "ended"):
            return
        self.state = replace(self.state, closed=True, paused=False)
        # One sentence, since what is said separately would be superseded; out of the posture first.
        name = texts("exercises", item.exercise)
        over = "" if everything else texts("live", "over", exercise=name[0].lower() + name[1:])
        told = (texts("cues", "too_far_stop"), over, next_sentence(self.state, texts))
        self.say("over", " ".join(part for part in told if part), Urgency.STOP)
        self.enter("rest")

    def hurts(self) -> None:
        """Stops at once, and tells what happens next."""
        self.state = replace(self.state, pains=self.state.pains + 1, paused=False)
        item = self.state.item
        self.tell("pain", exercise=item.exercise if item else None, part=self.state.part)
        if item is None:
            self.say("pain", self.texts("live", "pain_breathing"), Urgency.STOP)
            self.end("done")
            return
        everything = self.state.pains >= _PAINS
        self.tell("ends", what="session" if everything else "exercise", why="pain")
        self.drop(everything=everything, exercise=item.exercise)

    def skip(self) -> None:
        """Leaves what is done now; whoever was moving rests first."""
        part = self.state.part
        if part == "breathing":
            self.end("done")
        elif part in ("set-up", "countdown", "rest"):
            self.next()
        elif part == "exercise":
            self.state = replace(self.state, closed=True, paused=False)
            self.rest()
