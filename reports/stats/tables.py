"""Tables of a report as data frames: coverage, leaderboard, data sets x methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...results import score_of
from ..data.errors import ReportError
from ..data.frames import higher_is_better, score_names, seed_means, whole
from ..data.judges import mixed_datasets
from ..data.methods import name_methods, ordered, suffix
from .comparison import Comparison, NotCompared, compare

GAP = "–"


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """One score, data sets x methods.

    Attributes:
        score: Name of the score.
        mean: Mean over seeds; NaN for a gap.
        std: Standard deviation over seeds (n - 1), NaN for a single seed; of results from elsewhere as given.
        seeds: Number of seeds, or of runs behind results from elsewhere.
        text: Text of every cell: "0.912", "0.912 ± 0.004", or a dash for a gap.
        place: 1 for the best value of a data set (rounded; ties share it), 2 for the second best, else 0.
        real: Data sets x references of real series: one column with the head "", or where the judges of several
            stores differ one per store, " [A]"; None for a score without references.
    """

    score: str
    mean: pd.DataFrame
    std: pd.DataFrame
    seeds: pd.DataFrame
    text: pd.DataFrame
    place: pd.DataFrame
    real: pd.DataFrame | None


def score_table(
    scores: pd.DataFrame,
    score: str,
    references: pd.DataFrame | None = None,
    datasets: Sequence[str] | None = None,
    mix_judges: bool = False,
) -> ScoreTable:
    """Return one score as a table, gaps shown as gaps.

    Args:
        scores: Tidy scores.
        score: Name of the score.
        references: Tidy real-data references.
        datasets: The data sets that ought to be there.
        mix_judges: Give places also on data sets on which the values come from different judges.

    Raises:
        ReportError: Nobody has this score.
    """
    scores = whole(scores, score)
    mean = seed_means(scores, score, datasets)
    named = name_methods(scores)
    rows = named[named["score"] == score]
    cells = rows.groupby(["dataset", "method"])["value"]
    std, seeds = cells.std(), cells.size()
    if "runs" in rows:
        # Results from elsewhere may be means over runs; their table says of how many, and how those spread.
        said = rows.dropna(subset=["runs"]).set_index(["dataset", "method"])
        std, seeds = said["std"].combine_first(std), said["runs"].astype(int).combine_first(seeds)
    std = std.unstack("method").reindex_like(mean).where(np.isfinite(mean)).astype(float)
    seeds = seeds.unstack("method").reindex_like(mean).fillna(0).astype(int)
    digits = score_of(score).decimals
    text = pd.DataFrame(
        [[_cell(mean.loc[row, column], std.loc[row, column], digits) for column in mean.columns] for row in mean.index],
        index=mean.index,
        columns=mean.columns,
    )
    place = _places(mean.round(digits), higher_is_better(score, scores))
    if not mix_judges:
        place.loc[list(mixed_datasets(scores, score, mean))] = 0
    return ScoreTable(score, mean, std, seeds, text, place, _real(score, references, mean.index))


def _cell(mean: float, std: float, digits: int) -> str:
    if not np.isfinite(mean):
        return GAP
    return f"{mean:.{digits}f}" + (f" ± {std:.{digits}f}" if np.isfinite(std) else "")


def _places(values: pd.DataFrame, better: bool | None) -> pd.DataFrame:
    if better is None or values.shape[1] < 2:
        return values.notna().astype(int) * 0
    finite = values.where(np.isfinite(values))
    dense = finite.rank(axis=1, method="dense", ascending=not better)
    # Nobody stands out if all tie.
    told_apart = finite.nunique(axis=1) > 1
    return dense.where(dense <= 2).where(told_apart, axis=0).fillna(0).astype(int)


def _real(score: str, references: pd.DataFrame | None, datasets: pd.Index) -> pd.DataFrame | None:
    scale = score_of(score).scale
    if scale is None or references is None:
        return None
    rows = references[references["score"] == scale.reference]
    if rows.empty:
        return None
    if "store" in rows and (rows.groupby("dataset")["value"].nunique() > 1).any():
        real = rows.assign(store=rows["store"].map(suffix)).pivot(index="dataset", columns="store", values="value")
    else:
        real = rows.drop_duplicates("dataset").set_index("dataset")[["value"]].set_axis([""], axis=1)
    return real.astype(float).reindex(datasets)


def compare_all(
    scores: pd.DataFrame, gaps: str = "refuse", datasets: Sequence[str] | None = None, mix_judges: bool = False
) -> dict[str, Comparison | NotCompared]:
    """Compare the methods in every score that is there, as `compare` does, or say why they are not compared."""
    return {score: _compared(scores, score, gaps, datasets, mix_judges) for score in score_names(scores)}


def _compared(
    scores: pd.DataFrame, score: str, gaps: str, datasets: Sequence[str] | None, mix_judges: bool
) -> Comparison | NotCompared:
    if higher_is_better(score, scores) is None:
        return NotCompared(score, "it has no direction: shown, never ranked", refused=False)
    try:
        return compare(scores, score, gaps, datasets, mix_judges=mix_judges)
    except ReportError as error:
        return NotCompared(score, str(error))


def leaderboard(
    scores: pd.DataFrame, gaps: str = "refuse", datasets: Sequence[str] | None = None, mix_judges: bool = False
) -> pd.DataFrame:
    """Return all methods and all scores at a glance.

    Args:
        scores: Tidy scores: dataset, variant, views, seed, score, value.
        gaps: "refuse" leaves a score with gaps empty; "common" takes the data sets all methods have.
        datasets: The data sets that ought to be there.
        mix_judges: As in `compare`; a judged score of different judges is else left empty.

    Returns:
        Methods x (score, statistic), the statistics being mean (over data sets), mean_rank (1 is best) and
        wins; NaN where a method has no such score, or a score is not ranked.
    """
    return board_of(compare_all(scores, gaps, datasets, mix_judges), scores, datasets)


def board_of(
    comparisons: Mapping[str, Comparison | NotCompared], scores: pd.DataFrame, datasets: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the `leaderboard` of what `compare_all` found."""
    columns = {}
    for score in score_names(scores):
        found = comparisons[score]
        if isinstance(found, Comparison):
            summary = found.summary
        else:
            table = seed_means(scores, score, datasets)
            alone = higher_is_better(score, scores) is None or table.shape[1] == 1
            # Means over different data sets stand side by side nowhere.
            mean = table.mean(skipna=False) if alone else table.mean() * np.nan
            summary = pd.DataFrame({"mean": mean, "mean_rank": np.nan, "wins": np.nan})
        for statistic in ("mean", "mean_rank", "wins"):
            columns[score, statistic] = summary[statistic].astype(float)
    board = pd.DataFrame(columns).reindex(ordered(name_methods(scores)["method"].unique()))
    board.columns = pd.MultiIndex.from_tuples(columns, names=["score", "statistic"])
    return board.rename_axis("method")


def board_digits(score: str) -> int:
    """Return the digits after the point with which a leaderboard shows the mean of a score."""
    return min(score_of(score).decimals, 3)


def board_places(board: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the places of a leaderboard's figures: of each mean among the means, of each mean rank among the ranks.

    The two need not agree: a method may have the best mean rank and not the best mean.

    Args:
        board: From `leaderboard`.
        scores: The scores it was made of, for directions that the suite does not know.

    Returns:
        Methods x (score, "mean" or "mean_rank"): 1 for the best as it is shown (ties share it), 2 for the second best,
        0 for all others, for scores that are not ranked, and where all are equal.
    """
    places = {}
    for score in dict.fromkeys(board.columns.get_level_values("score")):
        ranked = board[score, "mean_rank"].notna()
        mean = board[score, "mean"].where(ranked).round(board_digits(score))
        up = bool(higher_is_better(score, scores))
        for statistic, values, ascending in (
            ("mean", mean, not up),
            ("mean_rank", board[score, "mean_rank"].round(2), True),
        ):
            place = values.rank(method="dense", ascending=ascending)
            shown = place.isin([1, 2]) & (values.nunique() > 1)
            places[score, statistic] = place.where(shown, 0).fillna(0).astype(int)
    return pd.DataFrame(places, index=board.index)


def leaderboard_text(board: pd.DataFrame) -> pd.DataFrame:
    """Return a leaderboard for a terminal: methods x titles of scores, "mean (mean rank)", a dash for a gap."""
    shown = {}
    for score in dict.fromkeys(board.columns.get_level_values("score")):
        digits = board_digits(score)
        shown[score_of(score).title] = [
            (GAP if np.isnan(mean) else f"{mean:.{digits}f}") + ("" if np.isnan(rank) else f" ({rank:.2f})")
            for mean, rank in zip(board[score, "mean"], board[score, "mean_rank"], strict=True)
        ]
    return pd.DataFrame(shown, index=board.index)


def coverage(scores: pd.DataFrame, jobs: pd.DataFrame) -> pd.DataFrame:
    """Return methods x jobs, ok, failed, mean seconds of a job, and per score the data sets with a value.

    Args:
        scores: Tidy scores of finished jobs.
        jobs: One row per job, with the column `method`. Methods from elsewhere have none.
    """
    ok = jobs["status"] == "ok"
    methods = ordered([*jobs["method"], *name_methods(scores)["method"]])
    table = pd.DataFrame(index=pd.Index(methods, name="method"))
    table["jobs"] = jobs.groupby("method").size()
    table["ok"] = jobs[ok].groupby("method").size()
    table["failed"] = jobs[~ok].groupby("method").size()
    table = table.fillna(0).astype(int)
    table["seconds"] = jobs[ok].groupby("method")["seconds_total"].mean()
    for score in score_names(scores):
        there = np.isfinite(seed_means(scores, score)).sum()
        table[score] = there.reindex(methods).fillna(0).astype(int)
    return table


def failures(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the jobs that never succeeded: dataset, method, seed, status, error of the last attempt, attempts."""
    failed = jobs[jobs["status"] != "ok"].sort_values(["dataset", "method", "seed"])
    return failed[["dataset", "method", "seed", "status", "error", "attempts"]].reset_index(drop=True)
