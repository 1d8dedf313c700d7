"""Fits the small networks of ``poses.correction``: plain numpy, the same result for the same numbers.

Stochastic gradient descent by Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019) and a
cosine schedule. Inputs are jittered while fitting, so that nothing rests on the last pixel.
"""

import itertools
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from poses.correction import Network

Floats = NDArray[np.float64]
_Single = NDArray[np.float32]
# Of a batch: outputs and positions within the data to the gradient of the loss by the outputs.
Gradient = Callable[[_Single, NDArray[np.int64]], _Single]

_BATCH: Final = 256
_RATE: Final = 3e-3
_WARM_UP: Final = 200
_DECAY: Final = 0.1
# Standard deviations of the inputs' jitter, in units of their own spread.
_JITTER: Final = 0.15
_CLIP: Final = 4.0
# Added to an input's spread: one that hardly varies shall not be blown up.
_LEAST_SPREAD: Final = 0.02
# From this error on, in units of the outputs, an error counts by its size and no longer by its square.
_ROBUST_FROM: Final = 0.5
# Degrees of freedom of the errors' assumed distribution: heavier tails than the normal's.
_FREEDOM: Final = 4.0


def fit_values(features: Floats, wanted: Floats, sums: Floats, hidden: tuple[int, ...], steps: int) -> Network:
    """A network that gives ``wanted`` with the least pseudo-Huber error of the outputs' sums.

    Args:
        features: ``(N, F)``.
        wanted: ``(N, outputs)``.
        sums: ``(outputs, S)``: which combinations of outputs shall be right.
        hidden: Width of each hidden layer.
        steps: Batches.
    """
    targets, combine = wanted.astype(np.float32), sums.astype(np.float32)

    def gradient(outputs: _Single, chosen: NDArray[np.int64]) -> _Single:
        errors = (outputs - targets[chosen]) @ combine
        return np.asarray((errors / np.sqrt(1.0 + (errors / _ROBUST_FROM) ** 2)) @ combine.T)

    return _fit(features, wanted.shape[1], hidden, steps, gradient)


def fit_sigmas(features: Floats, errors: Floats, hidden: tuple[int, ...], steps: int) -> Network:
    """A network that gives the logarithm of the scale of errors ``(N, outputs)``, by likelihood of Student's t.

    An error that is NaN is not known and does not count.
    """
    size = np.abs(errors).astype(np.float32)

    def gradient(outputs: _Single, chosen: NDArray[np.int64]) -> _Single:
        ratio = (size[chosen] * np.exp(-outputs)) ** 2 / _FREEDOM
        slope = 1.0 - (_FREEDOM + 1.0) * ratio / (1.0 + ratio)
        return np.nan_to_num(np.asarray(slope, dtype=np.float32))

    start = np.log(np.nanmedian(np.abs(errors), axis=0) / 0.6745)
    return _fit(features, errors.shape[1], hidden, steps, gradient, start)


def fit_odds(features: Floats, happened: NDArray[np.bool_], hidden: tuple[int, ...], steps: int) -> Network:
    """A network that gives the log odds ``(N, 1)`` of what happened, by likelihood."""
    truth = happened.astype(np.float32)[:, None]

    def gradient(outputs: _Single, chosen: NDArray[np.int64]) -> _Single:
        return np.asarray(1.0 / (1.0 + np.exp(-outputs)) - truth[chosen])

    return _fit(features, 1, hidden, steps, gradient)


def _fit(
    features: Floats,
    outputs: int,
    hidden: tuple[int, ...],
    steps: int,
    gradient: Gradient,
    start: Floats | None = None,
) -> Network:
    rng = np.random.default_rng(0)
    mean, scale = features.mean(axis=0), features.std(axis=0) + _LEAST_SPREAD
    inputs = np.clip((features - mean) / scale, -_CLIP, _CLIP).astype(np.float32)
    sizes = [inputs.shape[1], *hidden, outputs]
    weights = [rng.normal(0.0, a**-0.5, (a, b)).astype(np.float32) for a, b in itertools.pairwise(sizes)]
    weights[-1] *= 0.1
    offsets = [np.zeros(b, np.float32) for b in sizes[1:]]
    if start is not None:
        offsets[-1] += start.astype(np.float32)
    parameters = weights + offsets
    means, squares = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    for step in range(1, steps + 1):
        chosen = rng.integers(len(inputs), size=_BATCH)
        signals = [inputs[chosen] + rng.standard_normal((_BATCH, sizes[0]), np.float32) * np.float32(_JITTER)]
        for layer, (w, b) in enumerate(zip(weights, offsets, strict=True)):
            out = signals[-1] @ w + b
            signals.append(np.tanh(out) if layer < len(weights) - 1 else out)
        slope = gradient(signals[-1], chosen) / np.float32(_BATCH)
        slopes: list[_Single] = [slope] * len(parameters)
        for layer in reversed(range(len(weights))):
            slopes[layer], slopes[len(weights) + layer] = signals[layer].T @ slope, slope.sum(axis=0)
            if layer:
                slope = (slope @ weights[layer].T) * (1.0 - signals[layer] ** 2)
        rate = np.float32(_RATE * min(1.0, step / _WARM_UP) * 0.5 * (1.0 + np.cos(np.pi * step / steps)))
        for i, (parameter, slope) in enumerate(zip(parameters, slopes, strict=True)):
            means[i] += np.float32(0.1) * (slope - means[i])
            squares[i] += np.float32(0.001) * (slope**2 - squares[i])
            way = means[i] / np.float32(1.0 - 0.9**step)
            way = way / (np.sqrt(squares[i] / np.float32(1.0 - 0.999**step)) + np.float32(1e-8))
            decay = np.float32(_DECAY if i < len(weights) else 0.0)
            parameters[i] -= rate * (way + decay * parameter)
    wide = [np.asarray(p, dtype=np.float64) for p in parameters]
    return Network(mean, scale, tuple(zip(wide[: len(weights)], wide[len(weights) :], strict=True)))
