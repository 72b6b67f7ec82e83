"""Where an unfinished job goes on: one small file per job, whole or not there, and gone when the job succeeds."""

import contextlib
import hashlib
from pathlib import Path

from .artifacts import check_key
from .errors import StoreError, one_line
from .files import write_whole
from .folder import StoreFolder

_DIGEST = hashlib.sha256().digest_size


class Checkpoints(StoreFolder):
    """The checkpoints of a store; `ResultStore` has these methods."""

    def checkpoint_path(self, job: str) -> Path:
        """Where the checkpoint of a job lies, or would lie. Raises StoreError where `job` is no key."""
        return self.path / "checkpoints" / check_key(job)

    def save_checkpoint(self, job: str, content: bytes) -> None:
        """Keep where a job stands; replaces what was kept before, whole or not at all.

        Raises:
            StoreError: `job` is no key, or the file cannot be written.
        """
        self._ready()
        path, digest = self.checkpoint_path(job), hashlib.sha256(content).digest()
        write_whole(path, self.scratch, lambda file: file.write(digest + content))

    def load_checkpoint(self, job: str) -> bytes | None:
        """What was kept of a job; None where nothing was, or where it is damaged: the job starts anew then.

        Raises:
            StoreError: `job` is no key, or the file cannot be read.
        """
        path = self.checkpoint_path(job)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {path}: {one_line(error).lower()}") from error
        digest, content = content[:_DIGEST], content[_DIGEST:]
        return content if hashlib.sha256(content).digest() == digest else None

    def remove_checkpoint(self, job: str) -> None:
        """Forget where a job stood. One that cannot be removed stays: it names the job's key and does no harm."""
        with contextlib.suppress(OSError):
            self.checkpoint_path(job).unlink(missing_ok=True)
