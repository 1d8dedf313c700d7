"""How far the camera leans, told by somebody who stands before it, and the landmarks without that lean.

Which question this module answers: which way is up in the picture. Nobody stands quite upright, but who turns round
leans the other way in the picture, and the camera does not: the mean of both is the camera's. A lean of one degree is
one degree in every inclination to the vertical and none in an angle between two segments (safe-ranges.md 4.4).
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.records import Float32Array, Pose

# A camera that leans more is to be put upright (safe-ranges.md 4.4).
MOST_ROLL_DEG: Final = 5.0


def standing_lean_deg(image_px: NDArray[np.floating]) -> float:
    """How far the line from the ankles to the shoulders leans towards the picture's right, ``(33, 2)`` to degrees."""
    (ax, ay), (bx, by) = (image_px[list(pair)].mean(axis=0).tolist() for pair in (skeleton.ANKLES, skeleton.SHOULDERS))
    return math.degrees(math.atan2(bx - ax, ay - by))


def camera_roll_deg(right_deg: float, left_deg: float) -> float:
    """How far the content of the picture is turned clockwise.

    Args:
        right_deg: Lean of somebody standing who faces the picture's right.
        left_deg: The same facing left.
    """
    return (right_deg + left_deg) / 2.0


def levelled(pose: Pose, roll_deg: float) -> Pose:
    """The pose as an upright camera would have seen it; what is drawn stays where the picture shows it.

    Args:
        pose: What was found.
        roll_deg: How far the picture's content is turned clockwise.
    """
    if roll_deg == 0.0 or not pose.found:
        return pose
    middle = np.array(pose.image_wh) / 2.0

    def upright(points_px: Float32Array) -> Float32Array:
        return (_turned(points_px - middle, -roll_deg) + middle).astype(np.float32)

    again = pose.again and replace(pose.again, image_px=upright(pose.again.image_px))
    return replace(
        pose,
        image_px=upright(pose.image_px),
        again=again,
        world_m=_turned(pose.world_m, -roll_deg).astype(np.float32),
        picture_px=pose.shown_px,
    )


def _turned(points: NDArray[np.floating], clockwise_deg: float) -> NDArray[np.floating]:
    """Points turned about the origin, x right and y down; a third coordinate stays."""
    c, s = math.cos(math.radians(clockwise_deg)), math.sin(math.radians(clockwise_deg))
    turned = points.astype(np.float64)
    turned[..., 0], turned[..., 1] = c * points[..., 0] - s * points[..., 1], s * points[..., 0] + c * points[..., 1]
    return turned
