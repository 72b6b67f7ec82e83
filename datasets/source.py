"""Where the files of a data set are: among aeon's bundled sets, or in the data folder."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import DatasetError

Source = Literal["bundled", "folder", "download"]


@dataclass(frozen=True)
class Found:
    """The two files of a data set.

    Attributes:
        name: The data set.
        source: Where they came from.
        folder: The folder that holds them.
        data_folder: The data folder, in which the parsed set is cached.
    """

    name: str
    source: Source
    folder: Path
    data_folder: Path

    @property
    def train(self) -> Path:
        """The training file."""
        return self.folder / f"{self.name}_TRAIN.ts"

    @property
    def test(self) -> Path:
        """The test file."""
        return self.folder / f"{self.name}_TEST.ts"

    @property
    def cache(self) -> Path:
        """Where the parsed set is kept: beside its files, but never among aeon's own."""
        return self.data_folder / self.name / f"{self.name}.ucrbench.npz"

    @property
    def remedy(self) -> str:
        """What to do when the files are not what they should be."""
        if self.source == "bundled":
            return "reinstall aeon, whose own copy this is"
        return f"delete {self.folder} and run `ucrbench data fetch {self.name}`"


def data_folder(data_dir: str | os.PathLike | None = None) -> Path:
    """Return the folder in which data sets are looked for and to which they are downloaded.

    Args:
        data_dir: The folder; if None, `$UCRBENCH_DATA`, else aeon's own cache (`$AEON_DATA`, else
            ~/aeon_data).

    Returns:
        An absolute path, which need not exist yet.

    Raises:
        DatasetError: It is something other than a folder.
    """
    chosen = data_dir or os.environ.get("UCRBENCH_DATA") or os.environ.get("AEON_DATA") or Path("~", "aeon_data")
    folder = Path(os.path.abspath(Path(chosen).expanduser()))
    if folder.exists() and not folder.is_dir():
        raise DatasetError(f"the data folder {folder} is a file; name a folder by --data-dir or $UCRBENCH_DATA")
    return folder


def bundled_folder() -> Path | None:
    """Return the folder of the data sets that aeon ships, or None where there is none.

    It is found without importing aeon, which takes seconds.
    """
    spec = importlib.util.find_spec("aeon")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)), "datasets", "data")
    return folder if folder.is_dir() else None


def find(name: str, folder: Path) -> Found | None:
    """Look for a data set among aeon's bundled ones, then in the data folder.

    Args:
        name: A name of the catalogue.
        folder: The data folder.

    Returns:
        Where both files are, or None: half a set counts as none.
    """
    bundled = bundled_folder()
    places: list[tuple[Source, Path]] = [("bundled", bundled / name)] if bundled else []
    for source, place in [*places, ("folder", folder / name)]:
        found = Found(name, source, place, folder)
        if found.train.is_file() and found.test.is_file():
            return found
    return None


def leftover(name: str, folder: Path) -> str:
    """Say what is in the data folder in a set's place when `find` finds none there; "" if nothing is.

    aeon leaves an empty folder behind when a download fails, and a killed one leaves half a set.
    """
    place = folder / name
    if not place.exists():
        return ""
    if not place.is_dir():
        return f"{place} is a file where a folder should be"
    there = [path.name for path in place.glob(f"{name}_T*.ts")]
    if not there:
        # A folder with nothing but the cache of a bundled set is in order.
        return "" if any(place.glob("*.npz")) else f"{place} is an empty folder, as a failed download leaves it"
    lacking = [f"{name}_{split}.ts" for split in ("TRAIN", "TEST") if f"{name}_{split}.ts" not in there]
    return f"{place} lacks {' and '.join(lacking)}"


def offline() -> bool:
    """Whether `$UCRBENCH_OFFLINE` forbids downloads (any value but "" and "0")."""
    return os.environ.get("UCRBENCH_OFFLINE", "") not in ("", "0")
