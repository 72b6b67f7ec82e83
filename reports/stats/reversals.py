"""How far a verdict depends on the number of data sets: subsets of those at hand, held against all of them."""

from itertools import combinations

import numpy as np
import pandas as pd

from .comparison import ALPHA, Comparison

SIZES = (5, 10, 13, 20, 30, 50, 80)  # 13 is how many a thesis or a paper of this field often takes
DRAWS = 2000
TRUSTED = 0.05


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
        among these, NaN where there is none), reliable (the smallest difference of means, in units of the score: among
        draws that show at least so large a one, at most 5 % have the wrong sign; NaN where no difference will do).
    """
    names = list(comparison.values.columns)
    apart = (comparison.pairs["p_holm"] <= alpha).to_numpy()  # in the order of combinations, as the columns are
    rows = []
    for size, subsets in _subsets(comparison.n_datasets, draws, seed):
        ranks = _wrong(comparison.ranks[names].to_numpy(), subsets, size)[1]
        shown, wrong = _wrong(comparison.values[names].to_numpy(), subsets, size)
        rows.append(
            {
                "datasets": size,
                "reversed": ranks.mean(),
                "told_apart": int(apart.sum()),
                "reversed_told_apart": ranks[:, apart].mean() if apart.any() else np.nan,
                "reliable": _reliable(shown.ravel(), wrong.ravel()),
            }
        )
    return pd.DataFrame(rows, columns=["datasets", "reversed", "told_apart", "reversed_told_apart", "reliable"])


def _subsets(n: int, draws: int, seed: int) -> list[tuple[int, np.ndarray]]:
    """Return sizes below n, and for each draws x n: 1 where a data set is in the subset."""
    # One shuffle serves all sizes: a smaller subset is the beginning of a larger one.
    places = np.random.default_rng(seed).random((draws, n)).argsort(axis=1).argsort(axis=1)
    return [(size, (places < size).astype(float)) for size in SIZES if size < n]


def _wrong(table: np.ndarray, subsets: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return draws x pairs: the size of the difference of a subset's means, and whether its sign is the wrong one."""
    pairs = list(combinations(range(table.shape[1]), 2))
    differences = np.column_stack([table[:, i] - table[:, j] for i, j in pairs])
    shown = subsets @ differences / size
    # Sums of rounded numbers carry float noise; a tie must not have a sign.
    signs = np.sign(np.where(np.isclose(shown, 0, atol=1e-12), 0, shown))
    whole = differences.mean(axis=0)
    return np.abs(shown), signs * np.sign(np.where(np.isclose(whole, 0, atol=1e-12), 0, whole)) < 0


def _reliable(shown: np.ndarray, wrong: np.ndarray) -> float:
    order = np.argsort(-shown, kind="stable")
    share = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share <= TRUSTED)
    return float(shown[order][good[-1]]) if len(good) and np.isfinite(shown).all() else np.nan
