"""Arrays and curves that the stores of a report have kept, of one job per method."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
import pandas as pd

from ...results import Publication, ResultStore
from .methods import ordered
from .selection import Selection

_CLASSES = ("y_train", "y_test", "conditional_labels")  # arrays of numbers of classes
_Thing = TypeVar("_Thing")


@dataclass(frozen=True)
class Kept:
    """The arrays and curves that are kept of a data set.

    Attributes:
        real: Real test series (n, L) and the labels of their classes (n,); None where no store has them.
        jobs: By method, in the order of reports: the store and the finished job of the method's first seed.
        labels: The archive's label of each class, by its number; None where no job recorded them.
    """

    real: tuple[np.ndarray, np.ndarray] | None
    jobs: Mapping[str, tuple[ResultStore | Publication, str]]
    labels: np.ndarray | None

    def samples(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the arrays of generated series by method; nothing of methods without."""
        return self._of_jobs(lambda store, job: self._named(store.samples(job)))

    def latents(self) -> dict[str, dict[str, np.ndarray]]:
        """Return the arrays of latents by method; nothing of methods without."""
        return self._of_jobs(lambda store, job: self._named(store.latents(job)))

    def curves(self) -> dict[str, pd.DataFrame]:
        """Return the training curves by method; nothing of methods without."""
        return self._of_jobs(lambda store, job: store.curves(job))

    def _named(self, arrays: dict[str, np.ndarray] | None) -> dict[str, np.ndarray] | None:
        return arrays and {name: _labelled(of, self.labels) if name in _CLASSES else of for name, of in arrays.items()}

    def _of_jobs(self, read: Callable[[ResultStore | Publication, str], _Thing | None]) -> dict[str, _Thing]:
        found = {method: read(store, job) for method, (store, job) in self.jobs.items()}
        return {method: thing for method, thing in found.items() if thing is not None and len(thing)}


def kept_of(selection: Selection, dataset: str) -> Kept:
    """Return what the stores of a selection have kept of a data set.

    Raises:
        StoreError: A kept file cannot be read.
    """
    done = selection.jobs[(selection.jobs["dataset"] == dataset) & (selection.jobs["status"] == "ok")]
    first = done.sort_values(["seed", "job"]).drop_duplicates("method").set_index("method")
    stores = {label: selection.open(label) for label in selection.stores}
    of = first["store"] if "store" in first else {method: next(iter(stores)) for method in first.index}
    texts = done["class_labels"].dropna()
    labels = _class_labels(texts.iloc[0]) if len(texts) else None
    real = next((found for store in stores.values() if (found := store.real(dataset)) is not None), None)
    return Kept(
        real and (real[0], _labelled(real[1], labels)),
        {method: (stores[of[method]], first.loc[method, "job"]) for method in ordered(first.index)},
        labels,
    )


def _class_labels(text: str) -> np.ndarray:
    """Return the labels of a row as numbers where all are, so that they sort as such, else as text."""
    labels = np.array(json.loads(text))
    for kind in (int, float):
        with suppress(ValueError):
            return labels.astype(kind)
    return labels


def _labelled(numbers: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """Return the label of each class by its number; the numbers where no labels are known."""
    return numbers if labels is None else labels[numbers]


def datasets_with_series(selection: Selection, most: int) -> list[str]:
    """Return the first data sets of which real and generated series are kept, those that most methods finished first.

    Args:
        selection: The rows of the report.
        most: Number of data sets at most.

    Raises:
        StoreError: A kept file cannot be read.
    """
    done = selection.jobs[selection.jobs["status"] == "ok"]
    methods = done.groupby("dataset")["method"].nunique().sort_index().sort_values(ascending=False, kind="stable")
    kept = ((name, kept_of(selection, name)) for name in methods.index)
    shown = (name for name, one in kept if one.real is not None and one.samples())
    return list(islice(shown, most))
