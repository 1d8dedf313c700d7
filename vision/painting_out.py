"""A picture without one of the arms, so that the pose model has to look for the other where it is.

Which question this module answers: what would be seen if this arm were not there. From the side the near arm hides the
far one or draws it to itself; what is left of the far one shows once the near one is painted out, from the middle of
the upper arm to beyond the fingers, as wide as an arm is and half as much again.
"""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from poses import skeleton

# The model looks at 224 by 224 pixels to find somebody; more than this it does not need.
_LONGER_SIDE_PX: Final = 320
# Somebody who is small in the picture is looked at from nearer, but nothing is enlarged more than this.
_LARGEST_SCALE: Final = 1.5
# The part that is looked at reaches so far beyond the landmarks, in lengths of the trunk: hands, feet, and some room
# without which the model does not find anybody.
_ROOM: Final = 0.8
# Half the width of what is painted out, in lengths of the trunk. An arm is 8 to 10 cm wide at a trunk of 50, and its
# landmarks are off by some centimetres.
_HALF_WIDTH: Final = 0.13
# The upper arm from here on: higher up it lies over the head, which the model needs in order to find somebody.
_FROM_ELBOW: Final = 0.5
# From the wrist so far on, in lengths of the forearm. A hand is 0.74 of it (Drillis and Contini 1966: 0.108 and 0.146
# of stature); the rest is the round end of what is painted.
_HAND: Final = 0.5
# Colours are carried in from so many pixels around.
_AROUND_PX: Final = 3.0

_ARMS: Final = np.array([skeleton.SHOULDERS, skeleton.ELBOWS, skeleton.WRISTS]).T
_TRUNK: Final = np.array([*skeleton.SHOULDERS, *skeleton.HIPS])


def without_arm(
    image: NDArray[np.uint8], image_px: NDArray[np.floating], side: int
) -> tuple[NDArray[np.uint8], float, NDArray[np.float64]]:
    """A small copy of the part of a picture where a person is, with an arm painted out.

    Args:
        image: RGB ``uint8 (H, W, 3)``.
        image_px: ``(33, 2)`` landmarks of the person; some of them lie in the picture.
        side: Of the arm.

    Returns:
        The copy, no side longer than 320 pixels; its scale; and its corner in the picture.
    """
    wh = np.array(image.shape[1::-1], np.float64)
    points = np.clip(image_px.astype(np.float64), 0.0, wh)
    trunk = max(1.0, math.dist(points[_TRUNK[:2]].mean(axis=0), points[_TRUNK[2:]].mean(axis=0)))
    low = np.clip(points.min(axis=0) - _ROOM * trunk, 0.0, wh - 1.0).round().astype(int)
    high = np.clip(points.max(axis=0) + _ROOM * trunk, low + 1, wh).round().astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    scale = min(_LARGEST_SCALE, _LONGER_SIDE_PX / max(part.shape[:2]))
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR)
    shoulder, elbow, wrist = (points[_ARMS[side]] - low) * scale
    way = [elbow + _FROM_ELBOW * (shoulder - elbow), elbow, wrist, wrist + _HAND * (wrist - elbow)]
    mask = np.zeros((size[1], size[0]), np.uint8)
    width = min(255, max(3, round(2.0 * _HALF_WIDTH * trunk * scale)))
    cv2.polylines(mask, [np.array(way).round().astype(np.int32)], False, 255, width)
    painted = cv2.inpaint(small, mask, _AROUND_PX, cv2.INPAINT_TELEA).astype(np.uint8, copy=False)
    return painted, scale, low.astype(np.float64)
