"""How far are measurements from the truth, and is their stated uncertainty honest?

Which question this module answers: given what was measured and what was true, on the same frames, the few numbers that
describe the error. It does not know where either came from, and frames of one clip are alike, so nothing here is a
confidence interval.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poses import skeleton
from poses.measures import trunk_length_px

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Legs that lie closer together than this, in trunk lengths, cannot be told apart by where their landmarks fall: a
# landmark of the near side alone is off by 0.035, of the far side by half as much again.
LEGS_APART: Final = 0.15


@dataclass(frozen=True, slots=True)
class ErrorStatistics:
    """Errors, measured minus true, in the unit of the measure; NaN where nothing was measured.

    Attributes:
        count: How many were measured.
        bias: Mean of the errors.
        mae: Mean of their sizes.
        p95: Size that 95 of 100 do not exceed, interpolated between neighbours.
        worst: The error of the largest size, with its sign.
        inside_one_sigma: Share, 0 to 1, of errors no larger than their own one-sigma uncertainty.
        inside_two_sigma: Share no larger than twice that.
    """

    count: int
    bias: float
    mae: float
    p95: float
    worst: float
    inside_one_sigma: float
    inside_two_sigma: float


def error_statistics(
    measured: ArrayLike, true: ArrayLike, sigma: ArrayLike | None = None, *, is_angle: bool
) -> ErrorStatistics:
    """Describes the errors of one measure.

    Args:
        measured: ``(N,)``; NaN means not measured, and is left out.
        true: ``(N,)``, in the same unit; NaN is left out too.
        sigma: ``(N,)`` the stated one-sigma uncertainties; where NaN, the error counts in neither share. Without them
            the shares are NaN.
        is_angle: Whether the values are degrees, so that 179 and -179 are 2 apart.
    """
    errors = np.asarray(measured, dtype=np.float64) - np.asarray(true, dtype=np.float64)
    if is_angle:
        errors = (errors + 180.0) % 360.0 - 180.0
    known = ~np.isnan(errors)
    errors = errors[known]
    if not errors.size:
        return ErrorStatistics(0, *[np.nan] * 6)
    sizes = np.abs(errors)
    one = two = np.nan
    if sigma is not None:
        sigmas = np.asarray(sigma, dtype=np.float64)[known]
        stated = ~np.isnan(sigmas)
        if stated.any():
            one, two = (float(np.mean(sizes[stated] <= factor * sigmas[stated])) for factor in (1.0, 2.0))
    return ErrorStatistics(
        count=int(errors.size),
        bias=float(errors.mean()),
        mae=float(sizes.mean()),
        p95=float(np.percentile(sizes, 95.0)),
        worst=float(errors[np.argmax(sizes)]),
        inside_one_sigma=one,
        inside_two_sigma=two,
    )


def share_labelled_other_way(image_px: ArrayLike, true_px: ArrayLike) -> tuple[Bools, Bools]:
    """Tells in which frames left and right leg were taken for each other.

    A frame counts as swapped when its knees and ankles lie, all four together, nearer to the true points of the other
    side than to those of their own.

    Args:
        image_px: ``(N, 33, 2)`` landmarks as found, NaN where nobody was.
        true_px: ``(N, 33, 2)`` where they truly are in the picture.

    Returns:
        ``(N,)`` whether the legs are swapped, and ``(N,)`` whether that can be told: both legs found, and truly on
        average ``LEGS_APART`` trunk lengths apart or more. The share of a recording is ``swapped[tellable].mean()``.
    """
    # (N, 2 joints, 2 sides, 2)
    legs = [skeleton.KNEES, skeleton.ANKLES]
    found = np.asarray(image_px, dtype=np.float64)[:, legs]
    true = np.asarray(true_px, dtype=np.float64)[:, legs]
    own = _distances(found, true).sum(axis=(1, 2))
    other = _distances(found, true[:, :, ::-1]).sum(axis=(1, 2))
    apart = _distances(true[:, :, 0], true[:, :, 1]).mean(axis=1)
    # Comparisons with NaN are False: what was not found is neither swapped nor tellable.
    tellable = ~np.isnan(own) & (apart >= LEGS_APART * trunk_length_px(true_px))
    return other < own, tellable


def _distances(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.linalg.norm(a - b, axis=-1), dtype=np.float64)
