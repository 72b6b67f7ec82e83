"""Accuracy by the share of the training labels that a probe is given."""

from collections.abc import Sequence

import pandas as pd

from ...results import label_curves
from ..data.errors import ReportError
from ..data.frames import seed_means
from ..data.methods import ordered


def accuracy_by_labels(
    scores: pd.DataFrame, score: str, datasets: Sequence[str] | None = None
) -> tuple[pd.DataFrame, int]:
    """Return the mean accuracy of every method by share of labels, over the data sets that have all of its values.

    Args:
        scores: Tidy scores.
        score: Name of the score with all labels.
        datasets: The data sets to read; all that occur if not given.

    Returns:
        Methods x shares of the labels, from the smallest to 1, and the number of data sets.

    Raises:
        ReportError: The score has no companions with few labels, or no data set has them of all methods.
    """
    if score not in label_curves():
        raise ReportError(f"{score} is not given shares of the labels; choose from: {', '.join(label_curves())}")
    tables = {share: seed_means(scores, name, datasets) for share, name in label_curves()[score].items()}
    methods = set.intersection(*(set(table.dropna(axis=1, how="all")) for table in tables.values()))
    chosen = ordered(pd.Series(sorted(methods), dtype=object))
    whole = pd.concat({share: table[chosen] for share, table in tables.items()}, axis=1).dropna()
    if whole.empty or not chosen:
        raise ReportError(f"no data set has {score} of all methods for every share of the labels")
    return whole.mean().unstack(0).reindex(chosen).rename_axis(index="method", columns="labels"), len(whole)
