"""``psoas-coach voice``: lets the user hear what a session will sound like, or writes it into files."""

from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from poses.messages import Messages, cue_ids
from psoas_coach.speech_once import remedy, write_speech
from psoas_coach.speech_queue import Urgency
from psoas_coach.voice import Voice
from psoas_coach.voice_notices import sentence

_TRIED: Final = (("good", Urgency.REMARK), ("too_far_caution", Urgency.CAUTION), ("too_far_stop", Urgency.STOP))
_READY_S: Final = 25.0
_SAID_S: Final = 20.0


def write_cues(screen: Console, texts: Messages, out: Path) -> None:
    """Writes the speech of every cue, a file each, named by the cue.

    Raises:
        Problem: There is no voice for the language.
    """
    cues = {cue: texts("cues", cue) for cue in sorted(cue_ids())}
    for path in write_speech(cues, texts.language, out):
        screen.print(f"{escape(str(path))}  {escape(cues[path.stem])}")


def try_voice(screen: Console, texts: Messages) -> None:
    """Says three cues, praise, caution and stop; or chimes, and says why."""
    with Voice(texts.language) as voice:
        voice.wait_until_ready(_READY_S)
        if voice.state.voice:
            screen.print(voice.state.voice, style="dim", markup=False)
        told = voice.notice
        _tell(screen, texts, voice)
        for cue, urgency in _TRIED:
            text = texts("cues", cue)
            screen.print(f"→ {escape(text)}")
            voice.say(text, urgency)
            voice.wait_until_quiet(_SAID_S)
        if voice.notice != told:
            _tell(screen, texts, voice)


def _tell(screen: Console, texts: Messages, voice: Voice) -> None:
    if voice.notice:
        screen.print(f"[yellow]▲ {escape(sentence(voice.notice, texts.language))}[/]")
    if voice.notice in ("no_extra", "no_engine", "no_voice"):
        screen.print(f"  {escape(remedy(voice.notice))}.")
