"""What somebody did lately, as far as what they may do today depends on it.

Which question this module answers: given what is kept of one person, how long was each hip stretched this week and
today, how often was each exercise repeated today, what ended today, and which sessions were too much. It decides
nothing, and knows no files and no words. Weeks are the last seven days; days are those of the person's own clock.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from calibration.progress import PAIN_STOPS, Done
from poses.skeleton import SIDES
from psoas_coach.history.rows import Everything, FindingRow, PassRow, SessionRow

WEEK: Final = timedelta(days=7)
# Safe-ranges.md 3.9: two stops end an exercise for today, three the session. Twice "that hurts" leaves breathing.
_STOPS_OF_EXERCISE: Final = 2
_STOPS_OF_SESSION: Final = 3
_PAINS: Final = 2


@dataclass(frozen=True, slots=True)
class Recent:
    """What was done lately.

    Attributes:
        last: On which day the last session was, None where there is none.
        told: How sessions were, as far as rest depends on it, in any order.
        week_s: For so many seconds each hip was stretched in the last seven days, by index of ``skeleton``.
        today_s: And today.
        repeated: How many repetitions of each exercise were done today.
        over: Exercises that were ended today, by stops or because it hurt.
        only_breathing: Whether a session of today ended all but breathing.
    """

    last: date | None = None
    told: tuple[Done, ...] = ()
    week_s: tuple[float, float] = (0.0, 0.0)
    today_s: tuple[float, float] = (0.0, 0.0)
    repeated: Mapping[str, int] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    only_breathing: bool = False


def recent(kept: Everything, told: Sequence[Done], stretches: Collection[str], now: datetime) -> Recent:
    """What one person did lately.

    Args:
        kept: All that is kept of this person, or of the sessions without a profile.
        told: How sessions were, as the person's profile has it.
        stretches: Ids of the exercises in which a hip is stretched.
        now: When the next session begins, by the person's own clock.
    """
    # What lies in the future, since a clock was set back, counts as now: it withholds and never gives.
    week = {one.id for one in kept.sessions if one.began > now - WEEK}
    today = {one.id for one in kept.sessions if one.began.date() >= now.date()}
    held = [one for one in kept.passes if one.exercise in stretches]
    hurt = Counter(one.session for one in kept.pains if one.session in today)
    ended = _ended(kept, today) | {one.exercise for one in kept.pains if one.session in today and one.exercise}
    stopped = Counter(one.session for one in _stops(kept.findings) if one.session in today)
    return Recent(
        last=max((one.began.date() for one in kept.sessions), default=None),
        told=_told(kept, told, stretches),
        week_s=_stretched_s(one for one in held if one.session in week),
        today_s=_stretched_s(one for one in held if one.session in today),
        repeated=Counter(one.exercise for one in kept.passes if one.session in today and one.kind == "repetition"),
        over=frozenset(ended),
        only_breathing=any(count >= _PAINS for count in hurt.values())
        or any(count >= _STOPS_OF_SESSION for count in stopped.values()),
    )


def _stretched_s(passes: Iterable[PassRow]) -> tuple[float, float]:
    """Seconds by side; what is not known to be of one side counts for both."""
    seconds = [0.0, 0.0]
    for one in passes:
        for index, side in enumerate(SIDES):
            seconds[index] += one.held_s if one.side in (side, None) else 0.0
    return seconds[0], seconds[1]


def _ended(kept: Everything, today: Collection[str]) -> set[str]:
    """Exercises that two stops ended in a session of today."""
    counts = Counter((one.session, one.exercise) for one in _stops(kept.findings) if one.session in today)
    return {exercise for (_, exercise), count in counts.items() if count >= _STOPS_OF_EXERCISE}


def _stops(findings: Sequence[FindingRow]) -> list[FindingRow]:
    """The stops; rules that stop together are one stop."""
    found: list[FindingRow] = []
    ends_s: dict[tuple[str, str], float] = {}
    for one in sorted(findings, key=lambda one: (one.session, one.start_s)):
        whose = one.session, one.exercise
        if one.verdict != "stop":
            continue
        if whose not in ends_s or one.start_s > ends_s[whose]:
            found.append(one)
        ends_s[whose] = max(one.end_s, ends_s.get(whose, one.end_s))
    return found


def _told(kept: Everything, told: Sequence[Done], stretches: Collection[str]) -> tuple[Done, ...]:
    """How sessions were: as the profile has it, and the history where it does not."""
    known = {one.at: one for one in told}
    for row in kept.felt:
        known.setdefault(row.at, Done(at=row.at, stops=row.stops, pain=row.pain, worse_next_day=row.worse_next_day))
    hurt = {one.session for one in kept.pains}
    stretched = {one.session for one in kept.passes if one.exercise in stretches}
    # Of a session without a profile nobody could tell more than its key, or arms, told then; and one in which nothing
    # was stretched tells nothing of how far to go.
    for session in kept.sessions:
        if session.person is None and session.id in hurt | stretched:
            done = Done(at=_end(session), pain=PAIN_STOPS if session.id in hurt else 0)
            known.setdefault(done.at, done)
    return tuple(known[at] for at in sorted(known))


def _end(session: SessionRow) -> datetime:
    return (session.began + timedelta(seconds=session.length_s)).replace(microsecond=0)
