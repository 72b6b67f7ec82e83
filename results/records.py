"""The kinds of rows that a store or a published file holds, and their parquet schemas.

A field's type is its column's type, and `| None` makes the column nullable: a class below is the whole
definition of its table. All fields are given by name.
"""

from collections.abc import Iterable
from dataclasses import Field, dataclass, fields
from datetime import datetime
from functools import lru_cache
from numbers import Integral, Real
from types import NoneType
from typing import get_args

import numpy as np
import pyarrow as pa

from .errors import StoreError, one_line

# Column and accepted values of each type: arrow alone would cut 1.5 down to an integer without a word.
_COLUMN = {
    str: (pa.string(), str),
    int: (pa.int64(), Integral),
    float: (pa.float64(), Real),
    bool: (pa.bool_(), (bool, np.bool_)),
    datetime: (pa.timestamp("us", tz="UTC"), datetime),
}


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """One score of one job.

    Attributes:
        dataset: Name of the data set.
        variant: Name of the method: a variant, with settings of its own in brackets, or a user's class.
        views: Kind of augmented views, "none" where the variant takes none.
        preset: Name of the preset.
        seed: Seed of the job.
        score: Name of the score, a key of `results.SCORES`.
        value: The score. NaN and infinity are kept as they came; reports refuse them.
        higher_is_better: Direction; None where neither is better.
        n_samples: Number of generated series behind the value (IS, FID, CAS).
        classifier: The FCN behind the value, such as "trained:<hash>" or "supervised-fcn:<hash>".
        reference: What the samples were compared with, such as "test".
        score_version: Version of the score's definition.
        protocol_version: Version of the protocol.
        data_hash: SHA-256 of the data set's content as published, before any treatment.
        treatment: What was done about missing values, unequal lengths and scale.
        archive: Version of the archive, such as "2018".
        device: What the job ran on, in words.
        overrides: The settings changed from the preset for all methods, as JSON with sorted keys; "{}" for none.
        job: The job's key, hex digits.
        attempt: The attempt that gave the value; the store sets it.
    """

    dataset: str
    variant: str
    views: str
    preset: str
    seed: int
    score: str
    value: float
    higher_is_better: bool | None
    n_samples: int | None = None
    classifier: str | None = None
    reference: str | None = None
    score_version: int
    protocol_version: int
    data_hash: str
    treatment: str
    archive: str
    device: str
    overrides: str = "{}"
    job: str
    attempt: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """One finished attempt at a job, whether it went well or not.

    Attributes:
        job: The job's key, hex digits.
        attempt: A UUID in hex; a job that is tried again gets another row.
        dataset, variant, views, preset, seed: What the job is.
        status: "ok", or what went wrong: a key of `STATUSES`.
        error: One line on what went wrong.
        traceback: The whole traceback.
        started_at, finished_at: UTC.
        seconds_load, seconds_fit, seconds_prior, seconds_sample, seconds_score: Wall time by phase.
        seconds_total: Wall time of the attempt, and of earlier ones as far as checkpoints of theirs were taken up.
        seconds_earlier: Those of earlier attempts in it; they are in seconds_fit and seconds_prior, too.
        peak_memory_bytes, peak_device_memory_bytes: Highest use of the process, and of the device's memory.
        device, threads: What it ran on, and with how many threads.
        jobs_at_once: Mean number of calls of the sweep that were on its CUDA device while it ran; None elsewhere.
        captured: Whether every stage, training and sampling, was replayed as a CUDA graph; None on a CPU.
        precision: Precision of the networks: "fp32" (on CUDA with TF32) or "bf16".
        n_parameters: Parameters of the model's networks.
        n_train, n_test, length, n_classes: Size of the data set.
        class_labels: The archive's labels of classes 0..K-1, as a JSON list.
        data_hash, treatment, archive, protocol_version: As in `ScoreRow`.
        config: The resolved configuration, as JSON.
        overrides: The settings changed from the preset for all methods, as JSON.
        python, ucrbench, torch, aeon, numpy, scikit_learn: Versions, as `versions()` gives them.
        commit: Commit of the code, where known.
    """

    job: str
    attempt: str
    dataset: str
    variant: str
    views: str
    preset: str
    seed: int
    status: str
    error: str | None = None
    traceback: str | None = None
    started_at: datetime
    finished_at: datetime
    seconds_load: float | None = None
    seconds_fit: float | None = None
    seconds_prior: float | None = None
    seconds_sample: float | None = None
    seconds_score: float | None = None
    seconds_total: float | None = None
    seconds_earlier: float | None = None
    peak_memory_bytes: int | None = None
    peak_device_memory_bytes: int | None = None
    device: str
    threads: int | None = None
    jobs_at_once: float | None = None
    captured: bool | None = None
    precision: str | None = None
    n_parameters: int | None = None
    n_train: int | None = None
    n_test: int | None = None
    length: int | None = None
    n_classes: int | None = None
    class_labels: str | None = None
    data_hash: str | None = None
    treatment: str | None = None
    archive: str | None = None
    protocol_version: int
    config: str = "{}"
    overrides: str = "{}"
    python: str
    ucrbench: str
    torch: str
    aeon: str
    numpy: str
    scikit_learn: str
    commit: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReferenceRow:
    """One score of a data set's real series: the floor or ceiling its generation scores are read against.

    Attributes:
        dataset: Name of the data set.
        score: Name of the reference (see `results.score.Score`): that of a score is the ceiling, such as FID of
            train against test, or "fcn_accuracy" beside which CAS is read; with "_floor" it is the floor.
        value: The score.
        higher_is_better: Direction; None where neither is better.
        n_samples: Number of real series behind the value.
        classifier: The FCN behind the value.
        data_hash, treatment, protocol_version: As in `ScoreRow`.
        preset: The preset whose budget trained the FCN.
        reference: Key of this set of references: hex digits, a hash of what decides them.
    """

    dataset: str
    score: str
    value: float
    higher_is_better: bool | None
    n_samples: int | None = None
    classifier: str | None = None
    data_hash: str
    treatment: str
    protocol_version: int
    preset: str
    reference: str


STATUSES: dict[str, str] = {
    "ok": "all scores asked for are there",
    "failed": "an error; its traceback is kept",
    "diverged": "a loss that is NaN or infinite",
    "out_of_memory": "not enough memory, also with no other job beside it",
    "timeout": "longer than it was given",
    "killed": "the process was ended from outside",
}


@lru_cache
def schema_of(record: type) -> pa.Schema:
    """Return the parquet schema of a record class."""
    return pa.schema([pa.field(name, column, nullable) for name, column, _, nullable in _columns(record)])


@lru_cache
def _columns(record: type) -> list[tuple[str, pa.DataType, type | tuple[type, ...], bool]]:
    """Return name, type, accepted values and whether null is one of them, of each column."""
    return [(field.name, *_COLUMN[_plain(field)], NoneType in get_args(field.type)) for field in fields(record)]


def _plain(field: Field) -> type:
    options = get_args(field.type) or (field.type,)
    return next(option for option in options if isinstance(option, type) and option is not NoneType)


def to_table(record: type, rows: Iterable[object]) -> pa.Table:
    """Return rows of one record class as a typed table; a column of nothing but nulls keeps its type.

    Raises:
        StoreError: A row is of another class, or a field holds what its column cannot.
    """
    rows = list(rows)
    for row in rows:
        if not isinstance(row, record):
            raise StoreError(f"a {record.__name__} is wanted here, not a {type(row).__name__}")
    arrays = []
    for name, column, accepted, nullable in _columns(record):
        values = [getattr(row, name) for row in rows]
        for value in values:
            if not (isinstance(value, accepted) or (value is None and nullable)):
                raise StoreError(f"{record.__name__}.{name} wants {column}, not {value!r:.60}")
        try:
            arrays.append(pa.array(values, column))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise StoreError(f"{record.__name__}.{name} wants {column}: {one_line(error)}") from error
    return pa.Table.from_arrays(arrays, schema=schema_of(record))
