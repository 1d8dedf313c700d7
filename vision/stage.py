"""What the live window has to show at one moment: values only.

The session makes one for each picture it shows (``psoas_coach``), ``vision`` draws it. Texts are in the person's
language already; NaN and "" mean there is nothing of the kind to show.
"""

import math
from dataclasses import dataclass
from typing import Literal

from poses.records import Frame, Step, Verdict

Part = Literal["set-up", "countdown", "exercise", "rest", "paused", "breathing", "ended"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One moment of a live session.

    Attributes:
        part: Which part of the session it is.
        frame: The picture that ``step`` was made from, not mirrored; None before the camera gave one.
        step: What is known of that picture, or None.
        title: The exercise, as the person knows it.
        side: Which leg is stretched, as text.
        phase: Phase of the movement, as text.
        cue: What to say large: a cue, set-up coaching, or what happens next.
        verdict: How urgent ``cue`` is.
        hint: One quieter line: what to change, or a tip of the practice.
        hold_share: How much of the hold's target is done, 1 when it is time to come back; NaN when nothing is held.
        hold_text: Seconds held, as text.
        repetitions: As in "3 / 8", or "".
        countdown: Seconds left, 0 when none is running.
        breath_share: 0 breathed out to 1 breathed in; NaN without a pacer.
        breath_text: Breathe in, hold, or out.
        sign: A sign of the arms that is seen and has not acted yet, or "".
        sign_share: How much of it is done, 1 when it acts; NaN without one.
        notice: What stands in the way: camera lost, no voice for this language, muted.
        lines: Of the summary at the end.
        keys: What each key does, as pairs; shown when not empty.
        progress: Done and all steps of the plan.
    """

    part: Part
    frame: Frame | None = None
    step: Step | None = None
    title: str = ""
    side: str = ""
    phase: str = ""
    cue: str = ""
    verdict: Verdict = Verdict.UNKNOWN
    hint: str = ""
    hold_share: float = math.nan
    hold_text: str = ""
    repetitions: str = ""
    countdown: int = 0
    breath_share: float = math.nan
    breath_text: str = ""
    sign: Literal["", "raised_hand", "arms_crossed"] = ""
    sign_share: float = math.nan
    notice: str = ""
    lines: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    progress: tuple[int, int] = (0, 0)
