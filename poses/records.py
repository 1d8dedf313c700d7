"""The records that travel from stage to stage; nothing else does.

``Frame -> Pose -> Measures -> Assessment -> Cue``, all of one moment together in a ``Step``. Times are the time of the
media in seconds, never a count of frames. NaN means not seen. Sides are indices ``skeleton.LEFT`` and
``skeleton.RIGHT`` of the person's own body.
"""

import enum
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from poses.courses import Phase, PhaseChange
from poses.tally import Hold, Repetition

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]


class Verdict(enum.Enum):
    """What a rule says of a moment. UNKNOWN is not OK: it earns no praise and raises no alarm."""

    OK = "ok"
    CAUTION = "caution"
    STOP = "stop"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the source, upright, with square pixels, never mirrored.

    Attributes:
        index: Position in the source, from 0; for naming a frame, not for telling the time.
        time_s: Media time of the frame.
        image: RGB ``uint8 (H, W, 3)``, C-contiguous.
    """

    index: int
    time_s: float
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ArmsAgain:
    """What a further look at the picture finds, so as to know what the arms do (``poses.signs``).

    Attributes:
        image_px: ``float32 (33, 2)``, in pixels of the frame as it is; NaN where nobody was found.
        visibility: ``float32 (33,)``.
        without: Side of the arm that was painted out; None where nothing was, and the picture was mirrored.
    """

    image_px: Float32Array
    visibility: Float32Array
    without: int | None


@dataclass(frozen=True, slots=True)
class Rise:
    """How far belly and chest of somebody who lies have risen, see ``vision.breath_motion``.

    Attributes:
        since_s: Media time of the picture that is compared with; what was told since another one cannot be compared.
        belly: In lengths of the trunk, away from the floor.
        chest: The same of the chest.
    """

    since_s: float
    belly: float
    chest: float

    @staticmethod
    def numbers(rise: "Rise | None") -> tuple[float, float, float]:
        """As a row of a table holds it: NaN three times where it was not looked at."""
        return (math.nan, math.nan, math.nan) if rise is None else (rise.since_s, rise.belly, rise.chest)

    @staticmethod
    def of(numbers: NDArray[np.float64]) -> "Rise | None":
        """From such a row, ``(3,)``."""
        return Rise(*numbers.tolist()) if math.isfinite(numbers[0]) else None


@dataclass(frozen=True, slots=True)
class Pose:
    """The landmarks of the person in one frame, all NaN when nobody was found.

    Attributes:
        time_s: Media time of the frame.
        image_px: ``float32 (33, 2)``; x to the right, y down, in pixels of the frame. Where the camera's lens is known,
            as a pinhole would show them: what is measured.
        world_m: ``float32 (33, 3)``; metres from the middle of the hips, x right, y down, z away from the camera.
            A model's prior more than a measurement: z is its weakest axis.
        visibility: ``float32 (33,)``, 0 to 1. Stays high for joints that are hidden; never judge by it alone.
        image_wh: Width and height of the frame in pixels.
        exchanged: What a second look says of the legs' labels, from -1, as they are, to 1, exchanged
            (``poses.second_look``); NaN where none was taken.
        company: 1 where somebody else is seen too, 0 where nobody else is, NaN where it was not looked for
            (``poses.company``).
        picture_px: Like ``image_px``, but where the picture itself shows them, where that is elsewhere; else None.
        again: What a further look at the arms finds, where one was taken. It is not kept: a replay knows no signs.
        rise: What belly and chest did; None where it was not looked at.
    """

    time_s: float
    image_px: Float32Array
    world_m: Float32Array
    visibility: Float32Array
    image_wh: tuple[int, int]
    exchanged: float = float("nan")
    company: float = float("nan")
    picture_px: Float32Array | None = None
    again: ArmsAgain | None = None
    rise: Rise | None = None

    @property
    def shown_px(self) -> Float32Array:
        """Where the picture shows the landmarks: what is drawn over, and what tells whether somebody is whole in it."""
        return self.image_px if self.picture_px is None else self.picture_px

    @property
    def found(self) -> bool:
        """Whether anybody was found in the frame."""
        return math.isfinite(self.image_px[0, 0])

    def unfound(self) -> "Pose":
        """The same moment with nobody found."""
        image_px, world_m, visibility = (
            np.full_like(points, np.nan) for points in (self.image_px, self.world_m, self.visibility)
        )
        return Pose(self.time_s, image_px, world_m, visibility, self.image_wh)


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of ``poses.measures`` for both sides of the body at one moment.

    Attributes:
        values: ``float64 (2, M)``: side, then measure in the order of ``measures.NAMES``; NaN where not seen.
        sigma: ``float64 (2, M)``: one-sigma uncertainty of each value, in its unit.
        facing: +1 when the person faces the picture's right (lying on the back: head to the left), -1 the other way,
            0 when it cannot be told.
        near: Side of the body that is turned to the camera.
        legs_told: Whether it is known which leg is which, and an angle of one is given; if not, all but the trunk's
            inclination is NaN.
        yaw_deg: How far the front of the body is turned out of the picture plane, towards the camera; negative away
            from it. NaN where it is not known, or was not asked for at this frame.
        yaw_sigma_deg: Its one-sigma uncertainty.
    """

    values: Float64Array
    sigma: Float64Array
    facing: int
    near: int
    legs_told: bool = True
    yaw_deg: float = math.nan
    yaw_sigma_deg: float = math.nan


@dataclass(frozen=True, slots=True)
class Reading:
    """What one rule says of one moment.

    Attributes:
        rule: Id of the rule within its exercise.
        measure: Id of the measure it reads.
        side: Side of the body it was read from.
        value: Filtered value in the unit of the measure; NaN where it could not be read.
        sigma: One-sigma uncertainty of ``value``.
        verdict: After debounce and hysteresis.
        limit: The limit that was passed, NaN for OK and UNKNOWN.
        since_s: Media time at which the verdict began to hold, before any delay.
        pending: The verdict is still OK, but the value is past its limit and the delay is running: nothing to praise.
    """

    rule: str
    measure: str
    side: int
    value: float
    sigma: float
    verdict: Verdict
    limit: float
    since_s: float
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of one moment.

    Attributes:
        time_s: Media time.
        exercise: Id of the exercise the person is doing, or None when it is none that is known or cannot be judged.
        stretched: Side of the leg that is stretched (lunge: the back leg), or None.
        near: Side of the body turned to the camera.
        problems: Ids of what stands in the way of judging, most important first; empty when all was judged. With an
            exercise only a part of it was: what can be told without the legs.
        readings: One for each rule of the exercise, in its order; empty without an exercise.
    """

    time_s: float
    exercise: str | None
    stretched: int | None
    near: int
    problems: tuple[str, ...]
    readings: tuple[Reading, ...]

    @property
    def judged(self) -> bool:
        """Whether all of an exercise was judged."""
        return self.exercise is not None and not self.problems

    @property
    def verdict(self) -> Verdict:
        """The worst of the readings; UNKNOWN when there is none, or when any is unknown and none is worse."""
        found = [reading.verdict for reading in self.readings]
        for verdict in (Verdict.STOP, Verdict.CAUTION, Verdict.UNKNOWN):
            if verdict in found:
                return verdict
        return Verdict.OK if found else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of the movement at one moment.

    Attributes:
        exercise: Id of the exercise that is followed, or None.
        phase: Phase of it, or None outside one.
        phase_since_s: When it began, as far as is known now.
        hold_s: Seconds of the hold under way that were in view; NaN when nothing is held.
        repetition: Number of the repetition under way, or of the last one.
        changes: Phases that were found to have begun.
        holds: Holds that were found to be complete.
        repetitions: Repetitions that were found to be complete.
        readings: The signs of forcing, see ``movement.MEASURES``; empty while nothing is judged.
    """

    exercise: str | None = None
    phase: Phase | None = None
    phase_since_s: float = math.nan
    hold_s: float = math.nan
    repetition: int = 0
    changes: tuple[PhaseChange, ...] = ()
    holds: tuple[Hold, ...] = ()
    repetitions: tuple[Repetition, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to tell the person.

    Attributes:
        id: Key of its text in ``poses/texts``.
        verdict: How urgent: CAUTION, STOP, or UNKNOWN for "I cannot see you".
        since_s: Media time at which it was first given; it stays on screen while it holds.
    """

    id: str
    verdict: Verdict
    since_s: float


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of time in which one rule kept one verdict, CAUTION or STOP; for reports.

    Attributes:
        exercise: Id of the exercise.
        rule: Id of the rule.
        side: Side of the body it was read from.
        verdict: CAUTION or STOP.
        start_s: When the limit was passed.
        reported_s: When it was said, after the rule's delay.
        end_s: The last moment at which it was seen beyond the limit. A caution that became a stop ends when the stop
            was said; the stop is dated back, so the two may overlap by its delay.
        peak: The value farthest beyond the limit.
        peak_s: When that was.
        sigma: One-sigma uncertainty of the peak.
        limit: The limit that was passed.
    """

    exercise: str
    rule: str
    side: int
    verdict: Verdict
    start_s: float
    reported_s: float
    end_s: float
    peak: float
    peak_s: float
    sigma: float
    limit: float


@dataclass(frozen=True, slots=True)
class Step:
    """Everything the program knows of one frame.

    Attributes:
        index: Index of the frame.
        pose: Landmarks.
        raw: Measures of this frame alone.
        measures: Measures after smoothing over time; what the verdicts are made of.
        assessment: Verdicts.
        cue: What to show now, or None.
        spoken: Whether the cue is new at this frame: the moment to say it aloud.
        findings: Findings that ended at this frame.
        moment: The movement: phase, hold, repetition, signs of forcing.
        ends: Set at the frame of a stop after which the exercise is over for today, or the session.
        front: Where the person is looked at from the front, ``raw`` and ``measures`` of the front-view measures in the
            order of ``measures.FRONT_NAMES``; the others are NaN then.
    """

    index: int
    pose: Pose
    raw: Measures
    measures: Measures
    assessment: Assessment
    cue: Cue | None
    spoken: bool
    findings: tuple[Finding, ...]
    moment: Moment = Moment()
    ends: Literal["", "exercise", "session"] = ""
    front: tuple[Measures, Measures] | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst of the limits and of the signs of forcing; what a detector cannot tell yet changes nothing."""
        signs, limits = [reading.verdict for reading in self.moment.readings], self.assessment.verdict
        for verdict in (Verdict.STOP, Verdict.CAUTION):
            if verdict in signs or limits is verdict:
                return verdict
        return limits
