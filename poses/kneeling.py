"""How open the hip of somebody kneeling is, from a knee that stays on the floor.

Which question this module answers: how does the hip opening of a kneeling leg change, when the pose model is unsure of
the knee. In a lunge the landmarks of the knees jump far sooner than those of the hips and shoulders: one leg hides the
other. But the back knee rests on the floor. So where it is now is the middle of where it was seen during the last two
seconds, and the thigh is the line from there to the hip, whatever a single frame says. A jump of the knee is then no
movement, and a bounce of the pelvis still is.

These are angles in the picture, not corrected for the camera: off by a constant of some degrees, and right in what they
change by (docs/accuracy.md). So they are for what asks how an angle moves, never for what asks how large it is.
"""

import cmath
import math
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

import numpy as np

from poses import skeleton
from poses.recognition import ROLE_MARGIN_DEG
from poses.records import Pose
from poses.view import LEAST_VISIBILITY

# The knee is looked at ten times a second and remembered for two seconds: a median over them is not moved by legs that
# are mistaken for one another for less than one (convention).
EVERY_S: Final = 0.1
WINDOW_S: Final = 2.0
# So many looks before it is known where it is. Long enough for the detectors to forget what was before.
FEWEST_LOOKS: Final = 9
# Farther from the knee than the thigh is long, or much nearer, somebody has stood up, or it is another hip. In shares
# of the usual distance; a thigh that swings 25 degrees out of the picture's plane looks a tenth shorter (convention).
NEAREST, FARTHEST = 0.8, 1.2
# A knee that is found this far from where it was, in lengths of the thigh, was mistaken, before or now.
ELSEWHERE: Final = 0.15
# Out of sight for longer, somebody may have moved; holds wait as long (``phases.Shape.pause_s``).
FORGET_S: Final = 5.0
# Shoulder, hip and knee of each side.
_ROWS: Final = np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES]).T
# For how long the difference to the corrected angle is averaged.
OFFSET_S: Final = 1.0
# Its flicker is that of the last second, once so many differences are known. The median absolute deviation of normal
# values is their sigma divided by this (F. R. Hampel, J. Amer. Stat. Assoc. 69 (1974) 383).
FLICKER_S: Final = 1.0
_FEWEST_APART: Final = 6
# Where it flickers by more, the legs are not seen: all the error of a well seen opening is 3 to 4 degrees (one sigma,
# docs/accuracy.md), and of 35 people in lunges (development seeds) 33 stay below 3 nine tenths of the time.
MOST_FLICKER_DEG: Final = 4.0
_MAD_SCALE: Final = 1.4826


@dataclass(frozen=True, slots=True)
class KneeMemory:
    """Where the knee of one leg was.

    Attributes:
        side: The leg.
        facing: Which way the person faces, +1 or -1.
        time_s: Media time of the last frame with a pose.
        looks: Times, knees as forward + i up in pixels, and lengths of the thigh, oldest first.
        knee: Where it rests, NaN before that is known.
        thigh_px: The usual distance from the hip.
        offset_deg: The corrected angle less this one; NaN before both were known.
        apart: Times and values of that difference, ten times a second.
        flicker_deg: One sigma of it over the last second, NaN while too few are known. Whatever the person does moves
            both angles, so this is error alone.
    """

    side: int
    facing: int
    time_s: float
    looks: tuple[tuple[float, complex, float], ...] = ()
    knee: complex = complex(math.nan, math.nan)
    thigh_px: float = math.nan
    offset_deg: float = math.nan
    apart: tuple[tuple[float, float], ...] = ()
    flicker_deg: float = math.nan


def advance(
    pose: Pose, facing: int, side: int, opening_deg: float, memory: KneeMemory | None
) -> tuple[float, KneeMemory | None]:
    """Takes one more frame into account.

    Args:
        pose: With the labels of its legs put right.
        facing: +1 or -1; 0 where it is not known.
        side: The leg whose knee is on the floor.
        opening_deg: Its corrected opening, NaN where it could not be told: then its knee is not looked at. Where it is
            only likely which leg is which, that of the likelier one: it moves alike, and is off by a constant at most.
        memory: What the last call returned; None at the start.

    Returns:
        The opening in the picture, of this frame alone, NaN when it is not known; and the new memory.
    """
    if not pose.found or facing == 0:
        return math.nan, memory
    if memory is None or (memory.side, memory.facing) != (side, facing) or pose.time_s - memory.time_s > FORGET_S:
        memory = KneeMemory(side, facing, pose.time_s)
    rows = _ROWS[side]
    # Not as Python's own numbers: the limit is rounded as the visibility was.
    if not pose.visibility.take(rows[:2]).min() >= LEAST_VISIBILITY:
        return math.nan, memory
    shoulder, hip, knee = [complex(facing * x, -y) for x, y in pose.image_px.take(rows, axis=0).tolist()]
    now_s, passed_s = pose.time_s, pose.time_s - memory.time_s
    opening = _opening(memory, hip, shoulder)
    memory = _compare(memory, now_s, opening_deg - opening)
    away = opening_deg - opening - memory.offset_deg
    # So far from what the resting knee tells, it is the other leg's.
    if abs(away) > ROLE_MARGIN_DEG and not (memory.looks and now_s - memory.looks[-1][0] <= FORGET_S):
        return math.nan, KneeMemory(side, facing, now_s)
    if abs(away) > ROLE_MARGIN_DEG or math.isnan(opening_deg):
        return opening, replace(memory, time_s=now_s)
    looked = _look(memory, now_s, knee, abs(hip - knee))
    if looked is not memory:
        opening = _opening(looked, hip, shoulder)
    offset_deg, apart = looked.offset_deg, opening_deg - opening
    if math.isnan(offset_deg):
        offset_deg = apart
    elif not math.isnan(apart):
        offset_deg += min(passed_s / OFFSET_S, 1.0) * (apart - offset_deg)
    # Written out, since ``replace`` takes several times as long, at every frame.
    return opening, KneeMemory(
        side, facing, now_s, looked.looks, looked.knee, looked.thigh_px, offset_deg, looked.apart, looked.flicker_deg
    )


def _opening(memory: KneeMemory, hip: complex, shoulder: complex) -> float:
    """The opening in the picture over the resting knee, NaN when the hip is not over it."""
    thigh, trunk = hip - memory.knee, shoulder - hip
    # Comparisons with NaN are False.
    if not (NEAREST * memory.thigh_px <= abs(thigh) <= FARTHEST * memory.thigh_px and abs(trunk) > 0.0):
        return math.nan
    return math.degrees(cmath.phase(trunk / thigh))


def _compare(memory: KneeMemory, now_s: float, apart_deg: float) -> KneeMemory:
    """Remembers how far the corrected angle is from this one, ten times a second, and how much that flickers."""
    past = memory.apart
    if math.isnan(apart_deg) or (past and math.floor(now_s / EVERY_S) == math.floor(past[-1][0] / EVERY_S)):
        return memory
    past = (*(one for one in past if one[0] > now_s - FLICKER_S), (now_s, apart_deg))
    flicker_deg = math.nan
    if len(past) >= _FEWEST_APART:
        middle = median(one[1] for one in past)
        flicker_deg = _MAD_SCALE * median(abs(one[1] - middle) for one in past)
    return replace(memory, apart=past, flicker_deg=flicker_deg)


def _look(memory: KneeMemory, now_s: float, knee: complex, thigh_px: float) -> KneeMemory:
    """Remembers where the knee is, ten times a second; in between the memory is the same one."""
    looks = memory.looks
    if looks and math.floor(now_s / EVERY_S) == math.floor(looks[-1][0] / EVERY_S):
        return memory
    looks = (*(look for look in looks if look[0] > now_s - WINDOW_S), (now_s, knee, thigh_px))
    if len(looks) < FEWEST_LOOKS:
        return replace(memory, looks=looks)
    middle = complex(median(look[1].real for look in looks), median(look[1].imag for look in looks))
    length = median(look[2] for look in looks)
    if abs(middle - memory.knee) > ELSEWHERE * length:
        return KneeMemory(memory.side, memory.facing, now_s)
    return replace(memory, looks=looks, knee=middle, thigh_px=length)
