"""The result store: a folder of parquet shards, at first one per job or few jobs, that anyone's tools can read.

    OUT/ucrbench.json               marks the folder as a store, with the version of this layout
    OUT/scores/*.parquet            the scores of jobs
    OUT/jobs/*.parquet              finished attempts at jobs
    OUT/references/*.parquet        scores of data sets' real series
    OUT/artifacts/<job>/...         samples, latents, training curves, weights, and their checksums
    OUT/artifacts/real/...          a few real series of a data set, for pictures
    OUT/checkpoints/<job>.<stage>   where an unfinished job goes on
    OUT/set-aside/                  damaged files that `check` took out
    OUT/.tmp/, OUT/.claims/         files that are being written; who is at which job

Every file appears whole or not at all. A job is done only once an attempt with status "ok" is there, and that
row is written after the scores: whatever is cut off in between is run again.
"""

import contextlib
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from .artifacts import Artifacts, check_key
from .checkpoints import Checkpoints
from .compaction import JOBS_PER_PART, compacting, gather, pieces, settle
from .errors import StoreError
from .files import leftovers, sync_folder
from .records import JobRow, ReferenceRow, ScoreRow, schema_of, to_table
from .shards import Loaded, combine, list_shards, load_shards, write_shard
from .standing import standing
from .watch import Watch

# The tables: folder, class of the rows, and the columns of which no two rows share the values. The first of these is
# the key in the name of a shard.
TABLES: dict[str, tuple[type, list[str]]] = {
    "scores": (ScoreRow, ["job", "score"]),
    "jobs": (JobRow, ["attempt"]),
    "references": (ReferenceRow, ["reference", "score"]),
}
# pandas' nullable types, so that a column has one type whether or not it holds nulls.
_PANDAS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
_COMPACTING_SECONDS = 60.0


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table of rows as a frame; a column has one type whether or not it holds nulls."""
    # In one piece: every later step on a column of thousands of chunks would go through them all.
    return table.combine_chunks().to_pandas(types_mapper=_PANDAS.get)


class ResultStore(Artifacts, Checkpoints):
    """Scores, attempts, references, artifacts and checkpoints of a sweep.

    Opening writes nothing: the folder is made by the first write, or by `prepare`. Several processes may write to
    one store at the same time. A store can be sent to other processes.

    Args:
        path: The store's folder.
        create: Whether the folder may be new. Without it, the store is opened for reading alone.

    Raises:
        StoreError: There is no store at `path` (and `create` is not set), the folder holds something else, or
            a newer version wrote it.
    """

    def __init__(self, path: str | Path, create: bool = False):
        super().__init__(path, create)
        self._order = 0  # of the last write; unknown before the first
        self._written: dict[str, Loaded] = {}  # shards of this process that it has not put together yet
        self._jobs = 0  # and how many jobs that is
        self._own: set[str] = set()  # names of all shards of this process
        self._lock = threading.Lock()  # for the first three: several threads may write, each its jobs

    def __getstate__(self) -> dict[str, object]:
        state = {**self.__dict__, "_order": 0, "_written": {}, "_jobs": 0, "_own": set()}
        del state["_lock"]
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def write_success(self, job_row: JobRow, score_rows: Iterable[ScoreRow]) -> None:
        """Store a job that went well: its scores, then its attempt; checkpoints of it are removed.

        Scores stored for the job before stay, unless one of the same name is given here. `ScoreRow.attempt` is set
        to the attempt. Many small shards are put together into few now and then.

        Raises:
            StoreError: The rows do not belong together or do not fit the schema, or cannot be written.
        """
        if job_row.status != "ok":
            raise StoreError(f'a success has status "ok", not "{job_row.status}"; use write_failure')
        self.write_attempts([(job_row, score_rows)])

    def write_failure(self, job_row: JobRow) -> None:
        """Store an attempt that went wrong. It never counts as done.

        Raises:
            StoreError: The status is "ok", or the row does not fit the schema or cannot be written.
        """
        if job_row.status == "ok":
            raise StoreError('a failure needs a status other than "ok"; use write_success')
        self.write_attempts([(job_row, [])])

    def write_attempts(self, attempts: Iterable[tuple[JobRow, Iterable[ScoreRow]]]) -> None:
        """Store attempts at several jobs at the price of one: each as `write_success` or `write_failure` does.

        Raises:
            StoreError: As these two; nothing was written where rows are wrong.
        """
        pairs = [(job_row, list(score_rows)) for job_row, score_rows in attempts]
        jobs, scores = [job_row for job_row, _ in pairs], [row for _, rows in pairs for row in rows]
        score_table, job_table = to_table(ScoreRow, scores), to_table(JobRow, jobs)
        for job_row, rows in pairs:
            check_key(job_row.job)
            check_key(job_row.attempt)
            if len({row.score for row in rows}) < len(rows) or any(row.job != job_row.job for row in rows):
                raise StoreError(f"the scores of job {job_row.job} must be its own, each once")
            if rows and job_row.status != "ok":
                raise StoreError(f'job {job_row.job} has scores and the status "{job_row.status}"; scores are for "ok"')
        if scores:
            owners = pa.array([job_row.attempt for job_row, rows in pairs for _ in rows], pa.string())
            place = score_table.column_names.index("attempt")
            self._add("scores", scores[0].job, score_table.set_column(place, "attempt", owners))
        if jobs:
            self._add("jobs", jobs[0].attempt, job_table)
            for job_row in jobs:
                if job_row.status == "ok":
                    self.remove_checkpoints(job_row.job)
            self._wrote(len(jobs))

    def write_references(self, rows: Iterable[ReferenceRow]) -> None:
        """Store real-data references; same-named scores of the same `reference` key are replaced.

        Raises:
            StoreError: The rows do not fit the schema or cannot be written.
        """
        rows = list(rows)
        table = to_table(ReferenceRow, rows)
        keys = table["reference"].to_pylist()
        for key in dict.fromkeys(map(check_key, keys)):
            self._add("references", key, table.filter(pa.array([other == key for other in keys])))

    def write_tables(self, tables: dict[str, pa.Table]) -> None:
        """Store many rows at once: tables by name, in the schemas of their records and sorted by their keys.

        Raises:
            StoreError: The rows cannot be written.
        """
        for name, (_, keys) in TABLES.items():
            for piece in pieces(tables[name], keys) if name in tables else ():
                if piece.num_rows:
                    self._add(name, piece[keys[0]][0].as_py(), piece)
        self._written = {}
        sync_folder(self.path / "jobs")

    def compact(self) -> None:
        """Leave every row once, in few shards, and no unfinished file of a process that is gone.

        For the end of a sweep; `write_success` and `write_failure` see to it in between that shards do not become
        too many. Waits up to a minute for another process that compacts, and leaves it to that one then.

        Raises:
            StoreError: A shard is damaged, or the store cannot be written.
        """
        self._ready()
        for path in leftovers(self.scratch):
            path.unlink(missing_ok=True)
        with compacting(self.path, _COMPACTING_SECONDS) as alone:
            for name, (record, keys) in TABLES.items() if alone else ():
                settle(self.path / name, schema_of(record), keys, self.scratch)

    def scores(self) -> pd.DataFrame:
        """Return all scores, one row each, with the fields of `ScoreRow` as columns, sorted by job and score.

        A job that was cut off just before its end has scores here and is not among `finished()`.

        Raises:
            StoreError: A shard is damaged; the message names it.
        """
        return self._frame("scores")

    def jobs(self) -> pd.DataFrame:
        """Return all finished attempts, one row each, with the fields of `JobRow` as columns, sorted by attempt.

        Raises:
            StoreError: A shard is damaged; the message names it.
        """
        return self._frame("jobs")

    def standing(self) -> pd.DataFrame:
        """Return one row per job over all its attempts, with the columns that `standing` describes.

        Raises:
            StoreError: A shard is damaged; the message names it.
        """
        return standing(self.jobs())

    def watch(self) -> Watch:
        """Return a watch that tells which jobs other processes try from now on; raise as `jobs`."""
        return Watch(self.path, self._own)

    def references(self) -> pd.DataFrame:
        """Return all real-data references, with the fields of `ReferenceRow` as columns, sorted by reference and score.

        Raises:
            StoreError: A shard is damaged; the message names it.
        """
        return self._frame("references")

    def table(self, name: str) -> pa.Table:
        """Return one of the three tables ("scores", "jobs", "references") as an arrow table; raise as `scores`."""
        record, keys = TABLES[name]
        schema = schema_of(record)
        return combine(load_shards(self.path / name, schema), schema, keys)

    def finished(self) -> dict[str, set[str]]:
        """Return the jobs with a successful attempt, and the names of the scores each has.

        Raises:
            StoreError: A shard is damaged; the message names it.
        """
        done = {job: set() for job, status in self._pairs("jobs", "job", "status") if status == "ok"}
        for job, score in self._pairs("scores", "job", "score"):
            if job in done:
                done[job].add(score)
        return done

    def _pairs(self, table: str, first: str, second: str) -> Iterable[tuple[str, str]]:
        schema = schema_of(TABLES[table][0])
        schema = pa.schema([schema.field(first), schema.field(second)])
        for one in load_shards(self.path / table, schema):
            yield from zip(one.table[first].to_pylist(), one.table[second].to_pylist(), strict=True)

    def _frame(self, name: str) -> pd.DataFrame:
        return to_frame(self.table(name))

    def _add(self, name: str, key: str, table: pa.Table) -> None:
        self._ready()
        with self._lock:
            if not self._order:
                self._order = max((s.order for folder in TABLES for s in list_shards(self.path / folder)), default=0)
            # A clock that is set back must not make a later write count less.
            order = self._order = max(time.time_ns(), self._order + 1)
        shard = write_shard(self.path / name, check_key(key), order, table, self.scratch)
        self._written[shard.shard.name] = shard
        self._own.add(shard.shard.name)

    def _wrote(self, jobs: int) -> None:
        # The last of a job's files: most file systems keep the order of renames, so that this holds for all of them.
        # Where it does not, a power cut may leave an attempt without its scores, and these are made again.
        sync_folder(self.path / "jobs")
        with self._lock:
            self._jobs += jobs
            if self._jobs < JOBS_PER_PART:
                return
            written, self._written, self._jobs = self._written, {}, 0
        # Housekeeping ends no sweep: a folder that cannot be written is told by the next write, and a damaged shard
        # by the next reading.
        with contextlib.suppress(StoreError), compacting(self.path, 0) as alone:
            for name, (record, keys) in TABLES.items() if alone else ():
                gather(self.path / name, schema_of(record), keys, self.scratch, written)
