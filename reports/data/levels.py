"""The two ends between which scores of generated series are read, from what the stores have kept."""

import pandas as pd

from ...results import RealSeries, ResultStore, scaled_scores, score_of
from .selection import Selection

LEVELS = ("dataset", "score", "nothing", "real", "nothing_is", "classifier")


def reading_levels(selection: Selection) -> pd.DataFrame:
    """Return the two levels of every data set and generation score, by each of its judges.

    Args:
        selection: The rows of the report. The features of the real test series and the labels beside kept latents
            are read from its stores, where they were kept.

    Returns:
        dataset, score, nothing (NaN where it cannot be known), real, nothing_is (in words), classifier (the judge),
        and with labelled stores `store`.

    Raises:
        StoreError: A kept file cannot be read.
    """
    rows = []
    references = selection.references
    columns = [*LEVELS, *(["store"] if "store" in references else [])]
    kept: dict[tuple[str, str], RealSeries] = {}
    for name in scaled_scores():
        scale = score_of(name).scale
        for row in references[references["score"] == scale.reference].itertuples():
            label = getattr(row, "store", next(iter(selection.stores)))
            if (label, row.reference) not in kept:
                kept[label, row.reference] = _real(selection.open(label), selection.jobs, row.dataset, row.reference)
            floor = scale.floor(kept[label, row.reference])
            found = (row.dataset, name, floor.value, float(row.value), floor.generator, row.classifier, label)
            rows.append(found[: len(columns)])
    return pd.DataFrame(rows, columns=columns)


def _real(store: ResultStore, jobs: pd.DataFrame, dataset: str, reference: str) -> RealSeries:
    """Return what a store has kept of a data set's real test series."""
    features = (store.arrays(reference, "features") or {}).get("test")
    done = jobs[(jobs["dataset"] == dataset) & (jobs["status"] == "ok")]
    kept = (latents.get("y_test") for job in done["job"] if (latents := store.latents(job)))
    labels = next((found for found in kept if found is not None and len(found)), None)
    classes = done["n_classes"].dropna()
    return RealSeries(features, labels, int(classes.iloc[0]) if len(classes) else None)
