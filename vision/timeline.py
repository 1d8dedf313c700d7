"""The strip along the lower edge of the annotated video: what was said of each moment so far, and where we are.

Which question this module answers: how the clip went as a whole, while it plays. The strip spans the clip; if its
length is not known, or was announced too short, it holds twice as much each time it is full. Memory does not grow.

No verdict is told by colour alone: what is well is a low line, a caution is higher, a stop fills the strip, and what
was not judged is dotted. Holds are lined above, and each repetition ends with a tick.
"""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from poses.phases import Phase
from poses.records import Step, Verdict
from vision.palette import COLOURS, INK, PAPER, Image

# Parts of the span that are told apart; even, since two are joined when the strip is full.
BINS: Final = 960
# What the strip spans when the length is not known.
FIRST_SPAN_S: Final = 60.0

_NOTHING: Final = 0
_LEVELS: Final = {Verdict.UNKNOWN: 1, Verdict.OK: 2, Verdict.CAUTION: 3, Verdict.STOP: 4}
_COLOURS: Final = np.array([INK, *(COLOURS[verdict] for verdict in _LEVELS)], dtype=np.uint8)
# Parts of the strip's height that are filled, from below.
_FILLED: Final = np.array([0.0, 0.3, 0.3, 0.65, 1.0])
_DOT_PX: Final = 3
_SHADE: Final = 0.35
# What becomes of each value of each channel under the empty strip.
_SHADED: Final = (_SHADE * np.arange(256)[None, :, None] + (1.0 - _SHADE) * np.array(INK)).astype(np.uint8)


class Timeline:
    """Takes every step in turn and draws the strip of what was so far.

    Args:
        duration_s: Length of the clip, if it is known.
    """

    def __init__(self, duration_s: float | None = None) -> None:
        known = duration_s is not None and math.isfinite(duration_s) and duration_s > 0.0
        self.span_s = float(duration_s) if known and duration_s is not None else FIRST_SPAN_S
        self._level: NDArray[np.uint8] = np.zeros(BINS, np.uint8)
        self._held: NDArray[np.uint8] = np.zeros(BINS, np.uint8)
        self._ends: NDArray[np.uint8] = np.zeros(BINS, np.uint8)
        self._first_s: float | None = None
        self._bin = 0

    def add(self, step: Step) -> None:
        """Takes one step into account."""
        time_s = step.pose.time_s
        self._first_s = time_s if self._first_s is None else self._first_s
        # Half a frame of grace: the last frame of a clip of known length lies within it.
        while (past_s := time_s - self._first_s) >= self.span_s * (1.0 + 1.0 / BINS):
            self._double()
        last, self._bin = self._bin, min(int(past_s / self.span_s * BINS), BINS - 1)
        level = _LEVELS[step.verdict]
        # A frame that spans several bins is all there is to say of them.
        for bin_ in range(min(last + 1, self._bin), self._bin + 1):
            self._level[bin_] = max(self._level[bin_], level)
            self._held[bin_] |= step.moment.phase in (Phase.HOLD, Phase.TOP)
        self._ends[self._bin] |= bool(step.moment.repetitions)

    def _double(self) -> None:
        """Joins two bins to one, the graver verdict of both, and so spans twice as much."""
        self.span_s *= 2.0
        half = BINS // 2
        for kept in (self._level, self._held, self._ends):
            kept[:half] = kept.reshape(half, 2).max(axis=1)
            kept[half:] = 0
        self._bin //= 2

    def levels(self) -> NDArray[np.uint8]:
        """``(BINS,)`` of each part of the span: 0 nothing yet, 1 not judged, 2 well, 3 caution, 4 stop."""
        return np.array(self._level, dtype=np.uint8)

    def draw(self, image: Image) -> None:
        """Draws the strip into a picture, RGB ``uint8 (H, W, 3)``, in place."""
        h, w = image.shape[:2]
        high = max(6, round(min(w, h) / 48))
        strip = image[h - high :]
        strip[:] = cv2.LUT(strip, _SHADED)
        columns = np.arange(w) * BINS // w

        def seen(kept: NDArray[np.uint8]) -> NDArray[np.uint8]:
            # Where bins share a column, the gravest.
            return np.asarray(np.maximum.reduceat(kept, columns) if w < BINS else kept[columns], dtype=np.uint8)

        at = seen(self._level)
        from_below = np.arange(high, 0, -1)[:, None] / high
        shown = (from_below <= _FILLED[at] + 1e-9) & (at > _NOTHING)
        shown &= (at != _LEVELS[Verdict.UNKNOWN]) | (np.arange(w) // _DOT_PX % 2 == 0)
        np.copyto(strip, _COLOURS[at], where=shown[:, :, None])
        line = max(1, high // 6)
        strip[:line, (seen(self._held) > 0) & (at != _LEVELS[Verdict.STOP])] = PAPER
        strip[: high // 2, seen(self._ends) > 0] = PAPER
        now = min(int((self._bin + 0.5) / BINS * w), w - 1)
        strip[:, max(now - line // 2, 0) : now + line // 2 + 1] = PAPER
