"""Tests on tables without gaps: Friedman, Wilcoxon, Holm's correction, Nemenyi.

The way of Demšar ("Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006) with the
later advice to test pairs directly (Benavoli, Corani and Mangili, JMLR 17, 2016).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

_MOST_EXACT = 50


def friedman(ranks: pd.DataFrame) -> tuple[float, float] | None:
    """Test by Friedman whether all methods rank alike (with his correction for ties).

    Args:
        ranks: Data sets x methods, no gaps; ranks, or anything that ranks alike.

    Returns:
        (chi-squared, p); (0, 1) where every method ties with every other everywhere; None for two methods.
    """
    if ranks.shape[1] < 3:
        return None
    if (ranks.nunique(axis=1) == 1).all():
        return 0.0, 1.0
    statistic, p = stats.friedmanchisquare(*(ranks[name] for name in ranks))
    return float(statistic), float(p)


def wilcoxon(differences: Sequence[float]) -> float:
    """Return p of the two-sided Wilcoxon signed-rank test; zeros are left out, and nothing but zeros gives p = 1.

    Exact for up to 50 differences, ties among their sizes included: there the normal approximation calls five
    equal differences significant (p = 0.025), which no five data sets can be (p = 0.0625). Above, scipy's
    normal approximation.

    Args:
        differences: One per data set; an infinite one counts as larger than any other.
    """
    differences = np.asarray(differences, dtype=float)
    nonzero = differences[differences != 0]
    if not len(nonzero):
        return 1.0
    # The test knows sizes by their ranks alone.
    signed = np.sign(nonzero) * stats.rankdata(np.abs(nonzero))
    if len(nonzero) > _MOST_EXACT:
        return float(stats.wilcoxon(signed, method="approx").pvalue)
    # Twice the ranks are whole numbers. The chance of each sum of them, with both signs equally likely:
    doubled = np.rint(2 * np.abs(signed)).astype(int)
    chance = np.zeros(doubled.sum() + 1)
    chance[0] = 1.0
    for rank in doubled:
        shifted = np.concatenate([np.zeros(rank), chance[:-rank]])
        chance = (chance + shifted) / 2
    positive = doubled[nonzero > 0].sum()
    return float(min(1.0, 2 * min(chance[: positive + 1].sum(), chance[positive:].sum())))


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Return step-down adjusted p-values (Holm 1979): the smallest times m, the next times m - 1, never falling."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def nemenyi(ranks: pd.DataFrame) -> pd.DataFrame:
    """Test every pair by Nemenyi, from their mean ranks, p-values adjusted for the number of methods.

    Args:
        ranks: Data sets x methods, no gaps.

    Returns:
        Methods x methods, 1 on the diagonal.
    """
    from scikit_posthocs import posthoc_nemenyi_friedman  # two seconds, which who needs no test should not wait

    return posthoc_nemenyi_friedman(ranks.to_numpy()).set_axis(ranks.columns, axis=0).set_axis(ranks.columns, axis=1)


def critical_distance(methods: int, datasets: int, alpha: float = 0.05) -> float:
    """Return how far two mean ranks must lie apart for Nemenyi's test to tell them apart (Demšar 2006, section 3.2.2).

    q sqrt(k (k + 1) / (6 N)), where q is the quantile of the studentised range for k methods and infinitely
    many degrees of freedom, divided by sqrt(2).

    Args:
        methods: k, two or more.
        datasets: N.
        alpha: Level.
    """
    quantile = stats.studentized_range.ppf(1 - alpha, methods, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(methods * (methods + 1) / (6 * datasets)))
