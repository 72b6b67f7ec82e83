"""Frames of one score: values by data set and method, direction, and the scores that are there."""

from collections.abc import Sequence

import pandas as pd

from ...results import SCORES, score_of
from .errors import ReportError
from .methods import name_methods, ordered


def score_names(scores: pd.DataFrame) -> list[str]:
    """Return the scores that are there, in the suite's order, those it does not know behind."""
    there = {name for name in scores["score"].unique() if not score_of(name).companion}
    return [name for name in SCORES if name in there] + sorted(there - set(SCORES))


def seed_means(scores: pd.DataFrame, score: str, datasets: Sequence[str] | None = None) -> pd.DataFrame:
    """Return one score as data sets x methods, seeds averaged; NaN where there is no value, or not of every seed.

    A method's seeds are all those it has a value of anywhere: where a data set lacks one of them, a job failed or has
    not run, and the mean of the others would stand in for it unseen.

    Args:
        scores: Tidy scores: dataset, variant, views, seed, score, value.
        score: Name of the score.
        datasets: The data sets that ought to be there; all that occur in `scores` if not given.

    Raises:
        ReportError: Nobody has this score.
    """
    named = name_methods(scores)
    # Sorted, so that the last bit of a mean does not depend on the order of the rows.
    rows = named[named["score"] == score].sort_values(["dataset", "method", "seed"], kind="stable")
    if rows.empty:
        raise ReportError(f"there is no score {score!r} here; there are: {', '.join(sorted(scores['score'].unique()))}")
    wanted = sorted(set(scores["dataset"].unique()) | set(datasets or ()))
    cells = rows.assign(value=rows["value"].astype(float)).groupby(["dataset", "method"])["value"]
    # mean() skips NaN; one diverged seed must not vanish in the mean of the others.
    seeds = rows.groupby("method")["seed"].nunique()
    complete = cells.count() == cells.size().index.get_level_values("method").map(seeds)
    cells = cells.mean().where(complete)
    table = cells.unstack("method").reindex(index=wanted, columns=ordered(rows["method"]))
    return table.rename_axis(index="dataset", columns="method").astype(float)


def higher_is_better(score: str, scores: pd.DataFrame) -> bool | None:
    """Return the direction of a score: from the suite's table, for a score it does not know from its rows."""
    if score in SCORES:
        return SCORES[score].higher_is_better
    said = set(scores.loc[scores["score"] == score, "higher_is_better"].dropna())
    if len(said) > 1:
        raise ReportError(f"the rows of {score} disagree on its direction")
    return bool(said.pop()) if said else None
