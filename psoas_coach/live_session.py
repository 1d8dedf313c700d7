"""A live session as a machine: from what is seen, in the time of the frames, to what is shown, said and written down.

No clock of its own and nothing that waits: whoever calls brings the time, the steps and the keys, so the same steps
give the same session however fast the computer is. What is judged is the business of ``psoas_coach.session``; here is
decided in which part of the plan the person is and what becomes of it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from poses.courses import Phase
from poses.exercise import Exercise
from poses.messages import Language, Messages
from poses.records import Step, Verdict
from poses.tally import Hold, Repetition
from psoas_coach import breathing
from psoas_coach.live_events import Event, event_of_hold, event_of_repetition, events_of, side_name
from psoas_coach.live_setup import coaching, swapped, view_is_good
from psoas_coach.live_stage import held_s, next_sentence, sentence, stage_of, trouble_sentence
from psoas_coach.live_state import (
    COUNTDOWN_S,
    GOOD_VIEW_S,
    LOST_VIEW_S,
    Done,
    Ended,
    Glimpse,
    Say,
    Shown,
    State,
    Trouble,
)
from psoas_coach.plan import Item, Plan
from psoas_coach.speech_queue import URGENCY_OF, Urgency
from vision.stage import Part

# L12: a stretch is held for 10 s at least; what is shorter is no hold that was asked for. A bridge's may be shorter.
_COUNTS_FROM_S: Final = 10.0
# The session's own sentences are not said again sooner (safe-ranges.md 3.9, as for cues).
_SAME_GAP_S: Final = 8.0
_HELD: Final = (Phase.HOLD, Phase.TOP)
# Twice "that hurts": what is left is breathing, as it is for whoever has pain before beginning (screening, D1).
_PAINS: Final = 2


class LiveSession:
    """One sitting of one person.

    Args:
        plan: What is done.
        exercises: Those of the plan, with the limits that hold for this person.
        language: Of all texts.
        muted: Whether the voice is off.
    """

    def __init__(self, plan: Plan, exercises: Sequence[Exercise], language: Language, *, muted: bool = False) -> None:
        self._state = State(plan, language, muted=muted)
        self._kinds = {e.id: e.movement.shape.kind for e in exercises if e.movement is not None}
        self._says: list[Say] = []
        self._events: list[Event] = []
        if plan.items:
            self._enter("set-up")
            self._say("next", sentence(self._texts, plan.items[0], "now"), Urgency.GUIDANCE)
        else:
            self._close()

    @property
    def state(self) -> State:
        """What it knows now."""
        return self._state

    @property
    def watching(self) -> bool:
        """Whether the next pictures are to be judged; while breathing or paused nobody need be seen."""
        return not self._state.paused and self._state.part not in ("breathing", "ended")

    def advance(self, glimpse: Glimpse) -> Shown:
        """Takes one more moment into account.

        Args:
            glimpse: What is known of it; a time that goes back stands still.
        """
        past = self._state
        elapsed_s = max(0.0, glimpse.time_s - past.time_s)
        self._state = replace(
            past,
            time_s=past.time_s + elapsed_s,
            stood_s=past.stood_s + (elapsed_s if past.paused else 0.0),
            frame=glimpse.frame or past.frame,
            # A step is only ever shown on its own picture.
            step=glimpse.step if glimpse.step is not None or glimpse.frame is not None else past.step,
        )
        self._meet(glimpse.trouble)
        if glimpse.step is not None and not self._state.ended:
            self._follow(glimpse.step)
        if glimpse.key:
            self._press(glimpse.key)
        if not self._state.paused:
            self._go_on(glimpse.step)
        says, events = tuple(self._says), tuple(self._events)
        self._says, self._events = [], []
        return Shown(stage_of(self._state, self._texts, glimpse.voice_notice), says, events)

    def end(self, why: Ended) -> None:
        """Ends the session now; everything done so far is kept. What comes of it is told by the next ``advance``."""
        if not self._state.ended:
            self._enter("ended")
            self._state = replace(self._state, ended=why, paused=False)
            self._tell("ended", why=why)
            self._say("ended", self._texts("live", "ended" if why == "done" else "ended_early"), Urgency.GUIDANCE)

    @property
    def _texts(self) -> Messages:
        return Messages(self._state.language)

    def _tell(self, kind: str, **details: object) -> None:
        self._events.append(Event(self._state.time_s, kind, details))

    def _say(self, name: str, text: str, urgency: Urgency, gap_s: float = 0.0) -> None:
        """Says something, unless the same was said less than ``gap_s`` ago."""
        clock_s, spoken = self._state.clock_s, dict(self._state.spoken)
        if clock_s - spoken.get(name, -math.inf) < gap_s:
            return
        self._state = replace(self._state, spoken=(*(spoken | {name: clock_s}).items(),))
        self._says.append(Say(text, urgency))
        self._tell("say", id=name, text=text, urgency=urgency.name.lower())

    def _enter(self, part: Part) -> None:
        """Begins another part."""
        at = self._state.item
        self._state = replace(
            self._state, part=part, since_s=self._state.clock_s, good_since_s=None, bad_since_s=None, called_back=False
        )
        of_plan = at is not None and part not in ("breathing", "ended")
        exercise, side = (at.exercise, at.side) if at is not None and of_plan else (None, None)
        self._tell("part", part=part, exercise=exercise, side=side_name(side), place=self._state.place)

    def _meet(self, trouble: Trouble) -> None:
        """Tells when something comes in the way, or is gone again."""
        past = self._state.trouble
        if trouble == past:
            return
        self._state = replace(self._state, trouble=trouble, trouble_s=self._state.time_s)
        self._tell("trouble", what=trouble)
        if trouble:
            self._say(trouble, trouble_sentence(self._texts, trouble), Urgency.CAUTION)
        elif past in ("stalled", "lost"):
            self._say("back", self._texts("live", "back"), Urgency.GUIDANCE)

    def _follow(self, step: Step) -> None:
        """Takes into account what one more frame brought."""
        moment = step.moment
        self._events += events_of(step)
        for hold in moment.holds:
            self._held(moment.exercise or "", hold)
        for repetition in moment.repetitions:
            self._repeated(moment.exercise or "", repetition)
        self._state = replace(self._state, warnings=self._state.warnings + len(step.findings))
        cue = step.cue
        if cue is not None and step.spoken and self._lets_through(cue.verdict):
            self._say(cue.id, self._texts("cues", cue.id), URGENCY_OF[cue.verdict])
        if step.ends:
            self._tell("ends", what=step.ends, why="stops")
            self._drop(everything=step.ends == "session", exercise=step.assessment.exercise or step.moment.exercise)

    def _lets_through(self, verdict: Verdict) -> bool:
        """Whether a cue is for now: warnings always, praise and words about the view only in an exercise."""
        return verdict in (Verdict.CAUTION, Verdict.STOP) or self._state.part == "exercise"

    def _held(self, exercise: str, hold: Hold) -> None:
        done, item = Done(exercise, hold.side, hold.seen_s), self._state.item
        self._state = replace(self._state, done=(*self._state.done, done))
        counts = (
            item is not None
            and self._state.part == "exercise"
            and self._kinds.get(exercise) == "hold"
            and (exercise, hold.side) == (item.exercise, item.side)
            and hold.seen_s >= min(_COUNTS_FROM_S, item.hold_s)
        )
        self._events.append(event_of_hold(self._state.time_s, exercise, hold, counts=counts))
        if counts and item is not None:
            self._count(item)
            self._rest(since_s=hold.end_s - self._state.stood_s)

    def _repeated(self, exercise: str, one: Repetition) -> None:
        done, item = Done(exercise, one.side, math.nan), self._state.item
        self._state = replace(self._state, done=(*self._state.done, done))
        counts = item is not None and self._state.part == "exercise" and exercise == item.exercise
        self._events.append(event_of_repetition(self._state.time_s, exercise, one, counts=counts))
        if counts and item is not None:
            self._count(item)
            self._say("count", str(self._state.count), Urgency.REMARK)
            if self._state.closed:
                self._rest(since_s=one.end_s - self._state.stood_s)

    def _count(self, item: Item) -> None:
        count = self._state.count + 1
        self._state = replace(self._state, count=count, closed=count >= item.repetitions, called_back=False)

    def _rest(self, since_s: float | None = None) -> None:
        """Lets the person rest, since a moment by the session's clock."""
        self._enter("rest")
        state = self._state
        self._state = replace(state, since_s=state.since_s if since_s is None else min(since_s, state.since_s))
        what = next_sentence(self._state, self._texts) if self._state.closed else ""
        self._say("rest", f"{self._texts('live', 'rest')} {what}".strip(), Urgency.GUIDANCE)

    def _drop(self, *, everything: bool, exercise: str | None) -> None:
        """Ends an exercise for today, or all of them: the person rests, then comes what is left."""
        gone = {item.exercise for item in self._state.plan.items} if everything else {exercise or ""}
        self._state = replace(self._state, dropped=self._state.dropped | gone)
        item = self._state.item
        if item is not None and item.exercise in gone and self._state.part not in ("breathing", "ended"):
            self._state = replace(self._state, closed=True, paused=False)
            self._rest()

    def _press(self, key: str) -> None:
        state = self._state
        self._tell("key", key=key)
        if key == "q":
            self.end("done" if state.part == "ended" else "quit")
        elif key == "p" and state.part != "ended":
            self._hurts()
        elif key == " " and state.part != "ended":
            self._state = replace(state, paused=not state.paused, good_since_s=None, bad_since_s=None)
            self._tell("paused" if self._state.paused else "resumed")
            self._say("pause", self._texts("live", "paused" if self._state.paused else "resumed"), Urgency.GUIDANCE)
        elif key == "s":
            self._skip()
        elif key == "l":
            self._state = replace(state, language="nl" if state.language == "en" else "en")
        elif key == "v":
            self._state = replace(state, muted=not state.muted, muted_s=state.time_s)
        elif key == "h":
            self._state = replace(state, helping=not state.helping)

    def _hurts(self) -> None:
        """Stops at once, and tells what happens next."""
        self._state = replace(self._state, pains=self._state.pains + 1, paused=False)
        texts, item = self._texts, self._state.item
        self._tell("pain", exercise=item.exercise if item else None, part=self._state.part)
        if self._state.part == "breathing":
            self._say("pain", texts("live", "pain_breathing"), Urgency.STOP)
            self.end("done")
            return
        everything = self._state.pains >= _PAINS
        self._tell("ends", what="session" if everything else "exercise", why="pain")
        first = texts("cues", "too_far_stop")
        gone = {one.exercise for one in self._state.plan.items} if everything else {item.exercise if item else ""}
        self._state = replace(self._state, dropped=self._state.dropped | gone, closed=True)
        # One sentence: what is said separately would be superseded.
        over = "" if everything or item is None else texts("live", "over", exercise=texts("exercises", item.exercise))
        after = " ".join(part for part in (first, over, next_sentence(self._state, texts)) if part)
        self._say("pain", after, Urgency.STOP)
        self._enter("rest")

    def _skip(self) -> None:
        part = self._state.part
        if part == "breathing":
            self.end("done")
        elif part in ("set-up", "countdown", "rest"):
            self._next()
        elif part == "exercise":
            self._state = replace(self._state, closed=True, paused=False)
            self._rest()

    def _next(self) -> None:
        """Goes to the next step of the plan, or to its close."""
        self._state = replace(self._state, place=self._state.next_place, count=0, closed=False, paused=False)
        item = self._state.item
        if item is None:
            self._close()
        else:
            self._enter("set-up")
            self._say("next", sentence(self._texts, item, "now"), Urgency.GUIDANCE)

    def _close(self) -> None:
        self._state = replace(self._state, place=len(self._state.plan.items))
        if self._state.plan.breathing:
            self._enter("breathing")
        else:
            self.end("done")

    def _go_on(self, step: Step | None) -> None:
        """What the time that passed, and what is seen now, make of the part."""
        part = self._state.part
        if part in ("set-up", "countdown") and step is not None:
            self._prepare(step)
        elif part == "exercise" and step is not None:
            self._exercise(step)
        elif part == "rest":
            self._rested()
        elif part == "breathing":
            self._breathe()

    def _prepare(self, step: Step) -> None:
        """Set-up coaching until the view is good for a while, then the countdown, then it begins."""
        state = self._state
        good = view_is_good(state, step)
        self._state = state = replace(
            state,
            good_since_s=(state.clock_s if state.good_since_s is None else state.good_since_s) if good else None,
            bad_since_s=None if good else (state.clock_s if state.bad_since_s is None else state.bad_since_s),
        )
        bad_s = 0.0 if state.bad_since_s is None else state.clock_s - state.bad_since_s
        if state.part == "countdown":
            before, left = self._shown_number(), COUNTDOWN_S - (state.clock_s - state.since_s)
            if bad_s > LOST_VIEW_S:
                self._enter("set-up")
            elif left <= 0.0:
                self._enter("exercise")
                if state.item is not None and step.moment.phase in (None, Phase.SET_UP, Phase.REST):
                    self._say("begin", sentence(self._texts, state.item, "begin"), Urgency.GUIDANCE)
            elif before != state.uttered:
                self._state = replace(state, uttered=before)
                self._say("countdown", before, Urgency.GUIDANCE)
        elif good and state.good_since_s is not None and state.clock_s - state.good_since_s >= GOOD_VIEW_S:
            self._state = swapped(state, step)
            self._enter("countdown")
        elif bad_s > LOST_VIEW_S:
            name, text = coaching(state, step, self._texts)
            self._say(name, text, Urgency.GUIDANCE, _SAME_GAP_S)

    def _shown_number(self) -> str:
        return str(math.ceil(COUNTDOWN_S - (self._state.clock_s - self._state.since_s)))

    def _exercise(self, step: Step) -> None:
        """Asks to come back when a hold has lasted long enough."""
        item = self._state.item
        seconds = held_s(step, item.exercise) if item is not None else math.nan
        if item is None or math.isnan(seconds):
            if step.moment.phase not in _HELD:
                self._state = replace(self._state, called_back=False)
        elif seconds >= item.hold_s and not self._state.called_back:
            self._state = replace(self._state, called_back=True)
            self._tell("come_back", exercise=item.exercise, side=side_name(item.side), held_s=seconds)
            self._say("come_back", self._texts("cues", "hold_done"), Urgency.GUIDANCE)

    def _rested(self) -> None:
        state = self._state
        if state.item is not None and state.clock_s - state.since_s < state.item.rest_s:
            return
        if state.closed:
            self._next()
        else:
            self._enter("exercise")
            self._say("again", self._texts("live", "again"), Urgency.GUIDANCE)

    def _breathe(self) -> None:
        state, kind = self._state, self._state.plan.breathing
        now = breathing.breath_at(state.clock_s - state.since_s, paced=kind != "belly", holding=kind == "paced")
        if now is None:
            self.end("done")
        elif (name := f"{now.cycle} {now.act}") != state.uttered:
            self._state = replace(state, uttered=name)
            self._say(name, self._texts("live", now.act), Urgency.REMARK)
