"""Files that appear whole or not at all, and what is left of those that did not."""

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from io import BufferedRandom
from pathlib import Path

from .errors import StoreError, one_line
from .processes import identity, runs

_UNFINISHED = ".tmp"
# Unfinished files of a host that cannot be asked: after this long, by the file system's own clock, nobody writes them.
_ABANDONED_SECONDS = 24 * 3600.0


def write_whole(path: Path, scratch: Path, write: Callable[[BufferedRandom], object]) -> None:
    """Write a file so that nobody ever sees half of it, not even after a power cut.

    Its content is on the disk before it gets its name. That the name outlives a power cut, too, takes `sync_folder`.

    Args:
        path: Where the file goes; its folder is made where it lacks.
        scratch: Folder for the unfinished file, on the same file system as `path`.
        write: Writes the content to the open binary file it is given.

    Raises:
        StoreError: The file system refuses.
    """
    unfinished = scratch / f"{identity()}-{uuid.uuid4().hex}{_UNFINISHED}"
    try:
        try:
            with _open_new(unfinished) as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            _rename(unfinished, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(unfinished)
            raise
    except OSError as error:
        raise StoreError(f"cannot write {path}: {one_line(error).lower()}; choose a folder you can write to") from error


def _rename(unfinished: Path, path: Path) -> None:
    try:
        os.replace(unfinished, path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(unfinished, path)


def _open_new(path: Path) -> BufferedRandom:
    try:
        return path.open("x+b")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("x+b")


def sync_folder(folder: Path) -> None:
    """Make the renames in this folder last through a power cut, where the system can (Windows cannot)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def leftovers(scratch: Path) -> Iterator[Path]:
    """Yield unfinished files whose writer is gone: killed on this host, or on another a day ago."""
    try:
        found = [path for path in scratch.iterdir() if path.suffix == _UNFINISHED]
    except OSError:
        return
    for path in found:
        there = runs(path.name)
        if there is False or (there is None and _age(path, scratch) > _ABANDONED_SECONDS):
            yield path


def _age(path: Path, scratch: Path) -> float:
    """Return the seconds between the last change of a file and of its folder, both by the file system's clock."""
    try:
        return scratch.stat().st_mtime - path.stat().st_mtime
    except OSError:
        return 0.0
