"""The front-view measures: from landmarks of somebody who faces the camera to angles in the plane of the picture.

Which question this module answers: how far does the trunk lean to a side and come down, a hip drop and a knee fall in,
and how sure is that. It does not know limits. It claims nothing of what points at the camera: how far a knee is lifted
is read from how high its foot is, well enough to tell which leg stands and to count, and not to judge. And it withholds
the pelvic line (``measures_of``): the pose model's hips do not show it.

Signs and zeros. The picture is turned into the person's right and up, so that a mirrored picture measures the same
for the person in it.

=====================  =====================================================  =======================================
``side_lean_deg``      middle of the hips to middle of the shoulders          0 upright, + to the right
``pelvic_line_deg``    hip to hip against horizontal, less what it is when    + the right hip lower
                       this person stands on both feet
``knee_line_deg``      hip-knee-ankle of one leg                              0 straight, + the knee inside (valgus)
``knee_lift_deg``      thigh against vertical, from the height of the foot    0 hanging, 90 level; coarse
``trunk_drop``         how far shoulders and head came down since both feet   0 as on both feet, + lower
                       stood, less what leaning to a side lowers them, in
                       heights of the shoulders over the ankles
=====================  =====================================================  =======================================

Formulas: the project's biomechanics specification, section 1; ``trunk_drop`` is the project's own. The first two and
the last are of the whole body and stand for both sides alike.

A pelvis that drops on the side of the lifted leg takes the trunk down by half its width times the sine of its angle:
2 % of that height at 15 degrees. A standing knee that bends and a trunk that leans back do the same. ``trunk_drop``
tells that somebody sinks on the standing leg, and not why.
"""

import math
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.measures import FRONT_NAMES, Float
from poses.records import Measures, Pose

# One-sigma error of a landmark in trunk lengths. Of three rendered people seen from the front (seeds 3, 5 and 8) root
# mean squares across the picture are 0.018 at shoulders, 0.034 at hips and 0.026 at knees and ankles.
LANDMARK_TRUNKS: Final = 0.03
# A thigh that looks shorter than this share of what it is standing points at the camera: its line says nothing of the
# knee (biomechanics specification, section 1).
LEAST_THIGH: Final = 0.6
# On both feet: ankles and knees level to within this share of the trunk, and legs as long as legs that stand. Thigh and
# shank are 1.66 trunks (de Leva 1996); sitting they look half as long (convention).
_LEVEL_TRUNKS: Final = 0.08
_LEG_TRUNKS: Final = 1.3
# How somebody stands is known after so long on both feet, and is that of the last such stretch, of so much of it at
# most (convention: longer than feet pass each other in walking).
STANDS_S: Final = 0.5
_WINDOW_S: Final = 3.0
# A knee and an ankle have to be seen at least this well (biomechanics specification, 4.6).
_LEAST_VISIBILITY: Final = 0.65
# After a longer time unseen a stretch begins anew.
_FORGET_S: Final = 0.5
# Where somebody stood in the picture is known for one lift and no longer (convention): feet are put down elsewhere, and
# two hundredths of the distance from the camera change the picture by as much as a hip that drops.
PLACED_S: Final = 5.0
# One-sigma error of ``trunk_drop``: of ten rendered people with one knee up, in 1,420 frames of all four scripts, the
# root mean square is 0.0031 (seeds 0, 18000 to 18005, 18100 to 18102; frames in which they lean left out).
DROP_SIGMA: Final = 0.003

_TRUNK: Final = (skeleton.SHOULDERS, skeleton.HIPS)
_PAIRS: Final = np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES, skeleton.EARS])


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands on both feet.

    Attributes:
        line_deg: Of the hips against horizontal, + the right one lower.
        thighs: Length of each thigh in the picture, left and right, in lengths of the trunk.
        heights_px: How high shoulders, ears and ankles are in the picture, middles of both sides, upwards; NaN where
            it is not known.
        seen_s: When they were last seen there.
    """

    line_deg: float
    thighs: tuple[float, float]
    heights_px: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    seen_s: float = -math.inf


@dataclass(frozen=True, slots=True)
class StandingMemory:
    """The stretch on both feet that is under way, or the last one, and what is known by it.

    Attributes:
        looks: Time, line of the hips, both thighs and three heights of each of its frames.
        ended: Whether a foot has left the floor since.
        known: How the person stands; None before it is known.
    """

    looks: tuple[tuple[float, ...], ...] = ()
    ended: bool = False
    known: Standing | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A skeleton in the plane of the picture, complex numbers: the person's right + i up, in pixels.

    Attributes:
        chain: ``(4, 2)`` shoulders, hips, knees and ankles, each left and right.
        trunk: Middle of the hips to middle of the shoulders.
        ears: Middle of the ears.
    """

    chain: NDArray[np.complex128]
    trunk: complex
    ears: complex

    @property
    def line_deg(self) -> float:
        """Line of the hips against horizontal as the landmarks have it, + the right one lower."""
        left, right = self.chain[1]
        return math.degrees(math.atan2(left.imag - right.imag, abs(left.real - right.real)))

    @property
    def thighs(self) -> tuple[float, float]:
        """Length of each thigh, in lengths of the trunk."""
        left, right = (np.abs(self.chain[1] - self.chain[2]) / abs(self.trunk)).tolist()
        return left, right

    @property
    def heights_px(self) -> tuple[float, float, float]:
        """How high shoulders, ears and ankles are in the picture, middles of both sides, upwards."""
        shoulders, _, _, ankles = self.chain.imag.mean(axis=1).tolist()
        return shoulders, self.ears.imag, ankles


def seen(pose: Pose) -> Seen | None:
    """The skeleton of a pose; None where nobody was found or the trunk has no length."""
    points = pose.image_px.astype(np.float64).take(_PAIRS, axis=0)
    # Whoever faces the camera has their right on the picture's left.
    pairs = -points[..., 0] - 1j * points[..., 1]
    chain, ears = pairs[:-1], complex(pairs[-1].mean())
    trunk = complex(chain[0].mean() - chain[1].mean())
    return Seen(chain, trunk, ears) if abs(trunk) > 0.0 else None


def on_both_feet(body: Seen) -> bool:
    """Whether both feet stand on the floor and both legs are straight."""
    trunk = abs(body.trunk)
    _, hips, knees, ankles = body.chain.imag
    level = max(abs(knees[0] - knees[1]), abs(ankles[0] - ankles[1])) < _LEVEL_TRUNKS * trunk
    return bool(level and (hips - ankles).min() > _LEG_TRUNKS * trunk)


def follow_standing(body: Seen | None, time_s: float, past: StandingMemory) -> StandingMemory:
    """Takes one more frame into account; ``body`` is None where it is not to be looked at."""
    if body is None or not on_both_feet(body):
        return StandingMemory(past.looks, True, past.known)
    anew = past.ended or not past.looks or time_s - past.looks[-1][0] > _FORGET_S
    before = () if anew else tuple(look for look in past.looks if look[0] > time_s - _WINDOW_S)
    looks = (*before, (time_s, body.line_deg, *body.thighs, *body.heights_px))
    if looks[-1][0] - looks[0][0] < STANDS_S:
        return StandingMemory(looks, False, past.known)
    line, left, right, *heights = (median(values) for values in list(zip(*looks, strict=True))[1:])
    shoulders, ears, ankles = heights
    return StandingMemory(looks, False, Standing(line, (left, right), (shoulders, ears, ankles), time_s))


def measured(body: Seen, standing: Standing | None) -> tuple[Float, Float]:
    """Measures a skeleton.

    Args:
        body: As it is seen.
        standing: How the person stands; None before that is known.

    Returns:
        Values and their one-sigma uncertainty, each ``(2, M)``: side, then measure in the order of
        ``measures.FRONT_NAMES``; NaN where it cannot be told.
    """
    values = np.full((2, len(FRONT_NAMES)), np.nan)
    sigma = np.full((2, len(FRONT_NAMES)), np.nan)
    trunk = abs(body.trunk)
    values[:, 0] = math.degrees(math.atan2(body.trunk.real, body.trunk.imag))
    # Both shoulders err to the same side, and so do both hips: a mean of two is no better than one.
    sigma[:, 0] = math.degrees(math.sqrt(2.0) * LANDMARK_TRUNKS)
    if standing is None:
        return values, sigma
    values[:, 4] = _drop(body, standing)
    sigma[:, 4] = DROP_SIGMA
    hips = abs(body.chain[1, 0].real - body.chain[1, 1].real) / trunk
    values[:, 1] = body.line_deg - standing.line_deg
    sigma[:, 1] = math.degrees(math.sqrt(2.0) * LANDMARK_TRUNKS / hips) if hips > 0.0 else math.nan
    for side in (skeleton.LEFT, skeleton.RIGHT):
        hip, knee, ankle = body.chain[1:, side].tolist()
        thigh, shank = abs(hip - knee) / trunk, abs(knee - ankle) / trunk
        # The shank of a lifted leg hangs, so its foot is as much higher as its knee. A thigh that points at the camera
        # the model draws too long.
        higher = ankle.imag - body.chain[3, 1 - side].imag
        hanging = 1.0 - higher / trunk / standing.thighs[side]
        values[side, 3] = math.degrees(math.acos(min(max(hanging, -1.0), 1.0)))
        if thigh < LEAST_THIGH * standing.thighs[side] or not shank > 0.0:
            continue
        # Counter-clockwise from shank to thigh: the knee is right of the leg's line, which is inside for the left leg.
        bend = math.degrees(float(np.angle((hip - knee) * (knee - ankle).conjugate())))
        values[side, 2] = bend if side == skeleton.LEFT else -bend
        # Of three points in a row: the knee's error counts at both of its segments.
        ends = 1.0 / thigh**2 + 1.0 / shank**2 + (1.0 / thigh + 1.0 / shank) ** 2
        sigma[side, 2] = math.degrees(LANDMARK_TRUNKS * math.sqrt(ends))
    return values, sigma


def _drop(body: Seen, standing: Standing) -> float:
    """How far shoulders and head came down, the less of both: arms move the one, and a nod the other.

    Where the feet are is taken from how they stood: the model draws the foot that stands up to a fifth of this height
    higher now, towards the lifted one.
    """
    shoulders, ears, ankles = standing.heights_px
    hips = complex(body.chain[1].mean())
    came_down = []
    for point, stood in ((hips + body.trunk, shoulders), (body.ears, ears)):
        # Upright, it would be as high over the hips as it is far from them.
        leaning = abs(point - hips) - (point - hips).imag
        came_down.append(stood - point.imag - leaning)
    return min(came_down) / (shoulders - ankles)


def lifts_deg(values: Float) -> tuple[float, float]:
    """How far each knee is lifted, left and right."""
    left, right = values[:, FRONT_NAMES.index("knee_lift_deg")].tolist()
    return left, right


def turned_deg(pose: Pose) -> float:
    """How far the person is turned away from facing the camera: 0 facing it, 90 side-on, 180 with the back to it.

    From the lines between both shoulders and both hips in the world landmarks, of which the depth is the model's
    guess: it tells front from side, and does not correct angles.

    Returns:
        Degrees, 0 to 180; NaN where nobody was found.
    """
    left, right = (pose.world_m.take([pair[side] for pair in _TRUNK], axis=0).sum(axis=0) for side in (0, 1))
    across, _, deep = (float(value) for value in left - right)
    # The left side of whoever faces the camera is on the picture's right.
    return math.degrees(math.atan2(abs(deep), across))


def legs_crossed(body: Seen) -> bool:
    """Whether labels of left and right do not go with where the hips and ankles are: then no knee has a line."""
    _, hips, _, ankles = body.chain.real
    return bool(hips[0] >= hips[1] or ankles[0] > ankles[1])


def measures_of(pose: Pose, past: StandingMemory, problem: str) -> tuple[Measures, StandingMemory]:
    """The measures of one frame, and what is remembered of how the person stands.

    Args:
        pose: The landmarks.
        past: What the last call returned.
        problem: What is wrong with the view of this frame, "" for nothing: else nothing is measured.
    """
    body = None if problem else seen(pose)
    memory = follow_standing(body, pose.time_s, past)
    if body is None:
        nothing = np.full((2, len(FRONT_NAMES)), np.nan)
        return Measures(nothing, nothing, 0, skeleton.RIGHT), memory
    values, sigma = measured(body, memory.known)
    # Withheld. Of a pelvis that drops by 15 degrees the model's hips show none, and with a trunk that leans by 20 they
    # lean along by 10 to 25 (docs/accuracy.md): whatever a limit were laid on, it would not be the pelvis.
    values[:, 1] = math.nan
    if memory.known is not None and pose.time_s - memory.known.seen_s > PLACED_S:
        values[:, 4] = math.nan
    for side in (skeleton.LEFT, skeleton.RIGHT):
        unsure = pose.visibility[[skeleton.KNEES[side], skeleton.ANKLES[side]]].min() < _LEAST_VISIBILITY
        if unsure or legs_crossed(body):
            values[side, 2] = math.nan
    return Measures(values, sigma, 0, skeleton.RIGHT), memory
