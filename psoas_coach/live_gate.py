"""Before a session: the questions, and which exercises their answers leave."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from calibration.progress import advice
from calibration.screening import Level, Offer, Outcome, read_answers, screen
from poses.exercise import Exercise
from poses.messages import Messages
from poses.problem import Problem
from psoas_coach import profiles, screening
from psoas_coach.plan import Plan, suited


def outcome_now(out: Console, texts: Messages, profile: str | None, answers: Path | None) -> Outcome:
    """What the person's answers mean now, told.

    Answers that a profile still holds are not asked for again; those of today are asked every time.

    Args:
        out: Where to ask and tell.
        texts: In the person's language.
        profile: Whose remembered answers count too, or None.
        answers: A file of answers instead of questions, or None.

    Raises:
        Problem: Nobody can be asked, or the answers stand against any exercise.
    """
    if answers is not None:
        outcome = _from_file(answers, profile)
        screening.tell(out, texts, outcome)
    elif sys.stdin is not None and sys.stdin.isatty():
        outcome = screening.run(out, texts, None, None, name=profile)
    else:
        raise Problem(
            "There is nobody to ask: the input is no terminal",
            "no exercise is offered before the questions are answered, and those of today are asked every time",
            "Give a file with --answers FILE; psoas-coach screen --template writes one to fill in",
        )
    if outcome.stops:
        raise Problem(
            f"No session now ({', '.join(outcome.stops)})",
            texts("screening", "emergency" if outcome.emergency else "doctor_soon").rstrip("."),
            texts("screening", "stop_reasons").rstrip("."),
        )
    return outcome


def after_last_time(
    out: Console,
    texts: Messages,
    profile: str | None,
    exercises: Sequence[Exercise],
    offers: Mapping[str, Offer],
    now: datetime,
) -> Mapping[str, Offer]:
    """The offers without stretching, where the last session was too much and the days of rest are not over.

    Args:
        out: Where to tell.
        texts: In the person's language.
        profile: Whose sessions count, or None.
        exercises: Those that may be planned.
        offers: What the answers make of them.
        now: When this session begins.
    """
    found = profiles.read(profile) if profile is not None else None
    said = advice(found.comfort, found.sessions, now) if found is not None else None
    if said is None or (said.rest_until is None and not said.therapist):
        return offers
    if said.rest_until is not None:
        out.print(escape(texts("calibration", "rest", until=f"{said.rest_until:%d-%m %H:%M}")))
    if said.therapist:
        out.print(escape(texts("cues", "therapist")))
    # One leg is stretched in what stretches.
    stretches = {exercise.id for exercise in exercises if exercise.has_leg_roles}
    return {**offers, **{name: Offer(Level.WITHHELD) for name in stretches}}


def plan_for(out: Console, texts: Messages, plan: Plan, offers: Mapping[str, Offer]) -> Plan:
    """The plan without what the answers stand against, which is told with the reasons.

    Raises:
        Problem: Nothing is left of it.
    """
    fit = suited(plan, offers)
    if fit.left_out:
        out.print(f"[yellow]▲ {escape(texts('live', 'plan_without'))}[/]")
    for name, offer in fit.left_out:
        notes = "".join(f", {texts('screening', 'notes', note)}" for note in offer.notes)
        level = texts("screening", "levels", offer.level.name.lower())
        because = f"{texts('screening', 'because')} {', '.join(offer.because)}" if offer.because else ""
        what = f"{level}{notes} {because}".strip()
        out.print(f"  {escape(texts('screening', 'by_answers', exercise=texts('exercises', name), what=what))}")
    if not fit.items and not fit.breathing:
        raise Problem("Nothing of this plan is left", "your answers stand against all of it", "Try another plan")
    return fit


def _from_file(path: Path, profile: str | None) -> Outcome:
    """The outcome of a file of answers, with what a profile still knows where the file is silent."""
    found = profiles.read(profile) if profile is not None else None
    if profile is not None and found is None:
        raise profiles.missing(profile)
    known = found.known_answers(date.today()) if found is not None else {}
    return screen(known | read_answers(path))
