"""Pictures of how far verdicts carry: agreement of scores, numbers of data sets, distances among real series."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...results import SCORES, score_of
from .canvas import chart, label, logarithmic, wrap
from .charts import legend
from .hover import tell
from .matrix import cell_grid
from .palette import DISTINCT
from .style import INK, ONE_COLUMN, TWO_COLUMNS, styled

_STYLES = ("-", "--")


@styled
def agreement_matrix(table: pd.DataFrame) -> Figure:
    """Draw a cell per pair of scores: the mean of Kendall's tau over data sets, and its interval.

    Blue where the two order the methods alike, orange where one reverses the other.

    Args:
        table: From `agreement`, with a row at least.
    """
    there = {*table["first"], *table["second"]}
    names = [name for name in SCORES if name in there]
    titles = [score_of(name).title for name in names]
    figure, grid = cell_grid(titles[1:], titles[:-1])
    for row in table.itertuples():
        texts = (f"{row.tau:.2f}", f"{row.low:.2f} to {row.high:.2f}")
        grid.fill(names.index(row.second) - 1, names.index(row.first), texts, row.tau)
    return figure


@styled
def reversal_chart(table: pd.DataFrame, width: float = TWO_COLUMNS) -> Figure:
    """Draw the share of reversed verdicts by the number of data sets: a line per score.

    Args:
        table: For each score what `reversals` gives, with the column `score`.
        width: Width in inches.
    """
    figure, grid = chart(width, 3.0)
    axes = grid[0, 0]
    for place, (score, rows) in enumerate(table.groupby("score", sort=False)):
        colour = DISTINCT[place % len(DISTINCT)]
        style = _STYLES[place // len(DISTINCT) % len(_STYLES)]
        named = score_of(str(score)).title
        looks = {"color": colour, "lw": 1.2, "marker": "o", "ms": 3, "label": wrap(named, 1.8)}
        (line,) = axes.plot(rows["datasets"], rows["reversed"], style, **looks)
        sizes = zip(rows["datasets"], rows["reversed"], strict=True)
        tell(line, named, points={at: f"{named}, {n} data sets: {share:.1%}" for at, (n, share) in enumerate(sizes)})
    axes.set_xscale("log")
    sizes = sorted(set(table["datasets"]))
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.set_xticks([], minor=True)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter("{x:.0%}")
    label(axes, "data sets", "pairs of methods whose order is reversed")
    legend(figure, axes)
    return figure


@styled
def real_distance_chart(table: pd.DataFrame, score: str, width: float = ONE_COLUMN) -> Figure:
    """Draw how far real training series are from real test series against the number of test series, a dot a data set.

    Args:
        table: From `real_distances`; distances of 0 and below have no place on the axis of powers of ten.
        score: Name of the distance.
        width: Width in inches.
    """
    rows = table[(table["score"] == score) & (table["value"] > 0)]
    figure, grid = chart(width, 0.8 * width)
    axes = grid[0, 0]
    (dots,) = axes.plot(rows["n_test"], rows["value"], "o", color=DISTINCT[0], ms=3.5, mec=INK, mew=0.3)
    told = zip(rows["dataset"], rows["n_test"], rows["value"], strict=True)
    said = {at: f"{name}, {n} test series: {value:.3g}" for at, (name, n, value) in enumerate(told)}
    tell(dots, score_of(score).title, points=said)
    if len(rows) and np.ptp(np.log(rows["n_test"])) > 0:
        logarithmic(axes, "x")
        logarithmic(axes, "y")
    title = score_of(score).title
    label(axes, "test series", wrap(f"{title} of real training series", 2.4))
    return figure
