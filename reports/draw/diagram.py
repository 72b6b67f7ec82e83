"""Critical-difference diagrams (Demšar 2006), with groups from the full matrix of pairwise tests."""

import math
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..stats.comparison import ALPHA, Comparison
from ..stats.effects import pairwise
from ..stats.groups import cliques, shows_cliques
from .canvas import canvas, extent, text_width, wrap, write
from .files import save
from .hover import tell
from .palette import colours
from .style import FAINT, FONT_SIZE, INK, TWO_COLUMNS, styled

_MOST_LABEL = 0.37  # of the width, on either side
_ROW, _LINE = 0.19, 1.25 * FONT_SIZE / 72
_LEVEL = 0.13


def write_diagram(
    comparison: Comparison,
    stem: str | Path,
    rows: str | None = None,
    width: float = TWO_COLUMNS,
    alpha: float = ALPHA,
    pairs: pd.DataFrame | None = None,
) -> str:
    """Write a diagram and what it shows in numbers.

    Args:
        comparison: From `compare`.
        stem: Path without the ending: there will be .pdf, .svg, .png, -ranks.csv and -p-values.csv.
        rows: Hash of the rows behind it, for the files' metadata.
        width: As in `critical_difference`.
        alpha: As in `critical_difference`.
        pairs: What `pairwise` gives, where it is known already.

    Returns:
        The SVG.
    """
    comparison.summary.to_csv(f"{stem}-ranks.csv")
    pairs = pairwise(comparison) if pairs is None else pairs
    pairs.to_csv(f"{stem}-p-values.csv", index=False)
    return save(critical_difference(comparison, width, alpha), stem, rows, png=True)


@styled
def critical_difference(comparison: Comparison, width: float = TWO_COLUMNS, alpha: float = ALPHA) -> Figure:
    """Draw mean ranks on an axis, a label per method, and bars that join methods not told apart.

    Args:
        comparison: From `compare`.
        width: Width in inches; `ONE_COLUMN` and `TWO_COLUMNS` fit a paper's.
        alpha: Level of the groups. None are drawn below five data sets.
    """
    ranks = comparison.summary["mean_rank"]
    groups = cliques(comparison.p_matrix(), alpha) if shows_cliques(comparison) else []
    half = (len(ranks) + 1) // 2
    left, right = list(ranks.index[:half]), list(ranks.index[half:])[::-1]
    labels = {name: _label(name, rank, _MOST_LABEL * width - 0.24) for name, rank in ranks.items()}
    room_left, room_right = (max((extent(labels[name])[0] for name in side), default=0.1) for side in (left, right))
    # A row is as high as the higher of its two labels.
    high = [max(extent(labels[side[row]])[1] for side in (left, right) if row < len(side)) for row in range(half)]
    rows = [_ROW - _LINE + one for one in high]
    x0, x1 = room_left + 0.24, width - room_right - 0.24
    scale = (x1 - x0) / max(len(ranks) - 1, 1)
    # Bars on one level are as far apart as their round ends need.
    levels = _levels([(ranks[group[0]], ranks[group[-1]] + 0.16 / scale) for group in groups])
    below = 0.16 + _LEVEL * (max(levels, default=-1) + 1)
    two = len(ranks) == 2
    said = _two_methods(comparison, width - 0.1) if two else ""
    height = 0.42 + below + sum(rows) + extent(said)[1] + 0.1 * two
    figure, axes = canvas(width, height)
    top = height - 0.38

    def at(rank: float) -> float:
        return x0 + (rank - 1) * scale

    _axis(axes, len(ranks), at, top)
    chosen = colours(comparison.methods)
    for side, edge, align in ((left, x0 - 0.12, "right"), (right, x1 + 0.12, "left")):
        for row, name in enumerate(side):
            y = top - below - sum(rows[:row]) - rows[row] / 2
            x = at(ranks[name])
            drawn = axes.plot([x, x, edge], [top, y, y], color=FAINT, lw=0.7, solid_joinstyle="miter", zorder=1)
            drawn += axes.plot([x], [top], "o", ms=4.5, color=chosen[name], mec=INK, mew=0.4, zorder=4)
            for one in drawn:
                tell(one, f"{name}: mean rank {ranks[name]:.2f}")
            write(axes, edge + (-0.04 if align == "right" else 0.04), y, labels[name], align)
    for group, level in zip(groups, levels, strict=True):
        y = top - 0.13 - _LEVEL * level
        xs = [at(ranks[name]) for name in group]
        (bar,) = axes.plot([xs[0] - 0.03, xs[-1] + 0.03], [y, y], color=INK, lw=1.6, solid_capstyle="round", zorder=3)
        tell(bar, f"not told apart: {', '.join(group)}")
        # The dots say who belongs: a bar may pass below a method that differs from those it joins.
        axes.plot(xs, [y] * len(xs), "o", ms=4.4, color=INK, mec=INK, mew=0, zorder=3)
    if two:
        write(axes, width / 2, extent(said)[1] / 2 + 0.02, said, "center", FONT_SIZE - 0.5)
    return figure


def _two_methods(comparison: Comparison, room: float) -> str:
    row = comparison.pairs.iloc[0]
    said = f"{row['win']} won, {row['tie']} tied, {row['loss']} lost by {row['first']}"
    return wrap(f"two methods, one test: Wilcoxon p = {row['p']:.3g}", room) + "\n" + wrap(said, room)


def _label(name: str, rank: float, room: float) -> str:
    end = f"  {rank:.2f}"
    return wrap(name, room - text_width(end)) + end


def _axis(axes: Axes, n_methods: int, at, top: float) -> None:
    axes.plot([at(1), at(n_methods)], [top, top], color=INK, lw=0.9, zorder=2)
    # Numbers of two digits need 0.17 inches.
    step = max(1, math.ceil((n_methods - 1) * 0.17 / (at(n_methods) - at(1))))
    for rank in range(1, n_methods + 1):
        major = (rank - 1) % step == 0
        axes.plot([at(rank)] * 2, [top, top + (0.07 if major else 0.04)], color=INK, lw=0.9, zorder=2)
        if major:
            write(axes, at(rank), top + 0.15, str(rank), "center", FONT_SIZE - 0.5)
    write(axes, (at(1) + at(n_methods)) / 2, top + 0.30, "mean rank", "center", FONT_SIZE - 0.5)


def _levels(spans: list[tuple[float, float]]) -> list[int]:
    """Return a level for each span, so that spans on one level do not touch."""
    ends: list[float] = []
    chosen = []
    for low, high in spans:
        level = next((i for i, end in enumerate(ends) if low > end + 1e-9), len(ends))
        ends[level : level + 1] = [high]
        chosen.append(level)
    return chosen
