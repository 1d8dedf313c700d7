"""The pinhole camera through which a phantom is seen.

Which question this module answers: at which pixel a point of the world appears, and along which ray a pixel looks. The
axes of the world are those of ``kinematics``: x forward, y up, z to the person's right, metres.
"""

from dataclasses import dataclass

import numpy as np

from calibration.phantom.kinematics import Array


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera on a circle round the person, looking at its middle; no lens distortion, square pixels.

    At yaw 0 it stands at the person's right and looks along -z: whoever faces forward faces the picture's right.

    Attributes:
        distance_m: From the vertical axis it looks at, along the floor.
        height_m: Above the floor.
        yaw_deg: Round the person; positive moves the camera towards where the person's front points (+x).
        pitch_deg: Positive looks down; 0 is level.
        roll_deg: Positive turns the picture's content clockwise.
        hfov_deg: Horizontal field of view.
        aim_x_m: Where on the x axis the vertical axis stands that the camera looks at.
    """

    distance_m: float = 2.2
    height_m: float = 0.5
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    hfov_deg: float = 60.0
    aim_x_m: float = 0.0

    @property
    def position(self) -> Array:
        """``(3,)`` metres."""
        yaw = np.radians(self.yaw_deg)
        x, z = self.distance_m * np.sin(yaw), self.distance_m * np.cos(yaw)
        return np.array([self.aim_x_m + x, self.height_m, z])

    @property
    def axes(self) -> Array:
        """``(3, 3)`` rows: the picture's right, the picture's down, and forward, in the world."""
        yaw, pitch, roll = np.radians([self.yaw_deg, self.pitch_deg, self.roll_deg])
        level = np.array([-np.sin(yaw), 0.0, -np.cos(yaw)])
        right = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
        down = np.array([0.0, -1.0, 0.0])
        forward, down = np.cos(pitch) * level + np.sin(pitch) * down, np.cos(pitch) * down - np.sin(pitch) * level
        # Content turns clockwise when the camera turns the other way.
        right, down = np.cos(roll) * right - np.sin(roll) * down, np.cos(roll) * down + np.sin(roll) * right
        return np.stack([right, down, forward])

    def focal_px(self, size: tuple[int, int]) -> float:
        """Focal length in pixels of a picture of this width and height."""
        return float(size[0] / 2.0 / np.tan(np.radians(self.hfov_deg) / 2.0))

    def project(self, points_m: Array, size: tuple[int, int]) -> Array:
        """Points ``(..., 3)`` to pixels ``(..., 2)``, x right and y down; NaN for points behind the camera."""
        seen = (np.asarray(points_m) - self.position) @ self.axes.T
        depth = np.where(seen[..., 2:] > 0.0, seen[..., 2:], np.nan)
        return np.asarray(self.focal_px(size) * seen[..., :2] / depth + np.array(size) / 2.0)

    def rays(self, size: tuple[int, int]) -> Array:
        """``(H, W, 3)`` direction of each pixel's middle, one metre deep along the optical axis."""
        width, height = size
        x = (np.arange(width) + 0.5 - width / 2.0) / self.focal_px(size)
        y = (np.arange(height) + 0.5 - height / 2.0) / self.focal_px(size)
        right, down, forward = self.axes
        return np.asarray(x[None, :, None] * right + y[:, None, None] * down + forward)
