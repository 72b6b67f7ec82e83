"""Generation scores on the scale of their data set: 0 is a generator without use, 1 is as good as real series.

Inception score, FID and CAS depend on the classes and on the FCN of a data set, so that their values say little
across data sets. Between two levels they do:

| score | 0, "nothing" | 1, "real" |
|---|---|---|
| inception score | 1, its lowest value: every sample looks alike to the FCN | the real test series |
| FID | trace of the covariance of the real test features: one series over and over, the best possible one | the real training series |
| CAS | share of the most frequent class of the test split; 1 / K where labels were not kept | the FCN trained on real series |

The share of the distance covered is (value - nothing) / (real - nothing). It is negative for what is worse than
nothing and may be above 1: samples spread over the classes more evenly than the test split, say. Where real series
are no better than nothing there is no distance, and the share is NaN.
"""  # noqa: E501, a table

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..results import ResultStore
from .selection import Selection
from .statistics import decimals, seed_means
from .tables import REAL

LEVELS = ("dataset", "score", "nothing", "real", "nothing_is")


def reading_levels(selection: Selection) -> pd.DataFrame:
    """The two levels of every data set and generation score.

    Args:
        selection: What a report is about. The features of the real test series and the labels beside kept latents
            are read from its stores, where they were kept.

    Returns:
        dataset, score, nothing (NaN where it cannot be known), real, nothing_is (in words).

    Raises:
        StoreError: A kept file cannot be read.
    """
    rows = []
    references = selection.references
    for score, (reference, _, _) in REAL.items():
        for row in references[references["score"] == reference].itertuples():
            store = selection.open(getattr(row, "store", next(iter(selection.stores))))
            if score == "inception_score":
                nothing, what = 1.0, "its lowest value"
            elif score == "fid":
                nothing, what = _collapsed(store, row.reference), "the best single series, over and over"
            else:
                nothing, what = _chance(store, selection.jobs, row.dataset)
            rows.append((row.dataset, score, nothing, float(row.value), what))
    return pd.DataFrame(rows, columns=list(LEVELS))


def normalised(scores: pd.DataFrame, levels: pd.DataFrame, datasets: Sequence[str] | None = None) -> pd.DataFrame:
    """Generation scores beside their levels, and the share of the distance covered.

    Args:
        scores: Tidy scores.
        levels: As `reading_levels` gives them.
        datasets: The data sets that ought to be there.

    Returns:
        A row per data set, method and generation score: dataset, method, score, value (mean over seeds, NaN for a
        gap), nothing, real, share, and ratio (value / real, of FID how many times as far as the training series).
    """
    frames = []
    for score in REAL:
        of = levels[levels["score"] == score]
        if of.empty or score not in set(scores["score"]):
            continue
        table = seed_means(scores, score, datasets)
        values = table.where(np.isfinite(table)).round(decimals(score)).stack(future_stack=True).rename("value")
        frame = values.reset_index().assign(score=score)
        frames.append(frame.merge(of[["dataset", "nothing", "real"]], on="dataset", how="left"))
    if not frames:
        return pd.DataFrame(columns=["dataset", "method", "score", "value", "nothing", "real", "share", "ratio"])
    rows = pd.concat(frames, ignore_index=True)
    sign = np.where(rows["score"] == "fid", -1.0, 1.0)
    distance = sign * (rows["real"] - rows["nothing"])
    share = sign * (rows["value"] - rows["nothing"]) / distance.where(distance > 0)
    ratio = rows["value"] / rows["real"].where(rows["real"] > 0)
    return rows.assign(share=share, ratio=ratio)[
        ["dataset", "method", "score", "value", "nothing", "real", "share", "ratio"]
    ]


def share_summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Methods x (score, statistic) of what `normalised` gave: median of the share over data sets, and their number.

    Data sets on which a method has no share are left out of its median; the number says how many are in.
    """
    groups = rows.groupby(["method", "score"], sort=False)["share"]
    table = pd.DataFrame({"median": groups.median(), "datasets": groups.count()}).unstack("score")
    return table.swaplevel(axis=1).sort_index(axis=1, level=0, sort_remaining=False)


def _collapsed(store: ResultStore, reference: str) -> float:
    """FID of a generator whose every sample has the mean features of the real test series."""
    features = (store.arrays(reference, "features") or {}).get("test")
    if features is None or len(features) < 2:
        return float("nan")
    return float(np.var(features, axis=0, ddof=1, dtype=float).sum())


def _chance(store: ResultStore, jobs: pd.DataFrame, dataset: str) -> tuple[float, str]:
    """Accuracy on the test split of always giving one class, and how it is known."""
    done = jobs[(jobs["dataset"] == dataset) & (jobs["status"] == "ok")]
    for job in done["job"]:
        labels = (store.latents(job) or {}).get("y_test")
        if labels is not None and len(labels):
            return float(np.unique(labels, return_counts=True)[1].max() / len(labels)), "the most frequent class"
    classes = done["n_classes"].dropna()
    return (1 / float(classes.iloc[0]), "one class of K") if len(classes) else (float("nan"), "not known")
