"""Where the person faces, which side is turned to the camera, and how far the body is turned out of the picture plane.

Which question this module answers: may a side-view angle be read at all, and with which sign; and is the skeleton the
right way up. It uses only what
anatomy forbids to be otherwise, so it holds upright, kneeling and lying alike: knees bend one way, toes lie in front
of the shank, the nose lies in front of the ears.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton

_ACROSS: Final = np.array([*skeleton.SHOULDERS, *skeleton.HIPS])
_HEAD: Final = np.array([skeleton.NOSE, *skeleton.EARS, *skeleton.SHOULDERS])
# Hip, knee, ankle, heel and toe of the left leg, then of the right one.
_LEGS: Final = np.array([skeleton.HIPS, *skeleton.LEG_POINTS]).T

# Largest possible evidence: two knees, two feet, one head, each at most 1.
FULL_EVIDENCE: Final = 5.0
# Convention: below a quarter of the full evidence the person may as well face the camera. Side-on people in real
# pictures of lunges, bridges and planks gave 2.8 to 4.9; people who face the camera 0 to 1.3.
LEAST_EVIDENCE: Final = 1.25
# A trunk that hangs head down more steeply than this, with a foot so many lengths of it above the hips, stands on its
# shoulders (convention; the trunk of a bridge rises up to about 40 degrees, seen obliquely a little more).
_HEAD_DOWN: Final = math.sin(math.radians(45.0))
_FOOT_UP_TRUNKS: Final = 0.5
# Contrary evidence must last this long before the locked facing changes (convention; turning round takes longer).
CHANGE_S: Final = 0.5


def facing_evidence(image_px: NDArray[np.floating]) -> float:
    """How clearly the person faces the picture's right (+) or left (-).

    Lying on the back with the head to the left counts as facing right: the body is then a person facing right, tipped
    over backwards. So the sign tells the handedness of the body in the picture, whatever its inclination.

    Args:
        image_px: ``(33, 2)`` landmarks, x right, y down.

    Returns:
        Between -5 and 5: the sum of the sines of knee flexion, of the toes ahead of the shank (both sides) and of the
        nose ahead of the ears. Missing points count as no evidence; all missing is 0.
    """
    # Points as complex numbers, right + i up. One pose at a time: plain numbers are faster than small arrays.
    evidence = 0.0
    for leg in image_px.take(_LEGS, axis=0).tolist():
        hip, knee, ankle, heel, toe = [complex(x, -y) for x, y in leg]
        evidence += _sine(knee - ankle, hip - knee) - _sine(knee - ankle, toe - heel)
    nose, *pairs = [complex(x, -y) for x, y in image_px.take(_HEAD, axis=0).tolist()]
    ear, shoulder = (pairs[0] + pairs[1]) / 2.0, (pairs[2] + pairs[3]) / 2.0
    return evidence - _sine(ear - shoulder, nose - ear)


def facing_sign(evidence: float) -> int:
    """+1, -1, or 0 where the evidence is too weak."""
    if not abs(evidence) >= LEAST_EVIDENCE:
        return 0
    return 1 if evidence > 0.0 else -1


def near_side(facing: int) -> int:
    """The side turned to the camera: someone who faces the picture's right shows it their right side."""
    return skeleton.RIGHT if facing > 0 else skeleton.LEFT


def is_upside_down(image_px: NDArray[np.floating]) -> bool:
    """Whether the skeleton stands on its shoulders, with a foot in the air.

    Nobody who stretches does, but the pose model now and then takes a kneeling person the wrong way up, shoulders for
    knees, and then follows that skeleton for seconds.

    Args:
        image_px: ``(33, 2)`` landmarks, x right, y down; NaN where nobody was found.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = image_px.take(_ACROSS, axis=0).tolist()
    down, across = ay + by - cy - dy, ax + bx - cx - dx
    # Twice the trunk, and twice the way of the higher ankle above the hips. Comparisons with NaN are False.
    trunk = math.hypot(across, down)
    if not down > _HEAD_DOWN * trunk:
        return False
    up = cy + dy - 2.0 * float(image_px[list(skeleton.ANKLES), 1].min())
    return bool(up > _FOOT_UP_TRUNKS * trunk)


def yaw_deg(world_m: NDArray[np.floating]) -> float:
    """How far the body is turned out of the picture plane: 0 side-on, 90 facing the camera or away.

    From the line between both shoulders and both hips in the world landmarks, whose depth is the model's guess: good
    for telling side-on from oblique, not for correcting angles.

    Args:
        world_m: ``(33, 3)`` metres, x right, z away from the camera.

    Returns:
        Degrees between 0 and 90; NaN where nobody was found.
    """
    (ax, _, az), (bx, _, bz), (cx, _, cz), (dx, _, dz) = world_m.take(_ACROSS, axis=0).tolist()
    return math.degrees(math.atan2(abs(ax - bx + cx - dx), abs(az - bz + cz - dz)))


def _sine(a: complex, b: complex) -> float:
    """Sine of the angle from ``a`` to ``b``, 0 where either has no length or was not seen."""
    product = abs(a) * abs(b)
    return (a.conjugate() * b).imag / product if product > 0.0 else 0.0


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
    seen = facing_sign(evidence)
    if seen == memory.sign:
        return FacingMemory(memory.sign)
    if memory.sign == 0 or still:
        return FacingMemory(seen)
    since = memory.against_since_s if memory.against_since_s is not None else time_s
    if time_s - since >= CHANGE_S:
        return FacingMemory(seen)
    return FacingMemory(memory.sign, since)
