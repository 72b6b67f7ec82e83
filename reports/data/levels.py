"""The two ends between which scores of generated series are read, from what the stores have kept."""

import pandas as pd

from ...results import RealSeries, ResultStore, scaled_scores, score_of
from .selection import Selection

LEVELS = ("dataset", "score", "nothing", "real", "nothing_is")


def reading_levels(selection: Selection) -> pd.DataFrame:
    """Return the two levels of every data set and generation score.

    Args:
        selection: The rows of the report. The features of the real test series and the labels beside kept latents
            are read from its stores, where they were kept.

    Returns:
        dataset, score, nothing (NaN where it cannot be known), real, nothing_is (in words).

    Raises:
        StoreError: A kept file cannot be read.
    """
    rows = []
    references = selection.references
    kept: dict[str, RealSeries] = {}
    for name in scaled_scores():
        scale = score_of(name).scale
        for row in references[references["score"] == scale.reference].itertuples():
            store = selection.open(getattr(row, "store", next(iter(selection.stores))))
            if row.reference not in kept:
                kept[row.reference] = _real(store, selection.jobs, row.dataset, row.reference)
            floor = scale.floor(kept[row.reference])
            rows.append((row.dataset, name, floor.value, float(row.value), floor.generator))
    return pd.DataFrame(rows, columns=list(LEVELS))


def _real(store: ResultStore, jobs: pd.DataFrame, dataset: str, reference: str) -> RealSeries:
    """Return what a store has kept of a data set's real test series."""
    features = (store.arrays(reference, "features") or {}).get("test")
    done = jobs[(jobs["dataset"] == dataset) & (jobs["status"] == "ok")]
    kept = (latents.get("y_test") for job in done["job"] if (latents := store.latents(job)))
    labels = next((found for found in kept if found is not None and len(found)), None)
    classes = done["n_classes"].dropna()
    return RealSeries(features, labels, int(classes.iloc[0]) if len(classes) else None)
