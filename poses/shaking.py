"""Whether a leg that is held still shakes visibly. Experimental, off unless asked for, and never called tremor.

Which question this module answers: is there more unrest between 3 and 7 Hz than while this person was stillest. What
shakes faster cannot be seen by a webcam (physiological tremor, 8 to 12 Hz, is barely visible to the eye; Elble 2003),
and people who shake always are not straining: the measure is against their own stillness (safe-ranges.md 3.4).

Once a second the last seconds, less their slow part, are taken apart into the frequencies of the band by a discrete
Fourier transform at the frames' own times, so that lost frames do not matter, under a Hann window. The unrest is the
root mean square of the band; a swing of that power goes 2 sqrt(2) times as far from end to end.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from poses.records import Verdict

# The Hann window spreads each frequency over its neighbours: noise bandwidth in bins (F. J. Harris, Proc. IEEE 66
# (1978) 51, table 1).
_HANN_BINS: Final = 1.5
_PEAK_TO_PEAK: Final = 2.0 * math.sqrt(2.0)
# Frames farther apart than this break a window.
_GAP_S: Final = 0.5

Sample = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ShakeLimits:
    """What shaking is.

    Attributes:
        low_hz: The band begins here
        high_hz: and ends here.
        window_s: Length of the time that is looked at; one such look a second.
        power_factor: So many times the power of the person's own stillness.
        peak_to_peak_deg: Least swing.
        windows: So many of the last ``of_windows`` looks must show it.
        of_windows: How many looks count.
        min_rate_hz: With fewer frames a second nothing is said.
        still_deg: The unrest of stillness, root mean square in the band, at most: what flickers in the estimate of a
            body that does not move. A person's own, where it is known, is lower or higher.
    """

    low_hz: float
    high_hz: float
    window_s: float
    power_factor: float
    peak_to_peak_deg: float
    windows: int
    of_windows: int
    min_rate_hz: float
    still_deg: float


@dataclass(frozen=True, slots=True)
class ShakeResult:
    """What is known of shaking at one moment.

    Attributes:
        verdict: OK, CAUTION, or UNKNOWN when there were too few frames.
        value: End-to-end swing in degrees at the last look; NaN before the first.
        sigma: The same of the person's own stillness.
        limit: The least swing when it is passed, else NaN.
        since_s: Since when.
    """

    verdict: Verdict
    value: float
    sigma: float
    limit: float
    since_s: float


@dataclass(frozen=True, slots=True)
class ShakeMemory:
    """The last seconds of one hold.

    Attributes:
        samples: Frames of the window, oldest first.
        looked_s: When the last look was taken.
        shaken: Whether each of the last looks showed shaking.
        swing_deg: Of the last look, NaN before the first.
        stillest_deg: Lowest unrest so far, over all holds; infinite before the first look.
        verdict: In force.
        since_s: Since when.
        sparse: Whether the last window had too few frames.
    """

    samples: tuple[Sample, ...] = ()
    looked_s: float = -math.inf
    shaken: tuple[bool, ...] = ()
    swing_deg: float = math.nan
    stillest_deg: float = math.inf
    verdict: Verdict = Verdict.OK
    since_s: float = -math.inf
    sparse: bool = False


def advance(
    limits: ShakeLimits, time_s: float, value: float, memory: ShakeMemory, *, active: bool
) -> tuple[ShakeResult, ShakeMemory]:
    """Takes one more frame into account.

    Args:
        limits: What shaking is.
        time_s: Media time.
        value: The measure of this frame alone in degrees; NaN when it was not seen.
        memory: What the last call returned.
        active: Whether something is held: who moves does not hold still.
    """
    samples = memory.samples
    if not active or (samples and time_s - samples[-1][0] > _GAP_S):
        ended = memory.since_s if memory.verdict is Verdict.OK else time_s
        memory, samples = ShakeMemory(stillest_deg=memory.stillest_deg, since_s=ended), ()
    if active and not math.isnan(value) and (not samples or time_s > samples[-1][0]):
        first = next((i for i, (then, _) in enumerate(samples) if then > time_s - limits.window_s), len(samples))
        memory = replace(memory, samples=(*samples[first:], (time_s, value)))
        # A whole window, less the step to its first frame; and no look twice a second.
        whole = time_s - memory.samples[0][0] >= limits.window_s - 1.5 / limits.min_rate_hz
        if whole and time_s - memory.looked_s >= 1.0:
            memory = _look(limits, time_s, memory)
    return _result(limits, memory), memory


def _result(limits: ShakeLimits, memory: ShakeMemory) -> ShakeResult:
    still = _PEAK_TO_PEAK * min(memory.stillest_deg, limits.still_deg)
    verdict = Verdict.UNKNOWN if memory.sparse else memory.verdict
    limit = limits.peak_to_peak_deg if verdict is Verdict.CAUTION else math.nan
    return ShakeResult(verdict, memory.swing_deg, still, limit, memory.since_s)


def _look(limits: ShakeLimits, time_s: float, memory: ShakeMemory) -> ShakeMemory:
    samples = memory.samples
    rate_hz = (len(samples) - 1) / (samples[-1][0] - samples[0][0])
    if rate_hz < limits.min_rate_hz:
        return replace(memory, looked_s=time_s, shaken=(), verdict=Verdict.OK, since_s=time_s, sparse=True)
    rms = unrest(limits, samples)
    # The own stillness is what was known before this look: nobody is compared with themselves now.
    still = min(memory.stillest_deg, limits.still_deg)
    swing = _PEAK_TO_PEAK * rms
    shakes = rms * rms >= limits.power_factor * still * still and swing >= limits.peak_to_peak_deg
    shaken = (*memory.shaken, shakes)[-limits.of_windows :]
    verdict = Verdict.CAUTION if sum(shaken) >= limits.windows else Verdict.OK
    since_s = memory.since_s if verdict is memory.verdict else time_s - (limits.window_s if shakes else 0.0)
    return ShakeMemory(samples, time_s, shaken, swing, min(memory.stillest_deg, rms), verdict, since_s)


def unrest(limits: ShakeLimits, samples: tuple[Sample, ...]) -> float:
    """Root mean square of the measure between ``low_hz`` and ``high_hz``, in degrees.

    Args:
        limits: The band and the window.
        samples: Times and values of one window.
    """
    time, value = np.array(samples).T
    time = time - time[0]
    span = float(time[-1])
    # Slow movement is not shaking, and its edges would leak into the band.
    value = value - np.polynomial.Polynomial.fit(time, value, 3)(time)
    weight = np.sin(np.pi * (time + 0.5 * span / len(time)) / (span * (1.0 + 1.0 / len(time)))) ** 2
    # Frames that stand for more time count for more.
    weight *= np.gradient(time)
    first, last = math.ceil(limits.low_hz * span), math.floor(limits.high_hz * span)
    frequency = np.arange(first, last + 1) / span
    waves = np.exp(-2j * np.pi * np.outer(frequency, time))
    amplitudes = 2.0 * (waves @ (weight * value)) / weight.sum()
    return float(np.sqrt((np.abs(amplitudes) ** 2).sum() / 2.0 / _HANN_BINS))
