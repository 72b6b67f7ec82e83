"""Write the tables and pictures of docs/archive.md from the package's own results: `python archive_page.py docs`.

Tables stand in the page between `<!-- NAME -->` and `<!-- end -->`; pictures are PNG files in the folder `archive`
beside the page, each with the hash of its rows.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from scipy.stats import binomtest

from ucrbench import reports
from ucrbench.reports.data.shown import shown
from ucrbench.reports.draw.files import save, stem_of
from ucrbench.reports.draw.findings import agreement_matrix, real_distance_chart, reversal_chart
from ucrbench.reports.stats.comparison import Comparison
from ucrbench.reports.stats.equivalence import tost
from ucrbench.reports.stats.findings import Findings, find
from ucrbench.reports.stats.shares import share_text
from ucrbench.reports.stats.tables import compare_all
from ucrbench.results import score_of

BASELINES = ("VQVAE", "Untrained encoder", "Scaled series")  # methods are held against them, each against later ones
SIZES = (5, 13, 30)
# Scores that no FCN gives: those of two presets have had another training.
BUDGETS = ("linear_probe", "linear_probe_continuous", "fid_rocket", "kid_rocket", "reconstruction_mse")
BLOCK = re.compile(r"(<!-- (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


class Archive:
    """The package's own results, compared.

    Attributes:
        selection: Their rows.
        compared: The comparison in each score that is ranked.
        findings: Their findings.
    """

    def __init__(self):
        own = reports.select_stores({}, against=["published"])
        self.lineage = reports.Lineage(own)
        self.selection = shown(own)
        found = compare_all(self.selection.scores, "refuse", self.selection.datasets)
        self.compared: Mapping[str, Comparison] = {
            score: one for score, one in found.items() if isinstance(one, Comparison)
        }
        self.findings: Findings = find(self.selection, found)

    def tables(self) -> dict[str, str]:
        """Return the tables in Markdown by name."""
        return {
            "leaderboard": self._leaderboard(),
            "equivalence": self._equivalence(),
            "quantisation": self._quantisation(),
            "agreement": self._agreement(),
            "shares": self._shares(),
            "reversals": self._reversals(),
            "real": self._real(),
            "budgets": self._budgets(),
        }

    def draw(self, folder: Path) -> None:
        """Write the pictures."""
        folder.mkdir(exist_ok=True)
        figures = {
            f"{stem_of(score)}-cd": (reports.critical_difference(one), (score,)) for score, one in self.compared.items()
        }
        generated = tuple(dict.fromkeys([*self.findings.agreement["first"], *self.findings.agreement["second"]]))
        figures["agreement"] = (agreement_matrix(self.findings.agreement), generated)
        figures["reversals"] = (reversal_chart(self.findings.reversals), tuple(self.compared))
        figures["fid-of-real-series"] = (real_distance_chart(self.findings.real, "fid"), ("fid",))
        for name, (figure, scores) in figures.items():
            save(figure, folder / name, self.rows(scores), png=True)
            for ending in ("pdf", "svg"):
                (folder / f"{name}.{ending}").unlink()

    def rows(self, scores: tuple[str, ...]) -> str:
        """Return the hash of the rows behind a picture of some scores."""
        return self.lineage.rows(reports.Source(("scores", "references"), scores=scores))

    def _leaderboard(self) -> str:
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

    def _equivalence(self) -> str:
        lines = []
        for score, one in self.compared.items():
            if score_of(score).bounds != (0.0, 1.0):
                continue
            for second in (name for name in BASELINES if name in one.values):
                for first in (name for name in one.values if name not in BASELINES[BASELINES.index(second) :]):
                    found = tost(one.differences(first, second))
                    interval = f"{found.difference:+.4f} ({found.low:+.4f} to {found.high:+.4f})"
                    lines.append([score_of(score).title, first, second, interval, f"{found.p:.2g}", found.verdict])
        return _table(["score", "first", "second", "difference (90 %)", "p of equivalence", "the first is"], lines)

    def _quantisation(self) -> str:
        lines = [
            [
                score_of(row.score).title,
                row.method,
                f"{row.datasets}",
                f"{row.difference:+.4f} ({row.low:+.4f} to {row.high:+.4f})",
            ]
            for row in self.findings.quantisation.itertuples()
        ]
        return _table(["score", "method", "data sets", "hidden (90 %)"], lines)

    def _agreement(self) -> str:
        lines = [
            [
                f"{score_of(row.first).title}, {score_of(row.second).title}",
                f"{row.tau:.2f} ({row.low:.2f} to {row.high:.2f})",
                f"{row.datasets}",
            ]
            for row in self.findings.agreement.itertuples()
        ]
        return _table(["scores", "tau (95 %)", "data sets"], lines)

    def _shares(self) -> str:
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

    def _reversals(self) -> str:
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

    def _real(self) -> str:
        lines = [
            [score_of(row.score).title, f"{row.datasets}", f"{row.correlation:+.2f}", f"{row.p:.2g}"]
            for row in self.findings.sizes.itertuples()
        ]
        return _table(["distance", "data sets", "Spearman's rho with the number of test series", "p"], lines)

    def _budgets(self) -> str:
        """Hold `quick` against `standard`: both means, and on how many data sets the latter is better."""
        long = shown(reports.select_stores({}, against=["published:ucrbench-standard"])).scores
        both = self.selection.scores.merge(long, on=["dataset", "method", "score"], suffixes=("_short", "_long"))
        lines = []
        for method in self.compared[BUDGETS[0]].methods:
            if method not in set(both["method"]):
                continue
            cells = []
            for score in BUDGETS:
                pair = both[(both["method"] == method) & (both["score"] == score)]
                short, longer = pair["value_short"], pair["value_long"]
                better = (longer > short) if score_of(score).higher_is_better else (longer < short)
                digits = min(score_of(score).decimals, 3)
                means = f"{short.mean():.{digits}f} → {longer.mean():.{digits}f}"
                cells.append(f"{means} ({better.sum()} of {len(pair)})")
            lines.append([method, *cells])
        return _table(["", *(score_of(score).title for score in BUDGETS)], lines)


def filled(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with its tables in their places."""
    return BLOCK.sub(lambda found: f"{found[1]}{tables[found['name']]}\n{found[3]}", page)


def _bold(text: str, bold: bool) -> str:
    return f"**{text}**" if bold else text


def _table(heads: list[str], lines: list[list[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    archive = Archive()
    archive.draw(folder / "archive")
    page = folder / "archive.md"
    page.write_text(filled(page.read_text(encoding="utf-8"), archive.tables()), encoding="utf-8")
