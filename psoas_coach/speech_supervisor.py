"""Keeps a speech process at work: starts it, gives it one utterance at a time, and replaces one that hangs or died.

Used by one thread only, that of ``psoas_coach.voice``; time is passed in. A process that does not answer in time is
ended and started anew, three times; then a process without an engine chimes, and when that fails as often, there is
silence.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from poses.messages import Language
from psoas_coach.sound_player import GRACE_S
from psoas_coach.speech_link import Link, Message
from psoas_coach.speech_queue import Utterance

Mode = Literal["voice", "chimes", "silent"]
# Why the user hears less than was asked for; the sentence for each is in psoas_coach.voice_notices.
Notice = Literal["", "no_extra", "no_engine", "no_voice", "broken", "silent"]

# A process that lives answers within milliseconds, also while it speaks; a busy computer gets the rest.
ANSWER_S: Final = 1.5
# Engines load slowly the first time: Windows makes its wrappers then.
START_S: Final = 20.0
# From the text to the first sound, on a busy computer; the process itself gives up an engine after 3 s.
SYNTHESIS_S: Final = 5.0
# With nothing to say it is asked now and then whether it still lives, so that a warning does not have to find out.
PING_S: Final = 3.0
# How often it is started anew before something simpler takes over.
RESTARTS: Final = 3
_SIMPLER: Final[dict[Mode, Mode]] = {"voice": "chimes", "chimes": "silent", "silent": "silent"}


@dataclass(frozen=True, slots=True)
class State:
    """What the user should know of the voice.

    Attributes:
        mode: What is to be heard.
        voice: Name of the voice, "" while it is not known or there is none.
        notice: Why less is heard than was asked for, "" when nothing is wrong.
        process_id: Of the speech process, None where there is none.
        restarts: How often it had to be replaced.
    """

    mode: Mode = "voice"
    voice: str = ""
    notice: Notice = ""
    process_id: int | None = None
    restarts: int = 0


class Supervisor:
    """See the module.

    Args:
        folder: For sound files.
        heard: Called from other threads, with the number of a process and its message.

    Attributes:
        state: What the user should know.
        speaking: What is being said, or None.
    """

    def __init__(self, folder: Path, heard: Callable[[int, Message], None]) -> None:
        self.state = State()
        self.speaking: Utterance | None = None
        self._folder = folder
        self._heard = heard
        self._language: Language = "en"
        self._link: Link | None = None
        self._links = 0
        self._messages = 0
        self._speaking_id = 0
        self._ready = False
        self._failures = 0
        # Why there is no voice, whether or not anything can be heard.
        self._why: Notice = ""
        # When it is given up for not being ready, not answering, or not ending what it says; and when it is asked next.
        self._ready_by_s = self._answer_by_s = self._done_by_s = self._ping_at_s = math.inf

    @property
    def free(self) -> bool:
        """Whether a message may be sent: one at a time is on its way."""
        return self._link is not None and self._ready and self._answer_by_s == math.inf

    @property
    def next_check_s(self) -> float:
        """When ``check`` has something to do, if nothing is heard until then."""
        return min(self._ready_by_s, self._answer_by_s, self._done_by_s, self._ping_at_s)

    def start(self, language: Language, now_s: float) -> None:
        """Starts a process for a language, in place of the one there is."""
        self.end()
        self._language = language
        self._ready, self._ready_by_s = False, now_s + START_S
        self._links += 1
        number = self._links
        try:
            self._link = Link(
                language,
                self._folder,
                lambda message: self._heard(number, message),
                chimes_only=self.state.mode == "chimes",
            )
        except OSError:
            # As when the system has no memory or no processes left; it is tried again like one that hangs.
            self._ready_by_s = now_s
            return
        self.state = replace(self.state, process_id=self._link.process_id, voice="")

    def change_language(self, language: Language, now_s: float) -> None:
        """Starts a process for another language, with all chances it had at first."""
        self._failures, self._why = 0, ""
        self.state = State(restarts=self.state.restarts)
        self.start(language, now_s)

    def say(self, utterance: Utterance, now_s: float) -> None:
        """Has something said, instead of what is being said; only when ``free``."""
        self.speaking = utterance
        self._done_by_s = now_s + SYNTHESIS_S
        self._send({"say": utterance.text, "chime": utterance.urgency.chime}, now_s)
        self._speaking_id = self._messages

    def hush(self, now_s: float) -> None:
        """Cuts off what is being said; only when ``free``."""
        if self.speaking is not None:
            self._forget_speaking()
            self._send({"stop": True}, now_s)

    def take(self, number: int, message: Message, now_s: float) -> None:
        """Takes in a message of the process; those of a process that was replaced are nothing."""
        if number != self._links or self._link is None:
            return
        if "ended" in message:
            # Told by check, as the one kind of failure.
            self._answer_by_s = now_s
        elif "ready" in message:
            self._ready, self._ready_by_s = True, math.inf
            self._ping_at_s = now_s + PING_S
            # A process that was told to chime does not know why.
            self._why = message["why"] or (self._why if not message["voice"] else "")
            self.state = replace(self.state, mode="voice" if message["voice"] else "chimes", voice=message["voice"])
            self._note(unheard=message["deaf"])
        elif "got" in message:
            self._answer_by_s, self._ping_at_s = math.inf, now_s + PING_S
        elif message.get("playing") == self._speaking_id:
            self._done_by_s = now_s + message["seconds"] + 2 * GRACE_S
        elif message.get("done") == self._speaking_id:
            self._forget_speaking()
            if message["outcome"] != "cut":
                self._note(unheard=message["outcome"] == "unheard")

    def check(self, now_s: float) -> Utterance | None:
        """Replaces a process that is late, or asks it whether it lives; gives what was lost in its hands."""
        if self.state.mode == "silent" or now_s < self.next_check_s:
            return None
        if now_s >= min(self._ready_by_s, self._answer_by_s, self._done_by_s):
            lost = self.speaking
            self._failures += 1
            self.state = replace(self.state, restarts=self.state.restarts + 1)
            if self._failures > RESTARTS:
                self._failures, self._why = 0, "broken"
                self.state = replace(self.state, mode=_SIMPLER[self.state.mode])
            if self.state.mode == "silent":
                self.end()
                self._note(unheard=True)
            else:
                self.start(self._language, now_s)
            return lost
        if self.free:
            self._send({}, now_s)
        return None

    def forgive(self, seconds: float) -> None:
        """Moves all deadlines, for when this program itself stood still: a closed lid, a stopped job.

        The process stood still with it, or its answer has yet to be read, so it gets the time for an answer anew.
        """
        self._ready_by_s += seconds + ANSWER_S
        self._answer_by_s += seconds + ANSWER_S
        self._done_by_s += seconds + ANSWER_S

    def end(self) -> None:
        """Ends the process, whatever state it is in."""
        if self._link is not None:
            self._link.end()
            self._link = None
        self._forget_speaking()
        self._ready_by_s = self._answer_by_s = self._ping_at_s = math.inf
        self.state = replace(self.state, process_id=None)

    def _send(self, message: Message, now_s: float) -> None:
        assert self._link is not None
        self._messages += 1
        self._answer_by_s, self._ping_at_s = now_s + ANSWER_S, math.inf
        self._link.send({"id": self._messages, **message})

    def _forget_speaking(self) -> None:
        self.speaking, self._done_by_s = None, math.inf

    def _note(self, *, unheard: bool) -> None:
        """Remembers that nothing can be heard, until something can again."""
        self.state = replace(self.state, notice="silent" if unheard else self._why)
