"""How fast is ``analyse``, compared with the least that estimating a clip takes?

``make bench`` runs it over the bundled clips, made 60 s long and 1280x720; others: ``make bench BENCH_ARGS=clip.mp4``.
The least is a bare loop of ``cv2.VideoCapture`` and ``PoseLandmarker.detect_for_video`` that calculates and writes
nothing, with the pose model's file as it is. Each run is a process of its own; runs of all kinds take turns, so that a
busy moment of the machine meets all alike, and what is told is the ratio of each to the bare loops beside it.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import replace_figures
from psoas_coach.samples import sample_clips
from vision.model import ensure_model
from vision.recorder import VideoRecorder
from vision.sources import open_source

SECONDS: Final = 60.0
SIZE: Final = (1280, 720)
RATE: Final = 30.0
ROUNDS: Final = 3
MARKS: Final = ("<!-- speed: begin -->", "<!-- speed: end -->")

BARE: Final = """
import sys, time, json, cv2, mediapipe as mp
from mediapipe.tasks.python import vision
from mediapipe.tasks.python.core.base_options import BaseOptions
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]), running_mode=vision.RunningMode.VIDEO
)
with vision.PoseLandmarker.create_from_options(options) as landmarker:
    start, frames, last = time.perf_counter(), 0, -1
    capture = cv2.VideoCapture(sys.argv[1])
    while True:
        more, image = capture.read()
        if not more:
            break
        last = max(last + 1, round(capture.get(cv2.CAP_PROP_POS_MSEC)))
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        landmarker.detect_for_video(mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb), last)
        frames += 1
    print(json.dumps([time.perf_counter() - start, time.process_time(), frames]))
"""

_OURS: Final = """
import sys, time, json, tempfile
from pathlib import Path
from poses.exercise_file import built_in
from poses.messages import Messages
from psoas_coach.analysis import Settings, analyse
workers, video = int(sys.argv[3]), sys.argv[4] == "video"
settings = Settings(tuple(built_in()), "auto", Messages("en"), Path(sys.argv[2]), "full", video, workers=workers)
import vision.estimator  # loaded before the clock starts, as in the bare loop
with tempfile.TemporaryDirectory() as folder:
    start = time.perf_counter()
    frames = analyse(Path(sys.argv[1]), Path(folder), settings).summary.frames.total
    print(json.dumps([time.perf_counter() - start, time.process_time(), frames]))
"""


def looped(clip: Path, out: Path) -> Path:
    """A clip played again and again for a minute, enlarged; what is beside it repeats its edge."""
    width, height = SIZE
    with VideoRecorder(out, width=width, height=height, rate_hint=RATE) as recorder:
        start_s = time_s = 0.0
        while start_s < SECONDS:
            with open_source(clip) as source:
                for frame in source:
                    time_s = start_s + frame.time_s
                    if time_s >= SECONDS:
                        break
                    recorder.write(enlarged(frame.image), time_s)
            start_s = time_s + 1.0 / RATE
    return out


def enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture in the size that is compared; what is beside it repeats its edge."""
    width, height = SIZE
    scale = min(width / image.shape[1], height / image.shape[0])
    size = round(image.shape[1] * scale), round(image.shape[0] * scale)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    small = cv2.resize(image, size)
    return cv2.copyMakeBorder(
        small, top, height - size[1] - top, left, width - size[0] - left, cv2.BORDER_REPLICATE
    ).astype(np.uint8)


def run(code: str, *words: object) -> tuple[float, float]:
    """Seconds, and milliseconds of processor time a frame, that a process of its own took."""
    command = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, processor_s, frames = json.loads(done.stdout.strip().splitlines()[-1])
    return float(seconds), 1e3 * float(processor_s) / int(frames)


def kinds(most: int) -> dict[str, tuple[int, str]]:
    """What is compared with the bare loop: its name, workers, and whether a video is written."""
    return {
        "1 worker": (1, "none"),
        f"{most} workers": (most, "none"),
        "1 worker, --video": (1, "video"),
        f"{most} workers, --video": (most, "video"),
    }


def compare(clip: Path, model: Path, rounds: int) -> list[str]:
    """Lines of a table for one clip: how many times as fast as the bare loop, median and spread."""
    wanted = kinds(max(2, os.cpu_count() or 1))
    speeds: dict[str, list[float]] = {name: [] for name in wanted}
    loads: dict[str, list[float]] = {name: [] for name in ("bare loop", *wanted)}
    bare_s: list[float] = []
    for _ in range(rounds):
        before_s, load = run(BARE, clip, model)
        bare_s.append(before_s)
        loads["bare loop"].append(load)
        for name, (workers, video) in wanted.items():
            seconds, load = run(_OURS, clip, model, workers, video)
            after_s, bare_load = run(BARE, clip, model)
            bare_s.append(after_s)
            loads["bare loop"].append(bare_load)
            speeds[name].append((before_s + after_s) / 2.0 / seconds)
            loads[name].append(load)
            before_s = after_s
    lines = [f"| {clip.stem} | bare loop | 1 | {_spread(bare_s, 's')} | {statistics.median(loads['bare loop']):.1f} |"]
    for name, ratios in speeds.items():
        load = statistics.median(loads[name])
        lines.append(f"| | {name} | **{statistics.median(ratios):.2f}** | {_spread(ratios, '')} | {load:.1f} |")
    return lines


def _spread(values: Sequence[float], unit: str) -> str:
    return f"{min(values):.2f} to {max(values):.2f} {unit}".rstrip()


def main() -> None:
    """Prints the table, and writes it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", type=Path, help="a document, between whose marks the table is put")
    arguments = parser.parse_args()
    model = ensure_model("full")
    table = ["| clip | what | times as fast | from, to | processor ms a frame |", "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        clips = arguments.clips or [looped(clip, Path(folder) / clip.name) for clip in sample_clips()]
        for clip in clips:
            table += compare(clip, model, arguments.rounds)
            print("\n".join(table), flush=True)
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    stamp = f"{arguments.rounds} rounds on {time.strftime('%Y-%m-%d')}, {machine}."
    if arguments.write:
        replace_figures(arguments.write, *MARKS, "\n".join([stamp, "", *table]))


if __name__ == "__main__":
    main()
