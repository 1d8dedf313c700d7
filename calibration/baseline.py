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

from calibration.refusal import Refused
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
# Into the stretch at 10 degrees a second at most (safe-ranges.md 4.2). Over half a second that is measured some degrees
# a second off: half more than was asked for is surely too fast (convention).
FASTEST_DEG_S: Final = 15.0

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


def with_older(new: Baseline, before: Baseline | None) -> Baseline:
    """A new calibration, with what of one of the last week was not measured anew.

    All of it is then as old as its oldest part, so that nothing holds longer than it should. What is older than a week
    is left out, since all would lapse with it soon.
    """
    if before is None or not timedelta(0) <= new.on - before.on <= COMFORT_HOLDS:
        return new
    parts, borrowed = {}, False
    for name in ("standing", "kneeling", "lying"):
        mine = getattr(new, name)
        older = [one for one in getattr(before, name) if one.side not in {other.side for other in mine}]
        parts[name], borrowed = (*mine, *older), borrowed or bool(older)
    return new.model_copy(update={**parts, "on": before.on if borrowed else new.on})


@dataclass(frozen=True, slots=True)
class Try:
    """One try at a comfortable end.

    Attributes:
        clip: What it is called.
        side: The stretched side.
        opening_deg: How far the front of the hip was opened while it was held.
        lean_deg: How far the trunk leaned back, the person's own neutral taken off.
        stopped: Rules that said stop.
        fastest_deg_s: How fast the front of the hip opened in the fastest half second on the way there.
    """

    clip: str
    side: int
    opening_deg: float
    lean_deg: float
    stopped: tuple[str, ...] = ()
    fastest_deg_s: float = 0.0

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Why it may not count: a reason, and what is told of it."""
        found = []
        if self.stopped:
            found.append(("stopped", f"{self.clip} passed a stop limit ({', '.join(self.stopped)})"))
        if self.opening_deg > NO_MILD_DEG:
            told = f"{self.clip} goes as far as {self.opening_deg:.0f} degrees, which is no mild stretch"
            found.append(("no_mild", told))
        if self.lean_deg > MOST_LEAN_DEG:
            told = f"{self.clip} leans back by {self.lean_deg:.0f} degrees, more than {MOST_LEAN_DEG:g}"
            found.append(("leans_back", told))
        if self.fastest_deg_s > FASTEST_DEG_S:
            told = f"{self.clip} goes in at {self.fastest_deg_s:.0f} degrees a second, faster than {FASTEST_DEG_S:g}"
            found.append(("too_fast", told))
        return found


def agreed(tries: Sequence[Neutral]) -> Neutral:
    """One neutral posture from all tries at it with one side turned to the camera.

    Raises:
        Refused: They differ by more than ``REPEAT_DEG``, or none of them is a neutral posture.
    """
    for name in ("hip_opening_deg", "trunk_deg"):
        values = [getattr(one, name) for one in tries]
        if max(values) - min(values) > REPEAT_DEG:
            told = ", ".join(f"{value:.1f}" for value in values)
            raise Refused(
                f"The tries differ by more than {REPEAT_DEG:g} degrees ({name.removesuffix('_deg')}: {told})",
                "a posture that is another one each time is no neutral one",
                "Relax, take it again, and keep still for three seconds",
                "repeats_differ",
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
        Refused: With every reason to refuse them.
    """
    openings = [one.opening_deg for one in tries]
    faults = []
    if len(tries) < TRIES:
        faults.append(("too_few_tries", f"there are {len(tries)} tries, and {TRIES} are needed"))
    if len({one.side for one in tries}) > 1:
        told = ", ".join(f"{one.clip}: {SIDES[one.side]}" for one in tries)
        faults.append(("other_side", f"not all stretch the same side ({told})"))
    if pain > MOST_PAIN:
        faults.append(("pain", f"there was pain ({pain} of 10)"))
    faults += [fault for one in tries for fault in one.faults]
    if openings and max(openings) - min(openings) > SPREAD_DEG:
        told = ", ".join(f"{value:.1f}" for value in openings)
        faults.append(("tries_differ", f"the tries differ by more than {SPREAD_DEG:g} degrees ({told})"))
    if faults:
        raise Refused(
            "No comfortable end was kept: " + "; ".join(told for _, told in faults),
            "a limit made of these could invite you farther than is good",
            "Rest, and try again another day: go in slowly and stop at the first mild stretch, never the maximum",
            *dict.fromkeys(reason for reason, _ in faults),
        )
    side: Side = "left" if tries[0].side == LEFT else "right"
    return Comfort(side=side, on=on, end_deg=min(median(openings), FARTHEST_DEG), tries_deg=tuple(openings))
