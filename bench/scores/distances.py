"""Further distances of generated series from the real test series: KID, and FID and KID without a trained judge."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .generation import frechet_distance, of_one_series
from .measure import Evaluation, Measure, Measured, Real

_ROWS = 1024  # rows of the kernel matrix held at once


def kernel_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Return the unbiased squared maximum mean discrepancy of two sets of features, with the kernel (x.y / D + 1)^3.

    Binkowski et al. (ICLR 2018), section 4, with the estimator of Gretton et al. (JMLR 2012), lemma 6: means of the
    kernel over pairs of different rows within each set, less twice its mean over pairs across. All rows are used.

    Args:
        a: Features (N, D), N at least 2.
        b: Features (M, D), M at least 2.

    Returns:
        The distance; around zero, and below it half of the time, where both sets are of one distribution.

    Raises:
        ValueError: Empty input, NaN or infinity, one row only, or widths that differ.
    """
    a, b = checks.finite("features", a, ndim=2), checks.finite("features", b, ndim=2)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"kernel distance: features of widths {a.shape[1]} and {b.shape[1]}")
    if min(len(a), len(b)) < 2:
        raise ValueError(f"kernel distance: {min(len(a), len(b))} row has no pair; at least 2 are needed")
    return _within(a) + _within(b) - 2 * _sum(a, b) / (len(a) * len(b))


def _within(x: np.ndarray) -> float:
    own = ((np.square(x).sum(1) / x.shape[1] + 1) ** 3).sum()
    return (_sum(x, x) - float(own)) / (len(x) * (len(x) - 1))


def _sum(a: np.ndarray, b: np.ndarray) -> float:
    parts = (a[start : start + _ROWS] @ b.T for start in range(0, len(a), _ROWS))
    return float(sum(((part / a.shape[1] + 1) ** 3).sum() for part in parts))


def _kid_of_job(job: Evaluation) -> Measured:
    seen = job.judged
    return Measured(kernel_distance(seen.features, seen.real_features), len(seen.features), seen.judge, "test")


def _kid_of_real(real: Real) -> Measured:
    return Measured(kernel_distance(real.train_features, real.test_features), len(real.x_train))


def _kid_of_nothing(real: Real) -> Measured:
    return of_one_series(kernel_distance, real.train_features, real.test_features)


def _rocket_of_job(distance: Callable[[ArrayLike, ArrayLike], float], job: Evaluation) -> Measured:
    samples, test = job.rocket
    return Measured(distance(samples, test), len(samples), reference="test")


def _rocket_of_real(distance: Callable[[ArrayLike, ArrayLike], float], real: Real) -> Measured:
    return Measured(distance(*real.rocket), len(real.x_train))


def _rocket_of_nothing(distance: Callable[[ArrayLike, ArrayLike], float], real: Real) -> Measured:
    return of_one_series(distance, *real.rocket)


def _rocket(distance: Callable[[ArrayLike, ArrayLike], float]) -> Measure:
    functions = (partial(of, distance) for of in (_rocket_of_job, _rocket_of_real, _rocket_of_nothing))
    return Measure(_UNCONDITIONAL, *functions)


_UNCONDITIONAL = frozenset({"unconditional"})
MEASURES = {
    "kid": Measure(_UNCONDITIONAL, _kid_of_job, _kid_of_real, _kid_of_nothing),
    "fid_rocket": _rocket(frechet_distance),
    "kid_rocket": _rocket(kernel_distance),
}
