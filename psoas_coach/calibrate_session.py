"""A live calibration as a machine: from what is seen, in the time of the frames, to what is measured, shown and said.

No clock of its own and nothing that waits, as in ``live_session``: the same poses give the same baseline. It leads from
one posture to the next, takes stillness for a yes, and hands the poses of each take to the measuring that clips go
through too (``measuring``). What may be kept, and how far it counts, is decided in ``calibration``.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from calibration.level import levelled
from calibration.profile import Profile
from poses.exercise import Exercise
from poses.messages import Language
from poses.records import Pose, Step, Verdict
from psoas_coach.calibrate_course import CalibrationCourse
from psoas_coach.calibrate_person import Calibrated
from psoas_coach.calibrate_stage import coaching, stage_of, task_sentence
from psoas_coach.calibrate_state import BREATH_S, STRETCHING, CalibrationState, Task
from psoas_coach.calibrate_watch import Watch
from psoas_coach.live_events import events_of
from psoas_coach.live_stage import trouble_sentence
from psoas_coach.live_state import GOOD_VIEW_S, Ended, Glimpse, Shown, Trouble, moved_on
from psoas_coach.person_lines import short_lines
from psoas_coach.session import Session
from psoas_coach.speech_queue import URGENCY_OF, Urgency
from psoas_coach.takes import ASKED, LUNGE, readings_of

# The same sentence is not said again sooner (safe-ranges.md 3.9, as for cues).
_SAME_GAP_S: Final = 8.0
# What is wrong is said once it has lasted: between two postures everything looks wrong for a while.
_COACH_AFTER_S: Final = 3.0
# In the posture for so long without keeping still: what moves may be the picture (safe-ranges.md 4.1, 2).
_UNSTEADY_S: Final = 20.0


class CalibrationSession:
    """Leads one person through a calibration.

    Args:
        tasks: What is measured, one at least.
        exercises: Those that are recognised, with everybody's limits: how far this person may go is what is asked.
        profile: What is known of the person.
        language: Of all texts.
        now: When it begins.
        muted: Whether the voice is off.
        roll_deg: How far the camera leans, as far as is known before.
    """

    def __init__(
        self,
        tasks: tuple[Task, ...],
        exercises: Sequence[Exercise],
        profile: Profile,
        language: Language,
        now: datetime,
        *,
        muted: bool = False,
        roll_deg: float = 0.0,
    ) -> None:
        state = CalibrationState(tasks, language=language, muted=muted, roll_deg=roll_deg)
        self._course = CalibrationCourse(state, exercises, profile, now)
        self._session, self._today = Session(exercises), now.date()
        self._watch = Watch(tasks[0].kind, None)
        self._raw: Pose | None = None
        self._watched: tuple[float, int] | None = None

    @property
    def state(self) -> CalibrationState:
        """What it knows now."""
        return self._course.state

    @property
    def expected(self) -> str | None:
        """Three tries at a mild stretch, one after the other, are no rocking."""
        return LUNGE

    @property
    def looking(self) -> bool:
        """Whether the next pictures are to be looked at: only to judge them, since arms are given no meaning here."""
        return self.watching

    @property
    def watching(self) -> bool:
        """Whether the next pictures are to be judged."""
        return not self.state.paused and self.state.part != "ended"

    def expect(self, exercise: str | None) -> None:
        """Is told what the person was asked to do."""
        self._session.expect(exercise)

    def step(self, index: int, pose: Pose) -> Step:
        """Judges one more frame, the camera's lean undone as far as it is known; ``advance`` takes what comes of it."""
        self._raw = pose
        return self._session.step(index, levelled(pose, self.state.roll_deg))

    def advance(self, glimpse: Glimpse) -> Shown:
        """Takes one more moment into account.

        Args:
            glimpse: What is known of it; a time that goes back stands still. Its step is what ``step`` returned last.
        """
        past = self.state
        self._course.state = moved_on(past, glimpse)
        self._meet(glimpse.trouble)
        if glimpse.step is not None and not self.state.ended:
            self._follow(glimpse.step)
        if glimpse.key:
            self._press(glimpse.key)
        if not self.state.paused and not self.state.ended:
            self._go_on(glimpse.step)
        says, events = self._course.taken()
        return Shown(stage_of(self.state, self._course.texts, glimpse.voice_notice, self._lines()), says, events)

    def end(self, why: Ended) -> None:
        """Ends it now; what was measured so far is kept."""
        self._course.end(why)

    def found(self) -> Calibrated:
        """What was measured so far."""
        return self._course.found()

    def profile(self) -> Profile:
        """The person's profile with what was found."""
        return self._course.profile()

    def _lines(self) -> tuple[str, ...]:
        """The summary at the end."""
        if not self.state.ended:
            return ()
        texts, state = self._course.texts, self.state
        left = [texts("calibrate", "titles", state.tasks[place].kind) for place in sorted(state.left)]
        told = texts("calibrate", "line_left", what=", ".join(dict.fromkeys(left))) if left else ""
        lines = short_lines(texts, self.found(), self.profile(), self._today)
        return (*lines, told) if told else lines

    def _meet(self, trouble: Trouble) -> None:
        """Tells when something comes in the way, or is gone again."""
        past, course = self.state.trouble, self._course
        if trouble == past:
            return
        course.state = replace(self.state, trouble=trouble, trouble_s=self.state.time_s)
        course.tell("trouble", what=trouble)
        if trouble:
            course.say(trouble, trouble_sentence(course.texts, trouble), Urgency.CAUTION)
        elif past in ("stalled", "lost"):
            course.say("back", course.texts("live", "back"), Urgency.GUIDANCE)

    def _follow(self, step: Step) -> None:
        """Warns as any session does; a stop in a try ends the stretching for today (safe-ranges.md 4.2)."""
        course, task, cue = self._course, self.state.task, step.cue
        course.events += events_of(step)
        if cue is not None and step.spoken and cue.verdict in (Verdict.CAUTION, Verdict.STOP):
            course.say(cue.id, course.texts("cues", cue.id), URGENCY_OF[cue.verdict])
        if task is None or task.kind not in STRETCHING or self.state.paused:
            return
        stopped = [one.rule for one in readings_of(step) if one.verdict is Verdict.STOP and one.rule != ASKED]
        if step.ends or (stopped and self.state.ready):
            course.refuse("stopped", why=", ".join(stopped))

    def _press(self, key: str) -> None:
        state, course = self.state, self._course
        course.tell("key", key=key)
        if key == "q":
            course.end("done" if state.ended else "quit")
        elif key in ("l", "v", "h"):
            self._switch(key)
        elif state.ended:
            return
        elif key == "p":
            course.hurts()
        elif key == " ":
            self._watched = None
            course.state = replace(state, paused=not state.paused, ready=False, going_s=None, still_s=0.0)
            what = "resumed" if state.paused else "paused"
            course.tell(what)
            course.say("pause", course.texts("live", what), Urgency.GUIDANCE)
        elif key == "s":
            course.skip()
        elif key == "r":
            course.redo()
        elif key in ("y", "j") and state.part == "exercise":
            course.state = replace(state, yes_s=state.time_s)

    def _switch(self, key: str) -> None:
        state = self.state
        if key == "l":
            self._course.state = replace(state, language="nl" if state.language == "en" else "en")
        elif key == "v":
            self._course.state = replace(state, muted=not state.muted, muted_s=state.time_s)
        else:
            self._course.state = replace(state, helping=not state.helping)

    def _go_on(self, step: Step | None) -> None:
        """What the time that passed, and what is seen now, make of the part."""
        state = self.state
        if state.part == "rest":
            if state.clock_s - state.since_s >= BREATH_S:
                self._course.go_on()
        elif step is not None and state.part == "set-up":
            self._prepare(step)
        elif step is not None and self._raw is not None:
            self._measure(step, self._raw)

    def _prepare(self, step: Step) -> None:
        """Set-up coaching until the view is good for a while."""
        good = not coaching(self.state, step, self._course.texts, set_up=True)[0]
        self._judged(good)
        state = self.state
        if good and state.good_since_s is not None and state.clock_s - state.good_since_s >= GOOD_VIEW_S:
            self._course.go_on()
        elif not good:
            self._coach(step)

    def _measure(self, step: Step, raw: Pose) -> None:
        """Watches the person take the posture and keep still, and measures once they have."""
        task, watch = self.state.task, self._watch_of()
        if task is None:
            return
        watch.take(raw, step)
        since_s = float("-inf")
        if task.kind == "comfort":
            since_s = self._way_in(watch)
        still_s = watch.still_s(since_s) if since_s < float("inf") else 0.0
        fits = watch.fits
        self._course.state = replace(self.state, fits=fits, still_s=still_s)
        if still_s >= self.state.counts_s:
            self._course.attempt(task, watch.poses(), self.state.time_s - still_s)
            return
        self._judged(fits and since_s < float("inf"))
        if not fits:
            self._course.state = replace(self.state, yes_s=None)
            self._coach(step)
        elif self.state.good_since_s is not None and self.state.clock_s - self.state.good_since_s > _UNSTEADY_S:
            self._course.refuse("unsteady")

    def _way_in(self, watch: Watch) -> float:
        """Since when the person is in the stretch: they knelt tall and went in from there; infinite before that."""
        state, course = self.state, self._course
        if not state.ready:
            if watch.is_tall:
                watch.begin(state.time_s)
                course.state = state = replace(state, ready=True)
                course.say("in", task_sentence(state, course.texts), Urgency.GUIDANCE)
            return float("inf")
        # Who says yes is in, also where a tight hip has hardly opened: nobody is to go on until it is seen.
        inside = watch.is_in if state.yes_s is None else watch.fits
        if inside is not None and inside != (state.going_s is not None):
            course.state = state = replace(state, going_s=state.time_s if inside else None, good_since_s=None)
        return float("inf") if state.going_s is None else state.going_s

    def _watch_of(self) -> Watch:
        """The watch over the task under way; a new one whenever it begins anew."""
        state = self.state
        if self._watched != (state.since_s, state.place) and state.task is not None:
            self._watched = state.since_s, state.place
            self._watch = Watch(state.task.kind, state.side)
        return self._watch

    def _judged(self, good: bool) -> None:
        """Remembers since when all is good, or is not."""
        state = self.state
        self._course.state = replace(
            state,
            good_since_s=(state.clock_s if state.good_since_s is None else state.good_since_s) if good else None,
            bad_since_s=None if good else (state.clock_s if state.bad_since_s is None else state.bad_since_s),
        )

    def _coach(self, step: Step) -> None:
        """Says what would make it better, once that has lasted."""
        state = self.state
        if state.bad_since_s is not None and state.clock_s - state.bad_since_s > _COACH_AFTER_S:
            name, text = coaching(state, step, self._course.texts, set_up=state.part == "set-up")
            if name:
                self._course.say(name, text, Urgency.GUIDANCE, _SAME_GAP_S)
