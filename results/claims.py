"""Claims: which of several processes is at which job, on one host or on several that share a folder.

    OUT/.claims/owners/<owner>        what its owner changes every few seconds, for as long as it runs
    OUT/.claims/jobs/<job>/<owner>    the owner is at this job

Making a folder is what can succeed for one process only, on network file systems too. A claim is taken away from an
owner that is gone: one of this host whose process does not run, or any whose file was seen not to change for as long as
the lease lasts. That time is taken on this process's own steady clock, so clocks that differ or are set back do not
matter. The name of an owner is never used twice, and only a file with its name is deleted: a claim cannot be taken from
someone else by mistake.
"""

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from .artifacts import check_key
from .errors import StoreError, one_line
from .processes import identity, runs

LEASE_SECONDS = 60.0
_BEATS_PER_LEASE = 6
_TRIES = 20


class Claims:
    """The claims of this process on jobs of a store; a context manager that gives all of them back at its end.

    After a claim that succeeded, ask a `ResultStore.watch` that was begun before planning whether the job was tried
    in the meantime: whoever held it before has written by then.

    Args:
        path: The store's folder, open for writing.
        lease: Seconds without a sign of life after which an owner elsewhere counts as gone; the same for all.
        clock: Seconds on a clock that is never set, for tests.
        beat: Whether a thread gives signs of life; without it call `renew` more often than the lease.

    Raises:
        StoreError: The folder cannot be written.
    """

    def __init__(
        self,
        path: str | Path,
        lease: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        beat: bool = True,
    ):
        self.owner = f"{identity()}-{uuid.uuid4().hex[:12]}"
        self._root = Path(path) / ".claims"
        self._jobs = self._root / "jobs"
        self._lease, self._clock = lease, clock
        self._count = 0
        self._seen: dict[str, tuple[bytes, float]] = {}
        self._mine: set[str] = set()
        self._closed = threading.Event()
        self.renew()
        self._thread = threading.Thread(target=self._beat, name="claims", daemon=True) if beat else None
        if self._thread:
            self._thread.start()

    def __enter__(self) -> "Claims":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def claim(self, job: str) -> bool:
        """Take a job, unless another process that is not gone is at it; never wait.

        Returns:
            Whether the job is this process's from now on; also where it was already.

        Raises:
            StoreError: `job` is no key, or the folder cannot be written.
        """
        if check_key(job) in self._mine:
            return True
        folder = self._jobs / job
        try:
            if not self._make(folder) and not (self._clear(folder) and self._make(folder)):
                return False
            if not self._enter(folder):
                return False
        except OSError as error:
            raise self._cannot(error) from error
        self._mine.add(job)
        return True

    def release(self, job: str) -> None:
        """Give a job back, after its rows are written."""
        self._mine.discard(job)
        folder = self._jobs / check_key(job)
        with contextlib.suppress(OSError):
            os.unlink(folder / self.owner)
        with contextlib.suppress(OSError):
            os.rmdir(folder)

    def holds(self, job: str) -> bool:
        """Return whether a job is still this process's: one that stood still for longer than the lease may lose it."""
        return job in self._mine and (self._jobs / job / self.owner).exists()

    def renew(self) -> None:
        """Give a sign of life.

        Raises:
            StoreError: The folder cannot be written.
        """
        self._count += 1
        path = self._root / "owners" / self.owner
        for tries_left in reversed(range(_TRIES)):
            try:
                path.write_bytes(b"%d\n" % self._count)
                return
            except OSError as error:
                # The folders are new, or were removed by the last one who left.
                if not isinstance(error, FileNotFoundError) or not tries_left:
                    raise self._cannot(error) from error
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._jobs.mkdir(parents=True, exist_ok=True)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._cannot(error) from error

    def close(self) -> None:
        """Give all jobs back, and clear away what owners that are gone have left."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._thread:
            self._thread.join()
        for job in list(self._mine):
            self.release(job)
        with contextlib.suppress(OSError):
            os.unlink(self._root / "owners" / self.owner)
        with contextlib.suppress(OSError):
            for folder in self._jobs.iterdir():
                self._clear(folder)
        with contextlib.suppress(OSError):
            for path in (self._root / "owners").iterdir():
                if self._gone(path.name):
                    path.unlink(missing_ok=True)
        for folder in (self._jobs, self._root / "owners", self._root):
            with contextlib.suppress(OSError):
                folder.rmdir()  # only the last one who leaves can

    def _beat(self) -> None:
        while not self._closed.wait(self._lease / _BEATS_PER_LEASE):
            with contextlib.suppress(StoreError):  # a disk that is full for a moment must not end the signs of life
                self.renew()

    def _make(self, folder: Path) -> bool:
        for _ in range(2):
            try:
                os.mkdir(folder)
                return True
            except FileExistsError:
                return False
            except FileNotFoundError:
                self._jobs.mkdir(parents=True, exist_ok=True)
        return False

    def _enter(self, folder: Path) -> bool:
        try:
            os.close(os.open(folder / self.owner, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileNotFoundError:
            return False  # someone saw the folder empty and removed it
        # Between making the folder and entering it, it may have been removed and made again by another.
        if os.listdir(folder) == [self.owner]:
            return True
        os.unlink(folder / self.owner)
        return False

    def _clear(self, folder: Path) -> bool:
        """Remove the claims of owners that are gone; return whether the folder is away."""
        try:
            for owner in os.listdir(folder):
                if not self._gone(owner):
                    return False
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(folder / owner)
            os.rmdir(folder)
        except FileNotFoundError:
            return True
        except OSError:  # not empty: somebody else was quicker
            return False
        return True

    def _gone(self, owner: str) -> bool:
        if (there := runs(owner)) is not None:
            return not there
        try:
            sign = (self._root / "owners" / owner).read_bytes()
        except OSError:
            sign = b""
        before, since = self._seen.get(owner, (None, 0.0))
        now = self._clock()
        if sign != before:
            self._seen[owner] = (sign, now)
            return False
        return now - since >= self._lease

    def _cannot(self, error: OSError) -> StoreError:
        return StoreError(f"cannot write {self._root}: {one_line(error).lower()}; choose a folder you can write to")
