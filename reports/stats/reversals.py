"""Verdicts of fewer data sets: subsets of those at hand, held against all of them."""

from itertools import combinations

import numpy as np
import pandas as pd

from .comparison import ALPHA, Comparison

SIZES = (5, 10, 13, 20, 30, 50, 80)  # 13 is how many a thesis or a paper of this field often takes
DRAWS = 2000
COVERED = 0.95


def reversals(comparison: Comparison, draws: int = DRAWS, seed: int = 0, alpha: float = ALPHA) -> pd.DataFrame:
    """Return how often fewer data sets, drawn at random from those compared on, reverse the verdict of all of them.

    The verdict on two methods is which of them has the better mean rank. The closer a subset comes to the whole, the
    less it can differ from it: what is told of the largest sizes is about these data sets, not about others.

    Args:
        comparison: From `compare`.
        draws: Number of subsets of each size, drawn without replacement.
        seed: Seed of the draws.
        alpha: Level at which the whole tells two methods apart, by Wilcoxon and Holm.

    Returns:
        A row per size below the number of data sets: datasets (the size), reversed (share of pairs and draws with
        the other verdict), told_apart (number of pairs that the whole tells apart), reversed_told_apart (the share
        among these, NaN where there is none), spread (in units of the score: 95 % of the differences of means that
        subsets show lie no farther than this from those of the whole, so that a larger one keeps its sign; NaN
        where values are missing).
    """
    names = list(comparison.values.columns)
    apart = (comparison.pairs["p_holm"] <= alpha).to_numpy()  # in the order of combinations, as the columns are
    values, ranks = (_differences(table[names]) for table in (comparison.values, comparison.ranks))
    rows = []
    for size, subsets in _subsets(comparison.n_datasets, draws, seed):
        reversed_ = _signs(subsets @ ranks / size) * _signs(ranks.mean(axis=0)) < 0
        errors = np.abs(subsets @ values / size - values.mean(axis=0))
        rows.append(
            {
                "datasets": size,
                "reversed": reversed_.mean(),
                "told_apart": int(apart.sum()),
                "reversed_told_apart": reversed_[:, apart].mean() if apart.any() else np.nan,
                "spread": np.quantile(errors, COVERED),
            }
        )
    return pd.DataFrame(rows, columns=["datasets", "reversed", "told_apart", "reversed_told_apart", "spread"])


def _subsets(n: int, draws: int, seed: int) -> list[tuple[int, np.ndarray]]:
    """Return sizes below n, and for each draws x n: 1 where a data set is in the subset."""
    # One shuffle serves all sizes: a smaller subset is the beginning of a larger one.
    places = np.random.default_rng(seed).random((draws, n)).argsort(axis=1).argsort(axis=1)
    return [(size, (places < size).astype(float)) for size in SIZES if size < n]


def _differences(table: pd.DataFrame) -> np.ndarray:
    """Return data sets x pairs of methods: the first's value less the second's."""
    return np.column_stack([table[one] - table[other] for one, other in combinations(table, 2)])


def _signs(differences: np.ndarray) -> np.ndarray:
    """Return the signs of means of rounded numbers, whose float noise must not give a tie a sign."""
    return np.sign(np.where(np.abs(differences) < 1e-9, 0, differences))
