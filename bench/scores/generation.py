"""Scores of generated series, as a classifier sees them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from . import checks
from .measure import Evaluation, Measure, Measured, Real


def inception_score(p: ArrayLike, splits: int = 10, seed: int = 0) -> tuple[float, float]:
    """Return the inception score of Salimans et al. (NeurIPS 2016), section 4: exp E KL(p(y|x) || p(y)).

    Args:
        p: Class probabilities (N, K) of generated series; each row sums to 1.
        splits: Random parts, as equal as can be, whose scores are averaged; 1 takes the whole.
        seed: Seed of the random split.

    Returns:
        Mean and standard deviation (over the parts) of the score, which lies in [1, K].

    Raises:
        ValueError: Not rows of probabilities, no split, or fewer rows than splits.
    """
    p = _probabilities(p)
    if not 1 <= splits <= len(p):
        raise ValueError(f"inception score: {splits} splits of {len(p)} rows; take from 1 to {len(p)}")
    if splits > 1:
        p = np.random.default_rng(seed).permutation(p)
    scores = [_inception_score(part) for part in np.array_split(p, splits)]
    return float(np.mean(scores)), float(np.std(scores))


def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Return the Frechet distance of the Gaussians fitted to two sets of features, squared as FID is.

    Dowson and Landau (J. Multivariate Analysis, 1982); Heusel et al. (NeurIPS 2017), equation 6. The trace
    of the root of the product of the covariances is the sum of the roots of the eigenvalues of
    sqrt(A) B sqrt(A), that is, of the singular values of R_a R_b', where the centred features are Q R. So
    no matrix root is taken, and covariances without full rank do no harm.

    Args:
        a: Features (N, D), N at least 2.
        b: Features (M, D), M at least 2.

    Returns:
        The distance, never negative; unit: that of the features, squared.

    Raises:
        ValueError: Empty input, NaN or infinity, one row only, or widths that differ.
    """
    a, b = checks.finite("features", a, ndim=2), checks.finite("features", b, ndim=2)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"Frechet distance: features of widths {a.shape[1]} and {b.shape[1]}")
    if min(len(a), len(b)) < 2:
        raise ValueError(f"Frechet distance: {min(len(a), len(b))} row has no covariance; at least 2 are needed")
    mean_a, root_a = _moments(a)
    mean_b, root_b = _moments(b)
    cross = np.linalg.svd(root_a @ root_b.T, compute_uv=False).sum()
    distance = np.square(mean_a - mean_b).sum() + np.square(root_a).sum() + np.square(root_b).sum() - 2 * cross
    return max(0.0, float(distance))


def of_one_series(distance: Callable[[ArrayLike, ArrayLike], float], train: np.ndarray, test: np.ndarray) -> Measured:
    """Return the distance from the test series of a generator that gives one training series over and over.

    It is the series whose features are nearest to the mean of the test series'; of the Frechet distance no other
    training series has a smaller one.

    Args:
        distance: Of two sets of features.
        train: Features (N, D) of the training series.
        test: Features (M, D) of the test series.
    """
    nearest = train[np.square(train - test.mean(0, dtype=float)).sum(1).argmin()]
    return Measured(distance(np.stack([nearest, nearest]), test), len(test))


def accuracy(p: ArrayLike, y: ArrayLike) -> float:
    """Return the share of rows of class probabilities (N, K) whose largest is that of the label (N,).

    Raises:
        ValueError: Not rows of probabilities, or another number of labels.
    """
    p = _probabilities(p)
    return float((p.argmax(1) == checks.labels("labels", y, len(p))).mean())


def _probabilities(p: ArrayLike) -> np.ndarray:
    p = checks.finite("probabilities", p, ndim=2)
    if p.min() < 0 or np.abs(p.sum(1) - 1).max() > 1e-4:
        raise ValueError("probabilities: rows must be non-negative and sum to 1 (softmax, not logits)")
    return p


def _inception_score(p: np.ndarray) -> float:
    divergence = (xlogy(p, p).sum() / len(p)) - xlogy(p.mean(0), p.mean(0)).sum()
    return float(np.exp(max(0.0, divergence)))


def _moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (D,) and an R with R'R = covariance (divisor N - 1)."""
    mean = features.mean(0)
    return mean, np.linalg.qr(features - mean, mode="r") / np.sqrt(len(features) - 1)


def _inception_of_job(job: Evaluation) -> tuple[Measured, Measured]:
    seen = job.judged
    mean, std = inception_score(seen.probabilities, seed=job.seed)
    return Measured(mean, len(seen.features), seen.judge), Measured(std, len(seen.features), seen.judge)


def _inception_of_real(real: Real) -> tuple[Measured, Measured]:
    # A test split may have fewer series than there are splits.
    mean, std = inception_score(real.probabilities, splits=min(10, len(real.probabilities)))
    return Measured(mean, len(real.x_test)), Measured(std, len(real.x_test))


def _fid_of_job(job: Evaluation) -> Measured:
    seen = job.judged
    distance = frechet_distance(seen.features, seen.real_features)
    return Measured(distance, len(seen.features), seen.judge, "test")


def _fid_of_real(real: Real) -> Measured:
    return Measured(frechet_distance(real.train_features, real.test_features), len(real.x_train))


def _fid_of_nothing(real: Real) -> Measured:
    return of_one_series(frechet_distance, real.train_features, real.test_features)


def _cas_of_job(job: Evaluation) -> Measured:
    if job.train is None:
        raise ValueError("CAS needs the data set, and a device on which to train an FCN")
    x, y = job.arrays["conditional"], job.arrays["conditional_labels"]
    fcn = job.train(x, y)
    return Measured(accuracy(fcn.probabilities, job.arrays["y_test"]), len(x), fcn.name, "test")


def _cas_of_real(real: Real) -> Measured:
    return Measured(accuracy(real.probabilities, real.y_test), len(real.x_test))


def _cas_of_nothing(real: Real) -> Measured:
    return Measured(float(np.unique(real.y_test, return_counts=True)[1].max() / len(real.y_test)), len(real.y_test))


_UNCONDITIONAL = frozenset({"unconditional"})
MEASURES = {
    "inception_score": Measure(
        _UNCONDITIONAL,
        lambda job: _inception_of_job(job)[0],
        lambda real: _inception_of_real(real)[0],
        lambda real: Measured(1.0),  # exp of a divergence of nothing
    ),
    "inception_score_std": Measure(
        _UNCONDITIONAL, lambda job: _inception_of_job(job)[1], lambda real: _inception_of_real(real)[1]
    ),
    "fid": Measure(_UNCONDITIONAL, _fid_of_job, _fid_of_real, _fid_of_nothing),
    "cas": Measure(
        frozenset({"conditional", "conditional_labels", "y_test"}), _cas_of_job, _cas_of_real, _cas_of_nothing
    ),
}
