"""The two ends between which scores of generated series are read, from the references."""

import pandas as pd

from ...results import SCORES

LEVELS = ("dataset", "score", "nothing", "real", "classifier")


def reading_levels(references: pd.DataFrame) -> pd.DataFrame:
    """Return the two levels of every data set and generation score, by each of its judges.

    Args:
        references: Tidy real-data references.

    Returns:
        dataset, score, nothing (NaN where the references lack it), real, classifier (the judge), and with labelled
        stores `store`.
    """
    store = ["store"] if "store" in references else []
    by = ["dataset", "reference", *store]
    frames = []
    for name, scale in ((name, score.scale) for name, score in SCORES.items() if score.scale):
        real, nothing = (references[references["score"] == end] for end in (scale.reference, SCORES[name].floor))
        ends = real.rename(columns={"value": "real"}).assign(score=name)
        frames.append(ends.merge(nothing.rename(columns={"value": "nothing"})[[*by, "nothing"]], on=by, how="left"))
    return pd.concat(frames, ignore_index=True)[[*LEVELS, *store]]
