"""The 128 data sets of the UCR archive: names, sizes and published error rates.

`catalogue.csv` beside this file is our own table of the facts that the archive publishes about itself
(Dau et al., "The UCR time series archive", IEEE/CAA J. Autom. Sinica 6(6), 2019). Where the archive says only
that lengths vary, `length` is what the longest training series was measured to have: the length to which
`load` brings the set.
"""

import csv
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from .errors import DatasetError


@dataclass(frozen=True)
class DatasetInfo:
    """Facts about a data set that are known before any file of it is read.

    Attributes:
        name: Name in the archive, as aeon spells it.
        type: Kind of data, in the archive's words ("Image", "Sensor", ...).
        n_train: Cases in the training split.
        n_test: Cases in the test split.
        n_classes: Classes; the training split has every one of them.
        length: Points per series as loaded: the published length, or that of the longest training series.
        varies: Whether the series have unequal lengths as published.
        missing: Whether values are missing as published.
        archive: Version of the archive in which the set first appeared: 2015 (85 sets) or 2018 (128).
        error_ed: Published test error of 1-nearest-neighbour with Euclidean distance.
        error_dtw: The same with dynamic time warping, window learned on the training split.
        dtw_window: That learned window, in percent of the length.
        error_dtw_full: The same with an unbounded window (100 percent).
        error_default: Test error of always naming the most frequent class.
    """

    name: str
    type: str
    n_train: int
    n_test: int
    n_classes: int
    length: int
    varies: bool
    missing: bool
    archive: int
    error_ed: float
    error_dtw: float
    dtw_window: int
    error_dtw_full: float
    error_default: float


_READERS = {str: str, int: int, float: float, bool: lambda text: text == "yes"}


@cache
def catalogue() -> Mapping[str, DatasetInfo]:
    """Return the whole catalogue, name to facts, in alphabetical order (read-only)."""
    text = Path(__file__).with_name("catalogue.csv").read_text(encoding="utf-8")
    kinds = DatasetInfo.__annotations__
    table = {}
    for row in csv.DictReader(text.splitlines()):
        table[row["name"]] = DatasetInfo(**{key: _READERS[kinds[key]](value) for key, value in row.items()})
    return MappingProxyType(table)


def names() -> tuple[str, ...]:
    """Return the 128 names in alphabetical order."""
    return tuple(catalogue())


def info(name: str) -> DatasetInfo:
    """Return the facts about one data set.

    Args:
        name: Name in the archive; letter case counts.

    Raises:
        DatasetError: The archive has no such set; the message names the nearest ones.
    """
    table = catalogue()
    if name in table:
        return table[name]
    wanted, near = str(name).lower(), nearest(str(name), table)
    starts = [known for known in table if wanted and known.lower().startswith(wanted) and known not in near]
    guesses = [*near, *starts][:4]
    hint = f"did you mean {', '.join(guesses)}?" if guesses else "`ucrbench list datasets` shows the 128 names"
    raise DatasetError(f"unknown data set {str(name)!r}: {hint}")


def nearest(wanted: str, known: Iterable[str]) -> list[str]:
    """Return at most three of the known names that are nearly the one wanted.

    Letter case does not count, since "gunpoint" and "ECG 5000" are what people type.
    """
    by_lower = {name.lower(): name for name in known}
    return [by_lower[low] for low in difflib.get_close_matches(wanted.lower(), by_lower, n=3)]
