"""Features of series that no judge is trained for: those of MiniRocket."""

import numpy as np
import torch
from numpy.typing import ArrayLike

from . import checks

KERNELS = 1008  # 84 kernels of 12 thresholds each
SHORTEST = 9  # values in a kernel


def rocket_features(x_train: ArrayLike, *series: ArrayLike) -> tuple[np.ndarray, ...]:
    """Return features of sets of series by MiniRocket (Dempster, Schmidt and Webb, KDD 2021).

    A feature is the share of positions at which a dilated kernel's response exceeds a threshold, a quantile of its
    responses on the training series; the seed of their choice is 0. Series are cut to the length of the shortest.

    Args:
        x_train: Real training series (N, L), which decide the thresholds.
        series: Sets of series (n, L).

    Returns:
        For each set, features (n, 1008) in [0, 1].

    Raises:
        ValueError: Empty, NaN or infinity, or series of fewer than 9 values.
    """
    sets = [checks.finite("series", x, ndim=2) for x in (x_train, *series)]
    length = min(x.shape[1] for x in sets)
    if length < SHORTEST:
        raise ValueError(f"MiniRocket needs series of at least {SHORTEST} values, and these have {length}")
    from aeon.transformations.collection.convolution_based import MiniRocket  # takes seconds

    train, *others = (x[:, None, :length].astype(np.float32) for x in sets)
    threads = torch.get_num_threads()
    try:
        rocket = MiniRocket(KERNELS, random_state=0).fit(train)
        return tuple(np.asarray(rocket.transform(x), dtype=np.float64) for x in others)
    finally:
        # Numba, which MiniRocket is compiled by, gives torch's OpenMP a thread for each core when it first runs.
        torch.set_num_threads(threads)
