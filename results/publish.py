"""Writing a published file from a result folder."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import StoreError
from .files import sync_folder, write_whole
from .packing import packed
from .provenance import versions
from .publication import Publication, Statement, lacking, metadata_of
from .store import ResultStore

_PRIVATE = ("error", "traceback")  # of attempts: they tell of the machine, its folders and who works there


def publish(
    out: str | Path,
    path: str | Path,
    statement: Statement,
    datasets: Collection[str] | None = None,
    variants: Collection[str] | None = None,
) -> Publication:
    """Write the results of a folder, or a part of them, as one parquet, for others to read.

    It holds the scores of every finished job, all attempts at jobs, without errors and tracebacks, and of each data
    set's real series the references. It appears whole or not at all; one that was there is replaced.

    Args:
        out: Folder of the results.
        path: The file, with the ending .parquet.
        statement: The statement of those who publish it.
        datasets: The data sets to publish; None for all.
        variants: The variants to publish; None for all.

    Returns:
        The file, open for reading and checked.

    Raises:
        StoreError: The folder cannot be read, no job has finished, jobs lack scores that others of the same kind
            have, the name of the file has another ending, or cannot be written.
    """
    path = Path(path)
    if path.suffix != ".parquet":
        raise StoreError(f"{path}: the name of a published file ends in .parquet; write {path.stem}.parquet")
    store = ResultStore(out)
    tables = _tables(store, {"dataset": datasets, "variant": variants})
    if lack := lacking(tables):
        raise StoreError(f"{store.path} cannot be published: {lack}")
    written = {"written_at": datetime.now(UTC).isoformat(timespec="seconds"), "written_by": versions()["ucrbench"]}
    table = packed(tables).replace_schema_metadata(metadata_of(statement, tables, **written))
    write_whole(path, path.parent, lambda file: pq.write_table(table, file, compression="zstd"))
    sync_folder(path.parent)
    return Publication(path)


def _tables(store: ResultStore, wanted: Mapping[str, Collection[str] | None]) -> dict[str, pa.Table]:
    jobs = _part(store.table("jobs"), wanted)
    finished = set(jobs.filter(pc.field("status") == "ok")["job"].to_pylist())
    scores = store.table("scores")
    # Scores of a job that was cut off before its end count nowhere.
    scores = scores.filter(pa.array([job in finished for job in scores["job"].to_pylist()], pa.bool_()))
    for name in _PRIVATE:
        place = jobs.column_names.index(name)
        jobs = jobs.set_column(place, jobs.schema.field(name), pa.nulls(jobs.num_rows, pa.string()))
    references = _part(store.table("references"), {"dataset": wanted["dataset"]})
    return {"scores": scores, "jobs": jobs, "references": references}


def _part(table: pa.Table, wanted: Mapping[str, Collection[str] | None]) -> pa.Table:
    """Return the rows whose columns hold the names that are wanted."""
    for column, names in wanted.items():
        if names is not None:
            table = table.filter(pc.field(column).isin(sorted(names)))
    return table


def open_results(path: str | Path) -> ResultStore | Publication:
    """Open results for reading: a result folder, or a published file.

    Raises:
        StoreError: There is neither at `path`, or it cannot be read.
    """
    path = Path(path)
    return Publication(path) if path.suffix == ".parquet" and not path.is_dir() else ResultStore(path)
