"""A data set as published: read from its two files, checked against the catalogue, and hashed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .catalogue import DatasetInfo
from .errors import DatasetError
from .formats import read_rows
from .treatment import scale_statistics

MOST_DEVIATIONS = 1e9  # of a value from the training mean; squares of larger ones leave float32, and no data are so
LEAST_LEFT = 0.9  # of the steps between values, in float32; those of the archive keep 0.99 and more


@dataclass(frozen=True, eq=False)
class RawSplit:
    """One split before any treatment.

    Attributes:
        values: (sum of lengths,) float64, the series end to end, NaN where a value is missing.
        lengths: (N,) int64, points of each series.
        labels: (N,) str, as in the file.
    """

    values: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class RawDataset:
    """Both splits before any treatment."""

    train: RawSplit
    test: RawSplit


def read_split(path: Path, info: DatasetInfo) -> RawSplit:
    """Read one file of a data set.

    Gaps at the end of a series are brought to one form, since files differ in it: where the archive publishes
    one length, a shorter series of a set with missing values has its last values missing
    (MelbournePedestrian); where lengths vary, NaN after the last value means that the series ends there.

    Args:
        path: The file, `.ts` or `.tsv`.
        info: What the catalogue knows about the set.

    Raises:
        DatasetError: The file cannot be read, see `read_rows`.
    """
    rows, labels = read_rows(path, None if info.varies or info.missing else info.length)
    if info.varies:
        rows = [row[: _last_known(row) + 1] for row in rows]
    elif info.missing:
        rows = [
            np.concatenate([row, np.full(info.length - len(row), np.nan)]) if len(row) < info.length else row
            for row in rows
        ]
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    return RawSplit(np.concatenate(rows), lengths, np.char.strip(labels))


def _last_known(row: np.ndarray) -> int:
    known = np.flatnonzero(~np.isnan(row))
    return int(known[-1]) if len(known) else -1


def check(raw: RawDataset, info: DatasetInfo, suffix: str = ".ts") -> None:
    """Hold a data set against the catalogue, so that a cut file is an error and not a smaller data set.

    What jobs will see is checked too: whether the training values have a scale, and all values are near enough to them.

    Args:
        raw: The data set.
        info: What the catalogue knows about it.
        suffix: Of its files, for messages.

    Raises:
        DatasetError: Cases, lengths or classes differ from what the archive publishes, the test split has a
            class that the training split lacks, values are infinite or wholly missing in a series, one is missing
            where the archive has all, or the series cannot be scaled.
    """
    train_file, test_file = (f"{info.name}_{which}{suffix}" for which in ("TRAIN", "TEST"))
    for file, split, cases in ((train_file, raw.train, info.n_train), (test_file, raw.test, info.n_test)):
        if len(split.lengths) != cases:
            raise DatasetError(f"{file} has {len(split.lengths)} cases where the archive has {cases}")
        if not info.varies and (split.lengths != info.length).any():
            odd = int(split.lengths[split.lengths != info.length][0])
            raise DatasetError(f"{file} has a series of {odd} points where the archive has {info.length}")
        if np.isinf(split.values).any():
            raise DatasetError(f"{file} has an infinite value")
        if (split.lengths < 1).any() or _any_without_value(split):
            raise DatasetError(f"{file} has a series without any value")
        if not (info.missing or info.varies) and np.isnan(split.values).any():
            raise DatasetError(f"{file} has a gap where the archive has none")
    longest = int(raw.train.lengths.max())
    if longest != info.length:
        raise DatasetError(
            f"the longest series of {train_file} has {longest} points where the archive has {info.length}"
        )
    classes = set(raw.train.labels.tolist())
    if len(classes) != info.n_classes:
        raise DatasetError(f"{train_file} has {len(classes)} classes where the archive has {info.n_classes}")
    unseen = sorted(set(raw.test.labels.tolist()) - classes)
    if unseen:
        raise DatasetError(f"{test_file} has class {unseen[0]!r}, which the training split lacks")
    try:
        mean, std = scale_statistics(raw.train.values)
    except DatasetError as error:
        raise DatasetError(f"{train_file}: {error}") from error
    if _merged(raw.train.values, (raw.train.values - mean) / std):
        low, high = np.nanmin(raw.train.values), np.nanmax(raw.train.values)
        raise DatasetError(
            f"{train_file} has values from {low:g} to {high:g}, so far apart that others become equal once scaled"
        )
    for file, split in ((train_file, raw.train), (test_file, raw.test)):
        far = np.nanargmax(np.abs(split.values - mean))
        if abs(split.values[far] - mean) > MOST_DEVIATIONS * std:
            raise DatasetError(
                f"{file} has the value {split.values[far]:g}, more than {MOST_DEVIATIONS:g} standard deviations of the "
                "training values from their mean"
            )


def _merged(values: np.ndarray, scaled: np.ndarray) -> bool:
    """Tell whether of the steps between neighbouring values many are gone in float32, as jobs see them scaled."""
    steps, left = np.diff(values) != 0, np.diff(scaled.astype(np.float32)) != 0
    return int(left[steps].sum()) < LEAST_LEFT * int(steps.sum())


def _any_without_value(split: RawSplit) -> bool:
    starts = np.cumsum(split.lengths) - split.lengths
    return bool((np.add.reduceat(~np.isnan(split.values), starts, dtype=np.int64) == 0).any())


def content_hash(raw: RawDataset) -> str:
    """Return the SHA-256 (hex) of the content: values, lengths and labels of both splits.

    It depends neither on the treatment nor on the machine nor on the file's layout: values go in as
    little-endian float64, a missing one as one fixed NaN, lengths as little-endian int64, labels as UTF-8
    lines.
    """
    digest = hashlib.sha256(b"ucrbench data 1\n")
    for split in (raw.train, raw.test):
        digest.update(len(split.lengths).to_bytes(8, "little"))
        digest.update(split.lengths.astype("<i8").tobytes())
        values = split.values.astype("<f8")
        values[np.isnan(values)] = np.nan
        digest.update(values.tobytes())
        digest.update("".join(f"{label}\n" for label in split.labels.tolist()).encode())
    return digest.hexdigest()
