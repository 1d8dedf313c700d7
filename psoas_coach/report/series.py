"""What each rule said at each frame, and the zones of its limits: what a plot of it is drawn from.

Which question this module answers: how one measure went over the whole clip. A rule is followed for each side of the
body apart, since a person's limits may differ from side to side. Numbers are packed, some ten bytes a frame and rule.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from poses.bouncing import BounceLimits
from poses.creeping import CreepLimits
from poses.exercise import Band, Exercise
from poses.lifting import LiftLimits
from poses.movement import MEASURES, GrowthLimits, Movement, TimeLimits
from poses.records import Reading, Step, Verdict
from poses.shaking import ShakeLimits
from poses.speed import SpeedLimits
from poses.swaying import SwayLimits

# How verdicts are told in the page's data. 5: fine so far, but past a limit whose delay is running.
CODES: Final[Mapping[Verdict, int]] = MappingProxyType(
    {Verdict.UNKNOWN: 1, Verdict.OK: 2, Verdict.CAUTION: 3, Verdict.STOP: 4}
)
WAITING: Final = 5


@dataclass(frozen=True, slots=True)
class Zones:
    """Where values are safe, ask for care, or for a stop; infinite where there is no limit.

    Attributes:
        target: Where the value may lie without a word.
        caution: Outside it begins caution.
        stop: Outside it begins stop.
    """

    target: Band = Band()
    caution: Band = Band()
    stop: Band = Band()


@dataclass(frozen=True, slots=True)
class Key:
    """Whose rule: exercise, the stretched leg (None where both do the same), rule, and the side it is read from."""

    exercise: str
    stretched: int | None
    rule: str
    side: int


@dataclass(slots=True)
class Series:
    """One rule over the frames.

    Attributes:
        measure: What it reads.
        values: Filtered value at each frame, NaN where not read.
        sigma: Its one-sigma uncertainty.
        codes: Verdict at each frame, see ``CODES``; 0 where the rule did not hold.
    """

    measure: str
    values: "array[float]" = field(default_factory=lambda: array("f"))
    sigma: "array[float]" = field(default_factory=lambda: array("f"))
    codes: bytearray = field(default_factory=bytearray)

    def add(self, frame: int, reading: Reading) -> None:
        """Takes what the rule said at a frame; frames come in order, not all of them."""
        self.fill(frame)
        known = reading.verdict is not Verdict.UNKNOWN
        self.values.append(reading.value if known else math.nan)
        self.sigma.append(reading.sigma if known else math.nan)
        self.codes.append(WAITING if reading.verdict is Verdict.OK and reading.pending else CODES[reading.verdict])

    def fill(self, frames: int) -> None:
        """Notes that nothing was said up to so many frames."""
        missing = frames - len(self.codes)
        if missing > 0:
            self.values.extend([math.nan] * missing)
            self.sigma.extend([math.nan] * missing)
            self.codes.extend(bytes(missing))


class EverySeries:
    """All rules of all exercises that were judged.

    Args:
        exercises: Those that may be recognised.
    """

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        self._exercises = {exercise.id: exercise for exercise in exercises}
        self._series: dict[Key, Series] = {}

    def add(self, frame: int, step: Step) -> None:
        """Takes the readings of one frame."""
        judged = step.assessment
        if judged.exercise is None:
            return
        for reading in (*judged.readings, *step.moment.readings):
            # Where both legs do the same, what is told of one side is told of the person.
            key = Key(judged.exercise, judged.stretched, reading.rule, reading.side)
            if key not in self._series:
                self._series[key] = Series(reading.measure)
            self._series[key].add(frame, reading)

    def finish(self, frames: int) -> dict[Key, Series]:
        """All series that say something, each as long as the clip, in the order of their exercise's rules."""
        found = {key: one for key, one in self._series.items() if _says_something(key, one)}
        for one in found.values():
            one.fill(frames)
        return dict(sorted(found.items(), key=lambda item: self._place(item[0])))

    def zones(self, key: Key) -> Zones:
        """The limits of a series."""
        exercise = self._exercises[key.exercise].of_side(key.side)
        if key.rule in MEASURES:
            return _zones_of_movement(exercise.movement, key.rule)
        rule = next(rule for rule in exercise.rules if rule.id == key.rule)
        return Zones(rule.target, rule.caution, rule.stop)

    def _place(self, key: Key) -> tuple[int, int, int]:
        names = [rule.id for rule in self._exercises[key.exercise].rules] + list(MEASURES)
        return list(self._exercises).index(key.exercise), key.stretched or 0, names.index(key.rule)


def _says_something(key: Key, series: Series) -> bool:
    """Whether a series has a value, and a sign of forcing more than one: who never bounced needs no plot of it."""
    known = {value for value in series.values if not math.isnan(value)}
    return len(known) > (key.rule in MEASURES)


def _zones_of_movement(movement: Movement | None, rule: str) -> Zones:
    """The limits of a sign of forcing, as far as they are limits of its value.

    How often somebody bounces, and for how long they creep, is not: those cautions have no zone.
    """
    limits = getattr(movement, rule, None)
    if isinstance(limits, SpeedLimits):
        caution = Band(-limits.caution_closing_deg_s, limits.caution_opening_deg_s)
        return Zones(caution, caution, Band(-limits.stop_closing_deg_s, limits.stop_opening_deg_s))
    ends = {
        BounceLimits: (None, "stop_peak_to_peak_deg"),
        CreepLimits: ("caution_rise_deg", "stop_rise_deg"),
        GrowthLimits: ("above_first_deg", None),
        LiftLimits: ("caution_deg", None),
        ShakeLimits: ("peak_to_peak_deg", None),
        SwayLimits: ("caution", "stop"),
        TimeLimits: ("caution_s", "stop_s"),
    }.get(type(limits), (None, None))
    caution, stop = (Band() if end is None else Band(max=getattr(limits, end)) for end in ends)
    return Zones(caution, caution, stop)
