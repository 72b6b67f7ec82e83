"""The parts of a paper: each writes its tables and figures, and adds to the document what shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from ...results import label_curves, scaled_scores, score_of
from ..data.errors import ReportError
from ..data.kept import kept_of
from ..data.levels import reading_levels
from ..data.lineage import Lineage, Source
from ..data.methods import ordered
from ..data.selection import Selection
from ..draw.charts import box_plot, label_chart, seconds_against_score
from ..draw.diagram import write_diagram
from ..draw.files import save_pdf, stem_of
from ..draw.matrix import comparison_matrix
from ..draw.series import real_against_generated
from ..draw.style import TWO_COLUMNS
from ..stats.comparison import ALPHA, Comparison, NotCompared, gaps_text
from ..stats.groups import reading
from ..stats.labels import accuracy_by_labels
from ..stats.shares import normalised, range_text, share_summary, share_text, ways_text
from ..stats.tables import board_places, coverage, leaderboard, score_table
from .latex import escape, frame_latex, leaderboard_latex, score_table_latex
from .layout import Layout

_PICTURED = 3
_NARROW = 8  # methods; the names of more leave too little room in figures as narrow as a column
_POLICY = {
    "refuse": "a score with a gap is left empty",
    "common": "a score is compared on the data sets that all its methods have",
    "worst": "a missing value ranks last, and its method has no mean",
}
_DIAGRAM = (".pdf", ".svg", ".png", "-ranks.csv", "-p-values.csv")


@dataclass
class Manuscript:
    """A paper that is being written: its folder, its rows, and its document so far, section by section.

    Attributes:
        folder: The folder.
        selection: The rows.
        lineage: Which rows each file is made of.
        layout: Of the document.
        body: Lines of the sections that are finished.
        shown: Lines of the present section that are as wide as a column.
        spanning: Lines of the present section that span the columns.
    """

    folder: Path
    selection: Selection
    lineage: Lineage
    layout: Layout
    body: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    spanning: list[str] = field(default_factory=list)

    def finish(self, title: str) -> None:
        """Make a section of what was shown since the one before, if anything was."""
        if self.shown or self.spanning:
            self.body += self.layout.section(escape(title), self.shown, self.spanning)
        self.shown, self.spanning = [], []

    def record(self, stem: str, endings: tuple[str, ...], source: Source) -> str:
        """Note where files that differ in their ending come from; returns the hash of their rows."""
        for ending in endings:
            rows = self.lineage.record(stem + ending, source)
        return rows

    def table(self, name: str, source: Source, write: Callable[[str], str], frame: pd.DataFrame) -> None:
        """Add a table as .tex, which `write` makes of the hash of its rows, and as .csv."""
        rows = self.record(f"tables/{name}", (".tex", ".csv"), source)
        text = write(rows)
        (self.folder / f"tables/{name}.tex").write_text(text, encoding="utf-8")
        frame.to_csv(self.folder / f"tables/{name}.csv")
        place = self.spanning if r"\begin{table*}" in text else self.shown
        place.append(rf"\input{{tables/{name}.tex}}")

    def figure(self, name: str, source: Source, figure: Figure, caption: str) -> None:
        """Add a figure as .pdf."""
        rows = self.record(f"figures/{name}", (".pdf",), source)
        save_pdf(figure, self.folder / f"figures/{name}.pdf", rows)
        self.include(name, figure.get_size_inches()[0], caption)

    def include(self, name: str, width: float, caption: str) -> None:
        """Have the document show a figure, shrunk to the column or the page where it is wider, or turned."""
        wide = self.layout.wide(72.27 * width)
        begin, end = self.layout.environment("figure", wide)
        place = self.spanning if wide else self.shown
        place += [
            begin,
            r"\centering",
            rf"\includegraphics{self.layout.fitted(72.27 * width, wide)}{{figures/{name}.pdf}}",
            rf"\caption{{{escape(caption)}}}",
            rf"\label{{fig:{name}}}",
            end,
        ]


def overview(work: Manuscript, comparisons: Mapping[str, Comparison | NotCompared], gaps: str) -> None:
    """Add all methods and scores at a glance, their coverage, and the tests over all methods."""
    selection = work.selection
    board = leaderboard(selection.scores, gaps, selection.datasets, selection.reading.mix_judges)
    places = board_places(board, selection.scores)
    flat = board.set_axis([f"{score} {statistic}" for score, statistic in board.columns], axis=1)
    caption = (
        f"Mean score, with the mean rank in brackets (1 is best), over at most {len(selection.datasets)} data sets"
        f"{', preset ' * bool(selection.preset)}{selection.preset}; "
        "bold and underlined: best and second best, of means and of ranks. "
        f"Policy for gaps {gaps}: "
        f"{_POLICY[gaps]}. " + " ".join(selection.notes_on())
    )
    work.table("leaderboard", Source(), lambda rows: leaderboard_latex(board, places, caption, rows, work.layout), flat)
    counted = coverage(selection.scores, selection.jobs)
    shown = counted.rename(
        columns=lambda name: score_of(name).title if name in set(selection.scores["score"]) else name
    )
    caption = "Coverage: jobs, those finished and failed, mean seconds of a job, data sets with a value of each score."
    work.table(
        "coverage",
        Source(("scores", "jobs")),
        lambda rows: frame_latex(shown, "Method", caption, "coverage", 1, rows, work.layout),
        counted,
    )
    tests = [_test_row(found) for found in comparisons.values() if isinstance(found, Comparison) or found.refused]
    if not tests:
        return
    tests = pd.DataFrame(tests).set_index("score")
    caption = (
        "Friedman's test over all methods of a score, and the smallest p-value that Wilcoxon's exact test and Holm's "
        f"correction can give with so many data sets and pairs. Policy for gaps: {gaps}; dashes: not compared."
    )
    p_values = {name: tests[name].map(_p_text) for name in ("p", "smallest p") if name in tests}
    shown = tests.assign(**p_values).drop(columns="refused").set_axis([score_of(name).title for name in tests.index])
    work.table(
        "tests", Source(), lambda rows: frame_latex(shown, "Score", caption, "tests", 3, rows, work.layout), tests
    )


def _p_text(p: float | None) -> str | None:
    return None if pd.isna(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _test_row(found: Comparison | NotCompared) -> dict[str, object]:
    if isinstance(found, NotCompared):
        return {"score": found.score, "refused": found.why}
    chi2, p = found.friedman or (None, None)
    return {
        "score": found.score,
        "methods": found.ranks.shape[1],
        "data sets": found.n_datasets,
        "χ²": chi2,
        "p": p,
        "smallest p": found.smallest_p,
        "critical distance": found.critical_distance(),
        "refused": None,
    }


def one_score(work: Manuscript, found: Comparison | NotCompared, gaps: str) -> None:
    """Add a score: its table, and if methods are compared the diagram, the matrix, the boxes and the times."""
    selection, score, stem = work.selection, found.score, stem_of(found.score)
    source = Source(("scores", "references"), scores=(score,))
    mixed = selection.reading.mix_judges
    table = score_table(selection.scores, score, selection.references, selection.datasets, mixed)
    said = gaps_text(found) if isinstance(found, Comparison) else f"{found.why}." * found.refused
    notes = " ".join(
        [said, "A dash is a gap." if table.mean.isna().to_numpy().any() else "", *selection.notes_on(score)]
    )
    numbers = pd.concat({"mean": table.mean, "std": table.std, "seeds": table.seeds}, axis=1).swaplevel(axis=1)
    numbers.columns = [f"{method} {statistic}" for method, statistic in numbers.columns]
    work.table(stem, source, lambda rows: score_table_latex(table, notes, rows, None, work.layout), numbers)
    if isinstance(found, NotCompared):
        if found.refused:
            work.shown.append(rf"Not compared: {escape(found.why)}.")
        return
    title, source = score_of(score).title, Source(scores=(score,))
    rows = work.record(f"figures/{stem}-cd", _DIAGRAM, source)
    width = work.layout.figure if found.ranks.shape[1] <= _NARROW else TWO_COLUMNS
    write_diagram(found, work.folder / f"figures/{stem}-cd", rows, width)
    work.include(f"{stem}-cd", width, f"{title}. {reading(found)}")
    caption = (
        f"{title}: how the method of the row does against that of the column. Median difference over "
        f"{found.n_datasets} data sets (positive: the row is better), data sets won / tied / lost, and p of the "
        f"two-sided Wilcoxon test after Holm's correction; bold: at most {ALPHA}. {gaps_text(found)}"
    )
    work.figure(f"{stem}-matrix", source, comparison_matrix(found), caption)
    caption = f"{title} over data sets: quartiles, whiskers at 1.5 times their range. {gaps_text(found)}"
    work.figure(f"{stem}-box", source, box_plot(found, width), caption)
    if score in label_curves():
        _labels(work, score, stem, width)
    try:
        drawn = seconds_against_score(selection.scores, selection.jobs, score, gaps, selection.datasets, mixed, width)
    except ReportError:  # no times are known, as of results from elsewhere
        return
    caption = f"What {title} costs: mean over data sets against the mean time of a finished job. {gaps_text(found)}"
    work.figure(f"{stem}-seconds", Source(("scores", "jobs"), scores=(score,)), drawn, caption)


def _labels(work: Manuscript, score: str, stem: str, width: float) -> None:
    """Add a score by the share of the training labels, where a method has been given few."""
    try:
        table, datasets = accuracy_by_labels(work.selection.scores, score, work.selection.datasets)
    except ReportError:
        return
    caption = (
        f"{score_of(score).title} by the share of the training labels, drawn class by class: the mean of ten draws and "
        f"of {datasets} data sets."
    )
    names = tuple(label_curves()[score].values())
    drawn = label_chart(table, f"{score_of(score).title}, mean over {datasets} data sets", width)
    work.figure(f"{stem}-labels", Source(("scores",), scores=names), drawn, caption)


def generation(work: Manuscript) -> None:
    """Add generation scores on the scale of their data sets, where the levels are known."""
    selection = work.selection
    rows = normalised(selection.scores, reading_levels(selection.references), selection.datasets)
    if rows["share"].notna().sum() == 0:
        return
    summary = share_summary(rows).reindex(ordered(rows["method"]))
    names = [name for name in scaled_scores() if name in summary]
    columns = {score_of(name).title: [_share_and_range(row) for row in summary[name].itertuples()] for name in names}
    shares = pd.DataFrame(columns, index=summary.index)
    caption = (
        "Median over data sets of the share of the distance covered from a generator without use (0 %) to real series "
        f"(100 %), in brackets its range and the number of these data sets. {ways_text(names)}."
    )
    source = Source(("scores", "references"), scores=scaled_scores())
    work.table(
        "generation",
        source,
        lambda hash_: frame_latex(shares, "Method", caption, "generation", 2, hash_, work.layout),
        rows,
    )


def _share_and_range(row: NamedTuple) -> str:
    span = range_text(row.low, row.high)
    return f"{share_text(row.median)} ({span}{', ' * bool(span)}{row.datasets:.0f})"


def series(work: Manuscript) -> None:
    """Add real and generated series of the first few data sets, where some were kept."""
    selection = work.selection
    drawn = 0
    for number, dataset in enumerate(selection.datasets):
        kept = kept_of(selection, dataset)
        real, found = kept.real, kept.samples()
        if real is None or not found:
            continue
        caption = (
            f"{dataset}: real test series above, series generated by the first seed of each method below, by class."
        )
        figure = real_against_generated(real, found)
        name = f"series-{stem_of(dataset)}"
        # Names that differ in signs alone have one stem.
        name += f"-{number}" * (work.folder / f"figures/{name}.pdf").exists()
        work.figure(name, Source(("jobs",), datasets=(dataset,)), figure, caption)
        drawn += 1
        if drawn == _PICTURED:
            return
