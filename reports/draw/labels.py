"""A chart of accuracies by the share of the training labels."""

import pandas as pd
from matplotlib.figure import Figure

from .canvas import chart, label, plain, wrap
from .palette import colours
from .style import FONT_SIZE, INK, ONE_COLUMN, TWO_COLUMNS, styled


@styled
def label_chart(table: pd.DataFrame, title: str, width: float = TWO_COLUMNS) -> Figure:
    """Draw a line per method, from few labels on the left to all of them on the right.

    Args:
        table: Methods x shares of the labels, from `accuracy_by_labels`.
        title: Title of the score.
        width: Width in inches.
    """
    figure, grid = chart(width, 2.6)
    axes = grid[0, 0]
    chosen = colours(list(table.index))
    for method, row in table.iterrows():
        name = plain(wrap(str(method), 1.6))
        axes.plot(range(len(row)), row, color=chosen[method], lw=1.2, marker="o", ms=3, label=name)
    axes.set_xticks(range(len(table.columns)), [f"{share:.0%}" for share in table.columns])
    label(axes, "training labels", f"{title}, mean over {table.attrs['datasets']} data sets")
    beside = width > ONE_COLUMN
    place = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)} if beside else {"loc": "lower right"}
    axes.legend(**place, frameon=False, fontsize=FONT_SIZE, labelcolor=INK)
    return figure
