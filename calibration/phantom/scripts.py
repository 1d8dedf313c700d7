"""The motions a phantom knows, and their rendering, frame by frame.

Which question this module answers: what picture and what truth each moment of a script has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.body import Body
from calibration.phantom.camera import Camera
from calibration.phantom.furniture import Box
from calibration.phantom.performance import Performance
from calibration.phantom.render import Renderer
from calibration.phantom.room import Room
from calibration.phantom.script import Script
from calibration.phantom.script_file import FOLDER, built_in_ids, read
from calibration.phantom.truth import COLUMNS, FRONT_COLUMNS, TruthRow, breath_row, front_row, mirror, row
from calibration.phantom.variety import Variant, camera_for
from poses.records import Frame

__all__ = ["FPS", "SCRIPTS", "SIZE", "Performance", "Studio", "render_script", "truth_table"]

SIZE: Final = (640, 480)
FPS: Final = 30.0

# Pictures that are averaged while the shutter is open.
_SUB_FRAMES: Final = 5
# Room between somebody who walks behind and the wall.
_BERTH_M: Final = 0.45


class _Library(Mapping[str, Script]):
    """The scripts that come with the program, read when they are asked for."""

    def __getitem__(self, name: str) -> Script:
        if name not in built_in_ids():
            raise KeyError(name)
        return _built_in(name)

    def __iter__(self) -> Iterator[str]:
        return iter(built_in_ids())

    def __len__(self) -> int:
        return len(built_in_ids())


@lru_cache(maxsize=64)
def _built_in(name: str) -> Script:
    return read(FOLDER / f"{name}.toml")


SCRIPTS: Final[Mapping[str, Script]] = _Library()


class Studio:
    """A script performed by one variant before its camera; every frame can be made on its own.

    Args:
        script: One of ``SCRIPTS`` or another.
        seed: Breathing, sway, tremor and the picture's grain; the same seed gives the same bytes.
        fps: Frames a second.
        size: Width and height in pixels.
        variant: Who is seen where, through what; the reference person in the reference room when None.
        camera: Another camera than the one that follows from script and variant.
    """

    def __init__(
        self,
        script: Script,
        *,
        seed: int = 0,
        fps: float = FPS,
        size: tuple[int, int] = SIZE,
        variant: Variant | None = None,
        camera: Camera | None = None,
    ) -> None:
        self.variant = variant or Variant()
        self.performance = Performance(script, seed, self.variant.body)
        self.camera = camera or camera_for(script.camera, self.variant.view, self.variant.body)
        self.size, self._seed = size, seed
        self._times = self.performance.times(fps).tolist()

    @cached_property
    def renderer(self) -> Renderer:
        """What draws. Whoever only asks what is there need not wait for the empty room."""
        return Renderer(self.camera, self.size, _room(self.performance.script, self.variant), self.variant.sensor)

    def __len__(self) -> int:
        return len(self._times)

    def frame(self, index: int) -> Frame:
        """One frame; it does not depend on those before it."""
        time_s, exposure_s = self._times[index], self.variant.sensor.exposure_s
        count = _SUB_FRAMES if exposure_s > 0.0 else 1
        # The shutter is open around the frame's time, so that blur does not shift what is seen.
        open_s = [time_s + exposure_s * ((i + 0.5) / count - 0.5) for i in range(count)]
        perform = self.performance
        moments = [[perform.placed(t), *perform.others(t)] for t in (max(t, 0.0) for t in open_s)]
        return Frame(index, time_s, self.renderer.expose(moments, np.random.default_rng([self._seed, 1, index])))

    def row(self, index: int) -> TruthRow:
        """The truth of one frame."""
        values = _row(self.performance, self._times[index])
        values = mirror(values) if self.variant.sensor.mirrored else values
        drawn = self.performance.drawn(self._times[index])
        return values if drawn is None else values | breath_row(drawn)


def _row(performance: Performance, time_s: float) -> TruthRow:
    figure = performance.figure(time_s)
    values = row(time_s, figure)
    return values | front_row(figure) if performance.script.moves_sideways else values


def _room(script: Script, variant: Variant) -> Room:
    """The variant's room with what the script needs in it."""
    scale, room = variant.body.scale, variant.room
    needed = tuple(Box(_scaled(box.low, scale), _scaled(box.high, scale), box.colour) for box in script.boxes)
    boxes, wall_z = room.boxes, room.wall_z_m
    others = [walker.z_m for walker in script.walkers] + [companion.z_m for companion in script.companions]
    if others:
        # Nothing may stand in the way of somebody behind.
        wall_z = min(wall_z, min(others) - _BERTH_M)
        boxes = ()
    mat_half = (max(scale, 1.0) * room.mat_half_m[0], room.mat_half_m[1])
    mat_x = script.room.mat_x_m * scale
    return replace(room, mat_x_m=mat_x, mat_half_m=mat_half, wall_z_m=wall_z, boxes=boxes + needed)


def _scaled(point: tuple[float, float, float], scale: float) -> tuple[float, float, float]:
    x, y, z = point
    return x * scale, y * scale, z * scale


def render_script(
    script: Script,
    *,
    seed: int = 0,
    fps: float = FPS,
    size: tuple[int, int] = SIZE,
    variant: Variant | None = None,
    camera: Camera | None = None,
) -> Iterator[tuple[Frame, TruthRow]]:
    """Perform a script before a camera, one frame at a time, each with its truth; arguments as of ``Studio``."""
    studio = Studio(script, seed=seed, fps=fps, size=size, variant=variant, camera=camera)
    for index in range(len(studio)):
        yield studio.frame(index), studio.row(index)


def truth_table(
    script: Script, seed: int = 0, fps: float = FPS, body: Body | None = None, *, mirrored: bool = False
) -> dict[str, NDArray[np.float64]]:
    """The truth of every frame without drawing: column name to ``(N,)``, the same values as ``render_script`` gives."""
    performance = Performance(script, seed, body)
    rows = [_row(performance, time_s) for time_s in performance.times(fps).tolist()]
    rows = [mirror(values) for values in rows] if mirrored else rows
    columns = (*COLUMNS, *FRONT_COLUMNS) if script.moves_sideways else COLUMNS
    return {column: np.array([values[column] for values in rows]) for column in columns}
