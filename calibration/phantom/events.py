"""What truly happens in a script, and from when to when: computed from the skeleton's angles alone.

Which question this module answers: what a perfect observer should have noticed. It knows neither pictures, apart from
the borders of the picture, nor the program's own judgement; it shares with that only the limits of the exercise files.
Delays, hysteresis and uncertainty, which the program needs, are left out: an event begins when the limit is truly
passed. Numbers of forcing are those of the project's biomechanics specification, sections 3.1 to 3.5, all conventions.

Ids: ``<rule>-caution`` and ``<rule>-stop`` for the rules of the exercise that is being done; ``speed``, ``bounce``,
``creep``, ``held-too-long``; ``out-of-picture``, ``second-person``.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.camera import Camera
from calibration.phantom.kinematics import Figure
from calibration.phantom.performance import Performance
from calibration.phantom.script import Companion, Walker
from calibration.phantom.truth import COLUMNS, landmarks_px, row
from poses import skeleton
from poses.exercise import Condition, Exercise, Leg
from poses.exercise_file import built_in

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# The skeleton is sampled this often, whatever the clip's frame rate: 12 samples in the fastest bounce.
_RATE_HZ: Final = 30.0
# Opening and closing, degrees a second. Bridge: only lowering, since ordinary repetitions reach 55 to 80.
_SPEED: Final = {"low-lunge": 40.0, "bridge": 120.0}
# Bouncing: turning points this many degrees apart, half a swing no shorter and no longer than this, at least so many.
_SWING_DEG: Final = 2.5
_HALF_SWING_S: Final = (0.17, 0.85)
_SWINGS: Final = 3
# Holding: the opening's mean speed over a second stays below this, and the posture is deep enough to be a hold.
_STILL_DEG_S: Final = 3.0
_HELD_FROM_DEG: Final = {"low-lunge": 3.0, "bridge": -20.0}
_LONGEST_S: Final = {"low-lunge": 60.0, "bridge": 20.0}
# Creeping: so many degrees deeper than in the seconds 2 to 4 of a hold.
_CREEP_DEG: Final = 3.0
_CALM_S: Final = 2.5
# What stops holding for less than this goes on.
_SAME_EVENT_S: Final = 0.5
# The script's own right leg is the stretched one and is turned to the camera.
_SIDE: Final[dict[Leg, int]] = {
    "stretched": skeleton.RIGHT,
    "near": skeleton.RIGHT,
    "supporting": skeleton.LEFT,
}
_SHOWN: Final = [i for pair in (skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES) for i in pair]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, from when to when, in seconds of the clip."""

    id: str
    start_s: float
    end_s: float


def events(performance: Performance, camera: Camera, size: tuple[int, int]) -> tuple[Event, ...]:
    """Everything that truly happens in a performance, in order of time.

    Args:
        performance: What is done.
        camera: Through which it is seen; for what leaves the picture.
        size: Width and height of the picture in pixels.
    """
    time_s = performance.times(_RATE_HZ)
    moments = [performance.moment(t) for t in time_s.tolist()]
    rows = [row(t, figure) for t, (figure, _) in zip(time_s.tolist(), moments, strict=True)]
    truth = {column: np.array([values[column] for values in rows]) for column in COLUMNS}
    doing = np.array([performance.exercise(t) or "" for t in time_s.tolist()])
    outside = np.array([not _inside(placed, camera, size).all() for _, placed in moments])
    found: list[Event] = []
    for exercise in built_in():
        here = doing == exercise.id
        if here.any():
            found += _limits(exercise, time_s, truth, here)
            found += _forcing(exercise.id, time_s, truth[f"hip_opening_deg_{skeleton.SIDES[skeleton.RIGHT]}"], here)
    found += _runs("out-of-picture", time_s, outside)
    others: tuple[Walker | Companion, ...] = (*performance.script.walkers, *performance.script.companions)
    for other in others:
        inside = (time_s >= other.start_s) & (time_s <= other.end_s)
        seen = [any(_inside(f, camera, size).any() for f in performance.others(t)) for t in time_s[inside].tolist()]
        inside[inside] = seen
        found += _runs("second-person", time_s, inside)
    return tuple(sorted(found, key=lambda event: (event.start_s, event.id)))


def _runs(name: str, time_s: Floats, holds: Bools) -> Iterable[Event]:
    """Stretches of time in which something holds; sway and tremor do not tear one apart."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8))).reshape(-1, 2)
    stretches: list[tuple[float, float]] = []
    for start, end in ((float(time_s[first]), float(time_s[after - 1])) for first, after in edges.tolist()):
        if stretches and start - stretches[-1][1] < _SAME_EVENT_S:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    for start, end in stretches:
        yield Event(name, start, end)


def _limits(exercise: Exercise, time_s: Floats, truth: dict[str, Floats], here: Bools) -> Iterable[Event]:
    def measured(measure: str, leg: Leg) -> Floats:
        return truth[f"{measure}_{skeleton.SIDES[_SIDE[leg]]}"]

    def met(condition: Condition) -> Bools:
        values = measured(condition.measure, condition.leg)
        return (values >= condition.band.min) & (values <= condition.band.max)

    for rule in exercise.rules:
        values, judged = measured(rule.measure, rule.leg), here.copy()
        for condition in rule.when:
            judged &= met(condition)
        for name, band in (("caution", rule.caution), ("stop", rule.stop)):
            yield from _runs(f"{rule.id}-{name}", time_s, judged & ((values < band.min) | (values > band.max)))


def _forcing(exercise: str, time_s: Floats, opening: Floats, here: Bools) -> Iterable[Event]:
    slope = np.gradient(opening, time_s)
    fast = -slope if exercise == "bridge" else np.abs(slope)
    yield from _runs("speed", time_s, here & (fast > _SPEED[exercise]))
    for stretch in _runs("", time_s, here):
        inside = (time_s >= stretch.start_s) & (time_s <= stretch.end_s)
        yield from _bounces(time_s[inside], opening[inside])
    window = round(_RATE_HZ)
    change = np.full_like(opening, np.inf)
    half = window // 2
    change[half:-half] = np.abs(opening[2 * half :] - opening[: -2 * half])
    # Bouncing is not creeping: a mean over two swings of the slowest bounce and more of the others.
    calm = _running_mean(opening, round(_CALM_S * _RATE_HZ))
    still = here & (change < _STILL_DEG_S) & (opening > _HELD_FROM_DEG[exercise])
    for held in _runs("held", time_s, still):
        inside = (time_s >= held.start_s) & (time_s <= held.end_s)
        early = inside & (time_s >= held.start_s + 2.0) & (time_s <= held.start_s + 4.0)
        if early.any():
            deeper = inside & (calm > np.median(opening[early]) + _CREEP_DEG) & (time_s > held.start_s + 4.0)
            yield from _runs("creep", time_s, deeper)
        if held.end_s - held.start_s > _LONGEST_S[exercise]:
            yield Event("held-too-long", held.start_s + _LONGEST_S[exercise], held.end_s)


def _running_mean(values: Floats, window: int) -> Floats:
    """Mean over a window around every sample; the ends are repeated."""
    before = window // 2
    padded = np.pad(values, (before, window - 1 - before), mode="edge")
    return np.convolve(padded, np.full(window, 1.0 / window), mode="valid")


def turning_points(values: Floats, swing: float) -> list[int]:
    """Positions of the highs and lows of a series that lie more than ``swing`` apart from one to the next."""
    points: list[int] = []
    low = high = 0
    rising: bool | None = None
    for i, value in enumerate(values.tolist()):
        low, high = (i if value < values[low] else low), (i if value > values[high] else high)
        if rising is not False and value < values[high] - swing:
            points, rising, low = [*points, high], False, i
        elif rising is not True and value > values[low] + swing:
            points, rising, high = [*points, low], True, i
    return points


def _bounces(time_s: Floats, opening: Floats) -> Iterable[Event]:
    turns = time_s[turning_points(opening, _SWING_DEG)].tolist()
    run: list[float] = []
    for before, after in itertools.pairwise([*turns, float("inf")]):
        if _HALF_SWING_S[0] <= after - before <= _HALF_SWING_S[1]:
            run = [*(run or [before]), after]
            continue
        if len(run) >= _SWINGS:
            yield Event("bounce", run[0], run[-1])
        run = []


def _inside(figure: Figure, camera: Camera, size: tuple[int, int]) -> Bools:
    """Which of shoulders, hips, knees and ankles are in the picture."""
    pixels = landmarks_px(figure, camera, size)[_SHOWN]
    return np.asarray(((pixels >= 0.0) & (pixels <= np.array(size))).all(axis=-1))
