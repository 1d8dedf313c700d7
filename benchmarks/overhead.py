"""What everything but decoding, estimation and encoding costs, as a share of the estimation in the same run.

``make bench-overhead`` runs it over the bundled clips; name others with ``BENCH_ARGS="clip.mp4 --size 1280x720"``.
Times are of one core, taken around each stage of the same frames, so that a noisy machine disturbs all alike; the ratio
is the figure to quote. What the clips' poses alone cost, for an hour too, comes after (``benchmarks.following``).
"""

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from benchmarks import following
from poses.exercise_file import built_in
from poses.messages import Messages
from poses.records import Frame, Pose, Step
from psoas_coach.picture import BestPicture
from psoas_coach.poses_file import PosesRecorder
from psoas_coach.samples import sample_clips
from psoas_coach.session import Session
from psoas_coach.summary import Summariser
from psoas_coach.table import MeasuresTable
from psoas_coach.wording import overlay_words
from vision.estimator import Estimator
from vision.model import ensure_model
from vision.overlay import draw
from vision.recorder import VideoRecorder
from vision.sources import open_source
from vision.stage import Stage
from vision.stage_drawing import draw as draw_stage

STAGES = ("decode", "estimate", "session", "draw", "window", "tables", "encode")


class Stopwatch:
    """Milliseconds spent in each stage of each frame."""

    def __init__(self) -> None:
        self.ms: dict[str, list[float]] = {stage: [] for stage in STAGES}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Times a block as part of a stage."""
        start = time.perf_counter()
        yield
        self.ms[stage].append(1e3 * (time.perf_counter() - start))


def measure(clip: Path, size: tuple[int, int], seen: list[Pose]) -> Stopwatch:
    """Analyses a clip once, scaled to ``size`` (the scaling is not counted), and adds its poses to ``seen``."""
    watch, exercises, texts = Stopwatch(), built_in(), Messages("en")
    by_id = {exercise.id: exercise for exercise in exercises}
    session, poses, summary = Session(exercises), PosesRecorder(), Summariser(exercises, "auto")
    picture = BestPicture(lambda frame, step: frame.image, by_id)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_source(clip) as source,
        Estimator(ensure_model("full")) as estimator,
        MeasuresTable(Path(folder) / "measures.csv", exercises) as table,
        VideoRecorder(Path(folder) / "annotated.mp4", width=size[0], height=size[1], rate_hint=30.0) as recorder,
    ):
        frames = iter(source)
        while True:
            with watch("decode"):
                found = next(frames, None)
            if found is None:
                break
            image = cv2.resize(found.image, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)
            frame = Frame(found.index, found.time_s, image)
            with watch("estimate"):
                pose = estimator.estimate(frame)
            seen.append(pose)
            with watch("session"):
                step = session.step(frame.index, pose)
            with watch("draw"):
                exercise = by_id.get(step.assessment.exercise or "")
                drawn = draw(frame.image, step, exercise, overlay_words(texts, step, exercise))
            with watch("window"):
                draw_stage(live(frame, step, texts), size)
            with watch("tables"):
                poses.write(frame.index, pose)
                table.write(step)
                summary.write(step)
                picture.write(step)
            with watch("encode"):
                recorder.write(drawn, frame.time_s)
    return watch


def live(frame: Frame, step: Step, texts: Messages) -> Stage:
    """What a live session shows of a step, with everything that moves."""
    held = step.moment.hold_s if math.isfinite(step.moment.hold_s) else 0.0
    return Stage(
        "exercise",
        frame,
        step,
        title=texts("exercises", step.assessment.exercise) if step.assessment.exercise else "",
        phase=step.moment.phase.value if step.moment.phase else "",
        cue=texts("cues", step.cue.id) if step.cue else "",
        verdict=step.verdict,
        hint=texts("cues", "belly_breath"),
        hold_share=held / 20,
        hold_text=f"{held:.0f} s",
        repetitions=f"{step.moment.repetition} / 8",
        breath_share=0.5 - 0.5 * math.cos(frame.time_s),
        breath_text=texts("cues", "breathe"),
        progress=(1, 4),
    )


def main() -> None:
    """Prints a table for each clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--size", default="1280x720", help="size the frames are scaled to, such as 1280x720")
    arguments = parser.parse_args()
    width, height = (int(length) for length in arguments.size.split("x"))
    poses: dict[str, list[Pose]] = {}
    for clip in arguments.clips or sample_clips():
        watch = measure(clip, (width, height), poses.setdefault(clip.name, []))
        estimate = statistics.fmean(watch.ms["estimate"])
        print(f"{clip.name} at {width}x{height}, {len(watch.ms['estimate'])} frames")
        for stage in STAGES:
            values = watch.ms[stage]
            mean, worst = statistics.fmean(values), float(np.percentile(values, 95))
            print(f"  {stage:<9}{mean:7.2f} ms mean {worst:7.2f} ms 95 %  {100 * mean / estimate:6.1f} % of estimation")
        ours = sum(statistics.fmean(watch.ms[stage]) for stage in ("session", "draw", "tables"))
        print(f"  {'ours':<9}{ours:7.2f} ms: session, draw and tables; {100 * ours / estimate:.1f} % of estimation\n")
    following.report(poses)


if __name__ == "__main__":
    main()
