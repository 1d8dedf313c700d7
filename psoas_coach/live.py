"""``psoas-coach live``: a session before the camera, from the first question to the files that are kept."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from calibration.camera import Camera
from poses.exercise import Exercise
from poses.exercise_file import built_in
from poses.messages import Language, Messages
from poses.problem import Problem
from psoas_coach import cameras, profiles, programme_today
from psoas_coach.analysis import Outcome
from psoas_coach.held_limits import held
from psoas_coach.history.keeping import note_session
from psoas_coach.interrupt import EXIT_INTERRUPTED, polite
from psoas_coach.live_events import Event, side_name
from psoas_coach.live_files import SUMMARY, TABLE, VIDEO, SessionFiles, new_folder, sessions_folder
from psoas_coach.live_gate import after_last_time, outcome_now, plan_for
from psoas_coach.live_loop import Loop, Shows
from psoas_coach.live_profile import Remembering
from psoas_coach.live_record import EVENTS, POSES, About
from psoas_coach.live_session import LiveSession
from psoas_coach.live_watcher import Estimates
from psoas_coach.plan import Plan, default_plan, read_plan
from psoas_coach.run import EXIT_DONE, EXIT_SOME_FAILED, chosen_exercises, with_limits_of
from psoas_coach.session import Session
from psoas_coach.summary import Summary
from psoas_coach.terminal import console, tell_outcome, tell_problem
from psoas_coach.voice import Voice
from vision.live_source import Choice, LiveSource
from vision.model import ensure_model

_TITLE: Final = "psoas-coach"
# What was said last may still be said when everything else is over.
_LAST_WORDS_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for; see the command's help."""

    camera: str = "0"
    exercise: str = "auto"
    plan: Path | None = None
    profile: str | None = None
    answers: Path | None = None
    language: Language = "en"
    voice: bool = True
    headless: bool = False
    record: bool = False
    blur_face: bool = False
    out: Path | None = None
    model: str = "full"
    lens: str | None = None
    roll_deg: float = 0.0
    level: int = 1
    programme: bool = False


MakeEstimator = Callable[[Path], AbstractContextManager[Estimates]]


def live(wish: Wish) -> int:
    """Runs a session and tells how it went.

    Returns:
        The exit status.

    Raises:
        Problem: It cannot begin.
    """
    texts, errors = Messages(wish.language), console(stderr=True)
    choice, _ = ready(wish.camera, wish.lens, headless=wish.headless)
    exercises = exercises_for(wish)
    began = datetime.now()
    plan = read_plan(wish.plan, exercises) if wish.plan else default_plan(exercises, wish.exercise, wish.level)
    out = console(stderr=wish.headless, prose=True)
    if wish.programme:
        plan = programme_today.make(out, texts, wish.profile, wish.answers, exercises, began).plan
    else:
        offers = outcome_now(out, texts, wish.profile, wish.answers).offers
        plan = plan_for(out, texts, plan, after_last_time(out, texts, wish.profile, exercises, offers, began))
    # What is seen from the front is watched where the plan asks for it.
    asked = {item.exercise for item in plan.items}
    exercises = tuple(one.at_level(plan.level_of(one.id)) for one in exercises if one.view == "side" or one.id in asked)
    model = ensure_model(wish.model, report=errors.print)
    with polite() as asked_to_stop:
        return run_session(wish, choice, plan, exercises, model, should_stop=asked_to_stop)


def exercises_for(wish: Wish) -> tuple[Exercise, ...]:
    """The exercises that are watched, with the limits that hold for this person.

    Whoever has a profile gets each exercise as ``calibration`` eases or narrows it. All that is recognised, judged,
    planned, kept and summed up comes from what this returns.

    Raises:
        Problem: There is no exercise of that name.
    """
    person = profiles.person(wish.profile) if wish.profile else None
    return with_limits_of(person, built_in() if wish.plan else chosen_exercises(wish.exercise))


def run_session(
    wish: Wish,
    choice: Choice,
    plan: Plan,
    exercises: Sequence[Exercise],
    model: Path,
    *,
    should_stop: Callable[[], bool],
    make_estimator: MakeEstimator | None = None,
) -> int:
    """Runs a planned session from its first picture to its files.

    Args:
        wish: What the user asked for.
        choice: The camera.
        plan: What is done, with what the person's answers left of it.
        exercises: Those that are watched.
        model: File of the pose model.
        should_stop: Asked all the time; once it says yes, everything is finished up to that moment.
        make_estimator: What finds somebody in a picture; the pose model when None.

    Raises:
        Problem: It cannot begin.
    """
    from vision.estimator import Estimator

    with ExitStack() as stack:
        source = LiveSource(choice)
        stack.callback(source.close)
        estimator = stack.enter_context((make_estimator or partial(Estimator, arms=True))(model))
        window = stack.enter_context(_window()) if not wish.headless else None
        folder = new_folder(wish.out or sessions_folder(), datetime.now())
        about = _about(wish, folder.name, choice, exercises)
        files = stack.enter_context(SessionFiles(folder, about, exercises, video=wish.record, blur=wish.blur_face))
        # At the window it can be switched on with a key.
        voice = stack.enter_context(Voice(wish.language)) if wish.voice or window is not None else None
        if voice is not None and not wish.voice:
            voice.mute()
        session = Session(exercises)
        live_session = LiveSession(plan, exercises, wish.language, muted=not wish.voice)
        remembering = Remembering(wish.profile, exercises)

        def tell(event: Event) -> None:
            remembering.take(event)
            if wish.headless:
                _print_line(event)

        undone = about.origin().as_measured
        loop = Loop(source, session, live_session, files, window=window, voice=voice, tell=tell, as_measured=undone)
        loop.begin(folder=str(folder), camera=choice.name, **_told(plan))
        why = loop.run(estimator, should_stop)
        interrupted = why == "interrupted"
        try:
            summary = files.finish(session.finish(), interrupted=interrupted)
        except Problem as problem:
            # What was written as the session went is there, and replay reads it.
            tell_problem(problem)
            remembering.end(None)
            note_session(folder)
            return EXIT_SOME_FAILED
        remembering.end(summary)
        note_session(folder)
        loop.kept(folder)
        _tell_summary(wish, loop, summary, folder)
        if voice is not None:
            voice.close(_LAST_WORDS_S)
        # A clip that broke off, a camera that did not come back, a disk that is full.
        failed = [one for one in (source.problem, files.problem) if one is not None]
        for one in failed:
            tell_problem(one)
        if not interrupted:
            loop.linger(should_stop)
    if interrupted:
        return EXIT_INTERRUPTED
    return EXIT_SOME_FAILED if failed else EXIT_DONE


def _about(wish: Wish, name: str, choice: Choice, exercises: Sequence[Exercise]) -> About:
    """What the session is, with all that it is judged by."""
    return About(
        name,
        choice.name,
        wish.model if wish.model in ("lite", "full", "heavy") else Path(wish.model).name,
        wish.exercise,
        wish.language,
        cameras.known(wish.lens) if wish.lens is not None else None,
        wish.roll_deg,
        held(exercises),
        uuid4().hex,
        wish.profile,
    )


def _told(plan: Plan) -> dict[str, object]:
    """A plan as the first event tells it."""
    items = [
        {"exercise": one.exercise, "side": side_name(one.side), "repetitions": one.repetitions} for one in plan.items
    ]
    return {"plan": items, "left_out": [name for name, _ in plan.left_out]}


def ready(camera: str, lens: str | None, *, headless: bool) -> tuple[Choice, Camera | None]:
    """Makes sure that a session can be watched and shown: what can fail does so before thirty questions are asked.

    Args:
        camera: A number, a name, an address or a clip.
        lens: The name of a calibrated camera, if there is one.
        headless: Whether nothing is shown.

    Raises:
        Problem: The camera gives no picture, the lens is not known, or there is no display.
    """
    choice = Choice(camera)
    known = cameras.known(lens) if lens is not None else None
    if not headless:
        need_display()
    choice.try_out()
    return choice, known


def need_display() -> None:
    """Makes sure that a window can be shown.

    Raises:
        Problem: There is no display, or none that can be used; OpenCV would end the program without a word.
    """
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Problem(
            "There is no display",
            "a session is shown in a window",
            "Begin it in a graphical session, or without a window: --headless prints lines of JSON",
        )
    # Loaded only here: without a window none of its libraries is needed.
    from vision.window import look_for_a_screen

    look_for_a_screen()


def _window() -> AbstractContextManager[Shows]:
    # Loaded only here: without a window none of its libraries is needed.
    from vision.window import Window

    return Window(_TITLE)


def _tell_summary(wish: Wish, loop: Loop, summary: Summary, folder: Path) -> None:
    names = (SUMMARY, TABLE, POSES, EVENTS, VIDEO)
    files = tuple(name for name in names if (folder / name).exists())
    if wish.headless:
        _print_line(Event(loop.time_s, "kept", {"folder": str(folder), "files": files, **loop.counts}))
        return
    tell_outcome(console(), Messages(loop.language), Outcome(summary, folder, files))


def _print_line(event: Event) -> None:
    print(event.line(), flush=True)
