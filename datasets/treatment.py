"""The treatment of raw series before a model sees them: pure functions on arrays.

The order in which `prepare` applies them:

1. the mean and the standard deviation are taken over the training values as published, gaps ignored: before
   interpolation and padding, so that nothing invented moves the scale;
2. gaps are filled by linear interpolation along the series, ends held;
3. series longer than the longest training series are cut to its length;
4. shorter ones are filled up, after their last value, with low-amplitude noise;
5. everything is scaled.

Step 4 is the archive's own recipe for unequal lengths, low-amplitude random numbers at the end (Dau et al.
2019): uniform in [0, 0.001), in the unit of the raw series. So padded, and each series then z-normalised, the
archive's eleven sets of unequal lengths give the published error of 1-NN with Euclidean distance, seven of
them to the last digit and all within 0.005; noise around a series' mean or last value misses by 0.06 and 0.08
on average. The generator is numpy's PCG64, seeded with the SHA-256 of "ucrbench/<data set>/<split>", so that
the same series get the same noise on every machine.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .errors import DatasetError

NOISE_AMPLITUDE = 1e-3


@dataclass(frozen=True, eq=False)
class Prepared:
    """Both splits, ready to train on, and what was done to them.

    Attributes:
        x_train: (N, 1, L) float32.
        x_test: (M, 1, L) float32.
        treatment: What was needed: "none", or "interpolated", "cut" and "padded" joined by "+".
        mean: Mean that was subtracted, in the unit of the raw series.
        std: Standard deviation that was divided by, in the same unit.
    """

    x_train: np.ndarray
    x_test: np.ndarray
    treatment: str
    mean: float
    std: float


def to_matrix(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Lay series stored end to end out as rows, NaN after the last value of each.

    Args:
        values: (sum of lengths,) the series, one after the other.
        lengths: (N,) points of each series.

    Returns:
        (N, longest) float64.
    """
    width = int(lengths.max())
    matrix = np.full((len(lengths), width), np.nan)
    matrix[np.arange(width) < lengths[:, None]] = values
    return matrix


def interpolate_gaps(x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Fill NaN inside each series by linear interpolation; before the first and after the last known value,
    that value is held.

    Args:
        x: (N, L) with NaN where values are missing, and after the end of each series.
        lengths: (N,) points of each series; what lies after them is left alone.

    Returns:
        (N, L) copy without NaN inside the series; known values are unchanged.

    Raises:
        DatasetError: A series has no known value at all.
    """
    filled = x.copy()
    gaps = np.isnan(x) & (np.arange(x.shape[1]) < lengths[:, None])
    for row in np.flatnonzero(gaps.any(axis=1)):
        inside = gaps[row, : lengths[row]]
        known = np.flatnonzero(~inside)
        if not len(known):
            raise DatasetError(f"series {row + 1} has no value at all, so its gaps cannot be filled")
        holes = np.flatnonzero(inside)
        filled[row, holes] = np.interp(holes, known, x[row, known])
    return filled


def fit_length(x: np.ndarray, lengths: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """Bring series to one length: longer ones are cut, shorter ones padded with low-amplitude noise.

    Args:
        x: (N, W) series; what lies after the end of each is ignored.
        lengths: (N,) points of each series.
        length: Points wanted.
        rng: Source of the noise. One (N, length) block is drawn if any series is short, so that the padding
            of a series depends on its place only and not on the lengths of the others.

    Returns:
        (N, length) float64.
    """
    fitted = np.full((len(x), length), np.nan)
    kept = min(length, x.shape[1])
    fitted[:, :kept] = x[:, :kept]
    after = np.arange(length) >= lengths[:, None]
    if after.any():
        fitted[after] = (NOISE_AMPLITUDE * rng.random((len(x), length)))[after]
    return fitted


def padding_rng(name: str, split: str) -> np.random.Generator:
    """Return the generator whose noise pads one split ("train" or "test") of one data set."""
    digest = hashlib.sha256(f"ucrbench/{name}/{split}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def scale_statistics(values: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation (population) over all values, NaN ignored.

    Raises:
        DatasetError: There is no value, or all are equal, so that there is no scale.
    """
    known = values[~np.isnan(values)]
    with np.errstate(over="ignore", invalid="ignore"):  # of a value so large that there is no variance
        mean, std = (float(known.mean()), float(known.std())) if known.size else (math.nan, 0.0)
    if not std > 0 or not math.isfinite(std):
        raise DatasetError("the training values have no finite, positive variance to be scaled by")
    return mean, std


def encode_labels(
    train: Sequence[str] | np.ndarray, test: Sequence[str] | np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Number the labels 0..K-1 in the order of the sorted training labels.

    Labels that are all numbers are sorted as numbers ("2" before "10"), others as text.

    Args:
        train: (N,) training labels.
        test: (M,) test labels.

    Returns:
        y_train (N,) int64, y_test (M,) int64, and the K labels in order.

    Raises:
        DatasetError: A test label never occurs in training.
    """
    classes, y_train = np.unique(np.asarray(train, dtype=str), return_inverse=True)
    order = sorted(range(len(classes)), key=_sort_key(classes.tolist()))
    rank = np.empty(len(classes), dtype=np.int64)
    rank[order] = np.arange(len(classes))
    number = {str(label): rank[i] for i, label in enumerate(classes)}
    unseen = sorted(set(map(str, test)) - number.keys())
    if unseen:
        raise DatasetError(f"the test split has class {unseen[0]!r}, which the training split lacks")
    y_test = np.array([number[str(label)] for label in test], dtype=np.int64)
    return rank[y_train.reshape(-1)], y_test, tuple(str(classes[i]) for i in order)


def _sort_key(classes: list[str]) -> Callable[[int], str | float]:
    try:
        numbers = [float(label) for label in classes]
    except ValueError:
        return classes.__getitem__
    return numbers.__getitem__ if all(map(math.isfinite, numbers)) else classes.__getitem__


def prepare(
    name: str,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
) -> Prepared:
    """Turn raw series into arrays of one length and unit scale, as the module's text says.

    Args:
        name: Data set, which seeds the padding.
        train: Raw training series: values end to end (float64, NaN where missing) and (N,) lengths.
        test: Raw test series, likewise.

    Raises:
        DatasetError: A series without any value, or training values without variance.
    """
    mean, std = scale_statistics(train[0])
    length = int(train[1].max())
    lengths = np.concatenate([train[1], test[1]])
    steps = {
        "interpolated": bool(np.isnan(train[0]).any() or np.isnan(test[0]).any()),
        "cut": bool((lengths > length).any()),
        "padded": bool((lengths < length).any()),
    }
    ready = []
    for split, (values, own) in (("train", train), ("test", test)):
        x = interpolate_gaps(to_matrix(values, own), own)
        x = fit_length(x, own, length, padding_rng(name, split))
        ready.append(((x - mean) / std).astype(np.float32)[:, None, :])
    treatment = "+".join(step for step, needed in steps.items() if needed) or "none"
    return Prepared(ready[0], ready[1], treatment, mean, std)
