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
        a, b = (body.scale * np.array(end) / stretch for end in (solid.a, solid.b))
        placed.append(Placed(frame.origin, frame.turn * stretch, a, b, _radii(body, solid), solid.colour))
    return placed


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
