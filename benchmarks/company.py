"""Is anything ever judged of the wrong body? Second persons who pass, stay, walk in front or take over.

``make bench-company`` lets the real pipeline follow people of kept seeds, at 8 frames a second and 960 by 720 pixels,
and counts the frames in which a limit was called anything while the followed body was not the person's. Ten
minutes on two cores.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.accuracy import replace_figures
from calibration.phantom.scripts import SCRIPTS, Studio
from calibration.phantom.truth import landmarks_px
from calibration.phantom.variety import FIRST_KEPT_SEED, variant
from poses import skeleton
from poses.exercise_file import built_in
from poses.measures import trunk_length_px
from poses.records import Step, Verdict
from poses.second_look import unmirrored
from psoas_coach.session import Session
from vision.estimator import Estimator
from vision.model import ensure_model

CLIPS: Final = ("lunge-passer-by", "lunge-companion", "lunge-walked-in-front", "lunge-handed-over")
FIRST_SEED: Final = FIRST_KEPT_SEED + 4000
PEOPLE: Final = 2
FPS: Final = 8.0
SIZE: Final = (960, 720)
# Shoulders or hips that are farther from where they truly are, in lengths of the trunk, are somebody else's.
_ELSEWHERE: Final = 0.5
# Less oblique than is judged with certainty: what is withheld shall be so because of the company.
_MOST_YAW_DEG: Final = 8.0


@dataclass(frozen=True, slots=True)
class Count:
    """Frames of one clip.

    Attributes:
        script: Which.
        frames: All of them.
        elsewhere: In which another body was followed.
        judged: In which a limit was called something.
        wrong: Both.
        withheld: Not judged because the person was not alone.
        together: In which somebody else truly was in the room.
    """

    script: str
    frames: int
    elsewhere: int
    judged: int
    wrong: int
    withheld: int
    together: int


def follow(script: str, seed: int) -> Count:
    """Lets the pipeline follow one clip."""
    drawn = variant(seed)
    yaw = float(np.clip(drawn.view.yaw_deg, -_MOST_YAW_DEG, _MOST_YAW_DEG))
    drawn = replace(drawn, view=replace(drawn.view, yaw_deg=yaw, farther=1.0))
    studio = Studio(SCRIPTS[script], seed=seed, fps=FPS, size=SIZE, variant=drawn)
    session, rows = Session(built_in()), []
    with Estimator(ensure_model("full")) as estimator:
        for index in range(len(studio)):
            frame = studio.frame(index)
            step = session.step(index, estimator.estimate(frame))
            other = bool(studio.performance.others(frame.time_s))
            rows.append((_elsewhere(studio, frame.time_s, step), _judged(step), _withheld(step), other))
    elsewhere, judged, withheld, together = np.array(rows).T
    counts = (elsewhere, judged, elsewhere & judged, withheld, together)
    return Count(script, len(rows), *(int(which.sum()) for which in counts))


def _elsewhere(studio: Studio, time_s: float, step: Step) -> bool:
    """Whether the body that is followed is not the person's."""
    true = landmarks_px(studio.performance.placed(time_s), studio.camera, SIZE)
    if studio.variant.sensor.mirrored:
        true = unmirrored(true, SIZE[0])
    far = _ELSEWHERE * float(trunk_length_px(true))
    found = step.pose.image_px
    off = [
        np.linalg.norm(found[list(pair)].mean(axis=0) - true[list(pair)].mean(axis=0))
        for pair in (skeleton.SHOULDERS, skeleton.HIPS)
    ]
    # A comparison with NaN is False: nobody is followed then.
    return bool(max(off) > far)


def _judged(step: Step) -> bool:
    return any(reading.verdict is not Verdict.UNKNOWN for reading in step.assessment.readings)


def _withheld(step: Step) -> bool:
    return "not_alone" in step.assessment.problems


def table(counts: Sequence[Count]) -> str:
    """All clips of each script together, as Markdown."""
    lines = [
        "| script | clips | frames | with somebody else | another body followed | judged | of these of the wrong body "
        "| withheld for company |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for script in CLIPS:
        clips = [one for one in counts if one.script == script]
        names = ("frames", "together", "elsewhere", "judged", "wrong", "withheld")
        cells = " | ".join(str(sum(getattr(one, name) for one in clips)) for name in names)
        lines.append(f"| {script} | {len(clips)} | {cells} |")
    return "\n".join(lines)


_BEGIN, _END = "<!-- figures: make bench-company -->", "<!-- end of the figures of company -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="first seed")
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many for each script")
    parser.add_argument("--write", type=Path, help="a Markdown file whose figures are to be replaced")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.people)
    clips = [(script, seed) for script in CLIPS for seed in seeds]
    with ProcessPoolExecutor() as pool:
        text = table(list(pool.map(follow, *zip(*clips, strict=True))))
    print(text)
    if arguments.write is not None:
        replace_figures(arguments.write, _BEGIN, _END, text)


if __name__ == "__main__":
    main()
