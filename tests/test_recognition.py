"""Lunge, bridge and neither are told apart, with hysteresis, and the legs keep their roles."""

from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses import skeleton
from poses.exercise_file import built_in
from poses.measures import INDEX, side_measures
from poses.orientation import near_side
from poses.recognition import CHANGE_S, RecognitionMemory, recognise
from poses.records import Measures

EXERCISES = [one for one in built_in() if one.view == "side"]


def measured(figure: sf.Figure, facing: int = 1) -> Measures:
    values = side_measures(sf.pixels(figure, facing=facing), facing)
    return Measures(values, np.full_like(values, 5.0), facing, near_side(facing))


def seen_for(figure: sf.Figure, seconds: float, memory: RecognitionMemory, start_s: float = 0.0) -> RecognitionMemory:
    for time_s in np.arange(start_s, start_s + seconds, 1 / 30):
        seen = measured(figure)
        plain_deg = seen.values[:, INDEX["hip_opening_deg"]].tolist()
        memory = recognise(seen, float(time_s), EXERCISES, memory, plain_deg=plain_deg)
    return memory


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize(
    ("figure", "name"),
    [
        (sf.GOOD_LUNGE, "low-lunge"),
        (sf.DEEP_LUNGE, "low-lunge"),
        (sf.FLAT_BRIDGE, "bridge"),
        (sf.HIGH_BRIDGE, "bridge"),
        (sf.ON_THE_FLOOR, "bridge"),
        (sf.STANDING, None),
        (sf.WALKING, None),
        (sf.KNEELING_ON_HEEL, None),
        (sf.PLANK, None),
        (sf.DEAD_BUG, "dead-bug"),
    ],
)
def test_postures_in_a_photograph(figure: sf.Figure, name: str | None, facing: int) -> None:
    seen = measured(figure, facing)
    plain_deg = seen.values[:, INDEX["hip_opening_deg"]].tolist()
    memory = recognise(seen, 0.0, EXERCISES, RecognitionMemory(), still=True, plain_deg=plain_deg)
    assert memory.exercise == name


def test_the_back_leg_is_the_stretched_one_on_either_side() -> None:
    lunge = sf.GOOD_LUNGE
    for figure, side in ((lunge, skeleton.RIGHT), (replace(lunge, left=lunge.right, right=lunge.left), skeleton.LEFT)):
        memory = recognise(measured(figure), 0.0, EXERCISES, RecognitionMemory(), still=True)
        assert memory.stretched == side


def test_recognition_takes_half_a_second_and_so_does_losing_it() -> None:
    memory = seen_for(sf.GOOD_LUNGE, CHANGE_S - 0.1, RecognitionMemory())
    assert memory.exercise is None
    memory = seen_for(sf.GOOD_LUNGE, 0.2, memory, CHANGE_S - 0.1)
    assert memory.exercise == "low-lunge"
    memory = seen_for(sf.STANDING, 0.3, memory, 10.0)
    assert memory.exercise == "low-lunge"
    memory = seen_for(sf.STANDING, CHANGE_S, memory, 10.3)
    assert memory.exercise is None


def test_at_the_edge_of_a_posture_it_does_not_flicker() -> None:
    # The back thigh's lower limit is -20 with a margin of 8: -24 keeps a lunge that was recognised, and starts none.
    edge = replace(sf.GOOD_LUNGE, right=sf.Leg(-24.0, 115.0))
    assert seen_for(edge, 2.0, RecognitionMemory()).exercise is None
    memory = seen_for(sf.GOOD_LUNGE, 1.0, RecognitionMemory())
    assert seen_for(edge, 2.0, memory, 1.0).exercise == "low-lunge"


def test_a_swap_of_labels_does_not_swap_the_roles() -> None:
    memory = seen_for(sf.GOOD_LUNGE, 1.0, RecognitionMemory())
    swapped = replace(sf.GOOD_LUNGE, left=sf.GOOD_LUNGE.right, right=sf.GOOD_LUNGE.left)
    memory = seen_for(swapped, CHANGE_S - 0.1, memory, 1.0)
    assert memory.stretched == skeleton.RIGHT
    memory = seen_for(swapped, 0.2, memory, 1.0 + CHANGE_S - 0.1)
    assert memory.stretched == skeleton.LEFT


def test_a_joint_that_is_hidden_for_a_while_does_not_end_an_exercise_nor_begin_one() -> None:
    thigh = INDEX["thigh_inclination_deg"]

    def hidden() -> Measures:
        seen = measured(sf.GOOD_LUNGE)
        values = seen.values.copy()
        values[skeleton.LEFT, thigh] = np.nan
        return replace(seen, values=values)

    memory = RecognitionMemory()
    for frame in range(60):
        memory = recognise(hidden(), frame / 30.0, EXERCISES, memory)
    assert memory.exercise is None
    for frame in range(60, 90):
        memory = recognise(measured(sf.GOOD_LUNGE), frame / 30.0, EXERCISES, memory)
    assert memory.exercise == "low-lunge"
    for frame in range(90, 180):
        memory = recognise(hidden(), frame / 30.0, EXERCISES, memory)
    assert memory.exercise == "low-lunge"


@pytest.mark.parametrize(("away_s", "still"), [(2.0, True), (6.5, False)])
def test_marching_goes_on_after_a_bad_view_and_standing_is_no_marching(away_s: float, still: bool) -> None:
    lifted = replace(sf.STANDING, left=sf.Leg(-75.0, 0.0))
    memory = seen_for(lifted, 1.0, RecognitionMemory())
    assert memory.exercise == "standing-core"
    memory = memory.after_bad_view()
    assert memory.exercise is None
    memory = seen_for(sf.STANDING, CHANGE_S + 0.1, memory, 1.0 + away_s - CHANGE_S - 0.1)
    assert memory.exercise == ("standing-core" if still else None)
    # Whoever lay down meanwhile is not marching, nor is anybody who never lifted a knee.
    assert seen_for(sf.ON_THE_FLOOR, 1.0, memory.after_bad_view(), 8.0).exercise == "bridge"
    assert seen_for(sf.STANDING, 1.0, RecognitionMemory().after_bad_view()).exercise is None


def test_getting_up_from_a_lunge_is_no_marching() -> None:
    memory = seen_for(replace(sf.STANDING, left=sf.Leg(-75.0, 0.0)), 1.0, RecognitionMemory()).after_bad_view()
    memory = seen_for(sf.GOOD_LUNGE, 0.3, memory, 60.0)
    assert seen_for(sf.STANDING, 2.0, memory, 60.3).exercise is None
