"""What the window shows of a live calibration: from its state to a ``Stage``, in words of the person's language."""

import math
from dataclasses import replace
from typing import Final

from poses.messages import Messages
from poses.records import Step, Verdict
from poses.skeleton import SIDES
from psoas_coach.calibrate_state import BREATH_S, CalibrationState
from psoas_coach.live_stage import trouble_sentence
from psoas_coach.takes import SEEN, STANDING_SEEN
from vision.stage import Stage

# What each key does: a key of [live.keys] or of [calibrate.keys].
KEYS: Final = {"y": "yes", "r": "redo", " ": "space", "p": "pain", "s": "skip", "q": "quit", "l": "language",
               "v": "voice", "f": "full_screen", "h": "help"}  # fmt: skip
_OWN_KEYS: Final = ("yes", "redo")
# As long as a sentence is read (convention, as in ``live_stage``).
_NOTICE_S: Final = 5.0
# From so much stillness on the ring fills, and what was refused before is over.
_RING_S: Final = 0.7


def task_sentence(state: CalibrationState, texts: Messages) -> str:
    """What to do for the task under way."""
    task = state.task
    if task is None:
        return ""
    name: str = task.kind
    if task.kind == "comfort":
        name = "going_in" if state.ready else "tall"
    elif task.turn:
        name = f"{task.kind}_other"
    return texts("calibrate", "do", name)


def next_sentence(state: CalibrationState, texts: Messages) -> str:
    """What comes after this measurement; "" after the last."""
    return task_sentence(replace(state, place=state.next_place, ready=False), texts)


def refusal_sentence(state: CalibrationState, texts: Messages) -> str:
    """Why the last take was refused: the most important reason."""
    return texts("calibrate", "refused", state.refused[0]) if state.refused else ""


def coaching(state: CalibrationState, step: Step, texts: Messages, *, set_up: bool = False) -> tuple[str, str]:
    """What would make it better: an id and a sentence; both "" where only the posture is missing and it is set up.

    Args:
        state: Of the calibration.
        step: What is seen.
        texts: In the person's language.
        set_up: Whether only the view matters yet.
    """
    task, problems = state.task, step.assessment.problems
    fine = STANDING_SEEN if task is not None and task.kind == "standing" else SEEN
    # Of somebody whose legs are badly seen enough is seen to keep still, and not enough to be measured.
    if problems and (problems[0] not in fine or problems[0] in ("unclear", "legs", "oblique")):
        return problems[0], texts("problems", problems[0])
    if state.side is not None and step.raw.facing and step.raw.near != state.side:
        return "other_side", texts("live", "turn", SIDES[state.side])
    if set_up:
        return "", ""
    seen = step.assessment
    if task is not None and task.kind in ("kneeling", "comfort") and seen.stretched not in (None, step.raw.near):
        return "far_knee", texts("calibrate", "far_knee")
    return "do", task_sentence(state, texts)


def stage_of(state: CalibrationState, texts: Messages, voice_notice: str, lines: tuple[str, ...]) -> Stage:
    """What to show now.

    Args:
        state: Of the calibration.
        texts: In the person's language.
        voice_notice: What the voice has to tell.
        lines: The summary, once it is over.
    """
    total, task = len(state.tasks), state.task
    ground = Stage(
        state.part,
        frame=state.frame,
        step=state.step,
        title=texts("calibrate", "titles", task.kind) if task is not None and not state.ended else "",
        side=_side(state, texts),
        notice=_notice(state, texts, voice_notice),
        keys=tuple(_keys(texts)) if state.helping else (),
        progress=(total if state.ended else state.place, total),
    )
    if state.paused:
        return replace(ground, part="paused", step=None, cue=texts("live", "paused"), hint=texts("live", "paused_hint"))
    if state.ended:
        what = {"done": "ended", "pain": "ended_pain"}.get(state.ended, "ended_early")
        verdict = Verdict.OK if state.ended == "done" else Verdict.UNKNOWN
        return replace(ground, step=None, cue=texts("calibrate", what), verdict=verdict, lines=lines)
    if task is not None and task.tries > 1:
        ground = replace(ground, repetitions=f"{len(state.of(state.place))} / {task.tries}")
    shown = {"set-up": _set_up, "exercise": _measuring, "rest": _rest}[state.part](ground, state, texts)
    cue = state.step.cue if state.step is not None else None
    if cue is not None and cue.verdict in (Verdict.CAUTION, Verdict.STOP):
        # Whatever is measured: somebody may be too far.
        shown = replace(shown, cue=texts("cues", cue.id), verdict=cue.verdict)
    return shown


def _set_up(ground: Stage, state: CalibrationState, texts: Messages) -> Stage:
    better = coaching(state, state.step, texts, set_up=True)[1] if state.step is not None else ""
    verdict = Verdict.OK if state.step is not None and not better else Verdict.UNKNOWN
    good = texts("live", "view_good") if state.step is not None else texts("calibrate", "begin")
    return replace(ground, cue=better or good, verdict=verdict, hint=texts("calibrate", "camera"))


def _measuring(ground: Stage, state: CalibrationState, texts: Messages) -> Stage:
    do = task_sentence(state, texts)
    if state.still_s >= _RING_S:
        share = min(1.0, state.still_s / state.counts_s)
        left = max(0, math.ceil(state.counts_s - state.still_s))
        return replace(
            ground, cue=texts("calibrate", "still"), verdict=Verdict.OK, hint=_counts(state, texts), hold_share=share,
            hold_text=f"{left} s",
        )  # fmt: skip
    if state.refused:
        return replace(ground, cue=refusal_sentence(state, texts), hint=do)
    coach = coaching(state, state.step, texts)[1] if state.step is not None and not state.fits else ""
    return replace(ground, cue=coach or do, hint=_counts(state, texts) if coach in ("", do) else do)


def _rest(ground: Stage, state: CalibrationState, texts: Messages) -> Stage:
    left = max(0, math.ceil(BREATH_S - (state.clock_s - state.since_s)))
    if state.refused:
        return replace(ground, cue=refusal_sentence(state, texts), hint=texts("calibrate", "come_out"), countdown=left)
    task = state.task
    stretched = task is not None and task.kind == "comfort"
    hint = texts("calibrate", "come_out") if stretched else next_sentence(state, texts)
    return replace(ground, cue=texts("calibrate", "done"), verdict=Verdict.OK, hint=hint, countdown=left)


def _counts(state: CalibrationState, texts: Messages) -> str:
    """What counts as yes."""
    task = state.task
    what = "counts_stretch" if task is not None and task.kind == "comfort" else "counts"
    return texts("calibrate", what, seconds=f"{state.counts_s:g}")


def _side(state: CalibrationState, texts: Messages) -> str:
    if state.side is None or state.ended:
        return ""
    return texts("calibrate", "near", side=texts("sides", SIDES[state.side]))


def _notice(state: CalibrationState, texts: Messages, voice_notice: str) -> str:
    fresh = state.time_s - state.trouble_s < _NOTICE_S
    if state.trouble and (fresh or state.trouble != "resized"):
        return trouble_sentence(texts, state.trouble)
    if state.muted:
        return texts("live", "muted") if state.time_s - state.muted_s < _NOTICE_S else ""
    return voice_notice if state.paused or state.part == "set-up" else ""


def _keys(texts: Messages) -> list[tuple[str, str]]:
    shown = {" ": texts("live", "space_key"), "y": texts("calibrate", "keys", "yes_key")}
    return [
        (shown.get(key, key), texts("calibrate" if name in _OWN_KEYS else "live", "keys", name))
        for key, name in KEYS.items()
    ]
