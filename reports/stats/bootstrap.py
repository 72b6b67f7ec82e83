"""Resampling of whole data sets, for intervals: data sets are drawn with replacement, methods keep theirs."""

import numpy as np

RESAMPLES = 2000
LEVEL = 0.95


def resampled(n: int, resamples: int = RESAMPLES, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw n data sets with replacement, again and again.

    Returns:
        The indices (resamples, n) that were drawn, and how often each data set is among them (resamples, n).
    """
    drawn = np.random.default_rng(seed).integers(0, n, (resamples, n))
    counts = np.zeros((resamples, n))
    np.add.at(counts, (np.arange(resamples)[:, None], drawn), 1)
    return drawn, counts


def interval(values: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """Return the percentiles that hold `level` of the values (resamples, ...) between them: (2, ...).

    They are values that were seen, so that an infinite one is not mixed with a finite one.
    """
    return np.percentile(values, [50 * (1 - level), 50 * (1 + level)], axis=0, method="nearest")
