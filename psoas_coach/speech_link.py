"""The program's end of the speech process: starts it, writes to it, hears from it, ends it.

Writing cannot block: whoever writes waits for ``got`` before it writes again, so that at most one line, shorter than
any system's pipe, is ever on its way. Reading is done by a thread of its own, which ends with the process.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psoas_coach
from poses.messages import Language

Message = dict[str, Any]

# Where the process finds this very program, and no file of the user's that happens to be called like a module.
_ROOT: Final = Path(psoas_coach.__path__[0]).parent
# Longest line; Windows makes pipes of 4096 bytes and more.
LONGEST_BYTES: Final = 4000


def command(language: Language, folder: Path, *words: str) -> list[str]:
    """The command line of the speech process."""
    own = [sys.executable, "-m", "psoas_coach.speech_process"]
    return [*own, "--lang", language, "--folder", str(folder.resolve()), *words]


def options() -> dict[str, Any]:
    """How the speech process is started, for Popen and run."""
    found: dict[str, Any] = {"cwd": _ROOT, "stderr": subprocess.DEVNULL}
    if sys.platform == "win32":
        found["creationflags"] = subprocess.CREATE_NO_WINDOW
    return found


class Link:
    """One speech process.

    Args:
        language: What it speaks.
        folder: Where it keeps sound files.
        heard: Called from another thread with each message of the process, and with ``{"ended": True}`` when it is no
            more.
        chimes_only: It shall not load an engine.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(
        self, language: Language, folder: Path, heard: Callable[[Message], None], *, chimes_only: bool
    ) -> None:
        words = ("--chimes",) if chimes_only else ()
        self._process = subprocess.Popen(
            command(language, folder, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options()
        )
        self.process_id = self._process.pid
        threading.Thread(target=self._listen, args=(heard,), name="voice-hears", daemon=True).start()

    def send(self, message: Message) -> None:
        """Sends one message; that nobody is there to get it is told by ``ended``."""
        line = json.dumps(message).encode("ascii") + b"\n"
        if len(line) > LONGEST_BYTES:
            raise ValueError(f"a message of {len(line)} bytes; at most {LONGEST_BYTES} fit into a pipe")
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def end(self) -> None:
        """Ends the process and what plays for it, at once, whatever state it is in."""
        if sys.platform != "win32":
            # Not yet waited for, so the number is still its own. It may have had no time to make its group: hence kill.
            with suppress(OSError):
                os.killpg(self.process_id, signal.SIGKILL)
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _listen(self, heard: Callable[[Message], None]) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with suppress(ValueError):
                    heard(json.loads(line))
        heard({"ended": True})
