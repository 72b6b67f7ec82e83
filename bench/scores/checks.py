"""Input that every score refuses: empty input, NaN, infinity, shapes that do not fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def finite(name: str, values: ArrayLike, ndim: int | None = None) -> np.ndarray:
    """Return the values as float64.

    Args:
        name: Name of the values, for the message.
        values: Any real array.
        ndim: The number of dimensions that it must have, or None for any but zero.

    Raises:
        ValueError: Empty, not finite, or of another number of dimensions.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or (ndim is not None and array.ndim != ndim):
        raise ValueError(f"{name}: expected {ndim or 'one or more'} dimension(s), got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name}: empty, of shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: holds NaN or infinity")
    return array


def labels(name: str, values: ArrayLike, n: int) -> np.ndarray:
    """Return the labels (n,) as they are.

    Raises:
        ValueError: Not `n` of them in one dimension.
    """
    array = np.asarray(values)
    if array.shape != (n,):
        raise ValueError(f"{name}: expected {n} labels, got shape {array.shape}")
    return array
