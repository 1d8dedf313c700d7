"""What is usual for one person: how they stand, kneel and lie, and how far a first mild stretch goes, each side.

Which question this module answers: what may be remembered of a calibration, when is it too old, and which calibrations
are refused. Rules: safe-ranges.md 4.1 and 4.2. A comfortable end is where the person first felt a mild stretch; it is a
ceiling to stay under, never a score. It knows no files and no pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Annotated, Final, Literal

from pydantic import Field

from poses.problem import Problem
from poses.skeleton import LEFT, SIDES
from poses.strict_toml import Strict

Side = Literal["left", "right"]

# Neutral postures are measured anew after so long; a comfortable end every week (safe-ranges.md 4.2).
NEUTRAL_HOLDS: Final = timedelta(days=31)
COMFORT_IS_FRESH: Final = timedelta(days=0)
COMFORT_HOLDS: Final = timedelta(days=7)
# Two tries at a neutral posture, and tries at a comfortable end, may differ by so much.
REPEAT_DEG: Final = 3.0
SPREAD_DEG: Final = 5.0
TRIES: Final = 3
# No comfortable end is taken to be farther than this, whatever was measured.
FARTHEST_DEG: Final = 22.0
# Beyond everybody's last ceiling nothing is mild, whatever it feels like.
NO_MILD_DEG: Final = 30.0
# Farther back than this nobody leans who kneels tall.
MOST_LEAN_DEG: Final = 8.0
MOST_NEUTRAL_DEG: Final = 12.0
# With so much pain nothing is calibrated.
MOST_PAIN: Final = 2

_Degrees = Annotated[float, Field(ge=-180.0, le=180.0)]


class Neutral(Strict):
    """A posture that is held without effort, with one side turned to the camera.

    Attributes:
        side: That side.
        hip_opening_deg, trunk_deg: What was measured, signs as in ``poses.measures``.
        spread_deg: How much the trunk swayed and flickered: its standard deviation.
    """

    side: Side
    hip_opening_deg: _Degrees
    trunk_deg: _Degrees
    spread_deg: Annotated[float, Field(ge=0.0)]


class Comfort(Strict):
    """Where a stretch was first felt.

    Attributes:
        side: The stretched side.
        on: When.
        end_deg: Median of the tries, ``FARTHEST_DEG`` at most.
        tries_deg: What each try measured.
    """

    side: Side
    on: date
    end_deg: Annotated[float, Field(ge=-30.0, le=FARTHEST_DEG)]
    tries_deg: Annotated[tuple[_Degrees, ...], Field(strict=False)]


class Baseline(Strict):
    """A calibration.

    Attributes:
        on: When the neutral postures were measured.
        roll_deg: How far the camera leaned then, clockwise; None where nobody stood both ways.
        standing, kneeling, lying: Neutral postures, one for each side that was turned to the camera.
    """

    on: date
    roll_deg: float | None = None
    standing: Annotated[tuple[Neutral, ...], Field(strict=False)] = ()
    kneeling: Annotated[tuple[Neutral, ...], Field(strict=False)] = ()
    lying: Annotated[tuple[Neutral, ...], Field(strict=False)] = ()

    def holds(self, today: date) -> bool:
        """Whether it is neither too old nor of the future."""
        return timedelta(0) <= today - self.on <= NEUTRAL_HOLDS

    def kneeling_trunk_deg(self, side: int) -> float | None:
        """How the trunk is inclined in the half-kneeling neutral of a side, None where that was not measured."""
        found = [neutral.trunk_deg for neutral in self.kneeling if neutral.side == SIDES[side]]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Try:
    """One try at a comfortable end.

    Attributes:
        clip: What it is called.
        side: The stretched side.
        opening_deg: How far the front of the hip was opened while it was held.
        lean_deg: How far the trunk leaned back, the person's own neutral taken off.
        stopped: Rules that said stop.
    """

    clip: str
    side: int
    opening_deg: float
    lean_deg: float
    stopped: tuple[str, ...] = ()


def agreed(tries: Sequence[Neutral]) -> Neutral:
    """One neutral posture from all tries at it with one side turned to the camera.

    Raises:
        Problem: They differ by more than ``REPEAT_DEG``, or none of them is a neutral posture.
    """
    for name in ("hip_opening_deg", "trunk_deg"):
        values = [getattr(one, name) for one in tries]
        if max(values) - min(values) > REPEAT_DEG:
            told = ", ".join(f"{value:.1f}" for value in values)
            raise Problem(
                f"The tries differ by more than {REPEAT_DEG:g} degrees ({name.removesuffix('_deg')}: {told})",
                "a posture that is another one each time is no neutral one",
                "Relax, take it again, and keep still for three seconds",
            )
    means = {name: sum(getattr(one, name) for one in tries) / len(tries) for name in ("hip_opening_deg", "trunk_deg")}
    return Neutral(side=tries[0].side, spread_deg=max(one.spread_deg for one in tries), **means)


def comfort_from(tries: Sequence[Try], pain: int, on: date) -> Comfort:
    """The comfortable end of one side.

    Args:
        tries: Three at least, all of one side.
        pain: The most that was felt, 0 to 10.
        on: Today.

    Raises:
        Problem: With every reason to refuse them.
    """
    openings = [one.opening_deg for one in tries]
    faults = []
    if len(tries) < TRIES:
        faults.append(f"there are {len(tries)} tries, and {TRIES} are needed")
    if len({one.side for one in tries}) > 1:
        told = ", ".join(f"{one.clip}: {SIDES[one.side]}" for one in tries)
        faults.append(f"not all stretch the same side ({told})")
    if pain > MOST_PAIN:
        faults.append(f"there was pain ({pain} of 10)")
    faults += [
        f"{one.clip} goes as far as {one.opening_deg:.0f} degrees, which is no mild stretch"
        for one in tries
        if one.opening_deg > NO_MILD_DEG
    ]
    faults += [f"{one.clip} passed a stop limit ({', '.join(one.stopped)})" for one in tries if one.stopped]
    faults += [
        f"{one.clip} leans back by {one.lean_deg:.0f} degrees, more than {MOST_LEAN_DEG:g}"
        for one in tries
        if one.lean_deg > MOST_LEAN_DEG
    ]
    if openings and max(openings) - min(openings) > SPREAD_DEG:
        told = ", ".join(f"{value:.1f}" for value in openings)
        faults.append(f"the tries differ by more than {SPREAD_DEG:g} degrees ({told})")
    if faults:
        raise Problem(
            "No comfortable end was kept: " + "; ".join(faults),
            "a limit made of these could invite you farther than is good",
            "Rest, and try again another day: go in slowly and stop at the first mild stretch, never the maximum",
        )
    side: Side = "left" if tries[0].side == LEFT else "right"
    return Comfort(side=side, on=on, end_deg=min(median(openings), FARTHEST_DEG), tries_deg=tuple(openings))
