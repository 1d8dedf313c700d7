"""Three chimes that can be told apart and startle nobody."""

import wave
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from psoas_coach.chimes import PEAK, RATE_HZ, TONES, samples, write
from psoas_coach.speech_queue import Chime

CHIMES: tuple[Chime, ...] = get_args(Chime)


def loudness(sound: NDArray[np.float64], part_s: float = 0.02) -> NDArray[np.float64]:
    """Root mean square of each part."""
    length = round(part_s * RATE_HZ)
    parts = len(sound) // length
    loud: NDArray[np.float64] = np.sqrt((sound[: parts * length].reshape(parts, length) ** 2).mean(axis=1))
    return loud


def pitch_hz(sound: NDArray[np.float64]) -> float:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.fft.rfftfreq(len(sound), 1 / RATE_HZ)[spectrum.argmax()])


@pytest.mark.parametrize("chime", CHIMES)
def test_soft_without_clipping_or_clicks(chime: Chime) -> None:
    sound = samples(chime)
    assert np.abs(sound).max() == pytest.approx(PEAK)
    assert PEAK < 0.5
    # Begins and ends at rest, and swells: after 5 ms it is still faint, the loudest comes later.
    assert np.abs(sound[[0, -1]]).max() < 1e-3
    assert np.abs(sound[: round(0.005 * RATE_HZ)]).max() < 0.1 * PEAK
    # No jump anywhere: a tone of 784 Hz with a fifth of its octave moves by at most this in one sample.
    steepest = 2 * np.pi * 784 * 1.4 / RATE_HZ * PEAK
    assert np.abs(np.diff(sound)).max() < steepest
    assert 0.5 < len(sound) / RATE_HZ < 1.5


@pytest.mark.parametrize("chime", CHIMES)
def test_the_tones_are_those_that_were_meant(chime: Chime) -> None:
    sound = samples(chime)
    for number, (frequency_hz, start_s) in enumerate(TONES[chime]):
        end_s = TONES[chime][number + 1][1] if number + 1 < len(TONES[chime]) else start_s + 0.3
        part = sound[round((start_s + 0.05) * RATE_HZ) : round(end_s * RATE_HZ)]
        # Within the width that so short a piece can tell.
        assert pitch_hz(part) == pytest.approx(frequency_hz, abs=12)


def test_they_differ_by_number_and_direction_of_tones() -> None:
    steps = {chime: [b[0] - a[0] for a, b in zip(TONES[chime], TONES[chime][1:], strict=False)] for chime in CHIMES}
    assert (len(TONES["good"]), len(TONES["caution"]), len(TONES["stop"])) == (2, 2, 3)
    assert steps["good"][0] > 0
    assert steps["caution"] == [0]
    assert all(step < 0 for step in steps["stop"])
    # Each begins anew loudly enough to be counted.
    for chime in CHIMES:
        loud = loudness(samples(chime))
        for _, start_s in TONES[chime][1:]:
            place = round(start_s / 0.02)
            assert loud[place + 2 : place + 6].max() > 1.3 * loud[place - 2 : place + 1].min()


def test_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "stop.wav"
    write("stop", path)
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        read = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    assert np.abs(read - samples("stop")).max() < 1e-4
