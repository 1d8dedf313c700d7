"""Newest and most urgent first; stale ones dropped."""

import pytest

from poses.records import Verdict
from psoas_coach.speech_queue import URGENCY_OF, Urgency, Utterance, Waiting, joined, next_up

PRAISE = Utterance("Lovely.", Urgency.REMARK, 10.0)
TURN = Utterance("Turn sideways.", Urgency.GUIDANCE, 10.1)
EASE = Utterance("Ease back.", Urgency.CAUTION, 10.2)
OUT = Utterance("Come out.", Urgency.STOP, 10.3)


def all_joined(*said: Utterance, speaking: Utterance | None = None) -> Waiting:
    waiting: Waiting = ()
    for one in said:
        waiting = joined(waiting, one, speaking)
    return waiting


def test_the_newest_supersedes_what_is_not_more_urgent() -> None:
    assert all_joined(PRAISE, TURN, EASE, OUT) == (OUT,)
    assert all_joined(OUT, EASE, TURN, PRAISE) == (OUT, EASE, TURN, PRAISE)
    two = Utterance("Two.", Urgency.REMARK, 10.5)
    assert all_joined(EASE, PRAISE, two) == (EASE, two)


def test_what_is_being_said_is_not_said_again() -> None:
    assert all_joined(OUT, speaking=Utterance("Come out.", Urgency.STOP, 9.0)) == ()


@pytest.mark.parametrize(("age_s", "said"), [(0.0, True), (2.0, True), (2.01, False)])
def test_what_is_older_than_two_seconds_is_dropped(age_s: float, said: bool) -> None:
    chosen, left = next_up((OUT,), None, OUT.time_s + age_s)
    assert (chosen is OUT, left) == (said, ())


def test_the_most_urgent_comes_first_and_the_others_wait() -> None:
    assert next_up((OUT, EASE, PRAISE), None, 10.5) == (OUT, (EASE, PRAISE))


@pytest.mark.parametrize(
    ("new", "speaking", "interrupts"),
    [
        (OUT, PRAISE, True),
        (OUT, EASE, True),
        (OUT, Utterance("Rest here.", Urgency.STOP, 9.0), True),
        (EASE, PRAISE, True),
        (EASE, TURN, True),
        (EASE, Utterance("Stay still.", Urgency.CAUTION, 9.0), False),
        (TURN, PRAISE, False),
        (PRAISE, OUT, False),
    ],
)
def test_warnings_interrupt_and_a_stop_waits_for_nothing(new: Utterance, speaking: Utterance, interrupts: bool) -> None:
    chosen, left = next_up((new,), speaking, 10.5)
    assert (chosen, left) == ((new, ()) if interrupts else (None, (new,)))


def test_every_verdict_has_an_urgency_in_its_order() -> None:
    order = [URGENCY_OF[one] for one in (Verdict.OK, Verdict.UNKNOWN, Verdict.CAUTION, Verdict.STOP)]
    assert order == sorted(order)
    assert len(set(order)) == len(URGENCY_OF) == len(Verdict)
    assert [one.chime for one in order] == ["good", "caution", "caution", "stop"]
