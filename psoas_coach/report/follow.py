"""Follows a session and keeps what a page needs to show it again: where the body was, what was judged and said.

Which question this module answers: what is known of each frame, in as few bytes as will do: some 300 a frame, 5 MB of
ten minutes. It decides nothing and writes nothing.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from poses import skeleton
from poses.exercise import Exercise
from poses.records import Pose, Step, Verdict
from psoas_coach.report.series import CODES, EverySeries, Key, Series, Zones

# The landmarks that are drawn, in this order in the page's data.
POINTS: Final = tuple(sorted({end for bone in skeleton.BONES for end in bone}))
# Places are told in ten-thousandths of the picture's longer side, which is a tenth of a pixel; NOWHERE is not seen.
SCALE: Final = 10_000
NOWHERE: Final = -32_768
_FAR: Final = 3.2
# Landmarks below this are guesses more than sightings; their bones are dashed.
_SEEN: Final = 0.5
# So many frames are packed at once.
_TOGETHER: Final = 64
# What a clip of one frame, or the last frame of any, is shown for where nothing tells.
_STEP_S: Final = 1 / 30


@dataclass(frozen=True, slots=True)
class Who:
    """What is being done: the exercise, the stretched leg or None, and the side turned to the camera."""

    exercise: str | None
    stretched: int | None
    near: int


@dataclass(frozen=True, slots=True)
class Said:
    """A cue and how urgent it was, see ``series.CODES``."""

    id: str
    code: int


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of time with one verdict; ``problem`` says why where nothing was judged."""

    start_s: float
    end_s: float
    code: int
    problem: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A whole session, frame by frame; arrays have one entry each frame.

    Attributes:
        image_wh: Width and height of the pictures.
        still: Whether there is but one.
        time_s: Media time, float64.
        points: int16 ``(N, P, 2)``, see ``POINTS`` and ``SCALE``.
        sure: uint32; bit i is set where point i is seen rather than guessed.
        codes: Verdict, uint8, see ``series.CODES``.
        cue: Position in ``cues``, -1 for none.
        cues: Cues that were given, one of two verdicts twice.
        problem: Position in ``problems``, -1 for none.
        problems: What stood in the way of judging.
        who: Position in ``doing``.
        doing: What was done.
        phase: Position in ``phases``, -1 for none.
        phases: Names of phases.
        hold_s: Seconds of the hold under way, NaN for none.
        repetition: Number of the repetition under way or the last one.
        yaw_deg: Median of how far the person was turned out of the picture's plane, NaN where never told.
        series: What each rule said.
        zones: The limits of each.
    """

    image_wh: tuple[int, int]
    still: bool
    time_s: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    points: "np.ndarray[tuple[int, ...], np.dtype[np.int16]]"
    sure: "np.ndarray[tuple[int], np.dtype[np.uint32]]"
    codes: "np.ndarray[tuple[int], np.dtype[np.uint8]]"
    cue: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    cues: tuple[Said, ...]
    problem: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    problems: tuple[str, ...]
    who: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    doing: tuple[Who, ...]
    phase: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    phases: tuple[str, ...]
    hold_s: "np.ndarray[tuple[int], np.dtype[np.float32]]"
    repetition: "np.ndarray[tuple[int], np.dtype[np.int16]]"
    yaw_deg: float
    series: dict[Key, Series]
    zones: dict[Key, Zones]

    @property
    def end_s(self) -> float:
        """When the last frame's time is over."""
        times = self.time_s
        if len(times) < 2:
            return (float(times[0]) if len(times) else 0.0) + _STEP_S
        return float(times[-1] + np.median(np.diff(times)))

    def runs(self) -> list[Run]:
        """The verdicts as stretches of time, without gaps."""
        if not len(self.time_s):
            return []
        state = self.codes.astype(np.int16) * 256 + np.where(self.codes == 1, self.problem, -1)
        starts = np.flatnonzero(np.diff(state, prepend=-1))
        edges = [*self.time_s[starts].tolist(), self.end_s]
        return [
            Run(edges[number], edges[number + 1], int(self.codes[frame]), self._problem_at(int(frame)))
            for number, frame in enumerate(starts)
        ]

    def _problem_at(self, frame: int) -> str:
        position = int(self.problem[frame])
        return self.problems[position] if position >= 0 and self.codes[frame] == 1 else ""


class _Names:
    """Gives each thing a small number, in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {None: -1}

    def number(self, thing: object) -> int:
        return self._numbers.setdefault(thing, len(self._numbers) - 1)

    @property
    def things(self) -> tuple[object, ...]:
        return tuple(thing for thing in self._numbers if thing is not None)


class Follower:
    """Takes every step in turn.

    Args:
        exercises: Those that may be recognised.
        still: Whether the source is a single picture.
    """

    def __init__(self, exercises: Sequence[Exercise], *, still: bool) -> None:
        self._still = still
        self._series = EverySeries(exercises)
        self._times, self._hold_s, self._yaw = array("d"), array("f"), array("f")
        self._waiting: list[Pose] = []
        self._points, self._sure = bytearray(), bytearray()
        self._codes = bytearray()
        self._small = {name: array("b") for name in ("cue", "problem", "who", "phase")}
        self._repetition = array("h")
        self._names = {name: _Names() for name in self._small}
        self._wh = (0, 0)

    def write(self, step: Step) -> None:
        """Keeps one frame."""
        judged, frame = step.assessment, len(self._times)
        self._wh = step.pose.image_wh
        self._times.append(judged.time_s)
        self._waiting.append(step.pose)
        if len(self._waiting) == _TOGETHER:
            self._pack()
        self._codes.append(_code(step))
        problem = judged.problems[0] if judged.problems else None
        said = {
            # Where nothing is judged the problem's own sentence says more than the cue that stands for it aloud.
            "cue": None if step.cue is None or problem else Said(step.cue.id, CODES[step.cue.verdict]),
            "problem": problem,
            "who": Who(judged.exercise, judged.stretched, judged.near),
            "phase": None if step.moment.phase is None else step.moment.phase.value,
        }
        for name, thing in said.items():
            self._small[name].append(self._names[name].number(thing))
        self._hold_s.append(step.moment.hold_s)
        self._repetition.append(min(step.moment.repetition, 32_767))
        if math.isfinite(step.measures.yaw_deg):
            self._yaw.append(step.measures.yaw_deg)
        self._series.add(frame, step)

    def followed(self) -> Followed:
        """Everything so far."""
        self._pack()
        count = len(self._times)
        series = self._series.finish(count)
        small = {name: np.array(numbers, np.int8) for name, numbers in self._small.items()}
        return Followed(
            image_wh=self._wh,
            still=self._still,
            time_s=np.array(self._times, np.float64),
            points=np.frombuffer(bytes(self._points), np.int16).reshape(count, len(POINTS), 2),
            sure=np.frombuffer(bytes(self._sure), np.uint32),
            codes=np.frombuffer(bytes(self._codes), np.uint8),
            cue=small["cue"],
            cues=tuple(thing for thing in self._names["cue"].things if isinstance(thing, Said)),
            problem=small["problem"],
            problems=tuple(str(thing) for thing in self._names["problem"].things),
            who=small["who"],
            doing=tuple(thing for thing in self._names["who"].things if isinstance(thing, Who)),
            phase=small["phase"],
            phases=tuple(str(thing) for thing in self._names["phase"].things),
            hold_s=np.array(self._hold_s, np.float32),
            repetition=np.array(self._repetition, np.int16),
            yaw_deg=float(np.median(self._yaw)) if self._yaw else math.nan,
            series=series,
            zones={key: self._series.zones(key) for key in series},
        )

    def _pack(self) -> None:
        """Where the landmarks are drawn, and which of them are surely seen; of many frames at once, which is faster."""
        if not self._waiting:
            return
        longest = max(*self._wh, 1)
        places = np.stack([pose.shown_px for pose in self._waiting])[:, POINTS].astype(np.float64) / longest
        drawn = (np.abs(places) <= _FAR).all(axis=-1, keepdims=True)
        whole = np.where(drawn, np.rint(np.nan_to_num(places) * SCALE), NOWHERE)
        self._points += whole.clip(NOWHERE, 32_767).astype(np.int16).tobytes()
        seen = np.stack([pose.visibility for pose in self._waiting])[:, POINTS] >= _SEEN
        self._sure += (seen @ (1 << np.arange(len(POINTS)))).astype(np.uint32).tobytes()
        self._waiting.clear()


def _code(step: Step) -> int:
    """The verdict of a frame as it is shown: nothing is called fine where something stands in the way."""
    if step.verdict is Verdict.OK and step.assessment.problems:
        return CODES[Verdict.UNKNOWN]
    return CODES[step.verdict]
