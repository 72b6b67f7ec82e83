"""Rows as points of a plane: principal components and t-SNE."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from ..data.errors import ReportError

How = Literal["pca", "tsne"]
HOW = {"pca": "principal component", "tsne": "t-SNE"}
_MOST_FOR_COVARIANCE = 512


@dataclass(frozen=True, eq=False)
class Projection:
    """Sets of rows in one plane.

    Attributes:
        points: Of each set the points (n, 2).
        share: Share of the variance of the fitted rows that the plane holds; None for t-SNE.
    """

    points: list[np.ndarray]
    share: float | None


def project(fitted: np.ndarray, *others: np.ndarray, how: How = "pca", seed: int = 0) -> Projection:
    """Lay rows out in a plane.

    Args:
        fitted: Rows (n, d). Principal components are those of these rows.
        others: More rows (m, d). t-SNE has no map for new rows: it lays out all together.
        how: "pca" or "tsne" (exact start from principal components, perplexity 30 or a third of the rows).
        seed: Seed of t-SNE.

    Returns:
        The points of `fitted`, then those of the others in the order given.

    Raises:
        ReportError: Fewer than three rows to fit, a value that is not finite, or an unknown `how`.
    """
    every = [np.asarray(rows, dtype=float) for rows in (fitted, *others)]
    if how not in HOW:
        raise ReportError(f"there is no map {how!r}; there are: {', '.join(HOW)}")
    if len(every[0]) < 3 or not all(np.isfinite(rows).all() for rows in every):
        raise ReportError("a map needs three rows or more, all of them finite")
    if how == "pca":
        return _principal(every, seed)
    together = np.concatenate(every)
    perplexity = min(30.0, (len(together) - 1) / 3)
    # One thread: on a busy machine the others wait for each other longer than they work.
    with threadpool_limits(1):
        placed = TSNE(2, init="pca", perplexity=perplexity, random_state=seed).fit_transform(together)
    return Projection(np.split(placed, np.cumsum([len(rows) for rows in every])[:-1]), None)


def _principal(every: list[np.ndarray], seed: int) -> Projection:
    width = every[0].shape[1]
    solver = "covariance_eigh" if width <= _MOST_FOR_COVARIANCE else "auto"
    with np.errstate(invalid="ignore"):  # rows that are all the same
        pca = PCA(min(2, width), svd_solver=solver, random_state=seed).fit(every[0])
    points = [pca.transform(rows) for rows in every]
    if width == 1:
        points = [np.column_stack([rows, np.zeros(len(rows))]) for rows in points]
    return Projection(points, float(np.nansum(pca.explained_variance_ratio_)))
