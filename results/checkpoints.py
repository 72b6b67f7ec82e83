"""Checkpoints of unfinished jobs: a file per stage of a job, whole or not there, and gone when the job succeeds."""

import contextlib
import hashlib
import os
from collections.abc import Callable
from io import BufferedRandom
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from .artifacts import check_key, is_key
from .errors import StoreError, one_line
from .files import write_whole
from .folder import StoreFolder

_DIGEST = hashlib.sha256().digest_size


class Checkpoints(StoreFolder):
    """The checkpoints of a store; `ResultStore` has these methods."""

    def checkpoint_path(self, job: str, stage: str) -> Path:
        """Return the path of the checkpoint of a job's stage; raise StoreError where `job` is no key."""
        return self.path / "checkpoints" / f"{check_key(job)}.{quote(stage, safe='')}"

    def save_checkpoint(self, job: str, stage: str, write: Callable[[BinaryIO], object]) -> None:
        """Keep the state of a stage of a job; replace what was kept before, whole or not at all.

        `write` fills the binary file it is given: what may be half a gigabyte is never in memory a second time.

        Raises:
            StoreError: `job` is no key, or the file cannot be written.
        """
        self._ready()

        def write_and_sum(file: BufferedRandom) -> None:
            write(file)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").digest()
            file.seek(0, os.SEEK_END)
            file.write(digest)

        write_whole(self.checkpoint_path(job, stage), self.scratch, write_and_sum)

    def load_checkpoint(self, job: str, stage: str) -> bytes | None:
        """Return what was kept of a stage; None where nothing was, or where it is damaged: the stage starts anew then.

        Raises:
            StoreError: `job` is no key, or the file cannot be read.
        """
        path = self.checkpoint_path(job, stage)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {path}: {one_line(error).lower()}") from error
        content, digest = content[:-_DIGEST], content[-_DIGEST:]
        return content if hashlib.sha256(content).digest() == digest else None

    def checkpoints(self) -> list[tuple[str, str]]:
        """Return (job, stage) of every checkpoint, sorted."""
        names = [path.name.partition(".") for path in (self.path / "checkpoints").glob("*.*")]
        return sorted((job, unquote(stage)) for job, _, stage in names if is_key(job))

    def remove_checkpoints(self, job: str) -> None:
        """Remove the checkpoints of a job. What cannot be removed stays: it names the job's key and does no harm."""
        for path in (self.path / "checkpoints").glob(f"{check_key(job)}.*"):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
