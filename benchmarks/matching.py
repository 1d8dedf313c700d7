"""Which finding belongs to which true event, and which hold found to which true hold.

The bookkeeping of ``benchmarks.detection``: it draws nothing and runs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from calibration.phantom.events import Event
from poses.records import Finding, Verdict
from poses.tally import Hold, Repetition

# Rules and their events: what a finding of the rule must be near to be right.
_RULE_OF: Final = {"held-too-long": "hold", "speed": "speed", "bounce": "bounce", "creep": "creep"}
_ALSO: Final = {"dose": "hold"}
# A finding this near to an event belongs to it: both edges are blurred by smoothing and by speed's window.
_NEAR_S: Final = 1.0
# The events know no growth; it is true where the skeleton's own peaks show it, but for the error of one.
_GROWN_DEG: Final = 4.0
# Shorter holds are passing moments.
_LEAST_HOLD_S: Final = 3.0
# A hold is well seen when no more of it, and of what surrounds it, was not judged.
_BADLY_SEEN_SHARE: Final = 0.1
_AROUND_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """What the program made of one clip at one frame rate, and what is true in it.

    Times of all frames, and of those that were not judged, tell whether a hold was well seen.
    """

    script: str
    seed: int
    rate: str
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    holds: tuple[Hold, ...]
    repetitions: tuple[Repetition, ...]
    true_holds: tuple[Hold, ...]
    true_repetitions: tuple[Repetition, ...]
    judged_s: float
    near_limit: frozenset[Finding] = frozenset()
    unjudged_s: tuple[float, ...] = ()
    frames_s: tuple[float, ...] = ()


def is_near_limit(finding: Finding, true: Sequence[float]) -> bool:
    """Whether what a finding was told of truly came within its own sigma of the limit, or past it.

    Args:
        finding: Of a limit of range or of speed.
        true: True values of what it measures, while it lasted, signed like its limit.
    """
    if not true:
        return False
    upwards = finding.peak > finding.limit
    farthest = max(true) if upwards else min(true)
    return farthest + finding.sigma >= finding.limit if upwards else farthest - finding.sigma <= finding.limit


def rule_of(event: Event) -> tuple[str, Verdict]:
    """The rule that should notice an event, and what it should say at least."""
    # A hold is too long where the stop limit is; the caution comes long before.
    stop = event.id.endswith("-stop") or event.id == "held-too-long"
    name = event.id.removesuffix("-stop").removesuffix("-caution")
    return _RULE_OF.get(name, name), Verdict.STOP if stop else Verdict.CAUTION


def noticed(event: Event, findings: Sequence[Finding], least: Verdict | None = None) -> Finding | None:
    """The first finding that belongs to an event and is as grave, or as grave as is asked for."""
    rule, grave = rule_of(event)
    least = least or grave
    near = [
        finding
        for finding in findings
        if finding.rule == rule
        and finding.verdict in (least, Verdict.STOP)
        and finding.start_s < event.end_s + _NEAR_S
        and finding.end_s > event.start_s - _NEAR_S
    ]
    return min(near, key=lambda finding: finding.reported_s, default=None)


def unfounded(judged: Judged) -> list[Finding]:
    """Findings that belong to no event of their rule."""
    return [
        finding
        for finding in judged.findings
        if not _has_cause(finding, judged.events) and not (finding.rule == "growth" and _truly_grows(judged))
    ]


def _truly_grows(judged: Judged) -> bool:
    """Whether the true peaks rise above the first nearly as far as the rule allows."""
    peaks = [one.peak for one in judged.true_repetitions]
    return len(peaks) > 1 and max(peaks) - peaks[0] > _GROWN_DEG


def _has_cause(finding: Finding, true: Sequence[Event]) -> bool:
    rule = _ALSO.get(finding.rule, finding.rule)
    for event in true:
        of, level = rule_of(event)
        # Of what has no second event for its caution, any finding is founded.
        grave = level is Verdict.STOP or of in _RULE_OF.values() or finding.verdict is Verdict.CAUTION
        if of == rule and grave and finding.start_s < event.end_s + _NEAR_S and finding.end_s > event.start_s - _NEAR_S:
            return True
    return False


def well_seen(clip: Judged, hold: Hold) -> bool:
    """Whether a true hold was judged in nearly all its frames, with the second before and after."""
    return not badly_seen(clip, hold.start_s, hold.end_s, _BADLY_SEEN_SHARE)


def badly_seen(clip: Judged, start_s: float, end_s: float, share: float) -> bool:
    """Whether more than a share of the frames of some time, with the second before and after, was not judged."""

    def within(times: Sequence[float]) -> int:
        return sum(start_s - _AROUND_S <= time_s <= end_s + _AROUND_S for time_s in times)

    return within(clip.unjudged_s) > share * within(clip.frames_s)


def matched_holds(clip: Judged) -> list[tuple[Hold, Hold | None]]:
    """Each true hold with the one found that overlaps it most."""

    def overlap(a: Hold, b: Hold) -> float:
        return min(a.end_s, b.end_s) - max(a.start_s, b.start_s)

    pairs: list[tuple[Hold, Hold | None]] = []
    for true in clip.true_holds:
        if true.end_s - true.start_s >= _LEAST_HOLD_S:
            best = max(clip.holds, key=lambda hold: overlap(true, hold), default=None)
            pairs.append((true, best if best is not None and overlap(true, best) > 0.0 else None))
    return pairs
