"""Comparing methods over data sets: mean ranks, wins, and tests of all of them and of every pair.

Seeds are averaged within a data set first, so that a data set counts once. Values are rounded to the score's
decimals before they are ranked or compared: 0.1 + 0.2 ties with 0.3. Nothing is imputed, and nothing is left out
without being named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from ...results import score_of
from ..data.errors import ReportError
from ..data.frames import higher_is_better, seed_means, whole
from ..data.judges import mixed_datasets, refusal_text
from ..data.methods import name_methods, ordered, shorten
from .bootstrap import interval, resampled
from .significance import critical_distance, friedman, holm, nemenyi, wilcoxon

ALPHA = 0.05
FEWEST_DATASETS = 5
GAPS = ("refuse", "common", "worst")


@dataclass(frozen=True, eq=False)
class Comparison:
    """The comparison of all methods in one score.

    Attributes:
        score: Name of the score.
        better: True where higher values are better.
        gaps: The policy for missing values, one of `GAPS`.
        left_out: Data sets that the policy left out.
        missing: Pairs (data set, method) without a value that were ranked last; "worst" alone has any.
        values: Data sets x methods: means over seeds, rounded to the score's decimals; NaN where `missing`.
        ranks: Data sets x methods: 1 is best, ties share the mean of their ranks.
        summary: Methods x (mean_rank, rank_low, rank_high, mean, median, wins, won, tied, lost), best mean rank first.
            Between rank_low and rank_high lie 95 % of the mean ranks on data sets drawn anew with replacement. Who is
            best or tied for best on a data set wins it; won, tied and lost count the single comparisons with every
            other method. The mean is NaN where a value is missing.
        pairs: One row per pair of methods (first, second): win, tie, loss of the first over the second, p of
            the two-sided Wilcoxon signed-rank test, p_holm after step-down Holm over all pairs.
        friedman: (chi-squared, p) of the Friedman test; None for two methods, where Wilcoxon says it all.
        methods: All methods of the frame, also those without the score, so that colours agree everywhere.
        mixed: Data sets on which the values come from different judges; none unless that was asked for.
    """

    score: str
    better: bool
    gaps: str
    left_out: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    values: pd.DataFrame
    ranks: pd.DataFrame
    summary: pd.DataFrame
    pairs: pd.DataFrame
    friedman: tuple[float, float] | None
    methods: tuple[str, ...]
    mixed: tuple[str, ...] = ()

    @property
    def n_datasets(self) -> int:
        """Number of data sets compared on."""
        return len(self.values)

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that exact Wilcoxon and Holm can give with so many data sets and pairs."""
        return min(1.0, 2.0 ** (1 - self.n_datasets) * len(self.pairs))

    def p_matrix(self) -> pd.DataFrame:
        """Return methods x methods: p_holm, and 1 on the diagonal, in the order of `summary`."""
        names = list(self.summary.index)
        matrix = pd.DataFrame(1.0, index=names, columns=names)
        for row in self.pairs.itertuples():
            matrix.loc[row.first, row.second] = matrix.loc[row.second, row.first] = row.p_holm
        return matrix

    def nemenyi(self) -> pd.DataFrame:
        """Return methods x methods: p of Nemenyi's test, in the order of `summary`."""
        return nemenyi(self.ranks[list(self.summary.index)])

    def critical_distance(self, alpha: float = ALPHA) -> float:
        """Return the difference of mean ranks from which on Nemenyi's test tells two methods apart."""
        return critical_distance(self.ranks.shape[1], self.n_datasets, alpha)

    def differences(self, first: str, second: str) -> np.ndarray:
        """Return by how much the first method is better, per data set; infinite where one of the two lacks a value."""
        worst = -np.inf if self.better else np.inf
        one, other = (self.values[name].fillna(worst).to_numpy() for name in (first, second))
        with np.errstate(invalid="ignore"):  # infinity less infinity: neither has a value
            found = one - other
        # Differences of rounded numbers carry float noise again, and noise would break ties of their sizes.
        found = np.where(np.isnan(found), 0.0, np.round(found, score_of(self.score).decimals))
        return found if self.better else -found


@dataclass(frozen=True)
class NotCompared:
    """A score in which the methods are not compared.

    Attributes:
        score: Name of the score.
        why: The reason in words, as `compare` gives it.
        refused: True where other rows or another policy for gaps would let them be compared; False for a score
            without a direction, which never is.
    """

    score: str
    why: str
    refused: bool = True


def compare(
    scores: pd.DataFrame,
    score: str,
    gaps: str = "refuse",
    datasets: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    mix_judges: bool = False,
) -> Comparison:
    """Compare all methods that have a score, or some of them.

    Args:
        scores: Tidy scores: dataset, variant, views, seed, score, value; or of one score: dataset, method, value.
        score: Name of a score with a direction.
        gaps: Policy for a missing, NaN or infinite value: "refuse" to compare; compare on the data sets
            "common" to all methods; or give it the "worst" rank of its data set, which those that lack a value
            there share.
        datasets: The data sets that ought to be there; all that occur in `scores` if not given.
        methods: Compare these only; Holm's correction is then over their pairs.
        mix_judges: Compare values of a judged score also where they come from different judges.

    Raises:
        ReportError: A gap under "refuse", no data set left, fewer than two methods, an unknown policy or
            method, a score without a direction, or different judges on a data set and no wish to mix them.
    """
    if gaps not in GAPS:
        raise ReportError(f"unknown policy for gaps {gaps!r}; there are: {', '.join(GAPS)}")
    scores = whole(scores, score)
    if (better := higher_is_better(score, scores)) is None:
        raise ReportError(f"{score} has no direction and is not ranked")
    table = seed_means(scores, score, datasets)
    if methods is not None:
        if unknown := [name for name in methods if name not in table]:
            raise ReportError(f"{score} has no method {unknown[0]!r}; it has: {', '.join(table)}")
        table = table[ordered(methods)]
    if table.shape[1] < 2:
        raise ReportError(f"{score} has one method only ({table.columns[0]}); a comparison needs two")
    there = np.isfinite(table)
    if gaps == "refuse" and not there.to_numpy().all():
        raise ReportError(_refusal(score, table))
    # On a data set on which nobody has a value, "worst" would count a tie of all that nobody has measured.
    kept = there.any(axis=1) if gaps == "worst" else there.all(axis=1)
    values = table.where(there)[kept].round(score_of(score).decimals)
    if values.empty:
        raise ReportError(f"{score}: no data set has a value of every method; finish the failed jobs")
    mixed = mixed_datasets(scores, score, values)
    if mixed and not mix_judges:
        raise ReportError(refusal_text(score, mixed))
    ranks = values.rank(axis=1, ascending=not better, method="average", na_option="bottom")
    lacking = values.isna().stack()
    comparison = Comparison(
        score=score,
        better=better,
        gaps=gaps,
        left_out=tuple(table.index[~kept]),
        missing=tuple(lacking.index[lacking]),
        values=values,
        ranks=ranks,
        summary=_summary(values, ranks, better),
        pairs=pd.DataFrame(),
        friedman=friedman(ranks),
        methods=tuple(ordered(name_methods(scores)["method"].unique())),
        mixed=tuple(mixed),
    )
    return replace(comparison, pairs=_pairs(comparison))


def gaps_text(comparison: Comparison) -> str:
    """Return the policy for gaps and what it did, and whether judges are mixed, a sentence or two for captions."""
    text = f'Policy for gaps "{comparison.gaps}": '
    if comparison.missing:
        cells = comparison.values.size
        text += f"{len(comparison.missing)} of {cells} values are missing and rank last"
    elif comparison.gaps == "common":
        text += f"compared on the {comparison.n_datasets} data sets that all methods have"
    else:
        text += "none is missing"
    if out := comparison.left_out:
        named = ", ".join(shorten(name) for name in out[:5]) + (f" and {len(out) - 5} more" if len(out) > 5 else "")
        text += f"; left out: {named}"
    if comparison.mixed:
        text += f". Different judges on {len(comparison.mixed)} of {comparison.n_datasets} data sets"
    return text + "."


def _summary(values: pd.DataFrame, ranks: pd.DataFrame, better: bool) -> pd.DataFrame:
    filled = values.fillna(-np.inf if better else np.inf)
    best = filled.max(axis=1) if better else filled.min(axis=1)
    # A method's rank is 1 + those better + half of those tied.
    tied = pd.DataFrame({name: ranks.eq(ranks[name], axis=0).sum(axis=1) - 1 for name in ranks})
    lost = ranks - 1 - tied / 2
    low, high = interval(resampled(len(ranks))[1] @ ranks.to_numpy() / len(ranks))
    summary = pd.DataFrame(
        {
            "mean_rank": ranks.mean(),
            "rank_low": low,
            "rank_high": high,
            "mean": values.mean(skipna=False),
            "median": filled.median().where(np.isfinite),
            "wins": values.eq(best, axis=0).sum(),
            "won": (values.shape[1] - 1 - tied - lost).sum().astype(int),
            "tied": tied.sum(),
            "lost": lost.sum().astype(int),
        }
    )
    return summary.rename_axis("method").sort_values("mean_rank", kind="stable")


def _pairs(comparison: Comparison) -> pd.DataFrame:
    rows = []
    for first, second in combinations(comparison.values.columns, 2):
        differences = comparison.differences(first, second)
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
        "(missing, NaN or infinite, of some seed at least); finish the jobs, or choose another policy for gaps: "
        "common or worst"
    )
