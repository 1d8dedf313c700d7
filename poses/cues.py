"""The one thing to tell the person now.

Which question this module answers: of all that is wrong, what is said first, and is it time to say it aloud. Priority
as in safe-ranges.md 3.9: stop, caution, the end of an exercise, what stands in the way of seeing, praise; among stops
and among cautions the main range, bouncing and speed, other ranges, creeping, time, technique.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from poses import view
from poses.exercise import Exercise, Rule
from poses.movement import MEASURES
from poses.records import Cue, Reading, Verdict

# Convention of safe-ranges.md 3.9: the same words are not spoken again sooner.
SAME_CUE_GAP_S: Final = 8.0
# A view problem that comes and goes is not worth a word (convention: as long as the on-delay of a caution).
PROBLEM_ON_S: Final = 0.8

# Words stay this long while nothing can be seen that would take them back (as long as the smoothing remembers).
HELD_S: Final = 0.5

# Praise comes after so long without a fault (safe-ranges.md 3.9), is shown for a while and not said again too soon.
PRAISE: Final = "good"
PRAISE_AFTER_S: Final = 5.0
PRAISE_SHOWN_S: Final = 3.0
PRAISE_GAP_S: Final = 20.0
# What is said when there was one stop too many, and for how long nothing else is.
ENDINGS: Final = {"exercise": "pain_stop", "session": "session_end"}
ENDING_S: Final = 4.0
# Among the rules of range with a stop limit, 20 and on, and those of technique, 60 and on.
_MOVEMENT_RANKS: Final = {
    "bounce": 10,
    "speed": 11,
    "creep": 40,
    "growth": 41,
    "shake": 42,
    "tempo": 12,
    "sway": 13,
    "lift": 43,
    "hold": 50,
    "dose": 51,
}

# What is said for each problem of poses.view; every one of them means that nothing is judged, or not all.
PROBLEM_CUES: Final = {
    "too_few_frames": "no_view",
    "no_person": "no_view",
    "not_whole": "move_back",
    "turn_side": "turn_side",
    "face_camera": "face_camera",
    "too_small": "no_view",
    "unclear": "no_view",
    "legs": "no_view",
    "not_alone": "one_person",
    "lost_track": "no_view",
    "oblique": "not_checked",
    "far_leg": "not_checked",
}


@dataclass(frozen=True, slots=True)
class CueMemory:
    """What is being said and why.

    Attributes:
        cue: What is shown.
        spoken: When each cue was last spoken: pairs of id and media time.
        problem_since_s: Since when something, whatever it is, stands in the way of seeing; None when nothing does.
        held_s: When there was last a reason for ``cue``.
        calm_since_s: Since when all is well, or None.
        ending: What the last stop that was one too many ended, and when.
    """

    cue: Cue | None = None
    spoken: tuple[tuple[str, float], ...] = ()
    problem_since_s: float | None = None
    held_s: float = -math.inf
    calm_since_s: float | None = None
    ending: tuple[str, float] | None = None


def choose(
    exercise: Exercise | None,
    readings: Sequence[Reading],
    problem: str,
    time_s: float,
    memory: CueMemory,
    *,
    still: bool = False,
    ends: str = "",
) -> tuple[Cue | None, bool, CueMemory]:
    """Chooses the cue of one moment.

    Args:
        exercise: The recognised exercise, or None.
        readings: Its readings.
        problem: The view problem in force, "" for none.
        time_s: Media time.
        memory: What the last call returned.
        still: The moment is a photograph.
        ends: "exercise" or "session" when a stop just now was one too many.

    Returns:
        The cue to show or None, whether to speak it now, and the new memory.
    """
    problem_since = memory.problem_since_s if problem and memory.problem_since_s is not None else time_s
    wanted = None
    unjudged = bool(problem) and problem not in view.PARTLY
    urgent = _most_urgent(exercise, readings) if exercise is not None and not unjudged else None
    ending = (ends, time_s) if ends else memory.ending
    if ending is not None and urgent is not None and time_s - ending[1] < ENDING_S:
        # First come out of it: "rest here" must not be said of a posture that is too deep.
        ending = (ending[0], time_s)
    calm = urgent is None and not problem and exercise is not None and _is_calm(readings)
    calm_since = None if not calm else time_s if memory.calm_since_s is None else memory.calm_since_s
    if ending is not None and urgent is None and time_s - ending[1] < ENDING_S:
        wanted = (ENDINGS[ending[0]], Verdict.STOP)
    elif urgent is not None:
        # Also where the legs are not seen well: what can be told is told.
        wanted = urgent
    elif problem:
        if still or time_s - problem_since >= PROBLEM_ON_S:
            wanted = (PROBLEM_CUES[problem], Verdict.UNKNOWN)
    elif exercise is not None:
        wanted = _praise(calm_since, time_s, memory)
    since = problem_since if problem else None
    if wanted is None:
        kept = memory.cue
        clear = exercise is not None and all(reading.verdict is not Verdict.UNKNOWN for reading in readings)
        if clear or kept is None or time_s - memory.held_s > HELD_S or kept.verdict is Verdict.UNKNOWN:
            return None, False, CueMemory(None, memory.spoken, since, time_s, calm_since, ending)
        # What cannot be seen for a moment has not been mended: the words stay.
        return kept, False, CueMemory(kept, memory.spoken, since, memory.held_s, calm_since, ending)
    same = memory.cue is not None and (memory.cue.id, memory.cue.verdict) == wanted
    cue = memory.cue if same and memory.cue is not None else Cue(*wanted, since_s=time_s)
    last = dict(memory.spoken).get(cue.id, -math.inf)
    speak = time_s - last >= (SAME_CUE_GAP_S if cue.verdict is not Verdict.OK else PRAISE_GAP_S)
    spoken = memory.spoken
    if speak:
        spoken = (*(entry for entry in spoken if entry[0] != cue.id), (cue.id, time_s))
    return cue, speak, CueMemory(cue, spoken, since, time_s, calm_since, ending)


def _most_urgent(exercise: Exercise, readings: Sequence[Reading]) -> tuple[str, Verdict] | None:
    for verdict in (Verdict.STOP, Verdict.CAUTION):
        said = [reading for reading in readings if reading.verdict is verdict]
        if said:
            first = min(said, key=lambda reading: _rank(exercise, reading.rule))
            return cue_for(exercise, first.rule, verdict, first.limit), verdict
    return None


def _rank(exercise: Exercise, rule: str) -> int:
    """Which of several rules is told first: the main range, bouncing and speed, arching, creep, time, technique."""
    if rule in _MOVEMENT_RANKS:
        return _MOVEMENT_RANKS[rule]
    if rule == exercise.rules[0].id:
        return 0
    place = next(number for number, one in enumerate(exercise.rules) if one.id == rule)
    return (20 if exercise.rules[place].has_stop else 60) + place


def _is_calm(readings: Sequence[Reading]) -> bool:
    """Whether, of readings without a caution or stop, nothing is on its way to be one either."""
    # What a detector cannot tell yet is no fault; a limit that was not read is.
    return bool(readings) and all(
        (one.verdict is Verdict.OK and not one.pending) or one.rule in MEASURES for one in readings
    )


def _praise(calm_since_s: float | None, time_s: float, memory: CueMemory) -> tuple[str, Verdict] | None:
    if calm_since_s is None or time_s - calm_since_s < PRAISE_AFTER_S:
        return None
    last = dict(memory.spoken).get(PRAISE, -math.inf)
    shown = time_s - last < PRAISE_SHOWN_S
    return (PRAISE, Verdict.OK) if shown or time_s - last >= PRAISE_GAP_S else None


def cue_for(exercise: Exercise, rule: str, verdict: Verdict, limit: float) -> str:
    """Id of the cue for a caution or stop of a rule of range or of movement."""
    if rule in MEASURES:
        caution, stop = exercise.movement.cues[rule] if exercise.movement else ("", "")
        return stop if verdict is Verdict.STOP else caution
    return cue_of(next(one for one in exercise.rules if one.id == rule), verdict, limit)


def cue_of(rule: Rule, verdict: Verdict, limit: float) -> str:
    """Id of the cue for a caution or stop of a rule, by the limit that was passed."""
    if verdict is Verdict.STOP:
        return rule.cue_stop
    # Of a rule with limits on both sides the nearer one; personal limits are not those of the rule.
    high = not rule.cue_low or abs(limit - rule.caution.max) < abs(limit - rule.caution.min)
    return rule.cue_high if rule.cue_high and high else rule.cue_low
