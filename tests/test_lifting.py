"""Head and shoulders that come up, against how somebody lies otherwise."""

import math
from collections.abc import Callable

import pytest

from poses import lifting
from poses.records import Verdict

LIMITS = lifting.LiftLimits(12.0)
UNKNOWN, OK, CAUTION = Verdict.UNKNOWN, Verdict.OK, Verdict.CAUTION


def told(
    trunk_deg: Callable[[float], float],
    until_s: float,
    rate_hz: float = 15.0,
    opening_deg: Callable[[float], float] = lambda _: -45.0,
) -> list[tuple[float, Verdict]]:
    """When what is said changes, and to what."""
    lying, memory, said = lifting.LyingMemory(), lifting.LiftMemory(), list[tuple[float, Verdict]]()
    for number in range(int(until_s * rate_hz)):
        time_s = number / rate_hz
        now_deg = trunk_deg(time_s)
        lying = lifting.lie(time_s, now_deg, opening_deg(time_s), lying, doing=False)
        memory = lifting.advance(LIMITS, time_s, lying.flat_deg - now_deg, memory)
        if not said or said[-1][1] is not memory.verdict:
            said.append((time_s, memory.verdict))
    return said


@pytest.mark.parametrize("lies_deg", [80.0, 90.0, 101.0])
@pytest.mark.parametrize("rate_hz", [10.0, 15.0, 30.0])
@pytest.mark.parametrize("for_s", [4.0, 30.0, 90.0])
def test_shoulders_that_come_up_are_told_however_flat_somebody_lies_and_for_how_long(
    lies_deg: float, rate_hz: float, for_s: float
) -> None:
    said = told(lambda t: lies_deg - (20.0 if 10.0 <= t < 10.0 + for_s else 0.0), 16.0 + for_s, rate_hz)
    assert [verdict for _, verdict in said] == [UNKNOWN, OK, CAUTION, OK]
    _, known, up, down = (time_s for time_s, _ in said)
    assert known == pytest.approx(3.0, abs=0.3)
    assert up == pytest.approx(10.8, abs=0.15)
    assert down == pytest.approx(10.0 + for_s, abs=0.15)


@pytest.mark.parametrize(
    "trunk_deg",
    [
        lambda t: 72.0,  # on pillows
        lambda t: 95.0 - 9.0 * min(t / 30.0, 1.0),  # a leg that slides long takes the back along
        lambda t: 92.0 - (20.0 if 10.0 <= t < 10.6 else 0.0),  # a glance
        lambda t: 92.0 - (11.0 if 10.0 <= t < 14.0 else 0.0),
        lambda t: 92.0 + (20.0 if t >= 10.0 else 0.0) if t < 12.0 else 92.0,  # a mistake
        lambda t: 95.0 if t < 8.0 else (10.0 if t < 12.0 else 75.0),  # sat up, and lay down on a pillow
        lambda t: 92.0 - (20.0 if 10.0 <= t < 10.1 or 13.9 <= t < 14.0 else 0.0),  # two jumps
    ],
)
def test_what_is_no_lifting_is_not_told(trunk_deg: Callable[[float], float]) -> None:
    assert {verdict for _, verdict in told(trunk_deg, 30.0)} == {UNKNOWN, OK}


def test_bridges_before_it_do_not_tell_how_somebody_lies() -> None:
    def bridge(time_s: float) -> float:
        return 0.5 - 0.5 * math.cos(2.0 * math.pi * time_s / 4.0) if time_s < 40.0 else 0.0

    said = told(lambda t: 92.0 + 20.0 * bridge(t), 60.0, opening_deg=lambda t: -45.0 + 45.0 * bridge(t))
    assert [verdict for _, verdict in said] == [UNKNOWN, OK]


def test_whoever_was_out_of_sight_may_lie_elsewhere() -> None:
    said = told(lambda t: 95.0 if t < 8.0 else (math.nan if t < 14.0 else 75.0), 20.0)
    assert [verdict for _, verdict in said] == [UNKNOWN, OK]
    # A moment without a view changes nothing.
    said = told(lambda t: 95.0 if t < 8.0 else (math.nan if t < 10.0 else 75.0), 14.0)
    assert said[-1][1] is CAUTION
    assert said[-1][0] == pytest.approx(10.8, abs=0.15)


def test_one_look_before_and_one_after_a_lost_view_are_no_lifting() -> None:
    memory = lifting.LiftMemory()
    for time_s, lifted_deg in ((9.0, 0.0), (10.0, 20.0), (14.0, 20.0)):
        memory = lifting.advance(LIMITS, time_s, lifted_deg, memory)
    assert memory.verdict is OK


def test_when_it_began_is_told() -> None:
    memory = lifting.LiftMemory()
    for number in range(200):
        time_s = number / 15.0
        memory = lifting.advance(LIMITS, time_s, 0.0 if time_s < 10.0 else 20.0, memory)
    assert memory.verdict is CAUTION
    assert memory.since_s == pytest.approx(10.0, abs=0.07)
