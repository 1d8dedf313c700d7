"""A player that notes what it was given, and processes that come and go.

``pw-play`` is a shell script here that keeps what it should play; everything before it is the real thing.
"""

import hashlib
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from poses.messages import Language
from psoas_coach.speech_queue import Chime
from psoas_coach.voice import Voice

# How long a busy computer may take for anything; what should not be waited for takes longer than this.
PATIENCE_S = 60.0
FOR_EVER_S = "600"
ROOT = Path(__file__).resolve().parent.parent

# Notes the time, its number and the sound, then takes as long as PLAYS_S says.
PLAYER = """#!/bin/sh
cp "$1" "$PLAYED/part$$" && mv "$PLAYED/part$$" "$PLAYED/$(date +%s%N).$$.$(basename "$1")"
exec sleep "$PLAYS_S"
"""


class Loudspeaker:
    """What was played so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sounds(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if not path.name.startswith("part"))

    def heard(self, text: str, language: Language = "en") -> list[Path]:
        """How often a text was played, as the files that were."""
        name = hashlib.sha256(f"{language}: {text}".encode()).hexdigest()[:16]
        return [path for path in self.sounds() if name in path.name]

    def chimed(self, chime: Chime) -> list[Path]:
        return [path for path in self.sounds() if path.name.endswith(f"chime-{chime}.wav")]

    def wait_for(self, count: int, timeout_s: float = PATIENCE_S) -> list[Path]:
        wait_until(lambda: len(self.sounds()) >= count, timeout_s)
        return self.sounds()


def wait_until(happened: Callable[[], bool], timeout_s: float = PATIENCE_S) -> float:
    """Waits for something, and gives for how long."""
    start = time.monotonic()
    while not happened():
        assert time.monotonic() - start < timeout_s, "it did not happen"
        time.sleep(0.005)
    return time.monotonic() - start


def alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def player_id(sound: Path) -> int:
    return int(sound.name.split(".")[1])


def loudness(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        values = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return float(np.abs(values.astype(float)).mean())


def install(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


def process_of(voice: Voice) -> int:
    found = voice.state.process_id
    assert found is not None
    return found
