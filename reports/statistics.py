"""Comparing methods over data sets: mean ranks, wins, Friedman, pairwise Wilcoxon with Holm.

The way of Demšar ("Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006) with the
later advice to test pairs directly (Benavoli, Corani and Mangili, JMLR 17, 2016). Seeds are averaged within a
data set first, so that a data set counts once. Values are rounded to the score's decimals before they are
ranked or compared: 0.1 + 0.2 ties with 0.3. Nothing is imputed, and nothing is left out without being named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from ..results import SCORES
from .errors import ReportError
from .palette import ordered

ALPHA = 0.05
FEWEST_DATASETS = 5
GAPS = ("refuse", "common")


@dataclass(frozen=True, eq=False)
class Comparison:
    """How the methods compare in one score.

    Attributes:
        score: Name of the score.
        gaps: The policy for missing values: "refuse", or "common" (data sets that all methods have).
        left_out: Data sets that the policy left out.
        values: Data sets x methods: means over seeds, rounded to the score's decimals.
        ranks: Data sets x methods: 1 is best, ties share the mean of their ranks.
        summary: Methods x (mean_rank, mean, median, wins), best mean rank first. Who is best or tied for best
            on a data set wins it.
        pairs: One row per pair of methods (first, second): win, tie, loss of the first over the second, p of
            the two-sided Wilcoxon signed-rank test, p_holm after step-down Holm over all pairs.
        friedman: (chi-squared, p) of the Friedman test; None for two methods, where Wilcoxon says it all.
    """

    score: str
    gaps: str
    left_out: tuple[str, ...]
    values: pd.DataFrame
    ranks: pd.DataFrame
    summary: pd.DataFrame
    pairs: pd.DataFrame
    friedman: tuple[float, float] | None

    @property
    def n_datasets(self) -> int:
        """Number of data sets compared on."""
        return len(self.values)

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that exact Wilcoxon and Holm can give with so many data sets and pairs."""
        return min(1.0, 2.0 ** (1 - self.n_datasets) * len(self.pairs))

    def p_matrix(self) -> pd.DataFrame:
        """Methods x methods: p_holm, and 1 on the diagonal, in the order of `summary`."""
        names = list(self.summary.index)
        matrix = pd.DataFrame(1.0, index=names, columns=names)
        for row in self.pairs.itertuples():
            matrix.loc[row.first, row.second] = matrix.loc[row.second, row.first] = row.p_holm
        return matrix


def name_methods(scores: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column `method`: the variant, and its views in brackets where it ran with several.

    A frame that has the column already is returned as it is.
    """
    if "method" in scores:
        return scores
    kinds = scores.groupby("variant")["views"].transform("nunique")
    method = scores["variant"].where(kinds <= 1, scores["variant"] + " (" + scores["views"] + ")")
    return scores.assign(method=method)


def seed_means(scores: pd.DataFrame, score: str, datasets: Sequence[str] | None = None) -> pd.DataFrame:
    """One score as data sets x methods, seeds averaged; NaN where there is no value, or not of every seed.

    A method's seeds are all those it has a value of anywhere: where a data set lacks one of them, a job failed or has
    not run, and the mean of the others would stand in for it unseen.

    Args:
        scores: Tidy scores: dataset, variant, views, seed, score, value.
        score: Name of the score.
        datasets: The data sets that ought to be there; all that occur in `scores` if not given.

    Raises:
        ReportError: Nobody has this score.
    """
    # Sorted, so that the last bit of a mean does not depend on the order of the rows.
    named = name_methods(scores).sort_values(["dataset", "method", "seed"], kind="stable")
    rows = named[named["score"] == score]
    if rows.empty:
        raise ReportError(f"there is no score {score!r} here; there are: {', '.join(sorted(set(scores['score'])))}")
    wanted = sorted(set(scores["dataset"]) | set(datasets or ()))
    cells = rows.assign(value=rows["value"].astype(float)).groupby(["dataset", "method"])["value"]
    # mean() skips NaN; one diverged seed must not vanish in the mean of the others.
    seeds = rows.groupby("method")["seed"].nunique()
    complete = cells.count() == cells.size().index.get_level_values("method").map(seeds)
    cells = cells.mean().where(complete)
    table = cells.unstack("method").reindex(index=wanted, columns=ordered(rows["method"]))
    return table.rename_axis(index="dataset", columns="method").astype(float)


def compare(
    scores: pd.DataFrame, score: str, gaps: str = "refuse", datasets: Sequence[str] | None = None
) -> Comparison:
    """Compare all methods that have a score.

    Args:
        scores: Tidy scores: dataset, variant, views, seed, score, value.
        score: Name of a score with a direction.
        gaps: "refuse" a missing, NaN or infinite value, or compare on the data sets "common" to all methods.
        datasets: The data sets that ought to be there; all that occur in `scores` if not given.

    Raises:
        ReportError: A gap under "refuse", no data set left, fewer than two methods, an unknown policy or a
            score without a direction.
    """
    if gaps not in GAPS:
        raise ReportError(f"unknown policy for gaps {gaps!r}; there are: {', '.join(GAPS)}")
    if (better := higher_is_better(score, scores)) is None:
        raise ReportError(f"{score} has no direction and is not ranked")
    table = seed_means(scores, score, datasets)
    if table.shape[1] < 2:
        raise ReportError(f"{score} has one method only ({table.columns[0]}); a comparison needs two")
    whole = np.isfinite(table).all(axis=1)
    if gaps == "refuse" and not whole.all():
        raise ReportError(_refusal(score, table))
    values = table[whole].round(decimals(score))
    if values.empty:
        raise ReportError(f"{score}: no data set has a value of every method; finish the failed jobs")
    ranks = values.rank(axis=1, ascending=not better, method="average")
    return Comparison(
        score=score,
        gaps=gaps,
        left_out=tuple(table.index[~whole]),
        values=values,
        ranks=ranks,
        summary=_summary(values, ranks, better),
        pairs=_pairs(values, better, decimals(score)),
        friedman=friedman(values),
    )


def higher_is_better(score: str, scores: pd.DataFrame) -> bool | None:
    """Direction of a score: from the suite's table, for a score it does not know from its rows."""
    if score in SCORES:
        return SCORES[score].higher_is_better
    said = set(scores.loc[scores["score"] == score, "higher_is_better"].dropna())
    if len(said) > 1:
        raise ReportError(f"the rows of {score} disagree on its direction")
    return bool(said.pop()) if said else None


def decimals(score: str) -> int:
    """Decimals of a score; 4 for one the suite does not know."""
    return SCORES[score].decimals if score in SCORES else 4


def friedman(values: pd.DataFrame) -> tuple[float, float] | None:
    """Friedman's test that all methods rank alike (with his correction for ties).

    Args:
        values: Data sets x methods, no gaps.

    Returns:
        (chi-squared, p); (0, 1) where every method ties with every other everywhere; None for two methods.
    """
    if values.shape[1] < 3:
        return None
    if (values.nunique(axis=1) == 1).all():
        return 0.0, 1.0
    statistic, p = stats.friedmanchisquare(*(values[name] for name in values))
    return float(statistic), float(p)


def wilcoxon(differences: Sequence[float]) -> float:
    """Two-sided Wilcoxon signed-rank test; zeros are left out, and nothing but zeros gives p = 1.

    Exact for up to 50 differences, ties among their sizes included: there the normal approximation calls five
    equal differences significant (p = 0.025), which no five data sets can be (p = 0.0625). Above, scipy's
    normal approximation.
    """
    differences = np.asarray(differences, dtype=float)
    nonzero = differences[differences != 0]
    if not len(nonzero):
        return 1.0
    if len(nonzero) > 50:
        return float(stats.wilcoxon(nonzero, method="approx").pvalue)
    # Twice the ranks are whole numbers. The chance of each sum of them, with both signs equally likely:
    doubled = np.rint(2 * stats.rankdata(np.abs(nonzero))).astype(int)
    chance = np.zeros(doubled.sum() + 1)
    chance[0] = 1.0
    for rank in doubled:
        shifted = np.concatenate([np.zeros(rank), chance[:-rank]])
        chance = (chance + shifted) / 2
    positive = doubled[nonzero > 0].sum()
    return float(min(1.0, 2 * min(chance[: positive + 1].sum(), chance[positive:].sum())))


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Step-down adjusted p-values (Holm 1979): the smallest times m, the next times m - 1, never falling."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _summary(values: pd.DataFrame, ranks: pd.DataFrame, better: bool) -> pd.DataFrame:
    best = values.max(axis=1) if better else values.min(axis=1)
    summary = pd.DataFrame(
        {
            "mean_rank": ranks.mean(),
            "mean": values.mean(),
            "median": values.median(),
            "wins": values.eq(best, axis=0).sum(),
        }
    )
    return summary.rename_axis("method").sort_values("mean_rank", kind="stable")


def _pairs(values: pd.DataFrame, better: bool, digits: int) -> pd.DataFrame:
    rows = []
    for first, second in combinations(values.columns, 2):
        # Differences of rounded numbers carry float noise again, and noise would break ties of their sizes.
        differences = (values[first] - values[second]).round(digits) * (1 if better else -1)
        win, loss = int((differences > 0).sum()), int((differences < 0).sum())
        rows.append((first, second, win, len(differences) - win - loss, loss, wilcoxon(differences)))
    pairs = pd.DataFrame(rows, columns=["first", "second", "win", "tie", "loss", "p"])
    return pairs.assign(p_holm=holm(pairs["p"]))


def _refusal(score: str, table: pd.DataFrame) -> str:
    bad = ~np.isfinite(table)
    dataset = table.index[bad.any(axis=1)][0]
    method = table.columns[bad.loc[dataset]][0]
    return (
        f"{score} lacks {int(bad.to_numpy().sum())} of {table.size} values, the first {method} on {dataset} "
        f'(missing, NaN or infinite, of some seed at least); finish the jobs, or choose the policy "common" for gaps'
    )
