"""Results that ship with the package: tidy tables of what others have measured and published, and its own."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

ACCURACY = "accuracy"  # of a classifier of the series themselves; no score of ours
# The package's own results by name, which are published files and no tables from elsewhere.
OWN = {
    "ucrbench": "quick-cpu.parquet",
    "ucrbench-seeds": "quick-cpu-seeds.parquet",
    "ucrbench-variants": "quick-cpu-variants.parquet",
    "ucrbench-standard": "standard-cuda.parquet",
}
_FOLDER = Path(__file__).parent


def own_path(name: str) -> Path:
    """Return the path at which a published file of the package's own results lies, or would lie, by a name of `OWN`."""
    return _FOLDER / OWN[name]


def published() -> pd.DataFrame:
    """Return the results of others, a row per data set, variant, views and score.

    Returns:
        Columns: `source` (name of the table), `citation`, `comparable` (how far the values may be held against
        those of a store, in words), `dataset`, `variant`, `views`, `preset`, `archive`, `score` (ACCURACY for that of a
        classifier of the series themselves), `value` (mean over `runs`), `std` (over runs), `runs` (null where not
        known), `higher_is_better` (null where neither is better).
    """
    paths = sorted(path for path in _FOLDER.glob("*.parquet") if path.name not in OWN.values())
    rows = pd.concat([pq.read_table(path).to_pandas() for path in paths], ignore_index=True)
    return rows.astype({"higher_is_better": "boolean"})
