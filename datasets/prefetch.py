"""`fetch` and `verify`: many data sets at once, with one line for each."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import hashes, source
from .catalogue import catalogue, info
from .download import ATTEMPTS, download
from .errors import DatasetError
from .reading import read_raw
from .source import Found, Source

Status = Literal["bundled", "present", "fetched", "failed"]

_STATUS: dict[Source, Status] = {"bundled": "bundled", "folder": "present", "download": "fetched"}


@dataclass(frozen=True)
class FetchResult:
    """The outcome of `fetch` for one data set.

    Attributes:
        name: The data set.
        status: "bundled" (with aeon), "present" (in the data folder before), "fetched" or "failed".
        problem: One line, "" where there is none.
        seconds: Wall-clock time that it took.
    """

    name: str
    status: Status
    problem: str
    seconds: float

    @property
    def ok(self) -> bool:
        """True if the set is there and is what the archive publishes."""
        return self.status != "failed"


@dataclass(frozen=True)
class VerifyResult:
    """The outcome of `verify` for one data set.

    Attributes:
        name: The data set.
        source: "bundled" or "folder"; "absent" where it was asked for and is not there.
        problem: One line, "" where all is well.
        data_hash: Content hash, "" where the set cannot be read.
        recorded: Whether a hash of this set is on record, which `data_hash` then equals if `problem` is "".
    """

    name: str
    source: Literal["bundled", "folder", "absent"]
    problem: str
    data_hash: str
    recorded: bool

    @property
    def ok(self) -> bool:
        """True if the set is what the archive publishes."""
        return not self.problem


def fetch(
    names: Iterable[str] | str,
    data_dir: str | os.PathLike | None = None,
    progress: Callable[[FetchResult], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[FetchResult]:
    """Make sure that data sets are there: download what lacks, check and cache all.

    A set that fails is reported and the rest go on. After a download has failed through all its tries, the
    following sets get one try each until one succeeds, so that a missing network does not cost minutes a set.

    Args:
        names: Names in the archive, one name, or "all".
        data_dir: The data folder, as for `load`.
        progress: Called with each result as it comes.
        sleep: Called with the seconds to wait between tries.

    Returns:
        One result per name, in the order asked for.

    Raises:
        DatasetError: An unknown name or a data folder that is none; nothing has been downloaded then.
    """
    wanted = _names(names)
    folder = source.data_folder(data_dir)
    results = []
    attempts = ATTEMPTS
    for name in wanted:
        start = time.perf_counter()
        status: Status = "failed"
        problem = ""
        try:
            found = source.find(name, folder)
            if found is None:
                attempts_now, attempts = attempts, 1
                found = download(name, folder, attempts=attempts_now, sleep=sleep)
                attempts = ATTEMPTS
            read_raw(found, info(name))
            status = _STATUS[found.source]
        except DatasetError as error:
            problem = str(error)
        results.append(FetchResult(name, status, problem, time.perf_counter() - start))
        if progress:
            progress(results[-1])
    return results


def verify(
    data_dir: str | os.PathLike | None = None,
    names: Iterable[str] | str | None = None,
    progress: Callable[[VerifyResult], None] | None = None,
) -> list[VerifyResult]:
    """Read the files of data sets anew and hold them against the catalogue and the hashes on record.

    What `load` would read is what is verified: aeon's own copy of a bundled set, the data folder's of any
    other. Nothing is downloaded, and nothing is written but caches.

    Args:
        data_dir: The data folder, as for `load`.
        names: Names in the archive, one name, or "all"; if None, every set of which anything is there.
        progress: Called with each result as it comes.

    Returns:
        One result per data set.

    Raises:
        DatasetError: An unknown name or a data folder that is none.
    """
    folder = source.data_folder(data_dir)
    results = []
    for name in catalogue() if names is None else _names(names):
        found = source.find(name, folder)
        if found:
            results.append(_verify_one(found))
        else:
            left = source.leftover(name, folder)
            if names is None and not left:
                continue
            left = left or source.elsewhere(name, folder) or f"no {Path(folder, name)}"
            problem = f"{name} is not there: {left}; run `ucrbench data fetch {name}`"
            results.append(VerifyResult(name, "absent", problem, "", name in hashes.recorded()))
        if progress:
            progress(results[-1])
    return results


def _verify_one(found: Found) -> VerifyResult:
    name = found.name
    where: Literal["bundled", "folder"] = "bundled" if found.source == "bundled" else "folder"
    known = hashes.recorded().get(name)
    try:
        _, data_hash = read_raw(found, info(name), fresh=True)
    except DatasetError as error:
        return VerifyResult(name, where, str(error), "", known is not None)
    problem = ""
    if known is not None and known != data_hash:
        problem = f"{name}: values or labels differ from those on record, so it is altered: {found.remedy}"
    return VerifyResult(name, where, problem, data_hash, known is not None)


def _names(names: Iterable[str] | str) -> list[str]:
    if isinstance(names, str):
        names = catalogue() if names == "all" else [names]
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        info(name)
    return wanted
