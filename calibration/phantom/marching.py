"""Standing tall and lifting one knee after the other.

Which question this module answers: how every joint must stand so that one foot stays where it stands while the other
leg is lifted, and hips and trunk go where they are told. All angles in degrees, world and signs as in ``kinematics``;
the feet stand about x = 0. Lengths among the controls are those of the 1.75 m body and grow with it.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from calibration.phantom.body import Body
from calibration.phantom.kinematics import Posture, reach_leg
from calibration.phantom.motion import Controls
from calibration.phantom.postures import look, trunk_line_deg
from poses import skeleton

_SAME: Final = np.eye(3)
_OUTWARD: Final = (-1.0, 1.0)
# Standing, a leg spans this share of its length: knees are not locked.
_NEARLY_STRAIGHT: Final = 0.995
# From here on a lifted leg hangs free: its shank upright, its foot level.
_FREE_FROM_DEG: Final = 18.0
_FOOT_DEG: Final = -8.0


def marching(body: Body, controls: Controls, breath: float) -> Posture:
    """On the feet, one of them lifted or none.

    Args:
        body: Whose posture.
        controls: For each side ``<side>_lift_deg``, how far the thigh is lifted from vertical, the shank hanging down;
            ``trunk_deg`` inclination of the line hip to shoulder, ``lumbar_deg`` hollow back, ``gaze_deg`` leaning back
            of the head; ``hip_back_m`` hips behind the ankles; ``arm_deg`` flexion of both shoulders.
        breath: How full the chest is.
    """
    tilt = controls["trunk_deg"] - trunk_line_deg(body, controls["lumbar_deg"])
    hip_x = -controls["hip_back_m"] * body.scale
    leg = _NEARLY_STRAIGHT * (body.thigh_m + body.shank_m)
    root = np.array([hip_x, body.ankle_height_m + float(np.sqrt(leg**2 - hip_x**2)), 0.0])
    posture = look(Posture(root, tilt, controls["lumbar_deg"], breath=breath), controls["gaze_deg"])
    arm = (controls["arm_deg"], 8.0, 0.0)
    posture = replace(posture, shoulders_deg=np.array([arm, arm]), elbows_deg=np.full(2, 12.0))
    for side, outward in enumerate(_OUTWARD):
        ankle = np.array([0.0, body.ankle_height_m, outward * 0.9 * body.half_hips_m])
        posture = reach_leg(body, posture, side, ankle, np.array([1.0, 0.2, 0.0]), _SAME)
    for side, name in enumerate(skeleton.SIDES):
        lift = controls[f"{name}_lift_deg"]
        free = min(max(lift / _FREE_FROM_DEG, 0.0), 1.0)
        hips, knees, ankles = posture.hips_deg.copy(), posture.knees_deg.copy(), posture.ankles_deg.copy()
        hips[side] += free * (np.array([lift - tilt, 0.0, 0.0]) - hips[side])
        knees[side] += free * (lift - knees[side])
        ankles[side] += free * (np.array([_FOOT_DEG, 0.0, 0.0]) - ankles[side])
        posture = replace(posture, hips_deg=hips, knees_deg=knees, ankles_deg=ankles)
    return posture
