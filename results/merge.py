"""Joining stores."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from .errors import StoreError
from .files import write_whole
from .store import ResultStore

_TABLES = ("jobs", "scores", "references")


def merge(sources: Iterable[str | Path], out: str | Path) -> int:
    """Join stores into one. Every attempt is kept; of a job's scores, those of its newest success.

    Merging again, or in another order, gives the same tables; `out` may hold results already and takes part.

    Args:
        sources: Folders of stores; they are only read.
        out: Folder of the joined store; made where it lacks.

    Returns:
        How many jobs with a success the joined store holds.

    Raises:
        StoreError: A folder is no store, `out` is one of the sources, or the stores hold results of different
            versions of the protocol or of a score.
    """
    stores = [ResultStore(path) for path in sources]
    target = ResultStore(out, create=True)
    if any(store.path.resolve() == target.path.resolve() for store in stores):
        raise StoreError(f"{out} is also to be merged; name another folder for the result")
    present = [target] if target.path.is_dir() else []
    _check_versions([*present, *stores])
    target.prepare()
    for store in stores:
        _take(store, target)
    return len(target.finished())


def _check_versions(stores: list[ResultStore]) -> None:
    frames = [store.scores().assign(store=str(store.path)) for store in stores]
    rows = pd.concat(frames, ignore_index=True)
    if rows["protocol_version"].nunique() > 1:
        raise StoreError(f"different protocol versions in {_where(rows, 'protocol_version')}; merge them apart")
    for score, group in rows.groupby("score"):
        if group["score_version"].nunique() > 1:
            raise StoreError(f"different versions of {score} in {_where(group, 'score_version')}; merge them apart")


def _where(rows: pd.DataFrame, column: str) -> str:
    return ", ".join(f"{path} ({version})" for path, version in rows[["store", column]].drop_duplicates().to_numpy())


def _take(source: ResultStore, target: ResultStore) -> None:
    """Copy a store's shards and artifacts; where both hold a job's scores, those of the newer success stay."""
    ours, theirs = _newest(target), _newest(source)
    newer = {job for job in theirs.index if job not in ours.index or theirs[job] > ours[job]}
    for path in sorted((source.path / "artifacts").glob("*/*")):
        place = target.path / path.relative_to(source.path)
        if path.parent.name in newer or not place.exists():
            _copy(path, place, target)
    for path in sorted((source.path / "references").glob("*.parquet")):
        _copy(path, target.path / "references" / path.name, target)
    for job in sorted(newer):
        _copy(source.path / "scores" / f"{job}.parquet", target.path / "scores" / f"{job}.parquet", target)
    for path in sorted((source.path / "jobs").glob("*.parquet")):
        if not (target.path / "jobs" / path.name).exists():
            _copy(path, target.path / "jobs" / path.name, target)


def _newest(store: ResultStore) -> pd.Series:
    """When each job last succeeded."""
    jobs = store.jobs() if store.path.is_dir() else pd.DataFrame(columns=["job", "status", "finished_at"])
    return jobs[jobs["status"] == "ok"].groupby("job")["finished_at"].max()


def _copy(path: Path, place: Path, target: ResultStore) -> None:
    def write(file) -> None:
        with path.open("rb") as source:
            shutil.copyfileobj(source, file)

    write_whole(place, target.path / ".tmp", write)
