"""From clinical joint angles to a skeleton in space, and back for limbs that must reach a point.

Which question this module answers: where every joint centre lies when the joints stand at given angles. Axes of the
world and of every segment at rest: x forward, y up, z to the person's right; metres and degrees. Angles follow the
clinic: flexion, abduction and outward turn positive; leaning back is a positive tilt, bending the back hollow a
positive lumbar angle. Forward kinematics is the only way to a skeleton: what reaches a point does so by finding angles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.body import Body
from poses import skeleton

Array = NDArray[np.float64]

# Turns about x and y that are outward on the right side are outward with the other sign on the left.
_MIRROR: Final = (1.0, -1.0)

# The spine of the 1.75 m body, in the frame of the pelvis (origin: middle of the hip centres), standing straight: three
# lumbar hinges, so that the back bends over its length instead of breaking; convention.
LUMBAR: Final = ("lumbar_low", "lumbar_mid", "lumbar_high")
_SPINE_X: Final = -0.035
_SPINE_Y: Final = (0.10, 0.16, 0.22)
_NECK_ABOVE_SHOULDERS: Final = (-0.035, 0.075)
_NECK: Final = (0.02, 0.095)


def _no_turn() -> Array:
    return np.zeros((2, 3))


def _no_bend() -> Array:
    return np.zeros(2)


@dataclass(frozen=True, slots=True)
class Frame3:
    """A segment's place: ``point = origin + turn @ local``."""

    origin: Array
    turn: Array

    def at(self, x: float, y: float, z: float = 0.0) -> Array:
        """The world's coordinates of a point of the segment."""
        return np.asarray(self.origin + self.turn @ np.array([x, y, z]))


@dataclass(frozen=True, slots=True)
class Posture:
    """Joint angles in degrees and the place of the pelvis in metres.

    Attributes:
        root_m: ``(3,)`` middle of the hip centres.
        pelvis_tilt_deg: Leaning back of the pelvis; lying on the back is 90.
        lumbar_deg: Hollow-back bend between pelvis and ribcage, shared by three hinges.
        neck_deg: Bending back of the neck upon the ribcage.
        head_deg: Bending back of the head upon the neck.
        hips_deg: ``(2, 3)`` flexion, abduction, outward turn of each thigh upon the pelvis.
        knees_deg: ``(2,)`` flexion.
        ankles_deg: ``(2, 3)`` dorsiflexion, and the two other turns of each foot upon the shank.
        shoulders_deg: ``(2, 3)`` flexion, abduction, outward turn of each upper arm upon the ribcage.
        elbows_deg: ``(2,)`` flexion.
        wrists_deg: ``(2, 3)`` turns of each hand upon the forearm; the forearm's own twist is among them.
        breath: How full the chest is, -1 to 1.
        belly_m: How far the belly's front stands above where it lies breathed out.
        chest_m: The same of the chest.
        pelvis_roll_deg: Turn of the pelvis in the frontal plane; positive the right hip lower.
        lumbar_roll_deg: Bend of the back to the right between pelvis and ribcage, shared by three hinges.
    """

    root_m: Array
    pelvis_tilt_deg: float = 0.0
    lumbar_deg: float = 0.0
    neck_deg: float = 0.0
    head_deg: float = 0.0
    hips_deg: Array = field(default_factory=_no_turn)
    knees_deg: Array = field(default_factory=_no_bend)
    ankles_deg: Array = field(default_factory=_no_turn)
    shoulders_deg: Array = field(default_factory=_no_turn)
    elbows_deg: Array = field(default_factory=_no_bend)
    wrists_deg: Array = field(default_factory=_no_turn)
    breath: float = 0.0
    belly_m: float = 0.0
    chest_m: float = 0.0
    pelvis_roll_deg: float = 0.0
    lumbar_roll_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A posed skeleton.

    Attributes:
        body: Whose it is.
        frames: Segment name to its place; limbs as ``"left_thigh"``.
        breath: How full the chest is.
        belly_m: How far the belly's front stands above where it lies breathed out.
        chest_m: The same of the chest.
    """

    body: Body
    frames: Mapping[str, Frame3]
    breath: float
    belly_m: float = 0.0
    chest_m: float = 0.0

    def joint(self, name: str, side: int) -> Array:
        """The centre of a joint: shoulder, elbow, wrist, hip, knee or ankle of a side."""
        return self.frames[f"{skeleton.SIDES[side]}_{_ORIGIN_OF[name]}"].origin

    @property
    def toes(self) -> Array:
        """``(2, 3)`` tips of the toes, on the sole."""
        return self._soles(toe_x(self.body))

    @property
    def heels(self) -> Array:
        """``(2, 3)`` backs of the heels, on the sole."""
        return self._soles(toe_x(self.body) - self.body.foot_m)

    def _soles(self, x: float) -> Array:
        soles = [self.frames[f"{side}_foot"].at(x, -self.body.ankle_height_m) for side in skeleton.SIDES]
        return np.array(soles)


_ORIGIN_OF: Final = {
    "shoulder": "upper_arm",
    "elbow": "forearm",
    "wrist": "hand",
    "hip": "thigh",
    "knee": "shank",
    "ankle": "foot",
}


def toe_x(body: Body) -> float:
    """The tip of the toes before the ankle: three quarters of the foot lie before it (convention)."""
    return 0.75 * body.foot_m


def turn_z(degrees: float) -> Array:
    """Rotation about z: flexion of limbs, leaning back of trunk and head."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def turn_x(degrees: float) -> Array:
    """Rotation about x: what points up leans to the right, and what points to the right comes down."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def pelvis_turn(posture: Posture) -> Array:
    """The pelvis's rotation in the world; its roll is in the world's frontal plane, whatever its tilt."""
    return np.asarray(turn_x(posture.pelvis_roll_deg) @ turn_z(posture.pelvis_tilt_deg))


def ball_turn(angles_deg: Array, side: int) -> Array:
    """Rotation of a ball joint from flexion, abduction and outward turn: about z, then x, then y."""
    flexion, abduction, outward = np.radians(angles_deg)
    a, r = _MIRROR[side] * abduction, _MIRROR[side] * outward
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    return np.asarray(turn_z(float(np.degrees(flexion))) @ about_x @ about_y)


def ball_angles(turn: Array, side: int) -> Array:
    """The inverse of ``ball_turn``, ``(3,)`` degrees."""
    flexion = np.arctan2(-turn[0, 1], turn[1, 1])
    abduction = _MIRROR[side] * np.arcsin(np.clip(turn[2, 1], -1.0, 1.0))
    outward = _MIRROR[side] * np.arctan2(-turn[2, 0], turn[2, 2])
    return np.asarray(np.degrees(np.array([flexion, abduction, outward])))


def trunk_frames(body: Body, posture: Posture) -> dict[str, Frame3]:
    """Pelvis, lumbar segments, ribcage, neck and head."""
    k = body.scale
    frames = {"pelvis": Frame3(posture.root_m, pelvis_turn(posture))}
    last, from_x, from_y = frames["pelvis"], 0.0, 0.0
    for i, name in enumerate(LUMBAR):
        origin = last.at(_SPINE_X * k - from_x, _SPINE_Y[i] * k - from_y)
        bend = turn_x(posture.lumbar_roll_deg / len(LUMBAR)) @ turn_z(posture.lumbar_deg / len(LUMBAR))
        last = frames[name] = Frame3(origin, last.turn @ bend)
        from_x, from_y = _SPINE_X * k, _SPINE_Y[i] * k
    # The ribcage is one piece with the segment above the highest lumbar hinge.
    thorax = frames["thorax"] = last
    shoulder_y = body.trunk_m - from_y
    neck_origin = thorax.at(-from_x + _NECK_ABOVE_SHOULDERS[0] * k, shoulder_y + _NECK_ABOVE_SHOULDERS[1] * k)
    neck = frames["neck"] = Frame3(neck_origin, thorax.turn @ turn_z(posture.neck_deg))
    frames["head"] = Frame3(neck.at(_NECK[0] * k, _NECK[1] * k), neck.turn @ turn_z(posture.head_deg))
    return frames


def shoulder_centre(body: Body, thorax: Frame3, side: int) -> Array:
    """The shoulder's centre, straight above the hip's when the back is straight."""
    z = -_MIRROR[side] * body.half_shoulders_m
    return thorax.at(-_SPINE_X * body.scale, body.trunk_m - _SPINE_Y[-1] * body.scale, z)


def hip_centre(body: Body, pelvis: Frame3, side: int) -> Array:
    """The hip's centre."""
    return pelvis.at(0.0, 0.0, -_MIRROR[side] * body.half_hips_m)


def put(body: Body, posture: Posture) -> Figure:
    """Forward kinematics: the skeleton of a posture."""
    frames = trunk_frames(body, posture)
    pelvis, thorax = frames["pelvis"], frames["thorax"]
    for side, name in enumerate(skeleton.SIDES):
        thigh = Frame3(hip_centre(body, pelvis, side), pelvis.turn @ ball_turn(posture.hips_deg[side], side))
        shank = Frame3(thigh.at(0, -body.thigh_m), thigh.turn @ turn_z(-posture.knees_deg[side]))
        foot = Frame3(shank.at(0, -body.shank_m), shank.turn @ ball_turn(posture.ankles_deg[side], side))
        upper = Frame3(shoulder_centre(body, thorax, side), thorax.turn @ ball_turn(posture.shoulders_deg[side], side))
        fore = Frame3(upper.at(0, -body.upper_arm_m), upper.turn @ turn_z(posture.elbows_deg[side]))
        hand = Frame3(fore.at(0, -body.forearm_m), fore.turn @ ball_turn(posture.wrists_deg[side], side))
        frames |= {f"{name}_thigh": thigh, f"{name}_shank": shank, f"{name}_foot": foot}
        frames |= {f"{name}_upper_arm": upper, f"{name}_forearm": fore, f"{name}_hand": hand}
    return Figure(body, frames, posture.breath, posture.belly_m, posture.chest_m)


def _two_links(start: Array, end: Array, upper: float, lower: float, pole: Array) -> tuple[Array, float, Array]:
    """A two-link limb from start to end with its middle joint towards ``pole``.

    Returns:
        Direction of the upper link, bend of the middle joint in degrees, and the unit normal of the limb's plane.

    Raises:
        ValueError: When the end is out of reach: the posture asked for does not exist.
    """
    way = end - start
    reach = float(np.linalg.norm(way))
    if not abs(upper - lower) < reach < upper + lower:
        raise ValueError(f"a limb of {upper:.3f} + {lower:.3f} m cannot span {reach:.3f} m")
    u = way / reach
    p = pole - (pole @ u) * u
    p /= np.linalg.norm(p)
    at_start = np.arccos((upper**2 + reach**2 - lower**2) / (2 * upper * reach))
    at_middle = np.arccos((upper**2 + lower**2 - reach**2) / (2 * upper * lower))
    return np.cos(at_start) * u + np.sin(at_start) * p, float(180.0 - np.degrees(at_middle)), np.cross(u, p)


def _frame_turn(down: Array, z: Array) -> Array:
    """The rotation whose y axis is against ``down`` and whose z axis is ``z``."""
    return np.stack([np.cross(-down, z), -down, z], axis=1)


def reach_leg(body: Body, posture: Posture, side: int, ankle_m: Array, pole: Array, foot_turn: Array) -> Posture:
    """The posture with one ankle at a point and its foot turned as told.

    Args:
        body: Whose leg.
        posture: The pelvis's place is taken from it.
        side: Which leg.
        ankle_m: ``(3,)`` where the ankle's centre shall be.
        pole: ``(3,)`` direction in which the knee points.
        foot_turn: ``(3, 3)`` the foot's rotation in the world; identity for flat on the floor, pointing forward.

    Raises:
        ValueError: When the leg is too short or too long.
    """
    pelvis = Frame3(posture.root_m, pelvis_turn(posture))
    hip = hip_centre(body, pelvis, side)
    down, bend, normal = _two_links(hip, ankle_m, body.thigh_m, body.shank_m, pole)
    thigh = _frame_turn(down, normal)
    hips, knees, ankles = posture.hips_deg.copy(), posture.knees_deg.copy(), posture.ankles_deg.copy()
    hips[side] = ball_angles(pelvis.turn.T @ thigh, side)
    knees[side] = bend
    ankles[side] = ball_angles((thigh @ turn_z(-bend)).T @ foot_turn, side)
    return replace(posture, hips_deg=hips, knees_deg=knees, ankles_deg=ankles)


def reach_arm(body: Body, posture: Posture, side: int, wrist_m: Array, pole: Array, hand_turn: Array) -> Posture:
    """The posture with one wrist at a point and its hand turned as told; ``pole`` is where the elbow points.

    Raises:
        ValueError: When the arm is too short or too long.
    """
    thorax = trunk_frames(body, posture)["thorax"]
    start = shoulder_centre(body, thorax, side)
    down, bend, normal = _two_links(start, wrist_m, body.upper_arm_m, body.forearm_m, pole)
    upper = _frame_turn(down, -normal)
    shoulders, elbows, wrists = posture.shoulders_deg.copy(), posture.elbows_deg.copy(), posture.wrists_deg.copy()
    shoulders[side] = ball_angles(thorax.turn.T @ upper, side)
    elbows[side] = bend
    wrists[side] = ball_angles((upper @ turn_z(bend)).T @ hand_turn, side)
    return replace(posture, shoulders_deg=shoulders, elbows_deg=elbows, wrists_deg=wrists)


def hand_turn(fingers: Array, palm: Array, side: int) -> Array:
    """The rotation of a hand whose fingers and palm point in given directions, made perpendicular to each other."""
    down = fingers / np.linalg.norm(fingers)
    inward = palm - (palm @ down) * down
    # With the arm hanging, the palm looks at the body: to -z on the right, +z on the left.
    z = _MIRROR[side] * inward / np.linalg.norm(inward)
    return _frame_turn(down, z)
