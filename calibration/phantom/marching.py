"""Standing tall and lifting one knee after the other.

Which question this module answers: how every joint must stand so that one foot stays where it stands while the other
leg is lifted, and hips, trunk and standing knee go where they are told, fore and aft and sideways. All angles in
degrees, world and signs as in ``kinematics``; the feet stand about x = 0. Lengths among the controls are those of the
1.75 m body and grow with it.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from calibration.phantom.body import Body
from calibration.phantom.kinematics import (
    Array,
    Posture,
    ball_angles,
    pelvis_turn,
    put,
    reach_leg,
    shoulder_centre,
    trunk_frames,
    turn_z,
)
from calibration.phantom.motion import Controls
from calibration.phantom.postures import look, solve, trunk_line_deg
from calibration.phantom.truth import front_row
from poses import skeleton

_SAME: Final = np.eye(3)
_OUTWARD: Final = (-1.0, 1.0)
# Standing, a leg spans this share of its length: knees are not locked.
_NEARLY_STRAIGHT: Final = 0.995
# From here on a lifted leg hangs free: its shank upright, its foot level.
_FREE_FROM_DEG: Final = 18.0
_FOOT_DEG: Final = -8.0
# A hip whose foot is about to leave the floor no longer has to be within its leg's reach.
_RELEASED_M: Final = 0.1
# A knee that falls in bends forward too: the leg as a whole bends by this much of what the front shows (convention).
_BENT_PER_IN: Final = 1.5
# Within this the knee is searched for, from straight ahead; and a back that bends sideways.
_POLE_DEG: Final = 80.0
_SIDE_BEND_DEG: Final = 60.0
_SETTLED_DEG: Final = 1e-3

# What is done sideways, none of which need be given: leaning of the trunk to the right (line from the middle of the
# hips to that of the shoulders), the pelvic line (+ the right hip lower), how far a standing leg's knee falls in (hip,
# knee and ankle seen from the front), and the hips to the right of the middle of the feet.
SIDEWAYS: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "side_lean_deg": (-35.0, 35.0),
        "pelvic_line_deg": (-20.0, 20.0),
        "hip_right_m": (-0.15, 0.15),
        **{f"{side}_knee_in_deg": (-20.0, 35.0) for side in skeleton.SIDES},
    }
)


def marching(body: Body, controls: Controls, breath: float) -> Posture:
    """On the feet, one of them lifted or none.

    Args:
        body: Whose posture.
        controls: For each side ``<side>_lift_deg``, how far the thigh is lifted from vertical, the shank hanging down;
            ``trunk_deg`` inclination of the line hip to shoulder, ``lumbar_deg`` hollow back, ``gaze_deg`` leaning back
            of the head; ``hip_back_m`` hips behind the ankles; ``arm_deg`` flexion of both shoulders. Need not be
            given: those of ``SIDEWAYS``, and ``foot_deg``, dorsiflexion of a lifted foot.
        breath: How full the chest is.
    """
    tilt = controls["trunk_deg"] - trunk_line_deg(body, controls["lumbar_deg"])
    root = _hips_at(body, controls)
    posture = look(Posture(root, tilt, controls["lumbar_deg"], breath=breath), controls["gaze_deg"])
    posture = _leaning(body, posture, controls)
    # The arm on the side leaned to hangs down; the other lies along the trunk.
    rolled = posture.pelvis_roll_deg + posture.lumbar_roll_deg
    posture = replace(
        posture,
        shoulders_deg=np.array([(controls["arm_deg"], 8.0 + max(s * rolled, 0.0), 0.0) for s in _OUTWARD]),
        elbows_deg=np.full(2, 12.0),
    )
    for side, outward in enumerate(_OUTWARD):
        ankle = np.array([0.0, body.ankle_height_m, outward * 0.9 * body.half_hips_m])
        posture = _standing(body, posture, side, ankle, controls.get(f"{skeleton.SIDES[side]}_knee_in_deg"))
    for side, name in enumerate(skeleton.SIDES):
        lift = controls[f"{name}_lift_deg"]
        free = min(max(lift / _FREE_FROM_DEG, 0.0), 1.0)
        hips, knees, ankles = posture.hips_deg.copy(), posture.knees_deg.copy(), posture.ankles_deg.copy()
        hanging = np.array([lift - tilt, 0.0, 0.0])
        if posture.pelvis_roll_deg:
            # The thigh is lifted straight ahead, however the pelvis is inclined.
            hanging = ball_angles(pelvis_turn(posture).T @ turn_z(lift), side)
        hips[side] += free * (hanging - hips[side])
        knees[side] += free * (lift - knees[side])
        ankles[side] += free * (np.array([controls.get("foot_deg", _FOOT_DEG), 0.0, 0.0]) - ankles[side])
        posture = replace(posture, hips_deg=hips, knees_deg=knees, ankles_deg=ankles)
    return posture


def _hips_at(body: Body, controls: Controls) -> Array:
    """The middle of the hips, as high as the legs that stand let it be."""
    hip_x, hip_z = -controls["hip_back_m"] * body.scale, controls.get("hip_right_m", 0.0) * body.scale
    right_lower = body.half_hips_m * float(np.sin(np.radians(controls.get("pelvic_line_deg", 0.0))))
    heights = []
    for name, outward in zip(skeleton.SIDES, _OUTWARD, strict=True):
        bent = _BENT_PER_IN * abs(controls.get(f"{name}_knee_in_deg", 0.0))
        leg = min(_NEARLY_STRAIGHT, float(np.cos(np.radians(bent / 2.0)))) * (body.thigh_m + body.shank_m)
        free = min(max(controls[f"{name}_lift_deg"] / _FREE_FROM_DEG, 0.0), 1.0)
        height = body.ankle_height_m + float(np.sqrt(leg**2 - hip_x**2 - hip_z**2))
        heights.append(height + outward * right_lower + free * _RELEASED_M)
    return np.array([hip_x, min(heights), hip_z])


def _leaning(body: Body, posture: Posture, controls: Controls) -> Posture:
    """The pelvis rolled and the back bent sideways until the trunk leans as it is told."""
    lean, roll = controls.get("side_lean_deg"), controls.get("pelvic_line_deg", 0.0)
    if lean is None and not roll:
        return posture
    rolled = replace(posture, pelvis_roll_deg=roll)

    def missing(bend: float) -> float:
        bent = replace(rolled, lumbar_roll_deg=bend)
        thorax = trunk_frames(body, bent)["thorax"]
        left, right = (shoulder_centre(body, thorax, side) for side in (skeleton.LEFT, skeleton.RIGHT))
        _, up, aside = 0.5 * (left + right) - posture.root_m
        return float(np.degrees(np.arctan2(aside, up))) - (lean or 0.0)

    return replace(rolled, lumbar_roll_deg=solve(missing, -_SIDE_BEND_DEG, _SIDE_BEND_DEG, _SETTLED_DEG))


def _standing(body: Body, posture: Posture, side: int, ankle: Array, knee_in_deg: float | None) -> Posture:
    """The posture with one foot flat on the floor, the knee ahead, or inside as far as it is told."""

    def with_pole(turned: float) -> Posture:
        inside = -_OUTWARD[side] * float(np.sin(np.radians(turned)))
        return reach_leg(body, posture, side, ankle, np.array([float(np.cos(np.radians(turned))), 0.2, inside]), _SAME)

    if knee_in_deg is None:
        return with_pole(0.0)

    def missing(turned: float) -> float:
        line = front_row(put(body, with_pole(turned)))[f"knee_line_deg_{skeleton.SIDES[side]}"]
        return line - knee_in_deg

    return with_pole(solve(missing, -_POLE_DEG, _POLE_DEG, _SETTLED_DEG))
