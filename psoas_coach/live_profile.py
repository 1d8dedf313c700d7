"""What a live session leaves in the person's profile, which says how far they may go next time."""

from collections.abc import Sequence
from datetime import datetime

from calibration.progress import PAIN_STOPS, Done
from poses.exercise import Exercise
from poses.problem import Problem
from psoas_coach.live_events import Event
from psoas_coach.person import add_session
from psoas_coach.summary import Summary
from psoas_coach.terminal import tell_problem


class Remembering:
    """Notes how a session went: that something hurt at once, since a session may be killed, and all of it at its end.

    Args:
        name: Of the profile; nothing is kept without one.
        exercises: Those that are watched.
    """

    def __init__(self, name: str | None, exercises: Sequence[Exercise]) -> None:
        self._name = name
        self._stretches = {exercise.id for exercise in exercises if exercise.has_leg_roles}
        self._hurt_at: datetime | None = None

    def take(self, event: Event) -> None:
        """Takes what happens into account."""
        if event.kind == "pain" and self._hurt_at is None:
            self._hurt_at = _now()
            self._note(Done(at=self._hurt_at, pain=PAIN_STOPS))

    def end(self, summary: Summary | None) -> None:
        """Notes the whole session; ``summary`` is None where its files could not be written.

        One in which nothing was stretched tells nothing of how far to go, unless it hurt or was stopped.
        """
        stops = sum(finding.verdict == "stop" for finding in summary.findings) if summary is not None else 0
        stretched = summary is not None and any(seen.id in self._stretches for seen in summary.exercises)
        if self._hurt_at is not None:
            # The same time makes it the note that is there already.
            self._note(Done(at=self._hurt_at, stops=stops, pain=PAIN_STOPS))
        elif stops or stretched:
            self._note(Done(at=_now(), stops=stops))

    def _note(self, done: Done) -> None:
        if self._name is None:
            return
        try:
            add_session(self._name, done)
        except Problem as problem:
            tell_problem(problem)


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)
