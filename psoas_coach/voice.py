"""The voice of a session: cues, counts and coaching, said by the system's own voices; nothing ever waits for it.

``Voice.say`` leaves what is to be said with a thread and returns at once; that thread keeps a process that speaks (see
``psoas_coach.speech_supervisor``). Whatever happens to the process, to the engine or to the sound system, the caller
does not notice. Where there is no voice for the language there are chimes, and where nothing can sound, silence;
``notice`` tells which sentence the screen should show then.
"""

import math
import shutil
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final

from poses.messages import Language
from psoas_coach.speech_link import Message
from psoas_coach.speech_queue import Urgency, Utterance, Waiting, joined, next_up
from psoas_coach.speech_supervisor import Notice, State, Supervisor

# A cue has eight words. What is longer than this is no cue, and must fit into a pipe whatever letters it is made of.
LONGEST: Final = 300
# When the thread wakes so much later than it wanted, the whole program stood still, and the process is not to blame.
_OVERSLEPT_S: Final = 0.5
_CLOSING_S: Final = 2.5


class Voice:
    """Says things aloud, the newest and most urgent first. All methods may be called from any thread.

    Times are those of ``time.monotonic``.

    Args:
        language: What is spoken.
    """

    def __init__(self, language: Language) -> None:
        self._changed = threading.Condition()
        self._language = language
        self._waiting: Waiting = ()
        self._inbox: list[tuple[int, Message]] = []
        self._news = self._hush = self._restart = self._muted = False
        self._finish_by_s: float | None = None
        self._state = State()
        self._speaking: Utterance | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Voice":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def say(self, text: str, urgency: Urgency, time_s: float | None = None) -> None:
        """Says something soon, or never: when it is stale, superseded or muted. Returns at once.

        Args:
            text: The words, in the voice's language.
            urgency: How much they matter.
            time_s: When they were true; now when None.
        """
        utterance = Utterance(text[:LONGEST], urgency, time.monotonic() if time_s is None else time_s)
        with self._changed:
            if self._muted or self._finish_by_s is not None or not text.strip() or self._state.mode == "silent":
                return
            self._waiting = joined(self._waiting, utterance, self._speaking)
            self._wake()

    def silence(self) -> None:
        """Stops what is being said and forgets what waits."""
        with self._changed:
            self._waiting, self._speaking, self._hush = (), None, True
            self._wake()

    def mute(self) -> None:
        """Says nothing until ``unmute``."""
        with self._changed:
            self._muted = True
        self.silence()

    def unmute(self) -> None:
        """Speaks again, from the next cue on."""
        with self._changed:
            self._muted = False

    @property
    def muted(self) -> bool:
        """Whether it is mute."""
        return self._muted

    def change_language(self, language: Language) -> None:
        """Speaks another language from now on; what waits in the old one is dropped."""
        with self._changed:
            if language != self._language:
                self._language, self._waiting, self._restart = language, (), True
                self._wake()

    @property
    def state(self) -> State:
        """What is to be heard, through which voice."""
        return self._state

    @property
    def notice(self) -> Notice:
        """Why less is heard than was asked for, as a key of ``psoas_coach.voice_notices``; "" when nothing is wrong."""
        return self._state.notice

    def wait_until_quiet(self, timeout_s: float) -> bool:
        """Waits until nothing is said or waits to be said; False when it took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and self._speaking is None, timeout_s)

    def wait_until_ready(self, timeout_s: float) -> bool:
        """Waits until the voice is known, or that there is none; False when it took longer."""

        def known() -> bool:
            return bool(self._state.voice or self._state.notice)

        with self._changed:
            return self._changed.wait_for(known, timeout_s)

    def close(self, finish_s: float = 0.0) -> None:
        """Ends the process; never takes much longer than ``finish_s``. May be called twice.

        Args:
            finish_s: How long what is being said or waits may still be finished.
        """
        with self._changed:
            if self._finish_by_s is None:
                self._finish_by_s = time.monotonic() + finish_s
            self._wake()
        self._thread.join(finish_s + _CLOSING_S)

    def _wake(self) -> None:
        self._news = True
        self._changed.notify_all()

    def _take_in(self, number: int, message: Message) -> None:
        """Called by the thread that hears from the process."""
        with self._changed:
            self._inbox.append((number, message))
            self._wake()

    def _run(self) -> None:
        try:
            folder = Path(tempfile.mkdtemp(prefix="psoas-coach-voice-"))
        except OSError:
            # No room for a sound: nothing else of a session depends on it.
            with self._changed:
                self._waiting, self._state = (), State("silent", notice="silent")
                self._changed.notify_all()
            return
        supervisor = Supervisor(folder, self._take_in)
        try:
            supervisor.start(self._language, time.monotonic())
            while self._step(supervisor):
                pass
        finally:
            supervisor.end()
            shutil.rmtree(folder, ignore_errors=True)
            with self._changed:
                self._waiting, self._speaking, self._state = (), None, replace(supervisor.state, mode="silent")
                self._changed.notify_all()

    def _step(self, supervisor: Supervisor) -> bool:
        """Waits for news or a deadline and acts on it; False when it is time to end."""
        wake_s = supervisor.next_check_s
        with self._changed:
            if self._finish_by_s is not None:
                wake_s = min(wake_s, self._finish_by_s)
            if not self._news:
                self._changed.wait(None if math.isinf(wake_s) else max(0.0, wake_s - time.monotonic()))
            self._news = False
            inbox, self._inbox = self._inbox, []
            restart, self._restart = self._restart, False
            language = self._language
        now_s = time.monotonic()
        if now_s - wake_s > _OVERSLEPT_S:
            supervisor.forgive(now_s - wake_s)
        for number, message in inbox:
            supervisor.take(number, message, now_s)
        if restart:
            supervisor.change_language(language, now_s)
        lost = supervisor.check(now_s)
        return self._speak(supervisor, lost, now_s)

    def _speak(self, supervisor: Supervisor, lost: Utterance | None, now_s: float) -> bool:
        """Gives the process what is next; False when it is time to end."""
        with self._changed:
            chosen, hush = None, False
            if lost is not None and not self._waiting:
                # Said again where it is still fresh and nothing newer was said.
                self._waiting = (lost,)
            if supervisor.free:
                hush, self._hush = self._hush, False
                chosen, self._waiting = next_up(self._waiting, supervisor.speaking, now_s)
                self._speaking = chosen or self._speaking
            if supervisor.state.mode == "silent":
                self._waiting = ()
        # Outside of the lock, since writing is the one thing here that depends on somebody else.
        if chosen is not None:
            supervisor.say(chosen, now_s)
        elif hush:
            supervisor.hush(now_s)
        with self._changed:
            self._state, self._speaking = supervisor.state, supervisor.speaking
            self._changed.notify_all()
            if self._finish_by_s is None:
                return True
            busy = supervisor.speaking is not None or bool(self._waiting)
            return busy and now_s < self._finish_by_s
