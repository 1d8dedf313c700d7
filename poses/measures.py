"""The side-view measures: from landmarks in pixels to angles and ratios, with their uncertainty.

Which question this module answers: how far is each joint of each side bent or inclined, in the plane of the picture. It
does not know exercises or limits, and it does not claim to see the pelvis: ``hip_opening_deg`` is the sum of hip
extension and of the arching of the back, which no landmark can tell apart (Vigotsky 2016, PeerJ 4:e2325).

Signs and zeros. The picture is first turned into X forward, Y up, where forward is
where the person faces (lying on the back: head to the left of X), so that a mirrored picture measures the same.

=======================  =====================================================  ====================================
``hip_opening_deg``      shoulder-hip-knee                                      0 straight, + extension, - flexion
``thigh_inclination_deg``  knee to hip against vertical                         + knee behind the hip
``trunk_inclination_deg``  hip to shoulder against vertical                     + leaning back; lying on the back 90
``knee_flexion_deg``     hip-knee-ankle                                         0 straight, + flexion
``shank_inclination_deg``  ankle to knee against vertical                       + knee ahead of the ankle
``knee_past_toe``        knee ahead of the toe tip, in shank lengths            + past the toe
``thigh_elevation_deg``  hip to knee against horizontal                         + knee higher than the hip
``bridge_height``        hip off the line shoulder-knee, in lengths of it       + on the side of extension
=======================  =====================================================  ====================================

ISB (Wu 2002) counts hip flexion as positive: flexion_ISB = -hip_opening. Angles keep their sign through straight
(190 degrees never reads as 170).
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poses import skeleton

Float = NDArray[np.float64]

NAMES: Final = (
    "hip_opening_deg",
    "thigh_inclination_deg",
    "trunk_inclination_deg",
    "knee_flexion_deg",
    "shank_inclination_deg",
    "knee_past_toe",
    "thigh_elevation_deg",
    "bridge_height",
)
INDEX: Final = {name: position for position, name in enumerate(NAMES)}
IS_ANGLE: Final = np.array([name.endswith("_deg") for name in NAMES])

# One-sigma error of a landmark on the near side, as a fraction of the trunk's length. Against known truth the hip
# opening of a lunge's near leg was off by 4.4 degrees on average (300 rendered people, image landmarks of the full
# model), a sigma of 5.5; carried through the formulas below, 0.035 gives that.
LANDMARK_SIGMA: Final = 0.035
# The far side was off by 6.5 degrees in the same trial: 1.5 times as much.
FAR_FACTOR: Final = 1.5


def side_measures(image_px: ArrayLike, facing: ArrayLike, landmark_sigma_px: ArrayLike = np.nan) -> tuple[Float, Float]:
    """Measures both sides of the body in any number of poses.

    Args:
        image_px: ``(..., 33, 2)`` landmarks in square pixels, x right, y down; NaN where not seen.
        facing: ``(...)`` +1 facing the picture's right, -1 its left; 0 gives NaN.
        landmark_sigma_px: ``(..., 2)`` one-sigma error of the landmarks of each side, in pixels, or one for all.

    Returns:
        Values and their one-sigma uncertainties, each ``(..., 2, M)``: side, then measure in the order of ``NAMES``.
        Degrees wrap at 180; a measure whose points are missing or fall together is NaN.
    """
    points = np.asarray(image_px, dtype=np.float64)
    sign = np.asarray(facing, dtype=np.float64)[..., None, None, None]
    sign = np.where(sign == 0, np.nan, sign)
    forward_up = points[..., skeleton_pairs(), :] * np.array([1.0, -1.0])
    forward_up = forward_up * np.concatenate(
        [np.broadcast_to(sign, (*sign.shape[:-1], 1)), np.ones_like(sign)], axis=-1
    )
    # (..., 6 points, 2 sides, 2): taken apart with the sides kept as an axis.
    shoulder, hip, knee, ankle, toe = (forward_up[..., position, :, :] for position in range(5))
    sigma = np.broadcast_to(np.asarray(landmark_sigma_px, dtype=np.float64), hip.shape[:-1])

    trunk, thigh, shank = shoulder - hip, hip - knee, knee - ankle
    trunk_len, thigh_len, shank_len = _length(trunk), _length(thigh), _length(shank)
    line = knee - shoulder
    line_len = _length(line)

    opening = _signed_angle(thigh, trunk)
    flexion = _signed_angle(shank, thigh)
    ahead = (knee[..., 0] - toe[..., 0]) / shank_len
    height = _cross(line, hip - shoulder) / line_len**2
    along = _dot(hip - shoulder, line) / line_len**2
    values = np.stack(
        [
            opening,
            _from_vertical(thigh),
            -_from_vertical(trunk),
            flexion,
            _from_vertical(shank),
            ahead,
            np.degrees(np.arctan2(-thigh[..., 1], np.abs(thigh[..., 0]))),
            height,
        ],
        axis=-1,
    )
    # First-order propagation of independent, round landmark errors; the vertex of an angle moves both of its arms.
    segment = np.degrees(np.sqrt(2.0))
    sigmas = np.stack(
        [
            np.degrees(_angle_gradient(trunk, thigh)),
            segment / thigh_len,
            segment / trunk_len,
            np.degrees(_angle_gradient(thigh, shank)),
            segment / shank_len,
            _ratio_gradient(ahead, shank) / shank_len,
            segment / thigh_len,
            np.sqrt(1.0 + (1.0 - along) ** 2 + along**2 + 2.0 * height**2) / line_len,
        ],
        axis=-1,
    )
    return values, np.where(np.isfinite(values), sigmas * sigma[..., None], np.nan)


def skeleton_pairs() -> NDArray[np.intp]:
    """Indices ``(5, 2)`` of the landmarks that the measures read: point, then left and right."""
    return np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES, skeleton.FOOT_INDICES])


def trunk_length_px(image_px: ArrayLike) -> Float:
    """Length from hip to shoulder, the longer of both sides: ``(..., 33, 2)`` to ``(...)``, in pixels."""
    points = np.asarray(image_px, dtype=np.float64)
    both = _length(points[..., skeleton.SHOULDERS, :] - points[..., skeleton.HIPS, :])
    return np.asarray(np.fmax(both[..., 0], both[..., 1]))


def landmark_sigma_px(trunk_px: ArrayLike, near: ArrayLike) -> Float:
    """One-sigma landmark error of each side, ``(..., 2)`` pixels, from the trunk's length and the near side."""
    far = np.arange(2) != np.asarray(near)[..., None]
    factor = np.where(far, FAR_FACTOR, 1.0)
    return np.asarray(np.asarray(trunk_px, dtype=np.float64)[..., None] * LANDMARK_SIGMA * factor)


def _length(vector: Float) -> Float:
    length = np.hypot(vector[..., 0], vector[..., 1])
    return np.where(length > 0, length, np.nan)


def _dot(a: Float, b: Float) -> Float:
    return np.asarray(a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1])


def _cross(a: Float, b: Float) -> Float:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def _signed_angle(a: Float, b: Float) -> Float:
    """Angle from ``a`` to ``b``, counter-clockwise in X forward, Y up, degrees in (-180, 180]."""
    return np.degrees(np.arctan2(_cross(a, b), _dot(a, b))) + 0.0 * _length(a) * _length(b)


def _from_vertical(upward: Float) -> Float:
    """Inclination of a vector that points up, degrees; + when it leans forward."""
    return np.degrees(np.arctan2(upward[..., 0], upward[..., 1])) + 0.0 * _length(upward)


def _angle_gradient(upper: Float, lower: Float) -> Float:
    """Norm of the gradient of the angle between two arms, radians per pixel.

    ``upper`` and ``lower`` both point upwards along the chain; the vertex is the foot of one and the head of the other,
    so its displacement turns both: the gradients add as vectors before they are squared.
    """
    up = _perpendicular(upper) / (_length(upper) ** 2)[..., None]
    low = _perpendicular(lower) / (_length(lower) ** 2)[..., None]
    vertex = up + low
    return np.sqrt(_dot(up, up) + _dot(low, low) + _dot(vertex, vertex))


def _ratio_gradient(ratio: Float, shank: Float) -> Float:
    """Norm of the gradient of ``knee_past_toe``, times the shank's length."""
    unit = shank / _length(shank)[..., None]
    knee_x = 1.0 - ratio * unit[..., 0]
    knee_y = -ratio * unit[..., 1]
    return np.sqrt(knee_x**2 + knee_y**2 + 1.0 + ratio**2)


def _perpendicular(vector: Float) -> Float:
    return np.stack([-vector[..., 1], vector[..., 0]], axis=-1)
