"""Pictures of the printed board through a known lens: the known truth of the tests of the calibration.

It uses none of the formulas of ``calibration``: the lens is undone by fixed-point steps, the board is a plane that rays
are cut with, and each pixel is the mean of rays all over its area. Pixels count from the picture's corner.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.lens import SQUARES, board_picture

_SQUARE_PX = 48


@dataclass(frozen=True)
class TrueLens:
    """A camera as it truly is; the principal point is off the middle by ``off_px``."""

    image_wh: tuple[int, int] = (640, 480)
    focal_px: float = 600.0
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0
    off_px: tuple[float, float] = (0.0, 0.0)

    @property
    def centre_px(self) -> tuple[float, float]:
        return self.image_wh[0] / 2 + self.off_px[0], self.image_wh[1] / 2 + self.off_px[1]

    def seen(self, ideal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels at which directions ``(..., 2)`` (x/z, y/z) are seen."""
        x, y = ideal[..., 0], ideal[..., 1]
        r2 = x**2 + y**2
        radial = 1 + self.k1 * r2 + self.k2 * r2**2
        bent_x = x * radial + 2 * self.p1 * x * y + self.p2 * (r2 + 2 * x**2)
        bent_y = y * radial + self.p1 * (r2 + 2 * y**2) + 2 * self.p2 * x * y
        bent: NDArray[np.float64] = np.stack([bent_x, bent_y], axis=-1)
        return bent * self.focal_px + self.centre_px

    def directions(self, points_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """Directions that are seen at pixels: steps that undo what is missing, until nothing is."""
        target = (points_px - self.centre_px) / self.focal_px
        ideal: NDArray[np.float64] = target.copy()
        for _ in range(400):
            missing = points_px - self.seen(ideal)
            ideal += missing / self.focal_px
            if np.abs(missing).max() < 1e-3:
                return ideal
        raise AssertionError(f"{self} folds the picture over")


@dataclass(frozen=True)
class Place:
    """How the board is held: its middle at a point of the picture, its distance in squares, and how it is turned.

    ``bent``: by how many squares its middle bulges towards the camera.
    """

    x: float
    y: float
    distance: float
    tip_deg: float = 0.0
    turn_deg: float = 0.0
    roll_deg: float = 0.0
    bent: float = 0.0


@lru_cache(maxsize=4)
def _rays(lens: TrueLens) -> NDArray[np.float64]:
    """The directions of four rays in each pixel, between those of its corners."""
    width, height = lens.image_wh
    rays = lens.directions(np.stack(np.meshgrid(np.arange(width + 1.0), np.arange(height + 1.0)), axis=-1))
    for _ in range(2):  # down, then across
        both = np.stack([0.75 * rays[:-1] + 0.25 * rays[1:], 0.25 * rays[:-1] + 0.75 * rays[1:]], axis=1)
        rays = both.reshape(-1, *rays.shape[1:]).swapaxes(0, 1)
    return np.ascontiguousarray(rays)


@lru_cache(maxsize=1)
def _sheet() -> NDArray[np.uint8]:
    """The board with a white rim of one square."""
    return np.pad(board_picture(_SQUARE_PX), _SQUARE_PX, constant_values=255)


def render(
    lens: TrueLens, place: Place, *, blur_px: float = 0.6, noise: float = 2.0, seed: int = 0
) -> NDArray[np.uint8]:
    """The picture: RGB ``uint8 (H, W, 3)``."""
    width, height = lens.image_wh
    rays = _rays(lens)
    (middle,) = lens.directions(np.array([[place.x * width, place.y * height]]))
    tip, turn, roll = radians(place.tip_deg), radians(place.turn_deg), radians(place.roll_deg)
    about_x = np.array([[1, 0, 0], [0, cos(tip), -sin(tip)], [0, sin(tip), cos(tip)]])
    about_y = np.array([[cos(turn), 0, sin(turn)], [0, 1, 0], [-sin(turn), 0, cos(turn)]])
    about_z = np.array([[cos(roll), -sin(roll), 0], [sin(roll), cos(roll), 0], [0, 0, 1]])
    across, down, normal = (about_x @ about_y @ about_z).T
    origin = place.distance * np.array([*middle, 1.0])
    depth = (origin @ normal) / (rays @ normal[:2] + normal[2])
    u, v = _on_plane(rays, depth, origin, across, down)
    if place.bent:
        for _ in range(4):  # the surface is nearer where it bulges: a few steps find it
            bulge = place.bent * (1 - np.clip(np.abs(u) / (SQUARES[0] / 2 + 1), 0, 1) ** 2)
            depth = (origin @ normal - bulge) / (rays @ normal[:2] + normal[2])
            u, v = _on_plane(rays, depth, origin, across, down)
    map_x = ((u + SQUARES[0] / 2 + 1) * _SQUARE_PX - 0.5).astype(np.float32)
    map_y = ((v + SQUARES[1] / 2 + 1) * _SQUARE_PX - 0.5).astype(np.float32)
    sampled = cv2.remap(_sheet(), map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(90,))
    grey = cv2.resize(sampled, (width, height), interpolation=cv2.INTER_AREA).astype(np.float64)
    light = np.linspace(0.8, 1.0, width)[None, :] * np.linspace(1.0, 0.9, height)[:, None]
    blurred = cv2.GaussianBlur((20 + 0.8 * grey) * light, (0, 0), blur_px)
    grey = np.asarray(blurred, dtype=np.float64)
    grey += np.random.default_rng(seed).normal(scale=noise, size=grey.shape)
    return np.repeat(np.clip(np.round(grey), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _on_plane(
    rays: NDArray[np.float64],
    depth: NDArray[np.float64],
    origin: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where rays meet the board, in squares from its middle."""
    x, y, z = rays[..., 0] * depth - origin[0], rays[..., 1] * depth - origin[1], depth - origin[2]
    return x * across[0] + y * across[1] + z * across[2], x * down[0] + y * down[1] + z * down[2]


def good_places(lens: TrueLens) -> tuple[Place, ...]:
    """How a careful user holds the board: in the middle and in all corners, tilted to all sides, near and far."""

    # So far that the board is as wide as this part of the picture.
    def at(share: float) -> float:
        return SQUARES[0] * lens.focal_px / (share * lens.image_wh[0])

    near, far = at(0.62), at(0.45)
    return (
        Place(0.5, 0.5, at(0.8)),
        Place(0.5, 0.5, near, tip_deg=35.0),
        Place(0.5, 0.5, near, tip_deg=-35.0),
        Place(0.5, 0.5, near, turn_deg=40.0, roll_deg=10.0),
        Place(0.5, 0.5, near, turn_deg=-40.0, roll_deg=-15.0),
        Place(0.25, 0.28, near, turn_deg=20.0),
        Place(0.75, 0.28, near, turn_deg=-20.0, roll_deg=5.0),
        Place(0.25, 0.72, near, tip_deg=-25.0),
        Place(0.75, 0.72, near, tip_deg=20.0, turn_deg=15.0),
        Place(0.3, 0.3, far, tip_deg=30.0, turn_deg=-25.0),
        Place(0.7, 0.3, far, tip_deg=-30.0, turn_deg=-25.0),
        Place(0.3, 0.7, far, tip_deg=25.0, turn_deg=30.0, roll_deg=90.0),
        Place(0.7, 0.7, far, tip_deg=-20.0, turn_deg=30.0),
    )
