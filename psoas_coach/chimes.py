"""Three soft chimes, for where there is no voice: well done, careful, stop.

They are told apart by number and direction of their tones, not by loudness: one pair rises, one tone is repeated,
three tones fall. Made of sines with a slow attack and a long decay, far from full scale: a chime must not startle
somebody who holds a stretch.
"""

import wave
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from psoas_coach.speech_queue import Chime

RATE_HZ: Final = 22050
# Peak of the whole chime; full scale is 1.
PEAK: Final = 0.35
# Frequency of each tone in Hz (C5 and G5; A4 twice; G4, E4 and C4) and when it begins, in seconds.
TONES: Final[dict[Chime, tuple[tuple[float, float], ...]]] = {
    "good": ((523.25, 0.0), (783.99, 0.18)),
    "caution": ((440.0, 0.0), (440.0, 0.32)),
    "stop": ((392.0, 0.0), (329.63, 0.26), (261.63, 0.52)),
}
_TONE_S: Final = 0.7
_ATTACK_S: Final = 0.03
_DECAY_S: Final = 0.18
_RELEASE_S: Final = 0.08
# A little of the octave takes the hollowness of a pure sine away, and is heard from small loudspeakers.
_OCTAVE: Final = 0.2


def samples(chime: Chime) -> NDArray[np.float64]:
    """The wave of a chime at ``RATE_HZ``, between -1 and 1."""
    tones = TONES[chime]
    out = np.zeros(round((tones[-1][1] + _TONE_S) * RATE_HZ))
    for frequency_hz, start_s in tones:
        start = round(start_s * RATE_HZ)
        tone = _tone(frequency_hz)[: len(out) - start]
        out[start : start + len(tone)] += tone
    out *= PEAK / np.abs(out).max()
    return out


def _tone(frequency_hz: float) -> NDArray[np.float64]:
    time_s = np.arange(round(_TONE_S * RATE_HZ)) / RATE_HZ
    attack = 0.5 - 0.5 * np.cos(np.pi * np.clip(time_s / _ATTACK_S, 0, 1))
    release = 0.5 - 0.5 * np.cos(np.pi * np.clip((time_s[-1] - time_s) / _RELEASE_S, 0, 1))
    turn = 2 * np.pi * frequency_hz * time_s
    tone: NDArray[np.float64] = np.sin(turn) + _OCTAVE * np.sin(2 * turn)
    tone *= attack * release * np.exp(-time_s / _DECAY_S)
    return tone


def write(chime: Chime, path: Path) -> None:
    """Writes a chime as a WAV file, 16 bits, one channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.round(samples(chime) * 32767).astype("<i2").tobytes())
