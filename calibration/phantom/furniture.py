"""Boxes that stand in a room: seats, shelves, pictures on the wall.

Which question this module answers: where rays meet a box whose edges lie along the axes of the room. They are there to
put edges and colours behind the person, as homes do; nothing else is claimed of them, and they throw no shadow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.body import Colour
from calibration.phantom.kinematics import Array

Picture = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Box:
    """A box.

    Attributes:
        low: Its corner with the lowest x, y and z, in metres.
        high: The opposite corner.
        colour: RGB.
    """

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    colour: Colour


def meet_box(box: Box, eye: Array, rays: Picture) -> tuple[Picture, Picture]:
    """Where rays ``(H, W, 3)`` from ``eye`` enter a box: distance ``(H, W)``, inf for a miss, and normal ``(H, W, 3)``.

    A ray is inside where it is inside all three pairs of planes (slabs); it enters where it enters the last of them.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        at_low, at_high = ((np.array(corner) - eye) / rays for corner in (box.low, box.high))
    enters, leaves = np.minimum(at_low, at_high), np.maximum(at_low, at_high)
    last = enters.argmax(axis=-1)
    t = np.take_along_axis(enters, last[..., None], axis=-1)[..., 0]
    hit = (t > 0.0) & (t < leaves.min(axis=-1))
    normal = np.zeros_like(rays)
    facing = -np.sign(np.take_along_axis(rays, last[..., None], axis=-1))
    np.put_along_axis(normal, last[..., None], facing, axis=-1)
    return np.where(hit, t, np.inf).astype(np.float32), normal
