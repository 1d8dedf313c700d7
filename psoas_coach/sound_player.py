"""Plays a sound file with what the system has, so that it can be cut off at any moment.

Used in the speech process only: an audio system may hang, and then nothing but that process does.
"""

import shutil
import subprocess
import sys
import threading
import wave
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

if sys.platform == "win32":
    import winsound

Outcome = Literal["played", "cut", "unheard"]

# Linux has one of these, by its sound system; the first that works is kept. macOS has its own, Windows needs none.
_COMMANDS: Final = (("afplay",),) if sys.platform == "darwin" else (("pw-play",), ("paplay",), ("aplay", "-q"))
# How long playing may take beyond the length of the sound before the player counts as hung: devices wake up slowly.
GRACE_S: Final = 2.0
_POLL_S: Final = 0.02
# Without a header that can be read (AIFF): what system voices write, 16 bits at 22.05 kHz.
_BYTES_A_SECOND: Final = 44100


def commands() -> list[tuple[str, ...]]:
    """The programs of this system that play sounds; empty where there is none, or none is needed (Windows)."""
    if sys.platform == "win32":
        return []
    return [command for command in _COMMANDS if shutil.which(command[0])]


def can_play() -> bool:
    """Whether there is anything to play sounds with; a sound card may still be missing."""
    return sys.platform == "win32" or bool(commands())


def seconds_of(path: Path) -> float:
    """How long a sound lasts."""
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return path.stat().st_size / _BYTES_A_SECOND


class Player:
    """Plays one sound at a time.

    Attributes:
        cut: Set from another thread, it ends what is being played within some 20 ms.
    """

    def __init__(self, cut: threading.Event) -> None:
        self.cut = cut
        self._commands = commands()
        self._process: subprocess.Popen[bytes] | None = None

    def play(self, path: Path, seconds: float) -> Outcome:
        """Plays a file to its end, or until it is cut; "unheard" where nothing can play it."""
        if sys.platform == "win32":
            return self._play_on_windows(path, seconds)
        for command in list(self._commands):
            outcome = self._run(command, path, seconds)
            if outcome != "refused":
                # What did not refuse is asked first the next time.
                self._commands.remove(command)
                self._commands.insert(0, command)
                return outcome
        return "unheard"

    def stop(self) -> None:
        """Ends the program that plays, for when this process is about to end."""
        process = self._process
        if process is not None:
            process.kill()

    def _run(self, command: tuple[str, ...], path: Path, seconds: float) -> Outcome | Literal["refused"]:
        """Runs one program; "refused" where another may do better, "unheard" where it hangs, which takes too long."""
        try:
            self._process = subprocess.Popen(
                [*command, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return "refused"
        process, left = self._process, seconds + GRACE_S
        try:
            while process.poll() is None:
                if self.cut.wait(_POLL_S):
                    return "cut"
                left -= _POLL_S
                if left < 0:
                    return "unheard"
            return "played" if process.returncode == 0 else "refused"
        finally:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
            self._process = None

    def _play_on_windows(self, path: Path, seconds: float) -> Outcome:
        if sys.platform == "win32":
            try:
                winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)
            except RuntimeError:
                return "unheard"
            # It does not say when it ends; a little longer than the sound, as devices wake up slowly.
            if not self.cut.wait(seconds + 0.1):
                return "played"
            winsound.PlaySound(None, 0)
            return "cut"
        return "unheard"
