"""Any posture, limb by limb, put on the floor by its lowest point.

Which question this module answers: how every joint must stand so that trunk, thighs and shanks are inclined as told.
Nothing here asks whether a person could keep their balance so: these are postures to look at, for what is to be
measured or learned whatever somebody does.
"""

from typing import Final

import numpy as np

from calibration.phantom.body import Body
from calibration.phantom.kinematics import Posture
from calibration.phantom.motion import Controls
from calibration.phantom.postures import look, trunk_line_deg
from calibration.phantom.upright import touching_down
from poses import skeleton

# Legs stand a little apart; convention.
_ABDUCTION_DEG: Final = 4.0


def any_posture(body: Body, controls: Controls, breath: float) -> Posture:
    """A posture of free limbs; inclinations are from vertical, as measured from the side.

    Args:
        body: Whose posture.
        controls: ``trunk_deg`` leaning back of the line hip to shoulder, 90 lying; ``lumbar_deg`` hollow back;
            ``gaze_deg`` leaning back of the head; for each side ``<side>_thigh_deg`` (positive: the knee behind the
            hip), ``<side>_shank_deg`` (positive: the knee ahead of the ankle), ``<side>_ankle_deg`` dorsiflexion,
            ``<side>_arm_deg`` flexion of the shoulder and ``<side>_elbow_deg``.
        breath: How full the chest is.
    """
    tilt = controls["trunk_deg"] - trunk_line_deg(body, controls["lumbar_deg"])
    posture = look(Posture(np.zeros(3), tilt, controls["lumbar_deg"], breath=breath), controls["gaze_deg"])
    sides = skeleton.SIDES
    thighs, shanks, ankles, arms, elbows = (
        np.array([controls[f"{side}_{part}_deg"] for side in sides])
        for part in ("thigh", "shank", "ankle", "arm", "elbow")
    )
    zeros = np.zeros(2)
    posture = Posture(
        posture.root_m,
        posture.pelvis_tilt_deg,
        posture.lumbar_deg,
        posture.neck_deg,
        posture.head_deg,
        # The thigh hangs from the pelvis to the knee: its turn in the world is against its inclination.
        hips_deg=np.stack([-thighs - tilt, np.full(2, _ABDUCTION_DEG), zeros], axis=1),
        knees_deg=shanks - thighs,
        ankles_deg=np.stack([ankles, zeros, zeros], axis=1),
        shoulders_deg=np.stack([arms, np.full(2, 2.0 * _ABDUCTION_DEG), zeros], axis=1),
        elbows_deg=elbows,
        breath=breath,
    )
    return touching_down(body, posture)
