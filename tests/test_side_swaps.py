"""Legs that trade labels are put back, and nothing else is touched."""

from dataclasses import replace

import numpy as np

import stick_figure as sf
from poses.records import Pose
from poses.side_swaps import ACCEPT_S, LegMemory, exchange_legs, follow


def run(poses: list[Pose]) -> tuple[list[Pose], list[bool]]:
    memory: LegMemory | None = None
    kept, flags = [], []
    for pose in poses:
        relabelled, swapped, memory = follow(pose, memory)
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


def test_a_lasting_change_of_labels_is_believed() -> None:
    seen = [lunge(frame) if frame < 10 else exchange_legs(lunge(frame)) for frame in range(10 + int(ACCEPT_S * 30) + 5)]
    kept, flags = run(seen)
    assert flags[12]
    assert not flags[-1]
    assert np.array_equal(kept[-1].image_px, seen[-1].image_px)


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
