"""Results that others have measured and published, as tidy tables that ship with the package."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

ACCURACY = "accuracy"  # of a classifier of the series themselves; no score of ours
_FOLDER = Path(__file__).parent


def published() -> pd.DataFrame:
    """Return all published results, a row per data set, variant, views and score.

    Returns:
        Columns: `source` (name of the table), `citation`, `comparable` (how far the values may be held against
        those of a store, in words), `dataset`, `variant`, `views`, `preset`, `archive`, `score` (ACCURACY for that of a
        classifier of the series themselves), `value` (mean over `runs`), `std` (over runs), `runs` (null where not
        known), `higher_is_better` (null where neither is better).
    """
    paths = sorted(_FOLDER.glob("*.parquet"))
    rows = pd.concat([pq.read_table(path).to_pandas() for path in paths], ignore_index=True)
    return rows.astype({"higher_is_better": "boolean"})
