"""Hashes of the rows of which a table or a figure was made, in 20 hex digits."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

# These columns tell a row from another and from its own older self. An attempt has a name of its own, so that whatever
# else is in its row needs no place here.
_COLUMNS = {
    "scores": ("dataset", "method", "seed", "score", "value", "score_version", "classifier", "job"),
    "jobs": ("dataset", "method", "seed", "job", "attempt", "attempts", "status"),
    "references": ("dataset", "score", "value", "classifier", "reference"),
}
TABLES = tuple(_COLUMNS)


def row_digests(frame: pd.DataFrame, table: str) -> np.ndarray:
    """Return a digest per row of the frame `table`, which is "scores", "jobs" or "references"; (n,) of text."""
    columns = [_texts(frame[name]) if name in frame else [""] * len(frame) for name in _COLUMNS[table]]
    rows = zip(*columns, strict=True)
    return np.array([hashlib.sha256("\x1f".join(row).encode()).hexdigest() for row in rows], dtype=object)


def hash_rows(digests: Iterable[str]) -> str:
    """Return 20 hex digits for a set of rows, whatever their order."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()[:20]


def _texts(column: pd.Series) -> list[str]:
    # repr() of a float is all of it.
    return ["" if pd.isna(value) else repr(value) for value in column.astype(object)]
