"""The low lunge and the bridge as many people would do them: a script drawn at random for each seed.

Which question this module answers: which postures of an exercise one person goes through, in their own manner. The
built-in scripts each show one thing; these spread over all an exercise allows and beyond, correct and wrong, so that
nothing measured or learned on them can lean on habits of a script, such as a shank that always lies flat. Ranges are
convention, wider than the limits of the exercise files on both sides; within them every value is equally likely,
unless the body cannot take the posture.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from calibration.phantom.body import Body
from calibration.phantom.flesh import lowest
from calibration.phantom.kinematics import put
from calibration.phantom.motion import Controls, Key
from calibration.phantom.script import POSTURES, Scene, Script
from calibration.phantom.scripts import SCRIPTS
from calibration.phantom.variety import variant
from poses import skeleton

# One way of doing it: a posture's controls, those of the manner alike at every key.
_Draw = Callable[[np.random.Generator, Controls], Controls]

EXERCISES: Final = ("low-lunge", "bridge")
# What is done on the feet or a knee with one leg before the other, and what is done on the back: limbs as they come.
FREE: Final = ("upright", "supine")
# Draws in vain before a body is given up; one in three is out of reach.
_TRIES: Final = 200
# How fast the fastest of the controls moves on average, and how long each key is held: slow, as it is taught.
_MOVE_DEG_S: Final = 20.0
_SHORTEST_MOVE_S: Final = 1.0
_HOLD_S: Final = 0.6
# No hip and back together open farther than this.
_WIDEST_DEG: Final = 45.0
# How a back foot lies: on its laces, on the toes, or lifted; lift of the shank and dorsiflexion of the foot.
_BACK_FEET: Final = (((0.0, 0.0), (-60.0, -60.0)), ((16.0, 22.0), (0.0, 15.0)), ((25.0, 70.0), (-60.0, 0.0)))
_BACK_FOOT_ODDS: Final = (0.5, 0.25, 0.25)


def practise(exercise: str, seed: int, *, keys: int = 6, turned: bool = False) -> Script:
    """A person's way through an exercise; the same for the same seed.

    Args:
        exercise: One of ``EXERCISES``.
        seed: Which person, see ``variety.variant``, and which way.
        keys: Postures they go through.
        turned: The person turns the other side to the camera: in a lunge the front leg.

    Raises:
        ValueError: When this body can take none of the postures that were drawn.
    """
    rng = np.random.default_rng([seed, 4])
    body = variant(seed).body
    manner, draw = _MANNERS[exercise](rng), _DRAWS[exercise]
    if turned:
        # Turned about the vertical axis, the person would leave the middle of the picture.
        manner |= {"heading_deg": 180.0, "place_m": 2.0 * SCRIPTS[exercise].camera.aim_x_m}
    postures = [_possible(exercise, body, rng, manner, draw) for _ in range(keys)]
    time_s, moments = 0.0, [Key(0.0, postures[0]), Key(_HOLD_S, postures[0])]
    for before, after in itertools.pairwise(postures):
        time_s = moments[-1].time_s + max(_way_deg(before, after) / _MOVE_DEG_S, _SHORTEST_MOVE_S)
        moments += [Key(time_s, after), Key(time_s + _HOLD_S, after)]
    scene = SCRIPTS[exercise].scenes[0]
    scene = Scene(exercise, tuple(moments), scene.sways, scene.leans)
    return Script(f"{exercise}-{seed}", (scene,), SCRIPTS[exercise].camera, room=SCRIPTS[exercise].room)


def _way_deg(before: Controls, after: Controls) -> float:
    """The largest change of a control; the bridge's lift opens the hips by some 50 degrees."""
    ways = [abs(after[name] - before[name]) * (50.0 if name == "lift" else 1.0) for name in before]
    return max(ways)


def take_any(family: str, seed: int, *, keys: int = 10) -> Script:
    """Unrelated postures of a family, one a second: what a correction must not take for a lunge or a bridge.

    Args:
        family: One of ``FREE``.
        seed: Which person, and which postures.
        keys: How many.
    """
    rng = np.random.default_rng([seed, 5])
    body = variant(seed).body
    turned = rng.random() < 0.5
    draw = _any_upright if family == "upright" else _any_supine
    moments = []
    for number in range(keys):
        controls = draw(rng) | ({"heading_deg": 180.0} if turned else {})
        while family == "supine" and not _lies(body, controls):
            controls = draw(rng) | ({"heading_deg": 180.0} if turned else {})
        moments.append(Key(float(number), controls))
    camera = _UPRIGHT_CAMERA if family == "upright" else _SUPINE_CAMERA
    return Script(f"{family}-{seed}", (Scene("any", tuple(moments)),), camera)


# Wide enough for a tall person on their feet, and for one lying with the legs stretched.
_UPRIGHT_CAMERA: Final = replace(SCRIPTS["standing"].camera, distance_m=2.9)
_SUPINE_CAMERA: Final = replace(SCRIPTS["bridge"].camera, distance_m=2.4, aim_x_m=0.0)
# A knee bends so far.
_FULL_FLEXION_DEG: Final = 140.0


def _leg(rng: np.random.Generator, side: str, thigh: float, lowest: float, highest: float) -> Controls:
    """A leg whose shank is inclined between two angles, as far as the knee allows."""
    shank = float(rng.uniform(lowest, highest))
    shank = min(max(shank, thigh), thigh + _FULL_FLEXION_DEG)
    flat = min(max(shank, -50.0), 25.0)
    ankle = flat if abs(shank) < 60.0 and rng.random() < 0.7 else float(rng.uniform(-60.0, 15.0))
    return {f"{side}_thigh_deg": thigh, f"{side}_shank_deg": shank, f"{side}_ankle_deg": ankle}


def _arms(rng: np.random.Generator, low: float, high: float) -> Controls:
    together = float(rng.uniform(low, high))
    arms = [together + float(rng.uniform(-25.0, 25.0)) for _ in skeleton.SIDES]
    return {f"{side}_arm_deg": min(max(arm, -60.0), 180.0) for side, arm in zip(skeleton.SIDES, arms, strict=True)} | {
        f"{side}_elbow_deg": float(rng.uniform(0.0, 110.0)) for side in skeleton.SIDES
    }


def _any_upright(rng: np.random.Generator) -> Controls:
    front, back = rng.permutation(skeleton.SIDES).tolist()
    legs = _leg(rng, front, float(rng.uniform(-125.0, 0.0)), -25.0, 40.0)
    legs |= _leg(rng, back, float(rng.uniform(-40.0, 55.0)), -10.0, 135.0)
    trunk = float(rng.uniform(-50.0, 30.0))
    spine = {
        "trunk_deg": trunk,
        "lumbar_deg": float(rng.uniform(-10.0, 30.0)),
        "gaze_deg": trunk * float(rng.uniform(0.0, 1.0)) + float(rng.uniform(-20.0, 20.0)),
    }
    return legs | spine | _arms(rng, -30.0, 120.0)


def _any_supine(rng: np.random.Generator) -> Controls:
    trunk = float(rng.uniform(80.0, 125.0))
    legs: Controls = {}
    for side in skeleton.SIDES:
        # From a knee drawn to the chest to a leg that hangs past straight.
        thigh = float(rng.uniform(-110.0, 25.0)) - trunk
        legs |= _leg(rng, side, thigh, thigh, thigh + _FULL_FLEXION_DEG)
    spine = {
        "trunk_deg": trunk,
        "lumbar_deg": float(rng.uniform(-10.0, 30.0)),
        "gaze_deg": 88.0 + float(rng.uniform(-10.0, 10.0)),
    }
    return legs | spine | _arms(rng, -10.0, 150.0)


def _lies(body: Body, controls: Controls) -> bool:
    """Whether head or back lie on the floor, or nearly."""
    frames = put(body, POSTURES["any"](body, controls, 0.0)).frames
    return lowest(body, frames, "thorax", "head") < _NEARLY_M


# A head or a chest this far above the floor still looks as if it lay there.
_NEARLY_M: Final = 0.05


def _possible(exercise: str, body: Body, rng: np.random.Generator, manner: Controls, draw: _Draw) -> Controls:
    """A draw that the body can take."""
    for _ in range(_TRIES):
        controls = draw(rng, manner) | manner
        try:
            POSTURES[exercise](body, controls, 0.0)
        except ValueError:
            continue
        return controls
    raise ValueError(f"{exercise}: no posture within reach in {_TRIES} draws")


def _lunge_manner(rng: np.random.Generator) -> Controls:
    (low, high), (down, up) = _BACK_FEET[int(rng.choice(len(_BACK_FEET), p=_BACK_FOOT_ODDS))]
    return {
        "stride": float(rng.uniform(0.85, 1.4)),
        "shank_lift_deg": float(rng.uniform(low, high)),
        "ankle_deg": float(rng.uniform(down, up)),
        "hand_share": float(rng.uniform(0.15, 0.8)),
    }


def _lunge(rng: np.random.Generator, manner: Controls) -> Controls:
    thigh = float(rng.uniform(-15.0, 50.0))
    trunk = float(rng.uniform(-35.0, min(25.0, _WIDEST_DEG - thigh)))
    # Part of what the hip does not give comes from the back; people differ in how much.
    hollow = float(rng.uniform(-5.0, 10.0)) + float(rng.uniform(0.2, 0.7)) * max(thigh + trunk, 0.0)
    gaze = trunk * float(rng.uniform(0.0, 1.0)) + float(rng.uniform(-15.0, 20.0))
    return {"thigh_deg": thigh, "trunk_deg": trunk, "lumbar_deg": min(hollow, 40.0), "gaze_deg": gaze}


def _bridge_manner(rng: np.random.Generator) -> Controls:
    return {"feet_away": float(rng.uniform(0.8, 1.08))}


def _bridge(rng: np.random.Generator, manner: Controls) -> Controls:
    opening = float(rng.uniform(-35.0, 35.0))
    hollow = float(rng.uniform(-5.0, 8.0)) + float(rng.uniform(0.3, 0.8)) * max(opening, 0.0)
    lift = 1.0 if rng.random() < 0.8 else float(rng.uniform(0.0, 1.0))
    return {"lift": lift, "hip_opening_deg": opening, "lumbar_deg": min(hollow, 40.0)}


_MANNERS: Final[dict[str, Callable[[np.random.Generator], Controls]]] = {
    "low-lunge": _lunge_manner,
    "bridge": _bridge_manner,
}
_DRAWS: Final[dict[str, _Draw]] = {"low-lunge": _lunge, "bridge": _bridge}
