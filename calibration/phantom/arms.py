"""Where arms go that do nothing for the exercise: signs that are given with them, and what people do with them besides.

Which question this module answers: how shoulder and elbow must stand so that a hand is raised, lies on the opposite
shoulder, or is somewhere that means nothing. Trunk and legs stay as the posture has them. Angles and axes as in
``kinematics``; lengths are those of the 1.75 m body and grow with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from calibration.phantom.body import Body
from calibration.phantom.kinematics import (
    Array,
    Frame3,
    Posture,
    hand_turn,
    reach_arm,
    shoulder_centre,
    trunk_frames,
)
from calibration.phantom.motion import Controls
from poses import skeleton

_OUTWARD: Final = (-1.0, 1.0)
# A forearm that is crossed lies before the other one, or behind it: the left one is nearer to the chest.
_LAYER_M: Final = (0.0, 0.035)


def _straight(flexion_deg: float, abduction_deg: float, elbow_deg: float) -> Callable[[Body, Posture, int], Posture]:
    """An arm held out, by its angles upon the ribcage."""

    def put_there(body: Body, posture: Posture, side: int) -> Posture:
        shoulders, elbows, wrists = (
            angles.copy() for angles in (posture.shoulders_deg, posture.elbows_deg, posture.wrists_deg)
        )
        shoulders[side] = flexion_deg, abduction_deg, 0.0
        elbows[side], wrists[side] = elbow_deg, 0.0
        return replace(posture, shoulders_deg=shoulders, elbows_deg=elbows, wrists_deg=wrists)

    return put_there


def _trunk(body: Body, posture: Posture) -> tuple[Mapping[str, Frame3], Array]:
    """The segments of the trunk, and the middle between the shoulders."""
    frames = trunk_frames(body, posture)
    ends = [shoulder_centre(body, frames["thorax"], side) for side in (skeleton.LEFT, skeleton.RIGHT)]
    return frames, np.asarray((ends[0] + ends[1]) / 2.0)


def _reach(
    body: Body, posture: Posture, side: int, frame: Frame3, wrist: Array, elbow: Array, fingers: Array, palm: Array
) -> Posture:
    """An arm whose wrist is at a place; all but the place in the axes of ``frame``, z outward of that side."""
    out = np.array([1.0, 1.0, _OUTWARD[side]])
    turn = hand_turn(frame.turn @ (fingers * out), frame.turn @ (palm * out), side)
    return reach_arm(body, posture, side, wrist, frame.turn @ (elbow * out), turn)


def _across(body: Body, posture: Posture, side: int) -> Posture:
    """The hand on the opposite shoulder, the forearm slanting over the chest."""
    frames, middle = _trunk(body, posture)
    chest, k = frames["thorax"], body.scale
    before = (0.105 * body.girth + 0.035 + _LAYER_M[side]) * k
    wrist = middle + chest.turn @ np.array([before, -0.045 * k, -0.55 * _OUTWARD[side] * body.half_shoulders_m])
    return _reach(
        body, posture, side, chest, wrist, np.array([0.5, -1.0, 0.35]), np.array([-0.1, 0.55, -1.0]),
        np.array([-1.0, 0.0, 0.0]),
    )  # fmt: skip


def _folded(body: Body, posture: Posture, side: int) -> Posture:
    """The forearm level before the belly, the hand at the other elbow: arms folded, as somebody does who waits."""
    frames, middle = _trunk(body, posture)
    chest, k = frames["thorax"], body.scale
    before = (0.12 * body.girth + 0.05 + _LAYER_M[side]) * k
    wrist = middle + chest.turn @ np.array([before, -0.26 * k, -0.45 * _OUTWARD[side] * body.half_shoulders_m])
    return _reach(
        body, posture, side, chest, wrist, np.array([-0.1, -1.0, 0.5]), np.array([0.0, 0.1, -1.0]),
        np.array([-1.0, 0.0, 0.0]),
    )  # fmt: skip


def _on_hip(body: Body, posture: Posture, side: int) -> Posture:
    """The hand on the hip, the elbow out."""
    frames, _ = _trunk(body, posture)
    pelvis, k = frames["pelvis"], body.scale
    wrist = pelvis.at(0.0, 0.11 * k, _OUTWARD[side] * (body.half_hips_m + 0.11 * body.girth * k))
    return _reach(
        body, posture, side, pelvis, wrist, np.array([-0.5, 0.2, 1.0]), np.array([1.0, -0.3, -0.3]),
        np.array([0.0, -0.2, -1.0]),
    )  # fmt: skip


def _behind_head(body: Body, posture: Posture, side: int) -> Posture:
    """The hand behind the head, the elbow up and out."""
    frames, _ = _trunk(body, posture)
    head, k = frames["head"], body.scale
    wrist = head.at(-0.10 * k, 0.10 * k, _OUTWARD[side] * 0.075 * k)
    return _reach(
        body, posture, side, head, wrist, np.array([0.4, 0.5, 1.0]), np.array([-0.4, 0.3, -1.0]),
        np.array([1.0, 0.0, 0.0]),
    )  # fmt: skip


def _at_face(body: Body, posture: Posture, side: int) -> Posture:
    """The hand at the brow or the cheek, as to wipe it."""
    frames, _ = _trunk(body, posture)
    head, k = frames["head"], body.scale
    wrist = head.at(0.17 * k, 0.06 * k, _OUTWARD[side] * 0.06 * k)
    return _reach(
        body, posture, side, head, wrist, np.array([0.6, -1.0, 0.8]), np.array([-0.4, 0.7, -0.4]),
        np.array([-1.0, -0.3, 0.0]),
    )  # fmt: skip


def _praying(body: Body, posture: Posture, side: int) -> Posture:
    """The palms together before the breastbone, as in yoga."""
    frames, middle = _trunk(body, posture)
    chest, k = frames["thorax"], body.scale
    wrist = middle + chest.turn @ np.array([(0.12 * body.girth + 0.12) * k, -0.16 * k, _OUTWARD[side] * 0.035 * k])
    return _reach(
        body, posture, side, chest, wrist, np.array([-0.2, -0.8, 1.0]), np.array([0.25, 1.0, 0.0]),
        np.array([0.0, 0.0, -1.0]),
    )  # fmt: skip


def _on_chest(body: Body, posture: Posture, side: int) -> Posture:
    """The hand flat on the breastbone, as to feel the heart, the elbow down."""
    frames, middle = _trunk(body, posture)
    chest, k = frames["thorax"], body.scale
    before = (0.11 * body.girth + 0.025 + _LAYER_M[side]) * k
    wrist = middle + chest.turn @ np.array([before, -0.17 * k, 0.065 * _OUTWARD[side] * k])
    return _reach(
        body, posture, side, chest, wrist, np.array([-0.3, -1.0, 0.7]), np.array([-0.1, 0.35, -1.0]),
        np.array([-1.0, 0.0, 0.0]),
    )  # fmt: skip


def _on_belly(body: Body, posture: Posture, side: int) -> Posture:
    """The hand flat on the belly, to feel the breath; it rides on what rises."""
    frames, _ = _trunk(body, posture)
    pelvis, k = frames["pelvis"], body.scale
    wrist = pelvis.at((0.12 * body.girth + 0.02) * k + posture.belly_m, 0.15 * k, 0.09 * _OUTWARD[side] * k)
    return _reach(
        body, posture, side, pelvis, wrist, np.array([-0.6, -0.2, 1.0]), np.array([0.0, 0.1, -1.0]),
        np.array([-1.0, 0.0, 0.0]),
    )  # fmt: skip


# What an arm can do beside its place in the exercise. Overhead is beside the ears; ahead is at right angles to the
# trunk: lying on the back, to the ceiling.
PLACES: Final[Mapping[str, Callable[[Body, Posture, int], Posture]]] = {
    "overhead": _straight(168.0, 8.0, 8.0),
    "ahead": _straight(88.0, 2.0, 6.0),
    "across": _across,
    "folded": _folded,
    "on_chest": _on_chest,
    "on_belly": _on_belly,
    "on_hip": _on_hip,
    "behind_head": _behind_head,
    "at_face": _at_face,
    "praying": _praying,
}
# How much of an arm has left its place in the exercise, for each place: 0 none, 1 all.
CONTROLS: Final[Mapping[str, tuple[float, float]]] = {
    f"{side}_{place}": (0.0, 1.0) for place in PLACES for side in skeleton.SIDES
}


def moved_arms(body: Body, posture: Posture, controls: Controls) -> Posture:
    """The posture with its arms where the controls want them; without such controls it is left as it is.

    Args:
        body: Whose posture.
        posture: The posture with the arms where the exercise has them.
        controls: Those of ``CONTROLS`` are used; an arm on its way has so much of each angle.
    """
    for side, name in enumerate(skeleton.SIDES):
        for place, put_there in PLACES.items():
            share = controls.get(f"{name}_{place}", 0.0)
            if share > 0.0:
                posture = _between(posture, put_there(body, posture, side), share)
    return posture


def _between(before: Posture, after: Posture, share: float) -> Posture:
    """The arms on the way from one posture to another of the same trunk."""
    return replace(
        before,
        shoulders_deg=before.shoulders_deg + share * (after.shoulders_deg - before.shoulders_deg),
        elbows_deg=before.elbows_deg + share * (after.elbows_deg - before.elbows_deg),
        wrists_deg=before.wrists_deg + share * (after.wrists_deg - before.wrists_deg),
    )
