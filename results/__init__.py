"""Results: the record types, the parquet store, and where results come from."""

from .check import CheckResult, Finding, check
from .claims import Claims
from .errors import StoreError
from .labels import label_curves
from .merge import merge
from .names import base_of, meant, partition_name, split_names
from .provenance import commit, hash_json, versions
from .publication import USES_TEST, Publication, Statement
from .publish import open_results, publish
from .records import STATUSES, JobRow, ReferenceRow, ScoreRow
from .score import Scale, Score
from .scores import SCORES, judged_scores, scaled_scores, score_of
from .store import ResultStore

__all__ = [
    "SCORES",
    "STATUSES",
    "USES_TEST",
    "CheckResult",
    "Claims",
    "Finding",
    "JobRow",
    "Publication",
    "ReferenceRow",
    "ResultStore",
    "Scale",
    "Score",
    "ScoreRow",
    "Statement",
    "StoreError",
    "base_of",
    "check",
    "commit",
    "hash_json",
    "judged_scores",
    "label_curves",
    "meant",
    "merge",
    "open_results",
    "partition_name",
    "publish",
    "scaled_scores",
    "score_of",
    "split_names",
    "versions",
]
