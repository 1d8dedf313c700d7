"""Pieces of the bundled clips, and batches over them in processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
from sittings import ROOT

from psoas_coach.samples import sample_clips
from vision.sources import open_source

LUNGE, BRIDGE = sample_clips()


def piece(path: Path, clip: Path, start_s: float, end_s: float, every: int = 2) -> Path:
    """Every second picture of a stretch of a clip, with a key frame a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rate = 30 // every
    with open_source(clip) as source, av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "g": str(rate)})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = source.width, source.height, "yuv420p"
        for frame in source:
            if start_s <= frame.time_s < end_s and frame.index % every == 0:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame.image, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def picture(path: Path, clip: Path, time_s: float) -> Path:
    """One picture of a clip."""
    with open_source(clip) as source:
        image = next(frame.image for frame in source if frame.time_s >= time_s)
    path.write_bytes(cv2.imencode(".png", np.ascontiguousarray(image[..., ::-1]))[1].tobytes())
    return path


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "psoas_coach.cli", "batch", *map(str, words), "--lang", "en"]


def batch(*words: object) -> "subprocess.CompletedProcess[str]":
    """A batch as a user runs it, to its end."""
    return subprocess.run(command(*words), capture_output=True, text=True, check=False, env=environment(), cwd=ROOT)


def begun(*words: object) -> "subprocess.Popen[str]":
    """A batch as a user begins it."""
    return subprocess.Popen(
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), cwd=ROOT
    )


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def tables(out: Path) -> dict[str, bytes]:
    """The tables of a batch."""
    return {name: (out / name).read_bytes() for name in ("batch.csv", "events.csv")}


def stamps(out: Path) -> dict[str, int]:
    """When what is complete was completed."""
    return {path.parent.name: path.stat().st_mtime_ns for path in out.glob("*/done.json")}
