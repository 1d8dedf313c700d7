"""Is anybody else in the picture?

The pose model follows one person and does not say whether there are others, until it jumps to one of them. So now and
then the person who is followed is wiped out of a small copy of the picture, and the model is asked whether it still
finds somebody. Asking it for two people at once was tried: with the same picture it finds a passer-by in one look of
ten, this way in eight.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from poses import skeleton

# The model looks at 224 by 224 pixels to find somebody; more than this it does not need.
_LONGER_SIDE_PX: Final = 320
# Half the width of what is wiped out round each bone, and the radius round the head, in lengths of the trunk.
_BROAD, _HEAD = 0.35, 0.45
# What is wiped out takes the colours around it, from so many times that width.
_AROUND: Final = 4.0
# Of shoulders, hips, knees and ankles: with more of them on what was wiped out, it is the same body seen again.
_OWN_JOINTS: Final = 4
# Who looks less than half as large is too far away to be taken for the person, or is no person: plants beside a chair
# were found so (convention).
_LEAST_SIZE: Final = 0.5

_BONES: Final = (
    *((pair[0], pair[1]) for pair in (skeleton.SHOULDERS, skeleton.HIPS)),
    *(
        (upper[side], lower[side])
        for side in (skeleton.LEFT, skeleton.RIGHT)
        for upper, lower in (
            (skeleton.SHOULDERS, skeleton.HIPS),
            (skeleton.HIPS, skeleton.KNEES),
            (skeleton.KNEES, skeleton.ANKLES),
            (skeleton.ANKLES, skeleton.FOOT_INDICES),
            (skeleton.HEELS, skeleton.FOOT_INDICES),
            (skeleton.SHOULDERS, skeleton.ELBOWS),
            (skeleton.ELBOWS, skeleton.WRISTS),
            (skeleton.EARS, skeleton.SHOULDERS),
        )
    ),
)
_TRUNK: Final = np.array([*skeleton.SHOULDERS, *skeleton.HIPS])
_OUTLINE: Final = np.array([*skeleton.SHOULDERS, *reversed(skeleton.HIPS)])
_JOINTS: Final = np.array([skeleton.SHOULDERS, skeleton.HIPS, skeleton.KNEES, skeleton.ANKLES]).ravel()


@dataclass(frozen=True, slots=True)
class Wiped:
    """A small copy of a picture in which a person is wiped out.

    Attributes:
        image: RGB ``uint8 (h, w, 3)``, no side longer than 320 pixels.
        mask: ``(h, w)`` where something was wiped out.
        size_px: How large the person was in it, see ``_size_px``.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    size_px: float


def without_person(image: NDArray[np.uint8], image_px: NDArray[np.floating]) -> Wiped:
    """Wipes a person out of a small copy of a picture.

    Args:
        image: RGB ``uint8 (H, W, 3)``.
        image_px: ``(33, 2)`` landmarks of the person.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _LONGER_SIDE_PX / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    # What lies far outside the picture need not be drawn where it is, and OpenCV's integers would overflow.
    points = np.clip(image_px.astype(np.float64) * scale, -2.0 * _LONGER_SIDE_PX, 3.0 * _LONGER_SIDE_PX)
    whole = points.round().astype(np.int32)
    trunk = max(1.0, math.dist(points[_TRUNK[:2]].mean(axis=0), points[_TRUNK[2:]].mean(axis=0)))
    mask = np.zeros((size[1], size[0]), np.uint8)
    for a, b in _BONES:
        cv2.line(mask, whole[a].tolist(), whole[b].tolist(), 255, min(255, max(3, round(2.0 * _BROAD * trunk))))
    cv2.fillPoly(mask, [whole[_OUTLINE]], 255)
    head = whole[[skeleton.NOSE, *skeleton.EARS]].mean(axis=0).round().astype(int)
    cv2.circle(mask, head.tolist(), max(3, round(_HEAD * trunk)), 255, -1)
    # The colours around, so that no outline of a body is left to be found again.
    reach = 2 * round(min(_AROUND * _BROAD * trunk, _LONGER_SIDE_PX)) + 1
    out = mask > 0
    coloured = small.astype(np.float32)
    coloured[out] = 0.0
    share = cv2.blur((~out).astype(np.float32), (reach, reach))[out][:, None]
    around = cv2.blur(coloured, (reach, reach))[out] / np.maximum(share, 1e-3)
    wiped = small.astype(np.uint8, copy=True)
    alone = share <= 1e-3
    if alone.any():
        # Nothing of the picture is near enough.
        around = np.where(alone, 0.0 if out.all() else wiped[~out].mean(axis=0), around)
    wiped[out] = around.astype(np.uint8)
    return Wiped(wiped, out, _size_px(points))


def is_somebody_else(found: NDArray[np.floating], wiped: Wiped) -> bool:
    """Whether what was found in the wiped picture is another body, near enough to be taken for the person's.

    Args:
        found: ``(33, 2)`` landmarks in that picture; NaN where nobody was found.
        wiped: The picture.
    """
    # A comparison with NaN is False.
    if not _size_px(found) >= _LEAST_SIZE * wiped.size_px:
        return False
    mask = wiped.mask
    x, y = found[_JOINTS].round().astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    return int(mask[y[inside], x[inside]].sum()) <= _OWN_JOINTS


def _size_px(image_px: NDArray[np.floating]) -> float:
    """Trunk, thighs and shanks of both sides, laid end to end."""
    joints = image_px[_JOINTS].reshape(4, 2, 2).astype(np.float64)
    return float(np.hypot(*np.moveaxis(np.diff(joints, axis=0), -1, 0)).sum())
