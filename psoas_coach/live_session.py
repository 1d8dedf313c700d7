"""A live session as a machine: from what is seen, in the time of the frames, to what is shown, said and written down.

No clock of its own and nothing that waits: whoever calls brings the time, the steps and the keys, so the same steps
give the same session however fast the computer is. What is judged is the business of ``psoas_coach.session``; here is
decided in which part of the plan the person is and what becomes of it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from poses import hands
from poses.courses import Phase
from poses.exercise import Exercise
from poses.messages import Language
from poses.records import Pose, Step, Verdict
from poses.tally import Hold, Repetition
from psoas_coach import live_breathing
from psoas_coach.live_course import Course
from psoas_coach.live_events import event_of_hold, event_of_repetition, events_of, side_name
from psoas_coach.live_hands import meaning
from psoas_coach.live_setup import coaching, swapped, view_is_good
from psoas_coach.live_stage import held_s, sentence, stage_of, trouble_sentence
from psoas_coach.live_state import (
    COUNTDOWN_S,
    GOOD_VIEW_S,
    LOST_VIEW_S,
    Done,
    Ended,
    Glimpse,
    Shown,
    State,
    Trouble,
    moved_on,
)
from psoas_coach.plan import Plan
from psoas_coach.speech_queue import URGENCY_OF, Urgency

# L12: a stretch is held for 10 s at least; what is shorter is no hold that was asked for. A bridge's may be shorter.
_COUNTS_FROM_S: Final = 10.0
# The session's own sentences are not said again sooner (safe-ranges.md 3.9, as for cues).
_SAME_GAP_S: Final = 8.0
_HELD: Final = (Phase.HOLD, Phase.TOP)
# A sign that is taken back and given again is asked about again; one that flickers is not.
_ASKED_GAP_S: Final = 1.5
_ASKED: Final = {
    "pause": Urgency.GUIDANCE,
    "resume": Urgency.GUIDANCE,
    "pain": Urgency.CAUTION,
    "dizzy": Urgency.GUIDANCE,
}


class LiveSession:
    """One sitting of one person.

    Args:
        plan: What is done.
        exercises: Those of the plan, with the limits that hold for this person.
        language: Of all texts.
        muted: Whether the voice is off.
    """

    def __init__(self, plan: Plan, exercises: Sequence[Exercise], language: Language, *, muted: bool = False) -> None:
        self._course = Course(State(plan, language=language, muted=muted))
        self._kinds = {e.id: e.movement.shape.kind for e in exercises if e.movement is not None}
        self._course.begin()

    @property
    def state(self) -> State:
        """What it knows now."""
        return self._course.state

    @property
    def expected(self) -> str | None:
        """The exercise of the step that the plan is at."""
        item = self._course.state.item
        return item.exercise if item is not None else None

    @property
    def looking(self) -> bool:
        """Whether the next pictures are to be looked at; while it is not over, a sign may be given at any time."""
        return self._course.state.part != "ended"

    @property
    def watching(self) -> bool:
        """Whether the next pictures are to be judged; while breathing or paused only signs count."""
        return not self._course.state.paused and self._course.state.part not in ("breathing", "ended")

    def advance(self, glimpse: Glimpse) -> Shown:
        """Takes one more moment into account.

        Args:
            glimpse: What is known of it; a time that goes back stands still.
        """
        past = self._course.state
        self._course.state = moved_on(past, glimpse)
        self._meet(glimpse.trouble)
        if glimpse.step is not None and not self._course.state.ended:
            self._follow(glimpse.step)
        pose = glimpse.step.pose if glimpse.step is not None else glimpse.pose
        if pose is not None and not self._course.state.ended:
            self._watch_arms(pose)
            live_breathing.watch(self._course, pose)
        if glimpse.key:
            self._press(glimpse.key)
        if not self._course.state.paused:
            self._go_on(glimpse.step)
        says, events = self._course.taken()
        return Shown(stage_of(self._course.state, self._course.texts, glimpse.voice_notice), says, events)

    def end(self, why: Ended) -> None:
        """Ends the session now; everything done so far is kept. What comes of it is told by the next ``advance``."""
        self._course.end(why)

    def _meet(self, trouble: Trouble) -> None:
        """Tells when something comes in the way, or is gone again."""
        past = self._course.state.trouble
        if trouble == past:
            return
        self._course.state = replace(self._course.state, trouble=trouble, trouble_s=self._course.state.time_s)
        self._course.tell("trouble", what=trouble)
        if trouble:
            self._course.say(trouble, trouble_sentence(self._course.texts, trouble), Urgency.CAUTION)
        elif past in ("stalled", "lost"):
            self._course.say("back", self._course.texts("live", "back"), Urgency.GUIDANCE)

    def _follow(self, step: Step) -> None:
        """Takes into account what one more frame brought."""
        moment = step.moment
        self._course.events += events_of(step)
        for hold in moment.holds:
            self._held(moment.exercise or "", hold)
        for repetition in moment.repetitions:
            self._repeated(moment.exercise or "", repetition)
        self._course.state = replace(self._course.state, warnings=self._course.state.warnings + len(step.findings))
        cue = step.cue
        if cue is not None and step.spoken and self._lets_through(cue.verdict):
            self._course.say(cue.id, self._course.texts("cues", cue.id), URGENCY_OF[cue.verdict])
        if step.ends:
            self._course.tell("ends", what=step.ends, why="stops")
            self._course.drop(
                everything=step.ends == "session", exercise=step.assessment.exercise or step.moment.exercise
            )

    def _lets_through(self, verdict: Verdict) -> bool:
        """Whether a cue is for now: warnings always, praise and words about the view only in an exercise."""
        return verdict in (Verdict.CAUTION, Verdict.STOP) or self._course.state.part == "exercise"

    def _held(self, exercise: str, hold: Hold) -> None:
        done, item = Done(exercise, hold.side, hold.seen_s), self._course.state.item
        self._course.state = replace(self._course.state, done=(*self._course.state.done, done))
        counts = (
            item is not None
            and self._course.state.part == "exercise"
            and self._kinds.get(exercise) == "hold"
            and (exercise, hold.side) == (item.exercise, item.side)
            and hold.seen_s >= min(_COUNTS_FROM_S, item.hold_s)
        )
        self._course.events.append(event_of_hold(self._course.state.time_s, exercise, hold, counts=counts))
        if counts and item is not None:
            self._course.count(item)
            self._course.rest(since_s=hold.end_s - self._course.state.stood_s)

    def _repeated(self, exercise: str, one: Repetition) -> None:
        done, item = Done(exercise, one.side, math.nan), self._course.state.item
        self._course.state = replace(self._course.state, done=(*self._course.state.done, done))
        counts = (
            item is not None
            and self._course.state.part == "exercise"
            and exercise == item.exercise
            and item.side in (None, one.side)
        )
        self._course.events.append(event_of_repetition(self._course.state.time_s, exercise, one, counts=counts))
        if counts and item is not None:
            self._course.count(item)
            self._course.say("count", str(self._course.state.count), Urgency.REMARK)
            if self._course.state.closed:
                self._course.rest(since_s=one.end_s - self._course.state.stood_s)

    def _watch_arms(self, pose: Pose) -> None:
        """Tells when a sign is seen, and lets it act when it was held."""
        course, before = self._course, self._course.state.hands
        course.state = replace(course.state, hands=hands.follow(pose, before))
        now, what = course.state.hands, meaning(course.state)
        if not what:
            return
        if math.isfinite(now.share) and not (math.isfinite(before.share) and before.sign == now.sign):
            course.tell("sign", sign=now.sign, means=what)
            course.say(f"sign_{what}", course.texts("live", "signs", what), _ASKED[what], _ASKED_GAP_S)
        if now.acted and what in ("pain", "dizzy"):
            course.hurts("hand")
        elif now.acted:
            course.pause("hand")

    def _press(self, key: str) -> None:
        state = self._course.state
        self._course.tell("key", key=key)
        if key == "q":
            self._course.end("done" if state.part == "ended" else "quit")
        elif key == "p" and state.part != "ended":
            self._course.hurts("key")
        elif key == " " and state.part != "ended":
            self._course.pause("key")
        elif key == "s":
            self._course.skip()
        elif key == "l":
            self._course.state = replace(state, language="nl" if state.language == "en" else "en")
        elif key == "v":
            self._course.state = replace(state, muted=not state.muted, muted_s=state.time_s)
        elif key == "h":
            self._course.state = replace(state, helping=not state.helping)

    def _go_on(self, step: Step | None) -> None:
        """What the time that passed, and what is seen now, make of the part."""
        part = self._course.state.part
        if part in ("set-up", "countdown") and step is not None:
            self._prepare(step)
        elif part == "exercise" and step is not None:
            self._exercise(step)
        elif part == "rest":
            self._rested()
        elif part == "breathing":
            live_breathing.lead(self._course)

    def _prepare(self, step: Step) -> None:
        """Set-up coaching until the view is good for a while, then the countdown, then it begins."""
        state = self._course.state
        good = view_is_good(state, step)
        self._course.state = state = replace(
            state,
            good_since_s=(state.clock_s if state.good_since_s is None else state.good_since_s) if good else None,
            bad_since_s=None if good else (state.clock_s if state.bad_since_s is None else state.bad_since_s),
        )
        bad_s = 0.0 if state.bad_since_s is None else state.clock_s - state.bad_since_s
        if state.part == "countdown":
            before, left = self._shown_number(), COUNTDOWN_S - (state.clock_s - state.since_s)
            if bad_s > LOST_VIEW_S:
                self._course.enter("set-up")
            elif left <= 0.0:
                self._course.enter("exercise")
                if state.item is not None and step.moment.phase in (None, Phase.SET_UP, Phase.REST):
                    self._course.say("begin", sentence(self._course.texts, state.item, "begin"), Urgency.GUIDANCE)
            elif before != state.uttered:
                self._course.state = replace(state, uttered=before)
                self._course.say("countdown", before, Urgency.GUIDANCE)
        elif good and state.good_since_s is not None and state.clock_s - state.good_since_s >= GOOD_VIEW_S:
            self._course.state = swapped(state, step)
            self._course.enter("countdown")
        elif bad_s > LOST_VIEW_S:
            name, text = coaching(state, step, self._course.texts)
            self._course.say(name, text, Urgency.GUIDANCE, _SAME_GAP_S)

    def _shown_number(self) -> str:
        return str(math.ceil(COUNTDOWN_S - (self._course.state.clock_s - self._course.state.since_s)))

    def _exercise(self, step: Step) -> None:
        """Asks to come back when a hold has lasted long enough."""
        item = self._course.state.item
        seconds = held_s(step, item.exercise) if item is not None else math.nan
        if item is None or math.isnan(seconds):
            if step.moment.phase not in _HELD:
                self._course.state = replace(self._course.state, called_back=False)
        elif seconds >= item.hold_s > 0.0 and not self._course.state.called_back:
            self._course.state = replace(self._course.state, called_back=True)
            self._course.tell("come_back", exercise=item.exercise, side=side_name(item.side), held_s=seconds)
            self._course.say("come_back", self._course.texts("cues", "hold_done"), Urgency.GUIDANCE)

    def _rested(self) -> None:
        state = self._course.state
        if state.item is not None and state.clock_s - state.since_s < state.item.rest_s:
            return
        if state.closed:
            self._course.next()
        else:
            self._course.enter("exercise")
            self._course.say("again", self._course.texts("live", "again"), Urgency.GUIDANCE)
