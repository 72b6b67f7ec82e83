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
    named = name_methods(whole(scores, score))
    # Sorted, so that the last bit of a mean does not depend on the order of the rows.
    rows = named[named["score"] == score].sort_values(["dataset", "method", "seed"], kind="stable")
    if rows.empty:
        raise ReportError(f"there is no score {score!r} here; there are: {', '.join(sorted(named['score'].unique()))}")
    wanted = sorted(set(named["dataset"].unique()) | set(datasets or ()))
    cells = rows.assign(value=rows["value"].astype(float)).groupby(["dataset", "method"])["value"]
    # mean() skips NaN; one diverged seed must not vanish in the mean of the others.
    seeds = rows.groupby("method")["seed"].nunique()
    complete = cells.count() == cells.size().index.get_level_values("method").map(seeds)
    cells = cells.mean().where(complete)
    table = cells.unstack("method").reindex(index=wanted, columns=ordered(rows["method"]))
    return table.rename_axis(index="dataset", columns="method").astype(float)


def whole(scores: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return a frame with all columns that statistics read: of one score dataset, method and value are enough.

    Without `score` all rows are of the score named; without `seed` they are of one.

    Raises:
        ReportError: Another column is missing, or rows of a method on a data set are several and have no seeds.
    """
    lacking = [name for name in ("dataset", "value") if name not in scores]
    if "method" not in scores and not {"variant", "views"} <= set(scores):
        lacking.append("method")
    if lacking:
        raise ReportError(
            f"the frame lacks the column {lacking[0]}; it needs dataset, method and value, and score and seed where "
            "there are several"
        )
    found = scores if "score" in scores else scores.assign(score=score)
    if "seed" in found:
        return found
    named = name_methods(found)
    if (twice := named.duplicated(["dataset", "method", "score"])).any():
        row = named[twice].iloc[0]
        raise ReportError(f"{row['method']} has several rows on {row['dataset']}; tell them apart in a column seed")
    return found.assign(seed=0)


def higher_is_better(score: str, scores: pd.DataFrame) -> bool | None:
    """Return the direction of a score: from the suite's table, for a score it does not know from its rows."""
    if score in SCORES:
        return SCORES[score].higher_is_better
    if "higher_is_better" not in scores:
        return None
    said = set(scores.loc[scores["score"] == score, "higher_is_better"].dropna())
    if len(said) > 1:
        raise ReportError(f"the rows of {score} disagree on its direction")
    return bool(said.pop()) if said else None
