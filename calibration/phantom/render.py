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
    """Where rays first meet a tapered capsule: distance ``(N,)`` (inf for a miss) and normal in the world ``(N, 3)``.

    The capsule is all balls with middles ``a + s (b - a)`` and radii ``ra + s (rb - ra)``, 0 <= s <= 1. A ray touches
    the ball s where ``|w + t d - s u|^2 = (ra + s dr)^2``; the outermost touch for given t is where the discriminant
    in s is zero, which is a quadratic in t. Balls at the two ends close it.
    """
    inverse = np.linalg.inv(solid.shape)
    w = inverse @ (eye - solid.origin) - solid.a
    d = rays @ inverse.T.astype(np.float32)
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
    reached = np.where(np.isfinite(best), best, 0.0)[:, None]
    normal = (w.astype(np.float32) + reached * d - where[:, None] * u.astype(np.float32)) @ inverse.astype(np.float32)
    return best, normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


def _box(solid: Placed, camera: Camera, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Columns and rows of the picture that can show a solid, or None when none can."""
    radius = max(solid.radii) * float(np.linalg.norm(solid.shape, axis=0).max())
    depth = float(((solid.ends - camera.position) @ camera.axes[2]).min()) - radius
    if depth <= _NEAR_M:
        return 0, size[0], 0, size[1]
    # A ball off the axis looks longer than radius / depth; 1.3 covers it out to a field of view of 75 degrees.
    margin = 1.3 * camera.focal_px(size) * radius / depth + 2.0
    pixels = camera.project(solid.ends, size)
    low, high = pixels.min(axis=0) - margin, pixels.max(axis=0) + margin
    x0, x1 = max(int(low[0]), 0), min(int(high[0]) + 1, size[0])
    y0, y1 = max(int(low[1]), 0), min(int(high[1]) + 1, size[1])
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
        self._fine = (size[0] * _SUPER, size[1] * _SUPER)
        self._rays = camera.rays(self._fine).astype(np.float32)
        self._empty = backdrop(self.room, camera, self._rays)

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
        fine = self._empty.colour.copy()
        if placed:
            lit = shadow(placed, self.room, self._empty.floor_xz[::_SUPER, ::_SUPER])
            fine *= np.repeat(np.repeat(lit, _SUPER, axis=0), _SUPER, axis=1)[..., None]
            self._figure(placed, fine)
        # Sums of strided views; a mean over two axes of a reshaped array takes four times as long.
        picture = fine[::_SUPER, ::_SUPER].copy()
        for down, across in ((0, 1), (1, 0), (1, 1)):
            picture += fine[down::_SUPER, across::_SUPER]
        return np.asarray(picture / np.float32(_SUPER**2))

    def _figure(self, placed: list[Placed], fine: Picture) -> None:
        # What lies behind furniture or sinks into the floor, as loose cloth does, is not seen.
        depth = self._empty.depth.copy()
        normals = np.zeros_like(fine)
        owner = np.full(fine.shape[:2], -1, dtype=np.int16)
        eye = self.camera.position
        for index, solid in enumerate(placed):
            box = _box(solid, self.camera, self._fine)
            if box is None:
                continue
            x0, x1, y0, y1 = box
            rays = self._rays[y0:y1, x0:x1]
            t, normal = meet(solid, eye, rays.reshape(-1, 3))
            t = t.reshape(rays.shape[:2])
            here = depth[y0:y1, x0:x1]
            better = t < here
            here[better] = t[better]
            normals[y0:y1, x0:x1][better] = normal.reshape(rays.shape)[better]
            owner[y0:y1, x0:x1][better] = index
        seen = owner >= 0
        colours = np.array([solid.colour for solid in placed], dtype=np.float32)
        points = eye.astype(np.float32) + depth[seen][:, None] * self._rays[seen]
        fine[seen] = colours[owner[seen]] * self._light(normals[seen], points)[:, None]

    def _light(self, normals: Picture, points: Picture) -> Picture:
        """How brightly a surface is lit: the lamp, the room's light (more from above), the floor's nearness."""
        lamp = self.room.towards_lamp.astype(np.float32)
        direct = np.maximum(normals @ lamp, 0.0)
        around = 0.72 + 0.28 * normals[:, 1]
        gloom = np.clip(1.0 - points[:, 1] / _FLOOR_GLOOM_M, 0.0, 1.0) * np.clip(0.5 - normals[:, 1], 0.0, 1.0)
        light = self.room.ambient * around + (1.12 - self.room.ambient) * direct
        return np.asarray(light * (1.0 - 0.55 * gloom), dtype=np.float32)
