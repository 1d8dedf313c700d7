"""Draw a figure in a room through a camera.

Which question this module answers: what the picture of a posed body looks like. Every solid is met by rays exactly
(quadratic equations), the nearest wins (depth buffer), one lamp and light from all around shade it. Twice as many
pixels are drawn each way as are wanted, and averaged, so that edges are smooth. It draws what the skeleton says and
knows of no estimator.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.phantom.camera import Camera
from calibration.phantom.flesh import Placed, place
from calibration.phantom.kinematics import Array, Figure
from calibration.phantom.room import Room, backdrop, shadow
from calibration.phantom.sensor import Picture, Sensor

# Fine pixels to a pixel, each way; ``Renderer.draw`` averages two by two.
_SUPER: Final = 2
_NEAR_M: Final = 0.1
# The nearer a surface that looks down lies to the floor, the less light it gets, up to this height.
_FLOOR_GLOOM_M: Final = 0.22


def meet(solid: Placed, eye: Array, rays: Picture) -> tuple[Picture, Picture]:
    """Where rays first meet a tapered capsule: distance ``(N,)`` (inf for a miss) and ``(N,)`` which ball is touched.

    The capsule is all balls with middles ``a + s (b - a)`` and radii ``ra + s (rb - ra)``, 0 <= s <= 1. A ray touches
    the ball s where ``|w + t d - s u|^2 = (ra + s dr)^2``; the outermost touch for given t is where the discriminant
    in s is zero, which is a quadratic in t. Balls at the two ends close it.
    """
    w, d, _ = _in_frame(solid, eye, rays)
    u, (ra, rb) = solid.b - solid.a, solid.radii
    dr = rb - ra
    dd, dw, du = np.einsum("ij,ij->i", d, d), d @ w.astype(np.float32), d @ u.astype(np.float32)
    ww, wu, uu = float(w @ w), float(w @ u), float(u @ u)
    best = np.full(len(rays), np.inf, dtype=np.float32)
    where = np.zeros(len(rays), dtype=np.float32)

    def offer(t: Picture, s: Picture | float, valid: NDArray[np.bool_]) -> None:
        better = valid & (t > _NEAR_M) & (t < best)
        np.copyto(best, t, where=better)
        np.copyto(where, np.float32(s) if isinstance(s, float) else s, where=better)

    for s, radius in ((0.0, ra), (1.0, rb)):
        half = dw - s * du
        disc = half**2 - dd * (ww - 2 * s * wu + s * s * uu - radius**2)
        offer((-half - np.sqrt(np.maximum(disc, 0.0))) / dd, s, disc >= 0.0)
    m = uu - dr**2
    if m > 1e-9:
        q = wu + ra * dr
        a, b, c = m * dd - du**2, m * dw - du * q, m * (ww - ra**2) - q**2
        disc = b**2 - a * c
        # Where a < 0 the ray is steeper than the cone; the same root is then where it enters from the narrow side.
        valid = (disc >= 0.0) & (np.abs(a) > 1e-9)
        t = (-b - np.sqrt(np.maximum(disc, 0.0))) / np.where(valid, a, 1.0)
        s_at = (du * t + q) / m
        offer(t, s_at, valid & (s_at >= 0.0) & (s_at <= 1.0))
    return best, where


def normals_at(solid: Placed, eye: Array, rays: Picture, reached: Picture, where: Picture) -> Picture:
    """The normal in the world, ``(N, 3)``, where rays meet a tapered capsule; the last two as ``meet`` gives them."""
    w, d, inverse = _in_frame(solid, eye, rays)
    u = (solid.b - solid.a).astype(np.float32)
    normal = (w.astype(np.float32) + reached[:, None] * d - where[:, None] * u) @ inverse.astype(np.float32)
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12))


def _in_frame(solid: Placed, eye: Array, rays: Picture) -> tuple[Array, Picture, Array]:
    """The eye from the solid's first end and the rays in its own frame, and what turns the world into that."""
    inverse: Array = np.asarray(np.linalg.inv(solid.shape))
    return inverse @ (eye - solid.origin) - solid.a, rays @ inverse.T.astype(np.float32), inverse


class _Lens:
    """What of a camera every solid asks for, worked out once."""

    def __init__(self, camera: Camera, size: tuple[int, int]) -> None:
        self.eye, self._axes, self._focal_px = camera.position, camera.axes, camera.focal_px(size)
        self._size, self._middle = size, np.array(size) / 2.0

    def box(self, solid: Placed) -> tuple[int, int, int, int] | None:
        """Columns and rows of the picture that can show a solid, or None when none can."""
        radius = max(solid.radii) * float(np.linalg.norm(solid.shape, axis=0).max())
        seen = (solid.ends - self.eye) @ self._axes.T
        depth = float(seen[:, 2].min()) - radius
        if depth <= _NEAR_M:
            return 0, self._size[0], 0, self._size[1]
        # A ball off the axis looks longer than radius / depth; 1.3 covers it out to a field of view of 75 degrees.
        margin = 1.3 * self._focal_px * radius / depth + 2.0
        pixels = self._focal_px * seen[:, :2] / seen[:, 2:] + self._middle
        low, high = pixels.min(axis=0) - margin, pixels.max(axis=0) + margin
        x0, x1 = max(int(low[0]), 0), min(int(high[0]) + 1, self._size[0])
        y0, y1 = max(int(low[1]), 0), min(int(high[1]) + 1, self._size[1])
        return (x0, x1, y0, y1) if x0 < x1 and y0 < y1 else None


class Renderer:
    """Draws figures through one camera in one room; the empty room is drawn once.

    Args:
        camera: Where the picture is taken from.
        size: Width and height of the picture in pixels.
        room: Colours, furniture and lamp.
        sensor: What the camera makes of the light.
    """

    def __init__(
        self,
        camera: Camera,
        size: tuple[int, int] = (640, 480),
        room: Room | None = None,
        sensor: Sensor | None = None,
    ) -> None:
        self.camera, self.size, self.room, self.sensor = camera, size, room or Room(), sensor or Sensor()
        fine = (size[0] * _SUPER, size[1] * _SUPER)
        self._lens = _Lens(camera, fine)
        self._rays = camera.rays(fine).astype(np.float32)
        self._empty = backdrop(self.room, camera, self._rays)
        self._floor_xz = np.ascontiguousarray(self._empty.floor_xz[::_SUPER, ::_SUPER])
        self._plain: Picture = _averaged(self._empty.colour)

    def draw(self, figure: Figure, noise: np.random.Generator) -> NDArray[np.uint8]:
        """The picture, RGB ``uint8 (H, W, 3)``, of one figure; ``noise`` makes its grain."""
        return self.expose([[figure]], noise)

    def expose(self, moments: Sequence[Sequence[Figure]], noise: np.random.Generator) -> NDArray[np.uint8]:
        """The picture of all moments while the shutter was open, each with every figure that is there."""
        return self.sensor.develop(self.light(moments), noise)

    def light(self, moments: Sequence[Sequence[Figure]]) -> Picture:
        """The light of such a picture before the sensor, the same for the same figures."""
        light = self._light_of(moments[0])
        for figures in moments[1:]:
            light += self._light_of(figures)
        return np.asarray(light / np.float32(len(moments)))

    def _light_of(self, figures: Sequence[Figure]) -> Picture:
        placed = [solid for figure in figures for solid in place(figure)]
        picture: Picture = self._plain.copy()
        if not placed:
            return picture
        lit = shadow(placed, self.room, self._floor_xz)
        boxes = [self._lens.box(solid) for solid in placed]
        # Where neither a figure nor its shadow can be, the room is as it was.
        rows, columns = _around(boxes, lit < 1.0)
        inside = slice(_SUPER * rows.start, _SUPER * rows.stop), slice(_SUPER * columns.start, _SUPER * columns.stop)
        fine = self._empty.colour[inside].copy()
        kept = lit[rows, columns]
        blocks = fine.reshape(kept.shape[0], _SUPER, kept.shape[1], _SUPER, 3)
        blocks *= kept[:, None, :, None, None]
        self._figure(placed, boxes, fine, inside)
        picture[rows, columns] = _averaged(fine)
        return picture

    def _figure(
        self,
        placed: list[Placed],
        boxes: Sequence[tuple[int, int, int, int] | None],
        fine: Picture,
        inside: tuple[slice, slice],
    ) -> None:
        """Draws solids into a part of the fine picture."""
        # What lies behind furniture or sinks into the floor, as loose cloth does, is not seen.
        depth, all_rays = self._empty.depth[inside].copy(), self._rays[inside]
        ball = np.zeros(depth.shape, dtype=np.float32)
        owner = np.full(depth.shape, -1, dtype=np.int16)
        eye, (top, left) = self._lens.eye, (inside[0].start, inside[1].start)
        for index, (solid, box) in enumerate(zip(placed, boxes, strict=True)):
            if box is None:
                continue
            x0, x1, y0, y1 = box
            here = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
            rays = all_rays[here]
            t, where = (one.reshape(rays.shape[:2]) for one in meet(solid, eye, rays.reshape(-1, 3)))
            better = t < depth[here]
            np.copyto(depth[here], t, where=better)
            np.copyto(ball[here], where, where=better)
            owner[here][better] = index
        # Only of what is seen at the end the normal matters.
        seen = np.flatnonzero(owner >= 0)
        whose, reached, rays = owner.ravel()[seen], depth.ravel()[seen], all_rays.reshape(-1, 3)[seen]
        balls, normals = ball.ravel()[seen], np.empty_like(rays)
        for index in np.unique(whose).tolist():
            mine = np.flatnonzero(whose == index)
            normals[mine] = normals_at(placed[index], eye, rays[mine], reached[mine], balls[mine])
        colours = np.array([solid.colour for solid in placed], dtype=np.float32)
        points = eye.astype(np.float32) + reached[:, None] * rays
        fine.reshape(-1, 3)[seen] = colours[whose] * self._light(normals, points)[:, None]

    def _light(self, normals: Picture, points: Picture) -> Picture:
        """How brightly a surface is lit: the lamp, the room's light (more from above), the floor's nearness."""
        lamp = self.room.towards_lamp.astype(np.float32)
        direct = np.maximum(normals @ lamp, 0.0)
        around = 0.72 + 0.28 * normals[:, 1]
        gloom = np.clip(1.0 - points[:, 1] / _FLOOR_GLOOM_M, 0.0, 1.0) * np.clip(0.5 - normals[:, 1], 0.0, 1.0)
        light = self.room.ambient * around + (1.12 - self.room.ambient) * direct
        return np.asarray(light * (1.0 - 0.55 * gloom), dtype=np.float32)


def _averaged(fine: Picture) -> Picture:
    """The picture of twice as many pixels each way."""
    # Sums of strided views; a mean over two axes of a reshaped array takes four times as long.
    picture = fine[::_SUPER, ::_SUPER].copy()
    for down, across in ((0, 1), (1, 0), (1, 1)):
        picture += fine[down::_SUPER, across::_SUPER]
    return np.asarray(picture / np.float32(_SUPER**2))


def _around(boxes: Sequence[tuple[int, int, int, int] | None], dark: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of the picture that hold all boxes, of fine pixels, and all that is dark."""
    rows, columns = (np.flatnonzero(dark.any(axis=axis)).tolist() for axis in (1, 0))
    for box in boxes:
        if box is not None:
            x0, x1, y0, y1 = box
            columns += [x0 // _SUPER, (x1 - 1) // _SUPER]
            rows += [y0 // _SUPER, (y1 - 1) // _SUPER]
    if not rows:
        return slice(0, 0), slice(0, 0)
    return slice(min(rows), max(rows) + 1), slice(min(columns), max(columns) + 1)
