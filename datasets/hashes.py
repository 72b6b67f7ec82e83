"""Content hashes on record, which `verify` compares with.

`hashes.csv` holds those of the sets that aeon bundles: the only published files that come with the package
itself, so that everyone has the same ones. `bundled_hashes` makes the table anew.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from . import source
from .catalogue import catalogue
from .raw import RawDataset, check, content_hash, read_split
from .source import Found


@cache
def recorded() -> Mapping[str, str]:
    """Return the hashes on record, data set to SHA-256 (hex)."""
    text = Path(__file__).with_name("hashes.csv").read_text(encoding="utf-8")
    return {row["name"]: row["data_hash"] for row in csv.DictReader(text.splitlines())}


def bundled_hashes() -> dict[str, str]:
    """Read the archive's sets that aeon bundles, without caches, and return their hashes.

    Raises:
        DatasetError: One of them is not what the archive publishes.
    """
    folder = source.bundled_folder()
    if folder is None:
        return {}
    table = {}
    for name, info in catalogue().items():
        found = Found(name, "bundled", folder / name, folder)
        if found.train.is_file() and found.test.is_file():
            raw = RawDataset(read_split(found.train, info), read_split(found.test, info))
            check(raw, info)
            table[name] = content_hash(raw)
    return table
