"""The result store: a folder of parquet shards, one per job, that anyone's tools can read.

    OUT/ucrbench.json               marks the folder as a store, with the version of this layout
    OUT/scores/<job>.parquet        the scores of a job
    OUT/jobs/<attempt>.parquet      one finished attempt at a job
    OUT/references/<key>.parquet    scores of a data set's real series
    OUT/artifacts/<job>/...         samples, latents, training curves, weights
    OUT/artifacts/real/...          a few real series of a data set, for pictures
    OUT/.tmp/                       files that are being written

Every file appears whole or not at all. A job is done only once an attempt with status "ok" is there, and that
row is written after the scores: whatever is cut off in between is run again.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import StoreError, one_line
from .files import write_whole
from .records import JobRow, ReferenceRow, ScoreRow, schema_of, to_table

FORMAT = 1
_MARKER = "ucrbench.json"
_SCRATCH = ".tmp"
_KEY = re.compile(r"[0-9a-f]{4,64}")
_ARTIFACT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_CURVES = pa.schema([("stage", pa.string()), ("step", pa.int64()), ("name", pa.string()), ("value", pa.float64())])
# pandas' nullable types, so that a column has one type whether or not it holds nulls.
_PANDAS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
# A shard has a handful of rows: what serves large files (dictionaries, statistics, the schema a second time)
# would make it three times as large and slower to open.
_PARQUET = {
    "use_dictionary": False,
    "write_statistics": False,
    "store_schema": False,
    "write_page_checksum": True,
}


class ResultStore:
    """Scores, attempts, references and artifacts of a sweep.

    Opening writes nothing: the folder is made by the first write, or by `prepare`. A store holds nothing but
    its path and can be sent to other processes.

    Args:
        path: The store's folder.
        create: Whether the folder may be new. Without it, the store is opened for reading alone.

    Raises:
        StoreError: There is no store at `path` (and `create` is not set), the folder holds something else, or
            a newer version wrote it.
    """

    def __init__(self, path: str | Path, create: bool = False):
        self.path = Path(path)
        self.create = create
        try:
            self._check()
        except OSError as error:
            raise StoreError(f"cannot open {self.path}: {one_line(error)}") from error

    def __repr__(self) -> str:
        return f"ResultStore({str(self.path)!r})"

    def _check(self) -> None:
        marker = self.path / _MARKER
        if self.path.exists() and not self.path.is_dir():
            raise StoreError(f"{self.path} is a file; name a folder")
        if marker.is_file():
            try:
                version = json.loads(marker.read_text(encoding="utf-8"))["format"]
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(f"{marker} cannot be read; name another folder") from error
            if version != FORMAT:
                raise StoreError(f"{self.path} has layout {version}, this version reads {FORMAT}; update ucrbench")
        # A run that was cut off before the marker was in place leaves only the scratch folder.
        elif self.path.is_dir() and any(entry.name != _SCRATCH for entry in self.path.iterdir()):
            raise StoreError(f"{self.path} holds something else; name a new or empty folder, or a store")
        elif not self.create:
            raise StoreError(f"there are no results at {self.path}; write some with `ucrbench run`")

    def prepare(self) -> None:
        """Make the folder, so that one that cannot be written is found out before any work is done.

        Raises:
            StoreError: The folder cannot be made or written to, or the store is open for reading.
        """
        text = json.dumps({"format": FORMAT, "what": "ucrbench results"}) + "\n"
        self._write_file(self.path / _MARKER, lambda file: file.write(text.encode("ascii")))

    def write_success(self, job_row: JobRow, score_rows: Iterable[ScoreRow]) -> None:
        """Store a job that went well: its scores, then its attempt.

        Scores stored for the job before stay, unless one of the same name is given here.

        Raises:
            StoreError: The rows do not belong together or do not fit the schema, or cannot be written.
        """
        rows = list(score_rows)
        names = [row.score for row in rows]
        if job_row.status != "ok":
            raise StoreError(f'a success has status "ok", not "{job_row.status}"; use write_failure')
        if len(set(names)) < len(names) or any(row.job != job_row.job for row in rows):
            raise StoreError(f"the scores of job {job_row.job} must be its own, each once")
        to_table(JobRow, [job_row])  # found wrong before anything is written
        self._merge(self.path / "scores" / f"{_key(job_row.job)}.parquet", ScoreRow, rows)
        self._write_attempt(job_row)

    def write_failure(self, job_row: JobRow) -> None:
        """Store an attempt that went wrong. It never counts as done.

        Raises:
            StoreError: The status is "ok", or the row does not fit the schema or cannot be written.
        """
        if job_row.status == "ok":
            raise StoreError('a failure needs a status other than "ok"; use write_success')
        self._write_attempt(job_row)

    def write_references(self, rows: Iterable[ReferenceRow]) -> None:
        """Store real-data references, a shard per `reference` key; same-named scores are replaced.

        Raises:
            StoreError: The rows do not fit the schema or cannot be written.
        """
        by_key: dict[str, list[ReferenceRow]] = {}
        for row in rows:
            by_key.setdefault(row.reference, []).append(row)
        for key, group in by_key.items():
            self._merge(self.path / "references" / f"{_key(key)}.parquet", ReferenceRow, group)

    def scores(self) -> pd.DataFrame:
        """All scores, one row each, with the fields of `ScoreRow` as columns.

        A job that was cut off just before its end has scores here and is not among `finished()`.

        Raises:
            StoreError: A shard cannot be read; the message names it.
        """
        return self._frame("scores", ScoreRow)

    def jobs(self) -> pd.DataFrame:
        """All finished attempts, one row each, with the fields of `JobRow` as columns.

        Raises:
            StoreError: A shard cannot be read; the message names it.
        """
        return self._frame("jobs", JobRow)

    def references(self) -> pd.DataFrame:
        """All real-data references, with the fields of `ReferenceRow` as columns.

        Raises:
            StoreError: A shard cannot be read; the message names it.
        """
        return self._frame("references", ReferenceRow)

    def finished(self) -> dict[str, set[str]]:
        """The jobs with a successful attempt, and the names of the scores each has.

        Raises:
            StoreError: A shard cannot be read; the message names it.
        """
        attempts = self._table("jobs", JobRow, ["job", "status"])
        done: dict[str, set[str]] = {
            job: set()
            for job, status in zip(*(attempts[name].to_pylist() for name in ("job", "status")), strict=True)
            if status == "ok"
        }
        scores = self._table("scores", ScoreRow, ["job", "score"])
        for job, score in zip(scores["job"].to_pylist(), scores["score"].to_pylist(), strict=True):
            if job in done:
                done[job].add(score)
        return done

    def artifact_path(self, job: str, name: str) -> Path:
        """Where an artifact of a job lies, or would lie.

        Raises:
            StoreError: `job` is no key, or `name` no plain file name.
        """
        if not _ARTIFACT.fullmatch(name):
            raise StoreError(f"{name!r} is no name for an artifact; use letters, digits and . _ -")
        return self.path / "artifacts" / _key(job) / name

    def save_artifact(self, job: str, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Store an artifact of any kind whole: `write` fills the binary file it is given.

        Raises:
            StoreError: As `artifact_path`, or the file cannot be written.
        """
        self._write(self.artifact_path(job, name), write)

    def save_arrays(self, job: str, name: str, **arrays: np.ndarray) -> None:
        """Store named arrays of a job under "samples" or "latents".

        samples: `unconditional` (n, L'), `conditional` (m, L') float32, `conditional_labels` (m,) int64.
        latents: `train`, `test` pooled features, `y_train`, `y_test`, and where there is a quantiser
        `train_continuous`, `test_continuous`.

        Raises:
            StoreError: As `save_artifact`, or an array holds Python objects.
        """
        self._write_arrays(self.artifact_path(job, f"{name}.npz"), arrays)

    def arrays(self, job: str, name: str) -> dict[str, np.ndarray] | None:
        """Arrays as `save_arrays` stored them, None where none were. Raises StoreError for an unreadable file."""
        return _read_arrays(self.artifact_path(job, f"{name}.npz"))

    def samples(self, job: str) -> dict[str, np.ndarray] | None:
        """Generated series of a job, None where none were kept. Raises StoreError for an unreadable file."""
        return self.arrays(job, "samples")

    def latents(self, job: str) -> dict[str, np.ndarray] | None:
        """Pooled latents of a job, None where none were kept. Raises StoreError for an unreadable file."""
        return self.arrays(job, "latents")

    def save_curves(self, job: str, frame: pd.DataFrame) -> None:
        """Store training curves: a frame with the columns stage, step, name, value.

        Raises:
            StoreError: A column lacks, or the file cannot be written.
        """
        if missing := [name for name in _CURVES.names if name not in frame]:
            raise StoreError(f"the curves of job {job} lack the column {missing[0]}")
        table = pa.Table.from_pandas(frame[_CURVES.names], schema=_CURVES, preserve_index=False)
        self._write_table(self.artifact_path(job, "curves.parquet"), table)

    def curves(self, job: str) -> pd.DataFrame | None:
        """Training curves of a job, None where none were kept. Raises StoreError for an unreadable file."""
        path = self.artifact_path(job, "curves.parquet")
        return _read_shard(path, _CURVES).to_pandas() if path.is_file() else None

    def save_real(self, dataset: str, x: np.ndarray, y: np.ndarray) -> None:
        """Store a few real test series of a data set for pictures: x (n, L) float32, y (n,) int64.

        Raises:
            StoreError: The file cannot be written.
        """
        self._write_arrays(self._real_path(dataset), {"x": x, "y": y})

    def real(self, dataset: str) -> tuple[np.ndarray, np.ndarray] | None:
        """The real series kept for pictures, (x, y), or None. Raises StoreError for an unreadable file."""
        arrays = _read_arrays(self._real_path(dataset))
        return None if arrays is None else (arrays["x"], arrays["y"])

    def _real_path(self, dataset: str) -> Path:
        # A name from outside must neither leave the folder nor be longer than a file name may be.
        name = quote(dataset, safe="")
        if len(name) > 200:
            name = hashlib.sha256(dataset.encode()).hexdigest()
        return self.path / "artifacts" / "real" / f"{name}.npz"

    def _write_arrays(self, path: Path, arrays: dict[str, np.ndarray]) -> None:
        if objects := [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]:
            raise StoreError(f"array {objects[0]} holds Python objects; store numbers")
        self._write(path, lambda file: np.savez_compressed(file, **arrays))

    def _write_attempt(self, row: JobRow) -> None:
        _key(row.job)
        path = self.path / "jobs" / f"{_key(row.attempt)}.parquet"
        self._write_table(path, to_table(JobRow, [row]))

    def _merge(self, path: Path, record: type, rows: Sequence[ScoreRow] | Sequence[ReferenceRow]) -> None:
        table = to_table(record, rows)
        if path.is_file():
            old = self._load([path], record, None)
            stale = pa.array([name in {row.score for row in rows} for name in old["score"].to_pylist()], pa.bool_())
            table = pa.concat_tables([old.filter(pc.invert(stale)), table])
        self._write_table(path, table)

    def _write_table(self, path: Path, table: pa.Table) -> None:
        self._write(path, lambda file: pq.write_table(table, file, **_PARQUET))

    def _write(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        if not (self.path / _MARKER).is_file():
            self.prepare()
        self._write_file(path, write)

    def _write_file(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        if not self.create:
            raise StoreError(f"{self.path} was opened for reading; open it with create=True to write")
        write_whole(path, self.path / _SCRATCH, write)

    def _frame(self, folder: str, record: type) -> pd.DataFrame:
        return self._table(folder, record, None).to_pandas(types_mapper=_PANDAS.get)

    def _table(self, folder: str, record: type, columns: list[str] | None) -> pa.Table:
        # By name, so that the table does not depend on the order of writing.
        return self._load(sorted((self.path / folder).glob("*.parquet")), record, columns)

    def _load(self, paths: list[Path], record: type, columns: list[str] | None) -> pa.Table:
        schema = schema_of(record)
        if columns is not None:
            schema = pa.schema([schema.field(name) for name in columns])
        return pa.concat_tables([schema.empty_table(), *(_read_shard(path, schema) for path in paths)])


def _key(key: str) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise StoreError(f"{key!r} is no key; keys are 4 to 64 lower-case hex digits")
    return key


def _read_shard(path: Path, schema: pa.Schema) -> pa.Table:
    """The columns of `schema` of one shard; those that an older version did not write yet are null."""
    try:
        # Checksums of the pages are compared: a flipped bit is an error, not a slightly other number.
        # One file after the other and without threads: for thousands of small files that is the quick way.
        file = pq.ParquetFile(path, page_checksum_verification=True)
        table = file.read(columns=schema.names, use_threads=False)
        if table.schema.equals(schema):
            return table
        nulls = {field.name: pa.nulls(table.num_rows, field.type) for field in schema}
        found = {name: table[name] for name in table.column_names}
        return pa.table(nulls | found).select(schema.names).cast(schema)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read; move it away and run its job again") from error


def _read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except Exception as error:  # a damaged zip raises from zipfile, zlib, struct or numpy
        raise StoreError(f"{path} cannot be read; move it away and run its job again") from error
