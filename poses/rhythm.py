"""Whether somebody bounces quickly and by little: a rhythm that is too small to be told swing by swing.

Which question this module answers: does one steady rhythm, faster than breath and repetitions, explain most of what a
measure does in a stretch. ``poses.bouncing`` asks each swing to be larger than flicker. The pose model's own filter
takes more off a movement the faster it is: of a bounce at 2.5 Hz it leaves two fifths, less than swings of flicker
reach. What remains is all the more regular, and flicker is not.

Twice a second the last seconds, less their slow part, are compared with sinusoids at the frames' own times (N. R. Lomb,
Astrophys. Space Sci. 39 (1976) 447; J. D. Scargle, Astrophys. J. 263 (1982) 835), so that lost frames do not matter.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses.records import Verdict

# What is looked at, how often, and how much of it must be filled: five swings of the slowest rhythm, and at least so
# many frames (conventions). With fewer than 13 a second what shakes at 8 Hz and more would look like a bounce.
WINDOW_S: Final = 3.0
EVERY_S: Final = 0.5
_FILLED: Final = 0.85
_FEWEST: Final = 40
# The rhythms that are looked for: slower ones are told by their swings, faster ones are shaking (safe-ranges.md 3.2).
_HERTZ: Final = np.arange(1.2, 3.01, 0.1)
# A rhythm is there when it explains twice as much as all else does (convention).
_EXPLAINED: Final = 2.0 / 3.0
# A frame that stands off farther is left out, in robust standard deviations: a sinusoid reaches 1.35 of them.
_OUTLIER: Final = 3.0
_MAD_SCALE: Final = 1.4826
# A verdict outlasts a lost view by so much (convention).
_KEPT_S: Final = 1.5
# It is told at the second look in a row that finds it, at much the same pace.
_SAME_HERTZ: Final = 0.35
# And is to be stopped when it goes on for so long after that: half of what is looked at is new (convention).
_GOES_ON_S: Final = 0.5 * WINDOW_S + EVERY_S
# Share of a small to-and-fro that the pose model leaves, at each hertz so much less: of seven rendered people bouncing
# by 4 to 8 degrees 0.81 at 0.8 Hz, 0.72 at 1.5, 0.40 at 2.5 (seeds 13070 to 13090, 14010 and 19036 to 19038).
_LOST_PER_HERTZ: Final = 0.24
# And its spread among them.
_GAIN_SPREAD: Final = 0.15

# Media time and value.
Sample = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A sinusoid in the samples.

    Attributes:
        hertz: Its pace.
        explained: Its share of the variance, without the slow part.
        height_deg: From end to end, as it is read.
    """

    hertz: float
    explained: float
    height_deg: float

    @property
    def true_deg(self) -> float:
        """From end to end, with what the pose model's filter took off."""
        return self.height_deg / (1.0 - _LOST_PER_HERTZ * self.hertz)


@dataclass(frozen=True, slots=True)
class RhythmResult:
    """What is known at one moment.

    Attributes:
        verdict: OK, CAUTION or STOP.
        value: Height of the bounce in degrees from end to end; 0 without one.
        sigma: One-sigma uncertainty of it.
        since_s: Since when.
    """

    verdict: Verdict
    value: float
    sigma: float
    since_s: float


@dataclass(frozen=True, slots=True)
class RhythmMemory:
    """The recent past of one measure.

    Attributes:
        samples: The window.
        looked_s: When it was last looked at.
        found: What the last look found, if that was a bounce,
        found_s: and when the window began that was the first of those in a row to find it.
        verdict: The verdict in force.
        since_s: Since when.
    """

    samples: tuple[Sample, ...] = ()
    looked_s: float = -math.inf
    found: Rhythm | None = None
    found_s: float = math.nan
    verdict: Verdict = Verdict.OK
    since_s: float = -math.inf


def advance(
    least_deg: float, time_s: float, value: float, memory: RhythmMemory, *, active: bool
) -> tuple[RhythmResult, RhythmMemory]:
    """Takes one more frame into account.

    Args:
        least_deg: From this height on, from end to end, a rhythm is a bounce.
        time_s: Media time of the frame.
        value: The raw measure in degrees; NaN when it was not seen.
        memory: What the last call returned.
        active: Whether bouncing is judged in this part of the movement.

    Returns:
        What is known of this moment, and the new memory. A caution is given for a rhythm that lasts somewhat longer
        than the window, a stop for one that goes on.
    """
    if not active:
        if memory.samples or memory.verdict is not Verdict.OK:
            memory = RhythmMemory(since_s=time_s)
        return _result(memory), memory
    if memory.samples and time_s - memory.samples[-1][0] > _KEPT_S:
        memory = RhythmMemory(since_s=time_s)
    if math.isnan(value) or (memory.samples and time_s <= memory.samples[-1][0]):
        return _result(memory), memory
    first = 0
    while first < len(memory.samples) and memory.samples[first][0] < time_s - WINDOW_S:
        first += 1
    now = replace(memory, samples=(*memory.samples[first:], (time_s, value)))
    if time_s - memory.looked_s >= EVERY_S:
        now = _look(least_deg, time_s, now)
    return _result(now), now


def rhythm_of(samples: tuple[Sample, ...]) -> Rhythm | None:
    """The strongest rhythm of a window, or None where it holds too little."""
    if len(samples) < _FEWEST or samples[-1][0] - samples[0][0] < _FILLED * WINDOW_S:
        return None
    table = np.array(samples)
    at, value = _unsteady(table)
    near = np.abs(value) <= _OUTLIER * _MAD_SCALE * float(np.median(np.abs(value)))
    if not near.all():
        at, value = _unsteady(table[near])
    power = float(value @ value)
    if not power > 0.0:
        return None
    turns = 2.0 * np.pi * np.multiply.outer(_HERTZ, at)
    # Shifted so that sine and cosine are orthogonal at these times.
    shift = 0.5 * np.arctan2(np.sin(2.0 * turns).sum(axis=1), np.cos(2.0 * turns).sum(axis=1))
    cosine, sine = np.cos(turns - shift[:, None]), np.sin(turns - shift[:, None])
    of_cosine, of_sine = (cosine**2).sum(axis=1), (sine**2).sum(axis=1)
    a, b = (cosine @ value) / of_cosine, (sine @ value) / of_sine
    explained = (a * a * of_cosine + b * b * of_sine) / power
    best = int(explained.argmax())
    height = 2.0 * math.hypot(float(a[best]), float(b[best]))
    return Rhythm(float(_HERTZ[best]), float(explained[best]), height)


def _unsteady(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times from their mean, and values without their slow part: a cubic follows what takes two seconds and more."""
    at = table[:, 0] - table[:, 0].mean()
    basis = np.vander(at / (0.5 * WINDOW_S), 4)
    return at, table[:, 1] - basis @ np.linalg.lstsq(basis, table[:, 1], rcond=None)[0]


def _look(least_deg: float, time_s: float, memory: RhythmMemory) -> RhythmMemory:
    """Looks at the window once more."""
    seen = rhythm_of(memory.samples)
    found = seen if seen is not None and seen.explained >= _EXPLAINED and seen.true_deg >= least_deg else None
    before = memory.found
    again = found is not None and before is not None and abs(found.hertz - before.hertz) <= _SAME_HERTZ
    verdict, since_s, began_s = memory.verdict, memory.since_s, memory.samples[0][0]
    found_s = memory.found_s if again else began_s
    if not again:
        if verdict is not Verdict.OK and found is None:
            verdict, since_s = Verdict.OK, time_s
    elif verdict is Verdict.OK:
        verdict, since_s = Verdict.CAUTION, found_s
    elif verdict is Verdict.CAUTION and began_s - since_s >= _GOES_ON_S:
        verdict = Verdict.STOP
    return replace(memory, looked_s=time_s, found=found, found_s=found_s, verdict=verdict, since_s=since_s)


def _result(memory: RhythmMemory) -> RhythmResult:
    if memory.verdict is Verdict.OK or memory.found is None:
        return RhythmResult(memory.verdict, 0.0, 0.0, memory.since_s)
    height = memory.found.true_deg
    return RhythmResult(memory.verdict, height, _GAIN_SPREAD * height, memory.since_s)
