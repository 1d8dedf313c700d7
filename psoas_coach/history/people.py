"""From a profile to its rows in the history: what was measured of a person, and how they said that sessions were.

A profile keeps what limits need, the last hundred of each; what was noted here stays after it left the profile.
"""

from collections.abc import Iterator

from calibration.baseline import Neutral, Side
from calibration.profile import Profile
from psoas_coach.history.rows import ComfortRow, FeltRow, NeutralRow, PersonRow


def rows_of(profile: Profile) -> Iterator[PersonRow]:
    """What a profile says of a person."""
    name, baseline = profile.name, profile.baseline
    if baseline is not None:
        for one in baseline.standing:
            yield NeutralRow(name, baseline.on, "standing", *_of_neutral(one))
        for one in baseline.kneeling:
            yield NeutralRow(name, baseline.on, "kneeling", *_of_neutral(one))
        for one in baseline.lying:
            yield NeutralRow(name, baseline.on, "lying", *_of_neutral(one))
    for end in profile.comfort:
        yield ComfortRow(name, end.on, end.side, end.end_deg, min(end.tries_deg), max(end.tries_deg))
    for done in profile.sessions:
        yield FeltRow(name, done.at, done.stops, done.pain, done.worse_next_day)


def _of_neutral(one: Neutral) -> tuple[Side, float, float, float]:
    return one.side, one.hip_opening_deg, one.trunk_deg, one.spread_deg
