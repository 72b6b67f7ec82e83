"""Parsed data sets as arrays beside their source, since reading `.ts` text and importing aeon take seconds.

A cache holds what the files hold, untreated, with its hash. It counts only while both files have the size and
the modification time that it was made from; anything wrong with it means that it is made again. Where it
cannot be written, loading goes on without.
"""

import contextlib
import uuid

import numpy as np

from .raw import RawDataset, RawSplit
from .source import Found

FORMAT = 1


def _stamp(found: Found) -> np.ndarray:
    stats = [found.train.stat(), found.test.stat()]
    return np.array([FORMAT, *(n for s in stats for n in (s.st_size, s.st_mtime_ns))], dtype=np.int64)


def read(found: Found) -> tuple[RawDataset, str] | None:
    """Return the cached set and its content hash, or None where there is no valid cache."""
    try:
        with np.load(found.cache, allow_pickle=False) as kept:
            if not np.array_equal(kept["stamp"], _stamp(found)):
                return None
            splits = [
                RawSplit(kept[f"{split}_values"], kept[f"{split}_lengths"], kept[f"{split}_labels"])
                for split in ("train", "test")
            ]
            return RawDataset(*splits), str(kept["data_hash"])
    except Exception:  # a cut or foreign file can raise nearly anything in zipfile and numpy; the source is at hand
        return None


def read_hash(found: Found) -> str | None:
    """Return the content hash alone, without reading the values, or None where there is no valid cache."""
    try:
        with np.load(found.cache, allow_pickle=False) as kept:
            return str(kept["data_hash"]) if np.array_equal(kept["stamp"], _stamp(found)) else None
    except Exception:  # as in `read`
        return None


def write(found: Found, raw: RawDataset, data_hash: str) -> bool:
    """Write the cache, whole or not at all.

    Returns:
        Whether it was written; a folder that cannot be written is no error.
    """
    # Named apart, so that two processes that write at once do not meet; the later one replaces the earlier.
    part = found.cache.with_name(f".{found.name}.{uuid.uuid4().hex}.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            np.savez(
                file,
                stamp=_stamp(found),
                data_hash=np.array(data_hash),
                train_values=raw.train.values,
                train_lengths=raw.train.lengths,
                train_labels=raw.train.labels,
                test_values=raw.test.values,
                test_lengths=raw.test.lengths,
                test_labels=raw.test.labels,
            )
        part.replace(found.cache)
        return True
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        return False
