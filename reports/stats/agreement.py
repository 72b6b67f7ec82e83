"""Agreement of scores: whether two of them put the methods into the same order, data set by data set."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from .bootstrap import interval, resampled
from .comparison import Comparison

FEWEST_METHODS = 3


def taus(one: Comparison, other: Comparison) -> pd.Series:
    """Return Kendall's tau-b between the orders of the methods in two scores, for each data set that both have.

    1 where both agree which of every two methods is better, whatever the scores' directions, -1 where they never do.
    Data sets are left out on which a score ties all methods or fewer than three have both values.

    Args:
        one: Comparison in the one score.
        other: Comparison in the other.
    """
    sign = 1.0 if one.better == other.better else -1.0
    methods = one.values.columns.intersection(other.values.columns)
    datasets = one.values.index.intersection(other.values.index)
    found = {}
    first, second = (each.values.loc[datasets, methods].to_numpy() for each in (one, other))
    for name, *pair in zip(datasets, first, second, strict=True):
        x, y = np.array(pair)[:, ~np.isnan(pair).any(axis=0)]
        if len(x) >= FEWEST_METHODS and np.ptp(x) > 0 and np.ptp(y) > 0:
            found[name] = sign * float(stats.kendalltau(x, y).statistic)
    return pd.Series(found, dtype=float)


def agreement(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """Return how far every two scores agree on the order of the methods.

    Args:
        comparisons: One per score.

    Returns:
        A row per pair of scores that share three methods: first, second, tau (mean over data sets of Kendall's tau-b),
        low and high (between them lie 95 % of the means over data sets drawn anew with replacement), datasets (those
        averaged over), methods (those that both scores have).
    """
    rows = []
    for one, other in combinations(comparisons, 2):
        found = taus(one, other)
        if found.empty:
            continue
        drawn, _ = resampled(len(found))
        low, high = interval(found.to_numpy()[drawn].mean(axis=1))
        methods = len(one.values.columns.intersection(other.values.columns))
        rows.append((one.score, other.score, float(np.mean(found)), float(low), float(high), len(found), methods))
    return pd.DataFrame(rows, columns=["first", "second", "tau", "low", "high", "datasets", "methods"])
