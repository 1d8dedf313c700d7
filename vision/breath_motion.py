"""How far have belly and chest of somebody who lies risen, to a fraction of a pixel?

Which question this module answers: by how much has what is seen of belly and chest moved away from the floor since a
picture that everything is compared with. A quiet breath lifts the belly by two or three pixels; landmarks flicker by
as much, so the picture itself is compared. The trunk is cut out upright and at one size, in small squares, and each
square is shifted until it looks as it did (``trunk_squares``), along the body's own upward direction. Whether that is
a breath is asked in ``poses.breath``: whatever moves there is told.

The place of the cut-out does not follow the landmarks, which would add their flicker. It is chosen anew, with a new
picture to compare with, when the trunk has gone elsewhere or no longer looks the same.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses import skeleton
from poses.breath import MOST_TILT_DEG
from poses.records import Frame, Pose, Rise
from vision.trunk_squares import COLUMNS, FAINT, FARTHEST_PX, ROWS, TRUNK_PX, Squares, cut_out, shifted, squares_of

Floats = NDArray[np.float64]

# A breath has no more than 0.6 of a cycle a second: ten looks a second are plenty.
_EVERY_S: Final = 0.095
# Where along the trunk belly and chest are (safe-ranges.md 2.7: 60 to 90 % and 15 to 45 %, in whole squares), and in
# which rows the chest ends above the arm beside it.
_BELLY: Final = (slice(0, ROWS), slice(6, 10))
_CHEST: Final = (slice(1, 3), slice(2, 5))
# No square counts more than one with this much contrast.
_STRONG: Final = 20000.0
# A square that looks this little like what it was has gone astray and counts for nothing; this much, and it counts.
_ASTRAY, _FITS = 0.5, 0.8
# What moves counts more than what does not, such as the edge of the floor behind: a square that moves half as far as
# those that move counts a quarter. What moves is told by how it went in its last seconds, each moment against the half
# second before, less its flicker; what jumps once and stays is no motion.
_RECENT_S: Final = 8.0
_BEFORE_S: Final = 0.6
# No breath goes faster: 20 mm 18 times a minute go 6 pixels a second at most.
_FASTEST_PX_S: Final = 12.0
_USUAL_PX: Final = _FASTEST_PX_S * _BEFORE_S / 2.0
_STILL_SHARE: Final = 0.25
# A trunk that has gone this much of its length, or looks this little as it did, is looked at anew.
_GONE: Final = 0.10
_ALIKE: Final = 0.55
_LANDMARKS_S: Final = 1.0
# Smaller than this nothing can be told.
_LEAST_TRUNK_PX: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The picture that later ones are compared with.

    Attributes:
        time_s: When it was taken: its name.
        ends_px: ``(2, 2)`` middle of the shoulders and of the hips.
        squares: What it looked like.
    """

    time_s: float
    ends_px: Floats
    squares: Squares


@dataclass(frozen=True, slots=True, eq=False)
class MotionMemory:
    """What is remembered from look to look.

    Attributes:
        looked_s: When it was last looked.
        ends_px: Shoulders and hips, smoothed, or None.
        reference: What is compared with, or None.
        shifts_px: ``(B,)`` how far each square has gone down the cut-out.
        mean_px: ``(B,)`` where it was in the last half second.
        moves: ``(B,)`` how much, squared.
        flickers: ``(B,)`` how much of that is flicker from look to look.
        fits: ``(B,)`` how much it looks like what it was, as a correlation.
        rise: What was told last.
    """

    looked_s: float = -math.inf
    ends_px: Floats | None = None
    reference: Reference | None = None
    shifts_px: Floats | None = None
    mean_px: Floats | None = None
    moves: Floats | None = None
    flickers: Floats | None = None
    fits: Floats | None = None
    rise: Rise | None = None


def look(frame: Frame, pose: Pose, memory: MotionMemory) -> tuple[Rise | None, MotionMemory]:
    """How far belly and chest have risen in one more picture.

    Args:
        frame: The picture.
        pose: Whom it shows.
        memory: What the last call returned.

    Returns:
        What was told, or None where nothing was looked at; and what to remember.
    """
    if 0.0 <= pose.time_s - memory.looked_s < _EVERY_S:
        return None, memory
    ends = ends_of(pose)
    if ends is None:
        return None, MotionMemory(looked_s=pose.time_s)
    elapsed_s = pose.time_s - memory.looked_s
    ends = _smoothed(ends, elapsed_s, memory.ends_px)
    memory = replace(memory, looked_s=pose.time_s, ends_px=ends)
    held, shifts = memory.reference, memory.shifts_px
    if held is None or shifts is None or _gone(ends, held.ends_px):
        return _anew(frame, ends, memory)
    soft = cut_out(frame.image, held.ends_px)
    found, fits = shifted(soft, held.squares, shifts)
    counts = np.minimum(held.squares.contrast, _STRONG) * (held.squares.contrast > FAINT)
    if float(counts @ fits) < _ALIKE * float(counts.sum()):
        return _anew(frame, ends, memory)
    gone = found - shifts
    # What went astray is looked for again where the others are.
    jump_px = _FASTEST_PX_S * max(elapsed_s, _EVERY_S)
    lost = (fits < _ASTRAY) | (np.abs(found) >= FARTHEST_PX) | (np.abs(gone) > jump_px)
    sure = np.where(lost, 0.0, counts)
    gone[lost] = 0.0
    found[lost] = float(sure @ found) / max(float(sure.sum()), 1e-9)
    return _told(replace(memory, shifts_px=found), gone, np.where(lost, 0.0, fits))


def ends_of(pose: Pose) -> Floats | None:
    """``(2, 2)`` the middle of the shoulders and of the hips of somebody who lies across the picture, or None."""
    if not pose.found:
        return None
    ends = np.stack([pose.shown_px[list(pair)].mean(axis=0) for pair in (skeleton.SHOULDERS, skeleton.HIPS)])
    across, down = (ends[1] - ends[0]).tolist()
    tilt_deg = math.degrees(math.atan2(abs(down), abs(across)))
    if math.hypot(across, down) < _LEAST_TRUNK_PX or tilt_deg > MOST_TILT_DEG:
        return None
    return np.asarray(ends, np.float64)


def _smoothed(ends: Floats, elapsed_s: float, before: Floats | None) -> Floats:
    if before is None:
        return ends
    share = 1.0 - math.exp(-elapsed_s / _LANDMARKS_S)
    return np.asarray(before + share * (ends - before))


def _gone(ends: Floats, held: Floats) -> bool:
    length = float(np.hypot(*(held[1] - held[0])))
    return float(np.hypot(*(ends - held).T).max()) > _GONE * length


def _anew(frame: Frame, ends: Floats, memory: MotionMemory) -> tuple[Rise, MotionMemory]:
    """Compares with this picture from now on; which squares move is remembered where they are the same ones."""
    reference = Reference(frame.time_s, ends, squares_of(cut_out(frame.image, ends)))
    nothing = np.zeros(COLUMNS * ROWS)
    rise = Rise(frame.time_s, 0.0, 0.0)
    moves = nothing if memory.moves is None else memory.moves
    flickers = nothing if memory.flickers is None else memory.flickers
    fits = np.ones_like(nothing)
    return rise, replace(
        memory,
        reference=reference,
        shifts_px=nothing,
        mean_px=nothing,
        moves=moves,
        flickers=flickers,
        fits=fits,
        rise=rise,
    )


def _told(memory: MotionMemory, gone: Floats, fit: Floats) -> tuple[Rise, MotionMemory]:
    """What the shifts since the last look say of belly and chest; and which squares move."""
    held, before, shifts = memory.reference, memory.rise, memory.shifts_px
    mean, moves, flickers, fits = memory.mean_px, memory.moves, memory.flickers, memory.fits
    assert held is not None
    assert before is not None
    assert shifts is not None
    assert mean is not None
    assert moves is not None
    assert flickers is not None
    assert fits is not None
    share = min(1.0, _EVERY_S / _RECENT_S)
    mean = mean + _EVERY_S / _BEFORE_S * (shifts - mean)
    moves = moves + share * (np.clip(shifts - mean, -_USUAL_PX, _USUAL_PX) ** 2 - moves)
    flickers = flickers + share * (0.5 * gone**2 - flickers)
    fits = fits + share * (fit - fits)
    counts = np.minimum(held.squares.contrast, _STRONG) * (held.squares.contrast > FAINT)
    counts *= np.clip((fits - _ASTRAY) / (_FITS - _ASTRAY), 0.0, 1.0)
    truly = np.maximum(moves - flickers, 0.0)
    belly, chest = (_region(gone, truly, counts, where) for where in (_BELLY, _CHEST))
    rise = Rise(held.time_s, before.belly + belly, before.chest + chest)
    return rise, replace(memory, mean_px=mean, moves=moves, flickers=flickers, fits=fits, rise=rise)


def _region(gone: Floats, moves: Floats, counts: Floats, where: tuple[slice, slice]) -> float:
    """By how much a region rose between two looks, in lengths of the trunk."""
    step, power, weight = (values.reshape(ROWS, COLUMNS)[where] for values in (gone, moves, counts))
    # What those that move do, each counting by how much it moves: one alone that does more is no measure.
    moved = float((weight * power).sum())
    if moved > 0.0:
        usual = float((weight * power**2).sum()) / moved
        weight = weight * (power / (power + _STILL_SHARE * usual)) ** 2
    total = float(weight.sum())
    return float(-(weight * step).sum() / total / TRUNK_PX) if total else 0.0
