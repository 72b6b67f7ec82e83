"""The tables of docs/archive.md, in Markdown: of one file of the package's own results, or of two side by side."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from statistics import fmean

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from ucrbench import reports
from ucrbench.reports.data.shown import shown
from ucrbench.reports.stats.comparison import Comparison
from ucrbench.reports.stats.equivalence import tost
from ucrbench.reports.stats.findings import Findings, find
from ucrbench.reports.stats.shares import share_text
from ucrbench.reports.stats.significance import holm, wilcoxon
from ucrbench.reports.stats.tables import compare_all
from ucrbench.results import score_of

# Methods are held against these, each of these against later ones.
BASELINES = ("VQVAE", "Untrained encoder", "Scaled series")
SIZES = (5, 13, 30)
PROBES = ("linear_probe", "knn", "linear_probe_continuous", "knn_continuous")
# Scores that no FCN gives: those of two presets have had another training.
BUDGETS = ("linear_probe", "linear_probe_continuous", "fid_rocket", "kid_rocket", "reconstruction_mse")

# Variants that change one thing in another, and the scores in which they are compared.
CHANGED = {"VAE": "VAE (optimal variance)", "VQVAE + VICReg": "VQVAE + VIbCReg"}
CHANGES = (
    "linear_probe",
    "linear_probe_continuous",
    "inception_score",
    "fid",
    "fid_rocket",
    "cas",
    "reconstruction_mse",
)


class Own:
    """Results of the package's own, compared.

    Args:
        name: As `--against` takes it.

    Attributes:
        selection: Their rows.
        compared: The comparison in each score that is ranked.
        findings: Their findings.
    """

    def __init__(self, name: str) -> None:
        own = reports.select_stores({}, against=[name])
        self.lineage = reports.Lineage(own)
        self.selection = shown(own)
        found = compare_all(self.selection.scores, "refuse", self.selection.datasets)
        self.compared: Mapping[str, Comparison] = {
            score: one for score, one in found.items() if isinstance(one, Comparison)
        }
        self.findings: Findings = find(self.selection, found)

    def leaderboard(self) -> str:
        """Return means and mean ranks of the scores that more than two methods have."""
        scores = {score: one for score, one in self.compared.items() if len(one.summary) > 2}
        heads = ["", *(f"{score_of(score).title} {'↑' if one.better else '↓'}" for score, one in scores.items())]
        lines = []
        for method in next(iter(scores.values())).methods:
            cells = []
            for score, one in scores.items():
                row = one.summary.loc[method] if method in one.summary.index else None
                best = row is not None and row["mean_rank"] == one.summary["mean_rank"].min()
                digits = min(score_of(score).decimals, 3)
                cells.append("–" if row is None else _bold(f"{row['mean']:.{digits}f} ({row['mean_rank']:.2f})", best))
            lines.append([method, *cells])
        return _table(heads, lines)

    def equivalence(self, scores: Collection[str]) -> str:
        """Return the tests for equivalence within one point of methods and BASELINES, in some scores."""
        lines = []
        for score in (name for name in self.compared if name in scores):
            one = self.compared[score]
            for first in one.values:
                cells = []
                for second in BASELINES:
                    if second not in one.values or first in BASELINES[BASELINES.index(second) :]:
                        cells.append("–")
                        continue
                    found = tost(one.differences(first, second))
                    cells.append(f"{found.difference:+.4f} ({found.low:+.4f} to {found.high:+.4f}) {found.verdict}")
                if set(cells) != {"–"}:
                    lines.append([score_of(score).title, first, *cells])
        return _table(["score", "method", *(f"against {name}" for name in BASELINES)], lines)

    def shares(self) -> str:
        """Return how far generated series are from nothing to real ones."""
        levels = reports.reading_levels(self.selection.references)
        rows = reports.normalised(self.selection.scores, levels, self.selection.datasets).dropna(subset="share")
        scores = list(dict.fromkeys(rows["score"]))
        lines = []
        for method in dict.fromkeys(rows["method"]):
            cells = []
            for score in scores:
                share = rows[(rows["method"] == method) & (rows["score"] == score)]["share"]
                above = binomtest(int((share > 0).sum()), len(share))
                low, high = above.proportion_ci(method="wilson")
                told = f"{100 * above.statistic:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
                cells.append(f"{share_text(share.median())}; {told}")
            lines.append([method, *cells])
        return _table(["", *(score_of(score).title for score in scores)], lines)

    def rows(self, scores: tuple[str, ...]) -> str:
        """Return the hash of the rows behind a picture of some scores."""
        return self.lineage.rows(reports.Source(("scores", "references"), scores=scores))

    def reversals(self) -> str:
        """Return how often fewer data sets reverse a verdict."""
        lines = []
        for score, rows in self.findings.reversals.groupby("score", sort=False):
            by = rows.set_index("datasets")
            cells = [f"{100 * by.loc[n, 'reversed']:.1f} %" for n in SIZES if n in by.index]
            apart = 100 * by.loc[13, "reversed_told_apart"]
            spread = [f"± {by.loc[n, 'spread']:.{score_of(str(score)).decimals}f}" for n in SIZES if n in by.index]
            told = "–" if pd.isna(apart) else f"{apart:.1f} %"
            lines.append([score_of(str(score)).title, *cells, told, *spread])
        sizes = [n for n in SIZES if n in set(self.findings.reversals["datasets"])]
        heads = ["score", *(f"reversed by {n}" for n in sizes), "by 13, of pairs told apart"]
        return _table([*heads, *(f"spread of {n}" for n in sizes)], lines)

    def real(self) -> str:
        """Return how distances between real series go with the number of test series."""
        lines = [
            [score_of(row.score).title, f"{row.datasets}", f"{row.correlation:+.2f}", f"{row.p:.2g}"]
            for row in self.findings.sizes.itertuples()
        ]
        return _table(["distance", "data sets", "Spearman's rho with the number of test series", "p"], lines)


def quantisation(quick: Own, standard: Own) -> str:
    """Return what quantisation hides, at both presets."""
    keys = ["score", "method"]
    both = quick.findings.quantisation.merge(standard.findings.quantisation, on=keys, suffixes=("", "_long"))
    lines = [
        [
            score_of(row.score).title,
            row.method,
            f"{row.difference:+.4f} ({row.low:+.4f} to {row.high:+.4f})",
            f"{row.difference_long:+.4f} ({row.low_long:+.4f} to {row.high_long:+.4f})",
        ]
        for row in both.itertuples()
    ]
    return _table(
        [
            "score",
            "method",
            f"hidden (90 %), {len(quick.selection.datasets)} data sets",
            f"at `standard`, {len(standard.selection.datasets)} data sets",
        ],
        lines,
    )


def agreement(quick: Own, standard: Own) -> str:
    """Return how scores of generated series agree, at both presets."""
    keys = ["first", "second"]
    both = quick.findings.agreement.merge(standard.findings.agreement, on=keys, suffixes=("", "_long"))
    lines = [
        [
            f"{score_of(row.first).title}, {score_of(row.second).title}",
            f"{row.tau:.2f} ({row.low:.2f} to {row.high:.2f})",
            f"{row.datasets}",
            f"{row.tau_long:.2f} ({row.low_long:.2f} to {row.high_long:.2f})",
        ]
        for row in both.itertuples()
    ]
    return _table(
        ["scores", "tau (95 %)", "data sets", f"at `standard`, {len(standard.selection.datasets)} data sets"],
        lines,
    )


def budgets(quick: Own, standard: Own) -> str:
    """Hold `quick` against `standard`: both means, and on how many data sets the latter is better."""
    trained = set(standard.compared["reconstruction_mse"].values)
    methods = {method: method for method in quick.compared[BUDGETS[0]].methods if method in trained}
    return _paired(quick, standard, methods, BUDGETS)


def variants(quick: Own, further: Own) -> str:
    """Hold variants against what they change in another: both means, and on how many data sets the change is better."""
    return _paired(quick, further, CHANGED, CHANGES)


def _paired(first: Own, second: Own, methods: Mapping[str, str], scores: Sequence[str]) -> str:
    """Hold methods of two files against each other on the data sets of both; bold is by Wilcoxon and Holm."""
    texts: dict[tuple[str, str], str] = {}
    p: list[float] = []
    for one, other in methods.items():
        for score in scores:
            pair = pd.concat([_values(first, one, score), _values(second, other, score)], axis=1, join="inner")
            before, after, of = pair.iloc[:, 0], pair.iloc[:, 1], score_of(score)
            better = (after > before) if of.higher_is_better else (after < before)
            digits = min(of.decimals, 3)
            texts[one, score] = (
                f"{before.mean():.{digits}f} → {after.mean():.{digits}f} ({better.sum()} of {len(pair)})"
            )
            p.append(wilcoxon(after - before))
    cells = {key: _bold(text, one <= 0.05) for (key, text), one in zip(texts.items(), holm(p), strict=True)}
    names = {one: one if one == other else f"{one} → {other}" for one, other in methods.items()}
    lines = [[names[one], *(cells[one, score] for score in scores)] for one in methods]
    return _table(["", *(score_of(score).title for score in scores)], lines)


def _values(own: Own, method: str, score: str) -> pd.Series:
    rows = own.selection.scores
    return rows[(rows["method"] == method) & (rows["score"] == score)].set_index("dataset")["value"]


def seeds(quick: Own, further: Own) -> str:
    """Say what a seed moves: a value, the mean of a method, and the order of two methods."""
    rows = pd.concat([quick.selection.scores, further.selection.scores])
    rows = rows[rows["dataset"].isin(further.selection.datasets)]
    lines = []
    for score in quick.compared:
        of_score = rows[rows["score"] == score]
        values = {
            name: found.pivot(index="dataset", columns="seed", values="value")
            for name, found in of_score.groupby("method")
            if name != "Scaled series"  # which has no random numbers
        }
        spread = fmean(table.std(axis=1).median() for table in values.values())
        means = fmean(table.mean().std() for table in values.values())
        pairs = [first - second for first, second in combinations(values.values(), 2)]
        turns = (turned(pairs), turned([table.mean().to_frame().T for table in pairs]))
        digits = score_of(score).decimals
        cells = [f"{spread:.{digits}f}", f"{means:.{digits}f}", *(f"{100 * share:.0f} %" for share in turns)]
        lines.append([score_of(score).title, *cells])
    heads = ["a value, ±", "a method's mean, ±", "two methods on a data set", "two means"]
    return _table(["score", *heads], lines)


def turned(differences: list[pd.DataFrame]) -> float:
    """Return the share of cases in which two seeds differ in which of two methods is the larger.

    Args:
        differences: Of two methods each, cases x seeds.
    """
    verdicts = [np.sign(table.to_numpy()) for table in differences]
    return fmean(
        (table[:, i] * table[:, j] < 0).mean() for table in verdicts for i, j in combinations(range(table.shape[1]), 2)
    )


def _bold(text: str, bold: bool) -> str:
    return f"**{text}**" if bold else text


def _table(heads: list[str], lines: list[list[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
