"""The two sides beside each other, and one person's own limits over time.

Which question this module answers: do left and right differ by more than measuring makes of it, and did a limit change
by more than that. Rules: safe-ranges.md 3.6 and 4.3. Whether a side ought to follow the other is no question here: each
has a limit of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Final, get_args

from calibration.baseline import Side
from calibration.progress import REPORTED_DEG, told_change
from psoas_coach.history.rows import ComfortRow, PassRow

# Not once only.
_TIMES: Final = 2
_HELD: Final = 0.2


@dataclass(frozen=True, slots=True)
class Limit:
    """The comfortable ends of one side, oldest first.

    ``change_deg``: from the first to the last, None for what measuring alone could have made.
    """

    side: Side
    ends: tuple[ComfortRow, ...]
    change_deg: float | None


def limits(comforts: Sequence[ComfortRow], first: date, last: date) -> tuple[Limit, ...]:
    """The comfortable ends of each side that was measured in a period, after the last one that held before it."""
    found = []
    for side in get_args(Side):
        mine = sorted((one for one in comforts if one.side == side and one.measured_on <= last), key=_day)
        before = [one for one in mine if one.measured_on < first]
        ends = (*before[-1:], *(one for one in mine if one.measured_on >= first))
        if ends:
            found.append(Limit(side, ends, told_change(ends[0].end_deg, ends[-1].end_deg)))
    return tuple(found)


def ends_differ(comforts: Sequence[ComfortRow]) -> bool:
    """Whether the comfortable ends of both sides, measured on one day, differed clearly on two days or more."""
    ends = {(one.measured_on, one.side): one.end_deg for one in comforts}
    pairs = [(ends.get((day, "left")), ends.get((day, "right"))) for day in {one.measured_on for one in comforts}]
    return _clearly(pairs)


def peaks_differ(passes: Sequence[PassRow]) -> bool:
    """Whether the openings in the holds of both sides, averaged over a session, differed so in two or more.

    Of one exercise at a time: another posture opens the front of the hip elsewhere.
    """
    peaks: dict[tuple[str, str], dict[Side, list[float]]] = {}
    for one in passes:
        if one.kind == "hold" and one.side is not None:
            peaks.setdefault((one.session, one.exercise), {}).setdefault(one.side, []).append(one.peak_deg)
    means = [{side: fmean(values) for side, values in found.items()} for found in peaks.values()]
    return _clearly([(found.get("left"), found.get("right")) for found in means])


def held_differs(held_s: Mapping[Side | None, float]) -> bool:
    """Whether one side was held for longer than the other by more than a fifth."""
    left_s, right_s = held_s.get("left", 0.0), held_s.get("right", 0.0)
    return abs(left_s - right_s) > _HELD * max(left_s, right_s)


def _clearly(pairs: Sequence[tuple[float | None, float | None]]) -> bool:
    both = [(left, right) for left, right in pairs if left is not None and right is not None]
    return sum(abs(left - right) > REPORTED_DEG for left, right in both) >= _TIMES


def _day(row: ComfortRow) -> date:
    return row.measured_on
