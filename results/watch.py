"""A watch for what others have written since a moment, at the price of reading only what is new."""

from collections.abc import Set as AbstractSet
from pathlib import Path

import pyarrow as pa

from .records import JobRow, schema_of
from .shards import list_names, load_shard, shard_of


class Watch:
    """Follow the attempts in a store. Begin before planning, and ask after a claim on a job has succeeded.

    Args:
        path: The store's folder.
        own: Names of shards that the asking process has written; they are passed over, also those added later.

    Raises:
        StoreError: A shard is damaged; the message names it.
    """

    def __init__(self, path: str | Path, own: AbstractSet[str] = frozenset()):
        self._own = own
        self._folder = Path(path) / "jobs"
        self._schema = pa.schema([schema_of(JobRow).field(name) for name in ("job", "attempt")])
        self._read: set[str] = set()
        self._known: set[str] = set()
        self._new: set[str] = set()
        self._known.update(attempt for _, attempt in self._look())

    def attempted(self, job: str) -> bool:
        """Return whether an attempt at a job was stored by another process after the watch began.

        Raises:
            StoreError: A shard is damaged; the message names it.
        """
        for key, attempt in self._look():
            if attempt not in self._known:
                self._known.add(attempt)
                self._new.add(key)
        return job in self._new

    def _look(self) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = []
        while True:
            try:
                for name in set(list_names(self._folder)) - self._read - self._own:
                    table = load_shard(self._folder, shard_of(name), self._schema).table
                    rows += zip(table["job"].to_pylist(), table["attempt"].to_pylist(), strict=True)
                    self._read.add(name)
                return rows
            except FileNotFoundError:
                continue  # put together with others in the meantime; its rows are in a part now
