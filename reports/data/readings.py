"""Tell how numbers from elsewhere are read, and warn of accuracies that look like error rates."""

from functools import cache

import numpy as np
import pandas as pd

from ...results import SCORES, score_of
from ...results.published import ACCURACY, published

_FEWEST = 5  # data sets with a published accuracy; on fewer anything may look like anything
_DIRECTIONS = {True: "higher is better", False: "lower is better", None: "no direction"}


def reading_of(rows: pd.DataFrame) -> str:
    """Return as what values are read, score by score, with the least and the greatest mean of a method.

    Args:
        rows: Tidy rows: dataset, method, score, value.
    """
    said = []
    for name, of in rows.groupby("score", sort=False):
        score = score_of(name)
        what = "accuracy, " * is_accuracy(name) + _DIRECTIONS[score.higher_is_better]
        means = of.groupby("method")["value"].mean()
        span = " to ".join(dict.fromkeys(f"{mean:.{score.decimals}f}" for mean in (means.min(), means.max())))
        said.append(f"{name} ({what}), means of methods {span}")
    return "; ".join(said)


def doubt_of(rows: pd.DataFrame) -> str:
    """Return a sentence where accuracies look like error rates beside those of published classifiers, else nothing.

    They do where they fall as those rise, and 1 less the value is closer by far: guessing is as low, but does not fall
    so where the data sets are many.

    Args:
        rows: Tidy rows: dataset, method, score, value.
    """
    accuracy = rows[rows["score"].map(is_accuracy)]
    known = _published_accuracies()
    for method, of in accuracy.groupby("method", sort=False):
        values = of.groupby("dataset")["value"].mean().dropna()
        values = values[values.index.isin(known.index)]
        beside = known[values.index]
        if len(values) < _FEWEST or values.nunique() == 1:
            continue
        nearer = np.abs(1 - values - beside).mean() < np.abs(values - beside).mean() / 2
        if nearer and np.corrcoef(values, beside)[0, 1] < -0.5:
            return f"{method} is low where published accuracies are high, as error rates are; if so, give 1 - error."
    return ""


@cache
def _published_accuracies() -> pd.Series:
    """Return the median accuracy of published classifiers by data set."""
    rows = published()
    return rows[rows["score"] == ACCURACY].groupby("dataset")["value"].median()


def is_accuracy(score: str) -> bool:
    """Tell whether a score is a share of series told right, of which 1 - error is one too."""
    return SCORES[score].bounds == (0.0, 1.0)
