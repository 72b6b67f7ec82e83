"""Files that appear whole or not at all."""

import contextlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .errors import StoreError, one_line


def write_whole(path: Path, scratch: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that nobody ever sees half of it, not even after a power cut.

    Args:
        path: Where the file goes; its folder is made where it lacks.
        scratch: Folder for the unfinished file, on the same file system as `path`.
        write: Writes the content to the open binary file it is given.

    Raises:
        StoreError: The file system refuses.
    """
    unfinished = scratch / f"{uuid.uuid4().hex}.tmp"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {one_line(error).lower()}; choose a folder you can write to") from error


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder last through a power cut, where the system can (Windows cannot)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
