"""How does somebody who lies still breathe: how often, into the belly or the chest, with which pauses?

Which question this module answers: from what the pictures tell of belly and chest (``records.Rise``), the breath of the
last half minute, and where in a breath the person is now; or why none of it can be told. A breath is told only of
somebody who lies still on their back, and only where ``breath_signal`` finds one beyond doubt; everything else is
"cannot tell". Safe-ranges.md 2.7, 2.8 and 3.7. How much air moves, and how well anybody breathes, it cannot tell.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np

from poses import breath_parts, breath_signal, skeleton
from poses.breath_parts import Part
from poses.breath_signal import RATE_HZ, Floats, Wave
from poses.records import Pose

# Why no breath is told; "" where one is.
Problem = Literal["", "not_seen", "not_lying", "moving", "too_short", "no_signal"]
PROBLEMS: Final[tuple[Problem, ...]] = ("not_seen", "not_lying", "moving", "too_short", "no_signal")

# Who lies on the back has the trunk this near to level in the picture: with knees up and head on a pillow too.
MOST_TILT_DEG: Final = 35.0
# A trunk in metres, from the shoulders to the hips: what turns shares of it into "about so many millimetres".
TRUNK_M: Final = 0.5
# How far landmarks may go within the last seconds, in lengths of the trunk: shoulders and hips, knees and ankles, and
# wrists, which ride on the breath. Landmarks of somebody still flicker by some 0.01.
_MOST_MOVED: Final = (0.06, 0.12, 0.15)
_WATCHED: Final = (skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES, skeleton.WRISTS)
_LIMIT_OF: Final = np.array([_MOST_MOVED[kind] for kind in (0, 0, 1, 1, 2)])
_MOVED_S: Final = 3.0
# Looks farther apart are two stretches; nobody seen for so long is nobody.
_GAP_S: Final = 0.8
_KEPT_S: Final = breath_signal.LENGTHS_S[0] + 1.0
_JUDGED_EVERY_S: Final = 0.5
# A share of the belly is told when it is known to this much, one sigma.
_SHARE_SIGMA: Final = 0.1
# Less than this, half a millimetre, is not seen to move.
_SEEN_RISE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Still:
    """When a breath counts as held: safe-ranges.md 3.7.

    Attributes:
        window_s: So long the signal is looked at.
        share: Below this share of its usual strength nothing moves.
        after_s: For so long.
        base_s: The stretch its usual strength is taken from.
    """

    window_s: float = 5.0
    share: float = 0.25
    after_s: float = 10.0
    base_s: float = 30.0


@dataclass(frozen=True, slots=True)
class BreathReading:
    """What is known of the breath at one moment; NaN and "" where it is not.

    Attributes:
        time_s: Media time.
        problem: Why nothing is told, or "".
        rate_per_min: Breaths a minute.
        rate_sigma_per_min: Its one-sigma uncertainty.
        belly: How far the belly rises, in lengths of the trunk.
        chest: The same of the chest.
        belly_share: Of both together.
        full_s: Mean pause breathed in; 0 where there is none.
        empty_s: Mean pause breathed out.
        part: What the person does now.
        level: 0 breathed out to 1 breathed in, now.
        held_s: For how long nothing moves where a breath was told before; NaN unless it is as long as counts.
    """

    time_s: float
    problem: Problem = "not_seen"
    rate_per_min: float = math.nan
    rate_sigma_per_min: float = math.nan
    belly: float = math.nan
    chest: float = math.nan
    belly_share: float = math.nan
    full_s: float = math.nan
    empty_s: float = math.nan
    part: Part = ""
    level: float = math.nan
    held_s: float = math.nan

    @property
    def belly_mm(self) -> float:
        """How far the belly rises, about: for a trunk of ``TRUNK_M``."""
        return 1000.0 * TRUNK_M * self.belly

    @property
    def chest_mm(self) -> float:
        """The same of the chest."""
        return 1000.0 * TRUNK_M * self.chest


@dataclass(frozen=True, slots=True, eq=False)
class BreathMemory:
    """What is remembered of a breath.

    Attributes:
        reading: What is known now.
        time_s: ``(N,)`` of the looks since the person lay still.
        rises: ``(N, 2)`` belly and chest, as if compared with one picture all along.
        places_px: ``(N, 5, 2)`` of the watched joints.
        since_s: Name of the picture the last look was compared with.
        shift: ``(2,)`` what puts that look on the same scale as those before.
        wave: The breath that was found last.
        judged_s: When it was looked for last.
        base: Usual strength of the signal, NaN before a breath was told for long enough.
        mix: How belly and chest went together when it was.
        quiet_s: Since when nothing moves, or NaN.
    """

    reading: BreathReading = BreathReading(-math.inf)
    time_s: Floats = field(default_factory=lambda: np.zeros(0))
    rises: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    places_px: Floats = field(default_factory=lambda: np.zeros((0, len(_WATCHED), 2)))
    since_s: float = math.nan
    shift: tuple[float, float] = (0.0, 0.0)
    wave: Wave | None = None
    judged_s: float = -math.inf
    base: float = math.nan
    mix: tuple[float, float] = (1.0, 0.0)
    quiet_s: float = math.nan


def follow(pose: Pose, memory: BreathMemory, still: Still | None = None) -> BreathMemory:
    """Takes one more pose into account.

    Args:
        pose: In order of time; most carry no look at the breath.
        memory: What the last call returned.
        still: When a breath counts as held; by the specification when None.
    """
    rise = pose.rise
    if rise is None:
        return _without_look(pose, memory)
    time_s = pose.time_s
    if len(memory.time_s) and not 0.0 < time_s - float(memory.time_s[-1]) <= _GAP_S:
        memory = BreathMemory()
    memory = _gathered(pose, memory)
    if _moved(memory):
        # What was gathered while moving is no breath; where the joints were is still needed.
        places, times = memory.places_px[-1:], memory.time_s[-1:]
        fresh = BreathMemory(BreathReading(time_s, "moving"), times, memory.rises[-1:], places, memory.since_s)
        return replace(fresh, shift=memory.shift)
    if time_s - memory.judged_s >= _JUDGED_EVERY_S:
        memory = _judged(memory, still or Still())
    return replace(memory, reading=_now(memory, memory.reading, time_s))


def _without_look(pose: Pose, memory: BreathMemory) -> BreathMemory:
    """Nobody looked: mostly because the last look was just now."""
    last_s = float(memory.time_s[-1]) if len(memory.time_s) else -math.inf
    if 0.0 <= pose.time_s - last_s <= _GAP_S:
        return memory
    return BreathMemory(BreathReading(pose.time_s, "not_lying" if pose.found else "not_seen"))


def _gathered(pose: Pose, memory: BreathMemory) -> BreathMemory:
    """The memory with one more look, and without what is older than is ever looked at."""
    rise = pose.rise
    assert rise is not None
    told = np.array([rise.belly, rise.chest])
    shift = memory.shift
    if rise.since_s != memory.since_s:
        # Another picture to compare with: the breath goes on where it was a tenth of a second ago.
        before = memory.rises[-1] if len(memory.rises) else told
        shift = (float(before[0] - told[0]), float(before[1] - told[1]))
    points = np.stack([pose.image_px[list(pair)].mean(axis=0) for pair in _WATCHED]).astype(np.float64)
    time_s = np.append(memory.time_s, pose.time_s)
    rises = np.concatenate([memory.rises, [told + shift]])
    places = np.concatenate([memory.places_px, [points]])
    first = int(np.searchsorted(time_s, pose.time_s - _KEPT_S))
    return replace(
        memory, time_s=time_s[first:], rises=rises[first:], places_px=places[first:], since_s=rise.since_s, shift=shift
    )


def _moved(memory: BreathMemory) -> bool:
    """Whether any joint went farther in the last seconds than those of somebody who only breathes."""
    recent = memory.places_px[memory.time_s >= memory.time_s[-1] - _MOVED_S]
    trunk_px = max(float(np.hypot(*(recent[:, 1] - recent[:, 0]).T).mean()), 1.0)
    # One look at which the pose model slipped is no movement.
    low, high = np.percentile(recent, (5.0, 95.0), axis=0)
    return bool((np.hypot(*(high - low).T) > _LIMIT_OF * trunk_px).any())


def _judged(memory: BreathMemory, still: Still) -> BreathMemory:
    """Looks for the breath of the last half minute."""
    time_s, now_s = memory.time_s, float(memory.time_s[-1])
    memory = replace(memory, judged_s=now_s)
    seen_s = now_s - float(time_s[0])
    wave, signal = None, np.zeros((0, 2))
    for length_s in breath_signal.LENGTHS_S:
        if wave is None and length_s <= seen_s + 1.0 / RATE_HZ:
            signal = breath_signal.evenly(time_s, memory.rises, length_s)
            wave = breath_signal.find(signal)
    memory = _held(replace(memory, wave=wave), still)
    held_s = now_s - memory.quiet_s if now_s - memory.quiet_s >= still.after_s else math.nan
    if wave is None:
        short = seen_s < breath_signal.LENGTHS_S[-1]
        reading = BreathReading(now_s, "too_short" if short else "no_signal", held_s=held_s)
        return replace(memory, reading=reading)
    full_s, empty_s = breath_parts.pauses(signal @ wave.mix, wave)
    belly, chest = wave.rises.tolist()
    reading = BreathReading(
        now_s,
        "",
        60.0 * wave.rate_hz,
        60.0 * wave.rate_sigma_hz,
        belly,
        chest,
        _belly_share(wave),
        full_s,
        empty_s,
        held_s=held_s,
    )
    return replace(memory, reading=reading)


def _belly_share(wave: Wave) -> float:
    """The share of the belly, where both are seen to move: what shows no contrast seems to lie still."""
    belly, chest = wave.rises.tolist()
    if min(belly, chest) < max(_SEEN_RISE, 2.0 * wave.sigma):
        return math.nan
    sigma = wave.sigma * math.hypot(belly, chest) / (belly + chest) ** 2
    return float(belly / (belly + chest)) if sigma <= _SHARE_SIGMA else math.nan


def _held(memory: BreathMemory, still: Still) -> BreathMemory:
    """Since when nothing moves where a breath was told before."""
    now_s = float(memory.time_s[-1])
    if now_s - float(memory.time_s[0]) < still.window_s:
        return memory
    mix = np.array(memory.mix) if memory.wave is None else memory.wave.mix
    recent = _strength(breath_signal.evenly(memory.time_s, memory.rises, still.window_s) @ mix)
    quiet = recent < still.share * memory.base
    quiet_s = (memory.quiet_s if math.isfinite(memory.quiet_s) else now_s) if quiet else math.nan
    memory = replace(memory, quiet_s=quiet_s)
    if memory.wave is not None and not quiet and now_s - float(memory.time_s[0]) >= still.base_s:
        base = _strength(breath_signal.evenly(memory.time_s, memory.rises, still.base_s) @ mix)
        return replace(memory, base=base, mix=(float(mix[0]), float(mix[1])))
    return memory


def _strength(one: Floats) -> float:
    """Root mean square about its slow drift."""
    x = np.linspace(-0.5, 0.5, len(one))
    centred = one - one.mean()
    # Over half a minute a body settles; over five seconds a slope is a breath.
    slope = float(x @ centred) / float(x @ x) if len(one) > 10.0 * RATE_HZ else 0.0
    return float(np.sqrt(np.mean((centred - slope * x) ** 2)))


def _now(memory: BreathMemory, reading: BreathReading, time_s: float) -> BreathReading:
    """The reading with where in a breath the person is at this moment."""
    wave = memory.wave
    reading = replace(reading, time_s=time_s)
    if wave is None:
        return reading
    level, part = breath_parts.now(memory.time_s, memory.rises @ wave.mix, wave)
    return replace(reading, level=level, part=part)
