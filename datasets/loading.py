"""`load`: one data set by name, found or downloaded, checked, treated and scaled."""

import os
from dataclasses import dataclass, field

import numpy as np

from . import cache, source
from .catalogue import DatasetInfo
from .catalogue import info as catalogue_info
from .download import download
from .reading import read_raw
from .source import Found, Source
from .treatment import encode_labels, prepare


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, ready to train on.

    Attributes:
        name: Name in the archive.
        x_train: (N, 1, L) float32, scaled.
        y_train: (N,) int64, 0..K-1.
        x_test: (M, 1, L) float32, scaled by the training split's mean and standard deviation.
        y_test: (M,) int64, 0..K-1.
        classes: The K labels of the archive, in the order of their numbers.
        treatment: What was done besides scaling: "none", or "adjusted" (by the archive), "interpolated", "cut",
            "padded" joined by "+".
        mean: Mean of the training values as published, which was subtracted.
        std: Their standard deviation, which was divided by.
        data_hash: SHA-256 of the content as published, before any treatment.
        source: "bundled" (with aeon), "folder" (the data folder) or "download" (just now).
        info: What the catalogue knows about the set.
    """

    name: str
    x_train: np.ndarray = field(repr=False)
    y_train: np.ndarray = field(repr=False)
    x_test: np.ndarray = field(repr=False)
    y_test: np.ndarray = field(repr=False)
    classes: tuple[str, ...]
    treatment: str
    mean: float
    std: float
    data_hash: str
    source: Source
    info: DatasetInfo = field(repr=False)

    @property
    def length(self) -> int:
        """Points per series, L."""
        return self.x_train.shape[-1]

    @property
    def n_classes(self) -> int:
        """Number of classes, K."""
        return len(self.classes)


def locate(name: str, data_dir: str | os.PathLike | None = None) -> Found:
    """Find the files of a data set: bundled with aeon, in the data folder, or by downloading them there.

    Raises:
        DatasetError: Unknown name, a data folder that is none, or a download that is forbidden or fails.
    """
    catalogue_info(name)
    folder = source.data_folder(data_dir)
    return source.find(name, folder) or download(name, folder)


def is_here(name: str, data_dir: str | os.PathLike | None = None) -> bool:
    """Return whether a data set can be loaded without a download.

    Raises:
        DatasetError: Unknown name, or a data folder that is none.
    """
    catalogue_info(name)
    return source.find(name, source.data_folder(data_dir)) is not None


def load(name: str, data_dir: str | os.PathLike | None = None) -> Dataset:
    """Load one data set of the archive with its own train/test split.

    It is looked for among aeon's bundled sets, then in the data folder, and else downloaded there. The parsed
    set is cached in the data folder, where that can be written.

    Args:
        name: Name in the archive (`names()` lists them).
        data_dir: The data folder; if None, `$UCRBENCH_DATA`, else aeon's own cache.

    Raises:
        DatasetError: The set is unknown, not to be had, or not what the archive publishes.
    """
    facts = catalogue_info(name)
    found = locate(name, data_dir)
    raw, content = read_raw(found, facts)
    ready = prepare(name, (raw.train.values, raw.train.lengths), (raw.test.values, raw.test.lengths))
    y_train, y_test, classes = encode_labels(raw.train.labels, raw.test.labels)
    return Dataset(
        name=name,
        x_train=ready.x_train,
        y_train=y_train,
        x_test=ready.x_test,
        y_test=y_test,
        classes=classes,
        treatment=_treatment(found, ready.treatment),
        mean=ready.mean,
        std=ready.std,
        data_hash=content,
        source=found.source,
        info=facts,
    )


def _treatment(found: Found, ours: str) -> str:
    if not found.adjusted:
        return ours
    return "adjusted" if ours == "none" else f"adjusted+{ours}"


def data_hash(name: str, data_dir: str | os.PathLike | None = None) -> str:
    """Return the content hash of a data set, as `load` gives it, without treating the data.

    Raises:
        DatasetError: As for `load`.
    """
    found = locate(name, data_dir)
    return cache.read_hash(found) or read_raw(found, catalogue_info(name))[1]
