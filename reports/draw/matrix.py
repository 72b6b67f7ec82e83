"""The multi-comparison matrix (Ismail-Fawaz et al. 2023, arXiv 2305.11921): every pair of methods in a cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure

from ...results import score_of
from ..stats.comparison import ALPHA, Comparison
from .canvas import canvas, extent, wrap, write
from .palette import colours
from .style import FONT_SIZE, styled

_CELL_WIDTH = 0.78
_CELL_HEIGHT = 0.46
_MOST_NAME = 1.6
# Blue where the row is better, orange where the column is; white between, and INK readable on all of it.
_SHADES = LinearSegmentedColormap.from_list("shades", ["#f2b27a", "#ffffff", "#8fbfe0"])


@styled
def comparison_matrix(comparison: Comparison, alpha: float = ALPHA) -> Figure:
    """Draw a cell per pair of methods, best mean rank first: how the method of the row does against that of the column.

    A cell has the median difference over data sets (positive where the row is better, in units of the score), the
    data sets won / tied / lost, and the p-value of the two-sided Wilcoxon test after Holm. Bold where p is at most
    `alpha`. Under the policy "worst" a median may be beyond all values; it is then given as a signed infinity.

    Args:
        comparison: From `compare`.
        alpha: Level.
    """
    names = list(comparison.summary.index)
    figure, grid = cell_grid(names, names)
    p = comparison.p_matrix()
    medians = {(a, b): np.median(comparison.differences(a, b)) for a in names for b in names if a != b}
    finite = [abs(value) for value in medians.values() if np.isfinite(value)]
    largest = max(finite, default=0.0) or 1.0
    chosen = colours(comparison.methods)
    for row, first in enumerate(names):
        grid.mark(row, chosen[first])
        for column, second in enumerate(names):
            if first == second:
                continue
            median = medians[first, second]
            signs = np.sign(comparison.differences(first, second))
            counts = " / ".join(str(int((signs == sign).sum())) for sign in (1, 0, -1))
            texts = (_signed(median, score_of(comparison.score).decimals), counts, _p(p.loc[first, second]))
            grid.fill(row, column, texts, np.clip(median / largest, -1, 1), p.loc[first, second] <= alpha)
    return figure


@dataclass(frozen=True)
class CellGrid:
    """A grid of cells on a canvas.

    Attributes:
        axes: The axes, in inches.
        left: Left edge of the first column.
        top: Upper edge of the first row.
    """

    axes: Axes
    left: float
    top: float

    def mark(self, row: int, colour: str) -> None:
        """Draw a bar of a colour beside the name of a row."""
        middle = self.top - (row + 0.5) * _CELL_HEIGHT
        self.axes.plot([self.left - 0.04] * 2, [middle - 0.15, middle + 0.15], color=colour, lw=2.5)

    def fill(self, row: int, column: int, texts: Sequence[str], shade: float, bold: bool = False) -> None:
        """Write texts into a cell, one below the other, on a shade from -1 (orange) through 0 (white) to 1 (blue)."""
        left, middle = self.left + column * _CELL_WIDTH, self.top - (row + 0.5) * _CELL_HEIGHT
        xs = [left + 0.02, left + _CELL_WIDTH - 0.02]
        low, high = middle - _CELL_HEIGHT / 2 + 0.02, middle + _CELL_HEIGHT / 2 - 0.02
        self.axes.fill_between(xs, low, high, color=to_hex(_SHADES(0.5 + 0.5 * shade)), lw=0)
        for line, text in enumerate(texts):
            self.axes.text(
                left + _CELL_WIDTH / 2,
                middle + ((len(texts) - 1) / 2 - line) * 0.125,
                text,
                ha="center",
                va="center",
                size=FONT_SIZE - 1.5,
                color="#111111" if line == 0 else "#333333",  # on a shade of its own, in the dark too
                weight="bold" if bold else "normal",
            )


def cell_grid(rows: Sequence[str], columns: Sequence[str]) -> tuple[Figure, CellGrid]:
    """Return a figure with the names of rows and columns, and the grid of its cells, which are empty yet."""
    labels = [wrap(name, _MOST_NAME, most=3) for name in rows]
    heads = [wrap(name, _CELL_WIDTH - 0.06, FONT_SIZE - 0.5) for name in columns]
    room = max(extent(name)[0] for name in labels) + 0.16
    head = max(extent(name, FONT_SIZE - 0.5)[1] for name in heads) + 0.16
    height = head + len(rows) * _CELL_HEIGHT + 0.05
    figure, axes = canvas(room + len(columns) * _CELL_WIDTH + 0.05, height)
    for row, label in enumerate(labels):
        write(axes, room - 0.1, height - head - (row + 0.5) * _CELL_HEIGHT, label, "right")
    for column, name in enumerate(heads):
        write(axes, room + (column + 0.5) * _CELL_WIDTH, height - head / 2, name, "center", FONT_SIZE - 0.5)
    return figure, CellGrid(axes, room, height - head)


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}" if value else f"{0:.{digits}f}"


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
