"""How well are the exercises beside lunge and bridge seen? On rendered people, through the real estimator.

``make bench-practice`` lets people whose seeds nothing was tuned on do each of them, as taught and wrongly, before
cameras up to 15 degrees off the side, and judges the poses as ``--exercise auto`` does. ``--write docs/accuracy.md``
puts the table there; what is drawn is kept in a folder.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.accuracy import replace_figures
from benchmarks.detection import OF_PRACTICE
from benchmarks.phantoms import SIZE, Seen, Take, watch
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.truth import landmarks_px
from calibration.phantom.variety import FIRST_KEPT_SEED, variant
from poses.exercise_file import built_in
from poses.measures import trunk_length_px
from poses.records import Finding, Step, Verdict
from psoas_coach.session import Session

# People of seeds from 20000 on showed what was wrong with marching, those from 21000 on with gentle rocks; the dynamic
# lunges of docs/accuracy.md are of seeds from 22000 on.
FIRST_SEED: Final = FIRST_KEPT_SEED + 12000
FPS: Final = 15.0
# As near as the program asks for. Whoever stands that near, or lies with a leg long, fits only into a picture as large
# as that of a laptop's camera.
_TRUNK_PX: Final = 145.0
LARGE: Final = (960, 720)
_LONG: Final = ("standing", "split-squat", "hip-opening")
_MOST_YAW_DEG: Final = 15.0
# At which level a script is done, where it is not the first.
LEVELS: Final = {"dead-bug-slide": 2, "dead-bug-full": 3, "dead-bug-fast": 2, "dead-bug-knee-drifts": 2}
# What each script is there for; those that are not named are done as taught.
FORCED: Final = {
    "dynamic-lunge-hasty": "tempo",
    "dynamic-lunge-bounced": "tempo",
    "dynamic-lunge-growing": "growth",
    "dynamic-lunge-deep": "hip-opening",
    "dynamic-lunge-swung": "speed",
    "dead-bug-low": "moving-leg",
    "dead-bug-fast": "speed",
    "dead-bug-knee-drifts": "held-leg",
    "hip-opening-hugged-hard": "hugged-leg",
    "hip-opening-fast": "speed",
    "hip-opening-pulled": "speed",
    "hip-opening-head-up": "lift",
    "standing-march-lean-back": "trunk-back-lean",
    "standing-march-high": "knee-lift",
    "standing-march-sway": "sway",
}
# Repetitions of those that are done as taught, counted in their files; a hip opening is held.
TRUE_REPETITIONS: Final = {
    "dynamic-lunge": 8,
    "dead-bug": 6,
    "dead-bug-slide": 6,
    "dead-bug-full": 6,
    "standing-march": 8,
    "hip-opening": 0,
}


@dataclass(frozen=True, slots=True)
class Clip:
    """What the program made of one clip."""

    script: str
    seed: int
    taken_for: Counter[str]
    whole_frames: int
    repetitions: int
    findings: tuple[Finding, ...]


def take(script: str, seed: int) -> Take:
    """Somebody unseen before a camera a little off the side, as near as the program asks for.

    Args:
        script: What is done.
        seed: Who does it; 0 for the person and the room the scripts were written with, seen side-on.
    """
    drawn = variant(seed)
    if seed:
        yaw = float(np.random.default_rng([seed, 9]).uniform(-_MOST_YAW_DEG, _MOST_YAW_DEG))
        drawn = replace(drawn, view=replace(drawn.view, yaw_deg=yaw))
    size = LARGE if script.startswith(_LONG) else SIZE
    # Twice, since nearness changes the perspective.
    for _ in range(2):
        studio = Studio(SCRIPTS[script], seed=seed, size=size, variant=drawn)
        figure = studio.performance.placed(SCRIPTS[script].duration_s / 2.0)
        farther = drawn.view.farther * float(trunk_length_px(landmarks_px(figure, studio.camera, size))) / _TRUNK_PX
        drawn = replace(drawn, view=replace(drawn.view, farther=farther))
    return Take(SCRIPTS[script], seed, drawn, None, FPS, label=script, size=size)


def judge(script: str, seed: int, seen: Seen) -> Clip:
    """Runs a session with all exercises over one clip."""
    session = Session([exercise.at_level(LEVELS.get(script, 1)) for exercise in built_in()])
    steps: list[Step] = [session.step(index, seen.pose(index)) for index in range(len(seen))]
    ending = session.finish()
    findings = (*(finding for step in steps for finding in step.findings), *ending.findings)
    repetitions = sum(len(step.moment.repetitions) for step in steps) + len(ending.repetitions)
    taken_for = Counter(step.assessment.exercise or step.assessment.problems[0] for step in steps)
    whole = sum(step.assessment.judged for step in steps)
    return Clip(script, seed, taken_for, whole, repetitions, findings)


def wanted(first: int, people: int) -> Iterator[tuple[str, int]]:
    """Script and seed of every clip."""
    for number, script in enumerate(OF_PRACTICE):
        yield from ((script, first + number * 10 + person if first else 0) for person in range(people))


def gathered(folder: Path, first: int, people: int) -> dict[tuple[str, int], Seen]:
    """All clips, each drawn unless the folder holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [one for one in wanted(first, people) if not _path(folder, *one).exists()]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(_draw, *one): one for one in missing}
        for number, done in enumerate(as_completed(running), 1):
            done.result().save(_path(folder, *running[done]))
            print(f"\rdrawn and estimated: {number} of {len(missing)} clips", end="", flush=True)
    return {one: Seen.load(_path(folder, *one)) for one in wanted(first, people)}


def _draw(script: str, seed: int) -> Seen:
    return watch(take(script, seed))


def _path(folder: Path, script: str, seed: int) -> Path:
    return folder / f"{script}-{seed}.npz"


def table(clips: Sequence[Clip]) -> str:
    """One row for each script, as Markdown."""
    lines = [
        "Recognised: share of the frames that were taken for the exercise, by itself among all. In whole: both legs "
        "seen well enough for all that has a stop limit. Counted: clips with every repetition, no other. "
        "Found: clips in which what the script is there for was told; what else was told stands beside it.",
        "",
        "| script | people | recognised | in whole | counted | found | other stops | other cautions |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for script in OF_PRACTICE:
        these = [clip for clip in clips if clip.script == script]
        exercise, rule = SCRIPTS[script].scenes[0].exercise or "", FORCED.get(script)
        total = sum(sum(clip.taken_for.values()) for clip in these)
        named = sum(clip.taken_for[exercise] for clip in these) / total
        whole = sum(clip.whole_frames for clip in these) / total
        counted = "–"
        if script in TRUE_REPETITIONS:
            exact = sum(clip.repetitions == TRUE_REPETITIONS[script] for clip in these)
            counted = f"{exact} of {len(these)}"
        found = "–"
        if rule is not None:
            found = f"{sum(any(one.rule == rule for one in clip.findings) for clip in these)} of {len(these)}"
        others = [one for clip in these for one in clip.findings if one.rule != rule]
        stops = sum(one.verdict is Verdict.STOP for one in others)
        which = ", ".join(f"{name} {count}" for name, count in Counter(one.rule for one in others).most_common())
        told = f"{len(others) - stops}" + (f" ({which})" if others else "")
        lines.append(
            f"| {script} | {len(these)} | {100 * named:.0f} % | {100 * whole:.0f} % | {counted} | {found} | {stops} | "
            f"{told} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Draws what is missing, judges it and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="0, with --people 1: whom the scripts are of")
    parser.add_argument("--folder", type=Path, default=Path("build/practice"))
    parser.add_argument("--write", type=Path)
    wish = parser.parse_args()
    clips = [judge(*one, seen) for one, seen in gathered(wish.folder, wish.first, wish.people).items()]
    text = table(clips)
    print(f"\n{text}")
    if wish.write:
        begin, end = "<!-- figures: make bench-practice -->", "<!-- end of the figures of the other exercises -->"
        replace_figures(wish.write, begin, end, text)


if __name__ == "__main__":
    main()
