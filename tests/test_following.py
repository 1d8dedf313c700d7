"""What ``make bench`` tells of following poses is so: memory stays constant, and a leak would be seen."""

from dataclasses import replace

import pytest

import stick_figure as sf
from benchmarks.following import growth_bytes, over_and_over, replay_s, steps_ms
from poses.exercise_file import built_in
from poses.records import Pose, Step
from psoas_coach.session import Session

MINUTE = 300


def a_minute() -> list[Pose]:
    """Five a second: standing, a lunge that is good and then too deep, nobody, bridges."""
    deep = replace(sf.GOOD_LUNGE, right=sf.Leg(38.0, 80.0))
    figures = [sf.STANDING, sf.GOOD_LUNGE, deep, sf.GOOD_LUNGE, sf.FLAT_BRIDGE, sf.ON_THE_FLOOR]
    poses = [sf.on_the_knee(sf.pose(figures[frame // 50])) for frame in range(MINUTE)]
    return [sf.nobody(0.0) if 180 <= frame < 190 else pose for frame, pose in enumerate(poses)]


class Leaking(Session):
    """Keeps one small thing of each frame."""

    def __init__(self) -> None:
        super().__init__(built_in())
        self.kept: list[tuple[int, float]] = []

    def step(self, index: int, pose: Pose) -> Step:
        self.kept.append((index, pose.time_s))
        return super().step(index, pose)


def test_memory_stops_growing_after_the_first_minutes() -> None:
    # Two minutes for everything that is made once; were each frame to leave a number, the next two would leave 15 kB.
    poses = over_and_over(a_minute(), 4 * MINUTE, 5.0)
    assert growth_bytes(Session(built_in()), poses, 2 * MINUTE) < 5_000


def test_a_session_that_keeps_something_of_each_frame_would_be_noticed() -> None:
    poses = over_and_over(a_minute(), 3 * MINUTE, 5.0)
    assert growth_bytes(Leaking(), poses, 2 * MINUTE) > 15_000


def test_poses_that_come_again_come_later() -> None:
    times = [pose.time_s for pose in over_and_over(a_minute(), 2 * MINUTE, 5.0)]
    assert times == pytest.approx([0.2 * frame for frame in range(2 * MINUTE)])


def test_each_clip_is_followed_in_every_run() -> None:
    poses = list(over_and_over(a_minute(), 50))
    found = steps_ms({"one": poses, "other": poses[:20]}, runs=3)
    assert {name: len(runs) for name, runs in found.items()} == {"one": 3, "other": 3}
    assert all(0.0 < ms < 1000.0 for runs in found.values() for ms in runs)


def test_a_replay_is_timed_from_file_to_files() -> None:
    assert 0.0 < replay_s(a_minute(), 3.0) < 60.0
