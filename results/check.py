"""A check of a whole store: what is damaged is set aside, and what has to be run again is listed."""

import contextlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from .artifacts import SUMS, is_key, read_arrays, read_artifact, read_curves, read_sums
from .errors import DamagedError, StoreError, one_line
from .files import leftovers
from .records import schema_of
from .shards import Shard, list_shards, load_shard, parse
from .standing import usual_scores
from .store import TABLES, ResultStore

SET_ASIDE = "set-aside"
Kind = Literal["damaged", "malformed", "orphan", "missing", "leftover"]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        kind: "damaged": the content is not what was written; "malformed": rows that this package does not write;
            "orphan": scores of a job without an attempt that went well; "missing": scores that a finished job lacks;
            "leftover": an unfinished file, or a checkpoint that nobody needs any more.
        where: Path within the store, or the key of a job.
        what: One line.
    """

    kind: Kind
    where: str
    what: str


@dataclass(frozen=True)
class CheckResult:
    """The findings of a check, and the jobs to run again.

    Attributes:
        findings: In the order of tables, artifacts, jobs.
        again: Keys of the jobs to run again, sorted. A job whose key was in damaged rows alone may not be among
            them: the `run` that made it knows, and runs what lacks.
        files: Number of files that were read.
    """

    findings: tuple[Finding, ...]
    again: tuple[str, ...]
    files: int

    @property
    def ok(self) -> bool:
        """True if nothing was found."""
        return not self.findings


def check(out: str | Path, wanted: Mapping[str, Collection[str]] | None = None, mend: bool = True) -> CheckResult:
    """Read every file of a store, and hold the tables against each other.

    Args:
        out: Folder of the store.
        wanted: The scores wanted of each job, by its key; if None, those that any job of the same variant and preset
            has are expected of all of them.
        mend: Whether to move damaged and malformed files to OUT/set-aside, to remove leftovers, and to compact; else
            nothing is changed.

    Raises:
        StoreError: `out` is no store, or cannot be written.
    """
    looked = _Look(ResultStore(out, create=mend), mend)
    if not (looked.store.path / "ucrbench.json").is_file():
        ResultStore(out)  # tells that there is none
    suspects = looked.tables()
    looked.artifacts()
    again = looked.jobs(wanted)
    looked.leftovers()
    if mend:
        looked.store.compact()
    # What was in a bad shard may be there a second time; only where it is known what is wanted this can be told.
    again |= {job for job in suspects if not (wanted and job in wanted)}
    return CheckResult(tuple(looked.findings), tuple(sorted(again)), looked.files)


class _Look:
    def __init__(self, store: ResultStore, mend: bool):
        self.store, self.mend = store, mend
        self.findings: list[Finding] = []
        self.files = 0
        self.finished: dict[str, set[str]] = {}
        self._rows: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}

    def tables(self) -> set[str]:
        """Read all shards; return the jobs whose rows were in bad ones."""
        suspects: set[str] = set()
        for name, (record, keys) in TABLES.items():
            folder = self.store.path / name
            for shard in list_shards(folder):
                try:
                    table = load_shard(folder, shard, schema_of(record)).table
                except FileNotFoundError:  # put together with others in the meantime
                    continue
                except DamagedError:
                    suspects |= self._keys(folder, shard, name) if name != "references" else set()
                    self._bad("damaged", folder / shard.name, "is not what was written")
                    continue
                self.files += 1
                columns = [column for column in ("job", *keys) if column in table.column_names and column != "score"]
                strange = [key for column in columns for key in table[column].to_pylist() if not is_key(key)]
                if strange:
                    self._bad("malformed", folder / shard.name, f"has {strange[0]!r:.60} for a key")
                    continue
                wanted = [
                    c for c in ("job", "attempt", "status", "score", "variant", "preset") if c in table.schema.names
                ]
                self._rows[name].append(table.select(wanted).to_pandas())
        return suspects

    def artifacts(self) -> None:
        for folder in sorted((self.store.path / "artifacts").glob("*")):
            for path in sorted(folder.iterdir()):
                self.files += 1
                try:
                    if path.name == SUMS:
                        read_sums(folder, strict=True)
                    elif path.name == "curves.parquet":
                        read_curves(path)
                    else:
                        (read_arrays if path.suffix == ".npz" else read_artifact)(path)
                except DamagedError:
                    self._bad("damaged", path, "is not what was written; what was computed from it stays")
        for job, stage in self.store.checkpoints():
            self.files += 1
            if self.store.load_checkpoint(job, stage) is None:
                path = self.store.checkpoint_path(job, stage)
                self._bad("damaged", path, "is not what was written; its stage starts anew")

    def jobs(self, wanted: Mapping[str, Collection[str]] | None) -> set[str]:
        """Hold scores against attempts; return the jobs to run again."""
        attempts, scores = (self._frame(name, ["job", "variant", "preset", last]) for name, last in
                            (("jobs", "status"), ("scores", "score")))  # fmt: skip
        good = attempts[attempts["status"] == "ok"].drop_duplicates("job")
        have = {str(job): set(group) for job, group in scores.groupby("job")["score"]}
        self.finished = {job: have.get(job, set()) for job in good["job"]}
        orphans = sorted(have.keys() - self.finished.keys())
        for job in orphans:
            self._tell("orphan", job, f"has scores and no attempt that went well: {', '.join(sorted(have[job]))}")
        if wanted is None:
            wanted = usual_scores(good, scores)
        again = set(orphans)
        for job, names in sorted(wanted.items()):
            if lacking := sorted(set(names) - self.finished.get(job, set())):
                again.add(job)
                if job in self.finished:
                    self._tell("missing", job, f"lacks {', '.join(lacking)}")
        return again

    def leftovers(self) -> None:
        kept = self.store.checkpoints()
        old = [self.store.checkpoint_path(job, stage) for job, stage in kept if job in self.finished]
        for path in [*leftovers(self.store.scratch), *old]:
            self._tell("leftover", self._within(path), "belongs to nothing that is under way")
            if self.mend:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _frame(self, name: str, columns: list[str]) -> pd.DataFrame:
        return pd.concat([pd.DataFrame(columns=columns), *self._rows[name]], ignore_index=True)

    def _keys(self, folder: Path, shard: Shard, name: str) -> set[str]:
        """Return the jobs of a bad shard, as far as they can still be read."""
        schema = schema_of(TABLES[name][0])
        with contextlib.suppress(StoreError, OSError):
            path = folder / shard.name
            jobs = parse(path.read_bytes(), schema.empty_table().select(["job"]).schema, path)[0]["job"].to_pylist()
            return {job for job in jobs if is_key(job)}
        return {shard.key} if name == "scores" and is_key(shard.key) else set()

    def _bad(self, kind: Kind, path: Path, what: str) -> None:
        self._tell(kind, self._within(path), what)
        if not self.mend:
            return
        place = self.store.path / SET_ASIDE / path.relative_to(self.store.path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            number = 0
            while place.exists():
                number += 1
                place = place.with_name(f"{path.name}.{number}")
            os.replace(path, place)
        except OSError as error:
            raise StoreError(f"cannot set {path} aside: {one_line(error).lower()}; make it writable") from error

    def _tell(self, kind: Kind, where: str, what: str) -> None:
        self.findings.append(Finding(kind, where, what))

    def _within(self, path: Path) -> str:
        return path.relative_to(self.store.path).as_posix()
