"""Better angles than the landmarks give by themselves: what they are off by, learned from bodies with known angles.

Which question this module answers: given where the pose model sees a person, where do trunk, thigh and shank truly
point in the plane of movement, and how sure is that. A camera that stands high or oblique shows every segment
foreshortened, and the pose model misplaces joints in ways that depend on the posture; both leave traces in the
landmarks themselves (which side looks longer, lies lower, and how the image disagrees with the model's own guess in
space). Two small networks read these traces: one says by how many degrees each segment is to be turned, the other how
large the error of each measure then still is. They were fitted to rendered people of known angles by
``python -m benchmarks.training``; docs/accuracy.md says how well they do on people they were not fitted to, and that
rendered people are not real ones.

It does not know time, exercises or limits. Angles stay consistent: hip and knee are differences of corrected segments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poses import skeleton
from poses.measures import INDEX, IS_ANGLE, NAMES, PAIRS, Float
from poses.records import Pose

Half = NDArray[np.floating[Any]]

FILE: Final = Path(__file__).parent / "correction.npz"

# Ear, shoulder, hip, knee, ankle, heel and toe, each left and right.
_JOINTS: Final = np.array(
    [
        skeleton.EARS,
        skeleton.SHOULDERS,
        skeleton.HIPS,
        skeleton.KNEES,
        skeleton.ANKLES,
        skeleton.HEELS,
        skeleton.FOOT_INDICES,
    ]
)
_HIP, _KNEE, _TOE = 2, 3, 6
_OTHER_SIDE: Final = np.array([skeleton.RIGHT, skeleton.LEFT])
# Segments as upper end and lower end among the joints: trunk, thigh, shank, and the foot from heel to toe.
_UPPER: Final = np.array([1, 2, 3, 6])
_LOWER: Final = np.array([2, 3, 4, 5])
_SEGMENTS: Final = 3
# Which length, in the picture or in space, belongs to which channel of a segment.
_CHANNELS: Final = np.array([0, 0, 1, 1, 1])
_UPWARD: Final = np.array([1.0, -1.0, 1.0, -1.0, -1.0, 1.0])
# Nothing is believed to lie farther from the people that were learned from than this many standard deviations.
_FARTHEST: Final = 4.0
# What the first network puts out, in these units.
TURN_UNIT_DEG: Final = 10.0
PAST_TOE_UNIT: Final = 0.1
YAW_UNIT_DEG: Final = 10.0
# A joint that the pose model itself hardly sees is not measured: MediaPipe's own default for calling it visible.
_LEAST_VISIBILITY: Final = 0.5
# What is less certain than this cannot tell a caution from a stop, 10 degrees apart, and is not measured.
MOST_SIGMA_DEG: Final = 10.0
_MOST_SIGMA: Final = np.where(IS_ANGLE, MOST_SIGMA_DEG, np.radians(MOST_SIGMA_DEG))
# Which of the measures of ``measures.NAMES`` needs which of shoulder, hip, knee, ankle and toe.
_NEEDS: Final = np.array(
    [
        [1, 1, 1, 0, 0],
        [0, 1, 1, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 1, 1, 1],
        [0, 1, 1, 0, 0],
        [1, 1, 1, 0, 0],
    ],
    dtype=bool,
)

# A correction changes with the posture: a body that goes from one to the next at 60 degrees a second changes it by
# about a quarter of that. What changes faster is a landmark that was mistaken (convention).
STEADY_DEG_S: Final = 15.0
FORGET_S: Final = 0.5

# The measures whose uncertainty is learned; thigh elevation and bridge height follow from thigh and hip. They are the
# first ones of ``measures.NAMES``, so that a slice reaches them; a test holds that.
SIGMAS_OF: Final = (
    "hip_opening_deg",
    "thigh_inclination_deg",
    "trunk_inclination_deg",
    "knee_flexion_deg",
    "shank_inclination_deg",
    "knee_past_toe",
)
_LEARNED: Final = slice(0, len(SIGMAS_OF))
# Opening, thigh, trunk, knee and shank, and how they come from the segments' inclinations: trunk, thigh, shank.
_ANGLES: Final = slice(0, 5)
_ANGLES_OF_SEGMENTS: Final = np.array([[-1.0, 0, -1, 0, 0], [1, 1, 0, -1, 0], [0, 0, 0, 1, 1]])
_OPENING, _THIGH, _PAST_TOE, _ELEVATION, _BRIDGE_HEIGHT = (
    INDEX[name]
    for name in ("hip_opening_deg", "thigh_inclination_deg", "knee_past_toe", "thigh_elevation_deg", "bridge_height")
)


@dataclass(frozen=True, slots=True)
class Traces:
    """What the landmarks of some poses tell, near side first; leading axes as those of the poses.

    Attributes:
        features: ``(..., F)`` input of the networks.
        inclinations: ``(..., 3, 2)`` trunk, thigh and shank of the near and the far side in the picture: degrees from
            vertical, + forward.
        past_toe: ``(..., 2)`` knee ahead of the toe tip in the picture, in shank lengths.
        trunk_per_thigh: ``(..., 2)`` length of the trunk over that of the thigh, in space.
        near_is_right: ``(...)`` whether the near side is the right one.
        measurable: ``(..., 2, M)`` left and right side, then measure: whether all it needs was seen.
    """

    features: Float
    inclinations: Float
    past_toe: Float
    trunk_per_thigh: Float
    near_is_right: NDArray[np.bool_]
    measurable: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Network:
    """A fully connected network with tanh between its layers.

    Attributes:
        mean: ``(F,)`` subtracted from the input.
        scale: ``(F,)`` by which it is then divided.
        layers: Weights ``(in, out)`` and offsets ``(out,)`` of each layer.
    """

    mean: Float
    scale: Float
    layers: tuple[tuple[Float, Float], ...]

    def __call__(self, features: Float) -> Float:
        """``(..., F)`` to ``(..., outputs)``."""
        signal = np.minimum(np.maximum((features - self.mean) / self.scale, -_FARTHEST), _FARTHEST)
        for number, (weights, offsets) in enumerate(self.layers):
            signal = signal @ weights + offsets
            if number < len(self.layers) - 1:
                signal = np.tanh(signal)
        return np.asarray(signal)

    @staticmethod
    def from_arrays(arrays: Mapping[str, Half], name: str) -> "Network":
        """The network of a name among the arrays of a file."""
        count = sum(key.startswith(f"{name}_weights") for key in arrays)
        wide = {key: np.asarray(arrays[key], dtype=np.float64) for key in arrays if key.startswith(f"{name}_")}
        layers = tuple((wide[f"{name}_weights{i}"], wide[f"{name}_offsets{i}"]) for i in range(count))
        return Network(wide[f"{name}_mean"], wide[f"{name}_scale"], layers)

    def arrays(self, name: str) -> dict[str, Half]:
        """What ``from_arrays`` reads, in half precision: its rounding is a thousandth of the corrections."""
        half: dict[str, Half] = {
            f"{name}_mean": self.mean.astype(np.float32),
            f"{name}_scale": self.scale.astype(np.float32),
        }
        for i, (weights, offsets) in enumerate(self.layers):
            half |= {f"{name}_weights{i}": weights.astype(np.float16), f"{name}_offsets{i}": offsets.astype(np.float16)}
        return half


def traces(image_px: ArrayLike, world_m: ArrayLike, visibility: ArrayLike, facing: ArrayLike) -> Traces:
    """What the networks see of any number of poses.

    Args:
        image_px: ``(..., 33, 2)`` landmarks in square pixels, x right, y down.
        world_m: ``(..., 33, 3)`` landmarks in metres, x right, y down, z away from the camera.
        visibility: ``(..., 33)``.
        facing: ``(...)`` +1 facing the picture's right, -1 its left; at 0 nothing is measurable.
    """
    sign = np.asarray(facing, dtype=np.float64)
    lead, right = sign.shape, sign > 0
    # All channels at once: x and y in the picture, x, y and z in space, visibility.
    landmarks = np.empty((*lead, skeleton.COUNT, 6))
    landmarks[..., :2], landmarks[..., 2:5], landmarks[..., 5] = image_px, world_m, visibility
    visible = landmarks[..., 5].take(PAIRS, axis=-1) >= _LEAST_VISIBILITY
    joints = landmarks.take(_JOINTS, axis=-2)
    # The near side first; X forward, Y up, Z towards the camera.
    joints = _exchanged_sides(right[..., None, None, None], joints) * _axes(sign)
    points = joints[..., :5]
    segments = points.take(_UPPER, axis=-3) - points.take(_LOWER, axis=-3)
    # (..., 4, 2, 2): length in the picture and in space, NaN for points that fall together: they have no direction.
    lengths = np.sqrt(np.add.reduceat(segments * segments, (0, 2), axis=-1))
    lengths[lengths == 0.0] = np.nan
    sizes = lengths[..., :_SEGMENTS, :, :].sum(axis=(-3, -2))[..., None, None, :] / (2.0 * _SEGMENTS)
    units = segments / lengths.take(_CHANNELS, axis=-1)
    relative = np.log(lengths / sizes)
    middle = (joints[..., _HIP, :1, :2] + joints[..., _HIP, 1:, :2])[..., None, :, :] / 2.0
    features = np.concatenate(
        [
            ((joints[..., :2] - middle) / sizes[..., :1]).reshape(*lead, -1),
            (joints[..., 2:5] / sizes[..., 1:]).reshape(*lead, -1),
            units[..., :2].reshape(*lead, -1),
            units[..., 2:].reshape(*lead, -1),
            (relative[..., 0] - relative[..., 1]).reshape(*lead, -1),
            joints[..., _HIP:, :, 5].reshape(*lead, -1),
        ],
        axis=-1,
    )
    forward = units[..., :_SEGMENTS, :, :]
    return Traces(
        features,
        np.degrees(np.arctan2(forward[..., 0], forward[..., 1])),
        (joints[..., _KNEE, :, 0] - joints[..., _TOE, :, 0]) / lengths[..., 2, :, 0],
        lengths[..., 0, :, 1] / lengths[..., 1, :, 1],
        right,
        # The product says whether any of what is needed was not seen.
        ~(~visible.swapaxes(-1, -2) @ _NEEDS.T) & (sign != 0)[..., None, None],
    )


def _exchanged_sides(where: NDArray[np.bool_], values: Float) -> Float:
    """``(..., 2, N)`` with both sides exchanged where asked for."""
    if where.size == 1:
        # One pose: a copy in order, since sums depend on the order in memory.
        return values.take(_OTHER_SIDE, axis=-2) if where else values
    return np.where(where, values[..., ::-1, :], values)


def _axes(sign: Float) -> Float:
    """``(..., 1, 1, 6)`` factors that turn the channels into X forward, Y up, Z towards the camera."""
    factors = np.empty((*sign.shape, 1, 1, 6))
    factors[...] = _UPWARD
    factors[..., 0, 0, 0] = factors[..., 0, 0, 2] = sign
    return factors


def traces_of(pose: Pose, facing: int) -> Traces:
    """What the networks see of one pose."""
    return traces(pose.image_px, pose.world_m, pose.visibility, facing)


@dataclass(frozen=True, slots=True)
class Correction:
    """The networks of one file.

    Attributes:
        turns: How far trunk, thigh and shank of the near and the far side are to be turned forward, in units of
            ``TURN_UNIT_DEG``, and how much is to be added to the knee's distance past the toe, in ``PAST_TOE_UNIT``.
        sigmas: Logarithm of the one-sigma error of the measures ``SIGMAS_OF``, each near and far.
        exchanged: Log odds that the pose model has exchanged the legs.
        yaw: How far the front of the body is turned out of the picture plane, towards the camera, in ``YAW_UNIT_DEG``.
        yaw_sigma: Logarithm of its one-sigma error, in degrees.
    """

    turns: Network
    sigmas: Network
    exchanged: Network
    yaw: Network
    yaw_sigma: Network

    def measures(self, seen: Traces, turns: Float | None = None) -> tuple[Float, Float]:
        """Measures both sides of the body in any number of poses.

        Args:
            seen: The poses.
            turns: ``(..., 8)`` the correction to apply, if it is not the network's own for each pose.

        Returns:
            Values and their one-sigma uncertainties, each ``(..., 2, M)``: side, then measure in the order of
            ``measures.NAMES``. Angles wrap at 180 degrees; a measure whose joints were not seen, or whose uncertainty
            is larger than ``MOST_SIGMA_DEG``, is NaN.
        """
        # Values and sigmas together, (2, ..., 2, M): small arrays cost by the call, not by the number.
        both = np.empty((2, *seen.measurable.shape))
        both[0], slope = _with_slope(self.turns(seen.features) if turns is None else turns, seen)
        learned = np.exp(self.sigmas(seen.features)).reshape(*seen.near_is_right.shape, len(SIGMAS_OF), 2)
        sigma = both[1]
        sigma[..., _LEARNED] = learned.swapaxes(-1, -2)
        sigma[..., _ELEVATION] = sigma[..., _THIGH]
        sigma[..., _BRIDGE_HEIGHT] = np.abs(slope) * sigma[..., _OPENING]
        # Near first becomes left first.
        both = _exchanged_sides(seen.near_is_right[..., None, None], both)
        values, sigma = both[0], both[1]
        # A comparison with NaN is False.
        np.copyto(both, np.nan, where=~(seen.measurable & ~np.isnan(values) & (sigma <= _MOST_SIGMA)))
        return values, sigma

    def leg_exchange(self, seen: Traces) -> Float:
        """Log odds ``(...)`` that left and right leg carry each other's labels, from these poses alone."""
        return self.exchanged(seen.features)[..., 0]

    def turned(self, seen: Traces) -> tuple[Float, Float]:
        """Yaw ``(...)`` and its one-sigma error, in degrees: 0 side-on, 90 facing the camera, -90 facing away."""
        return YAW_UNIT_DEG * self.yaw(seen.features)[..., 0], np.exp(self.yaw_sigma(seen.features)[..., 0])

    def save(self, path: Path) -> None:
        """Writes the networks into one file."""
        arrays: dict[str, Half] = {}
        for field in fields(self):
            arrays |= getattr(self, field.name).arrays(field.name)
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @staticmethod
    def load(path: Path) -> "Correction":
        """Reads what ``save`` wrote."""
        with np.load(path) as file:
            arrays = dict(file)
        return Correction(*(Network.from_arrays(arrays, field.name) for field in fields(Correction)))


@dataclass(frozen=True, slots=True)
class SteadyMemory:
    """The correction that was applied to the last frame: its time, facing and ``(8,)`` turns."""

    time_s: float
    facing: int
    turns: Float


def steady(turns: Float, time_s: float, facing: int, past: SteadyMemory | None) -> SteadyMemory:
    """Keeps the correction from jumping: it stands for camera and posture, which do not change from frame to frame.

    The networks also see the leg behind, whose landmarks jump while the near leg keeps still; a bounce or a speed must
    not come from there.

    Args:
        turns: The network's output for one frame.
        time_s: Media time.
        facing: Of the person; turning round begins anew.
        past: What the last call returned.
    """
    if past is None or past.facing != facing or not 0.0 <= time_s - past.time_s <= FORGET_S:
        return SteadyMemory(time_s, facing, turns)
    most = STEADY_DEG_S / TURN_UNIT_DEG * (time_s - past.time_s)
    return SteadyMemory(time_s, facing, past.turns + np.minimum(np.maximum(turns - past.turns, -most), most))


@lru_cache(maxsize=1)
def built_in() -> Correction:
    """The correction that comes with the program."""
    return Correction.load(FILE)


def values_from(outputs: Float, seen: Traces) -> Float:
    """The measures ``(..., 2, M)``, near side first, after a correction ``(..., 8)`` from the network of the turns."""
    return _with_slope(outputs, seen)[0]


def _with_slope(outputs: Float, seen: Traces) -> tuple[Float, Float]:
    """The same, and the slope ``(..., 2)`` of the bridge's height per degree of opening.

    In the triangle of trunk a, thigh b and line c from shoulder to knee, with the hip's angle 180 degrees less the
    opening E: the height of the hip over c is ``a b sin E / c``, and ``c^2 = a^2 + b^2 + 2 a b cos E``.
    """
    segments = seen.inclinations + TURN_UNIT_DEG * outputs[..., :6].reshape(seen.inclinations.shape)
    values = np.empty((*segments.shape[:-2], 2, len(NAMES)))
    angles = segments.swapaxes(-1, -2) @ _ANGLES_OF_SEGMENTS
    values[..., _ANGLES] = angles - 360.0 * np.rint(angles / 360.0)
    values[..., _PAST_TOE] = seen.past_toe + PAST_TOE_UNIT * outputs[..., 6:]
    # From the horizontal, whichever way the knee points.
    values[..., _ELEVATION] = np.abs(values[..., _THIGH]) - 90.0
    opening, ratio = np.radians(values[..., _OPENING]), seen.trunk_per_thigh
    across, along = ratio * np.sin(opening), ratio * np.cos(opening)
    line = ratio * ratio + 1.0 + 2.0 * along
    height = across / line
    values[..., _BRIDGE_HEIGHT] = height
    return values, np.radians(along / line + 2.0 * height * height)
