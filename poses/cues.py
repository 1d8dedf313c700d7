"""The one thing to tell the person now.

Which question this module answers: of all that is wrong, what is said first, and is it time to say it aloud. Priority
as in safe-ranges.md 3.9: what stands in the way of seeing, then stop, then caution; within these the exercise's own
order of rules.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from poses.exercise import Exercise, Rule
from poses.records import Cue, Reading, Verdict

# Convention of safe-ranges.md 3.9: the same words are not spoken again sooner.
SAME_CUE_GAP_S: Final = 8.0
# A view problem that comes and goes is not worth a word (convention: as long as the on-delay of a caution).
PROBLEM_ON_S: Final = 0.8

# Words stay this long while nothing can be seen that would take them back (as long as the smoothing remembers).
HELD_S: Final = 0.5

# What is said for each problem of poses.view; every one of them means that nothing is judged.
PROBLEM_CUES: Final = {
    "too_few_frames": "no_view",
    "no_person": "no_view",
    "not_whole": "move_back",
    "turn_side": "turn_side",
    "too_small": "no_view",
    "unclear": "no_view",
}


@dataclass(frozen=True, slots=True)
class CueMemory:
    """What is being said and why.

    Attributes:
        cue: What is shown.
        spoken: When each cue was last spoken: pairs of id and media time.
        problem_since_s: Since when something, whatever it is, stands in the way of seeing; None when nothing does.
        held_s: When there was last a reason for ``cue``.
    """

    cue: Cue | None = None
    spoken: tuple[tuple[str, float], ...] = ()
    problem_since_s: float | None = None
    held_s: float = -math.inf


def choose(
    exercise: Exercise | None,
    readings: Sequence[Reading],
    problem: str,
    time_s: float,
    memory: CueMemory,
    *,
    still: bool = False,
) -> tuple[Cue | None, bool, CueMemory]:
    """Chooses the cue of one moment.

    Args:
        exercise: The recognised exercise, or None.
        readings: Its readings.
        problem: The view problem in force, "" for none.
        time_s: Media time.
        memory: What the last call returned.
        still: The moment is a photograph.

    Returns:
        The cue to show or None, whether to speak it now, and the new memory.
    """
    problem_since = memory.problem_since_s if problem and memory.problem_since_s is not None else time_s
    wanted = None
    if problem:
        if still or time_s - problem_since >= PROBLEM_ON_S:
            wanted = (PROBLEM_CUES[problem], Verdict.UNKNOWN)
    elif exercise is not None:
        wanted = _most_urgent(exercise, readings)
    since = problem_since if problem else None
    if wanted is None:
        kept = memory.cue
        clear = exercise is not None and all(reading.verdict is not Verdict.UNKNOWN for reading in readings)
        if clear or kept is None or time_s - memory.held_s > HELD_S or kept.verdict is Verdict.UNKNOWN:
            return None, False, CueMemory(None, memory.spoken, since, time_s)
        # What cannot be seen for a moment has not been mended: the words stay.
        return kept, False, CueMemory(kept, memory.spoken, since, memory.held_s)
    same = memory.cue is not None and (memory.cue.id, memory.cue.verdict) == wanted
    cue = memory.cue if same and memory.cue is not None else Cue(*wanted, since_s=time_s)
    last = dict(memory.spoken).get(cue.id, -math.inf)
    speak = time_s - last >= SAME_CUE_GAP_S
    spoken = memory.spoken
    if speak:
        spoken = (*(entry for entry in spoken if entry[0] != cue.id), (cue.id, time_s))
    return cue, speak, CueMemory(cue, spoken, since, time_s)


def _most_urgent(exercise: Exercise, readings: Sequence[Reading]) -> tuple[str, Verdict] | None:
    rules = {rule.id: rule for rule in exercise.rules}
    for verdict in (Verdict.STOP, Verdict.CAUTION):
        for reading in readings:
            if reading.verdict is verdict:
                return cue_of(rules[reading.rule], verdict, reading.limit), verdict
    return None


def cue_of(rule: Rule, verdict: Verdict, limit: float) -> str:
    """Id of the cue for a caution or stop of a rule, by the limit that was passed."""
    if verdict is Verdict.STOP:
        return rule.cue_stop
    return rule.cue_high if limit == rule.caution.max else rule.cue_low
