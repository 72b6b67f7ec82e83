"""Results: the record types, the parquet store, and where results come from."""

from .check import CheckResult, Finding, check
from .claims import Claims
from .errors import StoreError
from .merge import merge
from .provenance import commit, hash_json, versions
from .records import SCORES, STATUSES, JobRow, ReferenceRow, Score, ScoreRow
from .store import ResultStore

__all__ = [
    "SCORES",
    "STATUSES",
    "CheckResult",
    "Claims",
    "Finding",
    "JobRow",
    "ReferenceRow",
    "ResultStore",
    "Score",
    "ScoreRow",
    "StoreError",
    "check",
    "commit",
    "hash_json",
    "merge",
    "versions",
]
