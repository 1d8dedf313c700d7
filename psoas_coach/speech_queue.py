"""What is said next, of all that waits to be said.

Which question this module answers: of several utterances, which one is spoken now, and may it interrupt? Newest and
most urgent first; what came too late is dropped, since a cue that no longer fits does harm.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from poses.records import Verdict

Chime = Literal["good", "caution", "stop"]

# Convention: after two seconds the person has moved on (a caution is given after 0.8 s and taken back after 1.5).
STALE_S: Final = 2.0


class Urgency(IntEnum):
    """How much an utterance matters, from praise and counts to a stop."""

    REMARK = 0
    GUIDANCE = 1
    CAUTION = 2
    STOP = 3

    @property
    def chime(self) -> Chime:
        """What sounds instead where there is no voice."""
        return "good" if self is Urgency.REMARK else ("stop" if self is Urgency.STOP else "caution")


URGENCY_OF: Final = {
    Verdict.OK: Urgency.REMARK,
    Verdict.UNKNOWN: Urgency.GUIDANCE,
    Verdict.CAUTION: Urgency.CAUTION,
    Verdict.STOP: Urgency.STOP,
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something to say.

    Attributes:
        text: The words.
        urgency: How much they matter.
        time_s: When they were true, by the clock of the one who asks.
    """

    text: str
    urgency: Urgency
    time_s: float


Waiting = tuple[Utterance, ...]


def joined(waiting: Waiting, new: Utterance, speaking: Utterance | None) -> Waiting:
    """What waits after something new was said; the most urgent, which is then also the oldest, stands first.

    The new one supersedes all that is not more urgent. What is just being spoken is not said again.
    """
    if speaking is not None and speaking.text == new.text:
        return waiting
    return (*(one for one in waiting if one.urgency > new.urgency), new)


def next_up(waiting: Waiting, speaking: Utterance | None, now_s: float) -> tuple[Utterance | None, Waiting]:
    """What is to be spoken at this moment, if anything, and what then still waits; stale ones are gone.

    Args:
        waiting: What waits.
        speaking: What is being spoken, or None.
        now_s: By the same clock as ``Utterance.time_s``.
    """
    fresh = tuple(one for one in waiting if now_s - one.time_s <= STALE_S)
    if fresh and (speaking is None or _interrupts(fresh[0], speaking)):
        return fresh[0], fresh[1:]
    return None, fresh


def _interrupts(new: Utterance, speaking: Utterance) -> bool:
    """A warning does not wait for what matters less, and a stop waits for nothing."""
    if new.urgency is Urgency.STOP:
        return True
    return new.urgency is Urgency.CAUTION and speaking.urgency < Urgency.CAUTION
