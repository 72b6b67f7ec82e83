"""Light SVG: a site has thousands of small pictures, so coordinates are whole numbers, and relative.

A path of whole relative steps takes about five bytes a point, a fifth of what a plotting library writes.
"""

from collections.abc import Iterable

import numpy as np
from markupsafe import Markup, escape


def thin(values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` points of a series (L,) that show its shape: lowest and highest value of equal stretches.

    Returns:
        Positions (n,) and values (n,), in order. NaN is skipped where a stretch has other values.
    """
    values = np.asarray(values, dtype=float)
    if len(values) <= most:
        return np.arange(len(values)), values
    stretches = most // 2 - 1
    width = -(-len(values) // stretches)
    table = np.full(stretches * width, np.nan)
    table[: len(values)] = values
    table = table.reshape(stretches, width)
    starts = np.arange(stretches) * width
    there = np.isfinite(table)
    lowest = starts + np.where(there, table, np.inf).argmin(1)
    highest = starts + np.where(there, table, -np.inf).argmax(1)
    positions = np.unique(np.concatenate([[0, len(values) - 1], lowest, highest]))
    positions = positions[positions < len(values)]
    return positions, values[positions]


def line(x: np.ndarray, y: np.ndarray) -> str:
    """Path data of a line through points in whole units; a point that is not finite lifts the pen."""
    good = np.isfinite(x) & np.isfinite(y)
    parts = []
    for run in np.split(np.arange(len(good)), np.flatnonzero(np.diff(good)) + 1):
        if len(run) and good[run[0]]:
            xs, ys = np.rint(x[run]).astype(int), np.rint(y[run]).astype(int)
            steps = zip(np.diff(xs).tolist(), np.diff(ys).tolist(), strict=True)
            parts.append(f"M{xs[0]} {ys[0]}l" + (_steps(steps) or "0 0"))
    return "".join(parts)


def dots(x: np.ndarray, y: np.ndarray) -> str:
    """Path data of strokes without length: dots with round line caps, squares with square ones."""
    points = sorted(set(zip(np.rint(x).astype(int).tolist(), np.rint(y).astype(int).tolist(), strict=True)))
    return "".join(f"M{left} {top}h0" for left, top in points)


def picture(width: int, height: int, label: str, body: Iterable[str], kind: str = "") -> Markup:
    """An SVG of a size in its own units, scaled by the page.

    Args:
        width, height: Of the view box.
        label: What there is to see, for those who do not see it; escaped here.
        body: SVG elements, safe already.
        kind: Class of the element, for the style sheet.
    """
    head = f'<svg class="{escape(kind)}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
    return Markup(head + "".join(body) + "</svg>")


def _steps(steps: Iterable[tuple[int, int]]) -> str:
    text = " ".join(f"{dx} {dy}" for dx, dy in steps)
    return text.replace(" -", "-")
