"""The folder of a store: what marks it as one, and writing into it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .errors import StoreError, one_line
from .files import write_whole

FORMAT = 1
MARKER = "ucrbench.json"
SCRATCH = ".tmp"
_BEFORE_MARKED = {SCRATCH, ".claims", ".lock"}


class StoreFolder:
    """A folder that is a store, or may become one.

    Args:
        path: The store's folder.
        create: Whether the folder may be new. Without it, the store is opened for reading alone.

    Raises:
        StoreError: There is no store at `path` (and `create` is not set), the folder holds something else, or
            a newer version wrote it.
    """

    def __init__(self, path: str | Path, create: bool = False):
        self.path = Path(path)
        self.create = create
        try:
            self._check()
        except OSError as error:
            raise StoreError(f"cannot open {self.path}: {one_line(error)}") from error

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    @property
    def scratch(self) -> Path:
        """Folder of the files that are being written."""
        return self.path / SCRATCH

    def _check(self) -> None:
        marker = self.path / MARKER
        if self.path.exists() and not self.path.is_dir():
            raise StoreError(f"{self.path} is a file; name a folder")
        if marker.is_file():
            try:
                version = json.loads(marker.read_text(encoding="utf-8"))["format"]
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(f"{marker} cannot be read; name another folder") from error
            if version != FORMAT:
                raise StoreError(f"{self.path} has layout {version}, this version reads {FORMAT}; update ucrbench")
        # A run that was cut off before the marker was in place leaves only these.
        elif self.path.is_dir() and any(entry.name not in _BEFORE_MARKED for entry in self.path.iterdir()):
            raise StoreError(f"{self.path} holds something else; name a new or empty folder, or a store")
        elif not self.create:
            raise StoreError(f"there are no results at {self.path}; write some with `ucrbench run`")

    def prepare(self) -> None:
        """Make the folder, so that one that cannot be written is found out before any work is done.

        Raises:
            StoreError: The folder cannot be made or written to, or the store is open for reading.
        """
        self._for_writing()
        text = json.dumps({"format": FORMAT, "what": "ucrbench results"}) + "\n"
        write_whole(self.path / MARKER, self.scratch, lambda file: file.write(text.encode("ascii")))

    def _for_writing(self) -> None:
        if not self.create:
            raise StoreError(f"{self.path} was opened for reading; open it with create=True to write")

    def _ready(self) -> None:
        """Make sure, before a write, that the store is open for writing and marked as one."""
        self._for_writing()
        if not (self.path / MARKER).is_file():
            self.prepare()

    def _write_file(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        self._ready()
        write_whole(path, self.scratch, write)
