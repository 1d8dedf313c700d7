"""The room a phantom is seen in: floor, mat, walls with a skirting board, furniture, and shadows on the floor.

Which question this module answers: what colour a ray has that meets no person, and how much of the lamp's light the
person keeps from the floor. It is drawn once for a camera; shadows are drawn anew for every frame.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from calibration.phantom.body import Colour
from calibration.phantom.camera import Camera
from calibration.phantom.flesh import Placed
from calibration.phantom.furniture import Box, Picture, meet_box
from calibration.phantom.kinematics import Array

_BOARD_M: Final = 0.14
_SKIRTING_M: Final = 0.09
# Cells of the shadow's map, and how fast a shadow fades with the height of what throws it.
_CELL_M: Final = 0.02
_FADE_M: Final = 0.25
# So many blurs beyond its edge a shadow is less than what the picture's numbers tell from none.
_FAINT: Final = 6.0
_DARKEST: Final = 0.62


@dataclass(frozen=True, slots=True)
class Room:
    """Colours and lamp of a room.

    Attributes:
        wall: RGB of the wall.
        floor: RGB of the floor.
        boards: Whether the floor is of boards, or plain.
        mat: RGB of the mat, or None where there is none.
        mat_half_m: Half length (x) and half width (z) of the mat.
        mat_x_m: Middle of the mat.
        wall_z_m: Where the wall stands, behind the person.
        lamp: Direction towards the lamp; need not be of unit length.
        ambient: Light from everywhere; what is left to 1 comes from the lamp.
        half_length_m: Where the walls stand on either side, along x.
        boxes: Furniture.
    """

    wall: Colour = (206, 203, 194)
    floor: Colour = (168, 138, 104)
    boards: bool = True
    mat: Colour | None = (92, 128, 118)
    mat_half_m: tuple[float, float] = (0.98, 0.36)
    mat_x_m: float = 0.0
    wall_z_m: float = -1.5
    lamp: tuple[float, float, float] = (0.35, 0.85, 0.65)
    ambient: float = 0.52
    half_length_m: float = 5.0
    boxes: tuple[Box, ...] = ()

    @property
    def towards_lamp(self) -> Array:
        """``(3,)`` unit vector."""
        lamp = np.array(self.lamp)
        return np.asarray(lamp / np.linalg.norm(lamp))


@dataclass(frozen=True, slots=True)
class Backdrop:
    """An empty room through one camera.

    Attributes:
        colour: ``float32 (H, W, 3)``, 0 to 255.
        floor_xz: ``float32 (H, W, 2)`` where the pixel meets the floor, NaN where it meets something else.
        depth: ``float32 (H, W)`` how far away that is, in lengths of the pixel's ray.
    """

    colour: Picture
    floor_xz: Picture
    depth: Picture


def backdrop(room: Room, camera: Camera, rays: Picture) -> Backdrop:
    """Draw the empty room; ``rays`` are the camera's own, ``(H, W, 3)``."""
    eye = camera.position
    with np.errstate(divide="ignore", invalid="ignore"):
        to_floor = np.where(rays[..., 1] < 0.0, -eye[1] / rays[..., 1], np.inf)
        to_wall = np.where(rays[..., 2] < 0.0, (room.wall_z_m - eye[2]) / rays[..., 2], np.inf)
        end = (np.sign(rays[..., 0]) * room.half_length_m - eye[0]) / rays[..., 0]
    to_end = np.where(end > 0.0, end, np.inf)
    t = np.minimum(np.minimum(to_floor, to_wall), to_end)
    on_floor = to_floor <= t
    # Straight up there is nothing to meet: such rays see the wall as it is far away.
    point = eye + np.where(np.isfinite(t), t, 8.0)[..., None] * rays
    along = np.where(to_end <= t, point[..., 2], point[..., 0])
    floor, wall = _floor(room, point[..., 0], point[..., 2]), _wall(room, along, point[..., 1])
    colour = np.where(on_floor[..., None], floor, wall)
    for box in room.boxes:
        reached, normal = meet_box(box, eye, rays)
        before = reached < t
        light = room.ambient * (0.85 + 0.15 * normal[..., 1]) + (1.1 - room.ambient) * np.maximum(
            normal @ room.towards_lamp, 0.0
        )
        colour = np.where(before[..., None], np.array(box.colour) * light[..., None], colour)
        t, on_floor = np.where(before, reached, t), on_floor & ~before
    floor_xz = np.where(on_floor[..., None], point[..., (0, 2)], np.nan).astype(np.float32)
    return Backdrop(np.clip(colour, 0.0, 255.0).astype(np.float32), floor_xz, t.astype(np.float32))


def _floor(room: Room, x: Array, z: Array) -> Array:
    """Colour of the floor and of the mat on it."""
    floor = np.broadcast_to(np.array(room.floor, dtype=np.float64), (*x.shape, 3))
    if room.boards:
        # Boards run along x; each has its own tint and a dark joint.
        board = np.floor(z / _BOARD_M)
        tint = 1.0 + 0.05 * np.sin(board * 12.9898) + 0.012 * np.sin(23.0 * x + 7.0 * board)
        joint = np.abs(z / _BOARD_M - board - 0.5) > 0.485
        floor = floor * (tint * np.where(joint, 0.82, 1.0))[..., None]
    if room.mat is None:
        return np.asarray(floor)
    half_x, half_z = room.mat_half_m
    on_mat = (np.abs(x - room.mat_x_m) < half_x) & (np.abs(z) < half_z)
    edge = on_mat & ((np.abs(x - room.mat_x_m) > half_x - 0.012) | (np.abs(z) > half_z - 0.012))
    return np.where(on_mat[..., None], np.array(room.mat) * np.where(edge, 0.86, 1.0)[..., None], floor)


def _wall(room: Room, along: Array, y: Array) -> Array:
    """Colour of a wall: lighter where the lamp hangs, with a skirting board."""
    light = 1.04 - 0.05 * (along + 0.6) ** 2 / 4.0 - 0.04 * (y - 1.4) ** 2
    wall = np.array(room.wall) * np.clip(light, 0.86, 1.1)[..., None]
    wall = np.where((y < _SKIRTING_M)[..., None], np.array(room.wall) * 1.09, wall)
    return np.where((np.abs(y - _SKIRTING_M) < 0.006)[..., None], np.array(room.wall) * 0.84, wall)


def _blot(dark: Array, axes: tuple[Array, Array], centre: Array, radius: float, height: float) -> None:
    """Darkens cells by how much of the light one ball keeps from them, 0 to 1: sharp when it lies low, faint when high.

    Args:
        dark: ``(Z, X)``, changed.
        axes: Where its columns and its rows are.
        centre: Where the ball's shadow is.
        radius: Of the ball.
        height: Of its lowest point.
    """
    blur = 0.02 + 0.35 * height
    reach = radius + _FAINT * blur
    columns, rows = (
        slice(*np.searchsorted(axis, (middle - reach, middle + reach)).tolist())
        for axis, middle in zip(axes, centre.tolist(), strict=True)
    )
    away_x, away_z = axes[0][columns] - centre[0], axes[1][rows] - centre[1]
    edge = np.clip((np.hypot(away_x, away_z[:, None]) - radius) / blur, -20.0, 20.0)
    here = dark[rows, columns]
    np.maximum(here, np.exp(-height / _FADE_M) / (1.0 + np.exp(3.0 * edge)), out=here)


def shadow(placed: list[Placed], room: Room, floor_xz: Picture) -> Picture:
    """How much of its light every pixel keeps, ``float32 (H, W)``; 1 where there is no floor.

    Every solid throws the soft blots of a few balls along its axis. A soft estimate of the lamp's and the room's light
    together, not traced rays: it is there to show that the body touches the floor.
    """
    lamp = room.towards_lamp
    ends = np.stack([solid.ends for solid in placed])
    low_x, low_z = ends[..., 0].min() - 0.5, ends[..., 2].min() - 0.5
    columns = int((ends[..., 0].max() + 0.5 - low_x) / _CELL_M) + 2
    rows = int((ends[..., 2].max() + 0.5 - low_z) / _CELL_M) + 2
    axis_x, axis_z = low_x + _CELL_M * np.arange(columns), low_z + _CELL_M * np.arange(rows)
    dark = np.zeros((rows, columns))
    for solid, (a, b) in zip(placed, ends, strict=True):
        if max(solid.radii) < 0.02:
            continue  # fingers and faces throw no shadow of their own worth the time
        count = 1 + int(np.linalg.norm(b - a) / 0.08)
        for share in (np.arange(count) + 0.5) / count:
            middle = a + share * (b - a)
            radius = float(solid.radii[0] + share * (solid.radii[1] - solid.radii[0]))
            height = max(float(middle[1]) - radius, 0.0)
            # The lamp's slant, halved: half of the light comes from all around.
            foot = middle[[0, 2]] - 0.5 * middle[1] * lamp[[0, 2]] / lamp[1]
            _blot(dark, (axis_x, axis_z), foot, radius, height)
    kept = np.ones(floor_xz.shape[:2], dtype=np.float32)
    # Most of a picture lies farther away. Where there is no floor no comparison holds.
    x, z = floor_xz[..., 0], floor_xz[..., 1]
    near = np.flatnonzero((x >= low_x) & (x < axis_x[-1]) & (z >= low_z) & (z < axis_z[-1]))
    column, row = (x.ravel()[near] - low_x) / _CELL_M, (z.ravel()[near] - low_z) / _CELL_M
    within = (column >= 0) & (column < columns - 1) & (row >= 0) & (row < rows - 1)
    near, column, row = near[within], column[within], row[within]
    i, j = row.astype(np.intp), column.astype(np.intp)
    u, v = row - i, column - j
    top = dark[i, j] * (1 - v) + dark[i, j + 1] * v
    bottom = dark[i + 1, j] * (1 - v) + dark[i + 1, j + 1] * v
    kept.ravel()[near] = 1.0 - _DARKEST * (top * (1 - u) + bottom * u)
    return kept
