"""Shards: parquet files that are never changed, carry their checksum in their name, and may replace others.

    <key>-<order>-<checksum>.parquet    the rows of one write
    part-<order>-<checksum>.parquet     rows of many writes, put together

`order` (16 hex digits) grows with time within what a writer has seen; `checksum` is the start of the SHA-256 of the
file, so that a flipped bit anywhere is found by reading. A part names in its metadata the shards it replaces: whoever
reads passes over those, so that it does not matter when they are deleted. Only `compaction` deletes. A file with any
other name counts as a write without checksum, older than all.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import DamagedError, StoreError, one_line
from .files import write_whole

PART = "part"
_SUFFIX = ".parquet"
_NAME = re.compile(rf"({PART}|[0-9a-f]{{4,64}})-([0-9a-f]{{16}})-([0-9a-f]{{16}})\.parquet")
_REPLACES = b"ucrbench.replaces"
_TRIES = 100


@dataclass(frozen=True, order=True)
class Shard:
    """A shard by its name; sorted, the one that counts where both hold a row comes last."""

    single: bool  # what was written on its own is younger than the parts: they were made of what came before
    order: int
    name: str

    @property
    def key(self) -> str:
        return self.name.removesuffix(_SUFFIX).partition("-")[0]

    @property
    def checksum(self) -> str | None:
        match = _NAME.fullmatch(self.name)
        return match[3] if match else None


@dataclass(frozen=True)
class Loaded:
    """A shard that was read: its rows, and the names of the shards it replaces."""

    shard: Shard
    table: pa.Table
    replaces: frozenset[str]


def shard_of(name: str) -> Shard:
    match = _NAME.fullmatch(name)
    return Shard(match[1] != PART, int(match[2], 16), name) if match else Shard(True, 0, name)


def write_shard(
    folder: Path, key: str, order: int, table: pa.Table, scratch: Path, replaces: Sequence[str] = ()
) -> Loaded:
    """Write a shard whole; return it as reading it would.

    Raises:
        StoreError: The file system refuses.
    """
    marked = table.replace_schema_metadata({_REPLACES: json.dumps(list(replaces)).encode()} if replaces else None)
    sink = pa.BufferOutputStream()
    # A shard of one write has a handful of rows: what serves large files (dictionaries, statistics, the schema a second
    # time) would make it three times as large and slower to open.
    large = key == PART
    pq.write_table(
        marked,
        sink,
        compression="zstd" if large else "snappy",
        use_dictionary=large,
        write_statistics=large,
        store_schema=large,  # without it the names of what is replaced are left out, too
        write_page_checksum=True,
    )
    content = sink.getvalue()
    name = f"{key}-{order:016x}-{_checksum(content)}{_SUFFIX}"
    write_whole(folder / name, scratch, lambda file: file.write(content))
    return Loaded(shard_of(name), table, frozenset(replaces))


def list_shards(folder: Path) -> list[Shard]:
    """Return the shards in a folder, in rising order of what counts; replaced ones are among them."""
    return sorted(shard_of(name) for name in list_names(folder))


def list_names(folder: Path) -> list[str]:
    """Return the names of the shards in a folder, none of them missing that was there all the time.

    Raises:
        StoreError: The folder cannot be read.
    """
    before = None
    for _ in range(_TRIES):
        try:
            names = [name for name in os.listdir(folder) if name.endswith(_SUFFIX) and name[0] not in "._"]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"cannot read {folder}: {error.strerror}") from error
        # A listing is no snapshot: while it runs, a part may appear where it has been, and what the part replaces
        # vanish where it has not been yet. Then the next listing differs in its parts.
        parts = {name for name in names if name.startswith(PART)}
        if before is not None and parts == before[0]:
            return before[1]
        before = parts, names
    raise StoreError(f"{folder} changes all the time; try again")


def load_shards(folder: Path, schema: pa.Schema) -> list[Loaded]:
    """Read the shards that count, in rising order of what counts; columns that an older one lacks are null.

    Raises:
        StoreError: A shard is damaged; the message names it.
    """
    for _ in range(_TRIES):
        try:
            # Parts first: what they replace is not opened.
            loaded, replaced = [], set()
            for shard in list_shards(folder):
                if shard.name not in replaced:
                    loaded.append(load_shard(folder, shard, schema))
                    replaced |= loaded[-1].replaces
            return [one for one in loaded if one.shard.name not in replaced]
        except FileNotFoundError:
            continue  # replaced in the meantime; its rows are in a part now
    raise StoreError(f"{folder} changes all the time; try again")


def load_shard(folder: Path, shard: Shard, schema: pa.Schema) -> Loaded:
    """Read a shard, compared with its checksum.

    Raises:
        FileNotFoundError: It is gone.
        DamagedError: It is not what was written.
        StoreError: The file system refuses.
    """
    path = folder / shard.name
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"cannot read {path}: {one_line(error).lower()}") from error
    if shard.checksum is not None and shard.checksum != _checksum(content):
        raise damaged(path)
    return Loaded(shard, *parse(content, schema, path))


def parse(content: bytes, schema: pa.Schema, path: Path) -> tuple[pa.Table, frozenset[str]]:
    """Return the columns of `schema`, and the names of what the shard replaces. `path` is for the message.

    Raises:
        DamagedError: The bytes are no such shard.
    """
    try:
        # Without threads: for thousands of small files that is the quick way.
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        table = file.read(columns=schema.names, use_threads=False)
        names = json.loads((table.schema.metadata or {}).get(_REPLACES, b"[]"))
        table = table.replace_schema_metadata(None)
        if not table.schema.equals(schema):
            nulls = {field.name: pa.nulls(table.num_rows, field.type) for field in schema}
            found = {name: table[name] for name in table.column_names}
            table = pa.table(nulls | found).select(schema.names).cast(schema)
        table.validate(full=True)
        return table, frozenset(map(str, names))
    except Exception as error:  # what arrow raises for bytes that are no parquet is of many kinds
        raise damaged(path) from error


def damaged(path: Path) -> DamagedError:
    """Return the error that tells of a damaged file of a store."""
    store = next((parent for parent in path.parents if (parent / "ucrbench.json").is_file()), path.parent)
    return DamagedError(f"{path} cannot be read, it is damaged; see `ucrbench check {store}`")


def combine(loaded: list[Loaded], schema: pa.Schema, keys: list[str]) -> pa.Table:
    """Return the rows of shards in rising order of what counts: of equal keys the last, sorted by the keys."""
    table = pa.concat_tables([schema.empty_table(), *(one.table for one in loaded)])
    ranked = table.append_column("_rank", pa.array(range(table.num_rows), pa.int64()))
    best = ranked.select([*keys, "_rank"]).group_by(keys, use_threads=False).aggregate([("_rank", "max")])
    return table.take(best.sort_by([(key, "ascending") for key in keys])["_rank_max"])


def repeated(loaded: list[Loaded], keys: list[str]) -> Iterator[Loaded]:
    """Yield the shards that hold a row which another holds, too."""
    owners: dict[tuple, int] = {}
    several = set()
    for number, one in enumerate(loaded):
        for row in zip(*(one.table[key].to_pylist() for key in keys), strict=True):
            if row in owners and owners[row] != number:
                several |= {number, owners[row]}
            owners[row] = number
    yield from (loaded[number] for number in sorted(several))


def _checksum(content: bytes | pa.Buffer) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
