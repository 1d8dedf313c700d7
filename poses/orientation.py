"""Where the person faces, which side is turned to the camera, and how far the body is turned out of the picture plane.

Which question this module answers: may a side-view angle be read at all, and with which sign. It uses only what
anatomy forbids to be otherwise, so it holds upright, kneeling and lying alike: knees bend one way, toes lie in front
of the shank, the nose lies in front of the ears.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poses import skeleton

Float = NDArray[np.float64]
Complex = NDArray[np.complex128]

_PAIRS: Final = np.array(
    [
        skeleton.EARS,
        skeleton.SHOULDERS,
        skeleton.HIPS,
        skeleton.KNEES,
        skeleton.ANKLES,
        skeleton.HEELS,
        skeleton.FOOT_INDICES,
    ]
)

# Largest possible evidence: two knees, two feet, one head, each at most 1.
FULL_EVIDENCE: Final = 5.0
# Convention: below a quarter of the full evidence the person may as well face the camera. Side-on people in real
# pictures of lunges, bridges and planks gave 2.8 to 4.9; people who face the camera 0 to 1.3.
LEAST_EVIDENCE: Final = 1.25
# Contrary evidence must last this long before the locked facing changes (convention; turning round takes longer).
CHANGE_S: Final = 0.5


def facing_evidence(image_px: ArrayLike) -> Float:
    """How clearly the person faces the picture's right (+) or left (-).

    Lying on the back with the head to the left counts as facing right: the body is then a person facing right, tipped
    over backwards. So the sign tells the handedness of the body in the picture, whatever its inclination.

    Args:
        image_px: ``(..., 33, 2)`` landmarks, x right, y down.

    Returns:
        ``(...)`` between -5 and 5: the sum of the sines of knee flexion, of the toes ahead of the shank (both
        sides) and of the nose ahead of the ears. Missing points count as no evidence; all missing is 0.
    """
    points = np.asarray(image_px, dtype=np.float64)
    # Points as complex numbers, right + i up, each (..., 2 sides).
    ears, shoulders, hips, knees, ankles, heels, toes = np.moveaxis(
        points[..., _PAIRS, 0] - 1j * points[..., _PAIRS, 1], -2, 0
    )
    nose = points[..., skeleton.NOSE, 0] - 1j * points[..., skeleton.NOSE, 1]
    ear, shoulder = ears.sum(axis=-1) / 2, shoulders.sum(axis=-1) / 2
    shank = knees - ankles
    sines = np.concatenate(
        [
            _sine(shank, hips - knees),
            -_sine(shank, toes - heels),
            -_sine(ear - shoulder, nose - ear)[..., None],
        ],
        axis=-1,
    )
    return np.asarray(np.where(np.isnan(sines), 0.0, sines).sum(axis=-1))


def facing_sign(evidence: ArrayLike) -> NDArray[np.int_]:
    """+1, -1, or 0 where the evidence is too weak."""
    values = np.asarray(evidence, dtype=np.float64)
    return np.where(np.abs(values) >= LEAST_EVIDENCE, np.sign(values), 0).astype(np.int_)


def near_side(facing: int) -> int:
    """The side turned to the camera: someone who faces the picture's right shows it their right side."""
    return skeleton.RIGHT if facing > 0 else skeleton.LEFT


def yaw_deg(world_m: ArrayLike) -> Float:
    """How far the body is turned out of the picture plane: 0 side-on, 90 facing the camera or away.

    From the line between both shoulders and both hips in the world landmarks, whose depth is the model's guess: good
    for telling side-on from oblique, not for correcting angles.

    Args:
        world_m: ``(..., 33, 3)`` metres, x right, z away from the camera.

    Returns:
        ``(...)`` degrees between 0 and 90.
    """
    world = np.asarray(world_m, dtype=np.float64)
    pairs = world[..., _PAIRS[1:3], :]
    across = (pairs[..., 0, :] - pairs[..., 1, :]).sum(axis=-2)
    return np.asarray(np.degrees(np.arctan2(np.abs(across[..., 0]), np.abs(across[..., 2]))))


def _sine(a: Complex, b: Complex) -> Float:
    """Sine of the angle from ``a`` to ``b``, NaN where either has no length."""
    product = np.abs(a) * np.abs(b)
    return np.asarray((a.conj() * b).imag / np.where(product > 0, product, np.nan))


@dataclass(frozen=True, slots=True)
class FacingMemory:
    """The facing that is locked, and since when the evidence speaks against it (None when it does not)."""

    sign: int = 0
    against_since_s: float | None = None


def lock_facing(evidence: float, time_s: float, memory: FacingMemory, *, still: bool = False) -> FacingMemory:
    """Keeps the facing until the evidence has been against it for a while.

    A single misread frame would flip the sign of every angle: a deep extension would read as a flexion.

    Args:
        evidence: Of one frame, from ``facing_evidence``.
        time_s: Media time.
        memory: What the last call returned.
        still: The frame is a photograph: believe it.

    Returns:
        The new state; its ``sign`` is the facing.
    """
    seen = int(facing_sign(evidence))
    if seen == memory.sign:
        return FacingMemory(memory.sign)
    if memory.sign == 0 or still:
        return FacingMemory(seen)
    since = memory.against_since_s if memory.against_since_s is not None else time_s
    if time_s - since >= CHANGE_S:
        return FacingMemory(seen)
    return FacingMemory(memory.sign, since)
