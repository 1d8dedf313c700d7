"""How fast is ``batch`` over many short clips, and how near the ideal does it come with one long clip among them?

``make bench-batch`` makes 40 clips of ten seconds at 1280x720, each another stretch of the bundled ones. It compares
with the bare loop of ``clip_speed``: the sum of what that takes for each clip, loading not counted. The batch is timed
as a user meets it: the whole command, with starting its processes, loading the model, hashing, reports and tables.

The ideal of one long clip beside twenty short ones is the processor time that a single worker takes for all of them,
parted among the cores.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.accuracy import replace_figures
from benchmarks.clip_speed import BARE, RATE, SIZE, enlarged, run
from psoas_coach.samples import sample_clips
from vision.model import ensure_model
from vision.recorder import VideoRecorder
from vision.sources import open_source

MARKS: Final = ("<!-- batch: begin -->", "<!-- batch: end -->")
SHORT_S: Final = 10.0
LONG_S: Final = 600.0
# What is compared, and how it is asked for alone.
KINDS: Final = {"batch": "short", "batch --video": "video"}


def stretch(clip: Path, out: Path, start_s: float, length_s: float, rate: float) -> Path:
    """A stretch of a bundled clip, enlarged, which begins anew where the clip ends."""
    out.parent.mkdir(parents=True, exist_ok=True)
    step = round(RATE / rate)
    with VideoRecorder(out, width=SIZE[0], height=SIZE[1], rate_hint=rate) as recorder:
        before_s = time_s = 0.0
        while time_s - start_s < length_s:
            with open_source(clip) as source:
                for frame in source:
                    time_s = before_s + frame.time_s
                    if time_s - start_s >= length_s:
                        break
                    if time_s >= start_s and frame.index % step == 0:
                        recorder.write(enlarged(frame.image), time_s - start_s)
            before_s = time_s + 1.0 / RATE
    return out


def batch(folder: Path, workers: int, *also: str) -> tuple[float, float]:
    """Seconds, and seconds of processor time, that the command takes for a folder."""
    with tempfile.TemporaryDirectory() as out:
        words = ["batch", str(folder), "--out", f"{out}/results", "--workers", str(workers), *also]
        used, start = _processor_s(), time.perf_counter()
        subprocess.run([sys.executable, "-m", "psoas_coach.cli", *words], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start, _processor_s() - used


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def many_short(clips: Sequence[Path], model: Path, workers: int, rounds: int, names: Sequence[str]) -> list[str]:
    """How many times as fast as the bare loop a batch is, in turn with it."""
    ratios: dict[str, list[float]] = {name: [] for name in names}

    def bare_s() -> float:
        return sum(run(BARE, clip, model)[0] for clip in clips)

    for _ in range(rounds):
        before_s = bare_s()
        for name in names:
            seconds, _ = batch(clips[0].parent, workers, *name.split()[1:])
            after_s = bare_s()
            ratios[name].append((before_s + after_s) / 2.0 / seconds)
            before_s = after_s
    told = {name: f"{min(found):.2f} to {max(found):.2f}" for name, found in ratios.items()}
    return [
        f"| {len(clips)} clips | {name} | **{sorted(r)[len(r) // 2]:.2f}** | {told[name]} |"
        for name, r in ratios.items()
    ]


def one_long(folder: Path, workers: int) -> list[str]:
    """How many times the ideal a batch takes for a folder of one long and many short clips."""
    _, one_s = batch(folder, 1)
    seconds, all_s = batch(folder, workers)
    ideal_s = one_s / workers
    return [
        f"| {len(list(folder.iterdir()))} clips, one of them long | {seconds:.0f} s | {ideal_s:.0f} s "
        f"| **{seconds / ideal_s:.2f}** | {100 * all_s / workers / seconds:.0f} % |"
    ]


def main() -> None:
    """Prints the tables, and writes them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--beside", type=int, default=20, help="short clips beside the long one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=RATE, help="pictures a second; fewer make a shorter run")
    parser.add_argument("--only", choices=("short", "video", "long"))
    parser.add_argument("--keep", type=Path, help="a folder in which the clips are kept for the next time")
    parser.add_argument("--write", type=Path, help="a document, between whose marks the tables are put")
    arguments = parser.parse_args()
    workers, samples, rate = max(2, os.cpu_count() or 1), sample_clips(), arguments.rate
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)

        def made(path: Path, number: int, length_s: float) -> Path:
            return path if path.exists() else stretch(samples[number % 2], path, 0.37 * number, length_s, rate)

        if arguments.only != "long":
            short = [made(folder / "short" / f"{number:02}.mp4", number, SHORT_S) for number in range(arguments.clips)]
            lines += ["| clips | what | times as fast as the bare loop | from, to |", "|---|---|---|---|"]
            names = [name for name, only in KINDS.items() if arguments.only in (None, only)]
            lines += many_short(short, ensure_model("full"), workers, arguments.rounds, names)
            print("\n".join(lines), flush=True)
        if arguments.only in (None, "long"):
            made(folder / "mixed" / "long.mp4", 0, LONG_S)
            for number in range(arguments.beside):
                made(folder / "mixed" / f"{number:02}.mp4", number, SHORT_S)
            lines += ["", "| clips | took | ideal | times the ideal | cores busy |", "|---|---|---|---|---|"]
            lines += one_long(folder / "mixed", workers)
            print("\n".join(lines), flush=True)
    stamp = f"{arguments.rounds} rounds at {rate:g} pictures a second, {workers} workers, {time.strftime('%Y-%m-%d')}."
    if arguments.write:
        replace_figures(arguments.write, *MARKS, "\n".join([stamp, "", *lines]))


if __name__ == "__main__":
    main()
