"""The shapes that clothe the skeleton: tapered capsules, stretched along their segment's axes.

Which question this module answers: what hangs on every segment, where, how thick and in which colour. Thicknesses are
those of the 1.75 m body: girths, depths and breadths rounded from the means of C. C. Gordon et al., "2012
Anthropometric Survey of U.S. Army Personnel", NATICK/TR-15/007 (2014), such as a chest 25 cm deep, a thigh 60 cm and a
calf 38 cm round, a head 20 cm long; how they are split into capsules, what differs in women and heavy people, and the
cut of clothes and hair are convention. Nothing here moves a joint centre.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from calibration.phantom.body import Body, Colour
from calibration.phantom.kinematics import LUMBAR
from poses import skeleton

Point = tuple[float, float, float]

# Eyes are much the same on everybody.
_WHITE: Final = (236, 233, 228)
_IRIS: Final = (58, 44, 38)


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
        soft: Cloth or hair that gives way to what it lies on: nothing rests on it.
    """

    segment: str
    a: Point
    b: Point
    radius_a: float
    radius_b: float
    colour: Colour
    stretch: Point = (1.0, 1.0, 1.0)
    soft: bool = False


def _trunk(body: Body) -> Iterator[Solid]:
    shirt, trousers, woman = body.look.shirt, body.look.trousers, body.sex == "female"
    # Women: a narrower waist and ribcage (convention).
    waist, chest = (0.90, 0.93) if woman else (1.0, 1.0)
    yield Solid("pelvis", (-0.005, 0.005, 0), (-0.005, 0.075, 0), 0.098, 0.092, trousers, (1.0, 1.0, 1.6))
    for z in (-0.07, 0.07):
        yield Solid("pelvis", (-0.04, -0.02, z), (-0.035, 0.04, z * 0.8), 0.078, 0.075, trousers)
    for i, name in enumerate(LUMBAR[:-1]):
        wide = (1.47 - 0.02 * i) * waist
        yield Solid(name, (0.036, -0.02, 0), (0.036, 0.065, 0), 0.093, 0.093, shirt, (1.0, 1.0, wide))
    yield Solid("thorax", (0.034, -0.02, 0), (0.036, 0.10, 0), 0.094, 0.106, shirt, (1.0, 1.0, 1.42 * chest))
    yield Solid("thorax", (0.036, 0.10, 0), (0.032, 0.185, 0), 0.106, 0.100, shirt, (1.0, 1.0, 1.48 * chest))
    # The shoulders lie this much higher (lower: negative) than on the body these shapes were drawn on.
    d = body.trunk_m / body.scale - Body().trunk_m
    yield Solid("thorax", (0.032, 0.185, 0), (0.022, 0.255 + d, 0), 0.100, 0.068, shirt, (1.0, 1.0, 1.62 * chest))
    # The root of the neck: what the raised bridge rests on.
    yield Solid("thorax", (0.0, 0.368 + d, 0), (0.01, 0.27 + d, 0), 0.056, 0.062, shirt)
    for z in (-1.0, 1.0):
        # Trapezius and collar: from the root of the neck to the shoulder.
        high, low = (0.002, 0.335 + d, z * 0.025), (0.030, 0.29 + d, z * 0.14 * chest)
        yield Solid("thorax", high, low, 0.050, 0.050, shirt)
        if woman:
            yield Solid("thorax", (0.066, 0.122, z * 0.060), (0.074, 0.108, z * 0.064), 0.066, 0.063, shirt)


def _spare(body: Body) -> Iterator[Solid]:
    """What hangs over: a heavy person's belly, and a shirt cut wide."""
    shirt = body.look.shirt
    if body.girth > 1.1:
        yield Solid("lumbar_mid", (0.055, -0.03, 0), (0.06, 0.03, 0), 0.108, 0.104, shirt, (1.0, 1.0, 1.3), soft=True)
    if body.look.loose_shirt:
        hem = (1.0, 1.0, 1.52)
        yield Solid("pelvis", (-0.014, -0.005, 0), (-0.006, 0.08, 0), 0.124, 0.113, shirt, hem, soft=True)
        yield Solid("lumbar_low", (0.034, -0.02, 0), (0.036, 0.07, 0), 0.113, 0.109, shirt, (1, 1, 1.45), soft=True)
        yield Solid("thorax", (0.036, -0.02, 0), (0.040, 0.12, 0), 0.107, 0.114, shirt, (1, 1, 1.42), soft=True)


def _head(body: Body) -> Iterator[Solid]:
    skin, hair = body.look.skin, body.look.hair
    yield Solid("neck", (0.004, -0.005, 0), (0.016, 0.09, 0), 0.057, 0.054, skin)
    # Skull, and a face that narrows from the cheekbones to the chin.
    yield Solid("head", (0.012, 0.040, 0), (0.012, 0.040, 0), 0.088, 0.088, skin, (1.06, 0.94, 0.86))
    yield Solid("head", (0.030, 0.004, 0), (0.055, -0.060, 0), 0.067, 0.045, skin)
    yield Solid("head", (0.050, 0.026, -0.022), (0.050, 0.026, 0.022), 0.046, 0.046, skin)  # brow ridge
    yield Solid("head", (0.104, 0.008, 0), (0.116, -0.024, 0), 0.009, 0.0125, skin)  # nose
    yield Solid(
        "head", (0.087, -0.052, -0.017), (0.087, -0.052, 0.017), 0.0115, 0.0115, body.look.lips, (1.0, 0.6, 1.0)
    )
    for z in (-1.0, 1.0):
        yield Solid("head", (0.006, -0.030, z * 0.034), (0.054, -0.070, z * 0.012), 0.034, 0.032, skin)  # jaw
        yield Solid("head", (0.0, -0.006, z * 0.074), (-0.006, 0.016, z * 0.078), 0.011, 0.016, skin, (1.0, 1.0, 0.6))
        yield Solid("head", (0.085, 0.008, z * 0.03), (0.085, 0.008, z * 0.03), 0.0135, 0.0135, _WHITE, (1, 0.75, 1.1))
        yield Solid("head", (0.0925, 0.008, z * 0.031), (0.0925, 0.008, z * 0.031), 0.0075, 0.0075, _IRIS)
        yield Solid("head", (0.097, 0.032, z * 0.012), (0.083, 0.033, z * 0.050), 0.006, 0.005, hair)  # brow


def _hair(body: Body) -> Iterator[Solid]:
    colour, style = body.look.hair, body.look.hair_style
    if style == "none":
        return
    yield Solid("head", (-0.010, 0.058, 0), (-0.014, 0.056, 0), 0.091, 0.091, colour, (1.02, 0.92, 0.90))
    for z in (-1.0, 1.0):
        # Beside and behind the ear, down to the nape.
        yield Solid("head", (-0.022, 0.055, z * 0.046), (-0.056, -0.010, z * 0.030), 0.046, 0.034, colour)
    if style == "bun":
        yield Solid("head", (-0.062, 0.125, 0), (-0.078, 0.130, 0), 0.046, 0.042, colour, soft=True)
    if style == "long":
        yield Solid("head", (-0.048, 0.03, 0), (-0.078, -0.15, 0), 0.070, 0.045, colour, (0.75, 1.0, 1.3), soft=True)
        for z in (-1.0, 1.0):
            yield Solid("head", (-0.016, 0.045, z * 0.062), (-0.030, -0.13, z * 0.074), 0.034, 0.024, colour, soft=True)


def _arm(body: Body, side: int) -> Iterator[Solid]:
    name, inward = skeleton.SIDES[side], (1.0, -1.0)[side]
    look = body.look
    skin = look.skin
    shoulder = skin if look.sleeves == "none" else look.shirt
    sleeve = look.shirt if look.sleeves == "long" else skin
    upper, fore, hand = (f"{name}_{part}" for part in ("upper_arm", "forearm", "hand"))
    k = 1.0 / body.scale
    elbow, wrist, palm = body.upper_arm_m * k, body.forearm_m * k, body.palm_m * k
    yield Solid(upper, (0, 0.005, 0), (0.002, -0.14, 0), 0.060, 0.053, shoulder)
    yield Solid(upper, (0, -0.10, 0), (0, -elbow, 0), 0.047, 0.038, sleeve)
    if shoulder == sleeve:
        yield Solid(upper, (0.002, -0.14, 0), (0, -0.25, 0), 0.053, 0.039, sleeve, soft=True)
    yield Solid(fore, (0, 0, 0), (0.003, -0.09, 0), 0.039, 0.043, sleeve)
    yield Solid(fore, (0.003, -0.09, 0), (0, -wrist, 0), 0.043, 0.027, sleeve)
    yield Solid(hand, (0.0, -0.01, 0), (0.002, -palm, 0), 0.031, 0.040, skin, (1.0, 1.0, 0.45))
    for x, length in ((0.027, 0.068), (0.009, 0.082), (-0.009, 0.076), (-0.026, 0.058)):
        yield Solid(hand, (x, -palm, 0), (x * 1.05, -palm - length, inward * 0.012), 0.0098, 0.008, skin)
    yield Solid(hand, (0.02, -0.025, 0), (0.058, -0.075, inward * 0.008), 0.015, 0.010, skin)


def _leg(body: Body, side: int) -> Iterator[Solid]:
    name = skeleton.SIDES[side]
    look = body.look
    thigh, shank = f"{name}_thigh", f"{name}_shank"
    k = 1.0 / body.scale
    knee, ankle = body.thigh_m * k, body.shank_m * k
    cloth = look.skin if look.legs == "shorts" else look.trousers
    # Of a short thigh the middle lies higher up, at the same share.
    mid = 0.20 if body.sex == "male" else 0.47 * knee
    yield Solid(thigh, (0.005, -0.01, 0), (0.008, -mid, 0), 0.090, 0.080, look.trousers)
    yield Solid(thigh, (0.008, -mid, 0), (0.004, -knee, 0), 0.080, 0.058, cloth)
    yield Solid(shank, (0.004, 0, 0), (0.0, -0.14, 0), 0.058, 0.050, cloth)
    yield Solid(shank, (0.0, -0.14, 0), (0.0, -ankle + 0.03, 0), 0.050, 0.039, cloth)
    yield Solid(shank, (-0.018, -0.07, 0), (-0.014, -0.20, 0), 0.050, 0.047, cloth)
    yield Solid(shank, (0.0, -ankle + 0.06, 0), (0.0, -ankle, 0), 0.036, 0.036, look.skin)
    if look.legs == "shorts":
        # The calf runs out into the tendon; under trousers that is not seen.
        yield Solid(shank, (-0.014, -0.20, 0), (-0.004, -0.33, 0), 0.047, 0.036, look.skin, soft=True)
        yield Solid(thigh, (0.006, -0.02, 0), (0.008, -0.66 * knee, 0), 0.093, 0.084, look.trousers, soft=True)
    if look.legs == "loose":
        yield Solid(thigh, (0.004, -0.03, 0), (-0.004, -knee, 0), 0.098, 0.084, look.trousers, soft=True)
        yield Solid(shank, (-0.006, 0.0, 0), (-0.014, -ankle + 0.09, 0), 0.082, 0.076, look.trousers, soft=True)


def _foot(body: Body, side: int) -> Iterator[Solid]:
    foot, look, k = f"{skeleton.SIDES[side]}_foot", body.look, 1.0 / body.scale
    sole, toe = -body.ankle_height_m * k, 0.75 * body.foot_m * k
    heel = -0.25 * body.foot_m * k
    yield Solid(foot, (heel + 0.036, sole + 0.036, 0), (0.02, 0.0, 0), 0.036, 0.040, look.shoes)
    yield Solid(foot, (0.01, sole + 0.046, 0), (0.105, sole + 0.034, 0), 0.044, 0.033, look.shoes, (1, 1, 1.1))
    yield Solid(foot, (0.105, sole + 0.034, 0), (toe - 0.028, sole + 0.026, 0), 0.033, 0.025, look.shoes, (1, 1, 1.4))
    flat = (1.0, 0.35, 1.0)
    yield Solid(foot, (heel + 0.034, sole + 0.012, 0), (0.09, sole + 0.0135, 0), 0.034, 0.038, look.soles, flat)
    yield Solid(foot, (0.09, sole + 0.0135, 0), (toe - 0.034, sole + 0.012, 0), 0.038, 0.034, look.soles, flat)


@lru_cache(maxsize=32)
def solids(body: Body) -> tuple[Solid, ...]:
    """All solids of a body, in metres of the 1.75 m body (``flesh.place`` scales them)."""
    limbs = [part(body, side) for side in (skeleton.LEFT, skeleton.RIGHT) for part in (_arm, _leg, _foot)]
    trunk = [part(body) for part in (_trunk, _spare, _head, _hair)]
    return tuple(solid for part in (*trunk, *limbs) for solid in part)
