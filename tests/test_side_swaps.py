"""Legs that trade labels are put back, and nothing else is touched."""

from dataclasses import replace

import numpy as np

import stick_figure as sf
from poses.records import Pose
from poses.side_swaps import LegMemory, exchange_legs, follow


def run(poses: list[Pose], odds: float | list[float] = -3.0) -> tuple[list[Pose], list[bool]]:
    """Follows the legs; ``odds`` is what each frame alone says of its labels."""
    votes = odds if isinstance(odds, list) else [odds] * len(poses)
    memory: LegMemory | None = None
    kept, flags = [], []
    for pose, vote in zip(poses, votes, strict=True):
        relabelled, swapped, memory = follow(pose, vote, memory)
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


def test_labels_that_change_for_good_are_not_believed_against_the_votes() -> None:
    # The model trades the labels and stays with it; its own frames go on saying that it is wrong.
    seen = [lunge(frame) if frame < 10 else exchange_legs(lunge(frame)) for frame in range(100)]
    kept, flags = run(seen, [-3.0] * 10 + [3.0] * 90)
    assert flags == [False] * 10 + [True] * 90
    assert np.array_equal(kept[-1].image_px, lunge(99).image_px)


def test_labels_that_were_wrong_from_the_start_are_put_right_by_the_votes() -> None:
    # Each frame says it but weakly; together they do.
    seen = [exchange_legs(lunge(frame)) for frame in range(120)]
    kept, flags = run(seen, 0.8)
    assert not any(flags[:5])
    assert all(flags[60:])
    assert np.array_equal(kept[-1].image_px, lunge(119).image_px)


def test_a_few_odd_votes_change_nothing() -> None:
    votes = [2.5 if frame % 5 == 0 else -1.5 for frame in range(120)]
    _, flags = run([lunge(frame) for frame in range(120)], votes)
    assert not any(flags)


def test_legs_that_stand_together_have_the_models_labels() -> None:
    swapped = [exchange_legs(lunge(frame)) for frame in range(60)]
    standing = [sf.pose(sf.STANDING, (60 + frame) / 30.0) for frame in range(5)]
    _, flags = run([*swapped, *standing], [3.0] * 65)
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
