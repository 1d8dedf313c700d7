"""Where can a clip be cut, so that its parts are read side by side and are the very pictures of a reading in one go?

An index is made from the packets of a file, without decoding: when each picture is shown, and with which a decoder can
begin. There is none where anything about the file is unusual; such a file is read in one go. Whoever reads a part
compares every picture with the index (``Clip.part``).
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.packets import Packets

# In these one can go to a key frame by its time stamp; FFmpeg has to search for it in others, and may miss it.
_FORMATS: Final = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")


class Astray(Exception):
    """A part of a clip does not hold the pictures that its index promised."""


@dataclass(frozen=True, slots=True)
class Index:
    """The pictures of a clip, in the order they are shown.

    Attributes:
        stamps: ``int64 (N,)`` time stamps by the file's own clock, strictly rising.
        begins: ``int64 (B,)`` positions of those that a decoder can begin with: neither they nor any picture shown
            later need one that was shown before.
        tick_s: One step of that clock.
    """

    stamps: NDArray[np.int64]
    begins: NDArray[np.int64]
    tick_s: Fraction

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Media times, from 0."""
        return np.asarray((self.stamps - self.stamps[0]) * float(self.tick_s), dtype=np.float64)


def index_of(path: Path) -> Index | None:
    """The index of a video file, or None where it is better read in one go.

    Raises:
        Problem: It cannot be read.
    """
    packets = Packets(path)
    with packets.container:
        tick_s = packets.stream.time_base
        if packets.container.format.name not in _FORMATS or tick_s is None:
            return None
        stamps: list[int] = []
        keys: list[int] = []
        latest: int | None = None
        for packet in packets:
            if packet is None:
                break
            # A trimmed recording holds pictures that are not to be shown.
            if packet.pts is None or packet.is_discard:
                return None
            if packet.is_keyframe and (latest is None or packet.pts > latest):
                keys.append(packet.pts)
            stamps.append(packet.pts)
            latest = packet.pts if latest is None else max(latest, packet.pts)
        if not keys:
            return None
        ordered = np.unique(np.array(stamps, dtype=np.int64))
        shown_s = [float(stamp * tick_s) for stamp in (int(ordered[0]), int(ordered[-1]))]
        if len(ordered) != len(stamps) or keys[0] != ordered[0]:
            return None
        if packets.damage(shown_s[0], shown_s[1] - shown_s[0], packets.lost) is not None:
            return None
    return Index(ordered, np.searchsorted(ordered, keys), tick_s)
