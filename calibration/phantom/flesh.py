"""The flesh of a posed figure: its solids placed in the world, and how low they reach.

Which question this module answers: where a figure's surface is. What hangs on every segment stands in ``solids``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from calibration.phantom.body import Body, Colour
from calibration.phantom.kinematics import Array, Figure, Frame3
from calibration.phantom.solids import Solid, solids

# How much of the belly's rise, and of the chest's, the front of a segment shares; the back stays where it lies.
# Convention: the lowest ribs go half with either, the top of the pelvis a little with the belly.
_RISES: Final[Mapping[str, tuple[float, float]]] = {
    "pelvis": (0.25, 0.0),
    "lumbar_low": (1.0, 0.0),
    "lumbar_mid": (1.0, 0.0),
    "thorax": (0.0, 1.0),
}
_LOWEST_RIBS: Final = (0.6, 0.4)
# A solid of the chest that begins below this height of it, in metres of the 1.75 m body, is of the lowest ribs.
_RIBS_FROM_M: Final = 0.05
# A full breath widens the chest's depth by this share on either side of rest; convention (about 1.5 cm in girth).
_BREATH: Final = 0.015


@dataclass(frozen=True, slots=True)
class Placed:
    """A solid in the world: ``world = origin + shape @ unit``, with a plain tapered capsule in the unit frame.

    Attributes:
        origin: ``(3,)`` metres.
        shape: ``(3, 3)`` rotation times stretch.
        a: ``(3,)`` first end in the unit frame.
        b: ``(3,)`` other end in the unit frame.
        radii: At ``a`` and ``b``, in the unit frame.
        colour: RGB.
    """

    origin: Array
    shape: Array
    a: Array
    b: Array
    radii: tuple[float, float]
    colour: Colour

    @property
    def ends(self) -> Array:
        """``(2, 3)`` middles of the ends in the world."""
        return np.asarray(self.origin + np.stack([self.a, self.b]) @ self.shape.T)


# Girth does not thicken what no fat lies on.
_BONY: Final = ("head", "hand", "foot")


def place(figure: Figure) -> list[Placed]:
    """The solids of a figure in the world."""
    body, placed = figure.body, []
    for solid in solids(body):
        frame = figure.frames[solid.segment]
        stretch = np.array(solid.stretch)
        if solid.segment == "thorax":
            stretch[0] *= 1.0 + _BREATH * figure.breath
        radii = _radii(body, solid)
        rise_m = _rise_m(figure, solid)
        # The front goes by all of it and the back by nothing: half of it is thickness, half a shift.
        stretch[0] += rise_m / sum(radii)
        origin = frame.origin + 0.5 * rise_m * frame.turn[:, 0]
        a, b = (body.scale * np.array(end) / stretch for end in (solid.a, solid.b))
        placed.append(Placed(origin, frame.turn * stretch, a, b, radii, solid.colour))
    return placed


def _rise_m(figure: Figure, solid: Solid) -> float:
    """How far a breath lifts the front of a solid."""
    belly, chest = _RISES.get(solid.segment, (0.0, 0.0))
    if solid.segment == "thorax" and solid.a[1] < _RIBS_FROM_M:
        belly, chest = _LOWEST_RIBS
    return belly * figure.belly_m + chest * figure.chest_m


def _radii(body: Body, solid: Solid) -> tuple[float, float]:
    factor = body.scale * (1.0 if solid.segment.endswith(_BONY) else body.girth)
    return solid.radius_a * factor, solid.radius_b * factor


@lru_cache(maxsize=128)
def _balls(body: Body, segment: str) -> tuple[Array, Array]:
    """Ends of a segment's solids as balls: middles ``(N, 3)`` and radii along the segment's axes ``(N, 3)``.

    Cloth and hair that give way are left out.
    """
    of = [solid for solid in solids(body) if solid.segment == segment and not solid.soft]
    middles = body.scale * np.array([end for solid in of for end in (solid.a, solid.b)])
    radii = [np.multiply(solid.stretch, radius) for solid in of for radius in _radii(body, solid)]
    return middles.reshape(-1, 3), np.array(radii).reshape(-1, 3)


def lowest(body: Body, frames: Mapping[str, Frame3], *segments: str) -> float:
    """Height above the floor of the lowest point of some segments' flesh, in metres; inf where they have none.

    The chest is taken at rest: a breath lets the back sink by 1.5 mm or rise by as much.
    """
    heights = []
    for segment in segments:
        frame = frames[segment]
        middles, radii = _balls(body, segment)
        up = frame.turn[1]
        # A tapered capsule is lowest at one of its ends; a ball stretched by s reaches |s * up| radii down.
        heights.append(float((frame.origin[1] + middles @ up - np.linalg.norm(radii * up, axis=1)).min(initial=np.inf)))
    return min(heights)
