"""The true measures of a posed skeleton, from its joint centres alone.

Which question this module answers: what a perfect observer would measure. Nothing here looks at a picture. Definitions
and signs are those of the program's measures: all are taken in the body's sagittal plane, facing +x, with shoulder S,
hip H, knee K, ankle A and tip of the toes T of one side:

- hip opening: angle from ``H - K`` to ``S - H``; 0 straight, + extension, - flexion
- thigh inclination: ``atan2(Hx - Kx, Hy - Ky)``, + the knee behind the hip
- trunk inclination: ``atan2(-(Sx - Hx), Sy - Hy)``, + leaning back
- knee flexion: ``180 - angle(H, K, A)``
- shank inclination: ``atan2(Kx - Ax, Ky - Ay)``, + the knee ahead of the ankle
- knee past toe: ``(Kx - Tx) / |KA|``
- thigh elevation: ``atan2(Ky - Hy, |Kx - Hx|)``, lying; 0 flat, + raised
- bridge height: distance of H from the line S-K over ``|SK|``, with the sign of the hip opening

What a script adds that moves in the frontal plane, y up and z to the person's right:

- side lean: ``atan2(dz, dy)`` from the middle of the hips to the middle of the shoulders; + to the right
- pelvic line: ``atan2(H_left,y - H_right,y, |H_left,z - H_right,z|)``; + the right hip lower
- knee line: ``180 - angle(H, K, A)`` of one leg; + the knee inside of the line H-A. NaN where the thigh is
  foreshortened to less than ``LEAST_THIGH`` of its length: the plane does not show it then
"""

from typing import Final

import numpy as np

from calibration.phantom.breath import PARTS, Drawn
from calibration.phantom.camera import Camera
from calibration.phantom.kinematics import Array, Figure
from poses import skeleton

MEASURES: Final = (
    "hip_opening_deg",
    "thigh_inclination_deg",
    "trunk_inclination_deg",
    "knee_flexion_deg",
    "shank_inclination_deg",
    "knee_past_toe",
    "thigh_elevation_deg",
    "bridge_height",
)
COLUMNS: Final = ("time_s", *(f"{measure}_{side}" for side in skeleton.SIDES for measure in MEASURES))

# What a script adds that says how somebody breathes: which breath, which part of it (``breath.PARTS``), and how far
# belly and chest stand above where they lie breathed out.
BREATH_COLUMNS: Final = ("breath", "breath_part", "belly_mm", "chest_mm")

# What a script adds in which somebody leans, drops a hip or lets a knee fall in; the last one in metres above the lower
# ankle, as high as it would be were the trunk upright.
FRONT_COLUMNS: Final = (
    "side_lean_deg",
    "pelvic_line_deg",
    *(f"knee_line_deg_{side}" for side in skeleton.SIDES),
    "shoulder_height_m",
)
# Project's biomechanics specification, section 1.
LEAST_THIGH: Final = 0.6

# One row: column name to value.
TruthRow = dict[str, float]

# Landmarks of the face in the frame of the head of the 1.75 m body, left side (z negative).
_FACE: Final = {"eye_inner": (0.098, 0.010, 0.019), "eye": (0.1, 0.010, 0.031), "eye_outer": (0.09, 0.010, 0.044)}
_NOSE_TIP: Final = (0.130, -0.028)
_EAR: Final = (0.0, 0.008, 0.08)
_MOUTH: Final = (0.099, -0.058, 0.021)
# Knuckles in the frame of the hand: x across, share of the finger's length beyond the palm.
_HAND: Final = {"pinky": (-0.028, 0.0), "index": (0.027, 0.0), "thumb": (0.05, -0.4)}


def _angle(y: float, x: float) -> float:
    return float(np.degrees(np.arctan2(y, x)))


def _side(figure: Figure, side: int) -> tuple[float, ...]:
    s, h, k, a = (figure.joint(name, side)[:2] for name in ("shoulder", "hip", "knee", "ankle"))
    t = figure.toes[side, :2]
    thigh, trunk, shank = h - k, s - h, k - a
    opening = thigh[0] * trunk[1] - thigh[1] * trunk[0]
    # Between thigh and shank, both pointing up: 0 for a straight leg.
    bend = abs(_angle(shank[0] * thigh[1] - shank[1] * thigh[0], float(shank @ thigh)))
    line = s - k
    return (
        _angle(opening, float(thigh @ trunk)),
        _angle(thigh[0], thigh[1]),
        _angle(-trunk[0], trunk[1]),
        bend,
        _angle(shank[0], shank[1]),
        float((k[0] - t[0]) / np.hypot(*shank)),
        _angle(-thigh[1], abs(thigh[0])),
        float(opening / (line @ line)),
    )


def row(time_s: float, figure: Figure) -> TruthRow:
    """All columns of one moment, in the order of ``COLUMNS``."""
    values = [value for side in (skeleton.LEFT, skeleton.RIGHT) for value in _side(figure, side)]
    return dict(zip(COLUMNS, (time_s, *values), strict=True))


def breath_row(drawn: Drawn) -> TruthRow:
    """The columns of one moment of a breath, in the order of ``BREATH_COLUMNS``."""
    values = (float(drawn.number), float(PARTS.index(drawn.part)), drawn.belly_mm, drawn.chest_mm)
    return dict(zip(BREATH_COLUMNS, values, strict=True))


def front_row(figure: Figure) -> TruthRow:
    """The columns of the frontal plane, in the order of ``FRONT_COLUMNS``."""
    shoulders, hips = (
        np.array([figure.joint(name, side)[:0:-1] for side in (skeleton.LEFT, skeleton.RIGHT)])
        for name in ("shoulder", "hip")
    )
    right, up = shoulders.mean(axis=0) - hips.mean(axis=0)
    across, higher = hips[skeleton.LEFT] - hips[skeleton.RIGHT]
    knees = [_knee_line(figure, side) for side in (skeleton.LEFT, skeleton.RIGHT)]
    floor = min(float(figure.joint("ankle", side)[1]) for side in (skeleton.LEFT, skeleton.RIGHT))
    height = float(hips[:, 1].mean() + np.hypot(right, up)) - floor
    return dict(zip(FRONT_COLUMNS, (_angle(right, up), _angle(higher, abs(across)), *knees, height), strict=True))


def _knee_line(figure: Figure, side: int) -> float:
    """The bend of hip, knee and ankle of one leg in the frontal plane; positive inwards."""
    h, k, a = (figure.joint(name, side)[:0:-1] for name in ("hip", "knee", "ankle"))
    thigh, shank = h - k, k - a
    if np.hypot(*thigh) < LEAST_THIGH * figure.body.thigh_m:
        return float("nan")
    # Counter-clockwise from shank to thigh: the knee lies right of the leg's line, which is inside for the left leg.
    bend = _angle(thigh[1] * shank[0] - thigh[0] * shank[1], float(thigh @ shank))
    return bend if side == skeleton.LEFT else -bend


def mirror(values: TruthRow) -> TruthRow:
    """The truth of the mirror image: what was the left side is the right one."""
    left, right = (f"_{side}" for side in skeleton.SIDES)
    swapped = {
        column: column.removesuffix(left) + right if column.endswith(left) else column.removesuffix(right) + left
        for column in COLUMNS[1:]
    }
    mirrored = {"time_s": values["time_s"]} | {column: values[swapped[column]] for column in COLUMNS[1:]}
    if FRONT_COLUMNS[0] not in values:
        return mirrored
    lean, line, *knees, height = FRONT_COLUMNS
    turned = {lean: -values[lean], line: -values[line], knees[0]: values[knees[1]], knees[1]: values[knees[0]]}
    return mirrored | turned | {height: values[height]}


def landmarks_m(figure: Figure) -> Array:
    """``(33, 3)`` the skeleton's points in the world, in the order of ``poses.skeleton``; metres.

    The limbs' rows are joint centres; those of face, hands and feet are points of the surface.
    """
    points = np.full((skeleton.COUNT, 3), np.nan)
    k, head = figure.body.scale, figure.frames["head"]
    points[skeleton.NOSE] = head.at(_NOSE_TIP[0] * k, _NOSE_TIP[1] * k)
    for side, name in enumerate(skeleton.SIDES):
        out = (-k, k)[side]

        def put(landmark: str, point: Array, side_name: str = name) -> None:
            points[skeleton.LANDMARKS.index(f"{side_name}_{landmark}")] = point

        for landmark, (x, y, z) in _FACE.items():
            put(landmark, head.at(x * k, y * k, z * out))
        put("ear", head.at(_EAR[0] * k, _EAR[1] * k, _EAR[2] * out))
        points[skeleton.LANDMARKS.index(f"mouth_{name}")] = head.at(_MOUTH[0] * k, _MOUTH[1] * k, _MOUTH[2] * out)
        for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
            put(joint, figure.joint(joint, side))
        hand, palm = figure.frames[f"{name}_hand"], figure.body.palm_m
        for landmark, (x, beyond) in _HAND.items():
            put(landmark, hand.at(x * k, -palm * (1.0 + beyond)))
        put("heel", figure.heels[side])
        put("foot_index", figure.toes[side])
    return points


def landmarks_px(figure: Figure, camera: Camera, size: tuple[int, int]) -> Array:
    """``(33, 2)`` where a perfect observer would see them in the picture, hidden or not; pixels."""
    return camera.project(landmarks_m(figure), size)
