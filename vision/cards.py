"""Cards that lie over the picture: translucent ones with rounded corners, and ones cut out along what is drawn.

Which question this module answers: how a part of the overlay that seldom changes is made once and laid over each
frame cheaply. Only the rectangle under the card is touched.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

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
    """Something finished that is laid over pictures: ``picture * keep / 255 + light``.

    Attributes:
        light: ``uint8 (H, W, 3)``: what it adds to the picture; black where it is transparent.
        keep: ``uint8 (H, W, 3)``: how much of the picture stays visible, 255 where it is transparent.
    """

    light: Image
    keep: Image

    @property
    def w(self) -> int:
        """Its width in pixels."""
        return int(self.light.shape[1])

    @property
    def h(self) -> int:
        """Its height in pixels."""
        return int(self.light.shape[0])


def blank(w: int, h: int, ground: Colour = INK) -> Image:
    """An empty ground to draw on."""
    # OpenCV fills a hundred times as fast as numpy repeats three numbers.
    rgb: Image = np.empty((h, w, 3), np.uint8)
    cv2.rectangle(rgb, (0, 0), (w, h), ground, -1)
    return rgb


def finish(rgb: Image, radius: int, opacity: float, ground: Colour = INK, solid: int = 0) -> Card:
    """Makes a card of what was drawn on a ground; everything that differs from the ground becomes opaque.

    Args:
        rgb: The ground and what is drawn on it.
        radius: Of the corners, in pixels.
        opacity: Of the ground.
        ground: Its colour.
        solid: How many columns at the left are opaque whatever their colour.
    """
    ink = (cv2.absdiff(rgb, np.full_like(rgb, ground)).max(axis=-1) > 3).astype(np.uint8)
    ink[:, :solid] = 1
    light = np.asarray(cv2.copyTo(rgb, ink, cv2.convertScaleAbs(rgb, None, opacity)), np.uint8)
    keep = np.full_like(rgb, round(255 * (1 - opacity)))
    cv2.copyTo(np.zeros_like(rgb), ink, keep)
    radius = max(1, min(radius, rgb.shape[0] // 2, rgb.shape[1] // 2))
    offset = radius - 0.5 - np.arange(radius)
    cover = np.clip(radius + 0.5 - np.hypot(offset[:, None], offset[None, :]), 0, 1)[..., None]
    for down, across in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        for part, outside in ((light, 0), (keep, 255)):
            corner = part[::down, ::across][:radius, :radius]
            corner[:] = np.rint(outside + cover * (corner - float(outside)))
    return _card(light, keep)


def cut_out(w: int, h: int, paint: Callable[[Image], None]) -> Card:
    """Makes a card of what ``paint`` draws into a picture of ``w`` times ``h``, with its smooth edges.

    Drawing mixes colours: whatever is drawn changes any picture as ``picture * keep + light``, and a black and a white
    one tell both.
    """
    on_black, on_white = blank(w, h, (0, 0, 0)), blank(w, h, (255, 255, 255))
    paint(on_black)
    paint(on_white)
    return _card(on_black, np.asarray(cv2.subtract(on_white, on_black), np.uint8))


def _card(light: Image, keep: Image) -> Card:
    """A card that nobody can change, since threads share it."""
    light.flags.writeable = keep.flags.writeable = False
    return Card(light, keep)


def lay(image: Image, card: Card, x: int, y: int) -> None:
    """Lays a card over ``image``, in place, with its upper left corner at ``x``, ``y``; what sticks out is left off."""
    light, keep = card.light, card.keep
    h, w = light.shape[:2]
    view = image[max(y, 0) : max(y + h, 0), max(x, 0) : max(x + w, 0)]
    if view.shape != light.shape:
        left, top = max(-x, 0), max(-y, 0)
        inside = (slice(top, top + view.shape[0]), slice(left, left + view.shape[1]))
        light, keep = light[inside], keep[inside]
        if not view.size:
            return
    cv2.multiply(view, keep, view, 1 / 255)
    cv2.add(view, light, view)
