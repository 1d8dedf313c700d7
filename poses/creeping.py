"""Whether the person lets a stretch that is held grow deeper and deeper.

Which question this module answers: how much deeper is the measure than it was early in this hold, and does it go on
rising. A little give is normal when a muscle is held long; that is why the limits are not zero. It does not find out
whether anything is held: when the hold began is told from outside.

Frames are gathered into a few bins a second, each the median of its frames; everything else is made of the bins. The
rise is the median of the last bins less that of early ones, which neither a bounce nor a lost frame moves much; the
slope is the median of the slopes of all pairs of bins (H. Theil 1950; P. K. Sen, J. Amer. Stat. Assoc. 63 (1968) 1379).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median, stdev
from typing import Final

from poses.records import Verdict

# Fewest bins in a median or a slope, as a share of those that its time holds.
ENOUGH: Final = 0.6
# Standard error of the median of normal values, as a multiple of that of their mean: the root of pi / 2.
MEDIAN_ERROR: Final = math.sqrt(0.5 * math.pi)

# Middle and median of a bin.
Bin = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CreepLimits:
    """How much deeper is too much during a hold.

    Attributes:
        caution_rise_deg: Risen by more than this: deep enough.
        stop_rise_deg: Surely risen by more than this: stop.
        caution_slope_deg_s: Rising faster than this, close to the cap and for so long: deep enough.
        slope_sustained_s: How long.
        cap_deg: The measure's own caution limit for this person.
        close_share: Close to the cap is above this share of it.
        reference_from_s: The depth to compare with is the median from here on,
        reference_until_s: to here, counted from the beginning of the hold and as far as it was seen.
        recent_s: The depth now is the median of this time.
        slope_s: The slope is that of this time.
        off_share: A verdict ends when the rise stays below this share of its limit
        off_s: for this long. The end of the hold ends it at once.
        bin_s: Length of a bin.
    """

    caution_rise_deg: float
    stop_rise_deg: float
    caution_slope_deg_s: float
    slope_sustained_s: float
    cap_deg: float
    close_share: float
    reference_from_s: float
    reference_until_s: float
    recent_s: float
    slope_s: float
    off_share: float
    off_s: float
    bin_s: float = 0.25


@dataclass(frozen=True, slots=True)
class CreepResult:
    """What is known of creeping at one moment.

    Attributes:
        verdict: UNKNOWN when nothing was seen lately. Until there is a depth to compare with it is OK: whoever has held
            for a moment only cannot have crept.
        value: Degrees risen since the beginning of the hold; when the slope alone made the verdict, degrees risen
            within the time of the slope. NaN while there is nothing to compare, and outside a hold.
        sigma: One-sigma uncertainty of a rise.
        limit: The limit that was passed, in degrees risen; NaN for OK and UNKNOWN.
        since_s: When the limit was passed, surely or not, by a line through the last bins.
        slope_deg_s: Slope, NaN as long as there are too few bins.
    """

    verdict: Verdict
    value: float
    sigma: float
    limit: float
    since_s: float
    slope_deg_s: float


@dataclass(frozen=True, slots=True)
class CreepMemory:
    """The recent past of one hold.

    Attributes:
        hold_start_s: When it began, NaN outside a hold.
        index: Number of the bin that is being filled, from the beginning of the hold.
        values: Its frames.
        early: Bins of the reference, until there are enough.
        reference: The early depth, NaN until it is known,
        reference_error: with its standard error as the bins scatter.
        bins: Bins of the last seconds, oldest first.
        rise: Degrees risen, NaN while unknown,
        error: with its standard error as the bins scatter: large while somebody bounces.
        slope: Degrees a second, NaN while unknown.
        verdict: The verdict in force: OK, CAUTION or STOP.
        since_s: Since when.
        by_slope: Whether it was the slope that made it.
        steep_since_s: Since when the slope is too high, NaN when it is not.
        clear_since_s: Since when the rise is below what would end the verdict, NaN when it is not.
        beyond_s: Since when the rise is above the limits of caution and stop, surely or not; NaN when it is not.
    """

    hold_start_s: float = math.nan
    index: int = 0
    values: tuple[float, ...] = ()
    early: tuple[float, ...] = ()
    reference: float = math.nan
    reference_error: float = math.nan
    bins: tuple[Bin, ...] = ()
    rise: float = math.nan
    error: float = math.nan
    slope: float = math.nan
    verdict: Verdict = Verdict.OK
    since_s: float = -math.inf
    by_slope: bool = False
    steep_since_s: float = math.nan
    clear_since_s: float = math.nan
    beyond_s: tuple[float, float] = (math.nan, math.nan)


def advance(
    limits: CreepLimits,
    time_s: float,
    value: float,
    noise_deg: float,
    memory: CreepMemory,
    *,
    active: bool,
    hold_start_s: float | None,
) -> tuple[CreepResult, CreepMemory]:
    """Takes one more frame into account.

    Args:
        limits: How much is too much.
        time_s: Media time of the frame, not before the last one.
        value: The measure in degrees, positive towards the end of the range; NaN when it was not seen.
        noise_deg: One-sigma flicker of the measure; NaN when it is not known.
        memory: What the last call returned.
        active: Whether creeping is judged now.
        hold_start_s: When the present hold began, None outside a hold. Another time is another hold. It may be told
            late, as long as the reference is still to come.

    Returns:
        What is known of this moment, and the new memory.
    """
    if not active or hold_start_s is None:
        if not math.isnan(memory.hold_start_s) or memory.since_s == -math.inf:
            memory = CreepMemory(since_s=time_s)
        return CreepResult(Verdict.OK, math.nan, math.nan, math.nan, memory.since_s, math.nan), memory
    if memory.hold_start_s != hold_start_s:
        memory = CreepMemory(hold_start_s=hold_start_s, since_s=hold_start_s)
    index = math.floor((time_s - hold_start_s) / limits.bin_s)
    if index > memory.index:
        memory = _next_bin(limits, noise_deg, replace(memory, values=()), memory.values, index)
    if math.isnan(value):
        return CreepResult(Verdict.UNKNOWN, math.nan, math.nan, math.nan, memory.since_s, math.nan), memory
    memory = replace(memory, values=(*memory.values, value))
    return _result(limits, noise_deg, memory), memory


def _next_bin(
    limits: CreepLimits, noise_deg: float, memory: CreepMemory, values: tuple[float, ...], index: int
) -> CreepMemory:
    """Closes a bin and judges what is known with it."""
    closed_s = memory.hold_start_s + index * limits.bin_s
    middle_s = memory.hold_start_s + (memory.index + 0.5) * limits.bin_s
    memory = replace(memory, index=index)
    # Whatever comes before the reference is still the way into the stretch.
    if middle_s < memory.hold_start_s + limits.reference_from_s:
        return memory
    bins = tuple(item for item in memory.bins if item[0] > closed_s - max(limits.slope_s, limits.recent_s))
    early, reference, reference_error = memory.early, memory.reference, memory.reference_error
    if values:
        depth = median(values)
        bins = (*bins, (middle_s, depth))
        if math.isnan(reference):
            early = (*early, depth)
            if len(early) >= _count(limits, limits.reference_until_s - limits.reference_from_s):
                early, reference, reference_error = (), median(early), _error(early)
    recent = [depth for at_s, depth in bins if at_s > closed_s - limits.recent_s]
    seen = len(recent) >= ENOUGH * _count(limits, limits.recent_s)
    rise = median(recent) - reference if seen else math.nan
    error = math.hypot(reference_error, _error(recent)) if seen else math.nan
    slope = _slope(bins) if len(bins) >= ENOUGH * _count(limits, limits.slope_s) else math.nan
    if bins and bins[-1][0] - bins[0][0] < ENOUGH * limits.slope_s:
        slope = math.nan
    memory = replace(memory, bins=bins, early=early, reference=reference, reference_error=reference_error)
    memory = replace(memory, rise=rise, error=error, slope=slope)
    depth = median(recent) if seen else math.nan
    return _judge(limits, noise_deg, memory, closed_s, depth)


def _judge(limits: CreepLimits, noise_deg: float, memory: CreepMemory, time_s: float, depth: float) -> CreepMemory:
    """Verdict, since when, and its end."""
    rise, middle_s = memory.rise, time_s - 0.5 * limits.recent_s
    steep = memory.slope > limits.caution_slope_deg_s and depth > limits.close_share * limits.cap_deg
    steep_since = math.nan
    if steep:
        steep_since = time_s if math.isnan(memory.steep_since_s) else memory.steep_since_s
    limits_deg = (limits.caution_rise_deg, limits.stop_rise_deg)
    passed, far = (
        (middle_s if math.isnan(since) else since) if rise > limit else math.nan
        for limit, since in zip(limits_deg, memory.beyond_s, strict=True)
    )
    memory = replace(memory, steep_since_s=steep_since, beyond_s=(passed, far))
    if memory.verdict is not Verdict.STOP and rise - _rise_sigma(limits, noise_deg, memory) > limits.stop_rise_deg:
        return _change(memory, Verdict.STOP, _passed_s(limits, limits.stop_rise_deg, memory, far))
    if memory.verdict is not Verdict.OK:
        return memory if steep or math.isnan(rise) else _release(limits, memory, time_s)
    if rise - memory.error > limits.caution_rise_deg:
        return _change(memory, Verdict.CAUTION, _passed_s(limits, limits.caution_rise_deg, memory, passed))
    if time_s - steep_since >= limits.slope_sustained_s:
        return replace(_change(memory, Verdict.CAUTION, steep_since), by_slope=True)
    return memory


def _passed_s(limits: CreepLimits, limit_deg: float, memory: CreepMemory, passed_s: float) -> float:
    """When a line through as much time as the reference passed a limit; ``passed_s`` where it does not rise.

    Creeping is so slow that a quarter of a degree is half a second: a single bin dates it by its noise.
    """
    bins = memory.bins[-_count(limits, limits.reference_until_s - limits.reference_from_s) :]
    slope = _slope(bins)
    if not slope > 0.0:
        return passed_s
    level = median(depth - slope * at_s for at_s, depth in bins)
    at_s = (memory.reference + limit_deg - level) / slope
    return min(at_s, bins[-1][0]) if at_s >= bins[0][0] else min(passed_s, bins[0][0])


def _release(limits: CreepLimits, memory: CreepMemory, time_s: float) -> CreepMemory:
    """Takes a verdict back when the person has come back for long enough, or is no longer going deeper."""
    limit = limits.stop_rise_deg if memory.verdict is Verdict.STOP else limits.caution_rise_deg
    if memory.rise >= limits.off_share * limit and not memory.by_slope:
        return replace(memory, clear_since_s=math.nan)
    clear_since = time_s if math.isnan(memory.clear_since_s) else memory.clear_since_s
    if time_s - clear_since < limits.off_s:
        return replace(memory, clear_since_s=clear_since)
    milder = Verdict.CAUTION if memory.rise > limits.caution_rise_deg else Verdict.OK
    return _change(memory, milder, clear_since)


def _change(memory: CreepMemory, verdict: Verdict, since_s: float) -> CreepMemory:
    return replace(memory, verdict=verdict, since_s=since_s, by_slope=False, clear_since_s=math.nan)


def _result(limits: CreepLimits, noise_deg: float, memory: CreepMemory) -> CreepResult:
    verdict, value, limit = memory.verdict, memory.rise, math.nan
    sigma = _rise_sigma(limits, noise_deg, memory)
    if math.isnan(value) and not math.isnan(memory.reference):
        # There is a reference, but too little was seen lately.
        return CreepResult(Verdict.UNKNOWN, math.nan, math.nan, math.nan, memory.since_s, memory.slope)
    if verdict is Verdict.CAUTION and memory.by_slope:
        value, limit = memory.slope * limits.slope_s, limits.caution_slope_deg_s * limits.slope_s
    elif verdict is not Verdict.OK:
        limit = limits.stop_rise_deg if verdict is Verdict.STOP else limits.caution_rise_deg
    return CreepResult(verdict, value, sigma, limit, memory.since_s, memory.slope)


def _rise_sigma(limits: CreepLimits, noise_deg: float, memory: CreepMemory) -> float:
    """Uncertainty of the rise, from the scatter of the bins or the flicker, whichever is larger.

    Flicker lasts about as long as a bin, so each bin counts as one sample.
    """
    early = _count(limits, limits.reference_until_s - limits.reference_from_s)
    flicker = noise_deg * MEDIAN_ERROR * math.sqrt(1.0 / early + 1.0 / _count(limits, limits.recent_s))
    return max(memory.error, flicker) if flicker > 0.0 else memory.error


def _error(depths: Sequence[float]) -> float:
    """Standard error of a median."""
    return MEDIAN_ERROR * stdev(depths) / math.sqrt(len(depths)) if len(depths) > 1 else 0.0


def _count(limits: CreepLimits, length_s: float) -> int:
    return max(round(length_s / limits.bin_s), 1)


def _slope(bins: tuple[Bin, ...]) -> float:
    """The Theil-Sen slope in degrees a second."""
    slopes = [(b - a) / (t - s) for i, (s, a) in enumerate(bins) for t, b in bins[i + 1 :]]
    return median(slopes) if slopes else math.nan
