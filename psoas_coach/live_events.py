"""What happens in a live session, for the record and for programs that build on it: lines of JSON (docs/live.md)."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

from poses.records import Step
from poses.skeleton import SIDES
from poses.tally import Hold, Repetition


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        time_s: When, by the clock of the frames.
        kind: What, see docs/live.md.
        details: Values that JSON knows; times are those of the frames too.
    """

    time_s: float
    kind: str
    details: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """One line of JSON, without its end; what is not known is null."""
        values = {"time_s": self.time_s, "event": self.kind, **self.details}
        plain = {name: _plain(value) for name, value in values.items()}
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def events_of(step: Step) -> list[Event]:
    """The phases that began and the findings that ended at a step."""
    time_s, moment = step.assessment.time_s, step.moment
    phases = [
        Event(
            time_s,
            "phase",
            {"exercise": moment.exercise, "phase": change.phase.value, "since_s": change.since_s}
            | {"side": side_name(change.side)},
        )
        for change in moment.changes
    ]
    return phases + [
        Event(
            time_s,
            "finding",
            {"exercise": one.exercise, "rule": one.rule, "side": SIDES[one.side], "verdict": one.verdict.value}
            | {"start_s": one.start_s, "end_s": one.end_s, "peak": one.peak, "limit": one.limit},
        )
        for one in step.findings
    ]


def event_of_hold(time_s: float, exercise: str, hold: Hold, *, counts: bool) -> Event:
    """A hold that is complete; ``counts``: whether the plan asked for it."""
    times = {"start_s": hold.start_s, "end_s": hold.end_s, "seen_s": hold.seen_s, "peak": hold.peak}
    return Event(time_s, "hold", {"exercise": exercise, "side": side_name(hold.side), "counts": counts} | times)


def event_of_repetition(time_s: float, exercise: str, one: Repetition, *, counts: bool) -> Event:
    """A repetition that is complete."""
    times = {"start_s": one.start_s, "end_s": one.end_s, "top_hold_s": one.top_hold_s, "peak": one.peak}
    details = {"exercise": exercise, "side": side_name(one.side), "number": one.number, "counts": counts}
    return Event(time_s, "repetition", details | times)


def side_name(side: int | None) -> str | None:
    """A side by its name, None for none."""
    return None if side is None else SIDES[side]


def _plain(value: object) -> object:
    """A value as JSON can hold it: milliseconds are enough."""
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    return value
