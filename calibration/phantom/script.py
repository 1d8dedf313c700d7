"""What a script is: which posture is taken when, before which camera.

Values only, made by ``script_file`` from TOML and performed by ``scripts``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom import arms, limbs, marching, postures, supine, upright
from calibration.phantom.body import Body
from calibration.phantom.breath import Breathing
from calibration.phantom.camera import Camera
from calibration.phantom.furniture import Box
from calibration.phantom.kinematics import Posture
from calibration.phantom.motion import Controls, Key, Life, Wave
from calibration.phantom.room import Room
from poses import skeleton

# The controls of every posture: lowest and highest value a person can take, by convention.
_TRUNK: Final = {"trunk_deg": (-100.0, 100.0), "lumbar_deg": (-45.0, 45.0), "gaze_deg": (-100.0, 110.0)}
POSTURES: Final[Mapping[str, Callable[[Body, Controls, float], Posture]]] = {
    "low-lunge": postures.low_lunge,
    "low-lunge-left": postures.low_lunge_left,
    "bridge": postures.bridge,
    "standing": upright.standing,
    "walking": upright.walking,
    "split-squat": upright.split_squat,
    "supine": supine.supine,
    "marching": marching.marching,
    "any": limbs.any_posture,
}
_LUNGE: Final = {"thigh_deg": (-30.0, 50.0), **_TRUNK}
CONTROLS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "low-lunge": _LUNGE,
    "low-lunge-left": _LUNGE,
    "bridge": {"lift": (0.0, 1.0), "hip_opening_deg": (-60.0, 45.0), "lumbar_deg": (-45.0, 45.0)},
    "standing": {
        "rise": (0.0, 1.0),
        "seat_m": (0.0, 0.6),
        "hip_back_m": (-0.1, 0.7),
        "arm_deg": (-60.0, 180.0),
        "arm_out_deg": (0.0, 90.0),
        "elbow_deg": (0.0, 150.0),
        **_TRUNK,
    },
    "walking": {"place_m": (-10.0, 10.0)},
    "split-squat": {"down": (0.0, 1.0), "arm_deg": (-60.0, 180.0), "elbow_deg": (0.0, 150.0), **_TRUNK},
    "supine": {
        "lumbar_deg": (-15.0, 30.0),
        "curl_deg": (0.0, 40.0),
        "hug": (0.0, 1.0),
        **{
            f"{side}_{part}": limits
            for side in skeleton.SIDES
            for part, limits in {
                "thigh_deg": (-20.0, 155.0),
                "knee_deg": (0.0, 145.0),
                "floor": (0.0, 1.0),
                "arm_deg": (-15.0, 180.0),
            }.items()
        },
    },
    "marching": {
        **_TRUNK,
        "hip_back_m": (-0.3, 0.3),
        "arm_deg": (-60.0, 180.0),
        **{f"{side}_lift_deg": (0.0, 130.0) for side in skeleton.SIDES},
    },
    "any": {
        **_TRUNK,
        "trunk_deg": (-100.0, 150.0),
        **{
            f"{side}_{part}_deg": limits
            for side in skeleton.SIDES
            for part, limits in {
                "thigh": (-180.0, 180.0),
                "shank": (-180.0, 180.0),
                "ankle": (-70.0, 30.0),
                "arm": (-60.0, 180.0),
                "elbow": (0.0, 150.0),
            }.items()
        },
    },
}
_OF_LUNGE: Final = {
    "stride": (0.7, 1.5),
    "shank_lift_deg": (0.0, 75.0),
    "ankle_deg": (-70.0, 25.0),
    "hand_share": (0.0, 0.9),
    **arms.CONTROLS,
}
_SPARE: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "low-lunge": _OF_LUNGE,
    "low-lunge-left": _OF_LUNGE,
    "bridge": {"feet_away": (0.75, 1.1), "belly_m": (0.0, 0.06), "chest_m": (0.0, 0.06), **arms.CONTROLS},
    "marching": {"foot_deg": (-40.0, 20.0), **marching.SIDEWAYS},
}
# Controls that need not be given. Every figure can be put elsewhere in the room and turned.
SPARE_CONTROLS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    name: {"place_m": (-10.0, 10.0), "heading_deg": (-180.0, 180.0)} | _SPARE.get(name, {}) for name in CONTROLS
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of a script in one posture.

    Attributes:
        posture: Name of the posture, see ``POSTURES``.
        keys: Controls at key moments, in order of time; between scenes the figure moves from one to the other.
        sways: Controls that sway and tremble.
        leans: The control that breathing leans back, or None.
        waves: What swings on top of the keys.
        exercise: What is done in it, where that is not called like the posture; "" for nothing that is an exercise.
    """

    posture: str
    keys: tuple[Key, ...]
    sways: tuple[str, ...] = ()
    leans: str | None = None
    waves: tuple[Wave, ...] = ()
    exercise: str | None = None


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody else who walks through the room.

    Attributes:
        variant: Seed of their body and clothes.
        start_s: When they come.
        end_s: When they are gone.
        from_x_m: Where they come from.
        to_x_m: Where they go.
        z_m: How far to the person's right; negative is behind, seen from the camera.
    """

    variant: int
    start_s: float
    end_s: float
    from_x_m: float
    to_x_m: float
    z_m: float


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody else who keeps still in the room.

    Attributes:
        variant: Seed of their body and clothes.
        start_s: When they are there; they come and go from one frame to the next.
        end_s: When they are gone.
        x_m: Where.
        z_m: How far to the person's right; negative is behind, seen from the camera.
        heading_deg: 0 faces as the person does, 180 the other way.
        posture: Name of the posture, see ``POSTURES``.
        controls: Of it.
    """

    variant: int
    start_s: float
    end_s: float
    x_m: float
    z_m: float
    heading_deg: float
    posture: str
    controls: Controls


@dataclass(frozen=True, slots=True)
class Script:
    """A motion.

    Attributes:
        id: Its name.
        scenes: What is done, in order of time.
        camera: The camera it is meant for, for a body of 1.75 m.
        life: How large breathing, sway and tremor are.
        room: The reference room, with the mat where it is needed.
        boxes: What the motion needs, such as a seat, for a body of 1.75 m.
        walkers: Who else comes by.
        companions: Who else is there.
        breathing: How they breathe where belly and chest are seen to rise, or None for the quiet breath of ``life``.
    """

    id: str
    scenes: tuple[Scene, ...]
    camera: Camera
    life: Life = Life()
    room: Room = Room()
    boxes: tuple[Box, ...] = ()
    walkers: tuple[Walker, ...] = ()
    companions: tuple[Companion, ...] = ()
    breathing: Breathing | None = None

    @property
    def duration_s(self) -> float:
        """From the first frame to the last key."""
        return self.scenes[-1].keys[-1].time_s

    @property
    def moves_sideways(self) -> bool:
        """Whether anybody leans, drops a hip or lets a knee fall in: then the truth tells of the frontal plane too."""
        return any(set(marching.SIDEWAYS) & set(scene.keys[0].values) for scene in self.scenes)

    def times(self, fps: float) -> NDArray[np.float64]:
        """The time of every frame."""
        return np.arange(int(np.floor(self.duration_s * fps + 1e-6)) + 1) / fps


NO_PLACE: Final[Mapping[str, float]] = MappingProxyType({"place_m": 0.0, "heading_deg": 0.0})
