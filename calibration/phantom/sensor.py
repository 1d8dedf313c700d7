"""What a camera's sensor makes of the light: exposure, colour cast, softness and grain.

Which question this module answers: how the picture of a webcam differs from a perfect one. All of it is convention,
chosen to span what webcams and phones deliver; nothing of it moves a point by more than a fraction of a pixel.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sensor:
    """A camera's sensor.

    Attributes:
        noise: Standard deviation of the grain in steps of 255; the default is a webcam's in a lit room.
        blur_px: Standard deviation of softness; 0 is sharp.
        gain: Factor on all brightness.
        tint: Factors on red, green and blue: what the white balance gets wrong.
        exposure_s: How long the shutter stays open; motion blurs over it. 0 freezes all motion.
        mirrored: Whether left and right of the picture are exchanged; the truth then exchanges the sides of the body.
    """

    noise: float = 1.6
    blur_px: float = 0.0
    gain: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure_s: float = 0.0
    mirrored: bool = False

    def develop(self, light: Picture, grain: np.random.Generator) -> NDArray[np.uint8]:
        """The picture, RGB ``uint8 (H, W, 3)``, of light ``(H, W, 3)`` in steps of 255."""
        picture = light
        if self.gain != 1.0 or self.tint != (1.0, 1.0, 1.0):
            picture = picture * (self.gain * np.array(self.tint, dtype=np.float32))
        if self.blur_px > 0.0:
            picture = _soft(picture, self.blur_px)
        # Brightness flickers more than hue, as it does after a camera's own processing.
        height, width = picture.shape[:2]
        picture = picture + grain.normal(0.0, self.noise, (height, width, 1)).astype(np.float32)
        shown = np.clip(np.rint(picture, out=picture), 0, 255, out=picture).astype(np.uint8)
        return np.ascontiguousarray(shown[:, ::-1] if self.mirrored else shown)


def _soft(picture: Picture, sigma_px: float) -> Picture:
    """Gaussian blur along both axes; the border repeats."""
    reach = int(np.ceil(3.0 * sigma_px))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        margin = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        padded = np.pad(picture, margin, mode="edge")
        length = picture.shape[axis]
        parts = (padded[i : i + length] if axis == 0 else padded[:, i : i + length] for i in range(2 * reach + 1))
        picture = np.zeros_like(picture)
        for weight, part in zip(weights, parts, strict=True):
            picture += np.float32(weight) * part
    return picture
