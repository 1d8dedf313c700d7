"""What is measured of takes: how somebody stands, kneels and lies, and how far a first mild stretch goes.

Which question this module answers: is a take what it should be, and which numbers does it give. It knows neither clips
nor cameras; a live calibration and one from clips go through it alike.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from calibration.baseline import MOST_NEUTRAL_DEG, Baseline, Neutral, Side, Try
from calibration.level import MOST_ROLL_DEG, camera_roll_deg, standing_lean_deg
from calibration.personal import own_upright
from calibration.refusal import Refused
from calibration.stillness import Still
from poses.exercise import Exercise
from poses.records import Pose, Verdict
from poses.skeleton import LEFT, RIGHT, SIDES
from psoas_coach import takes
from psoas_coach.takes import (
    ASKED,
    KNEE,
    LYING_DEG,
    OPENING,
    STANDING_DEG,
    STANDING_SEEN,
    THIGH,
    TRUNK,
    Take,
    readings_of,
)


def standing(
    filmed: Sequence[tuple[str, Sequence[Pose]]], exercises: Sequence[Exercise], known_roll_deg: float
) -> tuple[float | None, list[tuple[Neutral, ...]]]:
    """The camera's roll, where somebody stood both ways, and how they stand in each take, at each still moment of it.

    Args:
        filmed: Name and poses of each take.
        exercises: Those to recognise.
        known_roll_deg: What counts where nobody stood both ways.

    Raises:
        Refused: One does not show somebody standing, or the camera leans too far.
    """
    leans: dict[int, list[float]] = {-1: [], 1: []}
    for name, poses in filmed:
        seen = takes.followed(name, poses, exercises, 0.0, STANDING_SEEN)
        for still in seen.still():
            _check_stands(seen, still)
            steps = seen.within(still)
            leans[1 if seen.near(still) == RIGHT else -1].append(
                float(np.mean([standing_lean_deg(s.pose.image_px) for s in steps]))
            )
    roll_deg = None
    if leans[1] and leans[-1]:
        roll_deg = camera_roll_deg(float(np.mean(leans[1])), float(np.mean(leans[-1])))
        if abs(roll_deg) > MOST_ROLL_DEG:
            raise Refused(
                f"The camera leans by {abs(roll_deg):.1f} degrees",
                f"more than {MOST_ROLL_DEG:g} cannot be allowed for",
                "Put it upright, leave it there, and film again",
                "camera_leans",
            )
    found = []
    for name, poses in filmed:
        lean_deg = known_roll_deg if roll_deg is None else roll_deg
        seen = takes.followed(name, poses, exercises, lean_deg, STANDING_SEEN)
        found.append(tuple(_neutral(seen, still) for still in seen.still()))
    return roll_deg, found


def _check_stands(seen: Take, still: Still) -> None:
    trunk, thigh, knee = (seen.typical(still, column) for column in (TRUNK, THIGH, KNEE))
    if max(abs(trunk), abs(thigh)) > STANDING_DEG or knee > 2.0 * STANDING_DEG:
        found = f"trunk {trunk:.0f}, thigh {thigh:.0f}, knee {knee:.0f} degrees"
        raise _other(seen.name, "somebody standing relaxed", found, "not_standing")


def kneeling(seen: Take) -> Neutral:
    """How somebody half-kneels tall.

    Raises:
        Refused: They do not.
    """
    still = seen.still()[0]
    opening, trunk = seen.typical(still, OPENING), seen.typical(still, TRUNK)
    if not seen.lunges(still) or max(abs(opening), abs(trunk)) > MOST_NEUTRAL_DEG:
        wanted = "somebody half-kneeling tall, the back knee under the hip and turned to the camera"
        raise _other(seen.name, wanted, f"front of hip {opening:.0f}, trunk {trunk:.0f} degrees", "not_kneeling")
    return _neutral(seen, still)


def lying(seen: Take) -> Neutral:
    """How somebody lies on their back.

    Raises:
        Refused: They do not.
    """
    still = seen.still()[0]
    trunk = seen.typical(still, TRUNK)
    if not LYING_DEG[0] <= trunk <= LYING_DEG[1]:
        raise _other(seen.name, "somebody lying on their back", f"trunk {trunk:.0f} degrees", "not_lying")
    return _neutral(seen, still)


def side_of(neutral: Neutral) -> int:
    """The side that was turned to the camera, as an index."""
    return SIDES.index(neutral.side)


def _neutral(seen: Take, still: Still) -> Neutral:
    side: Side = "left" if seen.near(still) == LEFT else "right"
    opening, trunk = (round(seen.typical(still, column), 2) for column in (OPENING, TRUNK))
    spread = round(float(still.spread[0]), 2)
    return Neutral(side=side, hip_opening_deg=opening, trunk_deg=trunk, spread_deg=spread)


def comfort_try(seen: Take, baseline: Baseline | None, today: date, since_s: float = -np.inf) -> Try:
    """The deepest stretch that was held still in a lunge.

    Args:
        seen: The take.
        baseline: What is known of the person's own upright.
        today: The day.
        since_s: What was held still before counts for nothing: the person went on, or came back.

    Raises:
        Refused: None was held.
    """
    stops = {one.rule for step in seen.steps for one in readings_of(step) if one.verdict is Verdict.STOP}
    held = [still for still in seen.still() if seen.lunges(still) and (still.start_s + still.end_s) / 2.0 > since_s]
    if not held:
        wanted = "a low lunge held still for three seconds, the stretched side to the camera"
        raise _other(seen.name, wanted, "none", "no_lunge")
    still = max(held, key=lambda one: seen.typical(one, OPENING))
    side = seen.near(still)
    own = baseline.kneeling_trunk_deg(side) if baseline is not None and baseline.holds(today) else None
    lean = seen.typical(still, TRUNK) - own_upright(own or 0.0)
    opening = round(seen.typical(still, OPENING), 2)
    return Try(seen.name, side, opening, lean, tuple(sorted(stops - {ASKED})), seen.fastest_deg_s(still))


def _other(name: str, wanted: str, found: str, reason: str) -> Refused:
    return Refused(
        f"{name} does not show {wanted}",
        f"something else was measured ({found})",
        "See docs/calibration.md for what to film, and how",
        reason,
    )
