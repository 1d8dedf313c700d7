"""Made-up signals for the tests of the detectors: a camera's time stamps and a landmark's flicker."""

import math

import numpy as np


def stamps(rng: np.random.Generator, length_s: float, rate_hz: float, drop: float) -> np.ndarray:
    """Jittering time stamps of a camera that loses frames."""
    times = (np.arange(1, round(length_s * rate_hz)) + rng.uniform(-0.3, 0.3, round(length_s * rate_hz) - 1)) / rate_hz
    return times[rng.random(len(times)) >= drop]


def flicker(rng: np.random.Generator, times: np.ndarray, sigma: float, lasting_s: float) -> np.ndarray:
    """Noise whose correlation dies away with ``lasting_s``, as a filtered landmark has; white for 0."""
    noise = rng.normal(scale=sigma, size=len(times))
    for i in range(1, len(times) if lasting_s > 0.0 else 0):
        keep = math.exp((times[i - 1] - times[i]) / lasting_s)
        noise[i] = keep * noise[i - 1] + math.sqrt(1.0 - keep**2) * noise[i]
    return noise
