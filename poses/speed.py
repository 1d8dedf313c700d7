"""How fast a measure changes, and whether that is faster than is gentle.

Which question this module answers: is the person moving into or out of the stretch too fast. The speed is the slope of
a straight line through the last moments (least squares), so that flicker and sway of single frames do not count, and
it comes with its standard error. It does not ask how far: in which part of the range speed matters is the caller's to
say, by ``active``.

Speeds are signed like the measure: positive is opening (towards the end of the range), negative is closing.

A stop is asked for when the speed less its standard error passes its limit, a caution when the speed itself does and is
surely a movement; either has to last. Both end when the speed falls to a share of the limit.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from poses.records import Verdict

# A line through fewer samples has no error worth the name.
FEWEST_SAMPLES: Final = 4
# How far the window may stretch to hold as many, and how much of it must be filled: 4 frames at 10 a second.
LONGEST_STRETCH: Final = 1.6
SHORTEST_SHARE: Final = 0.5
# A caution asks for a slope this many standard errors away from zero. One outlying frame, wherever it stands in the
# window, cannot bring the line of a still person there: its own residual keeps the ratio below the root of 3.
SURE_ERRORS: Final = 2.0
# On top of a movement it could. A frame this many errors away from the line through the others is left out of it; with
# fewer than 6 frames that cannot be told (convention).
OUTLIER_ERRORS: Final = 4.0
OUTLIER_SAMPLES: Final = 6

# Media time and value of a frame.
Sample = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SpeedLimits:
    """What is too fast for one measure of one exercise; infinity is no limit. Durations: safe-ranges.md 3.1.

    Attributes:
        caution_opening_deg_s: Opening faster than this: slow down.
        caution_closing_deg_s: The same of closing, as a positive number.
        stop_opening_deg_s: Opening surely faster than this: stop.
        stop_closing_deg_s: The same of closing, as a positive number.
        caution_on_s: How long the caution limit must be passed.
        stop_on_s: The same of the stop limit.
        window_s: Length of the line. A movement much shorter than this looks slower than it is.
        off_share: A verdict ends when the speed is below this share of its limit.
        over_read: By what factor the speed is read too high: the pose model's own filter lags behind a fast movement
            and then catches up with it.
        noise_correlation_s: For how long the flicker of one frame lasts into the next ones; widens the standard error.
        forget_s: After a longer time without a view the past says nothing about the present.
    """

    caution_opening_deg_s: float
    caution_closing_deg_s: float
    stop_opening_deg_s: float = math.inf
    stop_closing_deg_s: float = math.inf
    caution_on_s: float = 0.2
    stop_on_s: float = 0.2
    window_s: float = 0.5
    off_share: float = 0.6
    over_read: float = 1.0
    noise_correlation_s: float = 0.1
    forget_s: float = 0.5


@dataclass(frozen=True, slots=True)
class SpeedResult:
    """What is known of the speed at one moment.

    Attributes:
        verdict: UNKNOWN when nothing was seen, or too little to lay a line through.
        value: Speed in degrees a second, negative when closing; NaN when UNKNOWN.
        sigma: Its standard error.
        limit: The limit that was passed, signed like the speed; NaN for OK and UNKNOWN.
        since_s: When the verdict began to hold: the middle of the first line that was too steep.
        pending: Still OK, but a limit is passed and has not lasted yet.
    """

    verdict: Verdict
    value: float
    sigma: float
    limit: float
    since_s: float
    pending: bool = False


@dataclass(frozen=True, slots=True)
class SpeedMemory:
    """The recent past of the speed of one measure.

    Attributes:
        samples: Frames of the window, oldest first.
        line: Middle, speed and standard error of the last line while active; NaN before.
        verdict: The verdict in force: OK, CAUTION or STOP.
        since_s: Since when.
        limit: The limit that was passed, signed; NaN for OK.
        way: +1 or -1, the direction in which the clocks below run; 0 when none runs.
        caution_since_s: Since when the caution limit is passed, NaN when it is not.
        stop_since_s: The same of the stop limit, surely.
    """

    samples: tuple[Sample, ...] = ()
    line: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    verdict: Verdict = Verdict.OK
    since_s: float = -math.inf
    limit: float = math.nan
    way: int = 0
    caution_since_s: float = math.nan
    stop_since_s: float = math.nan


def advance(
    limits: SpeedLimits, time_s: float, value: float, noise_deg: float, memory: SpeedMemory, *, active: bool
) -> tuple[SpeedResult, SpeedMemory]:
    """Takes one more frame into account.

    Args:
        limits: What is too fast.
        time_s: Media time of the frame, not before the last one.
        value: The measure in degrees; NaN when it was not seen.
        noise_deg: One-sigma flicker of the measure from frame to frame; NaN when it is not known, and then only the
            distances of the frames from the line tell the error.
        memory: What the last call returned.
        active: Whether speed is judged in this part of the movement: it is told there, and may have been too high
            before.

    Returns:
        What is known of this moment, and the new memory.
    """
    if math.isnan(value):
        return SpeedResult(Verdict.UNKNOWN, math.nan, math.nan, math.nan, memory.since_s), memory
    samples = memory.samples
    if samples and time_s - samples[-1][0] > limits.forget_s:
        memory, samples = SpeedMemory(since_s=time_s), ()
    if not samples or time_s > samples[-1][0]:
        samples = _recent((*samples, (time_s, value)), limits.window_s)
    if len(samples) < FEWEST_SAMPLES or samples[-1][0] - samples[0][0] < SHORTEST_SHARE * limits.window_s:
        return (
            SpeedResult(Verdict.UNKNOWN, math.nan, math.nan, math.nan, memory.since_s),
            replace(memory, samples=samples),
        )
    noise = _coloured(noise_deg, limits.noise_correlation_s, samples)
    middle_s, slope, sigma = _line(samples, noise)
    least = min(limits.caution_opening_deg_s, limits.caution_closing_deg_s)
    if abs(slope) > limits.off_share * least and len(samples) >= OUTLIER_SAMPLES:
        middle_s, slope, sigma = _line(_without_outlier(samples, middle_s, slope), noise)
    slope, sigma = slope / limits.over_read, sigma / limits.over_read
    now = _judge(limits, samples, middle_s, slope, sigma, memory)
    if not active:
        # Nothing is said of the way to where speed counts. How fast somebody arrives there began on it.
        since_s = memory.since_s if memory.verdict is Verdict.OK else time_s
        now = replace(now, verdict=Verdict.OK, since_s=since_s, limit=math.nan)
        return SpeedResult(Verdict.OK, slope, sigma, math.nan, since_s), now
    pending = now.verdict is Verdict.OK and now.way != 0
    return SpeedResult(now.verdict, slope, sigma, now.limit, now.since_s, pending), now


def _judge(
    limits: SpeedLimits, samples: tuple[Sample, ...], middle_s: float, slope: float, sigma: float, past: SpeedMemory
) -> SpeedMemory:
    """Clocks, verdict and its end."""
    opening, speed, line = slope > 0.0, abs(slope), (middle_s, slope, sigma)
    caution = limits.caution_opening_deg_s if opening else limits.caution_closing_deg_s
    stop = limits.stop_opening_deg_s if opening else limits.stop_closing_deg_s
    verdict, since_s, limit = past.verdict, past.since_s, past.limit
    # The limit has the sign of the movement it was passed in; the other way is no longer that movement.
    if verdict is not Verdict.OK and slope * math.copysign(1.0, limit) < limits.off_share * abs(limit):
        verdict, since_s, limit = Verdict.OK, middle_s, math.nan
    past_stop = speed - sigma > stop
    if not past_stop and not (speed > caution and speed > SURE_ERRORS * sigma):
        return SpeedMemory(samples, line, verdict, since_s, limit)
    way = 1 if opening else -1
    caution_since, stop_since = past.caution_since_s, past.stop_since_s
    if past.way != way or math.isnan(caution_since):
        caution_since = _passed_s(past.line[0], way * past.line[1], middle_s, speed, caution)
    if not past_stop:
        stop_since = math.nan
    elif past.way != way or math.isnan(stop_since):
        stop_since = _passed_s(past.line[0], way * past.line[1] - past.line[2], middle_s, speed - sigma, stop)
    if verdict is not Verdict.STOP:
        if middle_s - stop_since >= limits.stop_on_s:
            verdict, since_s, limit = Verdict.STOP, stop_since, way * stop
        elif verdict is Verdict.OK and middle_s - caution_since >= limits.caution_on_s:
            verdict, since_s, limit = Verdict.CAUTION, caution_since, way * caution
    return SpeedMemory(samples, line, verdict, since_s, limit, way, caution_since, stop_since)


def _passed_s(before_s: float, before: float, now_s: float, now: float, limit: float) -> float:
    """When a speed that is past its limit now passed it; between two lines, so that few frames delay it little."""
    if not before < limit or not now > limit:
        return now_s
    return now_s - (now_s - before_s) * (now - limit) / (now - before)


def _recent(samples: tuple[Sample, ...], window_s: float) -> tuple[Sample, ...]:
    """The window; when frames are few it reaches back a little farther."""
    newest_s = samples[-1][0]
    from_s, first = newest_s - window_s, 0
    spare = len(samples) - FEWEST_SAMPLES
    while samples[first][0] < from_s and (first < spare or samples[first][0] < newest_s - LONGEST_STRETCH * window_s):
        first += 1
    return samples[first:]


def _coloured(noise_deg: float, correlation_s: float, samples: tuple[Sample, ...]) -> float:
    """The white noise that would make a slope as uncertain as flicker that lasts does.

    Noise whose correlation dies away with time constant T has (1 + 2 T rate) times the power of white noise of the same
    size at low frequencies; for a window that is not much longer than T this is too much rather than too little.
    """
    if not noise_deg > 0.0:
        return 0.0
    rate_hz = (len(samples) - 1) / (samples[-1][0] - samples[0][0])
    return noise_deg * math.sqrt(1.0 + 2.0 * correlation_s * rate_hz)


def _line(samples: tuple[Sample, ...], noise_deg: float) -> tuple[float, float, float]:
    """Middle of the samples' times, slope of the least-squares line through them, and its standard error.

    The error is that of the given noise or of the distances from the line, whichever is larger.
    """
    count = len(samples)
    time_0, value_0 = samples[-1]
    t = y = tt = ty = yy = 0.0
    for time_s, value in samples:
        x, d = time_s - time_0, value - value_0
        t += x
        y += d
        tt += x * x
        ty += x * d
        yy += d * d
    tt -= t * t / count
    ty -= t * y / count
    yy -= y * y / count
    slope = ty / tt
    scatter = max(yy - slope * ty, 0.0) / (count - 2)
    return time_0 + t / count, slope, math.sqrt(max(scatter, noise_deg * noise_deg) / tt)


def _without_outlier(samples: tuple[Sample, ...], middle_s: float, slope: float) -> tuple[Sample, ...]:
    """The samples but for one that lies far from the line through the others.

    The measure is the externally studentised residual (R. D. Cook and S. Weisberg, Residuals and Influence in
    Regression, 1982, section 2.2).
    """
    count = len(samples)
    mean = sum(value for _, value in samples) / count
    away = [value - mean - slope * (time_s - middle_s) for time_s, value in samples]
    spread = sum((time_s - middle_s) ** 2 for time_s, _ in samples)
    worst = max(range(count), key=lambda i: abs(away[i]))
    lever = 1.0 - 1.0 / count - (samples[worst][0] - middle_s) ** 2 / spread
    due_to_it = away[worst] ** 2 / lever
    others = max(sum(a * a for a in away) - due_to_it, 0.0) / (count - 3)
    if due_to_it <= OUTLIER_ERRORS**2 * others:
        return samples
    return samples[:worst] + samples[worst + 1 :]
