"""What truly happens in a script, and from when to when: computed from the skeleton's angles alone.

Which question this module answers: what a perfect observer should have noticed. It knows neither pictures, apart from
the borders of the picture, nor the program's own judgement; it shares with that only the limits of the exercise files.
Delays, hysteresis and uncertainty, which the program needs, are left out: an event begins when the limit is truly
passed. Numbers of forcing are those of the project's biomechanics specification, sections 3.1 to 3.5, all conventions.

Ids: ``<rule>-caution`` and ``<rule>-stop`` for the rules of the exercise that is being done; ``speed``, ``bounce``,
``creep``, ``held-too-long``, ``tempo``; ``out-of-picture``, ``second-person``.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.camera import Camera
from calibration.phantom.kinematics import Figure
from calibration.phantom.performance import Performance
from calibration.phantom.script import Companion, Walker
from calibration.phantom.truth import COLUMNS, FRONT_COLUMNS, front_row, landmarks_px, row
from poses import skeleton
from poses.exercise import Condition, Exercise, Leg
from poses.exercise_file import built_in
from poses.movement import Movement

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# The skeleton is sampled this often, whatever the clip's frame rate: 12 samples in the fastest bounce.
_RATE_HZ: Final = 30.0
# Bouncing: turning points this many degrees apart, half a swing no shorter and no longer than this, at least so many.
_SWING_DEG: Final = 2.5
_HALF_SWING_S: Final = (0.17, 0.85)
_SWINGS: Final = 3
# Holding: the opening's mean speed over a second stays below this, and the posture is deep enough to be a hold.
_STILL_DEG_S: Final = 3.0
_TOP_MARGIN_DEG: Final = 10.0
# Creeping: so many degrees deeper than in the seconds 2 to 4 of a hold.
_CREEP_DEG: Final = 3.0
_CALM_S: Final = 2.5
# Both feet stand where neither thigh is lifted by so much.
_LIFTED_DEG: Final = 10.0
# What stops holding for less than this goes on.
_SAME_EVENT_S: Final = 0.5
# The script's own right leg is the stretched one and is turned to the camera.
_SIDE: Final[dict[Leg, int]] = {
    "stretched": skeleton.RIGHT,
    "near": skeleton.RIGHT,
    "supporting": skeleton.LEFT,
}
_OTHER_LEG: Final = f"hip_opening_deg_{skeleton.SIDES[skeleton.LEFT]}"
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
    rows = [row(t, figure) | front_row(figure) for t, (figure, _) in zip(time_s.tolist(), moments, strict=True)]
    truth = {column: np.array([values[column] for values in rows]) for column in (*COLUMNS, *FRONT_COLUMNS)}
    truth |= asked_from_the_front(truth)
    doing = np.array([performance.exercise(t) or "" for t in time_s.tolist()])
    outside = np.array([not _inside(placed, camera, size).all() for _, placed in moments])
    found: list[Event] = []
    for exercise in built_in():
        here = doing == exercise.id
        if here.any():
            found += _limits(exercise, time_s, truth, here)
            if exercise.movement is not None:
                found += _forcing(exercise.movement, time_s, followed(exercise, truth), here)
                if exercise.movement.both_legs:
                    found += _fast(exercise.movement, time_s, truth[_OTHER_LEG], here)
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


def followed(exercise: Exercise, truth: Mapping[str, Floats]) -> Floats:
    """The angle that an exercise's movement is followed by: the opening or the bend of the leg it is about."""
    movement = exercise.movement
    leg: Leg = "near" if movement is None or movement.leg is None else movement.leg
    opening = _measured(truth, "hip_opening_deg", leg)
    return -opening if movement is not None and movement.flexes else opening


def asked_from_the_front(truth: Mapping[str, Floats]) -> dict[str, Floats]:
    """What the rules of a front view ask for besides the columns of a script, see ``poses.frontal``."""
    lifts = {f"knee_lift_deg_{side}": -truth[f"thigh_inclination_deg_{side}"] for side in skeleton.SIDES}
    height, on_both_feet = truth["shoulder_height_m"], np.all([lift < _LIFTED_DEG for lift in lifts.values()], axis=0)
    stands = np.median(height[on_both_feet]) if on_both_feet.any() else np.nan
    return lifts | {"trunk_drop": 1.0 - height / stands}


def _measured(truth: Mapping[str, Floats], measure: str, leg: Leg) -> Floats:
    if measure in truth:
        # Of the whole body.
        return truth[measure]
    if leg in _SIDE:
        return truth[f"{measure}_{skeleton.SIDES[_SIDE[leg]]}"]
    left, right = (truth[f"{measure}_{side}"] for side in skeleton.SIDES)
    right_is_lower = (
        truth[f"hip_opening_deg_{skeleton.SIDES[skeleton.RIGHT]}"]
        > truth[f"hip_opening_deg_{skeleton.SIDES[skeleton.LEFT]}"]
    )
    return np.where(right_is_lower == (leg == "lowered"), right, left)


def _limits(exercise: Exercise, time_s: Floats, truth: dict[str, Floats], here: Bools) -> Iterable[Event]:
    def measured(measure: str, leg: Leg) -> Floats:
        return _measured(truth, measure, leg)

    def met(condition: Condition) -> Bools:
        values = measured(condition.measure, condition.leg)
        return (values >= condition.band.min) & (values <= condition.band.max)

    for rule in exercise.rules:
        values, judged = measured(rule.measure, rule.leg), here.copy()
        for condition in rule.when:
            judged &= met(condition)
        for name, band in (("caution", rule.caution), ("stop", rule.stop)):
            yield from _runs(f"{rule.id}-{name}", time_s, judged & ((values < band.min) | (values > band.max)))


def _forcing(movement: Movement, time_s: Floats, angle: Floats, here: Bools) -> Iterable[Event]:
    shape = movement.shape
    yield from _fast(movement, time_s, angle, here)
    for stretch in _runs("", time_s, here):
        inside = (time_s >= stretch.start_s) & (time_s <= stretch.end_s)
        if movement.bounce is not None:
            yield from _bounces(time_s[inside], angle[inside])
        if shape.kind == "repetition":
            yield from _repeated(movement, time_s[inside], angle[inside])
    window = round(_RATE_HZ)
    change = np.full_like(angle, np.inf)
    half = window // 2
    change[half:-half] = np.abs(angle[2 * half :] - angle[: -2 * half])
    # Bouncing is not creeping: a mean over two swings of the slowest bounce and more of the others.
    calm = _running_mean(angle, round(_CALM_S * _RATE_HZ))
    # The top of a repetition is held a little lower than where its rules begin, too.
    from_deg = shape.from_deg + (_TOP_MARGIN_DEG if shape.kind == "repetition" else 0.0)
    still = here & (change < _STILL_DEG_S) & (angle > from_deg)
    for held in _runs("held", time_s, still):
        inside = (time_s >= held.start_s) & (time_s <= held.end_s)
        early = inside & (time_s >= held.start_s + 2.0) & (time_s <= held.start_s + 4.0)
        if early.any() and movement.creep is not None:
            deeper = inside & (calm > np.median(angle[early]) + _CREEP_DEG) & (time_s > held.start_s + 4.0)
            yield from _runs("creep", time_s, deeper)
        if movement.hold is not None and held.end_s - held.start_s > movement.hold.stop_s:
            yield Event("held-too-long", held.start_s + movement.hold.stop_s, held.end_s)


def _fast(movement: Movement, time_s: Floats, angle: Floats, here: Bools) -> Iterable[Event]:
    if (speed := movement.speed) is not None:
        slope = np.gradient(angle, time_s)
        fast = (slope > speed.stop_opening_deg_s) | (slope < -speed.stop_closing_deg_s)
        yield from _runs("speed", time_s, here & fast)


def _repeated(movement: Movement, time_s: Floats, angle: Floats) -> Iterable[Event]:
    """Repetitions in too quick succession; which go farther than others the tops themselves tell."""
    points = turning_points(angle, movement.shape.excursion_deg)
    tops = [i for i, before in zip(points[1:], points, strict=False) if angle[i] > angle[before]]
    for before, after in itertools.pairwise(tops):
        if movement.tempo is not None and time_s[after] - time_s[before] < movement.tempo.caution_s:
            yield Event("tempo", float(time_s[before]), float(time_s[after]))


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
