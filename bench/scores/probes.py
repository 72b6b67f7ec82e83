"""Accuracies of simple classifiers that read the classes off a representation."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ...results import label_curves
from . import checks
from .measure import Evaluation, Measure, Measured

if TYPE_CHECKING:
    from sklearn.svm import SVC

DRAWS = 10  # of the rows that keep their labels
MOST_ITERATIONS = 10_000_000  # of a support vector machine: libsvm's own bound, which scikit-learn's has not

Classify = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], float]


def pool_features(z: ArrayLike) -> np.ndarray:
    """Return averages over all dimensions after the second: (N, C, ...) -> (N, C) float64.

    Raises:
        ValueError: Fewer than two dimensions, empty, NaN or infinity.
    """
    z = checks.finite("latents", z)
    if z.ndim < 2:
        raise ValueError(f"latents: expected (N, C, ...), got shape {z.shape}")
    return z.reshape(*z.shape[:2], -1).mean(2)


def linear_probe(z_train: ArrayLike, y_train: ArrayLike, z_test: ArrayLike, y_test: ArrayLike) -> float:
    """Return the test accuracy of a support vector machine with linear kernel and C = 1.

    Where latents have all but collapsed its iterations may go round in circles; they end after ten million.

    Args:
        z_train: Features (N, C); scaled here to [-1, 1] over the training rows.
        y_train: Labels (N,).
        z_test: Features (M, C), scaled by the same numbers.
        y_test: Labels (M,).

    Returns:
        Share of right answers, in [0, 1].

    Raises:
        ValueError: Empty input, NaN or infinity, shapes that do not fit, or one class only in training.
    """
    return _svm(*_prepare(z_train, y_train, z_test, y_test))


def knn(z_train: ArrayLike, y_train: ArrayLike, z_test: ArrayLike, y_test: ArrayLike, k: int = 5) -> float:
    """Return the test accuracy of the k nearest neighbours by Euclidean distance, on features scaled to [-1, 1].

    Arguments, return value and errors are those of `linear_probe`; `k` is at most the number of training
    rows. Of classes with equally many neighbours, the first in sorted order wins.
    """
    return _neighbours(*_prepare(z_train, y_train, z_test, y_test), k)


def with_few_labels(
    classify: Classify,
    labels: float,
    z_train: ArrayLike,
    y_train: ArrayLike,
    z_test: ArrayLike,
    y_test: ArrayLike,
) -> float:
    """Return the mean accuracy of a classifier over ten draws of a share of the training labels.

    Args:
        classify: Return the accuracy of a classifier fitted on scaled features.
        labels: Share of each class that keeps its labels; of every class one row at least.
        z_train, y_train, z_test, y_test: As in `linear_probe`. Features are scaled by all training rows.
    """
    z_train, y_train, z_test, y_test = _prepare(z_train, y_train, z_test, y_test)
    draws = stratified_draws(y_train, labels)
    return float(np.mean([classify(z_train[rows], y_train[rows], z_test, y_test) for rows in draws]))


def stratified_draws(y: np.ndarray, share: float, draws: int = DRAWS) -> list[np.ndarray]:
    """Draw a share of the rows of each class, one at least, several times; the draws depend on the classes alone."""
    rng = np.random.default_rng(0)
    classes = [np.flatnonzero(y == label) for label in np.unique(y)]
    return [
        np.concatenate([rng.permutation(rows)[: max(1, round(share * len(rows)))] for rows in classes])
        for _ in range(draws)
    ]


def _svm(z_train: np.ndarray, y_train: np.ndarray, z_test: np.ndarray, y_test: np.ndarray) -> float:
    from sklearn.svm import SVC  # here, since it takes a second, which `ucrbench status` need not wait for

    with _quiet():
        model = SVC(kernel="linear", C=1.0, cache_size=500, max_iter=MOST_ITERATIONS).fit(z_train, y_train)
    return float((_votes(model, z_test) == y_test).mean())


def _neighbours(z_train: np.ndarray, y_train: np.ndarray, z_test: np.ndarray, y_test: np.ndarray, k: int = 5) -> float:
    from sklearn.neighbors import KNeighborsClassifier

    with _quiet():
        model = KNeighborsClassifier(n_neighbors=min(k, len(z_train))).fit(z_train, y_train)
    return float(model.score(z_test, y_test))


def _quiet() -> warnings.catch_warnings:
    """Return a context without scikit-learn's warnings: that many classes look like values, that iterations end."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)


def _votes(model: SVC, z: np.ndarray) -> np.ndarray:
    """Return what `model.predict` gives, from one hyperplane per pair of classes instead of all support vectors.

    On the archive's large sets, going through the support vectors takes longer than fitting.
    """
    sides = z @ model.coef_.T + model.intercept_ > 0
    if len(model.classes_) == 2:
        return model.classes_[sides[:, 0].astype(int)]
    first, second = np.triu_indices(len(model.classes_), 1)
    votes = np.zeros((len(z), len(model.classes_)), dtype=int)
    for side, i, j in zip(sides.T, first, second, strict=True):
        votes[:, i] += side
        votes[:, j] += ~side
    return model.classes_[votes.argmax(1)]


def _prepare(
    z_train: ArrayLike, y_train: ArrayLike, z_test: ArrayLike, y_test: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    z_train = checks.finite("train features", z_train, ndim=2)
    z_test = checks.finite("test features", z_test, ndim=2)
    if z_train.shape[1] != z_test.shape[1]:
        raise ValueError(f"{z_train.shape[1]} features in train, but {z_test.shape[1]} in test")
    y_train = checks.labels("train labels", y_train, len(z_train))
    y_test = checks.labels("test labels", y_test, len(z_test))
    if (y_train == y_train[0]).all():
        raise ValueError("train labels: a probe needs at least two classes")
    low, high = z_train.min(0), z_train.max(0)
    # A feature that train holds constant says nothing, and dividing by a range of float noise would let
    # it drown the others on test: such features are zero in both.
    constant = high - low <= 1e-6 * np.maximum(np.abs(low), np.abs(high))
    half = np.where(constant, np.inf, (high - low) / 2)
    middle = (high + low) / 2
    return (z_train - middle) / half, y_train, (z_test - middle) / half, y_test


def _measure(probe: Callable[..., float], suffix: str = "") -> Measure:
    """Return the measure of a probe on the latents of a kind, told by the end of their names."""
    names = (f"train{suffix}", "y_train", f"test{suffix}", "y_test")
    return Measure(frozenset(names), partial(_of_job, probe, names))


def _of_job(probe: Callable[..., float], names: tuple[str, ...], job: Evaluation) -> Measured:
    return Measured(probe(*(job.arrays[name] for name in names)))


_CLASSIFIERS: dict[str, Classify] = {"linear_probe": _svm, "knn": _neighbours}

MEASURES = {
    "linear_probe": _measure(linear_probe),
    "knn": _measure(knn),
    "linear_probe_continuous": _measure(linear_probe, "_continuous"),
    "knn_continuous": _measure(knn, "_continuous"),
} | {
    name: _measure(partial(with_few_labels, _CLASSIFIERS[whole], labels))
    for whole, names in label_curves().items()
    for labels, name in names.items()
    if labels < 1
}
