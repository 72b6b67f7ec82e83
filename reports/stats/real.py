"""Distances of real series from real series, which no generator is asked to beat."""

import pandas as pd
from scipy import stats

from ...results import SCORES
from .comparison import FEWEST_DATASETS


def real_distances(references: pd.DataFrame, jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the distances of real training series from real test series beside the number of test series.

    Args:
        references: Tidy real-data references.
        jobs: One row per job, with the columns `dataset` and `n_test`.

    Returns:
        A row per score, data set and judge: score, dataset, n_test, value.
    """
    named = {row.reference: name for name, row in SCORES.items() if row.scale and not row.higher_is_better}
    rows = references[references["score"].isin(named)]
    sizes = jobs.groupby("dataset")["n_test"].first().dropna()
    rows = rows[rows["dataset"].isin(sizes.index)].drop_duplicates(["dataset", "score", "classifier"])
    found = rows.assign(n_test=rows["dataset"].map(sizes).astype(int), score=rows["score"].map(named))
    order = {name: place for place, name in enumerate(SCORES)}
    return found[["score", "dataset", "n_test", "value"]].sort_values(
        ["score", "dataset"], key=lambda column: column.map(order) if column.name == "score" else column
    )


def size_correlations(distances: pd.DataFrame) -> pd.DataFrame:
    """Return Spearman's rank correlation between the number of test series and the distances, for each score.

    Args:
        distances: From `real_distances`.

    Returns:
        A row per score with five data sets at least: score, datasets, correlation, p.
    """
    rows = []
    for score, of in distances.groupby("score", sort=False):
        if of["dataset"].nunique() < FEWEST_DATASETS or of["n_test"].nunique() < 2 or of["value"].nunique() < 2:
            continue
        found = stats.spearmanr(of["n_test"], of["value"])
        rows.append((score, of["dataset"].nunique(), float(found.statistic), float(found.pvalue)))
    return pd.DataFrame(rows, columns=["score", "datasets", "correlation", "p"])
