"""Two clips of one exercise side by side: what is the same moment in both, and what differs by more than can be chance.

Which question this module answers: which exercise both clips show, by what it is aligned (repetition by repetition,
hold by hold, or from the beginning), and how each pair differs. A difference of the front of the hip under 8 degrees is
no change that could be told (safe-ranges.md 4.3), and more is never called better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from poses.messages import Messages
from poses.problem import Problem
from psoas_coach.report.told import seconds, value
from psoas_coach.summary import HoldRecord, RepetitionRecord, Summary
from psoas_coach.wording import rule_name

# Less is within what measuring, and one day beside another, make of the same movement.
TOLD_FROM_DEG: Final = 8.0
# A shorter difference of times is none.
_TOLD_FROM_S: Final = 0.5

By = Literal["repetitions", "holds", "whole"]
Pass = RepetitionRecord | HoldRecord


@dataclass(frozen=True, slots=True)
class Alignment:
    """What is compared: an exercise that both clips show, and by what."""

    exercise: str
    by: By


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the comparison: of which pass, what, in the first, in the second, and what to make of it."""

    number: str
    what: str
    first: str
    second: str
    difference: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a rule's limits were passed in each clip, in words."""

    rule: str
    first: str
    second: str


def align(first: Summary, second: Summary) -> Alignment:
    """What two clips can be compared by.

    Raises:
        Problem: They show no exercise, or not the same one.
    """
    shown = [{seen.id: seen.judged_s for seen in one.exercises} for one in (first, second)]
    for summary, exercises in zip((first, second), shown, strict=True):
        if not exercises:
            raise Problem(
                f"{summary.clip.name} shows no exercise that is known",
                "only the same exercise can be laid side by side",
                "Compare clips in which it is recognised, or name it with --exercise",
            )
    common = shown[0].keys() & shown[1].keys()
    if not common:
        names = [", ".join(sorted(exercises)) for exercises in shown]
        raise Problem(
            f"{first.clip.name} shows {names[0]}, and {second.clip.name} {names[1]}",
            "angles of different exercises cannot be compared",
            "Compare two clips of the same exercise",
        )
    exercise = max(sorted(common), key=lambda name: min(shown[0][name], shown[1][name]))
    ways: tuple[By, ...] = ("repetitions", "holds")
    both = [by for by in ways if passes(first, exercise, by) and passes(second, exercise, by)]
    return Alignment(exercise, both[0] if both else "whole")


def passes(summary: Summary, exercise: str, by: By) -> list[Pass]:
    """The repetitions or holds of an exercise."""
    if by == "whole":
        return []
    done: Sequence[Pass] = summary.repetitions if by == "repetitions" else summary.holds
    return [one for one in done if one.exercise == exercise]


def pairs(texts: Messages, first: Summary, second: Summary, alignment: Alignment) -> list[Pair]:
    """How each pass differs from the one of the same number."""
    done = [passes(summary, alignment.exercise, alignment.by) for summary in (first, second)]
    lines = []
    for number in range(max(map(len, done))):
        one, other = (each[number] if number < len(each) else None for each in done)
        name = str(number + 1)
        peaks = [None if each is None else each.peak for each in (one, other)]
        lines.append(_pair(texts, name, "peak_opening", peaks, TOLD_FROM_DEG))
        for what, lengths in _lengths(one, other):
            lines.append(_pair(texts, "", what, lengths, _TOLD_FROM_S))
    return lines


def counted(texts: Messages, first: Summary, second: Summary, exercise: str) -> list[Counted]:
    """How often each rule's limits were passed; only rules that found something."""
    found = [[one for one in summary.findings if one.exercise == exercise] for summary in (first, second)]
    lines = []
    for rule in dict.fromkeys(finding.rule for each in found for finding in each):
        told = []
        for each in found:
            verdicts = [finding.verdict for finding in each if finding.rule == rule]
            parts = [f"{verdicts.count(v)} × {texts('verdicts', v)}" for v in ("stop", "caution") if v in verdicts]
            told.append(", ".join(parts) or "–")
        lines.append(Counted(rule_name(texts, exercise, rule), *told))
    return lines


def _lengths(one: Pass | None, other: Pass | None) -> list[tuple[str, list[float | None]]]:
    """What of two passes is compared in seconds, by the key of its name."""
    kind = one or other
    parts: tuple[tuple[str, str], ...] = (("up", "up_s"), ("top", "top_hold_s"), ("down", "down_s"))
    if isinstance(kind, HoldRecord):
        parts = (("held_for", "seen_s"),)
    return [(name, [None if each is None else getattr(each, part) for each in (one, other)]) for name, part in parts]


def _pair(texts: Messages, number: str, what: str, both: list[float | None], told_from: float) -> Pair:
    in_degrees = what == "peak_opening"

    def told(amount: float) -> str:
        return value(amount, "hip_opening_deg") if in_degrees else seconds(texts, amount)

    first, second = both
    if first is None or second is None:
        difference = texts("report", "alone")
    elif abs(second - first) < told_from:
        difference = texts("report", "no_change")
    else:
        ways = ("larger", "smaller") if in_degrees else ("longer", "shorter")
        difference = texts("report", ways[second < first], value=told(abs(second - first)))
    shown = ["–" if amount is None else told(amount) for amount in both]
    return Pair(number, texts("report", what), shown[0], shown[1], difference)
