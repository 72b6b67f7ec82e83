"""The size of differences and their uncertainty: effect sizes with bootstrap intervals over data sets."""

import numpy as np
import pandas as pd

from ..data.errors import ReportError
from .bootstrap import LEVEL, RESAMPLES, interval, resampled
from .comparison import Comparison


def effects(comparison: Comparison, resamples: int = RESAMPLES, seed: int = 0, level: float = LEVEL) -> pd.DataFrame:
    """Return the effect sizes of every pair of methods, positive where the first is better.

    - `median_difference`: median over data sets of how much better the first is, in units of the score.
    - `dominance`: share of data sets on which the first is better less the share on which it is worse; Cliff's
      delta within data sets (d_w in Cliff 1996), which is what the signed-rank test is about.
    - `cliffs_delta`: P(X > Y) - P(X < Y) for a value X of the first and Y of the second drawn independently
      (Cliff 1993). It takes no note of which data set a value is from, so that easy and hard data sets blur it.

    Each has an interval `_low`, `_high`: percentiles of the statistic over resamples of whole data sets, drawn
    with replacement (seeds have been averaged within a data set before), the same ones for all pairs.

    Args:
        comparison: From `compare`.
        resamples: Number of resamples.
        seed: Seed of the resampling.
        level: Coverage of the intervals, between 0 and 1.

    Returns:
        A row per pair in the order of `comparison.pairs`: first, second, and three columns per effect. A
        median of infinite size (values missing under "worst") is NaN.

    Raises:
        ReportError: `level` or `resamples` cannot be.
    """
    if not 0 < level < 1 or resamples < 1:
        raise ReportError("a bootstrap needs a level between 0 and 1, and one resample or more")
    n = comparison.n_datasets
    drawn, counts = resampled(n, resamples, seed)
    rows = []
    for first, second in zip(comparison.pairs["first"], comparison.pairs["second"], strict=True):
        differences = comparison.differences(first, second)
        signs = np.sign(differences)
        larger = _larger(comparison, first, second)
        found = {
            "median_difference": (np.median(differences), np.median(differences[drawn], axis=1)),
            "dominance": (signs.mean(), counts @ signs / n),
            "cliffs_delta": (larger.mean(), np.einsum("bi,bi->b", counts @ larger, counts) / n**2),
        }
        row: dict[str, object] = {"first": first, "second": second}
        for name, (value, again) in found.items():
            low, high = interval(again, level)
            row |= {name: value, f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    frame = pd.DataFrame(rows)
    numbers = frame.columns.drop(["first", "second"])
    frame[numbers] = frame[numbers].where(np.isfinite(frame[numbers]))
    return frame


def pairwise(comparison: Comparison) -> pd.DataFrame:
    """Return every pair with the columns of `comparison.pairs`, p_nemenyi, and those of `effects`."""
    matrix = comparison.nemenyi()
    pairs = comparison.pairs
    p = [matrix.loc[first, second] for first, second in zip(pairs["first"], pairs["second"], strict=True)]
    return pairs.assign(p_nemenyi=p).merge(effects(comparison), on=["first", "second"], validate="1:1")


def cliffs_delta(x: np.ndarray, y: np.ndarray) -> float:
    """Return P(X > Y) - P(X < Y) over all pairs of values (Cliff 1993): 1 where every x is above every y."""
    return float(np.sign(np.subtract.outer(np.asarray(x, float), np.asarray(y, float))).mean())


def _larger(comparison: Comparison, first: str, second: str) -> np.ndarray:
    """Return data sets x data sets: 1 where the first method's value on one beats the second's on another, or -1."""
    # Ranks of all values: a missing one is last, and equal to another that is missing.
    pooled = comparison.values[[first, second]].to_numpy().T.ravel()
    order = pd.Series(pooled).rank(ascending=comparison.better, na_option="top")
    one, other = np.split(order.to_numpy(), 2)
    return np.sign(np.subtract.outer(one, other))
