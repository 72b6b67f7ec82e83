"""Lineage: which rows each file of a report came from, and which files are stale.

A report has a manifest, `lineage.json`, with a line per file: the hash of the rows behind it, what rows those are,
and the hash of the file itself. Figures carry the hash of their rows inside as well, LaTeX in a comment.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from .comparing import select_stores
from .errors import ReportError
from .external import move_spec
from .rows import TABLES, hash_rows, row_digests
from .selection import Reading, Selection

MANIFEST = "lineage.json"
FORMAT = 1
CHOSEN = ("datasets", "variants", "scores")  # of a reading, what decides which rows there are


@dataclass(frozen=True)
class Source:
    """Which rows of a selection a file is made of; nothing named means all.

    Attributes:
        tables: Of "scores", "jobs" and "references".
        scores: Names of scores (of the table of scores; references are few and come whole).
        datasets: Names of data sets.
        methods: Names of methods.
    """

    tables: tuple[str, ...] = ("scores",)
    scores: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stale:
    """A file that is not what its rows would give today: its path in the report, and why, in words."""

    path: str
    why: str


@dataclass
class Lineage:
    """Collects where the files of a report come from.

    Args:
        selection: The rows of the report.
    """

    selection: Selection
    _entries: dict[str, dict[str, object]] = field(default_factory=dict)

    def __post_init__(self):
        self._frames = {name: getattr(self.selection, name) for name in TABLES}
        self._digests = {name: row_digests(frame, name) for name, frame in self._frames.items()}

    def rows(self, source: Source = Source()) -> str:
        """Hash of the rows that a source names."""
        found: list[str] = []
        for table in source.tables:
            frame = self._frames[table]
            wanted = pd.Series(True, index=frame.index)
            for column, names in (("dataset", source.datasets), ("method", source.methods)):
                if names and column in frame:
                    wanted &= frame[column].isin(names)
            if source.scores and table == "scores":
                wanted &= frame["score"].isin(source.scores)
            found += [table, *self._digests[table][wanted.to_numpy()]]
        return hash_rows(found)

    def record(self, path: str, source: Source = Source()) -> str:
        """Note that the file `path` (in the report's folder, with slashes) is made of a source.

        Returns:
            Hash of the rows, for the inside of the file.
        """
        rows = self.rows(source)
        self._entries[path] = {"rows": rows, "of": asdict(source)}
        return rows

    def write(self, folder: Path, home: Path | None = None) -> None:
        """Write the manifest for the files noted, all of which are in `folder` by now.

        Args:
            folder: Folder of the files.
            home: Place to which the folder will be moved; stores are named by their path from there.

        Raises:
            OSError: A file cannot be read, or the manifest not written.
        """
        for path, entry in self._entries.items():
            entry["file"] = _content(folder / path)
        home = folder if home is None else home
        selection = self.selection
        manifest = {
            "format": FORMAT,
            "rows": selection.rows_hash,
            "stores": {
                label: os.path.relpath(path, home)
                for label, path in selection.stores.items()
                if label not in selection.published  # they are among those of `against`
            },
            "preset": selection.wanted_preset,
            "protocol": selection.wanted_protocol,
            "against": [move_spec(spec, lambda path: os.path.relpath(path, home)) for spec in selection.against],
            "chosen": {name: getattr(selection.reading, name) for name in CHOSEN},
            "files": dict(sorted(self._entries.items())),
        }
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def check(folder: str | Path, stores: Mapping[str, str | Path] | None = None) -> list[Stale]:
    """Hold the files of a report against the rows of its stores as they are now.

    Args:
        folder: Folder of a report or a paper, with its manifest.
        stores: The stores by the labels they have in the report; where the report found them if not given.

    Returns:
        The stale files, sorted: their rows have changed, they were changed by hand, or are gone. None: all is
        as the rows say.

    Raises:
        ReportError: There is no manifest, or it cannot be read; or the stores cannot be selected from any more.
        StoreError: A store is gone or cannot be read.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    paths = dict(stores) if stores else {label: folder / path for label, path in manifest["stores"].items()}
    against = [move_spec(spec, lambda path: folder / path) for spec in manifest["against"]]
    chosen = {name: names if names is None else tuple(names) for name, names in manifest.get("chosen", {}).items()}
    lineage = Lineage(select_stores(paths, manifest["preset"], against, manifest.get("protocol"), Reading(**chosen)))
    found = []
    for path, entry in manifest["files"].items():
        source = Source(**{name: tuple(values) for name, values in entry["of"].items()})
        if not (folder / path).is_file():
            found.append(Stale(path, "the file is gone"))
        elif lineage.rows(source) != entry["rows"]:
            found.append(Stale(path, "its rows have changed"))
        elif _content(folder / path) != entry["file"]:
            found.append(Stale(path, "the file has been changed since it was made"))
    return found


def read_manifest(folder: Path) -> dict:
    """Return the manifest of a report.

    Raises:
        ReportError: There is none, or none that can be read.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReportError(f"{folder} has no {MANIFEST}; name a folder that `ucrbench report` wrote") from error
    except (OSError, ValueError) as error:
        raise ReportError(f"{path} cannot be read; make the report again") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ReportError(f"{path} has another layout than this version's {FORMAT}; make the report again")
    return manifest


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:20]
