"""A second opinion on which leg is which: what the pose model says of the picture's mirror image.

Which question this module answers: when is a second look worth its time, and whom does it agree with? A body in a
mirror is a body, but to the model it is another picture, and where it exchanges the legs of one it mostly does not
exchange those of the other.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.measures import Float

Floating = NDArray[np.floating]

# One look in so much media time costs few frames, and a lunge held for some seconds gets many (convention).
EVERY_S: Final = 0.5
# Half-kneeling, the thighs are so far apart, and one shank lies at least so far from upright. Convention, wide.
LEAST_SPLIT_DEG: Final = 40.0
LEAST_SHANK_DEG: Final = 50.0

_MIRRORED: Final = np.array(skeleton.MIRRORED)
_KNEES_AND_ANKLES: Final = np.array((skeleton.KNEES, skeleton.ANKLES))


def is_due(image_px: Floating, time_s: float, last_s: float) -> bool:
    """Whether a second look is wanted at this frame.

    Args:
        image_px: ``(33, 2)`` landmarks, NaN where nobody was found.
        time_s: Media time.
        last_s: Media time of the last look; -inf before the first. Looks keep to the slots of a fixed clock, so that it
            does not matter where in a clip an estimation starts.
    """
    slot = math.floor(time_s / EVERY_S)
    if last_s > -math.inf and slot <= math.floor(last_s / EVERY_S):
        return False
    hips, knees, ankles = (image_px[list(pair)] for pair in (skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES))
    (left_x, left_y), (right_x, right_y) = (knees - hips).tolist()
    split = abs(math.atan2(left_x * right_y - left_y * right_x, left_x * right_x + left_y * right_y))
    shank = max(math.atan2(abs(x), abs(y)) for x, y in (ankles - knees).tolist())
    # Comparisons with NaN are False.
    return split >= math.radians(LEAST_SPLIT_DEG) and shank >= math.radians(LEAST_SHANK_DEG)


def unmirrored(mirrored_px: Floating, width_px: int) -> Float:
    """Landmarks found in the mirror image of a picture, ``(33, 2)``, as landmarks of the picture itself."""
    points: Float = mirrored_px[_MIRRORED].astype(np.float64)
    points[:, 0] = width_px - points[:, 0]
    return points


def opinion(image_px: Floating, second_px: Floating) -> float:
    """How much better a second look fits with the legs' labels exchanged.

    Args:
        image_px: ``(33, 2)`` landmarks of the first look.
        second_px: ``(33, 2)`` of the second, in the same picture.

    Returns:
        -1 (the same legs) to 1 (the other leg in each case); NaN when either has none.
    """
    first, second = image_px[_KNEES_AND_ANKLES], second_px[_KNEES_AND_ANKLES]
    same, other = (float(np.hypot(*(legs - first).reshape(-1, 2).T).sum()) for legs in (second, second[:, ::-1]))
    return (same - other) / (same + other) if same + other > 0.0 else math.nan
