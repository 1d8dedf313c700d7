"""Whole-body postures on the feet, on a seat and on the way to the floor, and walking, from a few controls.

Which question this module answers: how every joint must stand so that feet stay where they were put while the rest
sits, stands, lies down or walks. These are the postures that are no exercise. All angles in degrees, world and signs as
in ``kinematics``; the middle of the ankles stands above x = 0 in ``standing``, the hips in ``walking``. Lengths among
the controls are those of the 1.75 m body and grow with it.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from calibration.phantom.body import Body
from calibration.phantom.flesh import lowest
from calibration.phantom.kinematics import LUMBAR, Posture, put, reach_leg, toe_x, trunk_frames, turn_z
from calibration.phantom.motion import Controls, minimum_jerk
from calibration.phantom.postures import head_on_floor, look, trunk_line_deg
from poses import skeleton

_SAME: Final = np.eye(3)
_OUTWARD: Final = (-1.0, 1.0)
# Standing, a leg spans this share of its length: knees are not locked.
_NEARLY_STRAIGHT: Final = 0.995
_SUPPORTED: Final = ("pelvis", *LUMBAR, "thorax")

# Walking, conventions after ordinary gait: a step in leg lengths, the share of a cycle that a foot stands, how far the
# heel has risen when it leaves, how high the foot swings, how far arms swing.
_STEP: Final = 0.72
_STANCE: Final = 0.6
_HEEL_RISE_DEG: Final = 38.0
_CLEARANCE: Final = 0.05
_ARM_SWING_DEG: Final = 22.0

# A split squat, conventions after how it is taught: the front foot before the hips and the back ankle behind them, in
# lengths of the leg; how far the back heel has risen; how high above the back ankle its knee ends, in shanks, the thigh
# hanging nearly upright over it; how far the arms are from the body, and the feet apart, in half widths of the hips.
_SPLIT_AHEAD: Final = 0.42
_SPLIT_BEHIND: Final = 0.52
_SPLIT_HEEL_DEG: Final = 62.0
_SPLIT_LOWEST: Final = -0.1
_SPLIT_UPRIGHT: Final = 0.99
_SPLIT_ARM_DEG: Final = 12.0
_SPLIT_APART: Final = 1.1


def standing(body: Body, controls: Controls, breath: float) -> Posture:
    """Feet flat side by side; anything from lying with bent knees to sitting, squatting and standing.

    Args:
        body: Whose posture.
        controls: ``rise``, 0 resting on the seat or floor to 1 legs straight; ``seat_m`` height of what is sat on;
            ``hip_back_m`` hips behind the ankles; ``trunk_deg`` inclination of the line hip to shoulder, 90 lying;
            ``lumbar_deg`` hollow back; ``gaze_deg`` leaning back of the head; ``arm_deg`` flexion, ``arm_out_deg``
            abduction of both shoulders; ``elbow_deg``.
        breath: How full the chest is.
    """
    tilt = controls["trunk_deg"] - trunk_line_deg(body, controls["lumbar_deg"])
    posture = look(Posture(np.zeros(3), tilt, controls["lumbar_deg"], breath=breath), controls["gaze_deg"])
    hip_x = -controls["hip_back_m"] * body.scale
    low = controls["seat_m"] * body.scale - lowest(body, trunk_frames(body, posture), *_SUPPORTED)
    leg = _NEARLY_STRAIGHT * (body.thigh_m + body.shank_m)
    high = body.ankle_height_m + float(np.sqrt(leg**2 - hip_x**2))
    root = np.array([hip_x, low + controls["rise"] * (high - low), 0.0])
    arm = (controls["arm_deg"], controls["arm_out_deg"], 0.0)
    posture = replace(
        posture, root_m=root, shoulders_deg=np.array([arm, arm]), elbows_deg=np.full(2, controls["elbow_deg"])
    )
    if lowest(body, trunk_frames(body, posture), "head") < 0.0:
        posture = head_on_floor(body, posture, controls["gaze_deg"])
    for side, outward in enumerate(_OUTWARD):
        ankle = np.array([0.0, body.ankle_height_m, outward * 1.15 * body.half_hips_m])
        posture = reach_leg(body, posture, side, ankle, np.array([1.0, 0.3, 0.0]), _SAME)
    return posture


def _step(body: Body, cycle: float) -> tuple[float, float, float]:
    """A foot's ankle before the hips and above the floor, and how far its heel has risen, at a share of its cycle."""
    step = _STEP * (body.thigh_m + body.shank_m)
    share = cycle % 1.0
    if share < _STANCE:
        along = share / _STANCE
        ahead, rise = _STANCE * step * (1.0 - 2.0 * along), _HEEL_RISE_DEG * minimum_jerk((along - 0.45) / 0.55)
        lift = 0.0
    else:
        along = (share - _STANCE) / (1.0 - _STANCE)
        # Two steps over the floor, from rest to rest, while the hips go on evenly.
        ahead = step * (2.0 * minimum_jerk(along) - _STANCE - 2.0 * (1.0 - _STANCE) * along)
        rise = _HEEL_RISE_DEG * (1.0 - minimum_jerk(1.4 * along))
        lift = _CLEARANCE * body.scale * float(np.sin(np.pi * along)) ** 2
    # The foot turns about the tip of its toes.
    toe = toe_x(body)
    x, y, _ = turn_z(-rise) @ np.array([-toe, body.ankle_height_m, 0.0])
    return ahead + toe + float(x), lift + float(y), rise


def walking(body: Body, controls: Controls, breath: float) -> Posture:
    """A moment of walking forward, the hips above x = 0.

    Args:
        body: Whose posture.
        controls: ``place_m``, how far the walker has come: it tells the moment of the step.
        breath: How full the chest is.
    """
    leg = body.thigh_m + body.shank_m
    cycle = controls["place_m"] / (2.0 * _STEP * leg)
    steps = [_step(body, cycle + 0.5 * side) for side in (skeleton.LEFT, skeleton.RIGHT)]
    # As high as the leg that stands farthest away lets the hips be.
    height = min(y + float(np.sqrt((_NEARLY_STRAIGHT * leg) ** 2 - x**2)) for x, y, _ in steps)
    posture = look(Posture(np.array([0.0, height, 0.0]), -4.0, 0.0, breath=breath), -4.0)
    swing = _ARM_SWING_DEG * float(np.cos(2.0 * np.pi * (cycle - 0.05)))
    shoulders = np.array([(-swing, 7.0, 0.0), (swing, 7.0, 0.0)])
    posture = replace(posture, shoulders_deg=shoulders, elbows_deg=np.full(2, 22.0))
    for side, (x, y, rise) in enumerate(steps):
        ankle = np.array([x, y, _OUTWARD[side] * 0.9 * body.half_hips_m])
        posture = reach_leg(body, posture, side, ankle, np.array([1.0, 0.0, 0.0]), turn_z(-rise))
    # A shoe's sole is rounder than the foot that turns in it.
    return touching_down(body, posture)


def split_squat(body: Body, controls: Controls, breath: float) -> Posture:
    """One foot flat ahead, the other behind on its toes, the hips between them going straight down: no knee kneels.

    Args:
        body: Whose posture; the right leg is behind.
        controls: ``down``, 0 legs nearly straight to 1 the back knee a hand's breadth above the floor; ``trunk_deg``,
            ``lumbar_deg``, ``gaze_deg``, ``arm_deg`` and ``elbow_deg`` as in ``standing``.
        breath: How full the chest is.
    """
    leg = body.thigh_m + body.shank_m
    _, y, _ = turn_z(-_SPLIT_HEEL_DEG) @ np.array([-toe_x(body), body.ankle_height_m, 0.0])
    ahead, behind = _SPLIT_AHEAD * leg, -_SPLIT_BEHIND * leg
    reach = _NEARLY_STRAIGHT * leg
    high = min(
        body.ankle_height_m + float(np.sqrt(reach**2 - ahead**2)), float(y) + float(np.sqrt(reach**2 - behind**2))
    )
    low = float(y) + _SPLIT_LOWEST * body.shank_m + _SPLIT_UPRIGHT * body.thigh_m
    tilt = controls["trunk_deg"] - trunk_line_deg(body, controls["lumbar_deg"])
    root = np.array([0.0, high + controls["down"] * (low - high), 0.0])
    posture = look(Posture(root, tilt, controls["lumbar_deg"], breath=breath), controls["gaze_deg"])
    arm = (controls["arm_deg"], _SPLIT_ARM_DEG, 0.0)
    posture = replace(posture, shoulders_deg=np.array([arm, arm]), elbows_deg=np.full(2, controls["elbow_deg"]))
    for side, ankle_x, ankle_y, rise in (
        (skeleton.LEFT, ahead, body.ankle_height_m, 0.0),
        (skeleton.RIGHT, behind, float(y), _SPLIT_HEEL_DEG),
    ):
        ankle = np.array([ankle_x, ankle_y, _OUTWARD[side] * _SPLIT_APART * body.half_hips_m])
        posture = reach_leg(body, posture, side, ankle, np.array([1.0, 0.0, 0.0]), turn_z(-rise))
    return touching_down(body, posture)


def touching_down(body: Body, posture: Posture) -> Posture:
    """The posture moved up or down until its lowest point touches the floor."""
    frames = put(body, posture).frames
    return replace(posture, root_m=posture.root_m - np.array([0.0, lowest(body, frames, *frames), 0.0]))
