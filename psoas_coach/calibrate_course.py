"""How a live calibration goes from one posture to the next, and what it keeps of each.

What moves it there is decided in ``calibrate_session``; here is what each such step changes, says and writes down.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from calibration.baseline import Baseline, Neutral, agreed, comfort_from, with_older
from calibration.profile import Profile
from calibration.progress import PAIN_STOPS, Done
from calibration.refusal import Refused
from poses.exercise import Exercise
from poses.records import Pose
from psoas_coach import measuring, takes
from psoas_coach.calibrate_person import Calibrated, comforts, measured_baseline
from psoas_coach.calibrate_stage import next_sentence, refusal_sentence, task_sentence
from psoas_coach.calibrate_state import PATIENCE, STRETCHING, CalibrationState, Result, Task
from psoas_coach.live_events import side_name
from psoas_coach.live_state import Ended
from psoas_coach.live_telling import Telling
from psoas_coach.speech_queue import Urgency
from vision.stage import Part


class CalibrationCourse(Telling[CalibrationState]):
    """Goes through the tasks.

    Args:
        state: At the beginning.
        exercises: Those that are recognised.
        profile: What is known of the person.
        now: When it begins.
    """

    def __init__(self, state: CalibrationState, exercises: Sequence[Exercise], profile: Profile, now: datetime) -> None:
        super().__init__(state)
        self._exercises, self._profile, self._now = exercises, profile, now
        self._known_roll_deg = state.roll_deg
        self.enter("set-up")
        self.say("begin", self.texts("calibrate", "begin"), Urgency.GUIDANCE)

    def enter(self, part: Part) -> None:
        """Begins another part."""
        state, task = self.state, self.state.task
        state = replace(state, part=part, since_s=state.clock_s, good_since_s=None, bad_since_s=None)
        self.state = replace(state, fits=False, still_s=0.0, ready=False, going_s=None, yes_s=None)
        self.tell("part", part=part, task=task.kind if task is not None else None, side=side_name(self.state.side))

    def attempt(self, task: Task, poses: tuple[Pose, ...], since_s: float) -> None:
        """Measures a take, and keeps what it gives, or tells why it is refused.

        Args:
            task: What it is a take of.
            poses: As the camera saw them.
            since_s: Since when the person has kept still.
        """
        try:
            results = self._measured(task, poses, since_s)
        except Refused as refusal:
            self.refuse(*refusal.reasons, why=str(refusal))
            return
        self.state = replace(self.state, results=results, refused=())
        done = results[-1]
        self.tell("measured", task=task.kind, side=side_name(done.side), count=len(self.state.of(self.state.place)))
        self.enter("rest")
        self.say("done", f"{self.texts('calibrate', 'done')} {self.next_sentence()}", Urgency.GUIDANCE)

    def refuse(self, *reasons: str, why: str = "") -> None:
        """Keeps nothing of a take, tells why and what to do; too much of that leaves a side for today."""
        state, task = self.state, self.state.task
        if task is None:
            return
        self.tell("refused", task=task.kind, reasons=list(reasons), why=why)
        trouble = state.trouble_here
        results = state.results
        if "camera_leans" in reasons:
            results = tuple(one for one in results if state.tasks[one.place].kind != "standing")
        if task.kind == "comfort":
            trouble += 2 if "tries_differ" in reasons else 1
            if "tries_differ" in reasons:
                results = tuple(one for one in results if one.place != state.place)
        self.state = replace(state, refused=reasons, trouble_here=trouble, results=results)
        if "stopped" in reasons or trouble >= PATIENCE:
            self.leave(everything="stopped" in reasons)
            return
        if "camera_leans" in reasons:
            self.state = replace(self.state, place=0)
        self.enter("exercise")
        self.say("refused", refusal_sentence(self.state, self.texts), Urgency.GUIDANCE)

    def leave(self, *, everything: bool) -> None:
        """Leaves a side for today, or all stretching: nothing of what was tried there counts."""
        state = self.state
        gone = {place for place, task in enumerate(state.tasks) if task.kind == "comfort" and place == state.place}
        if everything:
            gone = {place for place, task in enumerate(state.tasks) if task.kind in STRETCHING}
        results = tuple(one for one in state.results if one.attempt is None or one.place not in gone)
        self.state = replace(state, left=state.left | gone, results=results)
        self.tell("left", tasks=sorted(gone))
        self.enter("rest")
        what = self.texts("calibrate", "left_all" if everything else "left_side")
        told = (refusal_sentence(self.state, self.texts), what, self.next_sentence())
        self.say("left", " ".join(part for part in told if part), Urgency.CAUTION)

    def hurts(self) -> None:
        """Stops at once: nothing that was stretched today counts, and the calibration is over."""
        state = replace(self.state, pains=self.state.pains + 1, paused=False)
        self.state = replace(state, results=tuple(one for one in state.results if one.attempt is None))
        self.tell("pain")
        self.end("pain")

    def skip(self) -> None:
        """Leaves a task; what was tried of it and is not complete counts for nothing."""
        state, task = self.state, self.state.task
        if task is None:
            return
        if len(state.of(state.place)) < task.tries:
            results = tuple(one for one in state.results if one.place != state.place)
            self.state = replace(state, left=state.left | {state.place}, results=results)
        self.go_on()

    def redo(self) -> None:
        """Throws the last measurement away, and asks for it again."""
        if not self.state.results:
            return
        *kept, last = self.state.results
        if self.state.tasks[last.place].kind == "standing":
            # Without the other way round nobody knows the lean: who stood is measured as before.
            kept = [replace(one, neutrals=self._standing([one])[1][0]) if one.poses else one for one in kept]
            self.state = replace(self.state, roll_deg=self._known_roll_deg, measured_roll=False)
        left = self.state.left - {last.place}
        self.state = replace(self.state, results=tuple(kept), place=last.place, left=left, refused=(), trouble_here=0)
        self.tell("redo", task=self.state.tasks[last.place].kind)
        self.enter("exercise")
        self.say("do", self.next_sentence(), Urgency.GUIDANCE)

    def go_on(self) -> None:
        """Goes to what is measured next, or ends."""
        state = self.state
        place = state.next_place
        again = place == state.place
        self.state = replace(state, place=place, trouble_here=state.trouble_here if again else 0, paused=False)
        if not again:
            self.state = replace(self.state, refused=())
        if self.state.task is None:
            self.end("done")
            return
        self.enter("exercise")
        self.say("do", task_sentence(self.state, self.texts), Urgency.GUIDANCE)

    def end(self, why: Ended) -> None:
        """Ends it."""
        if self.state.ended:
            return
        self.enter("ended")
        self.state = replace(self.state, ended=why, paused=False)
        self.tell("ended", why=why)
        what = {"done": "ended", "pain": "ended_pain"}.get(why, "ended_early")
        self.say("ended", self.texts("calibrate", what), Urgency.STOP if why == "pain" else Urgency.GUIDANCE)

    def next_sentence(self) -> str:
        """What comes next, as a sentence."""
        return next_sentence(self.state, self.texts)

    def found(self) -> Calibrated:
        """What was measured so far; a side whose tries are not complete counts for nothing."""
        measured, state = self._baseline(), self.state
        complete = {place for place, task in enumerate(state.tasks) if len(state.of(place)) >= task.tries}
        tries = [one.attempt for one in state.results if one.attempt is not None and one.place in complete]
        before = self._profile.baseline
        baseline = before if measured is None else with_older(measured, before)
        return Calibrated(baseline, measured, comforts(tries, 0, self._now.date()))

    def profile(self) -> Profile:
        """The person's profile with what was found, and with a session that hurt where one did."""
        updated = self.found().kept_in(self._profile)
        if self.state.pains:
            updated = updated.with_session(Done(at=self._now.replace(microsecond=0), pain=PAIN_STOPS))
        return updated

    def _measured(self, task: Task, poses: tuple[Pose, ...], since_s: float) -> tuple[Result, ...]:
        """All results with those of one more take."""
        state, place = self.state, self.state.place
        if task.kind == "standing":
            return self._with_standing(poses)
        name = f"{task.kind}-{len(state.of(place)) + 1}"
        seen = takes.followed(name, poses, self._exercises, state.roll_deg)
        if task.kind == "comfort":
            today = self._now.date()
            one = measuring.comfort_try(seen, self.found().baseline, today, since_s)
            if one.faults:
                reasons, told = zip(*one.faults, strict=True)
                raise Refused("; ".join(told), "it is no mild stretch that was gone into softly", "Try again", *reasons)
            results = (*state.results, Result(place, one.side, attempt=one))
            tries = [found.attempt for found in results if found.place == place and found.attempt is not None]
            if len(tries) >= task.tries:
                comfort_from(tries, 0, today)
            return results
        neutral = measuring.kneeling(seen) if task.kind == "kneeling" else measuring.lying(seen)
        return (*state.results, Result(place, measuring.side_of(neutral), (neutral,)))

    def _with_standing(self, poses: tuple[Pose, ...]) -> tuple[Result, ...]:
        """The same for somebody standing: once they stood both ways, both are measured with the lean undone."""
        state = self.state
        own = [one for one in state.results if state.tasks[one.place].kind == "standing"]
        roll_deg, neutrals = self._standing([*own, Result(state.place, 0, poses=poses)])
        for found in neutrals:
            agreed(found)
        own = [
            Result(one.place, measuring.side_of(found[0]), found, poses=one.poses)
            for one, found in zip([*own, Result(state.place, 0, poses=poses)], neutrals, strict=True)
        ]
        if roll_deg is not None:
            self.state = replace(state, roll_deg=roll_deg, measured_roll=True)
            self.tell("roll", deg=roll_deg)
        others = (one for one in state.results if state.tasks[one.place].kind != "standing")
        return (*others, *own)

    def _standing(self, results: Sequence[Result]) -> tuple[float | None, list[tuple[Neutral, ...]]]:
        """The camera's lean where it can be told, and how the person stands in each take."""
        named = [(f"standing-{number}", one.poses) for number, one in enumerate(results, start=1)]
        roll_deg, found = measuring.standing(named, self._exercises, self._known_roll_deg)
        return roll_deg, [tuple(one) for one in found]

    def _baseline(self) -> Baseline | None:
        """The neutral postures that were measured."""
        of_kind: dict[str, list[Neutral]] = {"standing": [], "kneeling": [], "lying": []}
        for one in self.state.results:
            if one.neutrals:
                of_kind[self.state.tasks[one.place].kind] += one.neutrals
        roll_deg = self.state.roll_deg if self.state.measured_roll else None
        return measured_baseline(self._now.date(), roll_deg, *of_kind.values())
