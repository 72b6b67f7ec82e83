"""How faithfully a model gives back what it was shown, and how much of its codebook it uses for that."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from . import checks


def reconstruction_mse(x: ArrayLike, x_hat: ArrayLike) -> float:
    """Mean squared error over all values of two arrays of one shape.

    Raises:
        ValueError: Shapes that differ, empty input, NaN or infinity.
    """
    x, x_hat = checks.finite("series", x), checks.finite("reconstructions", x_hat)
    if x.shape != x_hat.shape:
        raise ValueError(f"series of shape {x.shape}, but reconstructions of shape {x_hat.shape}")
    return float(np.square(x - x_hat).mean())


def perplexity(counts: ArrayLike) -> float:
    """Exponential of the entropy of code use: K where K codes are used alike, 1 where one is used alone.

    Args:
        counts: How often each code is used (K,).

    Raises:
        ValueError: Empty, NaN, negative, or all zero.
    """
    counts = checks.finite("code counts", counts, ndim=1)
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("code counts: negative, or all zero")
    return float(np.exp(entr(counts / counts.sum()).sum()))
