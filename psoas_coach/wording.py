"""Turns steps and summaries into words of one language, for the picture and for the terminal."""

from collections.abc import Sequence
from typing import Final

from poses.exercise import Exercise
from poses.messages import Messages
from poses.movement import MEASURES
from poses.phases import Phase
from poses.records import Step, Verdict
from poses.skeleton import SIDES
from psoas_coach.summary import FindingRecord
from vision.overlay import OverlayWords

# Exercises in which nothing goes up and down.
_OWN_PHASES: Final = ("dynamic-lunge", "dead-bug", "standing-core", "standing-core-front")
_REPEATED: Final = (Phase.UP, Phase.TOP, Phase.DOWN)


def overlay_words(texts: Messages, step: Step, exercise: Exercise | None) -> OverlayWords:
    """What stands on the picture of one step."""
    problem = texts("problems", step.assessment.problems[0]) if step.assessment.problems else ""
    return OverlayWords(
        exercise=texts("exercises", exercise.id) if exercise else texts("summary", "none"),
        side=_side(texts, step, exercise),
        # Where nothing is judged the problem's own sentence says more than the cue that stands for it aloud.
        cue=texts("cues", step.cue.id) if step.cue and not problem else "",
        problem=problem,
        rules={rule.id: rule_name(texts, exercise.id, rule.id) for rule in exercise.rules} if exercise else {},
        verdicts={verdict: texts("verdicts", verdict.value) for verdict in Verdict},
    )


def _side(texts: Messages, step: Step, exercise: Exercise | None) -> str:
    """The stretched leg where there is one, else the side that is looked at."""
    if exercise is None or exercise.view == "front":
        return ""
    judged = step.assessment
    if judged.stretched is None:
        return texts("roles", "near", side=texts("sides", SIDES[judged.near]))
    return texts("roles", "stretched", side=texts("sides", SIDES[judged.stretched]))


def rule_name(texts: Messages, exercise: str, rule: str) -> str:
    """What a rule is called."""
    return texts("movement", rule) if rule in MEASURES else texts("rules", exercise, rule)


def phase_name(texts: Messages, exercise: str | None, phase: Phase) -> str:
    """What a phase of an exercise is called."""
    if exercise in _OWN_PHASES and phase in _REPEATED:
        return texts("live", "phases_of", exercise, phase.value)
    return texts("live", "phases", phase.value)


def unseen_sentence(texts: Messages, exercise: str, unseen: Sequence[str]) -> str:
    """What of an exercise is not checked from where the camera stands; "" where nothing is named."""
    what = ", ".join(texts("unseen", name) for name in unseen)
    return texts("summary", "unseen", exercise=texts("exercises", exercise), what=what) if unseen else ""


def in_unit(value: float, measure: str) -> str:
    """A value with its unit: degrees, or hundredths of a ratio."""
    unit = _unit(measure)
    return f"{100.0 * value:.0f} %" if unit == "%" else f"{abs(value) if unit == '°/s' else value:.0f}{unit}"


def peak_of(finding: FindingRecord) -> str:
    """The peak of a finding with its uncertainty."""
    unit = _unit(finding.measure)
    if unit == " s":
        return in_unit(finding.peak, finding.measure)
    if unit == "%":
        sigma = round(100.0 * finding.sigma)
        return f"{100.0 * finding.peak:.0f} ± {sigma} %" if sigma else in_unit(finding.peak, finding.measure)
    return f"{abs(finding.peak) if unit == '°/s' else finding.peak:.0f} ± {finding.sigma:.0f}{unit}"


def _unit(measure: str) -> str:
    """The unit that stands in the name of a measure; a ratio is told in hundredths."""
    for ending, unit in (("_deg_s", "°/s"), ("_deg", "°"), ("_s", " s")):
        if measure.endswith(ending):
            return unit
    return "%"
