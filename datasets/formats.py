"""The two formats in which the archive comes: aeon's `.ts`, and the `.tsv` of the archive's own distribution."""

import tempfile
import warnings
from pathlib import Path

import numpy as np

from .errors import DatasetError

Rows = tuple[list[np.ndarray], np.ndarray]  # series (L_i,) float64 and labels (N,) str

# What a header may say that changes how aeon reads the rows below it; nothing in the archive says otherwise.
_TAGS = {"timestamps": "false", "univariate": "true", "targetlabel": "false", "classlabel": "true"}


def read_rows(path: Path, length: int | None) -> Rows:
    """Read one file as it is.

    Args:
        path: A `.ts` or `.tsv` file.
        length: Points of every series as published, None where lengths vary or are not known beforehand.

    Returns:
        The series, NaN where a value is missing, and their labels.

    Raises:
        DatasetError: The file is empty, cannot be read, is not univariate, or has a header that would have its rows
            read as something else than what the archive publishes.
    """
    if path.stat().st_size == 0:
        raise DatasetError(f"{path.name} is empty")
    try:
        series, labels = _from_ts(path, length) if path.suffix == ".ts" else _from_tsv(path)
    except (MemoryError, DatasetError):
        raise
    except Exception as error:  # aeon's parser raises whatever Python does on text it did not expect
        raise DatasetError(f"{path.name} cannot be read ({type(error).__name__}: {error})") from error
    if not series:
        raise DatasetError(f"{path.name} holds no series")
    return series, labels


def _from_ts(path: Path, length: int | None) -> Rows:
    # Imported here: aeon takes seconds to import, and a cached set does not need it.
    from aeon.datasets import load_from_ts_file

    lines = path.read_text(encoding="utf-8").splitlines()
    _check_header(path.name, lines, length)
    kept = [line for line in lines if line.strip()]
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        if len(kept) < len(lines):  # aeon takes an empty line for a series without channels
            path = Path(folder, path.name)
            path.write_text("\n".join(kept) + "\n", encoding="utf-8")
        series, labels = load_from_ts_file(str(path))[:2]
    return [_one_channel(np.asarray(case, dtype=np.float64)) for case in series], np.asarray(labels).astype(str)


def _check_header(name: str, lines: list[str], length: int | None) -> None:
    for line in lines:
        words = line.strip().lower().split()
        if not words or not words[0].startswith("@"):
            continue
        if words[0] == "@data":
            return
        tag, value = words[0][1:], words[1] if len(words) > 1 else ""
        wanted = str(length) if tag == "serieslength" and length is not None else _TAGS.get(tag, value)
        if value != wanted:
            raise DatasetError(
                f"the header of {name} says {line.strip()}, where the archive has {line.split()[0]} {wanted}"
            )


def _from_tsv(path: Path) -> Rows:
    series, labels = [], []
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        if line.strip():
            label, *values = line.rstrip("\r\n").split("\t")
            labels.append(label)
            series.append(np.array(values, dtype=np.float64))
    return series, np.array(labels, dtype=str)


def _one_channel(case: np.ndarray) -> np.ndarray:
    if case.ndim != 2 or case.shape[0] != 1:
        raise ValueError(f"a series of shape {case.shape} is not univariate")
    return case[0]
