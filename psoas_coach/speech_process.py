"""The process that speaks and sounds: ``python -m psoas_coach.speech_process``.

It is a process of its own so that an engine or a sound system that hangs holds up nothing else. One JSON object a line:

    in   {"id": 7, "say": "Come out slowly now, and rest.", "chime": "stop"}, {"id": 8, "stop": true}, {"id": 9}
    out  {"ready": true, "voice": "Dutch", "why": "", "deaf": false}    once
         {"got": 7}                          at once, also while it speaks
         {"playing": 7, "seconds": 2.4}
         {"done": 7, "outcome": "spoken"}    or "chimed", "cut", "unheard"

Where there is no voice, ``voice`` is "" and ``why`` says why not; ``deaf`` is true where nothing is there to play
sounds. What comes in cuts off what sounds. At the end of its input it ends, whatever it is doing, so that it never
outlives the program. ``--list`` tells which voices there are, ``--write`` reads ``{"say": ..., "path": ...}`` into
files; both end then.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from poses.messages import LANGUAGES, Language
from psoas_coach.sound_player import Player, can_play, seconds_of
from psoas_coach.speech_engine import SUFFIX, Engine, EngineFailure, choose_voice, open_engine

if TYPE_CHECKING:
    from psoas_coach.speech_queue import Chime

Message = dict[str, Any]

# So often in a row an engine may fail before it is asked no more: each time costs the seconds it is waited for.
_FAILURES = 3


class Channel:
    """Where messages go out: what was standard output, which engines that print to it no longer reach."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out = os.dup(1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)

    def tell(self, **message: object) -> None:
        """Writes one message; where nobody listens any more there is nothing left to do."""
        line = json.dumps(message).encode("ascii") + b"\n"
        try:
            with self._lock:
                while line:
                    line = line[os.write(self._out, line) :]
        except OSError:
            os._exit(0)


class Desk:
    """Where the thread that reads hands the newest message to the one that speaks."""

    def __init__(self) -> None:
        self.cut = threading.Event()
        self._changed = threading.Condition()
        self._job: Message | None = None

    def give(self, job: Message | None) -> None:
        """Cuts off what sounds; None asks for silence."""
        with self._changed:
            self._job = job
            self.cut.set()
            self._changed.notify()

    def take(self) -> Message:
        """Waits for the next message."""
        with self._changed:
            while self._job is None:
                self._changed.wait()
            job, self._job = self._job, None
            self.cut.clear()
            return job


class Mouth:
    """Speaks or chimes one message after another; chimes for good when the engine failed thrice in a row.

    Args:
        language: What is spoken.
        engine: What speaks, None where nothing does.
        player: What plays.
        folder: Where sound files are kept.
        channel: Where to tell of it.
    """

    def __init__(
        self, language: Language, engine: Engine | None, player: Player, folder: Path, channel: Channel
    ) -> None:
        self._language = language
        self._engine = engine
        self._player = player
        self._folder = folder
        self._channel = channel
        self._failures = 0

    def do(self, job: Message) -> None:
        """Speaks a message; chimes where that cannot be."""
        path = self._speech(job["say"])
        spoken = path is not None
        if path is None:
            path = self._chime(job["chime"])
        seconds = seconds_of(path)
        self._channel.tell(playing=job["id"], seconds=seconds)
        outcome: str = self._player.play(path, seconds)
        if outcome == "played":
            outcome = "spoken" if spoken else "chimed"
        self._channel.tell(done=job["id"], outcome=outcome)

    def _speech(self, text: str) -> Path | None:
        if self._engine is None:
            return None
        path = self._folder / file_name(self._language, text)
        if path.exists():
            return path
        part = path.with_name(f"part{SUFFIX}")
        try:
            self._engine.write(text, part)
        except EngineFailure:
            self._failures += 1
            if self._failures == _FAILURES:
                self._engine = None
                self._channel.tell(ready=True, voice="", why="broken", deaf=not can_play())
            return None
        self._failures = 0
        # A process that is killed must not leave half of it to the next one.
        return part.replace(path)

    def _chime(self, name: "Chime") -> Path:
        from psoas_coach import chimes

        path = self._folder / f"chime-{name}.wav"
        if not path.exists():
            part = path.with_suffix(".part")
            chimes.write(name, part)
            part.replace(path)
        return path


def file_name(language: Language, text: str) -> str:
    """Under which name the reading of a text is kept, so that it need be made only once."""
    return hashlib.sha256(f"{language}: {text}".encode()).hexdigest()[:16] + SUFFIX


def read_messages(lines: BinaryIO, desk: Desk, player: Player, channel: Channel, folder: Path) -> None:
    """Answers each message at once and hands it on; at the end of them ends the process."""
    for line in lines:
        message = json.loads(line)
        channel.tell(got=message["id"])
        if "say" in message:
            desk.give(message)
        elif "stop" in message:
            desk.give(None)
    player.stop()
    shutil.rmtree(folder, ignore_errors=True)
    # Not sys.exit: the main thread may hang in an engine.
    os._exit(0)


def serve(language: Language, folder: Path, *, chimes_only: bool) -> None:
    """Speaks what comes in, in one language, until there is no more."""
    channel, desk = Channel(), Desk()
    player = Player(desk.cut)
    arguments = (sys.stdin.buffer, desk, player, channel, folder)
    threading.Thread(target=read_messages, args=arguments, daemon=True).start()
    # Engines want the main thread.
    engine: Engine | None = None
    name = why = ""
    if not chimes_only:
        try:
            engine = open_engine()
            name = choose_voice(engine, language, folder).name
        except EngineFailure as failure:
            engine, why = None, failure.why
    channel.tell(ready=True, voice=name, why=why, deaf=not can_play())
    mouth = Mouth(language, engine, player, folder, channel)
    while True:
        mouth.do(desk.take())


def list_voices(folder: Path) -> None:
    """Tells the voice of each language, or why there is none."""
    channel, voices, why = Channel(), {}, ""
    try:
        engine = open_engine()
    except EngineFailure as failure:
        why = failure.why
    else:
        for language in LANGUAGES:
            with suppress(EngineFailure):
                voices[language] = choose_voice(engine, language, folder).name
    channel.tell(why=why, voices=voices)


def write_files(language: Language, folder: Path) -> None:
    """Reads each text that comes in into a file."""
    channel = Channel()
    try:
        engine = open_engine()
        choose_voice(engine, language, folder)
    except EngineFailure as failure:
        channel.tell(why=failure.why)
        return
    for line in sys.stdin.buffer:
        job = json.loads(line)
        try:
            engine.write(job["say"], Path(job["path"]))
        except EngineFailure as failure:
            channel.tell(why=failure.why, path=job["path"])
            return
        channel.tell(written=job["path"])


def main() -> None:
    """Entry point."""
    if sys.platform != "win32":
        # A group of its own: Ctrl-C is not for it, it is ended together with its player, and the system itself ends it
        # where it was frozen when the program died.
        with suppress(OSError):
            os.setpgid(0, 0)
    parser = argparse.ArgumentParser()
    parser.add_argument("--lang", choices=LANGUAGES, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    for mode in ("--chimes", "--list", "--write"):
        parser.add_argument(mode, action="store_true")
    given = parser.parse_args()
    if given.list:
        list_voices(given.folder)
    elif given.write:
        write_files(given.lang, given.folder)
    else:
        serve(given.lang, given.folder, chimes_only=given.chimes)


if __name__ == "__main__":
    main()
