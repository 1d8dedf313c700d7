"""The voice as a session uses it: real processes, a real engine, and a player that notes what it was given.

``pw-play`` is a shell script here that keeps what it should play; everything before it is the real thing. Nothing that
happens to these processes may hold up who speaks.
"""

import hashlib
import os
import signal
import statistics
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which

import numpy as np
import pytest

from poses.messages import LANGUAGES, Language, Messages
from psoas_coach import speech_link, speech_supervisor
from psoas_coach.chimes import samples
from psoas_coach.speech_queue import Chime, Urgency
from psoas_coach.voice import Voice
from psoas_coach.voice_notices import sentence

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="shell scripts stand for programs, signals freeze them")

# Notes the time, its number and the sound, then takes as long as PLAYS_S says.
PLAYER = """#!/bin/sh
cp "$1" "$PLAYED/part$$" && mv "$PLAYED/part$$" "$PLAYED/$(date +%s%N).$$.$(basename "$1")"
exec sleep "$PLAYS_S"
"""
FRAME_S = 1 / 30


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

    def wait_for(self, count: int, timeout_s: float = 8.0) -> list[Path]:
        wait_until(lambda: len(self.sounds()) >= count, timeout_s)
        return self.sounds()


def wait_until(happened: Callable[[], bool], timeout_s: float = 8.0) -> float:
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


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose programs are found before those of the system."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.fixture
def speaker(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loudspeaker:
    """A player that always works and takes 0.2 s."""
    played = tmp_path / "played"
    played.mkdir()
    install(programs, "pw-play", PLAYER)
    monkeypatch.setenv("PLAYED", str(played))
    monkeypatch.setenv("PLAYS_S", "0.2")
    return Loudspeaker(played)


@pytest.fixture
def voice(espeak: str, speaker: Loudspeaker) -> Iterator[Voice]:
    with Voice("en") as made:
        assert made.wait_until_ready(10)
        yield made


def process_of(voice: Voice) -> int:
    found = voice.state.process_id
    assert found is not None
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_cues_are_spoken_in_their_language(espeak: str, speaker: Loudspeaker, language: Language) -> None:
    texts = Messages(language)
    with Voice(language) as voice:
        assert voice.wait_until_ready(10)
        for number, cue in enumerate(("good", "too_far_caution", "too_far_stop"), 1):
            voice.say(texts("cues", cue), Urgency.CAUTION)
            assert voice.wait_until_quiet(10)
            assert loudness(speaker.sounds()[-1]) > 500
            assert (len(speaker.heard(texts("cues", cue), language)), len(speaker.sounds())) == (1, number)
        assert {"en": "Great Britain", "nl": "Dutch"}[language] in voice.state.voice
        assert voice.notice == ""


def test_a_stop_interrupts_and_praise_waits(
    voice: Voice, speaker: Loudspeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice.say("Lovely.", Urgency.REMARK)
    speaker.wait_for(1)
    monkeypatch.setenv("PLAYS_S", "5")
    voice.change_language("nl")
    assert voice.wait_until_ready(10)
    voice.say("Mooi.", Urgency.REMARK)
    praise = speaker.wait_for(2)[-1]
    voice.say("Twee.", Urgency.REMARK)
    time.sleep(0.3)
    assert len(speaker.sounds()) == 2, "praise does not interrupt"
    start = time.monotonic()
    voice.say("Kom terug.", Urgency.STOP)
    speaker.wait_for(3)
    assert time.monotonic() - start < 1.5, "the praise would have lasted five seconds"
    assert speaker.heard("Kom terug.", "nl")
    wait_until(lambda: not alive(player_id(praise)), 1)
    voice.silence()
    assert voice.wait_until_quiet(1)
    wait_until(lambda: not alive(player_id(speaker.sounds()[-1])), 1)
    assert not speaker.heard("Twee.", "nl"), "a stop supersedes what is less urgent"


def test_stale_and_muted_words_are_never_said(voice: Voice, speaker: Loudspeaker) -> None:
    voice.say("Too late.", Urgency.STOP, time.monotonic() - 2.5)
    voice.mute()
    voice.say("Not to be heard.", Urgency.STOP)
    voice.unmute()
    voice.say("Heard.", Urgency.REMARK)
    assert voice.wait_until_quiet(5)
    assert [path for path in speaker.sounds() if path not in speaker.heard("Heard.")] == []
    assert speaker.heard("Heard.")


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV], ids=["killed", "frozen", "crashed"])
def test_whatever_happens_to_the_process_no_frame_waits(
    voice: Voice, speaker: Loudspeaker, harm: signal.Signals
) -> None:
    voice.say("Before.", Urgency.CAUTION)
    speaker.wait_for(1)
    first = process_of(voice)
    os.kill(first, harm)
    took_s, frames = [], 0
    # As a session would: something to say at every frame, for as long as it takes to notice and begin anew.
    start = time.monotonic()
    while voice.state.restarts == 0 or not voice.wait_until_ready(0):
        begun = time.perf_counter()
        voice.say(f"Frame {frames}.", Urgency.STOP)
        took_s.append(time.perf_counter() - begun)
        frames += 1
        time.sleep(FRAME_S)
        # Sooner than by waiting for the end of what it was to say.
        assert time.monotonic() - start < 5
    assert statistics.median(took_s) < 0.002
    assert sorted(took_s)[int(0.95 * len(took_s))] < 0.5 * FRAME_S
    # Waiting for the process would take a second and a half; a busy computer may stop anybody for some hundredths.
    assert max(took_s) < 0.5
    voice.silence()
    voice.say("After.", Urgency.CAUTION)
    wait_until(lambda: bool(speaker.heard("After.")))
    assert not alive(first)
    assert process_of(voice) != first
    assert (voice.notice, voice.state.restarts) == ("", 1)


def test_a_process_frozen_while_nothing_is_said_is_found_out(
    espeak: str, speaker: Loudspeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_supervisor, "PING_S", 0.5)
    with Voice("en") as voice:
        assert voice.wait_until_ready(10)
        os.kill(process_of(voice), signal.SIGSTOP)
        wait_until(lambda: voice.state.restarts == 1)
        assert voice.wait_until_ready(10)
        voice.say("Still here.", Urgency.STOP)
        wait_until(lambda: bool(speaker.heard("Still here.")))


def test_a_program_that_stood_still_does_not_blame_the_process(
    espeak: str, speaker: Loudspeaker, tmp_path: Path
) -> None:
    # A closed lid: both are frozen while an answer is owed, and go on together.
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, time\n"
        "from psoas_coach import speech_supervisor\n"
        "from psoas_coach.voice import Voice\n"
        "speech_supervisor.PING_S = 0.1\n"
        "with Voice('en') as voice:\n"
        "    voice.wait_until_ready(10)\n"
        "    print(voice.state.process_id, flush=True)\n"
        "    sys.stdin.readline()\n"
        "    time.sleep(0.5)\n"
        "    print(voice.state.restarts, flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        os.kill(process, signal.SIGSTOP)
        time.sleep(0.4)
        os.kill(parent.pid, signal.SIGSTOP)
        time.sleep(speech_supervisor.ANSWER_S + 0.5)
        for one in (parent.pid, process):
            os.kill(one, signal.SIGCONT)
        restarts = parent.communicate(b"\n", timeout=10)[0]
    assert int(restarts) == 0


def test_what_was_lost_in_a_crash_is_said_again(voice: Voice, speaker: Loudspeaker) -> None:
    voice.say("Come out slowly.", Urgency.STOP)
    speaker.wait_for(1)
    os.kill(process_of(voice), signal.SIGKILL)
    wait_until(lambda: len(speaker.heard("Come out slowly.")) == 2)


def test_after_too_many_deaths_it_chimes_and_then_is_silent(voice: Voice, speaker: Loudspeaker) -> None:
    for restarts in range(1, speech_supervisor.RESTARTS + 2):
        os.kill(process_of(voice), signal.SIGKILL)
        wait_until(lambda wanted=restarts: voice.state.restarts == wanted)  # type: ignore[misc]
    assert voice.wait_until_ready(10)
    voice.say("Come out slowly.", Urgency.STOP)
    wait_until(lambda: bool(speaker.chimed("stop")))
    assert (voice.state.mode, voice.notice) == ("chimes", "broken")
    assert sentence(voice.notice, "nl") == "De stem antwoordt niet meer: je hoort klanken."
    for restarts in range(speech_supervisor.RESTARTS + 2, 2 * speech_supervisor.RESTARTS + 3):
        os.kill(process_of(voice), signal.SIGKILL)
        wait_until(lambda wanted=restarts: voice.state.restarts == wanted)  # type: ignore[misc]
    wait_until(lambda: voice.state.mode == "silent")
    assert (voice.notice, voice.state.process_id) == ("silent", None)
    voice.say("Nobody hears it.", Urgency.STOP)
    assert voice.wait_until_quiet(1)


def test_an_engine_that_hangs_in_the_process_is_given_up(
    espeak: str, speaker: Loudspeaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Answers, but never ends what it says: what pyttsx3's loop may do on other systems.
    hanging = tmp_path / "hanging.py"
    hanging.write_text(
        "import json, sys\n"
        "print(json.dumps({'ready': True, 'voice': 'x', 'why': '', 'deaf': False}), flush=True)\n"
        "for line in sys.stdin:\n"
        "    print(json.dumps({'got': json.loads(line)['id']}), flush=True)\n"
    )
    monkeypatch.setattr(speech_supervisor, "SYNTHESIS_S", 0.3)
    real, starts = speech_link.command, []

    def command(language: Language, folder: Path, *words: str) -> list[str]:
        starts.append(words)
        return [sys.executable, str(hanging)] if len(starts) == 1 else real(language, folder, *words)

    monkeypatch.setattr(speech_link, "command", command)
    with Voice("en") as voice:
        voice.say("Come out slowly.", Urgency.STOP)
        wait_until(lambda: bool(speaker.heard("Come out slowly.")))
        assert voice.state.restarts == 1


@pytest.mark.parametrize(("script", "notice"), [("exit 1", "no_engine"), ('[ "$1" = --voices ] || exit 1', "no_voice")])
def test_without_a_voice_it_chimes_and_says_so(programs: Path, speaker: Loudspeaker, script: str, notice: str) -> None:
    # The second knows no language at all: nothing may be read by a voice of another one.
    install(programs, "espeak-ng", f"#!/bin/sh\n{script}\n")
    with Voice("nl") as voice:
        assert voice.wait_until_ready(10)
        assert (voice.notice, voice.state.mode, voice.state.voice) == (notice, "chimes", "")
        expected: list[tuple[Urgency, Chime]] = [
            (Urgency.REMARK, "good"),
            (Urgency.CAUTION, "caution"),
            (Urgency.STOP, "stop"),
        ]
        for urgency, chime in expected:
            voice.say("Iets.", urgency)
            assert voice.wait_until_quiet(5)
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
        assert voice.wait_until_ready(10)
        voice.say("Kom nu rustig terug en rust.", Urgency.STOP)
        assert voice.wait_until_quiet(5)
        assert voice.notice == "no_voice"
    assert [path.name.rpartition("chime-")[2] for path in speaker.sounds()] == ["stop.wav"]


def test_an_engine_that_fails_thrice_is_asked_no_more(
    espeak: str, programs: Path, speaker: Loudspeaker, tmp_path: Path
) -> None:
    real, broken = which(espeak), tmp_path / "broken"
    install(programs, "espeak-ng", f'#!/bin/sh\n[ -e "{broken}" ] && exit 1\nexec {real} "$@"\n')
    with Voice("en") as voice:
        assert voice.wait_until_ready(10)
        voice.say("One.", Urgency.REMARK)
        assert voice.wait_until_quiet(5)
        broken.touch()
        for chimes, text in enumerate(("Two.", "Three.", "Four."), 1):
            assert voice.notice == ""
            voice.say(text, Urgency.REMARK)
            assert voice.wait_until_quiet(5)
            assert len(speaker.chimed("good")) == chimes, "what cannot be spoken chimes"
        assert (voice.notice, voice.state.mode, voice.state.restarts) == ("broken", "chimes", 0)
        broken.unlink()
        voice.say("Five.", Urgency.REMARK)
        assert voice.wait_until_quiet(5)
    assert (len(speaker.heard("One.")), len(speaker.chimed("good"))) == (1, 4)


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 60"], ids=["refuses", "hangs"])
def test_where_nothing_can_play_it_is_silent_and_says_so(
    espeak: str, speaker: Loudspeaker, programs: Path, script: str
) -> None:
    for name in ("pw-play", "paplay", "aplay"):
        install(programs, name, f"#!/bin/sh\n{script}\n")
    with Voice("en") as voice:
        assert voice.wait_until_ready(10)
        voice.say("One.", Urgency.STOP)
        wait_until(lambda: voice.notice == "silent", 6)
        assert (voice.state.mode, voice.state.restarts) == ("voice", 0)
        # The sound system comes back, and with it the voice.
        install(programs, "pw-play", PLAYER)
        voice.say("Two.", Urgency.STOP)
        wait_until(lambda: voice.notice == "", 6)
    assert speaker.heard("Two.")


@pytest.mark.parametrize("state", ["idle", "speaking", "frozen", "starting"])
def test_closing_never_hangs_and_leaves_nothing(
    espeak: str, speaker: Loudspeaker, state: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLAYS_S", "30")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    voice = Voice("en")
    if state != "starting":
        assert voice.wait_until_ready(10)
    else:
        wait_until(lambda: voice.state.process_id is not None)
    process, players = process_of(voice), []
    if state in ("speaking", "frozen"):
        voice.say("A long story.", Urgency.REMARK)
        players = [player_id(path) for path in speaker.wait_for(1)]
        # The player has a process group in common with the one that speaks.
        assert all(os.getpgid(one) == process for one in players)
    if state == "frozen":
        os.kill(process, signal.SIGSTOP)
    start = time.monotonic()
    voice.close()
    voice.close()
    assert time.monotonic() - start < 1
    wait_until(lambda: not any(alive(one) for one in (process, *players)), 1)
    assert list(tmp_path.glob("psoas-coach-voice-*")) == []
    voice.say("Nothing happens.", Urgency.STOP)


def test_closing_may_let_it_finish(voice: Voice, speaker: Loudspeaker) -> None:
    voice.say("Well done.", Urgency.REMARK)
    voice.close(finish_s=5)
    assert speaker.heard("Well done.")


@pytest.mark.parametrize("state", ["idle", "speaking", "frozen"])
def test_no_process_outlives_a_program_that_is_killed(
    espeak: str, speaker: Loudspeaker, state: str, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        "from psoas_coach.speech_queue import Urgency\n"
        "from psoas_coach.voice import Voice\n"
        "voice = Voice('en')\n"
        "voice.wait_until_ready(10)\n"
        f"{state == 'speaking'} and voice.say('A long story.', Urgency.REMARK)\n"
        "print(voice.state.process_id, flush=True)\n"
        "time.sleep(60)\n"
    )
    path = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    environment = {**os.environ, "PLAYS_S": "60", "PYTHONPATH": path, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        if state == "speaking":
            speaker.wait_for(1)
        if state == "frozen":
            os.kill(process, signal.SIGSTOP)
            time.sleep(0.1)
        parent.kill()
    wait_until(lambda: not alive(process), 3)
    wait_until(lambda: not any(alive(player_id(path)) for path in speaker.sounds()), 3)
    if state != "frozen":
        # A frozen one is ended by the system, and cannot tidy up.
        wait_until(lambda: list(tmp_path.glob("psoas-coach-voice-*")) == [], 3)


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
