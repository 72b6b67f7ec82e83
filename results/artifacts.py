"""Artifacts that a store keeps of a job beside its rows: samples, latents, curves, weights.

Beside the artifacts of a job lies `SHA256SUMS`, as `sha256sum -c` reads it. A line is added before its artifact is in
place, and none is taken away: whichever of several versions is there when a write is cut off has its line.
"""

import hashlib
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .errors import StoreError, one_line
from .files import write_whole
from .folder import StoreFolder
from .shards import damaged, parse

SUMS = "SHA256SUMS"
_KEY = re.compile(r"[0-9a-f]{4,64}")
_ARTIFACT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_LINE = re.compile(rb"([0-9a-f]{64})  ([^\n]+)")
_CURVES = pa.schema([("stage", pa.string()), ("step", pa.int64()), ("name", pa.string()), ("value", pa.float64())])


class Artifacts(StoreFolder):
    """The artifacts of a store; `ResultStore` has these methods."""

    def artifact_path(self, job: str, name: str) -> Path:
        """Return the path at which an artifact of a job lies, or would lie.

        Raises:
            StoreError: `job` is no key, or `name` no plain file name.
        """
        if not _ARTIFACT.fullmatch(name) or name == SUMS:
            raise StoreError(f"{name!r} is no name for an artifact; use letters, digits and . _ -")
        return self.path / "artifacts" / check_key(job) / name

    def save_artifact(self, job: str, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Store an artifact of any kind whole: `write` fills the binary file it is given.

        Raises:
            StoreError: As `artifact_path`, or the file cannot be written.
        """
        self._save(self.artifact_path(job, name), write)

    def artifact(self, job: str, name: str) -> bytes | None:
        """Return the content of an artifact, None where there is none.

        Raises:
            StoreError: As `artifact_path`, or the file is damaged.
        """
        return read_artifact(self.artifact_path(job, name))

    def save_arrays(self, job: str, name: str, **arrays: np.ndarray) -> None:
        """Store named arrays of a job under "samples" or "latents".

        samples: `unconditional` (n, L'), `conditional` (m, L') float32, `conditional_labels` (m,) int64.
        latents: `train`, `test` pooled features, `y_train`, `y_test`, and where there is a quantiser
        `train_continuous`, `test_continuous`.

        Raises:
            StoreError: As `save_artifact`, or an array holds Python objects.
        """
        self._save_arrays(self.artifact_path(job, f"{name}.npz"), arrays)

    def arrays(self, job: str, name: str) -> dict[str, np.ndarray] | None:
        """Return arrays as `save_arrays` stored them, None where none were; raise StoreError for a damaged file."""
        return read_arrays(self.artifact_path(job, f"{name}.npz"))

    def samples(self, job: str) -> dict[str, np.ndarray] | None:
        """Return the generated series of a job, None where none were kept; raise StoreError for a damaged file."""
        return self.arrays(job, "samples")

    def latents(self, job: str) -> dict[str, np.ndarray] | None:
        """Return the pooled latents of a job, None where none were kept; raise StoreError for a damaged file."""
        return self.arrays(job, "latents")

    def save_curves(self, job: str, frame: pd.DataFrame) -> None:
        """Store training curves: a frame with the columns stage, step, name, value.

        Raises:
            StoreError: A column lacks, or the file cannot be written.
        """
        if missing := [name for name in _CURVES.names if name not in frame]:
            raise StoreError(f"the curves of job {job} lack the column {missing[0]}")
        table = pa.Table.from_pandas(frame[_CURVES.names], schema=_CURVES, preserve_index=False)
        self._save(self.artifact_path(job, "curves.parquet"), lambda file: pq.write_table(table, file))

    def curves(self, job: str) -> pd.DataFrame | None:
        """Return the training curves of a job, None where none were kept; raise StoreError for a damaged file."""
        return read_curves(self.artifact_path(job, "curves.parquet"))

    def save_real(self, dataset: str, x: np.ndarray, y: np.ndarray) -> None:
        """Store a few real test series of a data set for pictures: x (n, L) float32, y (n,) int64.

        Raises:
            StoreError: The file cannot be written.
        """
        self._save_arrays(self._real_path(dataset), {"x": x, "y": y})

    def real(self, dataset: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the real series kept for pictures, (x, y), or None; raise StoreError for a damaged file."""
        path = self._real_path(dataset)
        arrays = read_arrays(path)
        if arrays is not None and not {"x", "y"} <= arrays.keys():
            raise damaged(path)
        return None if arrays is None else (arrays["x"], arrays["y"])

    def copy_artifact(self, source: Path, place: Path) -> None:
        """Copy an artifact of another store to its place in this one.

        Raises:
            StoreError: It is damaged, or cannot be written.
        """
        if (content := read_artifact(source)) is not None:
            self._save(place, lambda file: file.write(content))

    def _real_path(self, dataset: str) -> Path:
        # A name from outside must neither leave the folder nor be longer than a file name may be.
        name = quote(dataset, safe="")
        if len(name) > 200:
            name = hashlib.sha256(dataset.encode()).hexdigest()
        return self.path / "artifacts" / "real" / f"{name}.npz"

    def _save_arrays(self, path: Path, arrays: dict[str, np.ndarray]) -> None:
        if objects := [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]:
            raise StoreError(f"array {objects[0]} holds Python objects; store numbers")
        # numpy's types take any name for that of its option allow_pickle.
        self._save(path, lambda file: np.savez_compressed(file, **arrays))  # pyright: ignore[reportArgumentType]

    def _save(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        self._ready()

        def write_and_sum(file: io.BufferedRandom) -> None:
            write(file)
            file.seek(0)
            _add_sum(path, hashlib.file_digest(file, "sha256").hexdigest())

        write_whole(path, self.scratch, write_and_sum)


def check_key(key: str) -> str:
    """Return the key, or raise StoreError where it is none."""
    if not is_key(key):
        raise StoreError(f"{key!r} is no key; keys are 4 to 64 lower-case hex digits")
    return key


def is_key(key: object) -> bool:
    """Return whether this can be the key of a job, an attempt or a reference."""
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def read_artifact(path: Path) -> bytes | None:
    """Return the content of an artifact that agrees with its checksum; None where there is no such file.

    Raises:
        StoreError: The file is damaged, or cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {one_line(error).lower()}") from error
    sums = {digest for digest, name in read_sums(path.parent) if name == path.name}
    # Without a line (a file put there by hand) there is nothing to compare with.
    if sums and hashlib.sha256(content).hexdigest() not in sums:
        raise damaged(path)
    return content


def read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays of an artifact, None where there is no such file; raise StoreError for a damaged one."""
    content = read_artifact(path)
    if content is None:
        return None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except Exception as error:  # a damaged zip raises from zipfile, zlib, struct or numpy; a lone array has no files
        raise damaged(path) from error


def read_curves(path: Path) -> pd.DataFrame | None:
    """Return the curves of an artifact, None where there is no such file; raise StoreError for a damaged one."""
    content = read_artifact(path)
    return None if content is None else parse(content, _CURVES, path)[0].to_pandas()


def read_sums(folder: Path, strict: bool = False) -> list[tuple[str, str]]:
    """Return (checksum, name) of each line beside artifacts; pass over one that was cut off, or raise if `strict`."""
    try:
        lines = (folder / SUMS).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"cannot read {folder / SUMS}: {one_line(error).lower()}") from error
    matches = [_LINE.fullmatch(line) for line in lines if line]
    if strict and not all(matches):
        raise damaged(folder / SUMS)
    return [(match[1].decode(), match[2].decode(errors="replace")) for match in matches if match]


def _add_sum(path: Path, digest: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if (digest, path.name) in read_sums(path.parent):
        return
    with (path.parent / SUMS).open("a+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 1))
        torn = file.read() not in (b"", b"\n")
        file.write(b"\n" * torn + f"{digest}  {path.name}\n".encode())
        file.flush()
        os.fsync(file.fileno())
