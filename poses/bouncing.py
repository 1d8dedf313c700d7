"""Whether the person bounces at the end of the range instead of staying there.

Which question this module answers: does the measure go to and fro, several times, at the pace of a bounce. Counted are
turning points: highs and lows that lie farther apart than flicker explains, and follow each other neither as slowly as
breath and repetitions nor as quickly as shaking. It reads the raw measure: a filter for angles would hide
what is asked.

A parabola through about a quarter of a second turns frames, as they come, into a smooth course: it lessens flicker,
leaves 2.5 Hz as it is (6 % less in height) and finds a turning point between two frames, which at 10 frames a second
would otherwise cut up to 30 % off a bounce.
"""

import math
from dataclasses import dataclass
from statistics import median
from typing import Final

from poses.records import Verdict

# A frame that stands off from both its neighbours farther than a bounce of 20 degrees at 3 Hz would is no movement. It
# is looked for when the neighbours are no farther apart than this, that is from 10 frames a second on.
SPIKE_S: Final = 0.22
SPIKE_RADIUS_DEG: Final = 10.0
SPIKE_TURN: Final = math.pi * 3.0
# At this distance between two frames the newest is not yet believed; with fewer frames that would take too long.
BELIEVED_S: Final = 0.055
# A parabola through three frames that span more than this many times its length is a guess.
LONGEST_STRETCH: Final = 1.25
# How far beyond the frames it may reach, as a share of their range: with 4 frames a swing it needs an eighth.
OVERSHOOT: Final = 0.15
# Frames are counted with a memory that fades at this pace; before so long the rate is not known.
RATE_MEMORY_S: Final = 2.0
RATE_KNOWN_S: Final = 1.0
# The latest swings, whose median is the height of the bounce.
HEIGHT_SWINGS: Final = 6
# Turning points are looked for from this share of a swing on, and the median of the swings must be a whole one: so
# flicker neither tears a small bounce apart nor makes one.
WEAK_SHARE: Final = 0.6
# A bounce is regular: no swing is longer or wider than another by more than this (convention).
UNEVEN: Final = 2.2
# A swing that is smaller than this share of the next was still the sway before the bounce.
BEGUN: Final = 0.75
# Flicker makes a few large swings by chance sooner than many: so much, over their number, is added to the factor.
FEW: Final = 4.0

# Media time and value.
Sample = tuple[float, float]


@dataclass(frozen=True, slots=True)
class BounceLimits:
    """What is a bounce, and how much of it is too much.

    Attributes:
        caution_reversals: So many turning points in a row: stay still.
        stop_reversals: So many: stop.
        stop_peak_to_peak_deg: A bounce of at least the caution's reversals that is surely higher than this: stop.
        min_swing_deg: Turning points lie at least this far apart.
        noise_factor: And at least this many times the flicker.
        shortest_half_s: From one turning point to the next it takes no less than this.
        longest_half_s: And no more.
        window_s: Turning points longer ago do not count.
        quiet_s: A verdict ends so long after the last turning point.
        min_rate_hz: With fewer frames a second a bounce may be missed: without one it is UNKNOWN, not OK.
        fit_s: Length of the parabola.
        forget_s: After a longer time without a view the past says nothing about the present.
    """

    caution_reversals: int
    stop_reversals: int
    stop_peak_to_peak_deg: float
    min_swing_deg: float
    noise_factor: float
    shortest_half_s: float
    longest_half_s: float
    window_s: float
    quiet_s: float
    min_rate_hz: float
    fit_s: float = 0.26
    forget_s: float = 0.85


@dataclass(frozen=True, slots=True)
class BounceResult:
    """What is known of bouncing at one moment.

    Attributes:
        verdict: UNKNOWN when nothing was seen, or when frames are too few to be sure that there is no bounce.
        value: Height of the bounce, degrees from peak to peak; 0 without one, NaN when UNKNOWN.
        sigma: One-sigma uncertainty of it.
        limit: The height that was passed: that of a stop, or the least that counts as a swing. NaN for OK and UNKNOWN.
        since_s: When the verdict began to hold: the first turning point.
        reversals: Turning points of the bounce within the window.
        hertz: Its pace, NaN without one.
    """

    verdict: Verdict
    value: float
    sigma: float
    limit: float
    since_s: float
    reversals: int
    hertz: float


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turning point, the way that led to it, and how long that took: 0 when too long or too short for a swing."""

    time_s: float
    value: float
    swing_deg: float
    half_s: float


@dataclass(frozen=True, slots=True)
class _Course:
    """Where the smooth course is between its turning points.

    Attributes:
        extreme_s, extreme: The farthest point on the way that the course is on.
        way: +1 rising, -1 falling, 0 not yet known.
        start: Where the way began.
        turns: Turning points of one bounce within the window, oldest first.
    """

    extreme_s: float
    extreme: float
    start: float
    way: int = 0
    turns: tuple[_Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class BounceMemory:
    """The recent past of one measure.

    Attributes:
        samples: Frames of the parabola, oldest first, and one that is not yet known to be no spike.
        course: Turning points; None at the start and while not active.
        frames: Fading count of frames.
        started_s: When it began.
        verdict: The verdict in force: OK, CAUTION or STOP.
        since_s: Since when.
        limit: The limit that was passed, NaN for OK.
    """

    samples: tuple[Sample, ...] = ()
    course: _Course | None = None
    frames: float = 0.0
    started_s: float = math.inf
    verdict: Verdict = Verdict.OK
    since_s: float = -math.inf
    limit: float = math.nan


def advance(
    limits: BounceLimits, time_s: float, value: float, noise_deg: float, memory: BounceMemory, *, active: bool
) -> tuple[BounceResult, BounceMemory]:
    """Takes one more frame into account.

    Args:
        limits: What is a bounce.
        time_s: Media time of the frame, not before the last one.
        value: The raw measure in degrees; NaN when it was not seen.
        noise_deg: One-sigma flicker of the measure; NaN when it is not known.
        memory: What the last call returned.
        active: Whether bouncing is judged in this part of the movement.

    Returns:
        What is known of this moment, and the new memory.
    """
    if math.isnan(value):
        return _unknown(memory), memory
    if memory.samples and time_s - memory.samples[-1][0] > limits.forget_s:
        memory = BounceMemory(since_s=time_s)
    noise = noise_deg if noise_deg > 0.0 else 0.0
    least_deg = max(limits.min_swing_deg, limits.noise_factor * noise)
    samples, frames, started_s = memory.samples, memory.frames, min(memory.started_s, time_s)
    if not samples or time_s > samples[-1][0]:
        fade = math.exp((samples[-1][0] - time_s) / RATE_MEMORY_S) if samples else 0.0
        frames = frames * fade + 1.0
        samples = _recent(samples, (time_s, value), least_deg, limits.fit_s)
    if not active:
        since_s = memory.since_s if memory.verdict is Verdict.OK else time_s
        now = BounceMemory(samples, None, frames, started_s, Verdict.OK, since_s)
        return _result(now, noise), now
    point = _smooth(samples, limits.fit_s)
    course = _follow(limits, memory.course, point, WEAK_SHARE * least_deg)
    verdict, since_s, limit = _judge(limits, course, memory, time_s, least_deg, noise)
    now = BounceMemory(samples, course, frames, started_s, verdict, since_s, limit)
    enough = limits.min_rate_hz * RATE_MEMORY_S * (1.0 - math.exp((started_s - time_s) / RATE_MEMORY_S))
    if verdict is Verdict.OK and (time_s - started_s < RATE_KNOWN_S or frames < enough):
        return _unknown(now), now
    return _result(now, noise), now


def _recent(samples: tuple[Sample, ...], newest: Sample, least_deg: float, fit_s: float) -> tuple[Sample, ...]:
    """The frames of the parabola and the newest, without the one before it if that was a spike."""
    if len(samples) >= 2 and newest[0] - samples[-2][0] <= SPIKE_S:
        there, back = samples[-1][1] - samples[-2][1], newest[1] - samples[-1][1]
        if there * back < 0.0 and min(abs(there), abs(back)) > least_deg:
            apart = math.cos(SPIKE_TURN * (newest[0] - samples[-2][0]))
            if min(abs(there), abs(back)) > SPIKE_RADIUS_DEG * (1.0 - apart):
                samples = samples[:-1]
    samples = (*samples, newest)
    # One more than the parabola needs, since the newest may still turn out to be a spike.
    from_s, first, last = samples[-2][0] - fit_s if len(samples) > 1 else -math.inf, 0, len(samples) - 4
    while first < last and samples[first][0] < from_s:
        first += 1
    return samples[first:]


def _smooth(samples: tuple[Sample, ...], fit_s: float) -> Sample | None:
    """A point of the smooth course: its turning point if there is one in the middle of the parabola, or the middle."""
    if len(samples) >= 2 and samples[-1][0] - samples[-2][0] <= BELIEVED_S:
        samples = samples[:-1]
    count = len(samples)
    if count < 3:
        return None
    half_s = 0.5 * (samples[-1][0] - samples[0][0])
    if 2.0 * half_s > LONGEST_STRETCH * fit_s:
        return samples[count // 2]
    middle_s, level = samples[0][0] + half_s, samples[0][1]
    t1 = t2 = t3 = t4 = y0 = y1 = y2 = 0.0
    for time_s, value in samples:
        x, y = time_s - middle_s, value - level
        xx = x * x
        t1 += x
        t2 += xx
        t3 += xx * x
        t4 += xx * xx
        y0 += y
        y1 += x * y
        y2 += xx * y
    # Normal equations of y = a + b x + c x^2, the mean taken out first.
    s11, s12, s22 = t2 - t1 * t1 / count, t3 - t1 * t2 / count, t4 - t2 * t2 / count
    r1, r2 = y1 - t1 * y0 / count, y2 - t2 * y0 / count
    scale = s11 * s22 - s12 * s12
    if not scale > 0.0:
        return samples[count // 2]
    b, c = (r1 * s22 - r2 * s12) / scale, (r2 * s11 - r1 * s12) / scale
    a = level + (y0 - b * t1 - c * t2) / count
    if abs(b) < abs(c) * half_s:
        # The turning point -b / 2c lies in the inner half.
        middle_s, a = middle_s - 0.5 * b / c, a - 0.25 * b * b / c
    # Where frames are missing a parabola may run away between the others.
    values = [value for _, value in samples]
    low, high = min(values), max(values)
    beyond = OVERSHOOT * (high - low)
    return middle_s, min(max(a, low - beyond), high + beyond)


def _follow(limits: BounceLimits, course: _Course | None, point: Sample | None, least_deg: float) -> _Course | None:
    """Moves one point along the course; when it came back far enough, the farthest point was a turning point."""
    if point is None:
        return course
    time_s, value = point
    if course is None:
        return _Course(time_s, value, value)
    gone = value - course.extreme
    if course.way == 0:
        return course if abs(gone) < least_deg else _Course(time_s, value, course.start, _sign(gone), course.turns)
    if gone * course.way >= 0.0:
        return _Course(time_s, value, course.start, course.way, course.turns)
    if abs(gone) < least_deg:
        return course
    turns = _with_turn(limits, course)
    return _Course(time_s, value, course.extreme, -course.way, turns)


def _with_turn(limits: BounceLimits, course: _Course) -> tuple[_Turn, ...]:
    """The turning points with the one that was just found; one that comes too late begins a new row."""
    swing_deg = abs(course.extreme - course.start)
    turns = tuple(turn for turn in course.turns if course.extreme_s - turn.time_s <= limits.window_s)
    half_s = course.extreme_s - turns[-1].time_s if turns else math.inf
    if half_s > limits.longest_half_s:
        return (_Turn(course.extreme_s, course.extreme, swing_deg, 0.0),)
    return (
        *turns,
        _Turn(course.extreme_s, course.extreme, swing_deg, half_s if half_s >= limits.shortest_half_s else 0.0),
    )


def _judge(
    limits: BounceLimits,
    course: _Course | None,
    past: BounceMemory,
    time_s: float,
    least_deg: float,
    noise: float,
) -> tuple[Verdict, float, float]:
    """Verdict in force, since when, and the limit that was passed."""
    turns = course.turns if course is not None else ()
    if past.verdict is not Verdict.OK and (not turns or time_s - turns[-1].time_s > limits.quiet_s):
        return Verdict.OK, turns[-1].time_s if turns else time_s, math.nan
    kept = past.verdict, past.since_s, past.limit
    if past.verdict is Verdict.STOP or (past.course is not None and turns is past.course.turns):
        return kept
    regular = _regular(limits, turns, least_deg, noise)
    if not regular:
        return kept
    since_s = past.since_s if past.verdict is Verdict.CAUTION else regular[0].time_s
    reversals, height, _ = _bounce(turns)
    if height - _height_sigma(noise, reversals) >= limits.stop_peak_to_peak_deg:
        return Verdict.STOP, since_s, limits.stop_peak_to_peak_deg
    # Never at once: what was flicker until now and looks like a long bounce is asked to go on first.
    if past.verdict is Verdict.CAUTION and sum(t.time_s >= since_s for t in turns) >= limits.stop_reversals:
        return Verdict.STOP, since_s, least_deg
    return Verdict.CAUTION, since_s, least_deg


def _regular(limits: BounceLimits, turns: tuple[_Turn, ...], least_deg: float, noise: float) -> tuple[_Turn, ...]:
    """The longest row of last turning points that is a bounce; empty when there is none."""
    for first in range(len(turns) - limits.caution_reversals + 1):
        swings = turns[first + 1 :]
        halves, widths = [turn.half_s for turn in swings], [turn.swing_deg for turn in swings]
        even = min(halves) > 0.0 and max(halves) <= UNEVEN * min(halves) and max(widths) <= UNEVEN * min(widths)
        begun = widths[0] >= BEGUN * max(widths[:2])
        if begun and even and median(widths) >= max(least_deg, noise * (limits.noise_factor + FEW / len(swings))):
            return turns[first:]
    return ()


def _bounce(turns: tuple[_Turn, ...]) -> tuple[int, float, float]:
    """Turning points, height in degrees and pace in hertz of a bounce; 0, 0 and NaN when it is none."""
    swings = [turn for turn in turns if turn.half_s > 0.0]
    if not swings:
        return 0, 0.0, math.nan
    height = median(turn.swing_deg for turn in swings[-HEIGHT_SWINGS:])
    return len(swings) + 1, height, 0.5 * len(swings) / sum(turn.half_s for turn in swings)


def _height_sigma(noise_deg: float, reversals: int) -> float:
    """Uncertainty of the median of swings, each the difference of two points; neighbours share one."""
    return noise_deg * math.sqrt(2.0 / max(min(reversals - 1, HEIGHT_SWINGS), 1))


def _result(memory: BounceMemory, noise: float) -> BounceResult:
    turns = memory.course.turns if memory.course is not None else ()
    recent = memory.verdict is not Verdict.OK or (turns and memory.samples[-1][0] - turns[-1].time_s < 1.0)
    reversals, height, hertz = _bounce(turns) if recent else (0, 0.0, math.nan)
    sigma = _height_sigma(noise, reversals)
    return BounceResult(memory.verdict, height, sigma, memory.limit, memory.since_s, reversals, hertz)


def _unknown(memory: BounceMemory) -> BounceResult:
    return BounceResult(Verdict.UNKNOWN, math.nan, math.nan, math.nan, memory.since_s, 0, math.nan)


def _sign(value: float) -> int:
    return 1 if value > 0.0 else -1
