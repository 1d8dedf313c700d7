"""Which exercise is somebody taken to do, with ``--exercise auto``? On rendered people, and on real pictures beside.

``make bench-recognition`` lets people whose seeds nothing was tuned on do every script of the phantom once, before
cameras up to 15 degrees off the side, and compares what the session recognises in each frame with what is played.
``--real FOLDER`` adds real pictures and clips, whose truth is what somebody saw in them. What was told of those who do
the exercises beside lunge and bridge stands below. ``--write docs/accuracy.md`` puts the tables there; what is drawn is
kept in a folder.
"""

import argparse
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks import detection, practice
from benchmarks.accuracy import replace_figures
from benchmarks.detection import LUNGE_FOR_A_MOMENT, OF_FRONT, OF_PRACTICE
from benchmarks.phantoms import Seen, Take, watch
from calibration.phantom.events import turning_points
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.truth import MEASURES
from calibration.phantom.variety import FIRST_KEPT_SEED
from poses.exercise_file import built_in, built_in_ids
from poses.records import Pose
from psoas_coach.session import Session
from vision.estimator import Estimator
from vision.model import ensure_model
from vision.sources import open_source

# Seeds from 17000 on were scored before.
FIRST_SEED: Final = FIRST_KEPT_SEED + 10000
NONE: Final = "none"
# Those that do none of the exercises and yet are shown as near as if they did: from afar nothing is taken for one.
_AS_NEAR: Final = ("split-squat", "standing")
# Between two scenes, and while a posture is taken up or left, there is no truth to compare with.
BETWEEN: Final = "between"
# What real pictures and clips show, by the beginning of their names. A lunge whose back knee is off the floor is none;
# the split squats of the gym clip come down to one for a moment each, and stand for the rest of it.
REAL: Final = {
    "kneeling_hip_flexor": "low-lunge",
    "kneeling_arm_drill": "low-lunge",
    "butt_lift_bridge": "bridge",
    "pelvic_tilt_into_bridge": "bridge",
    "single_leg_glute_bridge": NONE,
    "bridge_reps": "bridge",
    "dead_bug": "dead-bug",
    "standing_hip_flexors": NONE,
    "split_squats": NONE,
    "bodyweight_walking_lunge": NONE,
    "worlds_greatest_stretch": NONE,
    "plank": NONE,
    "gym_lunge": "low-lunge",
    "walk_past": NONE,
    "balance": NONE,
}

MARKS: Final = ("<!-- figures: make bench-recognition -->", "<!-- end of the figures of recognition -->")

# Where a hip opening begins (its exercise file), and what rocking is at least (that of the dynamic lunge).
_DRAWN_UP_DEG: Final = -70.0
_ROCK_DEG: Final = 4.0

# By truth, how many frames were taken for what.
Table = dict[str, Counter[str]]


def take(script: str, seed: int) -> Take:
    """Somebody unseen doing a script, as the benchmarks of these exercises place them."""
    if script in OF_PRACTICE or script in _AS_NEAR:
        return practice.take(script, seed)
    return detection.take(script, seed, practice.FPS)


def truth_of(script: str, seen: Seen, studio: Studio) -> list[str]:
    """Of each frame the exercise of the scene that is played; ``NONE`` where it is none, ``BETWEEN`` between two.

    Until a knee is drawn up, whoever will hug it lies as before a bridge. Until it is rocked in and out for a second
    time, by the skeleton, a lunge is no more than a lunge: no picture tells what somebody is about to do.
    """
    opening = seen.truth[:, :, MEASURES.index("hip_opening_deg")]
    told = []
    for index, time_s in enumerate(seen.time_s.tolist()):
        # The other leg's lunge is a posture of its own.
        scene = studio.performance.exercise(time_s)
        scene = None if scene is None else scene.removesuffix("-left")
        if scene is None or script in LUNGE_FOR_A_MOMENT:
            told.append(BETWEEN)
        elif scene == "supine-hip-opening" and opening[index].min() > _DRAWN_UP_DEG:
            told.append("bridge")
        else:
            told.append(scene if scene in built_in_ids() else NONE)
    if "dynamic-lunge" in told:
        stretched = opening[:, int(np.nanmedian(opening, axis=0).argmax())]
        turns = turning_points(stretched, _ROCK_DEG)
        lows = [turn for before, turn in itertools.pairwise(turns) if stretched[turn] < stretched[before]]
        second = lows[1] if len(lows) > 1 else len(told)
        told[:second] = ["low-lunge" if one == "dynamic-lunge" else one for one in told[:second]]
    return told


def judged(poses: Iterator[tuple[Pose, str]], *, still: bool, level: int = 1) -> Iterator[tuple[str, str, bool]]:
    """For each frame the truth, what it was taken for, and whether it was judged."""
    session = Session([exercise.at_level(level) for exercise in built_in()], still=still)
    for index, (pose, truth) in enumerate(poses):
        step = session.step(index, pose)
        yield truth, step.assessment.exercise or NONE, step.assessment.judged


def of_script(script: str, seed: int, seen: Seen) -> Iterator[tuple[str, str, bool]]:
    """All frames of a script."""
    performed = take(script, seed)
    studio = Studio(performed.script, seed=seed, fps=practice.FPS, size=performed.size, variant=performed.variant)
    truth = truth_of(script, seen, studio)
    poses = ((seen.pose(i), truth[i]) for i in range(len(seen)))
    return judged(poses, still=False, level=practice.LEVELS.get(script, 1))


def of_file(path: Path) -> Iterator[tuple[str, str, bool]]:
    """All frames of a real picture or clip."""
    truth = next(told for name, told in REAL.items() if path.name.startswith(name))
    with open_source(path) as source, Estimator(ensure_model("full"), still=source.is_still) as estimator:
        yield from judged(((estimator.estimate(frame), truth) for frame in source), still=source.is_still)


def gathered(folder: Path, first: int) -> dict[tuple[str, int], Seen]:
    """Everybody, each drawn unless the folder holds them."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(script, first + number) for number, script in enumerate(SCRIPTS) if script not in OF_FRONT]
    missing = [one for one in wanted if not _path(folder, *one).exists()]
    missing.sort(key=lambda one: -SCRIPTS[one[0]].duration_s)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(_draw, *one): one for one in missing}
        for number, done in enumerate(as_completed(running), 1):
            done.result().save(_path(folder, *running[done]))
            print(f"\rdrawn and estimated: {number} of {len(missing)} clips", end="", flush=True)
    return {one: Seen.load(_path(folder, *one)) for one in wanted}


def _draw(script: str, seed: int) -> Seen:
    return watch(take(script, seed))


def _path(folder: Path, script: str, seed: int) -> Path:
    return folder / f"{script}-{seed}.npz"


def counted(clips: Iterable[Iterable[tuple[str, str, bool]]]) -> tuple[Table, Table]:
    """Frames by truth and what they were taken for: those that were judged, or show no exercise; and all."""
    judged_ones: Table = {}
    every: Table = {}
    for truth, taken_for, was_judged in (frame for frames in clips for frame in frames):
        every.setdefault(truth, Counter())[taken_for] += 1
        if was_judged or truth == NONE:
            judged_ones.setdefault(truth, Counter())[taken_for] += 1
    return judged_ones, every


def report(what: str, judged_ones: Table, every: Table) -> str:
    """A confusion matrix of all frames, and below it what of the judged ones is right, as Markdown."""
    names = [*built_in_ids(), NONE]
    lines = [f"| {what} | frames | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
    for truth in (*names, BETWEEN):
        if row := every.get(truth):
            total = row.total()
            cells = (f"{100 * row[name] / total:.1f} %" if row[name] else "" for name in names)
            lines.append(f"| {truth} | {total} | {' | '.join(cells)} |")
    shown = {truth: row for truth, row in judged_ones.items() if truth in built_in_ids()}
    told = sum(row.total() for row in shown.values())
    right = sum(row[truth] for truth, row in shown.items())
    nothing = judged_ones.get(NONE, Counter())
    taken = nothing.total() - nothing[NONE]
    lines += [
        "",
        f"Judged frames of an exercise: {told}, taken for that exercise: {100 * right / max(told, 1):.1f} %. Frames of "
        f"no exercise: {nothing.total()}, taken for one: {100 * taken / max(nothing.total(), 1):.1f} %.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Draws what is missing, recognises it and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--folder", type=Path, default=Path("build/recognising"))
    parser.add_argument("--real", type=Path, help="a folder of real pictures and clips")
    parser.add_argument("--each", action="store_true", help="tell of each clip, too")
    parser.add_argument("--write", type=Path)
    wish = parser.parse_args()
    clips = gathered(wish.folder, wish.first)
    drawn = {one: list(of_script(*one, seen)) for one, seen in clips.items()}
    if wish.each:
        for (script, _), frames in drawn.items():
            print(script, {truth: dict(row) for truth, row in counted([frames])[1].items()})
    text = report("played", *counted(drawn.values()))
    if wish.real:
        files = sorted(path for path in wish.real.rglob("*") if path.name.startswith(tuple(REAL)))
        real = {path.name: list(of_file(path)) for path in files}
        if wish.each:
            for name, frames in real.items():
                print(name, {truth: dict(row) for truth, row in counted([frames])[1].items()})
        text += "\n\n" + report("real", *counted(real.values()))
    others = [practice.judge(*one, seen) for one, seen in clips.items() if one[0] in OF_PRACTICE]
    text += "\n\n### The same people, exercise by exercise\n\n" + practice.table(others)
    print(f"\n{text}")
    if wish.write:
        replace_figures(wish.write, *MARKS, text)


if __name__ == "__main__":
    main()
