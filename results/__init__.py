"""Results: the record types, the parquet store, and where results come from."""

from .claims import Claims
from .errors import StoreError
from .merge import merge
from .provenance import commit, hash_json, versions
from .records import SCORES, STATUSES, JobRow, ReferenceRow, Score, ScoreRow
from .store import ResultStore

__all__ = [
    "SCORES",
    "STATUSES",
    "Claims",
    "JobRow",
    "ReferenceRow",
    "ResultStore",
    "Score",
    "ScoreRow",
    "StoreError",
    "commit",
    "hash_json",
    "merge",
    "versions",
]
