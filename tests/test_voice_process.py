"""The processes that speak: whatever happens to them, nobody waits, and none is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from loudspeaker import FOR_EVER_S, PATIENCE_S, ROOT, Loudspeaker, alive, player_id, process_of, wait_until

from poses.messages import Language
from psoas_coach import speech_link, speech_supervisor
from psoas_coach.speech_queue import Urgency
from psoas_coach.voice import Voice
from psoas_coach.voice_notices import sentence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="shell scripts stand for programs, signals freeze them")
FRAME_S = 1 / 30
ANSWER_S = speech_supervisor.ANSWER_S


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV], ids=["killed", "frozen", "crashed"])
def test_whatever_happens_to_the_process_no_frame_waits(
    voice: Voice, speaker: Loudspeaker, harm: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    if harm == signal.SIGSTOP:
        monkeypatch.setattr(speech_supervisor, "ANSWER_S", ANSWER_S)
    voice.say("Before.", Urgency.CAUTION)
    speaker.wait_for(1)
    first = process_of(voice)
    os.kill(first, harm)
    # As a session would: something to say at every frame, for as long as it takes to notice and begin anew. That
    # frames pass at all while nobody answers shows that none waits.
    frames = 0
    start_s = time.monotonic()
    while voice.state.restarts == 0 or not voice.wait_until_ready(0):
        voice.say(f"Frame {frames}.", Urgency.STOP)
        frames += voice.state.restarts == 0 or not voice.wait_until_ready(0)
        time.sleep(FRAME_S)
        assert time.monotonic() - start_s < PATIENCE_S
    assert frames > 0
    voice.silence()
    voice.say("After.", Urgency.CAUTION)
    wait_until(lambda: bool(speaker.heard("After.")))
    assert not alive(first)
    assert process_of(voice) != first
    assert voice.notice == ""
    assert voice.state.restarts == 1 or harm == signal.SIGSTOP, "who is slow to answer may be taken for frozen again"


def test_a_process_frozen_while_nothing_is_said_is_found_out(
    espeak: str, speaker: Loudspeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_supervisor, "PING_S", 0.5)
    monkeypatch.setattr(speech_supervisor, "ANSWER_S", ANSWER_S)
    with Voice("en") as voice:
        assert voice.wait_until_ready(PATIENCE_S)
        os.kill(process_of(voice), signal.SIGSTOP)
        wait_until(lambda: voice.state.restarts > 0)
        assert voice.wait_until_ready(PATIENCE_S)
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
        f"speech_supervisor.PING_S, speech_supervisor.ANSWER_S = 0.1, {4 * ANSWER_S}\n"
        "with Voice('en') as voice:\n"
        "    voice.wait_until_ready(60)\n"
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
        time.sleep(4 * ANSWER_S + 0.5)
        for one in (parent.pid, process):
            os.kill(one, signal.SIGCONT)
        restarts = parent.communicate(b"\n", timeout=PATIENCE_S)[0]
    assert int(restarts) == 0


def test_what_was_lost_in_a_crash_is_said_again(
    espeak: str, speaker: Loudspeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYS_S", FOR_EVER_S)
    with Voice("en") as voice:
        voice.say("Come out slowly.", Urgency.STOP)
        speaker.wait_for(1)
        os.kill(process_of(voice), signal.SIGKILL)
        wait_until(lambda: len(speaker.heard("Come out slowly.")) == 2)


def test_after_too_many_deaths_it_chimes_and_then_is_silent(voice: Voice, speaker: Loudspeaker) -> None:
    for restarts in range(1, speech_supervisor.RESTARTS + 2):
        os.kill(process_of(voice), signal.SIGKILL)
        wait_until(lambda wanted=restarts: voice.state.restarts == wanted)  # type: ignore[misc]
    assert voice.wait_until_ready(PATIENCE_S)
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
    assert voice.wait_until_quiet(PATIENCE_S)


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


@pytest.mark.parametrize("state", ["idle", "speaking", "frozen", "starting"])
def test_closing_never_hangs_and_leaves_nothing(
    espeak: str, speaker: Loudspeaker, state: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLAYS_S", FOR_EVER_S)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    voice = Voice("en")
    if state != "starting":
        assert voice.wait_until_ready(PATIENCE_S)
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
    voice.close()
    voice.close()
    wait_until(lambda: not any(alive(one) for one in (process, *players)))
    assert list(tmp_path.glob("psoas-coach-voice-*")) == []
    voice.say("Nothing happens.", Urgency.STOP)


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
        "voice.wait_until_ready(60)\n"
        f"{state == 'speaking'} and voice.say('A long story.', Urgency.REMARK)\n"
        "print(voice.state.process_id, flush=True)\n"
        "time.sleep(600)\n"
    )
    path = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    environment = {**os.environ, "PLAYS_S": FOR_EVER_S, "PYTHONPATH": path, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        if state == "speaking":
            speaker.wait_for(1)
        if state == "frozen":
            os.kill(process, signal.SIGSTOP)
            time.sleep(0.1)
        parent.kill()
    wait_until(lambda: not alive(process))
    wait_until(lambda: not any(alive(player_id(path)) for path in speaker.sounds()))
    if state != "frozen":
        # A frozen one is ended by the system, and cannot tidy up.
        wait_until(lambda: list(tmp_path.glob("psoas-coach-voice-*")) == [])
