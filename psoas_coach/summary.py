"""``summary.json``: what one clip showed, for programs and for the terminal."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from poses.cues import cue_of
from poses.exercise import Exercise
from poses.records import Finding, Step, Verdict
from poses.skeleton import SIDES
from psoas_coach.files import replacing
from psoas_coach.poses_file import Origin
from psoas_coach.version import VERSION

SCHEMA_VERSION: Final = 1
# A longer pause between two frames is a gap in the clip, not time that was watched; the smoothing forgets then too.
_LONGEST_STEP_S: Final = 0.5


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClipInfo(_Record):
    """The clip itself. ``broke_off_s``: where a damaged file ended, with the reason in ``broke``."""

    name: str
    kind: str
    width: int
    height: int
    duration_s: float | None
    broke: str
    broke_off_s: float | None


class FrameCounts(_Record):
    """How many frames there were, showed a person, showed an exercise, and were judged."""

    total: int
    with_person: int
    judged: int


class ExerciseSeen(_Record):
    """An exercise that was judged with one stretched side (None where both legs do the same), and for how long."""

    id: str
    frames: int
    judged_s: float
    stretched: str | None
    worst: Literal["ok", "caution", "stop", "unknown"]


class FindingRecord(_Record):
    """A stretch of time past a limit; values in the unit of ``measure``, ``cue`` is what was said about it."""

    exercise: str
    rule: str
    measure: str
    side: str
    verdict: Literal["caution", "stop"]
    start_s: float
    reported_s: float
    end_s: float
    peak: float
    peak_s: float
    sigma: float
    limit: float
    cue: str


class Summary(_Record):
    """Everything ``summary.json`` holds. ``problems``: frames by what stood in the way of judging them."""

    schema_version: int
    program_version: str
    clip: ClipInfo
    model: str
    asked_for: str
    interrupted: bool
    frames: FrameCounts
    exercises: list[ExerciseSeen]
    problems: dict[str, int]
    findings: list[FindingRecord]

    def save(self, path: Path) -> None:
        """Writes the summary as indented JSON."""
        with replacing(path) as temporary:
            temporary.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


class Summariser:
    """Follows the steps of a session and sums them up.

    Args:
        exercises: Those that may be recognised.
        asked_for: Id of the exercise the user named, or "auto".
    """

    def __init__(self, exercises: Sequence[Exercise], asked_for: str) -> None:
        self._rules = {(e.id, rule.id): rule for e in exercises for rule in e.rules}
        self._asked_for = asked_for
        self._total = self._person = self._judged = 0
        # By exercise and stretched side.
        self._frames: Counter[tuple[str, int | None]] = Counter()
        self._seconds: dict[tuple[str, int | None], float] = {}
        self._worst: dict[tuple[str, int | None], Verdict] = {}
        self._problems: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._last_s: float | None = None
        self._wh = (0, 0)

    def write(self, step: Step) -> None:
        """Takes one step into account."""
        judged = step.assessment
        elapsed = 0.0 if self._last_s is None else min(judged.time_s - self._last_s, _LONGEST_STEP_S)
        self._last_s, self._wh = judged.time_s, step.pose.image_wh
        self._total += 1
        self._person += step.pose.found
        self._problems.update(judged.problems)
        self.add(step.findings)
        if judged.exercise is None or all(one.verdict is Verdict.UNKNOWN for one in judged.readings):
            return
        seen = (judged.exercise, judged.stretched)
        self._judged += 1
        self._frames[seen] += 1
        self._seconds[seen] = self._seconds.get(seen, 0.0) + elapsed
        self._worst[seen] = worse(self._worst.get(seen, Verdict.UNKNOWN), judged.verdict)

    def add(self, findings: Sequence[Finding]) -> None:
        """Takes findings into account."""
        self._findings += findings

    def summary(self, origin: Origin) -> Summary:
        """Sums up all steps so far."""
        return Summary(
            schema_version=SCHEMA_VERSION,
            program_version=VERSION,
            clip=ClipInfo(
                name=origin.clip,
                kind=origin.kind,
                width=self._wh[0],
                height=self._wh[1],
                duration_s=origin.duration_s,
                broke=origin.broke,
                broke_off_s=origin.broke_at_s,
            ),
            model=origin.model,
            asked_for=self._asked_for,
            interrupted=origin.interrupted,
            frames=FrameCounts(total=self._total, with_person=self._person, judged=self._judged),
            exercises=[
                ExerciseSeen(
                    id=exercise,
                    frames=frames,
                    judged_s=round(self._seconds[exercise, stretched], 3),
                    stretched=None if stretched is None else SIDES[stretched],
                    worst=self._worst[exercise, stretched].value,
                )
                for (exercise, stretched), frames in self._frames.most_common()
            ],
            problems=dict(self._problems.most_common()),
            findings=[self._record(finding) for finding in sorted(self._findings, key=lambda one: one.start_s)],
        )

    def _record(self, finding: Finding) -> FindingRecord:
        rule = self._rules[finding.exercise, finding.rule]
        return FindingRecord(
            exercise=finding.exercise,
            rule=finding.rule,
            measure=rule.measure,
            side=SIDES[finding.side],
            verdict="stop" if finding.verdict is Verdict.STOP else "caution",
            start_s=round(finding.start_s, 3),
            reported_s=round(finding.reported_s, 3),
            end_s=round(finding.end_s, 3),
            peak=round(finding.peak, 3),
            peak_s=round(finding.peak_s, 3),
            sigma=round(finding.sigma, 3),
            limit=round(finding.limit, 3),
            cue=cue_of(rule, finding.verdict, finding.limit),
        )


def worse(one: Verdict, other: Verdict) -> Verdict:
    """The more urgent of two verdicts; UNKNOWN only where there is nothing else."""
    order = (Verdict.UNKNOWN, Verdict.OK, Verdict.CAUTION, Verdict.STOP)
    return max(one, other, key=order.index)
