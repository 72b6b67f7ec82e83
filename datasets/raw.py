"""A data set as published: read from its two `.ts` files, checked against the catalogue, and hashed."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .catalogue import DatasetInfo
from .errors import DatasetError


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
    """Read one `.ts` file through aeon's parser.

    Gaps at the end of a series are brought to one form, since files differ in it: where the archive publishes
    one length, a shorter series of a set with missing values has its last values missing
    (MelbournePedestrian); where lengths vary, NaN after the last value means that the series ends there.

    Args:
        path: The file.
        info: What the catalogue knows about the set.

    Raises:
        DatasetError: The file is empty, or aeon cannot read it, or it is not univariate.
    """
    # Imported here: aeon takes seconds to import, and a cached set does not need it.
    from aeon.datasets import load_from_ts_file

    if path.stat().st_size == 0:
        raise DatasetError(f"{path.name} is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            series, labels = load_from_ts_file(str(path))
            rows = [_one_channel(np.asarray(case, dtype=np.float64)) for case in series]
            labels = np.asarray(labels).astype(str)
    except MemoryError:
        raise
    except Exception as error:  # aeon's parser raises whatever Python does on text it did not expect
        raise DatasetError(f"{path.name} cannot be read ({type(error).__name__}: {error})") from error
    if not rows:
        raise DatasetError(f"{path.name} holds no series")
    if info.varies:
        rows = [row[: _last_known(row) + 1] for row in rows]
    elif info.missing:
        rows = [
            np.concatenate([row, np.full(info.length - len(row), np.nan)]) if len(row) < info.length else row
            for row in rows
        ]
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    return RawSplit(np.concatenate(rows), lengths, np.char.strip(labels))


def _one_channel(case: np.ndarray) -> np.ndarray:
    if case.ndim != 2 or case.shape[0] != 1:
        raise ValueError(f"a series of shape {case.shape} is not univariate")
    return case[0]


def _last_known(row: np.ndarray) -> int:
    known = np.flatnonzero(~np.isnan(row))
    return int(known[-1]) if len(known) else -1


def check(raw: RawDataset, info: DatasetInfo) -> None:
    """Hold a data set against the catalogue, so that a cut file is an error and not a smaller data set.

    Raises:
        DatasetError: Cases, lengths or classes differ from what the archive publishes, the test split has a
            class that the training split lacks, or values are infinite or wholly missing in a series.
    """
    for which, split, cases in (("TRAIN", raw.train, info.n_train), ("TEST", raw.test, info.n_test)):
        file = f"{info.name}_{which}.ts"
        if len(split.lengths) != cases:
            raise DatasetError(f"{file} has {len(split.lengths)} cases where the archive has {cases}")
        if not info.varies and (split.lengths != info.length).any():
            odd = int(split.lengths[split.lengths != info.length][0])
            raise DatasetError(f"{file} has a series of {odd} points where the archive has {info.length}")
        if np.isinf(split.values).any():
            raise DatasetError(f"{file} has an infinite value")
        if (split.lengths < 1).any() or _any_without_value(split):
            raise DatasetError(f"{file} has a series without any value")
    longest = int(raw.train.lengths.max())
    if longest != info.length:
        raise DatasetError(
            f"the longest series of {info.name}_TRAIN.ts has {longest} points where the archive has {info.length}"
        )
    classes = set(raw.train.labels.tolist())
    if len(classes) != info.n_classes:
        raise DatasetError(f"{info.name}_TRAIN.ts has {len(classes)} classes where the archive has {info.n_classes}")
    unseen = sorted(set(raw.test.labels.tolist()) - classes)
    if unseen:
        raise DatasetError(f"{info.name}_TEST.ts has class {unseen[0]!r}, which the training split lacks")


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
