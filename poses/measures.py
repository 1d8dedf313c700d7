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

# The landmarks that are measured, each left and right: shoulder, hip, knee, ankle, toe.
PAIRS: Final = np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES, skeleton.FOOT_INDICES])
_SIDES: Final = np.arange(2)


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
    thigh, shank = units[..., 1, :], units[..., 2, :]
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

    # First-order propagation of independent, round landmark errors: the norm of each measure's gradient, per pixel.
    # A segment turns by the error of both its ends. The vertex of an angle turns both its arms, so there the
    # gradients add as vectors before they are squared.
    turn = _over(units, lengths)
    vertex = turn[..., :2, :] + turn[..., 1:, :]
    arms = _square(turn)
    joint_gradients = np.degrees(np.sqrt(arms[..., :2, :] + arms[..., 1:, :] + _square(vertex)))
    segment_gradients = np.degrees(np.sqrt(2.0)) / lengths
    gradients = np.empty_like(values)
    gradients[..., 0] = joint_gradients[..., 0, :]
    gradients[..., 1] = gradients[..., 6] = segment_gradients[..., 1, :]
    gradients[..., 2] = segment_gradients[..., 0, :]
    gradients[..., 3] = joint_gradients[..., 1, :]
    gradients[..., 4] = segment_gradients[..., 2, :]
    gradients[..., 5] = np.sqrt(_square(1.0 - ahead * shank) + 1.0 + ahead**2) / lengths[..., 2, :]
    along, height = off_line.real, off_line.imag
    gradients[..., 7] = np.sqrt(1.0 + (1.0 - along) ** 2 + along**2 + 2.0 * height**2) / line_length
    sigmas = gradients * np.asarray(landmark_sigma_px, dtype=np.float64)[..., None]
    return values, np.where(np.isfinite(values), sigmas, np.nan)


def trunk_length_px(image_px: ArrayLike) -> Float:
    """Length from hip to shoulder, the longer of both sides: ``(..., 33, 2)`` to ``(...)``, in pixels."""
    points = np.asarray(image_px, dtype=np.float64)
    trunks = points[..., PAIRS[0], :] - points[..., PAIRS[1], :]
    both = np.hypot(trunks[..., 0], trunks[..., 1])
    return np.asarray(np.fmax(both[..., 0], both[..., 1]))


def landmark_sigma_px(trunk_px: ArrayLike, near: ArrayLike) -> Float:
    """One-sigma landmark error of each side, ``(..., 2)`` pixels, from the trunk's length and the near side."""
    factor = np.where(np.asarray(near)[..., None] == _SIDES, 1.0, FAR_FACTOR)
    return np.asarray(np.asarray(trunk_px, dtype=np.float64)[..., None] * LANDMARK_SIGMA * factor)


def _length(vectors: NDArray[np.complex128]) -> Float:
    """Lengths, NaN for points that fall together: they have no direction."""
    length = np.abs(vectors)
    return np.where(length > 0, length, np.nan)


def _over(vectors: NDArray[np.complex128], lengths: Float) -> NDArray[np.complex128]:
    """Quotient without a word about NaN, which here only means not seen."""
    with np.errstate(invalid="ignore"):
        return np.asarray(vectors / lengths, dtype=np.complex128)


def _square(vectors: NDArray[np.complex128]) -> Float:
    return np.asarray(vectors.real**2 + vectors.imag**2)
