"""Rows for the tests of this folder."""

import dataclasses
import uuid
from datetime import UTC, datetime

from ucrbench.results import JobRow, ReferenceRow, ScoreRow, versions

NOW = datetime(2024, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)


def score_row(job="ab12", score="knn", value=0.5, **changes):
    row = ScoreRow(
        dataset="GunPoint", variant="ae", views="none", preset="smoke", seed=0, score=score, value=value,
        higher_is_better=True, score_version=1, protocol_version=1, data_hash="d0", treatment="scaled",
        archive="2018", device="cpu", job=job,
    )  # fmt: skip
    return dataclasses.replace(row, **changes)


def job_row(job="ab12", status="ok", **changes):
    row = JobRow(
        job=job, attempt=uuid.uuid4().hex, dataset="GunPoint", variant="ae", views="none", preset="smoke",
        seed=0, status=status, started_at=NOW, finished_at=NOW, device="cpu", protocol_version=1,
        **versions(),
    )  # fmt: skip
    return dataclasses.replace(row, **changes)


def reference_row(key="0ff0", score="fid", value=0.2):
    return ReferenceRow(
        dataset="GunPoint", score=score, value=value, higher_is_better=False, n_samples=None,
        classifier="trained:1", data_hash="d0", treatment="scaled", protocol_version=1, preset="smoke",
        reference=key,
    )  # fmt: skip
