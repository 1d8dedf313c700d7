"""Writes a phantom's clip and its truth: the picture by the video writer, the angles as they were posed."""

import csv
from pathlib import Path

from rich.console import Console
from rich.progress import track

from calibration.phantom.scripts import SCRIPTS, render_script
from poses.problem import Problem
from psoas_coach.files import make_folder, replacing
from vision.recorder import VideoRecorder

FPS = 30.0


def render(script: str, out: Path, *, seed: int, screen: Console) -> list[Path]:
    """Renders ``<script>.mp4`` and ``<script>.truth.csv`` into a folder.

    Args:
        script: Name of a script.
        out: The folder, made if need be.
        seed: Seed of everything that varies.
        screen: Where progress is shown.

    Raises:
        Problem: When there is no such script, or the files cannot be written.
    """
    if script not in SCRIPTS:
        known = ", ".join(sorted(SCRIPTS))
        raise Problem(f"There is no script {script}", "the phantom moves by scripts", f"Use one of {known}")
    make_folder(out)
    motion = SCRIPTS[script]
    clip, truth = out / f"{script}.mp4", out / f"{script}.truth.csv"
    rows = []
    count = round(motion.duration_s * FPS)
    recorder: VideoRecorder | None = None
    try:
        for frame, row in track(render_script(motion, seed=seed, fps=FPS), script, total=count, console=screen):
            if recorder is None:
                height, width = frame.image.shape[:2]
                recorder = VideoRecorder(clip, width=width, height=height, rate_hint=FPS, compact=True)
            recorder.write(frame.image, frame.time_s)
            rows.append(row)
    finally:
        if recorder is not None:
            recorder.close()
    with replacing(truth) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: f"{value:.4f}" for name, value in row.items()} for row in rows)
    return [clip, truth]
