"""Legs that trade labels are put back, and nothing else is touched."""

import math
from dataclasses import replace

import numpy as np
import pytest

import stick_figure as sf
from poses.correction import traces_of
from poses.records import Pose
from poses.side_swaps import SET_UP_ODDS, LegMemory, Lunge, exchange_legs, follow, front_is_near


def lunge_in(pose: Pose, odds: float, word: float = math.nan) -> Lunge | None:
    """What a frame says of the lunge it shows, if its odds are given."""
    front = front_is_near(traces_of(pose, 1).inclinations)
    return None if front is None else Lunge(front, odds, word)


def run(poses: list[Pose], odds: float | None = None) -> tuple[list[Pose], list[bool]]:
    """Follows the legs; ``odds`` is what each frame alone says of its labels, in a lunge; None for other postures."""
    memory: LegMemory | None = None
    kept, flags = [], []
    for pose in poses:
        seen = None if odds is None or not pose.found else lunge_in(pose, odds)
        relabelled, swapped, memory = follow(pose, seen, memory)
        kept.append(relabelled)
        flags.append(swapped)
    return kept, flags


def lunge(frame: int) -> Pose:
    moving = replace(sf.GOOD_LUNGE, trunk_deg=float(frame) * 0.2)
    return sf.pose(moving, frame / 30.0)


def test_single_and_double_swaps_are_undone() -> None:
    true = [lunge(frame) for frame in range(12)]
    seen = [exchange_legs(pose) if frame in (4, 7, 8) else pose for frame, pose in enumerate(true)]
    kept, flags = run(seen)
    assert [frame for frame, flag in enumerate(flags) if flag] == [4, 7, 8]
    for pose, truth in zip(kept, true, strict=True):
        assert np.array_equal(pose.image_px, truth.image_px)
        assert np.array_equal(pose.world_m, truth.world_m)


def test_in_a_lunge_set_up_as_asked_unsure_labels_are_put_right() -> None:
    # The model has the legs exchanged all the time, and each frame alone is not sure of it.
    true = [lunge(frame) for frame in range(30)]
    kept, flags = run([exchange_legs(pose) for pose in true], odds=-1.0)
    assert all(flags)
    assert np.array_equal(kept[-1].image_px, true[-1].image_px)
    assert not any(run(true, odds=-1.0)[1])


def test_whoever_clearly_turned_the_other_leg_is_believed() -> None:
    # The front leg is the near one, and every frame is sure that its labels are right.
    turned = [sf.pose(sf.Figure(0.0, sf.Leg(8.0, 80.0), sf.Leg(-85.0, 85.0)), frame / 30.0) for frame in range(30)]
    assert not any(run(turned, odds=-2.0 * SET_UP_ODDS)[1])
    # Unsure frames in between do not change what the others said.
    seen, memory, flags = turned, None, []
    for frame, pose in enumerate(seen):
        odds = -0.5 * SET_UP_ODDS if frame % 5 == 4 else -2.0 * SET_UP_ODDS
        _, swapped, memory = follow(pose, lunge_in(pose, odds), memory)
        flags.append(swapped)
    assert not any(flags)


def test_single_exchanges_in_a_lunge_are_undone_by_the_frames_around_them() -> None:
    true = [lunge(frame) for frame in range(40)]
    seen = [exchange_legs(pose) if frame in (7, 8, 20) else pose for frame, pose in enumerate(true)]
    kept, flags = run(seen, odds=-3.0)
    assert [frame for frame, flag in enumerate(flags) if flag] == [7, 8, 20]
    assert all(np.array_equal(pose.image_px, truth.image_px) for pose, truth in zip(kept, true, strict=True))


def test_what_is_known_of_a_lunge_outlasts_moments_that_look_like_none() -> None:
    true = [lunge(frame) for frame in range(60)]
    seen = [exchange_legs(pose) if frame > 20 else pose for frame, pose in enumerate(true)]
    memory, kept = None, []
    for frame, pose in enumerate(seen):
        # Up to frame 20 the labels are surely right, then surely exchanged, then the frames mislead.
        odds = -5.0 if frame <= 20 else 1.0 if frame <= 30 else -1.5
        told = None if 20 < frame <= 25 else lunge_in(pose, odds)
        named, _, memory = follow(pose, told, memory)
        kept.append(named)
    assert all(np.array_equal(pose.image_px, truth.image_px) for pose, truth in zip(kept, true, strict=True))


def test_after_coming_up_from_the_knee_the_other_leg_may_be_in_front() -> None:
    turned = sf.Figure(0.0, sf.Leg(8.0, 80.0), sf.Leg(-85.0, 85.0))
    kneeling = [lunge(frame) for frame in range(30)]
    standing = [sf.pose(sf.STANDING, (30 + frame) / 30.0) for frame in range(40)]
    other = [sf.pose(turned, (70 + frame) / 30.0) for frame in range(30)]
    _, flags = run([*kneeling, *standing, *other], odds=-2.0 * SET_UP_ODDS)
    assert not any(flags)


def test_a_second_look_settles_what_the_frames_leave_open() -> None:
    true = [lunge(frame) for frame in range(60)]
    turned = [sf.pose(sf.Figure(0.0, sf.Leg(8.0, 80.0), sf.Leg(-85.0, 85.0)), frame / 30.0) for frame in range(60)]
    for poses, labels_are_right in ((true, False), (turned, True)):
        memory: LegMemory | None = None
        for frame, pose in enumerate(poses):
            word = (-0.95 if labels_are_right else 0.95) if frame % 15 == 0 else math.nan
            # The frames alone say the opposite.
            odds = 1.5 if labels_are_right else -1.5
            seen = lunge_in(pose, odds, word)
            _, exchanged, memory = follow(pose, seen, memory)
            assert exchanged is not labels_are_right


@pytest.mark.parametrize("figure", [sf.STANDING, sf.WALKING, sf.FLAT_BRIDGE])
def test_only_a_lunge_is_a_lunge(figure: sf.Figure) -> None:
    assert lunge_in(sf.pose(figure), 5.0) is None


def test_legs_that_stand_together_have_the_models_labels() -> None:
    lunges = [lunge(frame) if frame < 30 else exchange_legs(lunge(frame)) for frame in range(60)]
    standing = [sf.pose(sf.STANDING, (60 + frame) / 30.0) for frame in range(5)]
    _, flags = run([*lunges, *standing])
    assert flags[50]
    assert not any(flags[60:])


def test_fast_legs_are_not_swapped_legs() -> None:
    # A step of 3 m/s moves the ankle by 0.1 m in a frame; the other leg stays where it was.
    poses = []
    for frame in range(15):
        left = sf.Leg(-60.0 + 8.0 * frame, 60.0)
        poses.append(sf.pose(sf.Figure(0.0, left, sf.Leg(10.0, 20.0)), frame / 30.0))
    _, flags = run(poses)
    assert not any(flags)


def test_after_a_gap_nothing_is_compared() -> None:
    later = exchange_legs(sf.pose(sf.GOOD_LUNGE, 2.0))
    kept, flags = run([lunge(0), sf.nobody(0.1), later])
    assert flags == [False, False, False]
    assert np.array_equal(kept[2].image_px, later.image_px)
