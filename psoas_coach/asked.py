"""What a live session asked for and when, read back: judged again, its poses give the same verdicts.

A plan says what is done, and the session is told so at each picture: of two exercises with one posture it is that one,
and somebody is looked at from the front only where the plan has it. Neither stands in the poses.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from poses.exercise import Exercise
from psoas_coach.held_limits import HeldLimits
from psoas_coach.live_record import EVENTS

EventLine = dict[str, Any]
# Times of events are rounded to milliseconds.
_ROUNDED_S: Final = 0.0015


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for over time.

    Attributes:
        times_s: When each part of the session began.
        exercises: The exercise of each part; None where there was none.
    """

    times_s: tuple[float, ...] = ()
    exercises: tuple[str | None, ...] = ()

    def at(self, time_s: float) -> str | None:
        """What the person was asked to do when a picture was judged; a part that begins with it comes after."""
        number = bisect_left(self.times_s, time_s - _ROUNDED_S) - 1
        return self.exercises[max(number, 0)] if self.exercises else None


def asked_in(folder: Path) -> Asked:
    """What a session asked for, by its folder; nothing where it is none."""
    parts = [event for event in events_in(folder) if event["event"] == "part"]
    return Asked(tuple(event["time_s"] for event in parts), tuple(event.get("exercise") for event in parts))


def watched(exercises: Sequence[Exercise], limits: HeldLimits | None) -> tuple[Exercise, ...]:
    """Of the exercises those seen from the side, and those seen from the front that were watched then.

    Args:
        exercises: Those to choose from.
        limits: What held when it was recorded; None in older recordings, in which nobody was seen from the front.
    """
    then = {one.exercise for one in limits.rules} if limits is not None else set()
    return tuple(one for one in exercises if one.view == "side" or one.id in then)


def events_in(folder: Path) -> Iterator[EventLine]:
    """The events of a session, up to the first line that is not whole."""
    try:
        lines: Iterable[str] = (folder / EVENTS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
            yield {"time_s": float(event.pop("time_s")), "event": str(event.pop("event")), **event}
        except (ValueError, TypeError, KeyError, AttributeError):
            return
