"""Translucent cards with rounded corners that lie over the picture.

Which question this module answers: how a part of the overlay that seldom changes is made once and laid over each
frame cheaply. Only the rectangle under the card is touched.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.palette import INK, Colour, Image


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: left, top, width and height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """First column right of it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.h

    def overlap(self, other: "Box") -> int:
        """Area in square pixels that both cover."""
        wide = min(self.right, other.right) - max(self.x, other.x)
        high = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(wide, 0) * max(high, 0)


@dataclass(frozen=True, slots=True)
class Card:
    """A finished card.

    Attributes:
        rgb: ``uint8 (H, W, 3)``: its ground and all that is drawn on it.
        ink: ``uint8 (H, W)``: not 0 where something opaque is drawn on the ground.
        cover: ``float32 (4, R, R)``: how much of each pixel of a corner belongs to the card; the corners are upper
            left, upper right, lower left, lower right.
        opacity: Of the ground, 0 to 1.
    """

    rgb: Image
    ink: Image
    cover: NDArray[np.float32]
    opacity: float


def blank(w: int, h: int, ground: Colour = INK) -> Image:
    """An empty ground to draw on."""
    return np.full((h, w, 3), ground, np.uint8)


def finish(rgb: Image, radius: int, opacity: float, ground: Colour = INK, solid: int = 0) -> Card:
    """Makes a card of what was drawn on a ground; everything that differs from the ground becomes opaque.

    Args:
        rgb: The ground and what is drawn on it.
        radius: Of the corners, in pixels.
        opacity: Of the ground.
        ground: Its colour.
        solid: How many columns at the left are opaque whatever their colour.
    """
    drawn = cv2.absdiff(rgb, np.full_like(rgb, ground)).max(axis=-1)
    ink = np.where(drawn > 3, 255, 0).astype(np.uint8)
    ink[:, :solid] = 255
    radius = max(1, min(radius, rgb.shape[0] // 2, rgb.shape[1] // 2))
    offset = radius - 0.5 - np.arange(radius, dtype=np.float32)
    cover = np.clip(radius + 0.5 - np.hypot(offset[:, None], offset[None, :]), 0, 1).astype(np.float32)
    corners = np.stack([cover, cover[:, ::-1], cover[::-1], cover[::-1, ::-1]])
    return Card(rgb, ink, corners, opacity)


def lay(image: Image, card: Card, x: int, y: int) -> None:
    """Lays a card over ``image``, in place, with its upper left corner at ``x``, ``y``; it must lie inside."""
    h, w = card.ink.shape
    view = image[y : y + h, x : x + w]
    r = card.cover.shape[1]
    ends = [(rows, columns) for rows in (slice(0, r), slice(h - r, h)) for columns in (slice(0, r), slice(w - r, w))]
    corners = [view[rows, columns] for rows, columns in ends]
    under = [corner.copy() for corner in corners]
    cv2.addWeighted(card.rgb, card.opacity, view, 1 - card.opacity, 0, view)
    cv2.copyTo(card.rgb, card.ink, view)
    for corner, kept, cover in zip(corners, under, card.cover, strict=True):
        corner[:] = cv2.blendLinear(corner, kept, cover, 1 - cover)
