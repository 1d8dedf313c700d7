"""Where in the plan of a live session the person is, and how it goes from one part to the next.

What moves it there is decided in ``live_session``; here is what each such step changes, says and writes down.
"""

from dataclasses import replace
from typing import Final

from psoas_coach.breath_record import BreathTally, record_of
from psoas_coach.live_events import side_name
from psoas_coach.live_stage import next_sentence, sentence
from psoas_coach.live_state import Ended, Means, State
from psoas_coach.live_telling import Telling
from psoas_coach.plan import Item
from psoas_coach.speech_queue import Urgency
from vision.stage import Part

# Twice "that hurts": what is left is breathing, as it is for whoever has pain before beginning (screening, D1).
_PAINS: Final = 2


class Course(Telling[State]):
    """Goes through a plan."""

    def __init__(self, state: State) -> None:
        super().__init__(state)

    def begin(self) -> None:
        """Begins with the first step, or with its close where there is none."""
        self._begin_step()

    def enter(self, part: Part) -> None:
        """Begins another part."""
        at = self.state.item
        now_s = self.state.clock_s
        self.state = replace(self.state, part=part, since_s=now_s, good_since_s=None, bad_since_s=None)
        self.state = replace(self.state, called_back=False, uttered="", freed=False, breathed=BreathTally())
        of_plan = at is not None and part != "ended"
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
        self._begin_step()

    def _begin_step(self) -> None:
        item = self.state.item
        if item is None:
            self.close()
            return
        # Nobody is made to wait for a good view before they may breathe.
        self.enter("breathing" if item.breathes else "set-up")
        now = sentence(self.texts, item, "now")
        self.say("next", f"{now} {sentence(self.texts, item, 'begin')}" if item.breathes else now, Urgency.GUIDANCE)

    def breathed(self) -> None:
        """Ends a part in which was breathed, and writes down what was told of it."""
        state, how = self.state, self.state.way
        if how is None or state.part != "breathing":
            return
        record = record_of(state.breathed, how.exercise, paced=how.pace is not None, freed=state.freed)
        self.state = replace(state, breaths=(*state.breaths, record))
        self.tell("breathed", **record.model_dump())

    def free(self, by: Means) -> None:
        """Gives up the pace: the person breathes as it comes, for as long as the rest would have taken."""
        state = self.state
        self.tell("freed", by=by)
        self.say("freed", self.texts("live", "pain_breathing"), Urgency.STOP)
        self.state = replace(self.state, freed=True, since_s=state.clock_s, uttered="")

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
            self.breathed()
            self.enter("ended")
            self.state = replace(self.state, ended=why, paused=False)
            self.tell("ended", why=why)
            self.say("ended", self.texts("live", "ended" if why == "done" else "ended_early"), Urgency.GUIDANCE)

    def drop(self, *, everything: bool, exercise: str | None) -> None:
        """Ends an exercise for today, or all of them: the person comes out and rests, then comes what is left."""
        item, texts = self.state.item, self.texts
        # Breathing is what is always left.
        gone = {one.exercise for one in self.state.plan.items if not one.breathes} if everything else {exercise or ""}
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

    def pause(self, by: Means) -> None:
        """Pauses, or goes on."""
        state = self.state
        self.state = replace(state, paused=not state.paused, good_since_s=None, bad_since_s=None)
        what = "resumed" if state.paused else "paused"
        self.tell(what, by=by)
        self.say("pause", self.texts("live", what), Urgency.GUIDANCE)

    def hurts(self, by: Means) -> None:
        """Stops at once, and tells what happens next."""
        how = self.state.way
        if self.state.part == "breathing" and how is not None and how.pace is not None:
            self.state = replace(self.state, paused=False)
            self.free(by)
            return
        self.state = replace(self.state, pains=self.state.pains + 1, paused=False)
        item = self.state.item
        self.tell("pain", exercise=item.exercise if item else None, part=self.state.part, by=by)
        if item is None or item.breathes:
            self.say("pain", self.texts("live", "pain_breathing"), Urgency.STOP)
            self.leave_breathing()
            return
        everything = self.state.pains >= _PAINS
        self.tell("ends", what="session" if everything else "exercise", why="pain")
        self.drop(everything=everything, exercise=item.exercise)

    def leave_breathing(self) -> None:
        """Goes on after breathing: to the next step, or to the end."""
        if self.state.item is None:
            self.end("done")
        else:
            self.breathed()
            self.next()

    def skip(self) -> None:
        """Leaves what is done now; whoever was moving rests first."""
        part = self.state.part
        if part == "breathing":
            self.leave_breathing()
        elif part in ("set-up", "countdown", "rest"):
            self.next()
        elif part == "exercise":
            self.state = replace(self.state, closed=True, paused=False)
            self.rest()
