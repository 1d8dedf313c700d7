"""The motions a phantom knows, and their rendering, frame by frame.

Which question this module answers: what a phantom does when, and what picture and what truth each moment has. A script
is values only: a posture, its controls at key moments, and the camera it is meant for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom import postures
from calibration.phantom.body import Body
from calibration.phantom.camera import Camera
from calibration.phantom.kinematics import Figure, Posture, put
from calibration.phantom.motion import Controls, Key, Life, Restlessness, at
from calibration.phantom.render import Renderer
from calibration.phantom.room import Room
from calibration.phantom.truth import COLUMNS, TruthRow, row
from poses.records import Frame

SIZE: Final = (640, 480)
FPS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Script:
    """A motion.

    Attributes:
        id: Its name.
        posture: Makes a posture of controls.
        keys: Controls at key moments, in order of time.
        camera: The camera it is meant for.
        sways: Controls that sway and tremble.
        leans: The control that breathing leans back, or None.
        life: How large breathing, sway and tremor are.
        room: Where it is done.
    """

    id: str
    posture: Callable[[Body, Controls, float], Posture]
    keys: tuple[Key, ...]
    camera: Camera
    sways: tuple[str, ...]
    leans: str | None
    life: Life = Life()
    room: Room = Room()

    @property
    def duration_s(self) -> float:
        """From the first frame to the last key."""
        return self.keys[-1].time_s


def _lunge() -> Script:
    neutral = {"thigh_deg": 0.0, "trunk_deg": -3.0, "lumbar_deg": 2.0, "gaze_deg": -2.0}
    stretched = {"thigh_deg": 10.0, "trunk_deg": -2.0, "lumbar_deg": 3.0, "gaze_deg": -2.0}
    # Most of what is too much comes from the thigh going forward and down; the trunk leans back, the back goes hollow.
    pressed = {"thigh_deg": 34.0, "trunk_deg": 11.0, "lumbar_deg": 22.0, "gaze_deg": 4.0}
    keys = (
        Key(0.0, neutral),
        Key(1.0, neutral),
        Key(3.4, stretched),
        Key(7.4, stretched),
        Key(10.9, pressed),
        Key(13.9, pressed),
        Key(18.6, neutral),
        Key(21.2, neutral),
    )
    camera = Camera(distance_m=2.2, height_m=0.55, aim_x_m=0.05)
    return Script("low-lunge", postures.low_lunge, keys, camera, ("thigh_deg", "trunk_deg"), "trunk_deg")


def _repetition(start_s: float, opening_deg: float, lumbar_deg: float, way_s: float) -> tuple[Key, ...]:
    """Keys of one repetition of the bridge: up, 1.5 s at the top, down, half a second of rest."""
    lying = {"lift": 0.0, "hip_opening_deg": opening_deg, "lumbar_deg": lumbar_deg}
    raised = lying | {"lift": 1.0}
    top_s = start_s + way_s
    return (
        Key(start_s, lying),
        Key(top_s, raised),
        Key(top_s + 1.5, raised),
        Key(top_s + 1.5 + way_s, lying),
        Key(top_s + 2.0 + way_s, lying),
    )


def _bridge() -> Script:
    keys: tuple[Key, ...] = (Key(0.0, {"lift": 0.0, "hip_opening_deg": 0.0, "lumbar_deg": 0.0}),)
    start = 1.0
    # Three good ones, then two that arch: half of what is too much is the hollow back. A longer way takes longer, so
    # that the speed is ordinary: real repetitions peak at 55 to 80 degrees per second.
    good = ((0.0, 2.0, 1.7), (-1.5, 2.0, 1.7), (1.0, 3.0, 1.7))
    arched = ((34.0, 25.0, 2.3), (36.0, 26.0, 2.3))
    for opening, lumbar, way in good + arched:
        keys += _repetition(start, opening, lumbar, way)
        start = keys[-1].time_s + 0.1
    camera = Camera(distance_m=2.0, height_m=0.5, aim_x_m=0.32)
    return Script("bridge", postures.bridge, keys, camera, ("hip_opening_deg",), None, room=Room(mat_x_m=0.32))


SCRIPTS: Final[Mapping[str, Script]] = {script.id: script for script in (_lunge(), _bridge())}


class Performance:
    """A script performed by one body: its figure at any time.

    Args:
        script: What is done.
        seed: Breathing, sway and tremor.
        body: Whose body; the reference body when None.
    """

    def __init__(self, script: Script, seed: int = 0, body: Body | None = None) -> None:
        self.script, self.body = script, body or Body()
        self._restless = Restlessness(script.life, script.sways, seed)

    def figure(self, time_s: float) -> Figure:
        """The posed skeleton at a time."""
        controls = at(self.script.keys, time_s)
        for name, offset in self._restless.offsets(time_s).items():
            controls[name] += offset
        breath = self._restless.breath(time_s)
        if self.script.leans is not None:
            controls[self.script.leans] += self.script.life.breath_deg * breath
        return put(self.body, self.script.posture(self.body, controls, breath))

    def times(self, fps: float) -> NDArray[np.float64]:
        """The time of every frame."""
        return np.arange(int(np.floor(self.script.duration_s * fps + 1e-6)) + 1) / fps


def render_script(
    script: Script,
    *,
    seed: int = 0,
    fps: float = FPS,
    size: tuple[int, int] = SIZE,
    camera: Camera | None = None,
    body: Body | None = None,
) -> Iterator[tuple[Frame, TruthRow]]:
    """Perform a script before a camera, one frame at a time.

    Args:
        script: One of ``SCRIPTS`` or another.
        seed: Breathing, sway, tremor and the picture's noise; the same seed gives the same bytes.
        fps: Frames a second.
        size: Width and height in pixels.
        camera: Another camera than the script's own.
        body: Another body than the reference.

    Yields:
        Each frame with its truth.
    """
    performance = Performance(script, seed, body)
    renderer = Renderer(camera or script.camera, size, script.room)
    for index, time_s in enumerate(performance.times(fps).tolist()):
        figure = performance.figure(time_s)
        # Noise of a frame does not depend on the frames before it.
        image = renderer.draw(figure, np.random.default_rng([seed, 1, index]))
        yield Frame(index, time_s, image), row(time_s, figure)


def truth_table(
    script: Script, seed: int = 0, fps: float = FPS, body: Body | None = None
) -> dict[str, NDArray[np.float64]]:
    """The truth of every frame without drawing: column name to ``(N,)``, the same values as ``render_script`` gives."""
    performance = Performance(script, seed, body)
    rows = [row(time_s, performance.figure(time_s)) for time_s in performance.times(fps).tolist()]
    return {column: np.array([values[column] for values in rows]) for column in COLUMNS}
