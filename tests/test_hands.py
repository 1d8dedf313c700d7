"""Signs of the arms on skeletons of known arms: which they are, how long they take, and what is none."""

from collections.abc import Callable
from dataclasses import replace
from math import isfinite, isnan, sin

import numpy as np
import pytest
from arms import (
    ACROSS,
    AHEAD,
    AT_THE_FACE,
    BEHIND_THE_HEAD,
    FOLDED,
    ON_OWN_SHOULDER,
    ON_THE_HIP,
    ON_THE_THIGH,
    PRAYING,
    RAISED,
    Arm,
    posed,
)

import stick_figure as sf
from poses.hands import HOLD_S, TELL_S, HandsMemory, follow
from poses.records import Pose
from poses.signs import sign_of

RATE = 20.0
LYING = sf.ON_THE_FLOOR


class Watched:
    """Follows what arms do for a while, and remembers what acted when."""

    def __init__(self, figure: sf.Figure = sf.GOOD_LUNGE, facing: int = 1, scale: float = 300.0) -> None:
        self.figure, self.facing, self.scale = figure, facing, scale
        self.memory, self.frame = HandsMemory(), 0
        self.acts: list[tuple[str | None, float]] = []
        self.shares: list[float] = []

    @property
    def now_s(self) -> float:
        return self.frame / RATE

    def take(self, pose: Pose) -> None:
        self.memory = follow(pose, self.memory)
        self.shares.append(self.memory.share)
        if self.memory.acted:
            self.acts.append((self.memory.sign, pose.time_s))
        self.frame += 1

    def do(
        self, seconds: float, left: Arm, right: Arm, change: Callable[[Pose], Pose] = lambda pose: pose
    ) -> "Watched":
        for _ in range(round(seconds * RATE)):
            self.take(change(posed(self.figure, self.now_s, left, right, facing=self.facing, scale=self.scale)))
        return self

    def rest(self, seconds: float) -> "Watched":
        return self.do(seconds, ON_THE_THIGH, ON_THE_THIGH)

    def gone(self, seconds: float) -> "Watched":
        for _ in range(round(seconds * RATE)):
            self.take(sf.nobody(self.now_s))
        return self


@pytest.mark.parametrize("facing", [1, -1])
@pytest.mark.parametrize("scale", [120.0, 300.0])
@pytest.mark.parametrize("arms", [(RAISED, ON_THE_THIGH), (ON_THE_THIGH, RAISED)], ids=["left", "right"])
def test_a_raised_hand_acts_once_after_two_seconds(arms: tuple[Arm, Arm], scale: float, facing: int) -> None:
    watched = Watched(facing=facing, scale=scale).rest(1.0).do(5.0, *arms)
    ((sign, acted_s),) = watched.acts
    assert sign == "raised_hand"
    assert acted_s == pytest.approx(1.0 + HOLD_S["raised_hand"], abs=1.5 / RATE)


def test_it_acts_again_only_after_it_was_lowered() -> None:
    watched = Watched().do(4.0, ON_THE_THIGH, RAISED).rest(1.0).do(4.0, RAISED, ON_THE_THIGH)
    assert [round(time_s, 1) for _, time_s in watched.acts] == [2.0, 7.0]
    # Nor does another sign that it is changed into.
    assert len(Watched().do(3.0, ON_THE_THIGH, RAISED).do(4.0, ACROSS, ACROSS).acts) == 1


def test_crossed_arms_act_sooner() -> None:
    watched = Watched().rest(1.0).do(4.0, ACROSS, ACROSS)
    ((sign, acted_s),) = watched.acts
    assert sign == "arms_crossed"
    assert acted_s == pytest.approx(1.0 + HOLD_S["arms_crossed"], abs=1.5 / RATE)


@pytest.mark.parametrize(("arm", "held_s"), [(RAISED, 1.8), (ACROSS, 1.3)])
def test_a_sign_can_be_taken_back(arm: Arm, held_s: float) -> None:
    other = ACROSS if arm is ACROSS else ON_THE_THIGH
    watched = Watched()
    for _ in range(3):
        watched.do(held_s, other, arm).rest(0.6)
    assert watched.acts == []
    assert isnan(watched.memory.share)


def test_it_is_told_before_it_acts_and_fills_evenly() -> None:
    watched = Watched().rest(0.5).do(2.0, ON_THE_THIGH, RAISED)
    told = [share for share in watched.shares if isfinite(share)]
    assert told[0] == pytest.approx(TELL_S / HOLD_S["raised_hand"], abs=1.5 / RATE)
    assert np.allclose(np.diff(told), 1 / RATE / HOLD_S["raised_hand"], atol=1e-6)
    assert told[-1] > 0.95
    watched.do(1.0, ON_THE_THIGH, RAISED)
    assert isnan(watched.memory.share), "it has acted"


def test_lying_the_hand_points_to_the_ceiling() -> None:
    assert len(Watched(LYING).do(3.0, ON_THE_THIGH, AHEAD).acts) == 1
    assert Watched(LYING).do(3.0, RAISED, RAISED).acts == [], "reaching back over the floor"
    assert Watched().do(3.0, ON_THE_THIGH, AHEAD).acts == [], "upright that is straight ahead"


@pytest.mark.parametrize("figure", [sf.GOOD_LUNGE, LYING, sf.STANDING], ids=["lunge", "lying", "standing"])
@pytest.mark.parametrize(
    "arm",
    [ON_THE_THIGH, PRAYING, FOLDED, AT_THE_FACE, BEHIND_THE_HEAD, ON_THE_HIP],
    ids=["thigh", "praying", "folded", "face", "behind", "hip"],
)
def test_what_arms_do_besides_is_no_sign(arm: Arm, figure: sf.Figure) -> None:
    for left, right in ((arm, arm), (arm, ON_THE_THIGH), (ON_THE_THIGH, arm), (ACROSS, ON_THE_THIGH)):
        assert sign_of(posed(figure, 0.0, left, right)) is None


def test_hands_on_their_own_shoulders_are_not_crossed() -> None:
    assert sign_of(posed(sf.GOOD_LUNGE, 0.0, ON_OWN_SHOULDER, ON_OWN_SHOULDER)) is None
    assert sign_of(posed(sf.GOOD_LUNGE, 0.0, ACROSS, ACROSS)) is not None


def test_two_raised_arms_that_are_both_well_seen_are_no_raised_hand() -> None:
    assert sign_of(posed(sf.GOOD_LUNGE, 0.0, RAISED, RAISED)) is None
    # Hidden behind the near arm, the model draws the far one beside it, wherever it is.
    assert sign_of(posed(sf.GOOD_LUNGE, 0.0, replace(RAISED, seen=0.4), RAISED)) is not None


def test_arms_that_are_not_seen_give_no_sign() -> None:
    assert sign_of(posed(sf.GOOD_LUNGE, 0.0, ON_THE_THIGH, replace(RAISED, seen=0.15))) is None
    hidden = replace(ACROSS, seen=0.3)
    assert sign_of(posed(sf.GOOD_LUNGE, 0.0, hidden, hidden)) is None
    assert sign_of(posed(sf.GOOD_LUNGE, 0.0, hidden, ACROSS)) is not None
    assert sign_of(sf.nobody(0.0)) is None


def test_who_waves_means_nothing() -> None:
    watched = Watched()
    for _ in range(round(6 * RATE)):
        swing = 0.7 * sin(2 * np.pi * watched.now_s)
        arm = Arm((0.3 * swing, 0.45), (swing, 0.85))
        watched.take(posed(sf.GOOD_LUNGE, watched.now_s, ON_THE_THIGH, arm))
    assert watched.acts == []


def test_some_frames_without_it_do_not_end_a_sign_and_more_do() -> None:
    assert len(Watched().do(1.0, ON_THE_THIGH, RAISED).rest(0.3).do(0.9, ON_THE_THIGH, RAISED).acts) == 1
    assert len(Watched().do(1.0, ON_THE_THIGH, RAISED).gone(0.3).do(0.9, ON_THE_THIGH, RAISED).acts) == 1
    assert Watched().do(1.0, ON_THE_THIGH, RAISED).rest(0.5).do(1.2, ON_THE_THIGH, RAISED).acts == []


def test_what_was_not_watched_does_not_count() -> None:
    # A camera that was gone, and a clock that went back.
    assert Watched().do(1.5, ON_THE_THIGH, RAISED).gone(1.0).do(1.5, ON_THE_THIGH, RAISED).acts == []
    watched = Watched().do(1.5, ON_THE_THIGH, RAISED)
    watched.frame += round(3 * RATE)
    assert watched.do(1.5, ON_THE_THIGH, RAISED).acts == []
    before = watched.memory
    assert follow(posed(sf.GOOD_LUNGE, 0.0, ON_THE_THIGH, RAISED), before) == replace(before, acted=False)


def test_another_body_begins_anew() -> None:
    def elsewhere(pose: Pose) -> Pose:
        return replace(pose, image_px=pose.image_px + np.float32(200.0))

    watched = Watched().do(1.5, ON_THE_THIGH, RAISED).do(1.5, ON_THE_THIGH, RAISED, elsewhere)
    assert watched.acts == []
    assert len(watched.do(1.0, ON_THE_THIGH, RAISED, elsewhere).acts) == 1


@pytest.mark.parametrize("rate", [5.0, 10.0, 60.0])
def test_it_takes_as_long_at_every_rate(rate: float) -> None:
    memory, acted = HandsMemory(), []
    for index in range(round(4 * rate)):
        memory = follow(posed(sf.GOOD_LUNGE, index / rate, ON_THE_THIGH, RAISED), memory)
        acted += [index / rate] if memory.acted else []
    assert acted == [pytest.approx(2.0, abs=1 / rate)]
