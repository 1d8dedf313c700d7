"""Pictures as files."""

import cv2
import numpy as np
from numpy.typing import NDArray


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """Encodes an RGB picture ``uint8 (H, W, 3)`` as PNG."""
    done, encoded = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if not done:
        raise ValueError(f"a picture of shape {image.shape} cannot be encoded as PNG")
    return encoded.tobytes()


def jpeg_bytes(image: NDArray[np.uint8], quality: int = 92) -> bytes:
    """Encodes an RGB picture ``uint8 (H, W, 3)`` as JPEG."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, encoded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError(f"a picture of shape {image.shape} cannot be encoded as JPEG")
    return encoded.tobytes()
