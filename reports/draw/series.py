"""Pictures of series: real ones above, generated ones below, by class."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from .canvas import canvas, extent, frame, stroke, wrap, write
from .hover import tell
from .palette import colours
from .style import FAINT, FONT_SIZE, INK, TWO_COLUMNS, styled
from .thin import spaced, thin

MOST_CLASSES = 5
_PANEL_HEIGHT = 0.55
_MOST_NAME = 1.2
_GAP = 0.07
_POINTS = 64  # of a series; a panel is less than an inch wide


@styled
def real_against_generated(
    real: tuple[np.ndarray, np.ndarray],
    generated: Mapping[str, Mapping[str, np.ndarray]],
    series: int = 4,
    methods: Sequence[str] = (),
) -> Figure:
    """Draw small multiples: a row of real series, then a row per method; a column for all classes, one per class.

    Every panel has the same scales; what leaves them is cut off at the edge.

    Args:
        real: x (n, L) and labels (n,), numbers or text.
        generated: For each method `unconditional` (n, L'), and where it has them `conditional` (m, L') with
            `conditional_labels` (m,).
        series: Number of series per panel, evenly spaced over what is there.
        methods: All methods of the report, so that colours agree.

    Returns:
        A figure as wide as two columns of a paper.
    """
    x, y = real
    classes = np.unique(y)[:MOST_CLASSES].tolist()
    rows = [("real", INK, [x, *(x[y == label] for label in classes)])]
    chosen = colours([*methods, *generated])
    rows += [(method, chosen[method], _by_class(arrays, classes)) for method, arrays in generated.items()]
    room = max(extent(wrap(row[0], _MOST_NAME))[0] for row in rows) + 0.14
    wide = (TWO_COLUMNS - room - 0.05) / (1 + len(classes)) - _GAP
    height = len(rows) * (_PANEL_HEIGHT + _GAP) + 0.24
    figure, axes = canvas(TWO_COLUMNS, height)
    lefts = room + np.arange(1 + len(classes)) * (wide + _GAP)
    bottoms = height - 0.22 - _PANEL_HEIGHT - np.arange(len(rows)) * (_PANEL_HEIGHT + _GAP)
    frame(axes, np.array([(left, bottom, wide, _PANEL_HEIGHT) for bottom in bottoms for left in lefts]), FAINT)
    for left, title in zip(lefts, ["all classes", *(f"class {label}" for label in classes)], strict=True):
        write(axes, left + wide / 2, height - 0.10, title, "center", FONT_SIZE - 0.5, FAINT)
    limits = _limits(x)
    for bottom, (name, colour, panels) in zip(bottoms, rows, strict=True):
        write(axes, room - 0.09, bottom + _PANEL_HEIGHT / 2, wrap(name, _MOST_NAME), "right")
        lines = []
        for left, content in zip(lefts, panels, strict=True):
            if not content.size:
                write(axes, left + wide / 2, bottom + _PANEL_HEIGHT / 2, "none", "center", FONT_SIZE - 1, FAINT)
            box = (left + 0.02, bottom + 0.02, wide - 0.04, _PANEL_HEIGHT - 0.04)
            lines += [_line(one, box, limits) for one in content[spaced(len(content), series)]]
        if lines:
            tell(stroke(axes, *np.concatenate(lines, axis=1), colour, 0.6, 0.8), name)
    return figure


def _by_class(arrays: Mapping[str, np.ndarray], classes: Sequence[int | str]) -> list[np.ndarray]:
    """Return unconditional samples, then conditional ones of each class; empty arrays where there are none."""
    none = np.empty((0, 0))
    made, labels = arrays.get("conditional", none), arrays.get("conditional_labels", np.empty(0, int))
    return [arrays.get("unconditional", none), *(made[labels == label] for label in classes)]


def _line(values: np.ndarray, box: tuple[float, float, float, float], limits: tuple[float, float]) -> np.ndarray:
    """Return the points (2, n + 1) in inches of a series in a box, and a NaN that lifts the pen."""
    left, bottom, width, height = box
    low, high = limits
    steps, shown = thin(values, _POINTS)
    x = left + steps / max(len(values) - 1, 1) * width
    y = bottom + np.clip((shown - low) / (high - low), 0, 1) * height
    return np.append([x, y], [[np.nan], [np.nan]], axis=1)


def _limits(x: np.ndarray) -> tuple[float, float]:
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    pad = 0.15 * (high - low) or 1.0
    return low - pad, high + pad
