"""Pictures of series: real ones above, generated ones below, by class."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .canvas import FAINT, FONT_SIZE, INK, canvas, text_width, write
from .diagram import TWO_COLUMNS
from .palette import colours
from .titles import shorten

MOST_CLASSES = 5
_PANEL_HEIGHT = 0.55
_GAP = 0.07


def real_against_generated(
    real: tuple[np.ndarray, np.ndarray], generated: Mapping[str, Mapping[str, np.ndarray]], series: int = 6
) -> Figure:
    """Small multiples: a row of real series, then a row per method; a column for all classes, one per class.

    Every panel has the same scales; what leaves them is cut off at the edge.

    Args:
        real: x (n, L) and labels (n,).
        generated: For each method `unconditional` (n, L'), and where it has them `conditional` (m, L') with
            `conditional_labels` (m,).
        series: Series drawn per panel, evenly spaced over what is there.

    Returns:
        A figure as wide as two columns of a paper.
    """
    x, y = real
    classes = [int(label) for label in np.unique(y)[:MOST_CLASSES]]
    rows = [("real", INK, x, x, y)]
    chosen = colours(generated)
    for method, arrays in generated.items():
        empty = np.empty((0, x.shape[1]))
        conditional = arrays.get("conditional", empty)
        labels = arrays.get("conditional_labels", np.empty(0, int))
        rows.append((method, chosen[method], arrays.get("unconditional", empty), conditional, labels))

    name_room = max(text_width(shorten(row[0], 24)) for row in rows) + 0.14
    panel = (TWO_COLUMNS - name_room - 0.05) / (1 + len(classes)) - _GAP
    height = len(rows) * (_PANEL_HEIGHT + _GAP) + 0.24
    figure, axes = canvas(TWO_COLUMNS, height)
    for column, title in enumerate(["unconditional", *(f"class {label}" for label in classes)]):
        middle = name_room + column * (panel + _GAP) + panel / 2
        write(axes, middle, height - 0.10, title, "center", FONT_SIZE - 0.5, FAINT)
    low, high = _limits(x)
    for row, (name, colour, free, by_class, labels) in enumerate(rows):
        bottom = height - 0.22 - row * (_PANEL_HEIGHT + _GAP) - _PANEL_HEIGHT
        write(axes, name_room - 0.09, bottom + _PANEL_HEIGHT / 2, shorten(name, 24), "right")
        panels = [free, *(by_class[labels == label] for label in classes)]
        for column, content in enumerate(panels):
            box = (name_room + column * (panel + _GAP), bottom, panel, _PANEL_HEIGHT)
            _panel(axes, content[_spread(len(content), series)], box, (low, high), colour)
    return figure


def _panel(
    axes: Axes,
    content: np.ndarray,
    box: tuple[float, float, float, float],
    limits: tuple[float, float],
    colour: str,
) -> None:
    left, bottom, width, height = box
    edge_x = [left, left + width, left + width, left, left]
    edge_y = [bottom, bottom, bottom + height, bottom + height, bottom]
    axes.plot(edge_x, edge_y, color=FAINT, lw=0.3, alpha=0.6, zorder=1)
    if not content.size:
        write(axes, left + width / 2, bottom + height / 2, "none", "center", FONT_SIZE - 1, FAINT)
        return
    low, high = limits
    shown = np.clip((np.asarray(content, float) - low) / (high - low), 0, 1)
    steps = np.linspace(left + 0.02, left + width - 0.02, content.shape[1])
    # NaN lifts the pen between series, so that a panel is one path.
    xs = np.append(np.broadcast_to(steps, shown.shape), np.full((len(shown), 1), np.nan), axis=1)
    ys = np.append(bottom + 0.02 + shown * (height - 0.04), np.full((len(shown), 1), np.nan), axis=1)
    axes.plot(xs.ravel(), ys.ravel(), color=colour, lw=0.6, alpha=0.75, zorder=2, solid_joinstyle="round")


def _limits(x: np.ndarray) -> tuple[float, float]:
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    pad = 0.15 * (high - low) or 1.0
    return low - pad, high + pad


def _spread(n: int, wanted: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, wanted)).round().astype(int)) if n else np.empty(0, int)
