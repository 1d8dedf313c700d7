"""The voice as a session uses it: real processes, a real engine; what is said in which language, and what is told."""

import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
from loudspeaker import FOR_EVER_S, PATIENCE_S, PLAYER, Loudspeaker, alive, install, loudness, player_id, wait_until

from poses.messages import LANGUAGES, Language, Messages
from psoas_coach import speech_queue
from psoas_coach.chimes import samples
from psoas_coach.speech_queue import Chime, Urgency
from psoas_coach.voice import Voice
from psoas_coach.voice_notices import sentence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="shell scripts stand for programs, signals freeze them")


@pytest.mark.parametrize("language", LANGUAGES)
def test_cues_are_spoken_in_their_language(espeak: str, speaker: Loudspeaker, language: Language) -> None:
    texts = Messages(language)
    with Voice(language) as voice:
        assert voice.wait_until_ready(PATIENCE_S)
        for number, cue in enumerate(("good", "too_far_caution", "too_far_stop"), 1):
            voice.say(texts("cues", cue), Urgency.CAUTION)
            assert voice.wait_until_quiet(PATIENCE_S)
            assert loudness(speaker.sounds()[-1]) > 500
            assert (len(speaker.heard(texts("cues", cue), language)), len(speaker.sounds())) == (1, number)
        assert {"en": "Great Britain", "nl": "Dutch"}[language] in voice.state.voice
        assert voice.notice == ""


def test_a_stop_interrupts_and_praise_waits(
    voice: Voice, speaker: Loudspeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice.say("Lovely.", Urgency.REMARK)
    speaker.wait_for(1)
    monkeypatch.setenv("PLAYS_S", FOR_EVER_S)
    voice.change_language("nl")
    assert voice.wait_until_ready(PATIENCE_S)
    voice.say("Mooi.", Urgency.REMARK)
    praise = speaker.wait_for(2)[-1]
    voice.say("Twee.", Urgency.REMARK)
    time.sleep(0.3)
    assert len(speaker.sounds()) == 2, "praise does not interrupt"
    voice.say("Kom terug.", Urgency.STOP)
    speaker.wait_for(3)
    assert speaker.heard("Kom terug.", "nl")
    wait_until(lambda: not alive(player_id(praise)))
    voice.silence()
    assert voice.wait_until_quiet(PATIENCE_S)
    wait_until(lambda: not alive(player_id(speaker.sounds()[-1])))
    assert not speaker.heard("Twee.", "nl"), "a stop supersedes what is less urgent"


def test_stale_and_muted_words_are_never_said(voice: Voice, speaker: Loudspeaker) -> None:
    voice.say("Too late.", Urgency.STOP, time.monotonic() - 2 * speech_queue.STALE_S)
    voice.mute()
    voice.say("Not to be heard.", Urgency.STOP)
    voice.unmute()
    voice.say("Heard.", Urgency.REMARK)
    assert voice.wait_until_quiet(PATIENCE_S)
    assert [path for path in speaker.sounds() if path not in speaker.heard("Heard.")] == []
    assert speaker.heard("Heard.")


@pytest.mark.parametrize(("script", "notice"), [("exit 1", "no_engine"), ('[ "$1" = --voices ] || exit 1', "no_voice")])
def test_without_a_voice_it_chimes_and_says_so(programs: Path, speaker: Loudspeaker, script: str, notice: str) -> None:
    # The second knows no language at all: nothing may be read by a voice of another one.
    install(programs, "espeak-ng", f"#!/bin/sh\n{script}\n")
    with Voice("nl") as voice:
        assert voice.wait_until_ready(PATIENCE_S)
        assert (voice.notice, voice.state.mode, voice.state.voice) == (notice, "chimes", "")
        expected: list[tuple[Urgency, Chime]] = [
            (Urgency.REMARK, "good"),
            (Urgency.CAUTION, "caution"),
            (Urgency.STOP, "stop"),
        ]
        for urgency, chime in expected:
            voice.say("Iets.", urgency)
            assert voice.wait_until_quiet(PATIENCE_S)
            [path] = speaker.chimed(chime)
            with wave.open(str(path), "rb") as file:
                assert file.getnframes() == len(samples(chime))
    assert len(speaker.sounds()) == 3


def test_an_english_voice_never_reads_dutch(espeak: str, programs: Path, speaker: Loudspeaker) -> None:
    listed, real = "echo ' 2  en-gb  --/M  English  gmw/en'", which(espeak)
    install(
        programs,
        "espeak-ng",
        f'#!/bin/sh\nif [ "$1" = --voices ]; then {listed}; else exec {real} "$@"; fi\n',
    )
    with Voice("nl") as voice:
        assert voice.wait_until_ready(PATIENCE_S)
        voice.say("Kom nu rustig terug en rust.", Urgency.STOP)
        assert voice.wait_until_quiet(PATIENCE_S)
        assert voice.notice == "no_voice"
    assert [path.name.rpartition("chime-")[2] for path in speaker.sounds()] == ["stop.wav"]


def test_an_engine_that_fails_thrice_is_asked_no_more(
    espeak: str, programs: Path, speaker: Loudspeaker, tmp_path: Path
) -> None:
    real, broken = which(espeak), tmp_path / "broken"
    install(programs, "espeak-ng", f'#!/bin/sh\n[ -e "{broken}" ] && exit 1\nexec {real} "$@"\n')
    with Voice("en") as voice:
        assert voice.wait_until_ready(PATIENCE_S)
        voice.say("One.", Urgency.REMARK)
        assert voice.wait_until_quiet(PATIENCE_S)
        broken.touch()
        for chimes, text in enumerate(("Two.", "Three.", "Four."), 1):
            assert voice.notice == ""
            voice.say(text, Urgency.REMARK)
            assert voice.wait_until_quiet(PATIENCE_S)
            assert len(speaker.chimed("good")) == chimes, "what cannot be spoken chimes"
        assert (voice.notice, voice.state.mode, voice.state.restarts) == ("broken", "chimes", 0)
        broken.unlink()
        voice.say("Five.", Urgency.REMARK)
        assert voice.wait_until_quiet(PATIENCE_S)
    assert (len(speaker.heard("One.")), len(speaker.chimed("good"))) == (1, 4)


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 60"], ids=["refuses", "hangs"])
def test_where_nothing_can_play_it_is_silent_and_says_so(
    espeak: str, speaker: Loudspeaker, programs: Path, script: str
) -> None:
    for name in ("pw-play", "paplay", "aplay"):
        install(programs, name, f"#!/bin/sh\n{script}\n")
    with Voice("en") as voice:
        assert voice.wait_until_ready(PATIENCE_S)
        voice.say("One.", Urgency.STOP)
        wait_until(lambda: voice.notice == "silent")
        assert (voice.state.mode, voice.state.restarts) == ("voice", 0)
        # The sound system comes back, and with it the voice.
        install(programs, "pw-play", PLAYER)
        voice.say("Two.", Urgency.STOP)
        wait_until(lambda: voice.notice == "")
    assert speaker.heard("Two.")


def test_closing_may_let_it_finish(voice: Voice, speaker: Loudspeaker) -> None:
    voice.say("Well done.", Urgency.REMARK)
    voice.close(finish_s=PATIENCE_S)
    assert speaker.heard("Well done.")


def test_the_command_says_three_cues(
    espeak: str, speaker: Loudspeaker, run: Callable[..., tuple[int, str, str]]
) -> None:
    status, out, _ = run("voice", "--lang", "nl")
    assert status == 0
    for cue in ("good", "too_far_caution", "too_far_stop"):
        text = Messages("nl")("cues", cue)
        assert text in out
        assert speaker.heard(text, "nl")


def test_the_command_says_why_it_chimes(
    programs: Path, speaker: Loudspeaker, run: Callable[..., tuple[int, str, str]]
) -> None:
    install(programs, "espeak-ng", "#!/bin/sh\nexit 1\n")
    status, out, _ = run("voice")
    assert status == 0
    assert sentence("no_engine", "en") in out
    assert "apt-get install espeak-ng" in out
    assert speaker.chimed("stop")


def test_doctor_names_the_voices(espeak: str, speaker: Loudspeaker) -> None:
    from psoas_coach.doctor import _sound, _voices

    assert {check.name: check.ok for check in _voices()} == {"voice (en)": True, "voice (nl)": True}
    assert (_sound().ok, "pw-play" in _sound().found) == (True, True)


def test_every_notice_has_its_sentence_in_both_languages() -> None:
    for notice in ("no_extra", "no_engine", "no_voice", "broken", "silent"):
        assert sentence(notice, "en") != sentence(notice, "nl")
    assert sentence("", "en") == ""
