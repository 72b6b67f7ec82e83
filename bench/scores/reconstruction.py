"""The error of reconstructed series, and the number of codes that they use."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from . import checks
from .measure import Evaluation, Measure, Measured


def reconstruction_mse(x: ArrayLike, x_hat: ArrayLike) -> float:
    """Return the mean squared error over all values of two arrays of one shape.

    Raises:
        ValueError: Shapes that differ, empty input, NaN or infinity.
    """
    x, x_hat = checks.finite("series", x), checks.finite("reconstructions", x_hat)
    if x.shape != x_hat.shape:
        raise ValueError(f"series of shape {x.shape}, but reconstructions of shape {x_hat.shape}")
    return float(np.square(x - x_hat).mean())


def perplexity(counts: ArrayLike) -> float:
    """Return the exponential of the entropy of code use: K where K codes are used alike, 1 where one is used alone.

    Args:
        counts: Number of uses of each code (K,).

    Raises:
        ValueError: Empty, NaN, negative, or all zero.
    """
    counts = checks.finite("code counts", counts, ndim=1)
    if counts.min() < 0 or counts.sum() == 0:
        raise ValueError("code counts: negative, or all zero")
    return float(np.exp(entr(counts / counts.sum()).sum()))


def _error_of_job(job: Evaluation) -> Measured:
    return Measured(float(job.arrays["reconstruction_mse"]), reference="test")


def _perplexity_of_job(job: Evaluation) -> Measured:
    return Measured(perplexity(job.arrays["code_counts"]))


MEASURES = {
    "codebook_perplexity": Measure(frozenset({"code_counts"}), _perplexity_of_job),
    "reconstruction_mse": Measure(frozenset({"reconstruction_mse"}), _error_of_job),
}
