"""A method's ranks as bars, small enough for a line of text."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from .canvas import canvas, stroke
from .hover import tell
from .style import FAINT, styled

_STEP, _BAR, _HEIGHT = 12 / 72, 10.0, 42 / 72


@styled
def rank_bars(counts: Sequence[int], colour: str) -> Figure:
    """Draw how often each rank was taken, the best on the left.

    Args:
        counts: Number of data sets per rank.
        colour: Colour of the method.
    """
    figure, axes = canvas(_STEP * len(counts), _HEIGHT)
    heights = np.asarray(counts) / (max(counts) or 1) * (_HEIGHT - 4 / 72)
    middles = _STEP * (np.arange(len(counts)) + 0.5)
    for rank, (count, middle, height) in enumerate(zip(counts, middles, heights, strict=True), start=1):
        if count:
            bar = stroke(axes, np.full(2, middle), np.array([2 / 72, 2 / 72 + height]), colour, _BAR, cap="butt")
            tell(bar, f"rank {rank}: {count} data set{'s' * (count != 1)}")
    stroke(axes, np.array([0, _STEP * len(counts)]), np.full(2, 1 / 72), FAINT, 0.8, cap="butt")
    return figure
