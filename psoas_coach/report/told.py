"""Numbers, times and names as they stand on a page, and the words that its scripts need."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poses.messages import Messages
from poses.movement import MEASURES
from poses.phases import Phase
from poses.records import Verdict
from poses.skeleton import SIDES
from psoas_coach.report.follow import Followed
from psoas_coach.wording import in_unit, phase_name, rule_name

# Texts of the page that its scripts write.
_OF_SCRIPTS = ("play", "pause", "space", "no_exercise", "repetition_n", "hold", "repetition", "pass_whole")


def decimal(texts: Messages, value: float, places: int = 1) -> str:
    """A number as the language writes it."""
    return texts.number(value, places)


def clock(texts: Messages, time_s: float) -> str:
    """A moment: minutes, seconds, tenths."""
    tenths = max(0, round(10 * time_s))
    seconds = decimal(texts, tenths % 600 / 10).rjust(4, "0")
    return f"{tenths // 600}:{seconds}"


def seconds(texts: Messages, length_s: float) -> str:
    """A length of time."""
    return f"{decimal(texts, length_s)}\u00a0s"


def value(number: float, measure: str) -> str:
    """A value in its unit, with a true minus, and no less than nothing."""
    told = in_unit(number, measure)
    return told[1:] if re.match(r"-0(?!\d)", told) else told.replace("-", "\u2212")


def percent(share: float) -> str:
    """A share in hundredths; none is told as nothing that is something, nor as all that is not."""
    hundredths = round(100 * share)
    if share > 0 and hundredths == 0:
        return "< 1"
    return "> 99" if share < 1 and hundredths == 100 else str(hundredths)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Ids of what a clip's page may have to name: exercises, their rules, cues and problems."""

    exercises: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    cues: tuple[str, ...]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, followed: Followed) -> "Spoken":
        """What was followed."""
        return cls(
            tuple(dict.fromkeys(who.exercise for who in followed.doing if who.exercise is not None)),
            tuple(dict.fromkeys((key.exercise, key.rule) for key in followed.series)),
            tuple(cue.id for cue in followed.cues),
            followed.problems,
        )


def for_scripts(texts: Messages, spoken: Sequence[Spoken]) -> dict[str, Any]:
    """The words that scripts write, of what is on the page only."""
    rules: dict[str, dict[str, str]] = {}
    for exercise, rule in (pair for one in spoken for pair in one.rules):
        if rule not in MEASURES:
            rules.setdefault(exercise, {})[rule] = rule_name(texts, exercise, rule)
    return {
        "decimal": texts("report", "decimal"),
        "verdicts": {verdict.value: texts("verdicts", verdict.value) for verdict in Verdict}
        | {"none": texts("verdicts", "unknown")},
        "sides": {side: texts("sides", side) for side in SIDES},
        # The side is filled in by the script.
        "roles": {"stretched": texts("roles", "stretched", side="{side}")},
        "exercises": {exercise: texts("exercises", exercise) for one in spoken for exercise in one.exercises},
        "rules": rules,
        "movement": {rule: texts("movement", rule) for rule in MEASURES},
        "phases": {phase.value: phase_name(texts, _only(spoken), phase) for phase in Phase},
        "cues": {cue: texts("cues", cue) for one in spoken for cue in one.cues},
        "problems": {problem: texts("problems", problem) for one in spoken for problem in one.problems},
        "ui": {name: texts("report", name) for name in _OF_SCRIPTS},
    }


def _only(spoken: Sequence[Spoken]) -> str | None:
    """The exercise a page is about, where it is about one."""
    names = {exercise for one in spoken for exercise in one.exercises}
    return names.pop() if len(names) == 1 else None
