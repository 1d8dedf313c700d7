"""``summary.json``: what one clip showed, for programs and for the terminal."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from poses.breathing_file import breathing_ids
from poses.cues import cue_for
from poses.exercise import Exercise
from poses.movement import MEASURES
from poses.records import Finding, Step, Verdict
from poses.skeleton import SIDES
from poses.tally import Hold, Repetition
from poses.view import LEAST_GOOD
from psoas_coach.breath_follow import BreathFollower
from psoas_coach.breath_record import BreathingRecord
from psoas_coach.files import replacing
from psoas_coach.held_limits import HeldLimits, held
from psoas_coach.poses_file import Origin
from psoas_coach.session import Ending
from psoas_coach.version import VERSION

SCHEMA_VERSION: Final = 5
# A longer pause between two frames is a gap in the clip, not time that was watched; the smoothing forgets then too.
_LONGEST_STEP_S: Final = 0.5


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# An error that is not known, as of a bounce before the flicker of the measure is, stands in a file as null.
_Sigma = Annotated[
    float,
    BeforeValidator(lambda value: math.nan if value is None else value),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]}),
]


class ClipInfo(_Record):
    """The clip itself. ``broke_off_s``: where a damaged file ended, with the reason in ``broke``."""

    name: str
    kind: str
    width: int
    height: int
    duration_s: float | None
    broke: str
    broke_off_s: float | None


class CameraUsed(_Record):
    """The camera whose lens was undone, by its name, and when it was calibrated (ISO date)."""

    name: str
    calibrated_on: str


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


class HoldRecord(_Record):
    """A stretch that was held; ``seen_s``: how much of it was in view, ``peak``: the largest hip opening in degrees."""

    exercise: str
    side: str | None
    start_s: float
    end_s: float
    seen_s: float
    peak: float


class RepetitionRecord(_Record):
    """Up, top and down, in seconds; ``peak`` is the largest hip opening in degrees."""

    exercise: str
    number: int
    start_s: float
    top_s: float
    end_s: float
    up_s: float
    top_hold_s: float
    down_s: float
    peak: float


class FindingRecord(_Record):
    """A stretch of time past a limit; values in the unit of ``measure``, ``cue`` is what was said about it.

    ``repetition``: during which repetition it began, 0 for none.
    """

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
    sigma: _Sigma
    limit: float
    cue: str
    repetition: int


class Summary(_Record):
    """Everything ``summary.json`` holds.

    ``camera``: None where its lens is not known.
    ``problems``: frames by what stood in the way of judging them; ``ended``: what stops would have ended live;
    ``breathing``: how somebody breathed who lay still, where that was told, and where it was asked for and was not;
    ``limits``: those that held, everybody's and, where they were a person's own, those of each side.
    """

    schema_version: int
    program_version: str
    clip: ClipInfo
    camera: CameraUsed | None
    model: str
    asked_for: str
    interrupted: bool
    frames: FrameCounts
    exercises: list[ExerciseSeen]
    problems: dict[str, int]
    findings: list[FindingRecord]
    holds: list[HoldRecord]
    repetitions: list[RepetitionRecord]
    breathing: list[BreathingRecord]
    ended: Literal["", "exercise", "session"]
    limits: HeldLimits

    def save(self, path: Path) -> None:
        """Writes the summary as indented JSON."""
        with replacing(path) as temporary:
            temporary.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


class Summariser:
    """Follows the steps of a session and sums them up.

    Args:
        exercises: Those that may be recognised.
        asked_for: Id of the exercise the user named, or "auto".
        breath: Whether to look for a breath; else what was breathed is told by ``breathed``.
    """

    def __init__(self, exercises: Sequence[Exercise], asked_for: str, *, breath: bool = True) -> None:
        self._exercises = {exercise.id: exercise for exercise in exercises}
        self._asked_for = asked_for
        self._total = self._person = self._judged = 0
        self._breath = BreathFollower(asked_for) if breath else None
        self._breathing: list[BreathingRecord] = []
        # Whoever breathes does no other exercise, and is not to be told so.
        self._only_breathes = asked_for in breathing_ids()
        # By exercise and stretched side.
        self._frames: Counter[tuple[str, int | None]] = Counter()
        self._seconds: dict[tuple[str, int | None], float] = {}
        self._worst: dict[tuple[str, int | None], Verdict] = {}
        self._problems: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._holds: list[HoldRecord] = []
        self._repetitions: list[RepetitionRecord] = []
        self._ended: Literal["", "exercise", "session"] = ""
        self._last_s: float | None = None
        self._wh = (0, 0)

    def write(self, step: Step) -> None:
        """Takes one step into account."""
        judged = step.assessment
        elapsed = 0.0 if self._last_s is None else min(judged.time_s - self._last_s, _LONGEST_STEP_S)
        self._last_s, self._wh = judged.time_s, step.pose.image_wh
        self._total += 1
        self._person += step.pose.found
        if self._breath is not None:
            self._breath.write(step.pose)
        if judged.problems and not self._only_breathes:
            self._problems.update(judged.problems)
        self._findings += step.findings
        self._done(step.moment.exercise, step.moment.holds, step.moment.repetitions)
        if step.ends and self._ended != "session":
            self._ended = step.ends
        if judged.exercise is None or all(one.verdict is Verdict.UNKNOWN for one in judged.readings):
            return
        seen = (judged.exercise, judged.stretched)
        if judged.problems:
            # The legs were not seen well: no judged frame, but what was said of the rest counts.
            self._worst[seen] = worse(self._worst.get(seen, Verdict.UNKNOWN), step.verdict)
            return
        self._judged += 1
        self._frames[seen] += 1
        self._seconds[seen] = self._seconds.get(seen, 0.0) + elapsed
        self._worst[seen] = worse(self._worst.get(seen, Verdict.UNKNOWN), step.verdict)

    def end(self, ending: Ending) -> None:
        """Takes into account what was under way at the end."""
        self._findings += ending.findings
        self._done(ending.exercise, ending.holds, ending.repetitions)

    def breathed(self, record: BreathingRecord) -> None:
        """Takes into account how somebody breathed in a live session."""
        self._breathing.append(record)

    def _done(self, exercise: str | None, holds: Sequence[Hold], repetitions: Sequence[Repetition]) -> None:
        for hold in holds:
            times = {name: round(getattr(hold, name), 3) for name in ("start_s", "end_s", "seen_s", "peak")}
            side = None if hold.side is None else SIDES[hold.side]
            self._holds.append(HoldRecord(exercise=exercise or "", side=side, **times))
        for one in repetitions:
            names = ("start_s", "top_s", "end_s", "up_s", "top_hold_s", "down_s", "peak")
            values = {name: round(getattr(one, name), 3) for name in names}
            self._repetitions.append(RepetitionRecord(exercise=exercise or "", number=one.number, **values))

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
            camera=None
            if origin.camera is None
            else CameraUsed(name=origin.camera.name, calibrated_on=origin.camera.lens.on.isoformat()),
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
            holds=self._holds,
            repetitions=self._repetitions,
            breathing=[*self._breathing, *(self._breath.records() if self._breath is not None else [])],
            ended=self._ended,
            limits=held(list(self._exercises.values())),
        )

    def _record(self, finding: Finding) -> FindingRecord:
        exercise = self._exercises[finding.exercise].of_side(finding.side)
        measure = MEASURES.get(finding.rule) or next(r.measure for r in exercise.rules if r.id == finding.rule)
        during = [r.number for r in self._repetitions if r.start_s <= finding.start_s <= r.end_s]
        return FindingRecord(
            exercise=finding.exercise,
            rule=finding.rule,
            measure=measure,
            side=SIDES[finding.side],
            verdict="stop" if finding.verdict is Verdict.STOP else "caution",
            start_s=round(finding.start_s, 3),
            reported_s=round(finding.reported_s, 3),
            end_s=round(finding.end_s, 3),
            peak=round(finding.peak, 3),
            peak_s=round(finding.peak_s, 3),
            sigma=round(finding.sigma, 3),
            limit=round(finding.limit, 3),
            cue=cue_for(exercise, finding.rule, finding.verdict, finding.limit),
            repetition=during[0] if during else 0,
        )


def exercises_shown(summary: Summary) -> tuple[str, ...]:
    """Ids of the exercises that were seen: what was judged, then what only a finding tells of.

    Who is seen too obliquely for all rules to be read is told what may harm, though no frame counts as judged.
    """
    return tuple(dict.fromkeys([*(seen.id for seen in summary.exercises), *(one.exercise for one in summary.findings)]))


def gravest(summary: Summary) -> Literal["stop", "caution", "ok", "unknown"]:
    """What a clip comes to: the gravest that was told; "ok" only where nearly all of it was judged."""
    found = {finding.verdict for finding in summary.findings}
    if "stop" in found:
        return "stop"
    if "caution" in found:
        return "caution"
    # A tick on a clip that was hardly judged would be taken for an all-clear.
    judged = summary.frames.judged / max(summary.frames.total, 1)
    return "ok" if judged >= LEAST_GOOD else "unknown"


def worse(one: Verdict, other: Verdict) -> Verdict:
    """The more urgent of two verdicts; UNKNOWN only where there is nothing else."""
    order = (Verdict.UNKNOWN, Verdict.OK, Verdict.CAUTION, Verdict.STOP)
    return max(one, other, key=order.index)
