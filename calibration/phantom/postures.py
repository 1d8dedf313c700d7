"""Whole-body postures on the floor, from a few controls.

Which question this module answers: how every joint must stand so that the low lunge or the bridge has the asked
opening while feet, knee, shoulders, head and hands stay on what carries them. Nothing floats and nothing sinks: heights
come from the flesh, ``flesh.lowest``. All angles in degrees, world and signs as in ``kinematics``.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from calibration.phantom.arms import moved_arms
from calibration.phantom.body import Body
from calibration.phantom.flesh import lowest
from calibration.phantom.kinematics import (
    Array,
    Frame3,
    Posture,
    hand_turn,
    put,
    reach_arm,
    reach_leg,
    shoulder_centre,
    trunk_frames,
    turn_z,
)
from calibration.phantom.motion import Controls
from poses import skeleton

_SAME: Final = np.eye(3)
# z to the outside of the left and of the right side.
_OUTWARD: Final = (-1.0, 1.0)
# A search for a height or an angle has settled below this.
_SETTLED_M: Final = 5e-5
_SETTLED_DEG: Final = 1e-3

# Low lunge: how many thighs the front ankle stands before the back knee. This leaves the front shank upright in a good
# stretch.
_STRIDE: Final = 1.14
# How far along the front thigh the wrists lie, and how far an arm stretches at most, in shares of their lengths.
_HAND_ON_THIGH: Final = 0.48
_FULL_REACH: Final = 0.985
# Back foot lying on its laces: an ankle bends down about this far.
_POINTED_DEG: Final = 60.0
# Bridge: the ankle stands this share of trunk plus thigh away from the shoulder. The shank is then nearly upright at
# the top, as it is taught, and the knee bent by 108 degrees there, by 126 at rest.
_FEET_AWAY: Final = 0.96
_TILT_STEP: Final = 10.0
# Lying, the face looks up and a little towards the feet.
_TO_CEILING_DEG: Final = 88.0


def solve(error: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Where an error of rising or falling sign is zero, by regula falsi with the Illinois rule.

    Raises:
        ValueError: When the error has the same sign at both ends: the posture asked for does not exist.
    """
    at_low, at_high = error(low), error(high)
    if at_low * at_high > 0.0:
        raise ValueError(f"no posture between {low:.1f} and {high:.1f}: errors {at_low:.3f} and {at_high:.3f}")
    side = 0
    middle = low
    for _ in range(60):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        at_middle = error(middle)
        if abs(at_middle) < tolerance:
            break
        if at_middle * at_high > 0.0:
            high, at_high = middle, at_middle
            at_low *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            low, at_low = middle, at_middle
            at_high *= 0.5 if side == -1 else 1.0
            side = -1
    return middle


def trunk_line_deg(body: Body, lumbar_deg: float) -> float:
    """Leaning back of the line hip to shoulder when the pelvis stands upright."""
    thorax = trunk_frames(body, Posture(np.zeros(3), lumbar_deg=lumbar_deg))["thorax"]
    x, y, _ = shoulder_centre(body, thorax, skeleton.LEFT)
    return float(np.degrees(np.arctan2(-x, y)))


@lru_cache(maxsize=32)
def _kneeling_shank(body: Body) -> tuple[float, float]:
    """Height of a knee on the floor, and the tilt of its shank that lays the pointed foot on the floor too."""

    def shank(tilt: float) -> Frame3:
        return Frame3(np.zeros(3), turn_z(tilt))

    def foot(tilt: float) -> Frame3:
        lower = shank(tilt)
        return Frame3(lower.at(0.0, -body.shank_m), lower.turn @ turn_z(-_POINTED_DEG))

    def gap(tilt: float) -> float:
        frames = {"left_foot": foot(tilt), "left_shank": shank(tilt)}
        return lowest(body, frames, "left_foot") - lowest(body, frames, "left_shank")

    # A shank lying back has its lower end behind the knee: turned by -90.
    tilt = solve(gap, -110.0, -70.0, _SETTLED_M)
    return -lowest(body, {"left_shank": shank(tilt)}, "left_shank"), tilt


def low_lunge(body: Body, controls: Controls, breath: float, *, back: int = skeleton.RIGHT) -> Posture:
    """Half-kneeling, one knee on the floor below x = 0, the other foot before it, hands on the front thigh.

    Args:
        body: Whose posture.
        controls: ``thigh_deg`` inclination of the back thigh, ``trunk_deg`` inclination of the line hip to shoulder
            (their sum is the hip opening), ``lumbar_deg`` hollow back, ``gaze_deg`` leaning back of the head. Need
            not be given: ``stride``, how many thighs the front ankle stands before the back knee; ``shank_lift_deg``,
            how far the back shank is lifted off the floor, and ``ankle_deg``, dorsiflexion of its foot;
            ``hand_share``, how far along the front thigh the hands lie; what else the arms do, see ``arms``.
        breath: How full the chest is.
        back: The side whose knee is on the floor.
    """
    front = skeleton.LEFT if back == skeleton.RIGHT else skeleton.RIGHT
    knee_height, shank_tilt = _kneeling_shank(body)
    thigh = np.radians(controls["thigh_deg"])
    root = np.array([body.thigh_m * np.sin(thigh), knee_height + body.thigh_m * np.cos(thigh), 0.0])
    tilt = controls["trunk_deg"] - trunk_line_deg(body, controls["lumbar_deg"])
    posture = look(Posture(root, tilt, controls["lumbar_deg"], breath=breath), controls["gaze_deg"])
    hips, knees, ankles = np.zeros((2, 3)), np.zeros(2), np.zeros((2, 3))
    # The thigh hangs from the pelvis to the knee: its turn in the world is against its inclination.
    hips[back, 0] = -controls["thigh_deg"] - tilt
    knees[back] = -controls["thigh_deg"] - shank_tilt + controls.get("shank_lift_deg", 0.0)
    ankles[back, 0] = controls.get("ankle_deg", -_POINTED_DEG)
    posture = replace(posture, hips_deg=hips, knees_deg=knees, ankles_deg=ankles)
    stride = controls.get("stride", _STRIDE) * body.thigh_m
    ankle = np.array([stride, body.ankle_height_m, 1.1 * _OUTWARD[front] * body.half_hips_m])
    posture = reach_leg(body, posture, front, ankle, np.array([1.0, 0.4, 0.0]), _SAME)
    posture = _hands_on_thigh(body, posture, front, controls.get("hand_share", _HAND_ON_THIGH))
    return moved_arms(body, posture, controls)


def low_lunge_left(body: Body, controls: Controls, breath: float) -> Posture:
    """The same with the left knee on the floor; controls as of ``low_lunge``."""
    return low_lunge(body, controls, breath, back=skeleton.LEFT)


def look(posture: Posture, gaze_deg: float) -> Posture:
    """Neck and head share the bend that makes the head lean back by ``gaze_deg`` in the world."""
    bend = gaze_deg - posture.pelvis_tilt_deg - posture.lumbar_deg
    return replace(posture, neck_deg=0.5 * bend, head_deg=0.5 * bend)


def _hands_on_thigh(body: Body, posture: Posture, side: int, wished_share: float) -> Posture:
    """Both hands lie on one thigh, side by side; nearer to the hip where the arms are too short."""
    k = body.scale
    frames = put(body, posture).frames
    thigh, thorax = frames[f"{skeleton.SIDES[side]}_thigh"], frames["thorax"]
    along = -thigh.turn[:, 1]
    reach = _FULL_REACH * (body.upper_arm_m + body.forearm_m)
    for arm, across in ((skeleton.LEFT, -0.045), (skeleton.RIGHT, 0.055)):
        shoulder = shoulder_centre(body, thorax, arm)

        def wrist_at(share: float, across: float = across) -> Array:
            return thigh.at((0.080 * body.girth + 0.012) * k, -share * body.thigh_m, across * k)

        def too_far(share: float, shoulder: Array = shoulder, wrist_at: Callable[[float], Array] = wrist_at) -> float:
            return float(np.linalg.norm(wrist_at(share) - shoulder)) - reach

        share = wished_share
        if too_far(share) > 0.0:
            share = solve(too_far, 0.0, share, _SETTLED_M) if too_far(0.0) < 0.0 else 0.0
        wrist = wrist_at(share)
        # Leaning far back, the hands hang before the thigh.
        wrist = shoulder + (wrist - shoulder) * min(1.0, reach / float(np.linalg.norm(wrist - shoulder)))
        outward = np.array([-0.3, -0.4, 0.9 * _OUTWARD[arm]])
        turn = hand_turn(along, -thigh.turn[:, 0], arm)
        posture = reach_arm(body, posture, arm, wrist, outward, turn)
    return posture


def on_shoulders(body: Body, tilt: float, lumbar_deg: float) -> tuple[Posture, dict[str, Frame3]]:
    """Lying on the upper back, the ribcage at a tilt (90 flat, more with the hips up), the shoulders above x = 0."""
    posture = Posture(np.zeros(3), tilt - lumbar_deg, lumbar_deg)
    frames = trunk_frames(body, posture)
    shoulder = shoulder_centre(body, frames["thorax"], skeleton.RIGHT)
    root = np.array([-shoulder[0], -lowest(body, frames, "thorax"), 0.0])
    placed = replace(posture, root_m=root)
    return placed, {name: Frame3(frame.origin + root, frame.turn) for name, frame in frames.items()}


def _bridge_opening(body: Body, tilt: float, lumbar_deg: float, feet_away: float = _FEET_AWAY) -> float:
    """Hip opening when the ribcage lies at a tilt and the feet stand where they stand."""
    posture, frames = on_shoulders(body, tilt, lumbar_deg)
    standing = _feet(body, posture, feet_away, (skeleton.RIGHT,))
    shoulder = shoulder_centre(body, frames["thorax"], skeleton.RIGHT)
    trunk = np.degrees(np.arctan2(-(shoulder[0] - posture.root_m[0]), shoulder[1] - posture.root_m[1]))
    # Sum of thigh and trunk inclination; lying, the trunk's runs on past 90, and the sum stays within half a turn.
    return float(trunk - standing.pelvis_tilt_deg - standing.hips_deg[skeleton.RIGHT, 0])


def _feet(
    body: Body, posture: Posture, feet_away: float, sides: tuple[int, ...] = (skeleton.LEFT, skeleton.RIGHT)
) -> Posture:
    """Feet flat, a little apart, knees up."""
    away = feet_away * (body.trunk_m + body.thigh_m)
    for side in sides:
        ankle = np.array([away, body.ankle_height_m, _OUTWARD[side] * 1.15 * body.half_hips_m])
        posture = reach_leg(body, posture, side, ankle, np.array([0.3, 1.0, 0.0]), _SAME)
    return posture


def resting_tilt(body: Body, lumbar_deg: float) -> float:
    """Tilt of the ribcage at which the buttocks lie on the floor too."""

    def height(tilt: float) -> float:
        return lowest(body, on_shoulders(body, tilt, lumbar_deg)[1], "pelvis")

    return solve(height, 75.0, 110.0, _SETTLED_M)


@lru_cache(maxsize=32)
def resting_opening(body: Body, feet_away: float = _FEET_AWAY) -> float:
    """Hip opening lying at rest in the bridge's starting position, the back straight."""
    return _bridge_opening(body, resting_tilt(body, 0.0), 0.0, feet_away)


def bridge(body: Body, controls: Controls, breath: float) -> Posture:
    """On the back, head towards -x, feet and shoulders on the floor, arms beside the body, hips raised or not.

    Args:
        body: Whose posture.
        controls: ``lift``, 0 lying to 1 at the top; and of the top ``hip_opening_deg`` and ``lumbar_deg`` hollow back.
            Need not be given: ``feet_away``, from the shoulders to the ankles in lengths of trunk and thigh;
            ``belly_m`` and ``chest_m``, how far a breath has lifted them; what else the arms do, see ``arms``.
        breath: How full the chest is.
    """
    lift, feet_away = controls["lift"], controls.get("feet_away", _FEET_AWAY)
    resting = resting_opening(body, feet_away)
    lumbar = lift * controls["lumbar_deg"]
    opening = resting + lift * (controls["hip_opening_deg"] - resting)
    low = resting_tilt(body, lumbar)

    def missing(tilt: float) -> float:
        return _bridge_opening(body, tilt, lumbar, feet_away) - opening

    tilt = low
    if missing(low) < 0.0:
        # Only tilts up to the first that opens enough are tried: beyond, the feet would be out of reach.
        high = low + _TILT_STEP
        while missing(high) < 0.0:
            high += _TILT_STEP
        tilt = solve(missing, low, high, _SETTLED_DEG)
    posture, _ = on_shoulders(body, tilt, lumbar)
    belly_m, chest_m = controls.get("belly_m", 0.0), controls.get("chest_m", 0.0)
    posture = replace(posture, breath=breath, belly_m=belly_m, chest_m=chest_m)
    posture = head_on_floor(body, _feet(body, posture, feet_away), _TO_CEILING_DEG)
    palm_down = np.array([0.0, -1.0, 0.0])
    for side, outward in enumerate(_OUTWARD):
        # The wrist lies as high as its flesh is thick; the palm is thinner, so the hand slopes a little.
        reach = 0.93 * (body.upper_arm_m + body.forearm_m)
        wrist = np.array(
            [reach, 0.028 * body.scale * body.girth, outward * (body.half_shoulders_m + 0.10 * body.scale)]
        )
        turn = hand_turn(np.array([1.0, -0.04, 0.0]), palm_down, side)
        posture = reach_arm(body, posture, side, wrist, np.array([0.0, 0.3, outward]), turn)
    return moved_arms(body, posture, controls)


def head_on_floor(body: Body, posture: Posture, gaze_deg: float) -> Posture:
    """The neck bends until the back of the head lies on the floor, the head leaning back by ``gaze_deg``."""
    thorax_tilt = posture.pelvis_tilt_deg + posture.lumbar_deg
    gaze = turn_z(gaze_deg)

    def bent(neck_deg: float) -> Posture:
        return replace(posture, neck_deg=neck_deg, head_deg=gaze_deg - thorax_tilt - neck_deg)

    def height(neck_deg: float) -> float:
        at: Array = trunk_frames(body, bent(neck_deg))["head"].origin
        return lowest(body, {"head": Frame3(at, gaze)}, "head")

    return bent(solve(height, -100.0, 45.0, _SETTLED_M))
