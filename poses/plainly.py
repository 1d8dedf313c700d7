"""What the correction is too unsure of, from the landmarks alone, in exercises that it has not learned from.

Which question this module answers: may an angle of the near side be taken as the landmarks have it, and how sure is
that then. The correction was fitted to lunges, bridges and postures of limbs drawn at random; of somebody who lies with
one leg over the floor or marches on the spot it now and then says that it does not know. The landmarks of the near side
are no worse than elsewhere: side-on, an angle of theirs is off by 7 to 8 degrees (safe-ranges.md, 0 and 7). Of the
far side nothing is taken where the near leg hides it, since its landmarks are guesses there.
"""

import cmath
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from poses import measures, skeleton
from poses.exercise import Exercise
from poses.recognition import Roles, fits
from poses.records import Measures, Pose
from poses.view import LEAST_VISIBILITY

SIGMA_DEG: Final = 8.0
_OPENING: Final = measures.INDEX["hip_opening_deg"]
# Shoulder, hip and knee of each side.
_ROWS: Final = np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES]).T
# Both shoulders, hips, ankles, heels and toes.
_FEET: Final = np.array(
    [*skeleton.SHOULDERS, *skeleton.HIPS, *skeleton.ANKLES, *skeleton.HEELS, *skeleton.FOOT_INDICES]
)
# Shoulder, hip, knee and ankle of either side.
_CHAIN: Final = measures.PAIRS[:4]


def completed(
    pose: Pose,
    facing: int,
    raw: Measures,
    exercises: Sequence[Exercise],
    current: str | None,
    *,
    on_knee: bool | None = None,
) -> Measures:
    """The measures, completed where they may be: of the near side, and of a far leg that is held up by the hands.

    Args:
        pose: The landmarks.
        facing: +1 or -1, 0 when it cannot be told.
        raw: What the correction gives.
        exercises: Those that it has not learned from.
        current: The exercise that is recognised, or None.
        on_knee: Whether a hand lies on the raised knee, None where that is not known.
    """
    near, opening = raw.near, raw.values[:, _OPENING].tolist()
    hugged = bool(on_knee) and math.isnan(opening[1 - near])
    if not exercises or not pose.found or facing == 0 or not (hugged or math.isnan(opening[near])):
        return raw
    plain = measures.side_measures(pose.image_px, facing)
    lower = int(plain[1, _OPENING] > plain[0, _OPENING])
    roles = Roles(lower, near, lower)
    doing = next((one for one in exercises if one.id == current), None)
    for one in exercises:
        if one.hands and on_knee is not None and on_knee != (one.hands == "on_knee"):
            continue
        # Of a posture that the correction has learned from only hands on a knee lead away.
        if doing is None and (current is None or (on_knee and one.hands == "on_knee")) and _begins(one, plain, roles):
            doing = one
    if doing is None:
        return raw
    values, sigma = raw.values.copy(), raw.sigma.copy()
    # A far leg is hidden by the near one, but not where it is drawn up and the near one lies.
    for side in (near, 1 - near) if doing.hands == "on_knee" else (near,):
        seen = pose.visibility.take(_CHAIN[:, side]).min() >= LEAST_VISIBILITY
        if seen and math.isnan(opening[side]):
            lacking = np.isnan(values[side]) & measures.IS_ANGLE
            values[side, lacking], sigma[side, lacking] = plain[side, lacking], SIGMA_DEG
    return replace(raw, values=values, sigma=sigma, legs_told=True)


def _begins(exercise: Exercise, plain: measures.Float, roles: Roles) -> bool:
    """Whether the landmarks show the posture of an exercise, and what it begins with."""
    begun = not exercise.begins or any(fits(c, plain, roles) for c in exercise.begins)
    return begun and all(fits(c, plain, roles) for c in exercise.posture)


def openings_deg(pose: Pose, facing: int) -> tuple[float, float]:
    """How open each hip is as the landmarks have it (left, right), guessed where one leg hides the other.

    Args:
        pose: The landmarks.
        facing: +1 or -1, 0 when it cannot be told.

    Returns:
        Degrees, NaN where they cannot be told.
    """
    if not pose.found or facing == 0:
        return math.nan, math.nan
    # Plain numbers: of one angle alone they are many times faster than ``measures.side_measures``.
    opening = []
    for rows in _ROWS:
        shoulder, hip, knee = [complex(facing * x, -y) for x, y in pose.image_px.take(rows, axis=0).tolist()]
        turn = (shoulder - hip) * (hip - knee).conjugate()
        opening.append(math.degrees(cmath.phase(turn)) if turn else math.nan)
    return opening[0], opening[1]


def lower_foot_deg(pose: Pose) -> float:
    """How far the lower foot of somebody who lies is from the line of the trunk, beyond the hips.

    Side by side one leg hides the other, and the pose model draws the hidden one to it, its knee most of all. The feet
    are at the ends: when either leg goes down, the lower of both does, if by less than it should.

    Returns:
        Degrees at the middle of the hips, from the trunk's line to the middle of ankle, heel and toes of the foot that
        is nearer to it: 0 in line with the trunk, 45 with hips and knees at right angles; NaN where nobody was found.
    """
    if not pose.found:
        return math.nan
    points = [complex(x, y) for x, y in pose.image_px.take(_FEET, axis=0).tolist()]
    shoulders, hips = points[0] + points[1], points[2] + points[3]
    trunk = hips - shoulders
    if trunk == 0.0:
        return math.nan
    feet = (sum(points[4 + side :: 2]) / 3.0 - hips / 2.0 for side in (skeleton.LEFT, skeleton.RIGHT))
    return min(math.degrees(abs(cmath.phase(foot * trunk.conjugate()))) for foot in feet)
