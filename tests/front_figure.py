"""A person who faces the camera, built from angles by plain trigonometry: the known truth of the front view's tests.

It uses none of the formulas of ``poses.frontal``: points are placed one after another, from the pelvis.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from poses import skeleton
from poses.records import Pose
from poses.skeleton import MIRRORED

# Lengths in metres of a person of 1.70 m, rounded; half widths between joints of both sides.
TRUNK, THIGH, SHANK = 0.50, 0.42, 0.42
HIP, SHOULDER = 0.08, 0.16


@dataclass(frozen=True)
class Front:
    """Somebody seen from the front; all sideways to the person's own right.

    Attributes:
        lean_deg: Of the trunk.
        line_deg: Of the pelvis; + the right hip lower.
        knee_in_deg: How far the standing knee falls in.
        lifted: Side of the leg that is lifted, or None.
        lift_deg: How far.
        bent_deg: How far the standing knee bends forward, which the front shows as a shorter leg.
    """

    lean_deg: float = 0.0
    line_deg: float = 0.0
    knee_in_deg: float = 0.0
    lifted: int | None = None
    lift_deg: float = 75.0
    bent_deg: float = 0.0


def pose(
    front: Front, time_s: float = 0.0, *, turned_deg: float = 0.0, scale: float = 300.0, mirrored: bool = False
) -> Pose:
    """A pose as the estimator would give it, all well visible.

    Args:
        front: How the person stands.
        time_s: Media time.
        turned_deg: How far the person is turned away from facing the camera; only depth shows it.
        scale: Pixels a metre.
        mirrored: The picture is mirrored, so that left is called right.
    """
    # To the person's right and up, the pelvis's middle at the origin; in the picture the lower foot stays where it is.
    points = np.zeros((skeleton.COUNT, 2))
    hips = HIP * np.array([cos(radians(front.line_deg)), -sin(radians(front.line_deg))])
    middle = TRUNK * np.array([sin(radians(front.lean_deg)), cos(radians(front.lean_deg))])
    for side, right in ((skeleton.LEFT, -1.0), (skeleton.RIGHT, 1.0)):
        hip = right * hips
        if front.lifted == side:
            # The thigh points at the camera; the shank hangs.
            knee = hip - [0.0, THIGH * cos(radians(front.lift_deg))]
            ankle = knee - [0.0, SHANK]
        else:
            # Half of the bend above the knee and half below, the knee inside.
            half = radians(front.knee_in_deg / 2.0 if front.lifted is not None else 0.0)
            shown = cos(radians(front.bent_deg / 2.0))
            knee = hip + shown * THIGH * np.array([-right * sin(half), -cos(half)])
            ankle = knee + shown * SHANK * np.array([right * sin(half), -cos(half)])
        points[skeleton.HIPS[side]], points[skeleton.KNEES[side]], points[skeleton.ANKLES[side]] = hip, knee, ankle
        points[skeleton.HEELS[side]] = points[skeleton.FOOT_INDICES[side]] = ankle - [0.0, 0.05]
        points[skeleton.SHOULDERS[side]] = middle + np.array([right * SHOULDER, 0.0])
        points[skeleton.EARS[side]] = middle + np.array([right * 0.07, 0.25])
        points[skeleton.ELBOWS[side]] = points[skeleton.SHOULDERS[side]] - [0.0, 0.3]
        points[skeleton.WRISTS[side]] = points[skeleton.SHOULDERS[side]] - [0.0, 0.55]
        points[17 + side] = points[19 + side] = points[21 + side] = points[skeleton.WRISTS[side]]
    points[: skeleton.EARS[0]] = points[9:11] = middle + np.array([0.0, 0.23])
    # The camera has the person's right on its left.
    sole = points[list(skeleton.ANKLES), 1].min() + THIGH + SHANK
    image = (points - [0.0, sole]) * [-scale, -scale] + [640.0, 400.0]
    world = np.concatenate([points * [-1.0, -1.0], np.zeros((skeleton.COUNT, 1))], axis=1)
    for pair in (skeleton.SHOULDERS, skeleton.HIPS):
        middle_x = world[list(pair), 0].mean()
        across = world[list(pair), 0] - middle_x
        world[list(pair), 0] = middle_x + across * cos(radians(turned_deg))
        world[list(pair), 2] = across * sin(radians(turned_deg))
    if mirrored:
        image = (image * [-1.0, 1.0] + [1280.0, 0.0])[list(MIRRORED)]
        world = (world * [-1.0, 1.0, 1.0])[list(MIRRORED)]
    visibility = np.ones(skeleton.COUNT, np.float32)
    return Pose(time_s, image.astype(np.float32), world.astype(np.float32), visibility, (1280, 720))
