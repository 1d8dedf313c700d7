"""The speech process used once: which voices there are, and speech as sound files."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from poses.messages import Language
from poses.problem import Problem
from psoas_coach.files import make_folder
from psoas_coach.speech_engine import SUFFIX
from psoas_coach.speech_link import command, options

# The first start of an engine on Windows takes seconds.
_START_S: Final = 25.0
_TEXT_S: Final = 4.0

_MISSING_VOICE: Final = {
    "win32": "Add the language in Settings, Time & language, Speech",
    "darwin": "Add a voice in System Settings, Accessibility, Spoken Content",
}


@dataclass(frozen=True, slots=True)
class Voices:
    """What there is to speak with.

    Attributes:
        names: The voice of each language that has one.
        why: Why there is none at all: "no_extra", "no_engine", "hangs", or "".
    """

    names: Mapping[str, str]
    why: str = ""


def voices() -> Voices:
    """Asks for the voice of each language; takes half a second, and at most 25 where an engine hangs."""
    answers = _ask("en", "", _START_S, "--list")
    if not answers:
        return Voices({}, "hangs")
    return Voices(answers[0]["voices"], answers[0]["why"])


def remedy(why: str) -> str:
    """How to get a voice where there is none."""
    if why == "no_extra":
        return "Install it: pip install 'psoas-coach[voice]'"
    if why in ("hangs", "failed"):
        return "Try again; if it stays so, restart the computer"
    if sys.platform == "linux":
        return "Install it: apt-get install espeak-ng (Debian, Ubuntu; other systems: the package espeak-ng)"
    return _MISSING_VOICE.get(sys.platform, "Install a voice")


def write_speech(texts: Mapping[str, str], language: Language, folder: Path) -> list[Path]:
    """Writes how texts sound, a file for each, named by its key.

    Args:
        texts: File name without its ending, and what is said.
        language: In which language.
        folder: Where the files go.

    Raises:
        Problem: There is no voice for the language, or it fails.
    """
    folder = make_folder(folder).resolve()
    paths = {name: folder / f"{name}{SUFFIX}" for name in texts}
    jobs = "".join(json.dumps({"say": text, "path": str(paths[name])}) + "\n" for name, text in texts.items())
    answers = _ask(language, jobs, _START_S + _TEXT_S * len(texts), "--write")
    if len(answers) == len(texts) and all("written" in one for one in answers):
        return list(paths.values())
    why = answers[-1].get("why", "hangs") if answers else "hangs"
    what = {"no_extra": "The voice is not installed", "no_engine": "There is no speech engine"}.get(
        why, f"There is no voice for the language {language}" if why == "no_voice" else "The speech engine fails"
    )
    raise Problem(what, "speech cannot be written without one", remedy(why))


def _ask(language: Language, said: str, timeout_s: float, mode: str) -> list[dict[str, Any]]:
    """What the process answers, as far as it came."""
    with tempfile.TemporaryDirectory(prefix="psoas-coach-voice-") as folder:
        try:
            done = subprocess.run(
                command(language, Path(folder), mode),
                input=said.encode("ascii"),
                stdout=subprocess.PIPE,
                timeout=timeout_s,
                check=False,
                **options(),
            )
            out = done.stdout
        except subprocess.TimeoutExpired as late:
            out = late.stdout or b""
        except OSError:
            out = b""
    return [json.loads(line) for line in out.splitlines() if line.endswith(b"}")]
