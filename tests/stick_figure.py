"""A flat skeleton built from clinical angles by plain trigonometry: the known truth of the tests.

It uses none of the formulas of ``poses.measures``: points are placed segment by segment from the hip outwards.
"""

from dataclasses import dataclass, replace
from math import cos, log, radians, sin

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.correction import SIGMAS_OF, YAW_UNIT_DEG, Correction, Network, traces_of
from poses.records import Pose

# Lengths in metres of a person of 1.70 m, rounded.
TRUNK, THIGH, SHANK, FOOT, NECK = 0.50, 0.42, 0.40, 0.20, 0.20


@dataclass(frozen=True)
class Leg:
    """Thigh: + knee behind the hip. Knee: + flexed. Ankle: angle between the sole and the shank's normal."""

    thigh_deg: float
    knee_deg: float
    ankle_deg: float = 0.0


@dataclass(frozen=True)
class Figure:
    """Trunk: + leaning back; 90 is lying on the back. Sides as in ``skeleton``: left, right."""

    trunk_deg: float
    left: Leg
    right: Leg
    head_deg: float = 0.0


# Facing right, so the right side is near: the right leg is the stretched one.
GOOD_LUNGE = Figure(trunk_deg=0.0, left=Leg(-85.0, 85.0), right=Leg(8.0, 80.0))
DEEP_LUNGE = Figure(trunk_deg=5.0, left=Leg(-100.0, 120.0), right=Leg(35.0, 55.0))
FLAT_BRIDGE = Figure(trunk_deg=112.0, left=Leg(-112.0, 100.0), right=Leg(-112.0, 100.0))
HIGH_BRIDGE = replace(FLAT_BRIDGE, trunk_deg=140.0)
ON_THE_FLOOR = Figure(trunk_deg=90.0, left=Leg(-140.0, 110.0), right=Leg(-140.0, 110.0))
STANDING = Figure(trunk_deg=0.0, left=Leg(0.0, 2.0), right=Leg(0.0, 2.0))
WALKING = Figure(trunk_deg=-3.0, left=Leg(-25.0, 10.0), right=Leg(20.0, 40.0))
KNEELING_ON_HEEL = Figure(trunk_deg=-26.0, left=Leg(-91.0, 123.0), right=Leg(-32.0, 132.0))
PLANK = Figure(trunk_deg=-83.0, left=Leg(83.0, 3.0), right=Leg(83.0, 3.0))
DEAD_BUG = Figure(trunk_deg=92.0, left=Leg(165.0, 80.0), right=Leg(165.0, 80.0))


def points_m(figure: Figure) -> NDArray[np.float64]:
    """Landmarks ``(33, 2)`` in metres, X forward, Y up, hip at the origin."""
    points = np.zeros((skeleton.COUNT, 2))
    shoulder = TRUNK * np.array([-sin(radians(figure.trunk_deg)), cos(radians(figure.trunk_deg))])
    up = radians(figure.trunk_deg - figure.head_deg)
    ear = shoulder + NECK * np.array([-sin(up), cos(up)])
    nose = ear + 0.1 * np.array([cos(up), sin(up)])
    points[: skeleton.EARS[0]] = nose
    points[list(skeleton.EARS)] = ear
    points[9:11] = nose
    for side, leg in enumerate((figure.left, figure.right)):
        knee = THIGH * np.array([-sin(radians(leg.thigh_deg)), -cos(radians(leg.thigh_deg))])
        shank = radians(leg.thigh_deg + leg.knee_deg)
        ankle = knee + SHANK * np.array([-sin(shank), -cos(shank)])
        sole = shank - radians(leg.ankle_deg)
        toe = ankle + FOOT * np.array([cos(sole), -sin(sole)])
        heel = ankle - 0.05 * np.array([cos(sole), -sin(sole)])
        arm = {skeleton.ELBOWS: 0.5, skeleton.WRISTS: 1.0}
        for pair, part in arm.items():
            points[pair[side]] = shoulder * (1.0 - part)
        for first in (17, 19, 21):
            points[first + side] = 0.0
        for pair, point in (
            (skeleton.SHOULDERS, shoulder),
            (skeleton.KNEES, knee),
            (skeleton.ANKLES, ankle),
            (skeleton.HEELS, heel),
            (skeleton.FOOT_INDICES, toe),
        ):
            points[pair[side]] = point
    return points


def pixels(
    figure: Figure, *, facing: int = 1, scale: float = 300.0, hip_px: tuple[float, float] = (640.0, 400.0)
) -> NDArray[np.float64]:
    """Landmarks ``(33, 2)`` in square pixels, as a camera exactly from the side sees them."""
    return np.asarray(points_m(figure) * np.array([facing * scale, -scale]) + np.array(hip_px))


def pose(
    figure: Figure,
    time_s: float = 0.0,
    *,
    facing: int = 1,
    yaw_deg: float = 0.0,
    scale: float = 300.0,
    image_wh: tuple[int, int] = (1280, 720),
) -> Pose:
    """A pose as the estimator would give it: image and world landmarks, all well visible."""
    image = pixels(figure, facing=facing, scale=scale)
    world = np.concatenate([points_m(figure) * np.array([facing, -1.0]), np.zeros((skeleton.COUNT, 1))], axis=1)
    # The near side lies closer to the camera by the width of the pelvis, turned with the body.
    near_is_right = facing > 0
    for left, right in (skeleton.SHOULDERS, skeleton.HIPS):
        across = 0.2 * np.array([sin(radians(yaw_deg)), 0.0, cos(radians(yaw_deg))])
        near, far = (right, left) if near_is_right else (left, right)
        world[near] -= across / 2
        world[far] += across / 2
    visibility = np.ones(skeleton.COUNT, dtype=np.float32)
    return Pose(time_s, image.astype(np.float32), world.astype(np.float32), visibility, image_wh)


def on_the_knee(pose: Pose) -> Pose:
    """The same posture with the right knee at the same place of the floor, as it is when somebody kneels on it."""
    shift = np.array([600.0, 500.0]) - pose.image_px[skeleton.KNEES[skeleton.RIGHT]]
    return replace(pose, image_px=(pose.image_px + shift).astype(np.float32))


def nobody(time_s: float, image_wh: tuple[int, int] = (1280, 720)) -> Pose:
    """A frame in which nobody was found."""
    nan = np.float32(np.nan)
    count = skeleton.COUNT
    return Pose(time_s, np.full((count, 2), nan), np.full((count, 3), nan), np.full(count, nan), image_wh)


def lunge(opening_deg: float) -> Figure:
    """A lunge whose front-of-hip opening is given, trunk upright."""
    return replace(GOOD_LUNGE, right=Leg(opening_deg, 80.0))


def uncorrected(
    sigma_deg: float = 4.4,
    sigma_past_toe: float = 0.08,
    yaw_deg: float = 0.0,
    yaw_sigma_deg: float = 3.0,
    exchange_odds: float = -6.0,
) -> Correction:
    """Believes the landmarks, and states the same error of every angle: a stick figure is what it looks like."""
    features = traces_of(pose(GOOD_LUNGE), 1).features.shape[-1]

    def constant(*outputs: float) -> Network:
        layer = (np.zeros((features, len(outputs))), np.array(outputs))
        return Network(np.zeros(features), np.ones(features), (layer,))

    sigmas = [log(sigma_deg if name.endswith("_deg") else sigma_past_toe) for name in SIGMAS_OF for _ in (0, 1)]
    yaw = constant(yaw_deg / YAW_UNIT_DEG), constant(log(yaw_sigma_deg))
    return Correction(constant(*[0.0] * 8), constant(*sigmas), constant(exchange_odds), *yaw)


def between(start: Figure, end: Figure, share: float) -> Figure:
    """The posture on the way from one to another."""

    def mixed(one: float, other: float) -> float:
        return one + share * (other - one)

    def leg(one: Leg, other: Leg) -> Leg:
        return Leg(mixed(one.thigh_deg, other.thigh_deg), mixed(one.knee_deg, other.knee_deg))

    legs = leg(start.left, end.left), leg(start.right, end.right)
    return Figure(mixed(start.trunk_deg, end.trunk_deg), *legs)
