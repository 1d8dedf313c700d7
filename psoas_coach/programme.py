"""The programme of a day: a session of 10 to 20 minutes, from the answers of the day and what was done lately.

Which question this module answers: what is done today, in which order and how much of it, and what is left out because
of what. It takes answers and counts, and knows no files, no clock and no words. Nothing that the answers withhold, or
leave to a physiotherapist, is ever in it (``plan.suited`` has the last word, as in every session).

Sources. Order (breathing, strength, at most one soft stretch, calm closing) and length: the project's own outline of
the practice, which retells its article (practice.md: breathing first among the alternatives, then strength; "balance
strength and relaxation"). Which exercises: the screening matrix (safe-ranges.md 5). How much: B7, D5, L12, L13 and 3.5
there, as in ``plan``. Days of rest: 4.3 (48 h without stretching after pain or a worse morning, twice means a
therapist), 3.5 (every day is fine; at most ten minutes a week for a muscle), 3.9 (stops end an exercise, or a session,
for today), 3.10 (pain of 4 or more ends the exercise). What is convention says so where it stands.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

from calibration.progress import Advice, advice
from calibration.screening import Level, Offer, Outcome
from poses.breathing_file import breathing_exercise
from poses.exercise import Exercise
from psoas_coach.breathing import BELLY, closing_way, way
from psoas_coach.history.recent import Recent
from psoas_coach.plan import Item, Plan, default_plan, most_repetitions, suited

# In this order: who lies for breathing stays down for two exercises, and then stands up once (convention).
STRENGTH: Final = ("bridge", "dead-bug", "standing-core")
# The first that may be done is the one stretch of the day: the lunge is the practice's main one (safe-ranges.md 2.1);
# the one lying is for whoever may not kneel (S11). The rocked lunge is left to whoever asks for it (convention).
STRETCHES: Final = ("low-lunge", "supine-hip-opening")
# The issue's own numbers: as long a programme is at least and at most.
LEAST_S: Final = 600.0
MOST_S: Final = 1200.0
# Safe-ranges.md 3.5: at most ten minutes a week for each muscle; L13: at most 90 s a side (of a session there, of a
# day here, as its cue says: "enough for this side today").
WEEK_S: Final = 600.0
DAY_S: Final = 90.0
# Between steps, and between holds: 3.5 says 10 s at least; twice that is unhurried (convention).
REST_S: Final = 20.0
# What things take, to tell how long it will be (convention): to come into the posture until the countdown is over, to
# glide in and out of a hold, and one repetition. A bridge stays 2 to 3 s at the top (V24); a leg of a dead bug takes
# 3 s each way (D4); who marches takes four calm seconds or a little more (section 6, rep_slow).
READY_S: Final = 20.0
_IN_AND_OUT_S: Final = 8.0
_REPETITION_S: Final[Mapping[str, float]] = {"bridge": 10.0, "dead-bug": 6.0, "standing-core": 5.0}

Reason = Literal["answers", "stress", "resting", "therapist", "week", "today", "over", "only_breathing"]
Purpose = Literal["arrive", "strength", "stretch", "close"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An exercise that is not in the programme, and why: the first reason, in the order of ``Reason``."""

    exercise: str
    why: Reason


@dataclass(frozen=True, slots=True)
class Programme:
    """What is done today.

    Attributes:
        plan: The session, as ``live`` follows it.
        length_s: How long it takes, as far as that can be told before.
        left_out: What else there would have been.
        rest_until: Until when not to stretch, or None.
        therapist: Whether to talk to one before stretching again.
        see: Whom the answers say to see, ids of ``[screening.see]``.
        last: On which day the last session was, or None.
    """

    plan: Plan
    length_s: float
    left_out: tuple[LeftOut, ...]
    rest_until: datetime | None
    therapist: bool
    see: tuple[str, ...]
    last: date | None

    @property
    def short(self) -> bool:
        """Whether so little is left that it is no whole programme."""
        return self.length_s < LEAST_S

    def purpose(self, number: int) -> Purpose:
        """What a step of the plan is for, by its number from 0."""
        item = self.plan.items[number]
        if item.breathes:
            return "arrive" if number == 0 else "close"
        return "stretch" if item.exercise in STRETCHES else "strength"


def compose(outcome: Outcome, recent: Recent, exercises: Sequence[Exercise], now: datetime) -> Programme | None:
    """The programme of a day; None where help or a doctor comes first, and there is nothing but the referral.

    Where only breathing is left the programme is short, and says so: a day of rest has no dose to fill (convention).
    With anything to move in it, breathing before and after is made longer where it would not last ten minutes, within
    what its own file allows.

    Args:
        outcome: What the answers of today mean.
        recent: What was done lately.
        exercises: All there are, with the limits that hold for this person.
        now: When it begins, by the person's own clock.
    """
    if outcome.stops:
        return None
    said = advice((), recent.told, now)
    usual = {name: default_plan(exercises, name).items for name in (*STRENGTH, *STRETCHES)}
    against = {name: _against(items[0], outcome.offers, recent, said) for name, items in usual.items()}
    strength = [item for name in STRENGTH if against[name] is None for item in usual[name]]
    chosen = next((name for name in STRETCHES if against[name] is None), None)
    stretch = [replace(item, repetitions=_holds(item, recent)) for item in (usual[chosen] if chosen else ())]
    moves = tuple(replace(item, rest_s=REST_S) for item in (*strength, *stretch))
    plan = _with_breathing(moves, outcome.offers)
    # Where one stretch is chosen, the other one is not missing.
    missing = STRENGTH if chosen else (*STRENGTH, *STRETCHES)
    left_out = tuple(LeftOut(name, why) for name in missing if (why := against[name]) is not None)
    return Programme(plan, length_s(plan), left_out, said.rest_until, said.therapist, outcome.see, recent.last)


def length_s(plan: Plan) -> float:
    """How long a plan takes in seconds, as far as that can be told before."""
    closing = closing_way(plan.breathing).length_s if plan.breathing else 0.0
    return sum(item_s(item) for item in plan.items) + closing


def item_s(item: Item) -> float:
    """How long one step takes in seconds, with the rest after it."""
    if item.breathes:
        how = way(item.exercise, item.notes, item.repetitions, full=item.full)
        return how.settle_s + how.length_s
    one_s = _REPETITION_S.get(item.exercise)
    if one_s is not None:
        return READY_S + item.repetitions * one_s + item.rest_s
    return READY_S + item.repetitions * (item.hold_s + _IN_AND_OUT_S + item.rest_s)


def _with_breathing(moves: tuple[Item, ...], offers: Mapping[str, Offer]) -> Plan:
    """The plan of what is moved, with breathing before and after, as the answers allow it."""
    belly, known = default_plan((), BELLY).items[0], breathing_exercise(BELLY)

    def made(cycles: int) -> Plan:
        if not moves:
            return suited(Plan((replace(belly, repetitions=cycles),)), offers)
        first, last = cycles - cycles // 2, cycles // 2
        return suited(Plan((replace(belly, repetitions=first), *moves, replace(belly, repetitions=last))), offers)

    # Two minutes before and two after (convention, that of the breathing exercise).
    plan = made(2 * known.cycles)
    missing_s = LEAST_S - length_s(plan)
    if not moves or missing_s <= 0.0:
        return plan
    return made(min(2 * known.cycles + math.ceil(missing_s / known.pace.cycle_s), known.most_cycles))


def _against(item: Item, offers: Mapping[str, Offer], recent: Recent, said: Advice) -> Reason | None:
    """What stands against an exercise today; None for nothing."""
    name, offer = item.exercise, offers.get(item.exercise, Offer(Level.WITHHELD))
    if offer.level > Level.EASED:
        return "answers"
    reason = _against_stretching(item, offer, recent, said) if name in STRETCHES else _is_done(item, recent)
    if reason is not None:
        return reason
    if name in recent.over:
        return "over"
    return "only_breathing" if recent.only_breathing else None


def _against_stretching(item: Item, offer: Offer, recent: Recent, said: Advice) -> Reason | None:
    # The matrix lets whoever is tense from stress open the hip slowly, lying, but its text offers no stretch that day
    # (S5): nobody is given one they did not ask for.
    if "slow" in offer.notes:
        return "stress"
    if said.rest_until is not None:
        return "resting"
    if said.therapist:
        return "therapist"
    if _fitting(recent.week_s, WEEK_S, item) < 1:
        return "week"
    return "today" if _fitting(recent.today_s, DAY_S, item) < 1 else None


def _is_done(item: Item, recent: Recent) -> Reason | None:
    """Whether as many more repetitions would be more than one session may have (B7, D5; of a day: convention)."""
    done = recent.repeated.get(item.exercise, 0) + item.repetitions
    return "today" if done > most_repetitions(item.exercise) else None


def _holds(item: Item, recent: Recent) -> int:
    """How many holds a side: as many on both, though one may have room for more (3.6: no side is to catch up)."""
    return min(item.repetitions, _fitting(recent.week_s, WEEK_S, item), _fitting(recent.today_s, DAY_S, item))


def _fitting(done_s: tuple[float, float], most_s: float, item: Item) -> int:
    """How many holds still fit on the side that was stretched more."""
    return math.floor((most_s - max(done_s)) / item.hold_s)
