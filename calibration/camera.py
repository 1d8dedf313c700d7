"""What is known of a camera: how its lens bends the picture, and what a pinhole would have shown instead.

Which question this module answers: where would a landmark stand had the lens drawn straight lines straight. It knows no
files and no OpenCV; ``calibration.lens`` finds a lens from pictures of a board.

The model is Brown's, as OpenCV writes it: a point at ``x, y`` (in focal lengths from the principal point) is seen at
``x (1 + k1 r^2 + k2 r^4 + k3 r^6) + 2 p1 x y + p2 (r^2 + 2 x^2)``, and likewise for y. Pixels are counted from the
picture's upper left corner, as landmarks are; OpenCV counts from the middle of the first pixel, half a pixel less.
"""

import math
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from calibration.profile import NAME
from poses.problem import Problem
from poses.records import Float32Array, Pose
from poses.strict_toml import Strict

VERSION: Final = 1
# Two shapes of picture are one when they differ by less: 854 x 480 and 1280 x 720 differ by a thousandth.
_SAME_SHAPE: Final = 0.01
# Newton's method needs five steps for most lenses; more for one that is about to fold the picture over at its corner.
_STEPS: Final = 12
# How far out from the middle to the edge a lens is tried.
_WAY_OUT: Final = np.linspace(0.1, 1.0, 10)
# What may be left over when a point is bent back and forth, in focal lengths: a thousandth of a pixel.
_LEFT_OVER: Final = 1e-6

Float64Array = NDArray[np.float64]
_Pair = Annotated[tuple[float, float], Field(strict=False)]
_Length = Annotated[float, Field(gt=0.0)]


class Lens(Strict):
    """How a camera sees.

    Attributes:
        image_wh: Size of the pictures it was found from, in pixels.
        focal_px: Focal length across and down. They differ where pixels are not square.
        centre_px: Principal point: where the camera looks straight ahead.
        k1, k2, k3: Radial distortion; k1 is below 0 where straight lines bulge outwards (barrel).
        p1, p2: Tangential distortion.
        error_px: How far the model misses the corners of the board, root mean square.
        pictures: From how many pictures it was found.
        on: When.
    """

    image_wh: Annotated[tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]], Field(strict=False)]
    focal_px: Annotated[tuple[_Length, _Length], Field(strict=False)]
    centre_px: _Pair
    k1: float = 0.0
    k2: float = 0.0
    p1: float = 0.0
    p2: float = 0.0
    k3: float = 0.0
    error_px: Annotated[float, Field(ge=0.0)]
    pictures: Annotated[int, Field(gt=0)]
    on: date

    @model_validator(mode="after")
    def _shows_everything_once(self) -> "Lens":
        # A polynomial may turn back before the corners, and then nothing tells which of two points was seen there.
        seen = _WAY_OUT[:, None, None] * (_border(self.image_wh) - self.centre_px) / self.focal_px
        ideal = self._unbent(seen)
        if not (np.abs(self._bent(ideal) - seen) < _LEFT_OVER).all() or not (self._stretch(ideal) > 0.0).all():
            raise ValueError("the distortion folds the picture over before its edge")
        return self

    @property
    def square_focal_px(self) -> float:
        """The focal length of the ideal pinhole, whose pixels are square."""
        return math.sqrt(self.focal_px[0] * self.focal_px[1])

    @property
    def field_of_view_deg(self) -> float:
        """What the picture holds from its left to its right edge, at half its height."""
        width, height = self.image_wh
        ends = np.array([[0.0, height / 2], [width, height / 2]])
        left, right = self._unbent((ends - self.centre_px) / self.focal_px)[:, 0]
        return math.degrees(math.atan(right) - math.atan(left))

    @property
    def distortion_at_edge(self) -> tuple[float, float]:
        """The farthest that the lens moves a point on the picture's edge, in pixels, and in degrees of direction."""
        edge = _border(self.image_wh)
        seen = (edge - self.centre_px) / self.focal_px
        ideal = self._unbent(seen)
        moved_px = np.hypot(*((ideal - seen) * self.focal_px).T)
        turned = np.abs(np.arctan(np.hypot(*ideal.T)) - np.arctan(np.hypot(*seen.T)))
        return float(moved_px.max()), math.degrees(float(turned.max()))

    def check_shape(self, image_wh: tuple[int, int]) -> None:
        """Refuses pictures of another shape.

        Raises:
            Problem: They are wider or higher than those the lens was found from, for their size.
        """
        (width, height), (own_width, own_height) = image_wh, self.image_wh
        if abs(width * own_height - height * own_width) > _SAME_SHAPE * height * own_width:
            raise Problem(
                f"The camera was calibrated with pictures of {own_width} x {own_height} pixels, "
                f"and these are {width} x {height}",
                "a picture of another shape is another part of what the lens shows, and nobody can tell which",
                "Calibrate the camera with pictures of the shape it films in",
            )

    def undistorted(self, points_px: NDArray[Any], image_wh: tuple[int, int]) -> Float64Array:
        """Where an ideal pinhole of the same focal length, with square pixels, would show points.

        Args:
            points_px: ``(..., 2)``; NaN stays NaN. What lies outside of the picture, where no lens was measured, is
                moved as the nearest point of its edge is.
            image_wh: Size of the picture they are in; of the same shape as those the lens was found from.

        Raises:
            Problem: The picture is of another shape.
        """
        self.check_shape(image_wh)
        # Both ways of counting pixels begin at the corner, so that scaling is all there is to another size.
        scale = np.array(self.image_wh) / image_wh
        points = np.asarray(points_px, dtype=np.float64) * scale
        inside = np.clip(points, 0.0, self.image_wh)
        ideal = self._unbent((inside - self.centre_px) / self.focal_px) * self.square_focal_px + self.centre_px
        straight: Float64Array = (ideal + (points - inside)) / scale
        return straight

    def _bent(self, ideal: Float64Array) -> Float64Array:
        """Where the lens shows what a pinhole shows there, both in focal lengths."""
        x, y = ideal[..., 0], ideal[..., 1]
        squared = x * x + y * y
        radial = 1.0 + squared * (self.k1 + squared * (self.k2 + squared * self.k3))
        bent: Float64Array = np.stack(
            [
                x * radial + 2.0 * self.p1 * x * y + self.p2 * (squared + 2.0 * x * x),
                y * radial + self.p1 * (squared + 2.0 * y * y) + 2.0 * self.p2 * x * y,
            ],
            axis=-1,
        )
        return bent

    def _unbent(self, seen: Float64Array) -> Float64Array:
        """Inverse of ``_bent`` by Newton's method, which from where a point is seen never passes where it is."""
        ideal: Float64Array = seen.copy()
        with np.errstate(all="ignore"):
            for _ in range(_STEPS):
                (xx, xy, yy), missing = self._slope(ideal), seen - self._bent(ideal)
                determinant = xx * yy - xy * xy
                dx = (yy * missing[..., 0] - xy * missing[..., 1]) / determinant
                dy = (xx * missing[..., 1] - xy * missing[..., 0]) / determinant
                ideal += np.stack([dx, dy], axis=-1)
        return ideal

    def _slope(self, ideal: Float64Array) -> tuple[Float64Array, Float64Array, Float64Array]:
        """The derivatives of ``_bent``, a symmetric matrix: of x by x, of x by y, of y by y."""
        x, y = ideal[..., 0], ideal[..., 1]
        squared = x * x + y * y
        radial = 1.0 + squared * (self.k1 + squared * (self.k2 + squared * self.k3))
        growth = 2.0 * (self.k1 + squared * (2.0 * self.k2 + squared * 3.0 * self.k3))
        return (
            radial + growth * x * x + 2.0 * self.p1 * y + 6.0 * self.p2 * x,
            growth * x * y + 2.0 * self.p1 * x + 2.0 * self.p2 * y,
            radial + growth * y * y + 6.0 * self.p1 * y + 2.0 * self.p2 * x,
        )

    def _stretch(self, ideal: Float64Array) -> Float64Array:
        """By how much the lens stretches the picture there; 0 or less where it is folded over."""
        xx, xy, yy = self._slope(ideal)
        stretch: Float64Array = xx * yy - xy * xy
        return stretch


class Camera(Strict):
    """One camera, by the name its owner gave it.

    Attributes:
        version: Of the file's shape.
        name: What it is called; also that of the file.
        lens: How it sees.
    """

    version: Literal[1] = VERSION
    name: str = Field(pattern=NAME)
    lens: Lens


def straightened(pose: Pose, lens: Lens) -> Pose:
    """The pose as an ideal pinhole would have seen it; where it stands in the picture is kept beside that.

    Raises:
        Problem: The picture is of another shape than those the lens was found from.
    """

    def straight(points_px: Float32Array) -> Float32Array:
        return lens.undistorted(points_px, pose.image_wh).astype(np.float32)

    again = pose.again and replace(pose.again, image_px=straight(pose.again.image_px))
    return replace(pose, image_px=straight(pose.image_px), again=again, picture_px=pose.image_px)


def _border(image_wh: tuple[int, int]) -> Float64Array:
    """Points all along the edge of a picture, in pixels."""
    width, height = image_wh
    along = np.linspace(0.0, 1.0, 33)
    ends = np.zeros_like(along), np.ones_like(along)
    sides = [np.stack(pair, axis=-1) for end in ends for pair in ((along, end), (end, along))]
    return np.concatenate(sides) * (width, height)
