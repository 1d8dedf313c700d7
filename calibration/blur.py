"""How blurred is a picture of the board, whether by the focus or by movement?"""

import numpy as np
from numpy.typing import NDArray


def blur_px(grey: NDArray[np.uint8], corners: NDArray[np.float64], ids: NDArray[np.int32]) -> float:
    """How far edges at the board's corners are spread, one sigma, in the direction in which they are spread most.

    Across an edge of height ``c`` and spread ``s`` the squared slope adds up to ``c^2 / (2 sqrt(pi) s)``. At a corner
    of the chessboard there is such an edge in two directions, and the smaller eigenvalue belongs to the blurrier one.
    """
    places = np.round(corners - 0.5).astype(int)
    low, high = np.maximum(places.min(axis=0), 0), places.max(axis=0) + 1
    contrast = float(np.subtract(*np.percentile(grey[low[1] : high[1], low[0] : high[0]], (90.0, 10.0))))
    # Nothing but the corner itself may lie in the window: the white rim of a marker is an eighth of a square wide.
    neighbours = np.abs(np.subtract.outer(ids, ids)) == 1
    steps = np.hypot(*np.moveaxis(corners[:, None] - corners[None], -1, 0))[neighbours]
    half = int(np.clip(0.125 * float(np.median(steps)) if len(steps) else 3, 3, 12))
    spreads = []
    for x, y in places:
        window = grey[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1].astype(np.float64)
        if window.shape != (2 * half + 1, 2 * half + 1):
            continue
        dy, dx = np.gradient(window)
        tensor = np.array([[(dx * dx).sum(), (dx * dy).sum()], [(dx * dy).sum(), (dy * dy).sum()]])
        slope = max(float(np.linalg.eigvalsh(tensor)[0]), 1e-9)
        spreads.append((2 * half + 1) * contrast**2 / (2.0 * np.sqrt(np.pi) * slope))
    return float(np.median(spreads)) if spreads else float("inf")
