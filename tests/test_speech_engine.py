"""What is spoken: the right voice for each language, and the audio of every cue."""

import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from poses.messages import LANGUAGES, Language, Messages, cue_ids
from psoas_coach import speech_engine, speech_once
from psoas_coach.speech_engine import (
    EngineFailure,
    EspeakEngine,
    PyttsxEngine,
    choose_voice,
    espeak_voices,
    sounds,
)
from psoas_coach.speech_once import voices, write_speech
from psoas_coach.speech_voices import SystemVoice, fitting, tags

ROOT = Path(__file__).resolve().parent.parent
RATE_HZ = 22050


def heard(path: Path) -> NDArray[np.float64]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


def swell(path: Path) -> NDArray[np.float64]:
    """Loudness in parts of 20 ms: what an utterance looks like."""
    sound = heard(path)
    parts = len(sound) // 441
    return np.asarray(np.abs(sound[: parts * 441]).reshape(parts, 441).mean(axis=1))


def likeness(one: Path, other: Path) -> float:
    """Correlation of the loudness of two utterances: 1 for the same words by the same voice."""
    first, second = swell(one), swell(other)
    length = min(len(first), len(second))
    return float(np.corrcoef(first[:length], second[:length])[0, 1])


@pytest.fixture(scope="module")
def spoken(espeak: str, tmp_path_factory: pytest.TempPathFactory) -> dict[Language, dict[str, Path]]:
    """Every cue in every language, spoken once for all tests."""
    out: dict[Language, dict[str, Path]] = {}
    for language in LANGUAGES:
        texts = Messages(language)
        paths = write_speech(
            {cue: texts("cues", cue) for cue in sorted(cue_ids())}, language, tmp_path_factory.mktemp(language)
        )
        out[language] = {path.stem: path for path in paths}
    return out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cue_is_spoken(spoken: dict[Language, dict[str, Path]], language: Language) -> None:
    texts = Messages(language)
    assert set(spoken[language]) == cue_ids()
    for cue, path in spoken[language].items():
        sound, text = heard(path), texts("cues", cue)
        # 155 words a minute are some 14 letters a second, and a pause at the end.
        seconds = len(sound) / RATE_HZ
        assert 0.045 * len(text) < seconds < 0.13 * len(text), (cue, seconds)
        # Speech, not a click: more than a third of it is well above silence, and it is not clipped.
        loud = swell(path)
        assert (loud > 500).mean() > 0.35, cue
        assert 3000 < np.abs(sound).max() < 32767, cue


@pytest.mark.parametrize("language", LANGUAGES)
def test_different_cues_sound_different(spoken: dict[Language, dict[str, Path]], language: Language) -> None:
    texts, paths = Messages(language), sorted(spoken[language].items())
    assert len({texts("cues", cue) for cue, _ in paths}) == len(paths)
    for number, (cue, path) in enumerate(paths):
        for other, other_path in paths[number + 1 :]:
            assert likeness(path, other_path) < 0.95, (cue, other)


@pytest.mark.parametrize(("language", "voice", "foreign"), [("en", "en-gb", "nl"), ("nl", "nl", "en-gb")])
def test_it_is_the_voice_of_that_language(
    spoken: dict[Language, dict[str, Path]],
    espeak: str,
    tmp_path: Path,
    language: Language,
    voice: str,
    foreign: str,
) -> None:
    # The engine itself, asked without pyttsx3, is the witness.
    for cue in ("too_far_stop", "turn_side", "session_end"):
        text = Messages(language)("cues", cue)
        for name in (voice, foreign):
            command = [espeak, "-v", name, "-s", "155", "-w", str(tmp_path / f"{name}.wav"), text]
            subprocess.run(command, check=True)
        assert likeness(spoken[language][cue], tmp_path / f"{voice}.wav") > 0.99
        assert likeness(spoken[language][cue], tmp_path / f"{foreign}.wav") < 0.8


def test_both_languages_have_a_voice_here(espeak: str) -> None:
    found = voices()
    assert found.why == ""
    assert found.names["nl"] == "Dutch"
    assert "Great Britain" in found.names["en"]


VOICES = [
    SystemVoice("us", "Samantha", ("en-us",)),
    SystemVoice("gb", "Daniel", ("en-gb",)),
    SystemVoice("scot", "Fiona", ("en-gb-scotland",)),
    SystemVoice("be", "Ellen", ("nl-be",)),
    SystemVoice("nl", "Xander", ("nl-nl",)),
    SystemVoice("de", "Anna", ("de-de",)),
    SystemVoice("nn", "Nora", ("nn-no",)),
]


@pytest.mark.parametrize(
    ("language", "usual", "ids"),
    [
        ("nl", "us", ["nl", "be"]),
        ("nl", "be", ["be", "nl"]),
        ("en", "de", ["gb", "us", "scot"]),
        ("en", "us", ["us", "gb", "scot"]),
    ],
)
def test_the_users_own_voice_then_the_nearest_region(language: Language, usual: str, ids: list[str]) -> None:
    assert [voice.id for voice in fitting(VOICES, language, usual)] == ids


def test_no_voice_reads_a_language_it_does_not_know() -> None:
    assert fitting([voice for voice in VOICES if not voice.id.startswith(("nl", "be"))], "nl", "us") == []


def test_language_tags_of_all_engines_are_understood() -> None:
    assert tags([b"\x05en-gb", "nl_NL", None, "", "EN-us"]) == ("en-gb", "nl-nl", "en-us")


def test_half_a_file_and_silence_are_not_sound(tmp_path: Path) -> None:
    def written(name: str, values: NDArray[np.int16]) -> Path:
        path = tmp_path / name
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            file.writeframes(values.astype("<i2").tobytes())
        return path

    speech = (8000 * np.sin(np.arange(9000) / 20)).astype(np.int16)
    assert sounds(written("speech.wav", speech))
    assert not sounds(written("silence.wav", np.zeros(9000, np.int16)))
    assert not sounds(written("nothing.wav", speech[:0]))
    whole = (tmp_path / "speech.wav").read_bytes()
    for length in (0, 20, 44, 5000, len(whole) - 2):
        (tmp_path / "half.wav").write_bytes(whole[:length])
        assert not sounds(tmp_path / "half.wav"), length
    assert not sounds(tmp_path / "missing.wav")


def test_the_command_writes_every_cue(espeak: str, run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    status, out, _ = run("voice", "--lang", "nl", "--out", "audio")
    assert status == 0
    assert {path.stem for path in (tmp_path / "audio").iterdir()} == cue_ids()
    assert Messages("nl")("cues", "good") in out


@pytest.mark.parametrize("language", LANGUAGES)
def test_pyttsx3_speaks_with_the_right_voice(espeak: str, tmp_path: Path, language: Language) -> None:
    # What Windows and macOS speak through, here on its driver for espeak-ng, in a process of its own as always. That
    # driver takes the late end of one utterance for the end of the next, so it gets a moment in between.
    text = Messages(language)("cues", "session_end")
    code = (
        "import sys, time; from pathlib import Path; from psoas_coach import speech_engine\n"
        "language, folder, text = sys.argv[1], Path(sys.argv[2]), sys.argv[3]\n"
        "engine = speech_engine.PyttsxEngine()\n"
        "chosen = speech_engine.choose_voice(engine, language, folder)\n"
        "time.sleep(0.5)\n"
        "engine.write(text, folder / 'speech.wav')\n"
        "print(chosen.id)"
    )
    command = [sys.executable, "-c", code, language, str(tmp_path), text]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    chosen = done.stdout.splitlines()[-1]
    assert chosen == {"en": "gmw/en", "nl": "gmw/nl"}[language]
    subprocess.run([espeak, "-v", chosen, "-s", "155", "-w", str(tmp_path / "truth.wav"), text], check=True)
    assert likeness(tmp_path / "speech.wav", tmp_path / "truth.wav") > 0.9


def test_a_voice_that_cannot_be_set_is_not_taken(espeak: str, tmp_path: Path) -> None:
    # pyttsx3 says nothing of it and goes on in the voice before.
    engine = PyttsxEngine()
    engine.voices = (SystemVoice("gmw/no-such", "Dutch", ("nl",)),)
    with pytest.raises(EngineFailure, match="no_voice"):
        choose_voice(engine, "nl", tmp_path)


def test_what_espeak_prints_is_read() -> None:
    table = "\n".join(
        (
            "Pty Language       Age/Gender VoiceName          File                 Other Languages",
            " 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)",
            " 5  nl              --/M      Dutch              gmw/nl               ",
        )
    )
    assert espeak_voices(table) == (
        SystemVoice("gmw/en", "English (Great Britain)", ("en-gb",)),
        SystemVoice("gmw/nl", "Dutch", ("nl",)),
    )


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a shell script in the place of a program."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    def put(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return put


@pytest.mark.skipif(os.name != "posix", reason="shell scripts stand for programs")
@pytest.mark.parametrize("script", ["exit 1", "exec sleep 60"], ids=["fails", "hangs"])
def test_an_engine_that_fails_or_hangs_is_no_engine(
    programs: Callable[[str, str], None], script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_engine, "WRITING_S", 0.5)
    programs("espeak-ng", script)
    with pytest.raises(EngineFailure, match="no_engine"):
        EspeakEngine()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="this system has voices of its own")
def test_without_an_engine_the_remedy_is_told(
    run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, errors = run("voice", "--out", "audio")
    assert status == 2
    assert "apt-get install espeak-ng" in errors
    assert voices() == speech_once.Voices({}, "no_engine")


def test_without_the_extra_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyttsx3", None)
    with pytest.raises(EngineFailure, match="no_extra"):
        PyttsxEngine()
    assert "pip install 'psoas-coach[voice]'" in speech_once.remedy("no_extra")
