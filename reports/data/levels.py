"""The two ends between which scores of generated series are read, from what the stores have kept."""

from math import nan

import pandas as pd

from ...results import SCORES, Floor
from .selection import Selection

LEVELS = ("dataset", "score", "nothing", "real", "nothing_is", "classifier")


def reading_levels(selection: Selection) -> pd.DataFrame:
    """Return the two levels of every data set and generation score, by each of its judges.

    Args:
        selection: The rows of the report. The floors are those of its stores, as far as these have kept the features
            of the real test series and the labels beside latents.

    Returns:
        dataset, score, nothing (NaN where it cannot be known, or the score has no floor), real, nothing_is (in words),
        classifier (the judge), and with labelled stores `store`.

    Raises:
        StoreError: A kept file cannot be read.
    """
    rows = []
    references = selection.references
    columns = [*LEVELS, *(["store"] if "store" in references else [])]
    stores = {label: selection.open(label) for label in selection.stores}
    floors: dict[tuple[str, str], dict[str, Floor]] = {}
    for name, scale in ((name, score.scale) for name, score in SCORES.items() if score.scale):
        for row in references[references["score"] == scale.reference].itertuples():
            label = getattr(row, "store", next(iter(selection.stores)))
            if (label, row.reference) not in floors:
                floors[label, row.reference] = stores[label].floors(row.dataset, row.reference, selection.jobs)
            floor = floors[label, row.reference].get(name, Floor(nan, ""))
            found = (row.dataset, name, floor.value, float(row.value), floor.generator, row.classifier, label)
            rows.append(found[: len(columns)])
    return pd.DataFrame(rows, columns=columns)
