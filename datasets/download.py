"""Downloading through aeon: one at a time, into a temporary place, moved when whole and checked."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from .catalogue import info
from .errors import DatasetError
from .reading import parse
from .source import Found, elsewhere, find, leftover, offline

ATTEMPTS = 4
FIRST_PAUSE = 1.0
LOCK_TIMEOUT = 3600.0
STAGING = ".ucrbench-download-"


def _fetch_through_aeon(name: str, folder: Path) -> None:
    """Let aeon download one set into `folder/name`: the one place where the network is touched."""
    from aeon.datasets import load_classification

    load_classification(name, split="train", extract_path=str(folder))


def download(
    name: str,
    folder: Path,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> Found:
    """Download one data set into the data folder.

    Only one process downloads into a data folder at a time; one that had to wait finds what the other
    brought. A failed try, or one whose files are not what the catalogue says, is repeated after 1, 2, 4, ...
    seconds.

    Args:
        name: A name of the catalogue.
        folder: The data folder, made if need be.
        attempts: Tries in all.
        sleep: Called with the seconds to wait between tries.

    Returns:
        Where the files now are.

    Raises:
        DatasetError: Downloads are forbidden, all tries failed, or the data folder cannot be written.
    """
    there = leftover(name, folder) or elsewhere(name, folder)
    note = f" ({there})" if there else ""
    way_out = (
        f"run `ucrbench data fetch {name}` with network, or name a folder that has it by --data-dir or $UCRBENCH_DATA"
    )
    if offline():
        raise DatasetError(f"{name} is not in {folder}{note} and UCRBENCH_OFFLINE forbids downloads: {way_out}")
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    lock = folder / ".ucrbench-download.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=LOCK_TIMEOUT):
            found = find(name, folder)
            if found:
                return found
            # Whoever made these held the lock, so they are not being written any more.
            for stale in folder.glob(f"{STAGING}*"):
                shutil.rmtree(stale, ignore_errors=True)
            for attempt in range(attempts):
                if attempt:
                    sleep(FIRST_PAUSE * 2 ** (attempt - 1))
                try:
                    return _download_once(name, folder)
                except PermissionError:  # of the data folder: another try would not help
                    raise
                except Exception as error:  # aeon turns what the network does into many kinds of error
                    problem = str(error) or type(error).__name__
            _leave_no_trace(lock, made)
    except Timeout as error:
        raise DatasetError(
            f"{name}: another process has been downloading into {folder} for {LOCK_TIMEOUT:.0f} s; "
            "wait for it, or name another folder by --data-dir or $UCRBENCH_DATA"
        ) from error
    except OSError as error:
        raise DatasetError(
            f"{name} is not in {folder}{note}, which cannot be written ({error.strerror or error}): {way_out}"
        ) from error
    raise DatasetError(f"{name} is not in {folder}{note} and could not be downloaded ({problem}): {way_out}")


def _leave_no_trace(lock: Path, made: list[Path]) -> None:
    """Remove, after a download that failed, the lock and the folders that were made for it."""
    with contextlib.suppress(OSError):
        lock.unlink(missing_ok=True)
        for place in made:
            place.rmdir()


def _download_once(name: str, folder: Path) -> Found:
    """Download into a temporary place beside the target, check there, and move."""
    folder.mkdir(parents=True, exist_ok=True)  # another process that failed may have cleared it away
    staging = Path(tempfile.mkdtemp(dir=folder, prefix=STAGING))
    try:
        # mkdtemp makes folders for the owner alone, and what aeon makes inside it keeps the usual mode.
        _fetch_through_aeon(name, staging)
        staged = Found(name, "download", staging / name, staging)
        if not (staged.train.is_file() and staged.test.is_file()):
            raise DatasetError("the download brought no train and test file")
        # Reading checks the set and leaves its cache beside it, which moves along.
        parse(staged, info(name))
        target = folder / name
        if target.is_dir():
            # What stands there is no data set (an empty folder, half a download, a cache): `find` said so.
            with contextlib.suppress(OSError):
                target.rmdir()
        if target.is_dir():
            # The test file last: a set counts as there only once both are.
            for path in sorted(staged.folder.iterdir(), key=lambda p: p == staged.test):
                path.replace(target / path.name)
        else:
            staged.folder.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Found(name, "download", folder / name, folder)
