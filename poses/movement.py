"""How an exercise is moved: its course, and what counts as forcing it. Values only; numbers come from exercise files.

Forcing cannot be measured. What can be is how fast somebody moves, whether they bounce, let a stretch creep deeper,
hold it long, do much of it, go farther at each repetition, or shake (safe-ranges.md 3). These are the rules of a
movement; they stand beside the rules of range of ``exercise.Exercise``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from poses.bouncing import BounceLimits
from poses.creeping import CreepLimits
from poses.lifting import LiftLimits
from poses.phases import Shape
from poses.shaking import ShakeLimits
from poses.speed import SpeedLimits
from poses.swaying import SwayLimits

MovementRule = Literal["speed", "bounce", "creep", "growth", "tempo", "hold", "dose", "shake", "sway", "lift"]

# What each rule of a movement measures; the unit stands in the name.
MEASURES: Final[dict[str, str]] = {
    "speed": "speed_deg_s",
    "bounce": "bounce_deg",
    "creep": "creep_deg",
    "growth": "growth_deg",
    "tempo": "period_s",
    "hold": "hold_s",
    "dose": "dose_s",
    "shake": "shake_deg",
    "sway": "sway",
    "lift": "lift_deg",
}


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long is long enough, and how long is too long, in seconds."""

    caution_s: float
    stop_s: float


@dataclass(frozen=True, slots=True)
class TempoLimits:
    """How short is too short, from the beginning of a repetition to that of the next, in seconds."""

    caution_s: float
    stop_s: float


@dataclass(frozen=True, slots=True)
class GrowthLimits:
    """How much farther repetitions may go than those before.

    Attributes:
        trend_deg: Rise of the peaks a repetition, by least squares over the last ``over``.
        over: How many repetitions make a trend.
        above_first_deg: How far above the first one's peak any may be.
        from_deg: A peak below this is none that went too far, however the others were.
    """

    trend_deg: float
    over: int
    above_first_deg: float
    from_deg: float


@dataclass(frozen=True, slots=True)
class Movement:
    """How an exercise is moved.

    Attributes:
        shape: Its phases.
        speed: Limits of speed, or None.
        speed_from_deg: Below this opening speed does not matter: getting into position is not punished.
        bounce: What is bouncing, or None.
        bounce_from_deg: Below this opening nobody bounces at the end of the range.
        creep: Creeping deeper during a hold, or None.
        growth: Going farther at each repetition, or None.
        tempo: Repeating it in too quick succession, or None.
        hold: How long one hold may last, or None.
        dose: How long a side may be stretched altogether, or None.
        shake: What is shaking, or None.
        shakes: Whether it is looked for: it is experimental, and off unless the user asks for it.
        cues: For each rule the cue of a caution and that of a stop.
        kneels: Whether the knee of the leg it is about rests on the floor, see ``kneeling``.
        leg: The leg that is followed where that is not the stretched or the near one, or None.
        lower_foot: Whether phases are read from how low the lower foot is, see ``plainly.lower_foot_deg``.
        flexes: Whether what is followed is how far the hip is bent, and not how far it is opened.
        sway: How much somebody may sway who stands, or None.
        lift: How far head and shoulders of somebody who lies may come up, or None.
        both_legs: Whether the speed of the other leg counts too.
    """

    shape: Shape
    speed: SpeedLimits | None
    speed_from_deg: float
    bounce: BounceLimits | None
    bounce_from_deg: float
    creep: CreepLimits | None
    growth: GrowthLimits | None
    tempo: TempoLimits | None
    hold: TimeLimits | None
    dose: TimeLimits | None
    shake: ShakeLimits | None
    cues: Mapping[str, tuple[str, str]]
    kneels: bool = False
    leg: Literal["lowered", "raised"] | None = None
    lower_foot: bool = False
    flexes: bool = False
    both_legs: bool = False
    sway: SwayLimits | None = None
    lift: LiftLimits | None = None
    shakes: bool = False
