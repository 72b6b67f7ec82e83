"""Putting many small shards together into few, safe against a kill at any moment and beside readers and writers.

The rows are written once more, into parts; the last of them names the shards they came from. From the moment that it
is in place (one rename) those do not count any more, and until then nothing else has changed. Deleting them comes last.
Should two processes compact at once all the same (a file system without locks), rows are there twice for a while, and
readers take one of each.
"""

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from filelock import FileLock, Timeout

from .errors import StoreError, one_line
from .files import sync_folder
from .shards import PART, Loaded, combine, list_shards, load_shard, load_shards, repeated, write_shard

# Jobs in a part. More would be read a little faster; but what a flipped bit costs is a part.
JOBS_PER_PART = 256
# Fewer shards than this are left as they are.
FEW = 64


@contextlib.contextmanager
def compacting(path: Path, timeout: float) -> Iterator[bool]:
    """Hold the store's lock; yield whether it was to be had within `timeout` seconds."""
    try:
        with FileLock(path / ".lock", timeout=timeout):
            yield True
    except Timeout:
        yield False
    except OSError as error:
        raise StoreError(f"cannot write {path}: {one_line(error).lower()}; choose a folder you can write to") from error


def gather(folder: Path, schema: pa.Schema, keys: list[str], scratch: Path, written: dict[str, Loaded]) -> None:
    """Put the shards of single writes into parts, and touch no part there is. The lock must be held.

    `written` are shards by name that need not be read, since this process has just written them.

    Raises:
        StoreError: A shard is damaged, or the folder cannot be written.
    """
    shards = list_shards(folder)
    of_key = pa.schema([schema.field(keys[0])])
    replaced = {name for s in shards if not s.single for name in load_shard(folder, s, of_key).replaces}
    single = [shard for shard in shards if shard.single and shard.name not in replaced]
    fresh = [written.get(shard.name) or load_shard(folder, shard, schema) for shard in single]
    if len(fresh) >= FEW:
        _replace(folder, schema, keys, scratch, fresh, set())


def settle(folder: Path, schema: pa.Schema, keys: list[str], scratch: Path) -> None:
    """Leave every row once, in few shards. The lock must be held.

    Raises:
        StoreError: A shard is damaged, or the folder cannot be written.
    """
    there = {shard.name for shard in list_shards(folder)}
    loaded = load_shards(folder, schema)
    replaced = {name for one in loaded for name in one.replaces}
    _delete(folder, replaced & there)
    chosen = {one.shard for one in repeated(loaded, keys)}
    single = {one.shard for one in loaded if one.shard.single}
    if len(single) >= FEW:
        chosen |= single
    small = {one.shard for one in loaded if not one.shard.single and 2 * _jobs(one.table, keys) < JOBS_PER_PART}
    if chosen or len(small) > 1:
        chosen |= small
    if chosen:
        _replace(folder, schema, keys, scratch, [one for one in loaded if one.shard in chosen], there)


def _replace(
    folder: Path, schema: pa.Schema, keys: list[str], scratch: Path, loaded: list[Loaded], there: set[str]
) -> None:
    # What could not be deleted must not count again once the part that replaced it is gone.
    inherited = {name for one in loaded for name in one.replaces} & there
    names = sorted({one.shard.name for one in loaded} | inherited)
    cut = list(pieces(combine(loaded, schema, keys), keys))
    order = max(time.time_ns(), 1 + max(shard.order for shard in list_shards(folder)))
    for number, piece in enumerate(cut, start=1):
        last = number == len(cut)
        write_shard(folder, PART, order, piece, scratch, names if last else ())
    sync_folder(folder)
    _delete(folder, names)


def pieces(table: pa.Table, keys: list[str]) -> Iterator[pa.Table]:
    """Yield tables of `JOBS_PER_PART` jobs each; the rows are sorted by the keys, of which the first is the job."""
    starts, before = [], None
    for row, key in enumerate(table[keys[0]].to_pylist()):
        if key != before:
            starts.append(row)
            before = key
    cuts = [*starts[::JOBS_PER_PART], table.num_rows]
    for start, stop in itertools.pairwise(cuts):
        yield table.slice(start, stop - start)
    if not starts:
        yield table


def _jobs(table: pa.Table, keys: list[str]) -> int:
    return len(table[keys[0]].unique())


def _delete(folder: Path, names: list[str] | set[str]) -> None:
    for name in names:
        # What a reader on Windows has open, or another process has deleted, may stay: it does not count.
        with contextlib.suppress(OSError):
            os.unlink(folder / name)
