"""``psoas-coach calibrate person --camera``: a calibration before the camera, from the questions to the profile.

Of the pictures nothing is kept, and nothing is written before the end: whoever is interrupted has their old profile, or
the new one.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from calibration.camera import Camera, straightened
from calibration.profile import Profile
from poses.exercise_file import built_in
from poses.messages import Language, Messages
from poses.problem import Problem
from poses.records import Frame, Pose, Step
from psoas_coach import profiles
from psoas_coach.calibrate_session import CalibrationSession
from psoas_coach.calibrate_state import Task, tasks
from psoas_coach.history.keeping import note_change
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.live import MakeEstimator, ready
from psoas_coach.live_events import Event
from psoas_coach.live_gate import after_last_time, outcome_now, plan_for
from psoas_coach.live_loop import Loop, Shows
from psoas_coach.person_lines import told_lines
from psoas_coach.plan import default_plan
from psoas_coach.run import EXIT_DONE, EXIT_SOME_FAILED
from psoas_coach.terminal import console, tell_problem
from psoas_coach.voice import Voice
from vision.live_source import Choice, LiveSource
from vision.model import ensure_model

_TITLE: Final = "psoas-coach"
_LAST_WORDS_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class CalibrationWish:
    """What the user asked for; see the command's help."""

    name: str
    camera: str
    answers: Path | None = None
    language: Language = "en"
    voice: bool = True
    headless: bool = False
    model: str = "full"
    lens: str | None = None
    roll_deg: float = 0.0


class NothingKept:
    """Takes the pictures' poses and keeps none."""

    problem: Problem | None = None

    def write(self, frame: Frame, pose: Pose, step: Step) -> None:
        """Forgets it."""

    def events(self, events: Sequence[Event]) -> None:
        """Forgets them."""


def calibrate_live(wish: CalibrationWish) -> int:
    """Asks, measures before the camera, keeps what was found and tells it.

    Returns:
        The exit status.

    Raises:
        Problem: It cannot begin.
    """
    texts, errors = Messages(wish.language), console(stderr=True)
    choice, lens = ready(wish.camera, wish.lens, headless=wish.headless)
    known = profiles.read(wish.name) is not None
    plan = _plan(wish, texts, known=known, now=datetime.now())
    model = ensure_model(wish.model, report=errors.print)
    with polite() as asked_to_stop:
        return run_calibration(wish, choice, plan, lens, model, should_stop=asked_to_stop)


def _plan(wish: CalibrationWish, texts: Messages, *, known: bool, now: datetime) -> tuple[Task, ...]:
    """What the person's answers, and how the last session was, leave to be measured.

    Raises:
        Problem: Nothing, or nobody can be asked.
    """
    out, exercises = console(stderr=wish.headless, prose=True), built_in()
    # Answers from a file are completed by what a profile knows, where there is one yet.
    whose = wish.name if known or wish.answers is None else None
    offers = outcome_now(out, texts, whose, wish.answers).offers
    offers = after_last_time(out, texts, whose, exercises, offers, now)
    left = {item.exercise for item in plan_for(out, texts, default_plan(exercises), offers).items}
    found = tasks(left)
    if {task.kind for task in found} == {"standing"}:
        raise Problem(
            "There is nothing to measure now",
            "lunge and bridge are left out for you, and their postures with them",
            "Rest, or answer the questions again when something has changed",
        )
    return found


def run_calibration(
    wish: CalibrationWish,
    choice: Choice,
    plan: tuple[Task, ...],
    lens: Camera | None,
    model: Path,
    *,
    should_stop: Callable[[], bool],
    make_estimator: MakeEstimator | None = None,
) -> int:
    """Runs a calibration from its first picture to the profile.

    Args:
        wish: What the user asked for.
        choice: The camera.
        plan: What is measured.
        lens: The camera's lens, or None.
        model: File of the pose model.
        should_stop: Asked all the time; once it says yes, what was measured is kept.
        make_estimator: What finds somebody in a picture; the pose model when None.

    Raises:
        Problem: It cannot begin, or the pictures are not those of this lens.
    """
    from vision.estimator import Estimator

    before = profiles.read(wish.name) or Profile(name=wish.name)
    now = datetime.now()
    with ExitStack() as stack:
        source = LiveSource(choice)
        stack.callback(source.close)
        estimator = stack.enter_context((make_estimator or Estimator)(model))
        window = stack.enter_context(_window()) if not wish.headless else None
        voice = stack.enter_context(Voice(wish.language)) if wish.voice or window is not None else None
        if voice is not None and not wish.voice:
            voice.mute()
        leads = CalibrationSession(
            plan, built_in(), before, wish.language, now, muted=not wish.voice, roll_deg=wish.roll_deg
        )

        def as_measured(pose: Pose) -> Pose:
            return pose if lens is None else straightened(pose, lens.lens)

        tell = _print_line if wish.headless else _say_nothing
        loop = Loop(source, leads, leads, NothingKept(), window=window, voice=voice, tell=tell, as_measured=as_measured)
        loop.begin(camera=choice.name, tasks=[task.kind for task in plan])
        why = loop.run(estimator, should_stop)
        failed = [one for one in (_kept(wish, leads, before, loop), source.problem) if one is not None]
        for problem in failed:
            tell_problem(problem)
        if voice is not None:
            voice.close(_LAST_WORDS_S)
        if why != "interrupted":
            loop.linger(should_stop)
    if why == "interrupted":
        return EXIT_INTERRUPTED
    return EXIT_SOME_FAILED if failed else EXIT_DONE


def _kept(wish: CalibrationWish, leads: CalibrationSession, before: Profile, loop: Loop) -> Problem | None:
    """Keeps what was found and tells it; what stood in the way of keeping it, or None."""
    found, updated = leads.found(), leads.profile()
    texts = Messages(loop.language)
    path: Path | None = None
    try:
        if updated != before:
            path = profiles.write(updated)
            note_change(before, updated)
            loop.kept(path)
    except Problem as problem:
        return problem
    if wish.headless:
        roll_deg = None if found.measured is None else found.measured.roll_deg
        ends = {
            one.side: end.end_deg
            for one in found.comfort
            for end in updated.comfort
            if (end.side, end.on) == (one.side, one.on)
        }
        details = {"file": None if path is None else str(path), "roll_deg": roll_deg, "comfort": ends, **loop.counts}
        _print_line(Event(loop.time_s, "kept", details))
        return None
    out = console()
    for line in told_lines(texts, found, updated, datetime.now().date()):
        out.print(line, markup=False)
    if path is not None:
        out.print(texts("calibration", "kept", path=str(path)), markup=False, style="dim")
    return None


def _window() -> AbstractContextManager[Shows]:
    # Loaded only here: without a window none of its libraries is needed.
    from vision.window import Window

    return Window(_TITLE)


def _print_line(event: Event) -> None:
    print(event.line(), flush=True)


def _say_nothing(event: Event) -> None:
    """The window shows it."""
