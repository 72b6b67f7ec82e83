"""Pictures of how far verdicts carry: agreement of scores, numbers of data sets, distances among real series."""

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from ...results import SCORES, score_of
from .canvas import canvas, chart, extent, label, logarithmic, wrap, write
from .charts import legend
from .hover import tell
from .matrix import SHADES
from .style import FONT_SIZE, INK, ONE_COLUMN, TWO_COLUMNS, styled

_CELL_WIDTH, _CELL_HEIGHT = 0.86, 0.36
_MOST_NAME = 1.6
_SCORE_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#882255", "#7b6fd0", "#8c8c8c")
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
    rows, columns = names[1:], names[:-1]
    labels = {name: wrap(score_of(name).title, _MOST_NAME, most=3) for name in rows}
    heads = {name: wrap(score_of(name).title, _CELL_WIDTH - 0.06, FONT_SIZE - 0.5) for name in columns}
    room = max(extent(text)[0] for text in labels.values()) + 0.12
    head = max(extent(text, FONT_SIZE - 0.5)[1] for text in heads.values()) + 0.16
    width, height = room + len(columns) * _CELL_WIDTH + 0.05, head + len(rows) * _CELL_HEIGHT + 0.05
    figure, axes = canvas(width, height)
    for place, name in enumerate(columns):
        write(axes, room + (place + 0.5) * _CELL_WIDTH, height - head / 2, heads[name], "center", FONT_SIZE - 0.5)
    for place, name in enumerate(rows):
        write(axes, room - 0.08, height - head - (place + 0.5) * _CELL_HEIGHT, labels[name], "right")
    for row in table.itertuples():
        left = room + columns.index(row.first) * _CELL_WIDTH
        middle = height - head - (rows.index(row.second) + 0.5) * _CELL_HEIGHT
        shade = to_hex(SHADES(0.5 + 0.5 * row.tau))
        edges = [left + 0.02, left + _CELL_WIDTH - 0.02]
        axes.fill_between(edges, middle - _CELL_HEIGHT / 2 + 0.02, middle + _CELL_HEIGHT / 2 - 0.02, color=shade, lw=0)
        for up, text, size in ((0.07, f"{row.tau:.2f}", FONT_SIZE), (-0.08, f"{row.low:.2f} to {row.high:.2f}", 6.5)):
            # On a shade of its own, in the dark too.
            write(axes, left + _CELL_WIDTH / 2, middle + up, text, "center", size, "#111111")
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
        colour = _SCORE_COLOURS[place % len(_SCORE_COLOURS)]
        style = _STYLES[place // len(_SCORE_COLOURS) % len(_STYLES)]
        title = wrap(score_of(str(score)).title, 1.8)
        (line,) = axes.plot(
            rows["datasets"], rows["reversed"], style, color=colour, lw=1.2, marker="o", ms=3, label=title
        )
        named = score_of(str(score)).title
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
    (dots,) = axes.plot(rows["n_test"], rows["value"], "o", color=_SCORE_COLOURS[0], ms=3.5, mec=INK, mew=0.3)
    told = zip(rows["dataset"], rows["n_test"], rows["value"], strict=True)
    said = {at: f"{name}, {n} test series: {value:.3g}" for at, (name, n, value) in enumerate(told)}
    tell(dots, score_of(score).title, points=said)
    if len(rows) and np.ptp(np.log(rows["n_test"])) > 0:
        logarithmic(axes, "x")
        logarithmic(axes, "y")
    title = score_of(score).title
    label(axes, "test series", wrap(f"{title} of real training series", 2.4))
    return figure
