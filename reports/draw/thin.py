"""Fewer points of what has too many to be seen: rows evenly spaced, extremes of a series, means of a curve."""

import numpy as np


def spaced(n: int, most: int) -> np.ndarray:
    """Return the positions of at most `most` of `n` rows, evenly spaced."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int)) if n else np.empty(0, int)


def thin(values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return at most `most` points of a series (L,) that show its shape: the extremes of equal stretches.

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


def means(values: np.ndarray, most: int) -> np.ndarray:
    """Return the means of at most `most` equal stretches: a loss is noise and trend, and one looks for the trend."""
    if len(values) <= most:
        return values
    starts = np.linspace(0, len(values), most, endpoint=False).astype(int)
    return np.add.reduceat(values, starts) / np.diff(starts, append=len(values))
