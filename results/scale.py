"""The scale of a score of generated series: the floor of a generator without use, the ceiling of real series."""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np


@dataclass(frozen=True, eq=False)
class RealSeries:
    """The data kept of a data set's real test series, from which the floor of a score is known.

    Attributes:
        features: Features (n, d) that the judge gives them, or None where none were kept.
        labels: Their classes (n,), or None where none were kept.
        n_classes: Number of classes of the data set, or None where no job recorded it.
    """

    features: np.ndarray | None = None
    labels: np.ndarray | None = None
    n_classes: int | None = None


@dataclass(frozen=True)
class Floor:
    """The score of a generator without use.

    Attributes:
        value: The score; NaN where it cannot be known.
        generator: The generator, in words.
    """

    value: float
    generator: str


@dataclass(frozen=True)
class Scale:
    """The two ends between which a score of generated series is read on its data set.

    Attributes:
        reference: Name of the reference that is the ceiling: the score of real series.
        heading: Head of the column of that reference.
        ceiling: The reference in words, after "beside it stands".
        way: The way from the floor to the ceiling in words, "from ... to ..."; empty without a floor.
        floor: Return the floor, given what is kept of the real test series; None where it is not known of any.
    """

    reference: str
    heading: str
    ceiling: str
    way: str = ""
    floor: Callable[[RealSeries], Floor] | None = None


def lowest_inception_score(real: RealSeries) -> Floor:
    """Return 1, the inception score of samples that all look alike to the judge, whatever the real series."""
    return Floor(1.0, "its lowest value")


def one_series(real: RealSeries) -> Floor:
    """Return the FID of a generator whose every sample has the mean features of the real test series."""
    generator = "the best single series, over and over"
    if real.features is None or len(real.features) < 2:
        return Floor(nan, generator)
    return Floor(float(np.var(real.features, axis=0, ddof=1, dtype=float).sum()), generator)


def one_class(real: RealSeries) -> Floor:
    """Return the accuracy of always giving the most frequent class."""
    if real.labels is not None and len(real.labels):
        return Floor(
            float(np.unique(real.labels, return_counts=True)[1].max() / len(real.labels)), "the most frequent class"
        )
    return Floor(1 / real.n_classes, "one class of K") if real.n_classes else Floor(nan, "not known")
