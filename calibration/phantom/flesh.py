"""The shapes that clothe the skeleton: tapered capsules, stretched along their segment's axes.

Which question this module answers: what hangs on every segment, where, how thick and in which colour. Thicknesses are
those of the 1.75 m body: girths, depths and breadths rounded from the means of C. C. Gordon et al., "2012
Anthropometric Survey of U.S. Army Personnel", NATICK/TR-15/007 (2014), such as a chest 25 cm deep, a thigh 60 cm and a
calf 38 cm round, a head 20 cm long; how they are split into capsules is convention. Nothing here moves a joint centre.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from calibration.phantom.body import Body, Colour
from calibration.phantom.kinematics import LUMBAR, Array, Figure, Frame3
from poses import skeleton

Point = tuple[float, float, float]

# Eyes and mouth are much the same on everybody.
_WHITE: Final = (236, 233, 228)
_IRIS: Final = (58, 44, 38)
_LIPS: Final = (172, 98, 92)

# A full breath widens the chest's depth by this share on either side of rest; convention (about 1.5 cm in girth).
_BREATH: Final = 0.015


@dataclass(frozen=True, slots=True)
class Solid:
    """A tapered capsule of one segment, before it is placed.

    Attributes:
        segment: Name of the segment that carries it.
        a: Middle of its first end, in metres in the segment's frame.
        b: Middle of its other end.
        radius_a: Radius at ``a``.
        radius_b: Radius at ``b``.
        colour: RGB.
        stretch: Factors along the segment's axes, of its radii alone: the middles stay where they are.
    """

    segment: str
    a: Point
    b: Point
    radius_a: float
    radius_b: float
    colour: Colour
    stretch: Point = (1.0, 1.0, 1.0)


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


def _trunk(body: Body) -> Iterator[Solid]:
    shirt, trousers = body.look.shirt, body.look.trousers
    yield Solid("pelvis", (-0.005, 0.005, 0), (-0.005, 0.075, 0), 0.098, 0.092, trousers, (1.0, 1.0, 1.6))
    for z in (-0.07, 0.07):
        yield Solid("pelvis", (-0.04, -0.02, z), (-0.035, 0.04, z * 0.8), 0.078, 0.075, trousers)
    for i, name in enumerate(LUMBAR[:-1]):
        yield Solid(name, (0.036, -0.02, 0), (0.036, 0.065, 0), 0.093, 0.093, shirt, (1.0, 1.0, 1.47 - 0.02 * i))
    ribs = (1.0, 1.0, 1.42)
    yield Solid("thorax", (0.034, -0.02, 0), (0.036, 0.10, 0), 0.094, 0.106, shirt, ribs)
    yield Solid("thorax", (0.036, 0.10, 0), (0.032, 0.185, 0), 0.106, 0.100, shirt, (1.0, 1.0, 1.48))
    yield Solid("thorax", (0.032, 0.185, 0), (0.022, 0.255, 0), 0.100, 0.068, shirt, (1.0, 1.0, 1.62))
    # The root of the neck: what the raised bridge rests on.
    yield Solid("thorax", (0.0, 0.368, 0), (0.01, 0.27, 0), 0.056, 0.062, shirt)
    for z in (-1.0, 1.0):
        # Trapezius and collar: from the root of the neck to the shoulder.
        yield Solid("thorax", (0.002, 0.335, z * 0.025), (0.030, 0.29, z * 0.14), 0.050, 0.050, shirt)


def _head(body: Body) -> Iterator[Solid]:
    skin, hair = body.look.skin, body.look.hair
    yield Solid("neck", (0.004, -0.005, 0), (0.016, 0.09, 0), 0.057, 0.054, skin)
    # Skull, and a face that narrows from the cheekbones to the chin.
    yield Solid("head", (0.012, 0.040, 0), (0.012, 0.040, 0), 0.088, 0.088, skin, (1.06, 0.94, 0.86))
    yield Solid("head", (0.030, 0.004, 0), (0.055, -0.060, 0), 0.067, 0.045, skin)
    yield Solid("head", (0.050, 0.026, -0.022), (0.050, 0.026, 0.022), 0.046, 0.046, skin)  # brow ridge
    yield Solid("head", (0.104, 0.008, 0), (0.116, -0.024, 0), 0.009, 0.0125, skin)  # nose
    yield Solid("head", (0.087, -0.052, -0.017), (0.087, -0.052, 0.017), 0.0115, 0.0115, _LIPS, (1.0, 0.6, 1.0))
    yield Solid("head", (-0.010, 0.058, 0), (-0.014, 0.056, 0), 0.091, 0.091, hair, (1.02, 0.92, 0.90))
    for z in (-1.0, 1.0):
        yield Solid("head", (0.006, -0.030, z * 0.034), (0.054, -0.070, z * 0.012), 0.034, 0.032, skin)  # jaw
        yield Solid("head", (0.0, -0.006, z * 0.074), (-0.006, 0.016, z * 0.078), 0.011, 0.016, skin, (1.0, 1.0, 0.6))
        yield Solid("head", (0.085, 0.008, z * 0.03), (0.085, 0.008, z * 0.03), 0.0135, 0.0135, _WHITE, (1, 0.75, 1.1))
        yield Solid("head", (0.0925, 0.008, z * 0.031), (0.0925, 0.008, z * 0.031), 0.0075, 0.0075, _IRIS)
        yield Solid("head", (0.097, 0.032, z * 0.012), (0.083, 0.033, z * 0.050), 0.006, 0.005, hair)  # brow
        # Hair beside and behind the ear, down to the nape.
        yield Solid("head", (-0.022, 0.055, z * 0.046), (-0.056, -0.010, z * 0.030), 0.046, 0.034, hair)


def _arm(body: Body, side: int) -> Iterator[Solid]:
    name, inward = skeleton.SIDES[side], (1.0, -1.0)[side]
    skin, shirt = body.look.skin, body.look.shirt
    upper, fore, hand = (f"{name}_{part}" for part in ("upper_arm", "forearm", "hand"))
    k = 1.0 / body.scale
    elbow, wrist, palm = body.upper_arm_m * k, body.forearm_m * k, body.palm_m * k
    yield Solid(upper, (0, 0.005, 0), (0.002, -0.14, 0), 0.060, 0.053, shirt)
    yield Solid(upper, (0, -0.10, 0), (0, -elbow, 0), 0.047, 0.038, skin)
    yield Solid(fore, (0, 0, 0), (0.003, -0.09, 0), 0.039, 0.043, skin)
    yield Solid(fore, (0.003, -0.09, 0), (0, -wrist, 0), 0.043, 0.027, skin)
    yield Solid(hand, (0.0, -0.01, 0), (0.002, -palm, 0), 0.031, 0.040, skin, (1.0, 1.0, 0.45))
    for x, length in ((0.027, 0.068), (0.009, 0.082), (-0.009, 0.076), (-0.026, 0.058)):
        yield Solid(hand, (x, -palm, 0), (x * 1.05, -palm - length, inward * 0.012), 0.0098, 0.008, skin)
    yield Solid(hand, (0.02, -0.025, 0), (0.058, -0.075, inward * 0.008), 0.015, 0.010, skin)


def _leg(body: Body, side: int) -> Iterator[Solid]:
    name = skeleton.SIDES[side]
    look = body.look
    thigh, shank, foot = (f"{name}_{part}" for part in ("thigh", "shank", "foot"))
    k = 1.0 / body.scale
    knee, ankle = body.thigh_m * k, body.shank_m * k
    sole, toe = -body.ankle_height_m * k, 0.75 * body.foot_m * k
    yield Solid(thigh, (0.005, -0.01, 0), (0.008, -0.20, 0), 0.090, 0.080, look.trousers)
    yield Solid(thigh, (0.008, -0.20, 0), (0.004, -knee, 0), 0.080, 0.058, look.trousers)
    yield Solid(shank, (0.004, 0, 0), (0.0, -0.14, 0), 0.058, 0.050, look.trousers)
    yield Solid(shank, (0.0, -0.14, 0), (0.0, -ankle + 0.03, 0), 0.050, 0.039, look.trousers)
    yield Solid(shank, (-0.018, -0.07, 0), (-0.014, -0.20, 0), 0.050, 0.047, look.trousers)
    yield Solid(shank, (0.0, -ankle + 0.06, 0), (0.0, -ankle, 0), 0.036, 0.036, look.skin)
    heel = -0.25 * body.foot_m * k
    yield Solid(foot, (heel + 0.036, sole + 0.036, 0), (0.02, 0.0, 0), 0.036, 0.040, look.shoes)
    yield Solid(foot, (0.01, sole + 0.046, 0), (0.105, sole + 0.034, 0), 0.044, 0.033, look.shoes, (1, 1, 1.1))
    yield Solid(foot, (0.105, sole + 0.034, 0), (toe - 0.028, sole + 0.026, 0), 0.033, 0.025, look.shoes, (1, 1, 1.4))
    flat = (1.0, 0.35, 1.0)
    yield Solid(foot, (heel + 0.034, sole + 0.012, 0), (0.09, sole + 0.0135, 0), 0.034, 0.038, look.soles, flat)
    yield Solid(foot, (0.09, sole + 0.0135, 0), (toe - 0.034, sole + 0.012, 0), 0.038, 0.034, look.soles, flat)


@lru_cache(maxsize=8)
def solids(body: Body) -> tuple[Solid, ...]:
    """All solids of a body, in metres of the 1.75 m body (``place`` scales them)."""
    limbs = [part(body, side) for side in (skeleton.LEFT, skeleton.RIGHT) for part in (_arm, _leg)]
    return tuple(solid for part in (_trunk(body), _head(body), *limbs) for solid in part)


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
    """Ends of a segment's solids as balls: middles ``(N, 3)`` and radii along the segment's axes ``(N, 3)``."""
    of = [solid for solid in solids(body) if solid.segment == segment]
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
