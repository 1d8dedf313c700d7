"""Postures on the back with each leg as it is asked for: the dead bug, and a knee that is hugged.

Which question this module answers: how every joint must stand so that back and head lie on the floor while one leg is
drawn up, another slides along the floor or is held over it, and the hands point at the ceiling or hold a knee. Heights
come from the flesh, as in ``postures``. All angles in degrees, world and signs as in ``kinematics``; the shoulders lie
above x = 0, the feet are towards +x.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from calibration.phantom.body import Body
from calibration.phantom.flesh import lowest
from calibration.phantom.kinematics import Array, Posture, hand_turn, put, reach_arm, shoulder_centre, trunk_frames
from calibration.phantom.motion import Controls
from calibration.phantom.postures import head_on_floor, on_shoulders, resting_tilt, solve
from poses import skeleton

# z to the outside of the left and of the right side.
_OUTWARD: Final = (-1.0, 1.0)
_SETTLED_M: Final = 1e-4
# The face looks up and a little towards the feet.
_TO_CEILING_DEG: Final = 88.0
# A knee bends so far, and a leg on the floor is searched for within this of where its thigh alone would put it.
_FULL_FLEXION_DEG: Final = 150.0
_REACH_DEG: Final = 110.0
# A foot that hangs free points down a little; one that stands is flat as far as an ankle lets it.
_FREE_FOOT_DEG: Final = -12.0
_ANKLE_DEG: Final = (-45.0, 15.0)
# Legs lie a little apart.
_ABDUCTION_DEG: Final = 3.0
# Hands that hug lie on the shin, this share of it below the knee, and no farther than an arm is long.
_ON_SHIN: Final = 0.22
_FULL_REACH: Final = 0.985


def supine(body: Body, controls: Controls, breath: float) -> Posture:
    """On the back, head towards -x.

    Args:
        body: Whose posture.
        controls: For each side ``<side>_thigh_deg``, how far the thigh is raised from the floor (0 long, 90 upright,
            more towards the chest), ``<side>_knee_deg``, and ``<side>_floor``, how much the knee bends so that the
            foot lies on the floor instead (0 or 1, and on the way between); ``<side>_arm_deg`` flexion of the shoulder
            (90 to the ceiling); ``lumbar_deg`` hollow back; ``curl_deg``, how far ribcage and head are lifted; ``hug``,
            how much the hands hold the higher knee (0 or 1).
        breath: How full the chest is.
    """
    lumbar, curl = controls["lumbar_deg"], controls["curl_deg"]
    tilt, neck, head = _rest(body, lumbar)
    lying, _ = on_shoulders(body, tilt, lumbar)
    posture = replace(lying, lumbar_deg=lumbar - curl, breath=breath, neck_deg=neck - 0.5 * curl, head_deg=head)
    thighs = [controls[f"{side}_thigh_deg"] for side in skeleton.SIDES]
    # The thigh of a leg that lies long points along +x, a quarter turn from one that stands.
    hips = np.array([(90.0 + thigh - posture.pelvis_tilt_deg, _ABDUCTION_DEG, 0.0) for thigh in thighs])
    posture = replace(posture, hips_deg=hips)
    for side, name in enumerate(skeleton.SIDES):
        posture = _lower_leg(body, posture, side, controls[f"{name}_knee_deg"], controls[f"{name}_floor"], thighs[side])
    arms = np.array([(controls[f"{side}_arm_deg"], 7.0, 0.0) for side in skeleton.SIDES])
    posture = replace(posture, shoulders_deg=arms, elbows_deg=np.full(2, 6.0))
    hug = controls["hug"]
    if hug <= 0.0:
        return posture
    held = _hugging(body, posture, skeleton.LEFT if thighs[skeleton.LEFT] > thighs[skeleton.RIGHT] else skeleton.RIGHT)
    return replace(
        posture,
        shoulders_deg=posture.shoulders_deg + hug * (held.shoulders_deg - posture.shoulders_deg),
        elbows_deg=posture.elbows_deg + hug * (held.elbows_deg - posture.elbows_deg),
        wrists_deg=hug * held.wrists_deg,
    )


@lru_cache(maxsize=256)
def _rest(body: Body, lumbar_deg: float) -> tuple[float, float, float]:
    """Tilt of the ribcage, bend of the neck and of the head with which back and head lie on the floor."""
    tilt = resting_tilt(body, lumbar_deg)
    lying = head_on_floor(body, on_shoulders(body, tilt, lumbar_deg)[0], _TO_CEILING_DEG)
    return tilt, lying.neck_deg, lying.head_deg


def _lower_leg(body: Body, posture: Posture, side: int, knee_deg: float, on_floor: float, thigh_deg: float) -> Posture:
    """The posture with one knee bent as told, or so that the foot lies on the floor, or between both."""

    def bent(knee: float) -> Posture:
        knees, ankles = posture.knees_deg.copy(), posture.ankles_deg.copy()
        # How steeply the shank points down, and so how flat the foot can stand: not at all where the leg lies long.
        steep = knee - thigh_deg
        stands = on_floor * min(max((steep - 20.0) / 40.0, 0.0), 1.0)
        flat = min(max(steep - 90.0, _ANKLE_DEG[0]), _ANKLE_DEG[1])
        knees[side] = knee
        ankles[side, 0] = _FREE_FOOT_DEG + stands * (flat - _FREE_FOOT_DEG)
        return replace(posture, knees_deg=knees, ankles_deg=ankles)

    def height(knee: float) -> float:
        name = skeleton.SIDES[side]
        return lowest(body, put(body, bent(knee)).frames, f"{name}_foot", f"{name}_shank")

    knee = knee_deg
    if on_floor > 0.0:
        low, high = max(thigh_deg - 15.0, 0.0), min(max(thigh_deg, 0.0) + _REACH_DEG, _FULL_FLEXION_DEG)
        if height(low) <= 0.0:
            lying = low
        elif height(high) > 0.0:
            # On its way up from the floor the foot hangs as low as it can.
            if on_floor >= 1.0:
                raise ValueError(f"a thigh raised by {thigh_deg:.0f} degrees keeps the foot off the floor")
            lying = high
        else:
            lying = solve(height, low, high, _SETTLED_M)
        knee += on_floor * (lying - knee_deg)
    return bent(knee)


def _hugging(body: Body, posture: Posture, side: int) -> Posture:
    """Both hands on one shin, just below the knee."""
    shank = put(body, posture).frames[f"{skeleton.SIDES[side]}_shank"]
    thorax = trunk_frames(body, posture)["thorax"]
    reach = _FULL_REACH * (body.upper_arm_m + body.forearm_m)
    for arm, across in ((skeleton.LEFT, -0.05), (skeleton.RIGHT, 0.05)):
        shoulder = shoulder_centre(body, thorax, arm)
        before = (0.055 * body.girth + 0.02) * body.scale
        wrist: Array = shank.at(before, -_ON_SHIN * body.shank_m, across * body.scale)
        way = wrist - shoulder
        wrist = shoulder + way * min(1.0, reach / float(np.linalg.norm(way)))
        # The elbows point to the sides and to the feet.
        outward = np.array([0.4, -0.2, 0.9 * _OUTWARD[arm]])
        turn = hand_turn(np.array([0.2, 0.1, -1.0 * _OUTWARD[arm]]), -shank.turn[:, 0], arm)
        posture = reach_arm(body, posture, arm, wrist, outward, turn)
    return posture
