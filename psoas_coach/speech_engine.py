"""The system's own voices, and what they read as a sound file.

Used in the speech process only, since an engine may hang, crash, print, or hold its process for seconds. Engines are
asked for files and never play: a file can be cut off at any moment, and be played with whatever the system has.

Windows and macOS speak through pyttsx3 (SAPI5, NSSpeechSynthesizer). On Linux pyttsx3 2.99 would load espeak-ng as a
library, but its driver takes the end of one utterance for that of the next: of a hundred utterances one was empty, and
one that breaks off half-way could not be told from a whole one. The program espeak-ng itself is asked there.

What engines report is not trusted: a voice counts when it was set, could be read back, and gave sound.
"""

import re
import shutil
import subprocess
import sys
import time
import wave
from array import array
from pathlib import Path
from typing import Any, Final, Protocol

from poses.messages import Language
from psoas_coach.speech_voices import SystemVoice, fitting, tags

# Words a minute: calmer than the usual 175 to 200, for somebody who is to relax.
RATE_WPM: Final = 155
# Apple's voices write this, whatever the file is called.
SUFFIX: Final = ".aiff" if sys.platform == "darwin" else ".wav"
# How long reading a cue into a file may take; it takes hundredths of a second.
WRITING_S: Final = 3.0
_PROBE: Final[dict[Language, str]] = {"en": "One.", "nl": "Een."}
# Where so many voices of a language fail, the others would too, and each takes its time.
_TRIED: Final = 4
# An AIFF file of nothing has four kilobytes.
_EMPTY_BYTES: Final = 4200
# Of 32767: what a voice says is ten times louder, and silence is next to zero.
_LOUD: Final = 300


class EngineFailure(Exception):
    """There is no speech engine, or it did not do what it was asked.

    Attributes:
        why: "no_extra", "no_engine", "no_voice" or "failed".
    """

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why


class Engine(Protocol):
    """What the speech process needs of an engine.

    Attributes:
        voices: All voices.
        usual: Id of the voice that is used unasked, "" where that says nothing about the user.
    """

    voices: tuple[SystemVoice, ...]
    usual: str

    def use(self, voice: SystemVoice) -> None:
        """Speaks with a voice from now on."""

    def uses(self) -> str:
        """Id of the voice that it says it speaks with."""

    def write(self, text: str, path: Path) -> None:
        """Reads a text into a sound file, or raises EngineFailure."""


def open_engine() -> Engine:
    """The engine of this system.

    Raises:
        EngineFailure: There is none, or the extra is not installed.
    """
    return PyttsxEngine() if sys.platform in ("win32", "darwin") else EspeakEngine()


def choose_voice(engine: Engine, language: Language, folder: Path) -> SystemVoice:
    """Sets the first voice of a language that is truly set and gives sound.

    Args:
        engine: The engine.
        language: The language.
        folder: Where to write what is tried.

    Raises:
        EngineFailure: There is none.
    """
    path = folder / f"probe{SUFFIX}"
    for voice in fitting(engine.voices, language, engine.usual)[:_TRIED]:
        try:
            engine.use(voice)
            engine.write(_PROBE[language], path)
        except EngineFailure:
            continue
        finally:
            path.unlink(missing_ok=True)
        # pyttsx3 passes over a voice that cannot be set, and the one before goes on: English, reading Dutch.
        if engine.uses() == voice.id:
            return voice
    raise EngineFailure("no_voice", language)


class EspeakEngine:
    """The program espeak-ng, or espeak, run once for each text."""

    def __init__(self) -> None:
        self._program = shutil.which("espeak-ng") or shutil.which("espeak") or ""
        self._voice = self.usual = ""
        if not self._program:
            raise EngineFailure("no_engine", "neither espeak-ng nor espeak is installed")
        self.voices = espeak_voices(self._run("--voices").decode("utf-8", "replace"))

    def use(self, voice: SystemVoice) -> None:
        """Speaks with a voice from now on."""
        self._voice = voice.id

    def uses(self) -> str:
        """It ends with an error where it does not know the voice."""
        return self._voice

    def write(self, text: str, path: Path) -> None:
        """Reads a text into a WAV file, or raises EngineFailure."""
        path.unlink(missing_ok=True)
        words = ("-b", "1", "-v", self._voice, "-s", str(RATE_WPM), "-w", str(path), "--stdin")
        self._run(*words, said=text)
        if not sounds(path):
            raise EngineFailure("failed", "no sound was written")

    def _run(self, *words: str, said: str = "") -> bytes:
        try:
            return subprocess.run(
                [self._program, *words],
                input=said.encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=WRITING_S,
                check=True,
            ).stdout
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineFailure("failed" if said else "no_engine", str(error)) from error


def espeak_voices(table: str) -> tuple[SystemVoice, ...]:
    """The voices in what ``espeak-ng --voices`` prints: priority, language, age and sex, name, file, and more."""
    rows = [re.match(r"\s*\d+\s+(\S+)\s+\S+\s+(\S+)\s+(\S+)", line) for line in table.splitlines()]
    return tuple(SystemVoice(row[3], row[2].replace("_", " "), tags([row[1]])) for row in rows if row)


class PyttsxEngine:
    """pyttsx3, as far as it is needed."""

    def __init__(self) -> None:
        try:
            import pyttsx3
        except ImportError as error:
            raise EngineFailure("no_extra", str(error)) from error
        try:
            self._engine: Any = pyttsx3.init()
            self.usual = self.uses()
            self.voices = tuple(
                SystemVoice(str(one.id), str(one.name), tags(one.languages))
                for one in self._engine.getProperty("voices")
            )
        except Exception as error:
            # Each system's driver raises its own: COM errors, ImportError, OSError, RuntimeError, ReferenceError.
            raise EngineFailure("no_engine", f"{type(error).__name__}: {error}") from error
        self._faults: list[str] = []
        self._engine.connect("error", lambda name=None, exception=None: self._faults.append(str(exception)))

    def use(self, voice: SystemVoice) -> None:
        """Speaks with a voice from the next text on."""
        self._engine.setProperty("voice", voice.id)
        self._engine.setProperty("rate", RATE_WPM)

    def uses(self) -> str:
        """Id of the voice that it says it speaks with."""
        return str(self._engine.getProperty("voice"))

    def write(self, text: str, path: Path) -> None:
        """Reads a text into a sound file, or raises EngineFailure."""
        path.unlink(missing_ok=True)
        self._faults.clear()
        late = time.monotonic() + WRITING_S
        try:
            self._engine.save_to_file(text, str(path))
            self._engine.runAndWait()
        except Exception as error:
            raise EngineFailure("failed", f"{type(error).__name__}: {error}") from error
        # The loop may end before the file does.
        while not sounds(path):
            if self._faults or time.monotonic() > late:
                raise EngineFailure("failed", "; ".join(self._faults) or "no sound was written")
            time.sleep(0.005)


def sounds(path: Path) -> bool:
    """Whether a file is whole and not silent."""
    if not path.exists():
        return False
    if path.suffix != ".wav":
        return path.stat().st_size > _EMPTY_BYTES
    try:
        with wave.open(str(path), "rb") as file:
            data, width = file.readframes(file.getnframes()), file.getsampwidth()
            whole = len(data) == file.getnframes() * width * file.getnchannels()
    except (wave.Error, EOFError, OSError):
        return False
    if not whole or not data:
        return False
    return len(set(data)) > 2 if width != 2 else max(map(abs, array("h", data))) > _LOUD
