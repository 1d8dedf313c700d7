"""The side-view measures: from landmarks in pixels to angles and ratios, just as the landmarks have them.

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
# What is measured of somebody who faces the camera; formulas and signs in ``poses.frontal``.
FRONT_NAMES: Final = ("side_lean_deg", "pelvic_line_deg", "knee_line_deg", "knee_lift_deg", "trunk_drop")
# Position of each measure among those of its own view.
INDEX: Final = {name: position for names in (NAMES, FRONT_NAMES) for position, name in enumerate(names)}
IS_ANGLE: Final = np.array([name.endswith("_deg") for name in NAMES])

# The landmarks that are measured, each left and right: shoulder, hip, knee, ankle, toe.
PAIRS: Final = np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES, skeleton.FOOT_INDICES])


def side_measures(image_px: ArrayLike, facing: ArrayLike) -> Float:
    """Measures both sides of the body in any number of poses.

    Args:
        image_px: ``(..., 33, 2)`` landmarks in square pixels, x right, y down; NaN where not seen.
        facing: ``(...)`` +1 facing the picture's right, -1 its left; 0 gives NaN.

    Returns:
        Values ``(..., 2, M)``: side, then measure in the order of ``NAMES``. Degrees wrap at 180; a measure whose
        points are missing or fall together is NaN.
    """
    points = np.asarray(image_px, dtype=np.float64)
    sign = np.asarray(facing, dtype=np.float64)[..., None, None]
    sign = np.where(sign == 0, np.nan, sign)
    # Points as complex numbers, forward + i up: (..., 5 points, 2 sides). Products of them turn and stretch.
    chain = sign * points[..., PAIRS, 0] - 1j * points[..., PAIRS, 1]
    # Trunk, thigh and shank, each pointing upwards along the body.
    segments = chain[..., :3, :] - chain[..., 1:4, :]
    lengths = _length(segments)
    units = _over(segments, lengths)
    # From thigh to trunk and from shank to thigh, counter-clockwise: + is extension of the hip and flexion of the knee.
    joints = np.degrees(np.angle(units[..., :2, :] * units[..., 1:, :].conj()))
    # From vertical, + forward.
    inclinations = np.degrees(np.arctan2(units.real, units.imag))
    shoulder, knee, toe = chain[..., 0, :], chain[..., 2, :], chain[..., 4, :]
    thigh = units[..., 1, :]
    ahead = (knee.real - toe.real) / lengths[..., 2, :]
    line = knee - shoulder
    line_length = _length(line)
    # The hip along the line shoulder-knee (real part) and off it (imaginary part), in lengths of the line.
    off_line = _over(-segments[..., 0, :] * line.conj(), line_length**2)

    values = np.empty((*ahead.shape, len(NAMES)))
    values[..., 0] = joints[..., 0, :]
    values[..., 1] = inclinations[..., 1, :]
    values[..., 2] = -inclinations[..., 0, :]
    values[..., 3] = joints[..., 1, :]
    values[..., 4] = inclinations[..., 2, :]
    values[..., 5] = ahead
    values[..., 6] = np.degrees(np.arctan2(-thigh.imag, np.abs(thigh.real)))
    values[..., 7] = off_line.imag
    return values


def trunk_length_px(image_px: ArrayLike) -> Float:
    """Length from hip to shoulder, the longer of both sides: ``(..., 33, 2)`` to ``(...)``, in pixels."""
    points = np.asarray(image_px, dtype=np.float64)
    trunks = points.take(PAIRS[0], axis=-2) - points.take(PAIRS[1], axis=-2)
    both = np.hypot(trunks[..., 0], trunks[..., 1])
    return np.asarray(np.fmax(both[..., 0], both[..., 1]))


def _length(vectors: NDArray[np.complex128]) -> Float:
    """Lengths, NaN for points that fall together: they have no direction."""
    length = np.abs(vectors)
    return np.where(length > 0, length, np.nan)


def _over(vectors: NDArray[np.complex128], lengths: Float) -> NDArray[np.complex128]:
    """Quotient without a word about NaN, which here only means not seen."""
    with np.errstate(invalid="ignore"):
        return np.asarray(vectors / lengths, dtype=np.complex128)
