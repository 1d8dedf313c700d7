"""What a session remembers from one frame to the next, and how many stops are too many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from poses import (
    assessment,
    company,
    correction,
    cues,
    frontal,
    hugging,
    kneeling,
    orientation,
    recognition,
    side_swaps,
    smoothing,
    view,
    yaw,
)
from poses.records import Finding, Verdict
from psoas_coach.moving import MovesMemory

# So many stops are too many (convention, safe-ranges.md 3.9).
STOPS_IN_EXERCISE: Final = 2
STOPS_IN_SESSION: Final = 3


@dataclass(frozen=True, slots=True)
class SessionMemory:
    """Everything a session remembers; a value, replaced at each step."""

    legs: side_swaps.LegMemory | None = None
    steady: correction.SteadyMemory | None = None
    facing: orientation.FacingMemory = orientation.FacingMemory()
    others: company.CompanyMemory = company.CompanyMemory()
    turned: yaw.YawMemory = yaw.YawMemory()
    values: smoothing.FilterMemory | None = None
    recent_views: view.ViewMemory = view.ViewMemory()
    recognised: recognition.RecognitionMemory = recognition.RecognitionMemory()
    verdicts: assessment.AssessmentMemory = assessment.AssessmentMemory()
    pending: tuple[Finding, ...] = ()
    said: cues.CueMemory = cues.CueMemory()
    moves: MovesMemory = MovesMemory()
    knee: kneeling.KneeMemory | None = None
    hands: hugging.HugMemory = hugging.HugMemory()
    stops: tuple[tuple[str, int], ...] = ()
    seen_s: float | None = None
    judgeable_s: float | None = None
    from_front: bool = False
    standing: frontal.StandingMemory = frontal.StandingMemory()

    def turned_round(self, *, from_front: bool) -> "SessionMemory":
        """What outlasts a change of the side that is looked at: what was found, said and done."""
        return SessionMemory(
            others=self.others,
            pending=self.pending,
            said=self.said,
            moves=self.moves,
            stops=self.stops,
            from_front=from_front,
        )


def counted(
    stops: tuple[tuple[str, int], ...], exercise: str | None, pending: Sequence[Finding], before: Sequence[Finding]
) -> tuple[tuple[tuple[str, int], ...], Literal["", "exercise", "session"]]:
    """How many stops each exercise has had, and whether one just now was one too many, for it or for the session.

    Rules that stop together, as the hip and the thigh of one deep lunge do, are one stop.
    """
    now, earlier = (any(one.verdict is Verdict.STOP for one in findings_) for findings_ in (pending, before))
    if exercise is None or not now or earlier:
        return stops, ""
    counts = dict(stops)
    counts[exercise] = counts.get(exercise, 0) + 1
    ends: Literal["", "exercise", "session"] = ""
    if sum(counts.values()) == STOPS_IN_SESSION:
        ends = "session"
    elif counts[exercise] == STOPS_IN_EXERCISE:
        ends = "exercise"
    return tuple(counts.items()), ends
