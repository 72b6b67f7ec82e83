"""A published file: the rows of a result folder in one parquet, to be read wherever a folder is read.

Column `table` says of which table a row is: "scores", "jobs" or "references" (as `records` has them); the columns of
other tables are null there. The parquet's metadata holds, as JSON under `ucrbench.publication`, the statement of those
who publish, facts that follow from the rows, and a SHA-256 over the rows in whatever order.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .errors import StoreError, one_line
from .packing import packed, rows_hash, unpacked
from .standing import standing, usual_scores
from .store import TABLES, to_frame

FORMAT = 2
KEY = b"ucrbench.publication"
USES_TEST = {
    "none": "no test series in training",
    "series": "test series without their labels in training",
    "labels": "test labels in training",
}
_MAY_BE_EMPTY = ("url", "citation")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The statement of those who publish results.

    Attributes:
        title: Short name of the results, by which reports tell their methods from others.
        authors: Who made them.
        contact: Whom to ask, such as an address.
        code: Where the code lies that made them.
        licence: Under which the file may be used.
        uses_test: A key of `USES_TEST`: what of the test splits was used in training.
        url: Where more is said of them; may be empty.
        citation: How to cite them; may be empty.
    """

    title: str
    authors: str
    contact: str
    code: str
    licence: str
    uses_test: str
    url: str = ""
    citation: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            text = getattr(self, field.name)
            if not isinstance(text, str) or not (text.strip() or field.name in _MAY_BE_EMPTY):
                raise StoreError(f"the statement lacks {field.name}; state it")
            if not (text.isprintable() and len(text) <= 1000):
                raise StoreError(f"{field.name} must be one line of at most 1000 characters")
        if len(self.title) > 60 or set(self.title) & set("[]"):
            raise StoreError(f"title {self.title[:70]!r}: at most 60 characters, and no square brackets")
        if self.uses_test not in USES_TEST:
            raise StoreError(f"uses_test {self.uses_test!r}: there are {', '.join(USES_TEST)}")


class Publication:
    """A published file, open for reading; it has the tables of a `ResultStore`, and no series, latents or curves.

    Opening reads the metadata alone. The rows are read, and held against it, when they are first asked for.

    Args:
        path: The file.

    Attributes:
        statement: The statement of those who published it.
        about: All of the metadata: `facts`, `written_at`, `written_by` (version of the package), `rows_sha256`.

    Raises:
        StoreError: There is no such file, it is no published one, its format is not known, or a statement lacks.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        try:
            metadata = pq.read_schema(self.path).metadata or {}
        except FileNotFoundError:
            raise StoreError(f"there is no file {self.path}; make one with `ucrbench publish`") from None
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"{self.path} cannot be read as parquet: {one_line(error)}") from error
        if KEY not in metadata:
            raise StoreError(f"{self.path} is no published file; make one with `ucrbench publish`")
        try:
            self.about = dict(json.loads(metadata[KEY]))
        except (ValueError, TypeError) as error:
            raise self._refused("its metadata cannot be read") from error
        if (version := self.about.get("format")) != FORMAT:
            raise self._refused(
                f"it has format {version}, this version reads {FORMAT}; publish it anew, or update ucrbench"
            )
        stated = {field.name: self.about.get(field.name, "") for field in fields(Statement)}
        try:
            self.statement = Statement(**stated)
        except StoreError as error:
            raise self._refused(str(error)) from error

    def table(self, name: str) -> pa.Table:
        """Return one of the tables of `store.TABLES`, sorted by its keys.

        Raises:
            StoreError: The file cannot be read, was altered, or is incomplete.
        """
        return self._tables[name]

    def scores(self) -> pd.DataFrame:
        """Return all scores as `ResultStore.scores` does; raise as `table`."""
        return to_frame(self.table("scores"))

    def jobs(self) -> pd.DataFrame:
        """Return all attempts as `ResultStore.jobs` does, without errors and tracebacks; raise as `table`."""
        return to_frame(self.table("jobs"))

    def references(self) -> pd.DataFrame:
        """Return all references as `ResultStore.references` does; raise as `table`."""
        return to_frame(self.table("references"))

    def samples(self, job: str) -> None:
        """Return None: a published file holds no generated series."""

    def latents(self, job: str) -> None:
        """Return None: a published file holds no latents."""

    def curves(self, job: str) -> None:
        """Return None: a published file holds no training curves."""

    def real(self, dataset: str) -> None:
        """Return None: a published file holds no series of a data set."""

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        try:
            whole = pq.ParquetFile(self.path).read()
            if rows_hash(whole) != self.about.get("rows_sha256"):
                raise self._refused("its rows are not those that were published")
            tables = {name: unpacked(whole, name) for name in TABLES}
        except (OSError, pa.ArrowException, KeyError) as error:
            raise self._refused(one_line(error)) from error
        if self.about.get("facts") != facts(tables):
            raise self._refused("its metadata tells other jobs, failures or versions than its rows")
        if lack := lacking(tables):
            raise self._refused(lack)
        return tables

    def _refused(self, why: str) -> StoreError:
        return StoreError(f"{self.path} is refused: {why}")


def facts(tables: Mapping[str, pa.Table]) -> dict[str, object]:
    """Return the facts that follow from rows: how many jobs finished and failed, data sets, presets, versions."""
    jobs = tables["jobs"]
    last = standing(to_frame(jobs))["status"].value_counts()
    return {
        "finished": int(last.get("ok", 0)),
        "failed": {str(status): int(count) for status, count in sorted(last.items()) if status != "ok"},
        "scores": tables["scores"].num_rows,
        "datasets": len(_distinct(jobs, "dataset")),
        "methods": _distinct(jobs, "variant"),
        "presets": _distinct(jobs, "preset"),
        "protocol_versions": _distinct(jobs, "protocol_version"),
        "ucrbench": _distinct(jobs, "ucrbench"),
        "commits": _distinct(jobs, "commit"),
        "devices": _distinct(jobs, "device"),
    }


def lacking(tables: Mapping[str, pa.Table]) -> str:
    """Return in one line what rows lack, a finished job or scores that others of its kind have; "" for nothing."""
    scores, jobs = to_frame(tables["scores"]), to_frame(tables["jobs"])
    good = jobs[jobs["status"] == "ok"].drop_duplicates("job")
    if scores.empty or good.empty:
        return "it holds no finished job with a score"
    have = {job: set(names) for job, names in scores.groupby("job")["score"]}
    lack = {job: sorted(names - have.get(job, set())) for job, names in usual_scores(good, scores).items()}
    if not (lack := {job: names for job, names in lack.items() if names}):
        return ""
    row = good.set_index("job").loc[min(lack)]
    return (
        f"{len(lack)} finished job{'s lack' if len(lack) > 1 else ' lacks'} scores, such as {row['variant']} on "
        f"{row['dataset']}, seed {row['seed']}: {', '.join(lack[min(lack)])}; run them again"
    )


def _distinct(table: pa.Table, column: str) -> list:
    return sorted(value for value in set(table[column].to_pylist()) if value is not None)


def metadata_of(statement: Statement, tables: Mapping[str, pa.Table], **written: str) -> dict[bytes, bytes]:
    """Return the metadata of a published file of these tables."""
    about = {"format": FORMAT, **asdict(statement), **written}
    about |= {"facts": facts(tables), "rows_sha256": rows_hash(packed(tables))}
    return {KEY: json.dumps(about, sort_keys=True).encode("ascii")}
