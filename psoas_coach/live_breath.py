"""What the window and the voice make of somebody's breath in a live session.

Which question this module answers: what does the shape do that grows and shrinks, and what is said softly of a breath
that is seen. Where there is a signal the shape follows the person; else it goes by itself. Nothing here is a warning.
"""

import math
from dataclasses import replace
from typing import Final

from poses.breath import BreathReading
from poses.breathing import Watch
from poses.messages import Messages
from psoas_coach import breathing
from psoas_coach.breath_record import told_lines
from psoas_coach.breathing import Act
from psoas_coach.live_state import State
from vision.stage import Stage

_ACTS: Final[dict[str, Act]] = {"in": "breathe_in", "out": "breathe_out"}
# What was seen longer ago is not now: the shape goes by itself again.
_FRESH_S: Final = 1.0


def follows_the_person(state: State) -> bool:
    """Whether the shape is the person's own breath: where one is watched for, and seen now."""
    how, reading = state.way, state.breath.reading
    watched = how is not None and how.watch is not None
    return watched and not reading.problem and math.isfinite(reading.level) and state.time_s - reading.time_s < _FRESH_S


def softly(reading: BreathReading, watch: Watch) -> str:
    """The cue for a breath that is fast, or mostly in the chest; "" for any other."""
    if reading.problem:
        return ""
    if reading.rate_per_min - reading.rate_sigma_per_min > watch.fast_per_min:
        return watch.cue("fast")
    return watch.cue("chest") if reading.belly_share < watch.belly_share else ""


def breathing_stage(ground: Stage, state: State, texts: Messages, begin: str) -> Stage:
    """The part in which somebody breathes: the shape, what to do, and always the way out of a pace.

    Args:
        ground: What is shown in any part.
        state: Of the session.
        texts: In the person's language.
        begin: How to begin, said while they settle.
    """
    how = state.way
    now = breathing.breath_at(state.clock_s - state.since_s, how) if how is not None else None
    if how is None or now is None:
        return ground
    notes = "; ".join(texts("screening", "notes", note) for note in state.item.notes) if state.item is not None else ""
    hint = texts("live", "way_out") if how.pace is not None else notes or texts("live", "belly")
    shown = replace(
        ground,
        step=None,
        hint=hint,
        repetitions=f"{now.cycle} / {how.cycles}" if now.cycle else "",
        breath_share=now.share,
        breath_text=texts("live", now.act),
    )
    if now.act == "settle":
        return replace(shown, cue=begin)
    return shown if how.watch is None else _seen(shown, state, how.watch, texts)


def _seen(shown: Stage, state: State, watch: Watch, texts: Messages) -> Stage:
    """The same with what is seen of the breath."""
    reading = state.breath.reading
    if math.isfinite(reading.held_s):
        return replace(shown, cue=texts("cues", watch.cue("held")))
    if not follows_the_person(state):
        return replace(shown, cue=texts("breath", "problems", reading.problem) if reading.problem else "")
    # Between in and out the words before stand: to pause is not to be told to hold.
    act = texts("live", _ACTS[reading.part]) if reading.part in _ACTS else ""
    rate = texts("breath", "rate_short", rate=f"{reading.rate_per_min:.0f}")
    share = texts("breath", "share", share=f"{100.0 * reading.belly_share:.0f}")
    told = f"{rate}, {share}" if math.isfinite(reading.belly_share) else rate
    cue = softly(reading, watch)
    cue = texts("cues", cue) if cue else texts("live", "own_breath")
    return replace(shown, cue=cue, phase=told, breath_share=reading.level, breath_text=act, repetitions="")


def lines(state: State, texts: Messages) -> list[str]:
    """What is told at the end of the breathing that was watched; the gist of it beside other things that were done."""
    watched = [
        one for one in state.breaths if breathing.way(one.exercise).watch is not None and one.end_s > one.start_s
    ]
    told = [told_lines(texts, record) for record in watched]
    return list(dict.fromkeys(line for lines_ in told for line in (lines_[:1] if state.done else lines_)))
