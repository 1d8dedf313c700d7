"""A knee that rests on the floor, and one that only comes close to it."""

from collections.abc import Callable

import numpy as np
import pytest

from poses import resting, skeleton
from poses.records import Pose

TRUNK_PX = 200.0
FLOOR_PX = 900.0


def seen(time_s: float, above: float, *, found: bool = True) -> Pose:
    """Somebody whose lower knee is so many trunks above the floor."""
    image = np.zeros((skeleton.COUNT, 2), np.float32)
    image[list(skeleton.SHOULDERS), 1] = 300.0
    image[list(skeleton.HIPS), 1] = 300.0 + TRUNK_PX
    image[skeleton.KNEES[skeleton.LEFT], 1] = FLOOR_PX - TRUNK_PX
    image[skeleton.KNEES[skeleton.RIGHT], 1] = FLOOR_PX - above * TRUNK_PX
    if not found:
        image[:] = np.nan
    return Pose(time_s, image, np.zeros((skeleton.COUNT, 3), np.float32), np.ones(skeleton.COUNT, np.float32), (99, 99))


def times_of_rest(above: Callable[[float], float], until_s: float, rate_hz: float = 30.0) -> list[float]:
    """When the knee rests, from 0.5 s on: what is asked sooner is not believed by anybody."""
    memory, rests = resting.RestMemory(), []
    for number in range(int(until_s * rate_hz)):
        time_s = number / rate_hz
        memory = resting.follow(seen(time_s, above(time_s)), memory)
        if time_s >= 0.5 and memory.rests:
            rests.append(time_s)
    return rests


@pytest.mark.parametrize("rate_hz", [5.0, 10.0, 15.0, 30.0, 60.0])
def test_a_knee_rests_a_second_after_it_came_down_whatever_the_frame_rate(rate_hz: float) -> None:
    rests = times_of_rest(lambda t: 0.5 if t < 3.0 else 0.06, 8.0, rate_hz)
    # A tenth of the looks may be jumps, and so may the first one below be.
    came = [time_s for time_s in rests if time_s >= 3.2]
    assert came[0] == pytest.approx(3.9, abs=0.15 + 1.0 / rate_hz)
    assert len(came) == len([n for n in range(int(8.0 * rate_hz)) if n / rate_hz >= came[0]])


def test_a_knee_that_was_there_from_the_beginning_rests_at_once() -> None:
    assert times_of_rest(lambda t: 0.06, 2.0)[0] == 0.5


@pytest.mark.parametrize("period_s", [1.5, 2.5, 4.0, 6.0])
@pytest.mark.parametrize("rate_hz", [10.0, 30.0])
def test_a_knee_that_goes_up_and_down_does_not_rest(period_s: float, rate_hz: float) -> None:
    # Half a trunk up, as in a squat; slow ones stay near the floor for more than a second.
    rests = times_of_rest(lambda t: 0.1 + 0.25 * (1.0 + np.cos(2.0 * np.pi * t / period_s)), 40.0, rate_hz)
    below = [t for t in rests if (t / period_s) % 1.0 > 0.25 and (t / period_s) % 1.0 < 0.75]
    assert not [t for t in below if t > 1.5 * period_s]


def test_a_knee_that_was_there_a_moment_ago_and_went_up_has_to_stay_longer() -> None:
    def above(time_s: float) -> float:
        return 0.5 if time_s < 2.0 or 2.4 <= time_s < 3.4 else 0.06

    rests = [t for t in times_of_rest(above, 12.0) if t > 3.6]
    assert rests[0] == pytest.approx(3.4 + resting.AGAIN_REST_S, abs=0.2)
    # Once only, and long ago.
    rests = [t for t in times_of_rest(lambda t: 0.06 if t < 2.0 or t >= 14.0 else 0.5, 18.0) if t > 14.2]
    assert rests[0] == pytest.approx(14.0 + resting.REST_S, abs=0.2)


def test_jumps_of_the_landmark_and_a_thigh_that_rolls_it_are_no_movement() -> None:
    jumps = times_of_rest(lambda t: 0.5 if round(t * 30.0) % 40 == 0 and t > 1.0 else 0.06, 10.0)
    assert len(jumps) == 300 - 15
    rolls = times_of_rest(lambda t: 0.06 + 0.02 * np.sin(2.0 * np.pi * t / 1.5), 10.0)
    assert len(rolls) == 300 - 15


def test_a_knee_that_went_up_and_was_lost_from_view_has_to_stay_for_all_of_the_time() -> None:
    memory, rests = resting.RestMemory(), []
    for number in range(240):
        time_s = number / 30.0
        memory = resting.follow(seen(time_s, 0.5 if time_s < 3.0 else 0.06, found=not 3.0 <= time_s < 3.8), memory)
        if time_s >= 3.8 and memory.rests:
            rests.append(time_s)
    assert rests[0] == pytest.approx(3.8 + resting.REST_S, abs=0.15)


def test_nobody_in_the_picture_changes_nothing() -> None:
    memory = resting.follow(seen(0.0, 0.1), resting.RestMemory())
    assert resting.follow(seen(1.0, 0.1, found=False), memory) is memory
    assert resting.RestMemory().rests
