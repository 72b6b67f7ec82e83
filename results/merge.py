"""Joining stores."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa

from .artifacts import SUMS, read_artifact
from .errors import StoreError
from .records import JobRow, ReferenceRow, ScoreRow, schema_of
from .store import ResultStore

_VERSIONS = (
    ("protocol_version", "protocol versions"),
    ("archive", "versions of the archive"),
    ("score_version", "versions of {}"),
)


def merge(sources: Iterable[str | Path], out: str | Path, mix_versions: bool = False) -> int:
    """Join stores into one. Every attempt is kept; of a score of a job, the value of the newest success.

    The newest is the one that finished last, and of those that finished at the same time the one whose attempt has
    the greater name. Merging again, or in another order, gives the same tables; `out` may hold results already and
    takes part, so that naming it among the sources changes nothing. Checkpoints are not joined.

    Args:
        sources: Folders of stores; they are only read.
        out: Folder of the joined store; made where it lacks.
        mix_versions: Whether results of different versions of the protocol, of a score or of the archive may be
            joined. They cannot be compared: a report refuses them.

    Returns:
        How many jobs with a success the joined store holds.

    Raises:
        StoreError: A folder is no store, a file in one is damaged, or versions would be mixed. Nothing is written
            then.
    """
    target = ResultStore(out, create=True)
    others = {store.path.resolve(): store for store in map(ResultStore, sources)}
    others.pop(target.path.resolve(), None)
    stores = [target, *(others[path] for path in sorted(others))]
    jobs = _stacked(stores, "jobs")
    scores = _stacked(stores, "scores")
    if not mix_versions:
        _check_versions(stores, scores)
    newest = _newest(jobs)
    tables = {
        "scores": _new_scores(scores, jobs, newest),
        "jobs": _new(jobs.assign(_rank=0), JobRow, ["attempt"]),
        "references": _new(_stacked(stores, "references").assign(_rank=0), ReferenceRow, ["reference", "score"]),
    }
    copies = list(_copies(stores, newest))
    for source, _ in copies:
        read_artifact(source)
    target.prepare()
    for source, place in copies:
        target.copy_artifact(source, place)
    target.write_tables(tables)
    target.compact()
    return len(target.finished())


def _stacked(stores: list[ResultStore], name: str) -> pd.DataFrame:
    """Return a table of all stores, with the store's place in the list as column `_store`; types are arrow's."""
    frames = [
        store.table(name).to_pandas(types_mapper=pd.ArrowDtype).assign(_store=place)
        for place, store in enumerate(stores)
    ]
    return pd.concat(frames, ignore_index=True)


def _check_versions(stores: list[ResultStore], scores: pd.DataFrame) -> None:
    for column, words in _VERSIONS:
        within = "score" if column == "score_version" else column
        for name, rows in scores.groupby("score") if within == "score" else [("", scores)]:
            found = rows[["_store", column]].drop_duplicates()
            if found[column].nunique() > 1:
                where = ", ".join(f"{stores[place].path} ({version})" for place, version in found.to_numpy())
                raise StoreError(f"different {words.format(name)} in {where}; merge them apart, or allow to mix them")


def _newest(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the newest success of each job in each store: finished_at and attempt, indexed by store and job."""
    good = jobs[jobs["status"] == "ok"].sort_values(["finished_at", "attempt"])
    return good.groupby(["_store", "job"])[["finished_at", "attempt"]].last()


def _new_scores(scores: pd.DataFrame, jobs: pd.DataFrame, newest: pd.DataFrame) -> pa.Table:
    # Scores of a job that was cut off before it was done are left behind: it will be run again.
    done = newest.rename(columns=lambda name: f"_{name}").reset_index()
    scores = scores.merge(done, on=["_store", "job"], how="inner")
    of_attempt = jobs.drop_duplicates("attempt").set_index("attempt")["finished_at"]
    known = scores["attempt"].isin(of_attempt.index)
    scores["_finished_at"] = scores["attempt"].map(of_attempt).where(known, scores["_finished_at"])
    scores["_attempt"] = scores["attempt"].where(known, scores["_attempt"])
    order = scores.sort_values(["_finished_at", "_attempt"], kind="stable")
    rank = pd.Series(range(len(order)), index=order.index)
    # Rows of the same attempt are the same row.
    scores["_rank"] = rank.groupby([scores["_finished_at"], scores["_attempt"]]).transform("min")
    return _new(scores, ScoreRow, ["job", "score"])


def _new(rows: pd.DataFrame, record: type, keys: list[str]) -> pa.Table:
    """Return the rows that the first store lacks: of those with the same keys the one with the highest rank."""
    # The value decides between what should be equal, then the first store, so that nothing is written twice.
    value = ["value"] if "value" in rows else []
    ordered = rows.sort_values(
        [*keys, "_rank", *value, "_store"], ascending=[True] * len(keys) + [False] * len(value) + [False, True]
    )
    best = ordered.drop_duplicates(keys)
    schema = schema_of(record)
    return pa.Table.from_pandas(best.loc[best["_store"] > 0, schema.names], schema=schema, preserve_index=False)


def _copies(stores: list[ResultStore], newest: pd.DataFrame) -> Iterator[tuple[Path, Path]]:
    """Yield source and target of each artifact to copy: those of the newest success, and what belongs to no job."""
    rank = {key: (row.finished_at, row.attempt) for key, row in zip(newest.index, newest.itertuples(), strict=True)}
    found: dict[Path, list[int]] = {}
    for place, store in enumerate(stores):
        for path in sorted((store.path / "artifacts").glob("*/*")):
            if path.is_file() and path.name != SUMS:
                found.setdefault(path.relative_to(store.path), []).append(place)
    for path, places in found.items():
        ranks = {place: rank.get((place, path.parent.name)) for place in places}
        best = max((r for r in ranks.values() if r is not None), default=None)
        place = next(place for place in places if ranks[place] == best)
        if place > 0:
            yield stores[place].path / path, stores[0].path / path
