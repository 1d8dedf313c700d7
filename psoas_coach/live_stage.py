"""What the window shows of a live session: from its state to a ``Stage``, in words of the person's language."""

import math
from dataclasses import replace
from typing import Final, Literal

from poses.courses import Phase
from poses.messages import Messages
from poses.records import Step, Verdict
from poses.skeleton import SIDES
from psoas_coach import breathing, live_breath
from psoas_coach.live_hands import ARMS_UP, with_sign
from psoas_coach.live_setup import coaching
from psoas_coach.live_state import COUNTDOWN_S, State, Trouble
from psoas_coach.plan import Item
from psoas_coach.wording import phase_name, unseen_sentence
from vision.stage import Stage

KEYS: Final = {
    " ": "space",
    "p": "pain",
    "s": "skip",
    "q": "quit",
    "l": "language",
    "v": "voice",
    "f": "full_screen",
    "h": "help",
}
# Signs, and the key that does the same.
_SIGNS: Final = {"raised_hand": "space", "arms_crossed": "pain"}
# As long as a sentence is read (convention).
_NOTICE_S: Final = 5.0
_STRETCHED: Final = (Phase.HOLD, Phase.TOP)
# Notes of breathing that say where.
_PLACES: Final = ("side_or_sitting", "lying")
_BEFORE: Final = (None, Phase.SET_UP, Phase.REST)
# Sentences of advice at the end, keys of [live.advice].
_ADVICE: Final = ("balance", "softly", "therapist")


def held_s(step: Step, exercise: str) -> float:
    """Seconds of the hold, or of the top of a repetition, that is under way; NaN when there is none."""
    moment = step.moment
    if moment.exercise != exercise or moment.phase not in _STRETCHED:
        return math.nan
    if moment.phase is Phase.TOP:
        # A top becomes a hold, with a clock of its own, only when it lasts.
        return max(0.0, step.assessment.time_s - moment.phase_since_s)
    return moment.hold_s


def sentence(texts: Messages, item: Item, what: Literal["now", "next", "begin"]) -> str:
    """A sentence about a step of the plan: what comes "now" or "next", or how to "begin"."""
    leg = "" if item.side is None else texts("live", "legs", SIDES[item.side])
    name = texts("exercises", item.exercise)
    if what == "begin":
        # Where the person's answers say how to lie or sit, that is said, and not how others do it.
        place = next((note for note in item.notes if item.breathes and note in _PLACES), "")
        return texts("live", "places", place) if place else texts("live", "begin", item.exercise, leg=leg)
    leg = texts("live", "leg", item.exercise, leg=leg) if leg else ""
    return texts("live", f"{what}_side" if leg else what, exercise=name, leg=leg)


def next_sentence(state: State, texts: Messages) -> str:
    """What comes after this step of the plan."""
    if state.next_item is not None:
        return sentence(texts, state.next_item, "next")
    return texts("live", "then_breathing") if state.plan.breathing else texts("live", "then_nothing")


def trouble_sentence(texts: Messages, trouble: Trouble) -> str:
    """What is wrong with the camera or the disk."""
    return texts("live", "trouble", trouble) if trouble else ""


def stage_of(state: State, texts: Messages, voice_notice: str) -> Stage:
    """What to show now.

    Args:
        state: Of the session.
        texts: In the person's language.
        voice_notice: What the voice has to tell.
    """
    return with_sign(_stage(state, texts, voice_notice), state, texts)


def _stage(state: State, texts: Messages, voice_notice: str) -> Stage:
    """What to show now, whatever the arms do."""
    keys = [(_key_name(texts, key), texts("live", "keys", KEYS[key])) for key in KEYS]
    keys += [(texts("live", "hands", sign), texts("live", "keys", does)) for sign, does in _SIGNS.items()]
    total = len(state.plan.items) + bool(state.plan.breathing)
    ground = Stage(
        state.part,
        frame=state.frame,
        step=state.step,
        title=_title(state, texts),
        notice=_notice(state, texts, voice_notice),
        keys=tuple(keys) if state.helping else (),
        progress=(total if state.part == "ended" else state.place, total),
    )
    if state.paused:
        hint = texts("live", "paused_hint")
        return replace(ground, part="paused", step=None, cue=texts("live", "paused"), hint=hint)
    if state.part == "breathing":
        begin = sentence(texts, state.item, "begin") if state.item is not None else ""
        return live_breath.breathing_stage(ground, state, texts, begin)
    if state.part == "ended":
        why = "ended" if state.ended == "done" else "ended_early"
        verdict = Verdict.OK if state.ended == "done" else Verdict.UNKNOWN
        return replace(ground, step=None, cue=texts("live", why), verdict=verdict, lines=summary_lines(state, texts))
    item = state.item
    if item is None:
        return ground
    shown = replace(ground, side=_side(texts, item), repetitions=f"{state.count} / {item.repetitions}")
    if warning := _warning(state, texts):
        shown = replace(shown, cue=warning[0], verdict=warning[1])
    part = {"set-up": _set_up, "countdown": _countdown, "exercise": _exercise, "rest": _rest}[state.part]
    return part(shown, state, item, texts)


def _set_up(shown: Stage, state: State, item: Item, texts: Messages) -> Stage:
    better = coaching(state, state.step, texts)[1] if state.step is not None else ""
    first = texts("live", "view_good") if state.step is not None else texts("live", "place_camera")
    notes = "; ".join(texts("screening", "notes", note) for note in item.notes)
    # A question mark stands beside what is to be mended, not beside "I see you well".
    verdict = Verdict.OK if state.step is not None and not (shown.cue or better) else shown.verdict
    # Who is well seen need not be told where the camera goes, but what it will not see.
    unseen = unseen_sentence(texts, item.exercise, item.unseen) if verdict is Verdict.OK else ""
    hint = "; ".join(part for part in (notes, unseen) if part) or texts("live", "place_camera")
    return replace(shown, cue=shown.cue or better or first, verdict=verdict, hint=hint)


def _countdown(shown: Stage, state: State, item: Item, texts: Messages) -> Stage:
    left = max(1, math.ceil(COUNTDOWN_S - (state.clock_s - state.since_s)))
    hint = texts("live", "arms_up_hint" if item.exercise in ARMS_UP else "hands_hint")
    return replace(shown, cue=shown.cue or sentence(texts, item, "begin"), hint=hint, countdown=left)


def _exercise(shown: Stage, state: State, item: Item, texts: Messages) -> Stage:
    step = state.step
    if step is None:
        return replace(shown, cue=sentence(texts, item, "begin"))
    moment, problems = step.moment, step.assessment.problems
    seconds = held_s(step, item.exercise)
    cue, verdict, hint = shown.cue, shown.verdict, ""
    if not cue and step.cue is not None:
        cue, verdict = texts("cues", step.cue.id), step.cue.verdict
    if problems and problems[0] not in ("no_exercise", "other_posture", "looking"):
        hint = texts("problems", problems[0])
    elif step.assessment.exercise not in (None, item.exercise):
        hint = texts("live", "other_exercise", exercise=texts("exercises", item.exercise))
    elif item.side is not None and step.assessment.stretched not in (None, item.side):
        hint = texts("live", "other_leg", item.exercise, leg=texts("live", "legs", SIDES[item.side]))
    elif moment.phase in _STRETCHED and not shown.cue:
        # To whoever is asked to come out, nothing else is said.
        hint = texts("cues", "breathe")
    if not cue and state.called_back:
        cue, verdict = texts("cues", "hold_done"), Verdict.OK
    elif not cue and (moment.exercise != item.exercise or moment.phase in _BEFORE):
        cue = texts("live", "again") if state.count and item.repetitions > state.count else ""
        cue = cue or sentence(texts, item, "begin")
    # Too far is no hold, and some exercises are not held at all: no ring fills for these.
    held = math.isfinite(seconds) and item.hold_s > 0.0 and step.verdict is not Verdict.STOP
    # A stretch is breathed through; a repetition is too short for that.
    breath = breathing.breath_in_hold(seconds) if held and item.side is not None else None
    return replace(
        shown,
        phase=phase_name(texts, item.exercise, moment.phase)
        if moment.phase and moment.exercise == item.exercise
        else "",
        cue=cue,
        verdict=verdict,
        hint=hint,
        hold_share=min(1.0, seconds / item.hold_s) if held else math.nan,
        hold_text=f"{seconds:.0f} s" if held else "",
        breath_share=math.nan if breath is None else breath.share,
        breath_text="" if breath is None else texts("live", breath.act),
    )


def _rest(shown: Stage, state: State, item: Item, texts: Messages) -> Stage:
    left = max(0, math.ceil(item.rest_s - (state.clock_s - state.since_s)))
    hint = next_sentence(state, texts) if state.closed else texts("live", "then_again")
    return replace(shown, cue=shown.cue or texts("live", "rest"), hint=hint, countdown=left)


def summary_lines(state: State, texts: Messages) -> tuple[str, ...]:
    """What was done, what was warned of, what was left out, and advice."""
    lines = []
    for exercise, side in dict.fromkeys((one.exercise, one.side) for one in state.done):
        mine = [one for one in state.done if (one.exercise, one.side) == (exercise, side)]
        name = texts("exercises", exercise) + ("" if side is None else f", {texts('sides', SIDES[side])}")
        holds = [one.held_s for one in mine if math.isfinite(one.held_s)]
        if holds:
            lines.append(texts("live", "line_held", what=name, times=str(len(holds)), seconds=f"{sum(holds):.0f}"))
        if repetitions := len(mine) - len(holds):
            lines.append(texts("live", "line_repeated", what=name, times=str(repetitions)))
    lines += live_breath.lines(state, texts)
    lines.append(texts("live", "line_warnings", count=str(state.warnings)))
    lines += [texts("live", "line_left_out", what=texts("exercises", name)) for name, _ in state.plan.left_out]
    return (*lines, *(texts("live", "advice", name) for name in _ADVICE))


def _warning(state: State, texts: Messages) -> tuple[str, Verdict] | None:
    """A caution or stop, which is shown whatever part it is: somebody may still be in the posture."""
    cue = state.step.cue if state.step is not None else None
    if cue is None or cue.verdict not in (Verdict.CAUTION, Verdict.STOP):
        return None
    return texts("cues", cue.id), cue.verdict


def _notice(state: State, texts: Messages, voice_notice: str) -> str:
    """What stands in the way; what cannot be helped is told for a while only, since it covers the picture."""
    fresh = state.time_s - state.trouble_s < _NOTICE_S
    if state.trouble and (fresh or state.trouble != "resized"):
        return trouble_sentence(texts, state.trouble)
    if state.muted:
        return texts("live", "muted") if state.time_s - state.muted_s < _NOTICE_S else ""
    return voice_notice if state.paused or state.part in ("set-up", "countdown") else ""


def _title(state: State, texts: Messages) -> str:
    if state.part == "breathing":
        return texts("live", "breathing") if state.item is None else texts("exercises", state.item.exercise)
    if state.part == "ended":
        return ""
    return texts("exercises", state.item.exercise) if state.item is not None else ""


def _side(texts: Messages, item: Item) -> str:
    return "" if item.side is None else texts("roles", "stretched", side=texts("sides", SIDES[item.side]))


def _key_name(texts: Messages, key: str) -> str:
    return texts("live", "space_key") if key == " " else key
