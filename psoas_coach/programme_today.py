"""Makes the programme of today: asks what has to be asked, looks into the history, and tells what comes of it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from poses.exercise import Exercise
from poses.messages import Language, Messages
from psoas_coach import plan_file, profiles, programme_told
from psoas_coach.history import keeping, store
from psoas_coach.history.recent import Recent, recent
from psoas_coach.history.rows import Everything
from psoas_coach.history.store import History
from psoas_coach.live_files import sessions_folder
from psoas_coach.live_gate import outcome_now
from psoas_coach.programme import Programme, compose
from psoas_coach.run import chosen_exercises, with_limits_of
from psoas_coach.terminal import tell_problem


def run(
    out: Console, language: Language, profile: str | None, answers: Path | None, written: Path | None, now: datetime
) -> None:
    """Tells the programme of a day, and writes it as a plan.

    Args:
        out: Where to ask and tell.
        language: Of all texts.
        profile: Whose answers and sessions count, or None.
        answers: A file of answers instead of questions, or None.
        written: Where the plan is written; None writes nothing.
        now: When it is for, by the person's own clock.

    Raises:
        Problem: Nobody can be asked, the answers stand against any exercise, or a file cannot be read or written.
    """
    texts = Messages(language)
    person = profiles.person(profile) if profile is not None else None
    made = make(out, texts, profile, answers, with_limits_of(person, chosen_exercises("auto")), now)
    programme_told.tell_advice(out, texts, made, profile)
    if written is not None:
        plan_file.write(written, programme_told.plan_text(texts, made, now))
        out.print(texts("programme", "written", path=str(written)), markup=False, soft_wrap=True)


def make(
    out: Console,
    texts: Messages,
    profile: str | None,
    answers: Path | None,
    exercises: Sequence[Exercise],
    now: datetime,
) -> Programme:
    """The programme of a day, told.

    Args:
        out: Where to ask and tell.
        texts: In the person's language.
        profile: Whose answers and sessions count, or None.
        answers: A file of answers instead of questions, or None.
        exercises: All there are, with the limits that hold for this person.
        now: When it is for, by the person's own clock.

    Raises:
        Problem: Nobody can be asked, the answers stand against any exercise, or the history cannot be read.
    """
    # Before anything is asked: a history that cannot be read is no reason to answer thirty questions in vain.
    lately = lately_of(profile, exercises, now)
    outcome = outcome_now(out, texts, profile, answers)
    made = compose(outcome, lately, exercises, now)
    if made is None:
        raise AssertionError("where help or a doctor comes first, the questions end before there is a programme")
    programme_told.tell(out, texts, made, now)
    return made


def lately_of(profile: str | None, exercises: Sequence[Exercise], now: datetime) -> Recent:
    """What was done lately by whoever has a profile, or without one.

    Sessions that were killed are taken up first; what cannot be read of them is told.

    Raises:
        Problem: The history is damaged or that of a newer program; what it holds could stand against a stretch.
    """
    found = profiles.read(profile) if profile is not None else None
    kept = Everything()
    # Nothing is made where nothing was done yet.
    if store.file().exists() or sessions_folder().is_dir():
        with History(store.file()) as history:
            for problem in keeping.take_up(history).problems:
                tell_problem(problem)
            kept = history.of(profile)
    stretches = {exercise.id for exercise in exercises if exercise.has_leg_roles}
    return recent(kept, found.sessions if found is not None else (), stretches, now)
