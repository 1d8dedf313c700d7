"""Does the lower knee of somebody rest, as a knee on the floor does?

Which question this module answers: does somebody kneel, or only pass through the posture? At the bottom of a split
squat trunk, thighs and shanks lie as in a low lunge. What differs is that its back knee hovers: it came down a moment
ago and goes up again, where one on the floor stays. How high a knee is above the floor is not asked: the feet, by which
one could tell, stand nearer to the camera or farther away than it, and from a camera at the height of a table that
shifts them by more than the hand's breadth that is in question.
"""

import math
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from poses import skeleton
from poses.records import Pose

# For how long it must have stayed: longer than the turn at the bottom of a squat, far shorter than any stretch
# (convention).
REST_S: Final = 1.0
# And for how long where it was here a moment ago and went up again: whoever does squats may stay below for a while.
AGAIN_REST_S: Final = 3.0
# How far back it is remembered: that and the longest of ordinary squats (convention).
MEMORY_S: Final = 9.0
# Within so much it stays, in lengths of the trunk: 5 cm. A thigh that sinks forward rolls its knee by less and its
# landmark flickers by less, of whoever is as large in the picture as is asked for; a squat passes that at its bottom in
# half a second (convention).
MOST_TRAVEL: Final = 0.1
# It went up when it was so much higher, for three looks at least, and was here when it was no more than that away
# (conventions).
WENT_UP: Final = 0.25
SAME_PLACE: Final = 0.12
_LOOKS_UP: Final = 3
# Looked at ten times a second, so that it does not depend on the frame rate. Of these the highest and the lowest tenth
# are left out, which are jumps of the landmark.
EVERY_S: Final = 0.1
_LEFT_OUT: Final = 10
_FEW_LOOKS: Final = 5
# Of a longer time without a look nobody knows what the knee did.
_GAP_S: Final = 0.35
_ROWS: Final = np.array([*skeleton.SHOULDERS, *skeleton.HIPS, *skeleton.KNEES])


@dataclass(frozen=True, slots=True)
class RestMemory:
    """Where the lower knee was.

    Attributes:
        looks: Media times, how far down in the picture, and lengths of the trunk, in pixels; oldest first.
    """

    looks: tuple[tuple[float, float, float], ...] = ()

    @property
    def rests(self) -> bool:
        """Whether it has stayed where it is, for as long as it must or since it has been seen."""
        if not self.looks:
            return True
        now_s = self.looks[-1][0]
        trunk_px = median(trunk for _, _, trunk in self.looks)
        times = [time_s for time_s, _, _ in self.looks]
        recent = [at for at, time_s in enumerate(times) if time_s > now_s - REST_S]
        lows = sorted(self.looks[at][1] for at in recent)
        # What came before is known, and then for a moment nothing was.
        lost = recent[0] > 0 and any(times[at] - times[at - 1] > _GAP_S for at in recent)
        if lost or not _stays(lows, trunk_px):
            return False
        here = median(lows)
        higher = [low < here - WENT_UP * trunk_px for _, low, _ in self.looks]
        up = [at for at in range(_LOOKS_UP - 1, len(higher)) if all(higher[at - _LOOKS_UP + 1 : at + 1])]
        if not up or now_s - self.looks[up[-1]][0] > AGAIN_REST_S:
            return True
        return not any(abs(low - here) <= SAME_PLACE * trunk_px for _, low, _ in self.looks[: up[-1]])


def _stays(lows: list[float], trunk_px: float) -> bool:
    """Whether sorted heights differ by no more than a resting knee's do."""
    left_out = max(len(lows) // _LEFT_OUT, int(len(lows) >= _FEW_LOOKS))
    return lows[-1 - left_out] - lows[left_out] <= MOST_TRAVEL * trunk_px


def _slot(time_s: float) -> int:
    """Which of the looks a time belongs to; times of ten pictures a second are not to fall short of it by rounding."""
    return math.floor(time_s / EVERY_S + 1e-6)


def follow(pose: Pose, past: RestMemory) -> RestMemory:
    """Takes one more moment into account.

    Args:
        pose: Of this moment. Which knee is the left one does not matter.
        past: What the last call returned; returned again where nothing new is seen.
    """
    now_s = pose.time_s
    if not pose.found or (past.looks and _slot(now_s) == _slot(past.looks[-1][0])):
        return past
    # Plain numbers: of so few points they are faster than arrays.
    points = [complex(x, y) for x, y in pose.image_px.take(_ROWS, axis=0).tolist()]
    trunk_px = max(abs(points[0] - points[2]), abs(points[1] - points[3]))
    low_px = max(points[4].imag, points[5].imag)
    return RestMemory((*(look for look in past.looks if look[0] > now_s - MEMORY_S), (now_s, low_px, trunk_px)))
