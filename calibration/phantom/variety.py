"""Other people, other rooms, other cameras: what varies from phantom to phantom.

Which question this module answers: who is seen where, through what, for a given seed. Bodies are a fixed list; clothes,
room, lamp, camera and sensor are drawn at random. Ranges are conventions chosen to span what a home and a webcam offer;
their frequencies are not those of any population, so an average over phantoms is not an average over people.

Seeds from ``FIRST_KEPT_SEED`` on are kept for final figures of accuracy: nothing may be chosen, tuned or learned on
them.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from calibration.phantom.body import Body, Colour, Hair, Legs, Look, Sleeves
from calibration.phantom.camera import Camera
from calibration.phantom.furniture import Box
from calibration.phantom.room import Room
from calibration.phantom.sensor import Sensor

FIRST_KEPT_SEED: Final = 9000

# Sizes: sex, stature and girth. Convention; 1.50 to 1.95 m, thin to heavy.
BODIES: Final = (
    Body(1.75, 1.00, sex="male"),
    Body(1.50, 0.95, sex="female"),
    Body(1.95, 0.98, sex="male"),
    Body(1.62, 0.84, sex="female"),
    Body(1.80, 1.28, sex="male"),
    Body(1.66, 1.24, sex="female"),
    Body(1.68, 0.88, sex="male"),
    Body(1.72, 1.02, sex="female"),
    Body(1.86, 1.12, sex="male"),
    Body(1.57, 1.10, sex="female"),
)

# Light to dark; with the colour of lips that goes with each.
_SKINS: Final[tuple[tuple[Colour, Colour], ...]] = (
    ((240, 205, 184), (196, 112, 108)),
    ((214, 165, 137), (172, 98, 92)),
    ((190, 138, 104), (150, 84, 76)),
    ((152, 104, 74), (124, 70, 64)),
    ((112, 74, 54), (98, 54, 52)),
    ((76, 52, 42), (78, 46, 46)),
)
_HAIRS: Final[tuple[Colour, ...]] = (
    (28, 24, 24),
    (66, 44, 32),
    (110, 74, 46),
    (190, 152, 96),
    (150, 74, 42),
    (176, 174, 172),
)
# Cloth, dark to light; shirt and trousers are drawn independently, so dark on dark and light on light come up.
_CLOTHS: Final[tuple[Colour, ...]] = (
    (34, 34, 40),
    (52, 54, 64),
    (40, 52, 84),
    (58, 112, 178),
    (142, 52, 58),
    (74, 112, 82),
    (128, 128, 130),
    (196, 150, 90),
    (206, 196, 182),
    (232, 232, 230),
)
_WALLS: Final[tuple[Colour, ...]] = (
    (206, 203, 194),
    (232, 230, 226),
    (150, 160, 172),
    (178, 152, 128),
    (96, 104, 104),
    (70, 66, 72),
    (188, 200, 178),
)
_FLOORS: Final[tuple[Colour, ...]] = (
    (168, 138, 104),
    (112, 82, 58),
    (206, 188, 160),
    (132, 132, 134),
    (74, 70, 70),
    (176, 166, 158),
)
_MATS: Final[tuple[Colour, ...]] = ((92, 128, 118), (96, 78, 128), (44, 46, 52), (176, 96, 92), (188, 190, 192))
_FURNITURE: Final[tuple[Colour, ...]] = ((98, 66, 44), (58, 64, 78), (186, 178, 166), (120, 46, 44), (226, 224, 218))
_LIKELY_HAIR: Final[dict[str, tuple[Hair, ...]]] = {
    "male": ("short", "short", "short", "none", "long"),
    "female": ("long", "bun", "short", "long", "bun"),
}
_BARE: Final = 0.4
# How far somebody may differ from their model in BODIES. The legs' share of stature has a standard deviation of about
# 3 % in adults (convention, after the spread of sitting height); a uniform draw of 5 % has that.
_STATURE, _GIRTH, _LEGS = 0.025, 0.08, 0.05
# At a yaw of 90 degrees the camera stands this share farther away, so that nobody is cut off.
_OBLIQUE: Final = 0.15


@dataclass(frozen=True, slots=True)
class View:
    """How a camera differs from the one a script is meant for; angles in degrees.

    Attributes:
        yaw_deg: Round the person.
        height_m: Above the floor, or None for the script's own.
        farther: Factor on the distance.
        pitch_deg: Added to the pitch that aims at what the script's camera aims at.
        roll_deg: Turns the content clockwise.
        hfov_deg: Horizontal field of view; the distance follows, so that the person keeps their size.
    """

    yaw_deg: float = 0.0
    height_m: float | None = None
    farther: float = 1.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    hfov_deg: float = 60.0


@dataclass(frozen=True, slots=True)
class Variant:
    """One person in one room before one camera."""

    body: Body = Body()
    room: Room = Room()
    view: View = View()
    sensor: Sensor = Sensor()


def variant(seed: int) -> Variant:
    """Who is seen where, through what; the same for the same seed, always. Seed 0 is the reference person and room."""
    if seed == 0:
        return Variant()
    rng = np.random.default_rng([seed, 2])
    body = BODIES[int(rng.integers(len(BODIES)))]
    body = replace(body, look=_look(rng, body))
    return Variant(_individual(seed, body), _room(rng), _view(rng), _sensor(rng))


def _individual(seed: int, body: Body) -> Body:
    """Nobody is exactly one of ``BODIES``: stature, girth and length of the legs differ a little from it."""
    stature, girth, legs = np.random.default_rng([seed, 3]).uniform(-1.0, 1.0, 3).tolist()
    return replace(
        body,
        stature_m=body.stature_m * (1.0 + _STATURE * stature),
        girth=body.girth * (1.0 + _GIRTH * girth),
        legs=1.0 + _LEGS * legs,
    )


def camera_for(camera: Camera, view: View, body: Body) -> Camera:
    """A script's camera, changed: farther away for a tall body, and still aimed at the same height of it."""
    scale = body.scale
    zoom = np.tan(np.radians(camera.hfov_deg) / 2.0) / np.tan(np.radians(view.hfov_deg) / 2.0)
    # Seen obliquely, one end of the body comes nearer and looks larger.
    oblique = 1.0 + _OBLIQUE * float(np.sin(np.radians(view.yaw_deg))) ** 2
    distance = camera.distance_m * max(scale, 1.0) * float(zoom) * view.farther * oblique
    height = camera.height_m if view.height_m is None else view.height_m
    # What the script's camera has in the middle of its picture, above the axis it stands round.
    aim_y = scale * (camera.height_m - camera.distance_m * np.tan(np.radians(camera.pitch_deg)))
    pitch = float(np.degrees(np.arctan2(height - aim_y, distance)))
    return Camera(
        distance_m=distance,
        height_m=height,
        yaw_deg=camera.yaw_deg + view.yaw_deg,
        pitch_deg=pitch + view.pitch_deg,
        roll_deg=camera.roll_deg + view.roll_deg,
        hfov_deg=view.hfov_deg,
        aim_x_m=camera.aim_x_m * scale,
    )


def _pick(rng: np.random.Generator, choices: tuple[Colour, ...]) -> Colour:
    """One of some colours, each channel shifted a little."""
    shifted = np.clip(np.array(choices[int(rng.integers(len(choices)))]) + rng.integers(-8, 9, 3), 0, 255)
    red, green, blue = shifted.tolist()
    return red, green, blue


def _look(rng: np.random.Generator, body: Body) -> Look:
    skin, lips = _SKINS[int(rng.integers(len(_SKINS)))]
    hair = _LIKELY_HAIR[body.sex][int(rng.integers(5))]
    sleeves: Sleeves = ("short", "long", "none")[int(rng.integers(3))]
    legs: Legs = ("long", "shorts", "loose")[int(rng.integers(3))]
    shoes, soles = _pick(rng, _CLOTHS), _pick(rng, _CLOTHS)
    if rng.random() < _BARE:
        shoes = soles = skin
    return Look(
        skin=skin,
        hair=_HAIRS[int(rng.integers(len(_HAIRS)))],
        shirt=_pick(rng, _CLOTHS),
        trousers=_pick(rng, _CLOTHS),
        shoes=shoes,
        soles=soles,
        lips=lips,
        hair_style=hair,
        sleeves=sleeves,
        legs=legs,
        loose_shirt=bool(rng.random() < 0.3),
    )


def _room(rng: np.random.Generator) -> Room:
    wall_z = -float(rng.uniform(1.1, 2.6))
    boxes = []
    for _ in range(int(rng.integers(0, 4))):
        # Along the wall, behind the person; from the floor, or hung up as a picture or a window.
        wide, x = float(rng.uniform(0.3, 1.2)), float(rng.uniform(-2.4, 2.0))
        low = float(rng.choice([0.0, 0.0, rng.uniform(0.7, 1.3)]))
        high = low + float(rng.uniform(0.35, 1.1))
        deep = 0.03 if low > 0.0 else min(float(rng.uniform(0.2, 0.5)), -wall_z - 0.75)
        boxes.append(Box((x, low, wall_z), (x + wide, high, wall_z + deep), _pick(rng, _FURNITURE)))
    angle, up = float(rng.uniform(-0.85, 0.85)) * np.pi, float(rng.uniform(0.55, 1.3))
    mat = _pick(rng, _MATS) if rng.random() < 0.7 else None
    return Room(
        wall=_pick(rng, _WALLS),
        floor=_pick(rng, _FLOORS),
        boards=bool(rng.random() < 0.6),
        mat=mat,
        wall_z_m=wall_z,
        lamp=(float(np.sin(angle)), up, float(np.cos(angle))),
        ambient=float(rng.uniform(0.38, 0.78)),
        boxes=tuple(boxes),
    )


def _view(rng: np.random.Generator) -> View:
    return View(
        yaw_deg=float(rng.uniform(-25.0, 25.0)),
        height_m=float(rng.uniform(0.3, 1.4)),
        farther=float(rng.uniform(1.0, 1.3)),
        pitch_deg=float(rng.uniform(-2.5, 2.5)),
        roll_deg=float(rng.uniform(-4.0, 4.0)),
        hfov_deg=float(rng.uniform(48.0, 78.0)),
    )


def _sensor(rng: np.random.Generator) -> Sensor:
    warm = float(rng.uniform(-0.06, 0.06))
    return Sensor(
        noise=float(rng.uniform(0.8, 6.0)),
        blur_px=float(rng.choice([0.0, 0.0, rng.uniform(0.4, 1.1)])),
        gain=float(rng.uniform(0.72, 1.15)),
        tint=(1.0 + warm, 1.0, 1.0 - warm),
        mirrored=bool(rng.random() < 0.5),
    )
