"""Results that ship with the package: tidy tables of what others have measured and published, and its own."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

ACCURACY = "accuracy"  # of a classifier of the series themselves; no score of ours
OWN = "ucrbench"  # the name of the package's own results, which are a published file and no table from elsewhere
_OWN_FILE = "quick-cpu.parquet"
_FOLDER = Path(__file__).parent


def own_path() -> Path:
    """Return the path at which the published file of the package's own results lies, or would lie."""
    return _FOLDER / _OWN_FILE


def published() -> pd.DataFrame:
    """Return the results of others, a row per data set, variant, views and score.

    Returns:
        Columns: `source` (name of the table), `citation`, `comparable` (how far the values may be held against
        those of a store, in words), `dataset`, `variant`, `views`, `preset`, `archive`, `score` (ACCURACY for that of a
        classifier of the series themselves), `value` (mean over `runs`), `std` (over runs), `runs` (null where not
        known), `higher_is_better` (null where neither is better).
    """
    paths = sorted(path for path in _FOLDER.glob("*.parquet") if path.name != _OWN_FILE)
    rows = pd.concat([pq.read_table(path).to_pandas() for path in paths], ignore_index=True)
    return rows.astype({"higher_is_better": "boolean"})
