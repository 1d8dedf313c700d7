"""How a comfortable end may change from session to session.

Which question this module answers: given what was kept before and how the sessions since went, how far may the limit go
now. Farther only in small steps and after calm sessions, nearer at once; pain lowers it and asks for rest. Rules:
safe-ranges.md 4.3; a whole session of stretching gives some 2.6 degrees (Preece 2021), so a larger jump is more likely
an error or a compensation. Change is never praised, and what is smaller than the error of measurement is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from calibration.baseline import Comfort
from poses.strict_toml import Strict

PER_SESSION_DEG: Final = 2.0
PER_WEEK_DEG: Final = 5.0
CLEAN_SESSIONS: Final = 2
# Pain up to this is a pull that is fine; from PAIN_STOPS on the limit is lowered.
CLEAN_PAIN: Final = 2
PAIN_STOPS: Final = 4
LOWERED_TO: Final = 0.8
REST: Final = timedelta(hours=48)
# So long after a session it can still be said how it went, and how it was the next morning.
AMENDED: Final = timedelta(hours=36)
# A change smaller than this is not told as one: 1.96 * sqrt(2) * 3 degrees.
REPORTED_DEG: Final = 8.0
_WEEK: Final = timedelta(days=7)


class Done(Strict):
    """One session, as far as progress needs it.

    Attributes:
        at: When it ended.
        stops: How often something had to be stopped.
        pain: The most that was felt, 0 to 10.
        worse_next_day: Whether the person felt worse the next morning; None before they were asked.
    """

    at: datetime
    stops: Annotated[int, Field(ge=0)] = 0
    pain: Annotated[int, Field(ge=0, le=10)] = 0
    worse_next_day: bool | None = None

    @property
    def clean(self) -> bool:
        """Whether it gives no reason to hold back; before the next morning nobody knows."""
        return self.stops == 0 and self.pain <= CLEAN_PAIN and self.worse_next_day is False

    @property
    def hurt(self) -> bool:
        """Whether it was too much."""
        return self.pain >= PAIN_STOPS or bool(self.worse_next_day)


@dataclass(frozen=True, slots=True)
class Advice:
    """What follows for today.

    Attributes:
        end_deg: The comfortable end to go by, None where there is none.
        rest_until: Until when not to stretch, or None.
        therapist: Whether to see one first.
    """

    end_deg: float | None
    rest_until: datetime | None = None
    therapist: bool = False


def allowed_deg(measured_deg: float, kept: Sequence[Comfort], sessions: Sequence[Done], on: date) -> float:
    """How far a newly measured comfortable end may count.

    Args:
        measured_deg: What was measured today.
        kept: Earlier ones of the same side.
        sessions: Those that were done, in any order.
        on: Today.
    """
    if not kept:
        return measured_deg
    last = max(kept, key=lambda one: one.on)
    # What pain has lowered stays lowered when it is measured anew.
    base_deg = _lowered(last, sessions)
    since = sorted((done for done in sessions if done.at.date() > last.on), key=lambda done: done.at)
    recent = since[-CLEAN_SESSIONS:]
    if measured_deg <= base_deg:
        return measured_deg
    if len(recent) < CLEAN_SESSIONS or not all(done.clean for done in recent):
        return base_deg
    week = [one.end_deg for one in kept if timedelta(0) <= on - one.on < _WEEK]
    ceiling = min([base_deg + PER_SESSION_DEG, *(end + PER_WEEK_DEG for end in week)])
    return max(base_deg, min(measured_deg, ceiling))


def _lowered(end: Comfort, sessions: Sequence[Done]) -> float:
    """An end after each session since it was measured that was too much; below straight it stays."""
    end_deg = end.end_deg
    for done in sessions:
        if done.hurt and done.at.date() >= end.on and end_deg > 0.0:
            end_deg *= LOWERED_TO
    return end_deg


def advice(kept: Sequence[Comfort], sessions: Sequence[Done], now: datetime) -> Advice:
    """What the last sessions mean for the next one; ``kept`` and ``sessions`` in any order."""
    ordered = sorted(sessions, key=lambda done: done.at)
    end = max(kept, key=lambda one: one.on) if kept else None
    end_deg = None if end is None else _lowered(end, sessions)
    hurts = [done for done in ordered if done.hurt]
    resting = bool(hurts) and now < hurts[-1].at + REST
    therapist = len(ordered) >= 2 and all(done.hurt for done in ordered[-2:])
    return Advice(end_deg, hurts[-1].at + REST if resting else None, therapist)


def told_change(before_deg: float, after_deg: float) -> float | None:
    """A change that is surely one, in degrees; None for what the measurement could have made up."""
    change = after_deg - before_deg
    return change if abs(change) >= REPORTED_DEG else None
