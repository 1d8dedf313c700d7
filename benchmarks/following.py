"""What it costs to follow poses that are known: one step of a session, an hour's replay, and the memory of an hour.

``make bench-overhead`` prints it for the poses of the bundled clips (``benchmarks.overhead``). No picture is looked
at. Times are of one core. A busy machine makes them longer, and not evenly; so the clips take turns, and of many runs
the median is told, beside the least.
"""

import gc
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from poses.exercise_file import built_in
from poses.records import Pose
from psoas_coach.analysis import replay
from psoas_coach.poses_file import Origin, PosesRecorder
from psoas_coach.session import Session

RATE_HZ: Final = 30.0
HOUR_S: Final = 3600.0
# What is replayed in earnest; the hour is as many times that.
REPLAYED_S: Final = 600.0
RUNS: Final = 9
# Watching each allocation makes a step five times as slow, so fewer frames stand for the hour.
WATCHED_HZ: Final = 10.0
LOOKED_AT_EVERY: Final = 50


def over_and_over(poses: Sequence[Pose], count: int, rate_hz: float = RATE_HZ) -> Iterator[Pose]:
    """So many poses, those given again and again, at the times of a steady camera."""
    for index in range(count):
        yield replace(poses[index % len(poses)], time_s=index / rate_hz)


def steps_ms(clips: Mapping[str, Sequence[Pose]], runs: int = RUNS) -> dict[str, list[float]]:
    """Milliseconds a step of a new session takes on average over each clip; the clips take turns."""
    found: dict[str, list[float]] = {name: [] for name in clips}
    for _ in range(runs):
        for name, poses in clips.items():
            session, start = Session(built_in()), time.process_time()
            for index, pose in enumerate(poses):
                session.step(index, pose)
            found[name].append(1e3 * (time.process_time() - start) / len(poses))
    return found


def replay_s(poses: Sequence[Pose], seconds: float = REPLAYED_S) -> float:
    """Seconds that replaying a recording of a given length takes, from the file of poses to the files of results."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = PosesRecorder()
        for index, pose in enumerate(over_and_over(poses, round(seconds * RATE_HZ))):
            recorder.write(index, pose)
        path = Path(folder) / "poses.npz"
        recorder.save(path, Origin("an hour", "video", "full"))
        start = time.process_time()
        replay(path, Path(folder), built_in(), "auto")
        return time.process_time() - start


def growth_bytes(session: Session, poses: Iterable[Pose], warm_up: int) -> int:
    """By how much the most memory in use after a warm-up exceeds the most during it, looked at every few seconds.

    Args:
        session: A new session.
        poses: What it follows. Everything it may come across should have happened during the warm-up.
        warm_up: How many poses that is.
    """
    most = [0, 0]
    tracemalloc.start()
    try:
        for index, pose in enumerate(poses):
            session.step(index, pose)
            if index % LOOKED_AT_EVERY == 0:
                # Python keeps small things that are free for later use; a collection lets go of them.
                gc.collect()
                most[index >= warm_up] = max(most[index >= warm_up], tracemalloc.get_traced_memory()[0])
        return most[1] - most[0]
    finally:
        tracemalloc.stop()


def report(clips: Mapping[str, Sequence[Pose]]) -> None:
    """Prints all of it.

    Args:
        clips: Poses of each clip, by its name.
    """
    for name, runs in steps_ms(clips).items():
        print(f"a step in {name}: {statistics.median(runs):.3f} ms, least {min(runs):.3f} ms, {len(runs)} runs in turn")
    poses = [pose for of_clip in clips.values() for pose in of_clip]
    hour_s = replay_s(poses) * HOUR_S / REPLAYED_S
    print(f"an hour's replay: {hour_s:.1f} s, from one of {REPLAYED_S / 60.0:.0f} minutes at {RATE_HZ:.0f} a second")
    hour = over_and_over(poses, round(HOUR_S * WATCHED_HZ), WATCHED_HZ)
    grown = growth_bytes(Session(built_in()), hour, 2 * len(poses))
    print(f"memory of a session over an hour: {grown / 1024.0:+.1f} kB after the clips were seen twice")
