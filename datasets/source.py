"""The places of the files of a data set: among aeon's bundled sets, or in the data folder."""

import importlib.util
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import DatasetError

Source = Literal["bundled", "folder", "download"]

ARCHIVE = "UCRArchive_2018"  # the folder into which the archive unpacks
ADJUSTED = "Missing_value_and_variable_length_datasets_adjusted"  # the archive's own folder in it


@dataclass(frozen=True)
class Found:
    """The two files of a data set.

    Attributes:
        name: The data set.
        source: Where they came from.
        folder: The folder that holds them.
        data_folder: The data folder, in which the parsed set is cached.
        suffix: Of the files: ".ts" as aeon has them, or ".tsv" as the archive itself is distributed.
        adjusted: Whether the archive's own adjusted copy stands in: gaps interpolated, unequal lengths padded.
    """

    name: str
    source: Source
    folder: Path
    data_folder: Path
    suffix: str = ".ts"
    adjusted: bool = False

    @property
    def train(self) -> Path:
        """The training file."""
        return self.folder / f"{self.name}_TRAIN{self.suffix}"

    @property
    def test(self) -> Path:
        """The test file."""
        return self.folder / f"{self.name}_TEST{self.suffix}"

    @property
    def cache(self) -> Path:
        """The path of the cache of the parsed set: beside its files, but never among aeon's own."""
        return self.data_folder / self.name / f"{self.name}.ucrbench.npz"

    @property
    def remedy(self) -> str:
        """The advice for a user whose files are not what they should be."""
        if self.source == "bundled":
            return "reinstall aeon, whose own copy this is"
        if self.suffix == ".tsv":
            return f"unpack {self.folder} from the archive again"
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

    There it may lie as aeon keeps it, NAME/NAME_TRAIN.ts, or as the archive is distributed: NAME/NAME_TRAIN.tsv, in the
    folder itself or in UCRArchive_2018 below it. Of the archive's adjusted copies one is taken only where the original
    is not there.

    Args:
        name: A name of the catalogue.
        folder: The data folder.

    Returns:
        Where both files are, or None: half a set counts as none.
    """
    bundled = bundled_folder()
    places = [Found(name, "bundled", bundled / name, folder)] if bundled else []
    places.append(Found(name, "folder", folder / name, folder))
    for root in (folder, folder / ARCHIVE):
        places.append(Found(name, "folder", root / name, folder, ".tsv", adjusted=root.name == ADJUSTED))
    for root in (folder, folder / ARCHIVE):
        places.append(Found(name, "folder", root / ADJUSTED / name, folder, ".tsv", adjusted=True))
    for found in places:
        if found.train.is_file() and found.test.is_file():
            return found
    return None


def leftover(name: str, folder: Path) -> str:
    """Say what is in the data folder in a set's places when `find` finds none there; "" if nothing is.

    aeon leaves an empty folder behind when a download fails, a killed one leaves half a set, and people unpack other
    formats or a folder within a folder, or write names in small letters.
    """
    roots = (folder, folder / ARCHIVE)
    told = (say(name, root) for say in (_remains, _misspelt) for root in roots)
    return next(filter(None, told), "")


def elsewhere(name: str, folder: Path) -> str:
    """Say where the set lies in or below the data folder when it is in none of its places there; "" if nowhere."""
    packed = [folder / file for file in (f"{ARCHIVE}.zip", f"{name}.zip") if (folder / file).is_file()]
    if packed:
        return f"{packed[0]} is there, and not unpacked"
    for above in ("", "*/", "*/*/"):
        for found in folder.glob(f"{above}{name}/{name}_TRAIN.ts*" if above else f"{name}_TRAIN.ts*"):
            if any(part.startswith(".") for part in found.relative_to(folder).parts):
                continue  # of a download
            if found.parent != folder:
                return f"it lies in {found.parent}: name {found.parent.parent}"
            if folder.name == name:
                return f"{folder} is its own folder: name {folder.parent}"
            return f"{found.name} lies in {folder} itself: put it into a folder {name} there"
    return ""


def _remains(name: str, root: Path) -> str:
    place = root / name
    if not place.exists():
        return ""
    if not place.is_dir():
        return f"{place} is a file where a folder should be"
    # A folder with nothing but the cache of a bundled set is in order.
    there = sorted(path.name + "/" * path.is_dir() for path in place.iterdir() if path.suffix != ".npz")
    if not there:
        return "" if any(place.iterdir()) else f"{place} is an empty folder, as a failed download leaves it"
    suffix = ".tsv" if any(file.endswith(".tsv") for file in there) else ".ts"
    wanted = (f"{name}_{split}{suffix}" for split in ("TRAIN", "TEST"))
    lacking = [file for file in wanted if not (place / file).is_file()]
    if len(lacking) == 1:
        return f"{place} lacks {lacking[0]}"
    deeper = next((path.parent for path in place.rglob(f"{name}_TRAIN.*") if path.suffix in (".ts", ".tsv")), place)
    if deeper != place:
        return f"{place} lacks {' and '.join(lacking)}, which lie deeper in {deeper}: move them up"
    held = ", ".join(there[:3]) + (", ..." if len(there) > 3 else "")
    other = " or both as .tsv," if suffix == ".ts" else ""
    return f"{place} lacks {' and '.join(lacking)},{other} and holds {held}"


def _misspelt(name: str, root: Path) -> str:
    """Say which folder is that of a set but for letter case and signs in its name; "" if none is."""
    for place in sorted(root.glob("*/")):
        files = [path.name for path in place.glob("*.ts*")]
        if files and place.name != name and _plain(place.name) == _plain(name):
            also = (
                "" if any(file.startswith(f"{name}_") for file in files) else f", and its files {name}_TRAIN and _TEST"
            )
            return f"{place} is spelt otherwise: call it {name}{also}"
    return ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def offline() -> bool:
    """Return whether `$UCRBENCH_OFFLINE` forbids downloads (any value but "" and "0")."""
    return os.environ.get("UCRBENCH_OFFLINE", "") not in ("", "0")
