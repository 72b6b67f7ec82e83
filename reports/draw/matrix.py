"""The multi-comparison matrix (Ismail-Fawaz et al. 2023, arXiv 2305.11921): every pair of methods in a cell."""

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
SHADES = LinearSegmentedColormap.from_list("shades", ["#f2b27a", "#ffffff", "#8fbfe0"])


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
    labels = [wrap(name, _MOST_NAME, most=3) for name in names]
    heads = [wrap(name, _CELL_WIDTH - 0.06, FONT_SIZE - 0.5) for name in names]
    room = max(extent(name)[0] for name in labels) + 0.16
    head = max(extent(name, FONT_SIZE - 0.5)[1] for name in heads) + 0.16
    width, height = room + len(names) * _CELL_WIDTH + 0.05, head + len(names) * _CELL_HEIGHT + 0.05
    figure, axes = canvas(width, height)
    p = comparison.p_matrix()
    medians = {(a, b): np.median(comparison.differences(a, b)) for a in names for b in names if a != b}
    finite = [abs(value) for value in medians.values() if np.isfinite(value)]
    largest = max(finite, default=0.0) or 1.0
    chosen = colours(comparison.methods)
    for row, first in enumerate(names):
        middle = height - head - (row + 0.5) * _CELL_HEIGHT
        write(axes, room - 0.1, middle, labels[row], "right")
        axes.plot([room - 0.04] * 2, [middle - 0.15, middle + 0.15], color=chosen[first], lw=2.5)
        for column, second in enumerate(names):
            left = room + column * _CELL_WIDTH
            if row == 0:
                write(axes, left + _CELL_WIDTH / 2, height - head / 2, heads[column], "center", FONT_SIZE - 0.5)
            if first == second:
                continue
            median = medians[first, second]
            signs = np.sign(comparison.differences(first, second))
            counts = " / ".join(str(int((signs == sign).sum())) for sign in (1, 0, -1))
            texts = (_signed(median, score_of(comparison.score).decimals), counts, _p(p.loc[first, second]))
            shade = to_hex(SHADES(0.5 + 0.5 * np.clip(median / largest, -1, 1)))
            _cell(axes, left, middle, texts, shade, p.loc[first, second] <= alpha)
    return figure


def _cell(axes: Axes, left: float, middle: float, texts: tuple[str, str, str], shade: str, bold: bool) -> None:
    xs = [left + 0.02, left + _CELL_WIDTH - 0.02]
    axes.fill_between(xs, middle - _CELL_HEIGHT / 2 + 0.02, middle + _CELL_HEIGHT / 2 - 0.02, color=shade, lw=0)
    for line, text in enumerate(texts):
        axes.text(
            left + _CELL_WIDTH / 2,
            middle + (1 - line) * 0.125,
            text,
            ha="center",
            va="center",
            size=FONT_SIZE - 1.5,
            color="#111111" if line == 0 else "#333333",  # on a shade of its own, in the dark too
            weight="bold" if bold else "normal",
        )


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}" if value else f"{0:.{digits}f}"


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
