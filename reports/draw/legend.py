"""A legend as a figure of its own, for several pictures that share it."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from .canvas import canvas, dots, extent, wrap, write
from .style import FONT_SIZE, TWO_COLUMNS, styled

_SIZE = FONT_SIZE - 1
_EDGE, _DOT, _APART = 0.05, 0.12, 0.16  # inches: around all, from a dot to its name, between entries


@styled
def legend_strip(shades: Mapping[str, str], more: int = 0) -> Figure:
    """Draw names with their colours one after the other, in as many lines as two columns of a paper need.

    Args:
        shades: Colour by name.
        more: Number of further things that have no name here.
    """
    lines, right, widest = [[]], _EDGE, 0.0
    for name, colour in [*shades.items(), *([(f"and {more} more", "")] if more else [])]:
        text = wrap(name, TWO_COLUMNS - 2 * _EDGE - _DOT, _SIZE)
        wide = _DOT + extent(text, _SIZE)[0]
        if lines[-1] and right + wide > TWO_COLUMNS - _EDGE:
            lines.append([])
            right = _EDGE
        lines[-1].append((right, text, colour))
        widest = max(widest, right + wide)
        right += wide + _APART
    heights = [max(extent(text, _SIZE)[1] for _, text, _ in line) + 0.03 for line in lines]
    figure, axes = canvas(widest + _EDGE, sum(heights) + 2 * _EDGE)
    for number, line in enumerate(lines):
        y = _EDGE + sum(heights[number:]) - heights[number] / 2
        for left, text, colour in line:
            if colour:
                dots(axes, np.array([[left + 0.04, y]]), colour, 4.0)
            write(axes, left + _DOT, y, text, size=_SIZE)
    return figure
