"""What a sign of the arms means in a live session, and how the window tells it before it acts.

Which question this module answers: what would this sign do now. It is shown filling and said aloud first, so that it
can be taken back: a pause that was not meant is a nuisance, pain that was not meant ends an exercise.
"""

import math
from dataclasses import replace
from typing import Final, Literal

from poses.messages import Messages
from poses.records import Verdict
from psoas_coach.live_state import State
from vision.stage import Stage

Meaning = Literal["", "pause", "resume", "pain", "dizzy"]

_PAUSABLE: Final = ("countdown", "exercise", "rest", "breathing")
# In these an arm beside the ear belongs to the exercise: a raised hand says nothing, and the keys are left.
ARMS_UP: Final = ("dead-bug",)
_WITH_ARMS_UP: Final = ("countdown", "exercise")
# Nothing is stretched while breathing, and hands on the chest are what somebody does who breathes: there crossed arms
# only give up the pace, where there is one.
_PAINLESS: Final = ("breathing", "ended")


def meaning(state: State) -> Meaning:
    """What the sign that is given now is taken for, or "" where it is taken for nothing.

    While setting up a hand is raised to reach for the camera; there is no clock to stop then either.
    """
    if state.hands.sign == "raised_hand":
        if state.item is not None and state.item.exercise in ARMS_UP and state.part in _WITH_ARMS_UP:
            return ""
        return "resume" if state.paused else "pause" if state.part in _PAUSABLE else ""
    if state.hands.sign != "arms_crossed":
        return ""
    if state.part == "breathing":
        return "dizzy" if state.way is not None and state.way.pace is not None and not state.paused else ""
    return "pain" if state.part not in _PAINLESS else ""


def with_sign(shown: Stage, state: State, texts: Messages) -> Stage:
    """The stage with the sign that is filling; a warning stays the largest of what is said."""
    sign, what, share = state.hands.sign, meaning(state), state.hands.share
    if sign is None or not what or math.isnan(share):
        return shown
    asked = texts("live", "signs", what)
    if shown.cue and shown.verdict in (Verdict.CAUTION, Verdict.STOP):
        return replace(shown, sign=sign, sign_share=share, hint=asked)
    back = texts("live", "sign_back", sign)
    return replace(shown, sign=sign, sign_share=share, cue=asked, verdict=Verdict.UNKNOWN, hint=back)
