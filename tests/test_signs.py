"""Which arms are a sign in one frame, when they are looked at again, and what that says, on skeletons."""

from dataclasses import replace

import numpy as np
import pytest
from arms import ACROSS, AHEAD, AT_THE_FACE, BEHIND_THE_HEAD, ON_THE_THIGH, RAISED, Arm, posed

import stick_figure as sf
from calibration.level import levelled
from poses import skeleton
from poses.hands import HandsMemory, follow
from poses.records import ArmsAgain, Pose
from poses.signs import EVERY_S, both_raised, look_wanted, sign_of

RATE = 20.0
LYING = sf.ON_THE_FLOOR
# The near arm is the right one; of the far one the model is not sure, and lays it over the near one.
TWIN = replace(RAISED, seen=0.3)
HALF_RAISED = Arm((0.3, 0.18), (0.62, 0.4))


def looked(pose: Pose, left: Arm, right: Arm, without: int | None) -> Pose:
    """The pose with a look that finds these arms."""
    found = posed(sf.GOOD_LUNGE, pose.time_s, left, right)
    return replace(pose, again=ArmsAgain(found.image_px, found.visibility, without))


def lone(time_s: float = 0.0) -> Pose:
    """One hand raised, the far arm laid over it; a look without it finds the other one on the thigh."""
    return looked(posed(sf.GOOD_LUNGE, time_s, TWIN, RAISED), ON_THE_THIGH, ON_THE_THIGH, skeleton.RIGHT)


def double(time_s: float = 0.0) -> Pose:
    """Both raised: looked at without the near one there is another, which the model takes for the near one."""
    return looked(posed(sf.GOOD_LUNGE, time_s, TWIN, RAISED), ON_THE_THIGH, RAISED, skeleton.RIGHT)


def unlooked(time_s: float = 0.0) -> Pose:
    return posed(sf.GOOD_LUNGE, time_s, TWIN, RAISED)


def test_a_far_hand_counts_before_the_model_is_sure_of_it_and_however_short_its_arm_looks() -> None:
    short = Arm((0.1, 0.35), (0.15, 0.72), seen=0.25)
    given = sign_of(posed(sf.GOOD_LUNGE, 0.0, short, ON_THE_THIGH))
    assert given is not None
    assert (given.sign, given.side, given.mirrored) == ("raised_hand", skeleton.LEFT, False)
    # Lower than the crown, or farther aside than up, it is none.
    for arm in (Arm((0.1, 0.35), (0.15, 0.6)), Arm((0.5, 0.35), (0.95, 0.72))):
        assert sign_of(posed(sf.GOOD_LUNGE, 0.0, arm, ON_THE_THIGH)) is None


def test_what_the_mirror_shows_is_a_sign_too() -> None:
    unseen = posed(sf.GOOD_LUNGE, 0.0, ON_THE_THIGH, ON_THE_THIGH)
    assert sign_of(unseen) is None
    given = sign_of(looked(unseen, replace(RAISED, seen=0.9), ON_THE_THIGH, None))
    assert given is not None
    assert (given.sign, given.side, given.mirrored) == ("raised_hand", skeleton.LEFT, True)
    assert sign_of(looked(unseen, ON_THE_THIGH, ON_THE_THIGH, None)) is None
    # What is found without an arm is not: a hand that is laid elsewhere then means nothing.
    assert sign_of(looked(unseen, RAISED, ON_THE_THIGH, skeleton.RIGHT)) is None


def test_the_arms_are_looked_at_again_where_that_can_tell_something() -> None:
    assert look_wanted(unlooked()) == "without_right"
    assert look_wanted(posed(sf.GOOD_LUNGE, 0.0, RAISED, TWIN)) == "without_left"
    assert look_wanted(posed(sf.GOOD_LUNGE, 0.0, HALF_RAISED, ON_THE_THIGH)) == "mirrored"
    assert look_wanted(posed(LYING, 0.0, Arm((0.25, -0.45), (0.5, -0.85)), ON_THE_THIGH)) == "mirrored"
    # The other arm surely hangs; nobody can see it of who lies; and no look helps with crossed arms.
    assert look_wanted(posed(sf.GOOD_LUNGE, 0.0, replace(RAISED, seen=0.4), ON_THE_THIGH)) == ""
    assert look_wanted(posed(LYING, 0.0, replace(AHEAD, seen=0.3), AHEAD)) == ""
    assert look_wanted(posed(sf.GOOD_LUNGE, 0.0, ACROSS, ACROSS)) == ""
    assert look_wanted(sf.nobody(0.0)) == ""


@pytest.mark.parametrize(
    "arm", [ON_THE_THIGH, AT_THE_FACE, BEHIND_THE_HEAD, AHEAD], ids=["thigh", "face", "head", "ahead"]
)
def test_what_arms_do_besides_costs_no_look(arm: Arm) -> None:
    assert look_wanted(posed(sf.GOOD_LUNGE, 0.0, replace(arm, seen=0.3), arm)) == ""


def test_a_look_tells_one_raised_hand_from_two() -> None:
    for pose, wanted in ((lone(), False), (double(), True), (unlooked(), None)):
        given = sign_of(pose)
        assert given is not None
        assert both_raised(pose, given) is wanted
    nobody = lone()
    assert nobody.again is not None
    nobody = replace(nobody, again=replace(nobody.again, image_px=np.full_like(nobody.image_px, np.nan)))
    given = sign_of(nobody)
    assert given is not None
    assert both_raised(nobody, given) is None


def watched(seconds: float, looks: list[bool]) -> tuple[list[float], HandsMemory, bool]:
    """When a hand acts that is up all along, with a look that finds two or one at every ``EVERY_S``."""
    memory, acts, told = HandsMemory(), [], False
    every = round(EVERY_S * RATE)
    for frame in range(round(seconds * RATE)):
        time_s, (turn, due) = frame / RATE, divmod(frame, every)
        both = looks[turn % len(looks)]
        pose = unlooked(time_s) if due else double(time_s) if both else lone(time_s)
        memory = follow(pose, memory)
        told = told or np.isfinite(memory.share)
        acts += [time_s] if memory.acted else []
    return acts, memory, bool(told)


def test_two_raised_hands_neither_act_nor_are_asked_about() -> None:
    acts, memory, told = watched(5.0, [True])
    assert (acts, told, memory.sign) == ([], False, None)
    acts, _, told = watched(5.0, [False])
    assert acts == [pytest.approx(2.0, abs=1.5 / RATE)]
    assert told


def test_one_wrong_look_of_three_changes_nothing() -> None:
    assert watched(5.0, [False, False, True])[0] == [pytest.approx(2.0, abs=1.5 / RATE)]
    assert watched(5.0, [False, True, True])[0] == []


def test_a_second_hand_that_joins_takes_the_sign_back() -> None:
    memory, acts = HandsMemory(), []
    for frame in range(round(4.0 * RATE)):
        time_s = frame / RATE
        due = frame % round(EVERY_S * RATE) == 0
        memory = follow((lone if time_s < 1.0 else double)(time_s) if due else unlooked(time_s), memory)
        acts += [time_s] if memory.acted else []
    assert acts == []
    assert memory.sign is None


@pytest.mark.parametrize(("every_s", "acts"), [(0.5, True), (0.7, False)])
def test_a_hand_seen_in_the_mirror_alone_lasts_until_the_next_look(every_s: float, acts: bool) -> None:
    memory, acted = HandsMemory(), []
    for frame in range(round(4.0 * RATE)):
        pose = posed(sf.GOOD_LUNGE, frame / RATE, ON_THE_THIGH, ON_THE_THIGH)
        if frame % round(every_s * RATE) == 0:
            pose = looked(pose, RAISED, ON_THE_THIGH, None)
        memory = follow(pose, memory)
        acted += [frame / RATE] if memory.acted else []
    assert acted == ([2.0] if acts else [])


def test_a_camera_that_leans_turns_what_is_looked_at_again_too() -> None:
    pose = lone()
    assert pose.again is not None
    turned = levelled(replace(pose, again=replace(pose.again, image_px=pose.image_px)), 12.0)
    assert turned.again is not None
    np.testing.assert_array_equal(turned.again.image_px, turned.image_px)
    assert not np.allclose(turned.image_px, pose.image_px)
