"""Fixtures: data folders of each test's own, real sets where they can be had."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from dataset_places import BUNDLED, LOCAL_ARCHIVE, MAKER

from ucrbench.datasets import source

# Two of the sets that the script makes without a download: one with unequal lengths, one without.
MADE = ("ShakeGestureWiimoteZ", "SmoothSubspace")


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch):
    """Keep every test out of the user's own data folder, and off the network."""
    home = tmp_path / "data"
    monkeypatch.setenv("UCRBENCH_DATA", str(home))
    monkeypatch.setenv("UCRBENCH_OFFLINE", "1")
    return home


@pytest.fixture(scope="session")
def made_archive(tmp_path_factory):
    """A folder with the sets of MADE, laid out as the archive is published."""
    if not MAKER.is_file():
        pytest.skip(f"no {MAKER}")
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, str(MAKER), str(folder), *MADE], check=True, capture_output=True)
    return folder


@pytest.fixture
def archive(data_home):
    """Copy a bundled set into the data folder under its own name, as if it had been downloaded there.

    Its bundled twin is hidden by `no_bundled`, so that the copy is what is found.
    """

    def put(name: str, folder: Path = data_home) -> Path:
        target = folder / name
        target.mkdir(parents=True)
        for split in ("TRAIN", "TEST"):
            shutil.copy(BUNDLED / name / f"{name}_{split}.ts", target)
        return target

    return put


@pytest.fixture
def no_bundled(monkeypatch):
    """An aeon that ships no data, so that its small sets can stand for downloaded ones."""
    monkeypatch.setattr(source, "bundled_folder", lambda: None)


@pytest.fixture
def local_set():
    """Return the local archive's folder if it has a set, else skip."""

    def need(name: str) -> Path:
        if not (LOCAL_ARCHIVE / name / f"{name}_TEST.ts").is_file():
            pytest.skip(f"no {name} in {LOCAL_ARCHIVE}")
        return LOCAL_ARCHIVE

    return need


@pytest.fixture
def read_only_folder(no_bundled):
    """A data folder with ItalyPowerDemand that can be read and not written, by root neither."""
    if not hasattr(os, "geteuid"):
        pytest.skip("file modes do not bind here")
    import aeon.datasets  # noqa: F401  (while its files can surely be read)

    # Not below tmp_path, which is for its owner alone.
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(BUNDLED / "ItalyPowerDemand", folder / "ItalyPowerDemand")
    for path in (folder / "ItalyPowerDemand", folder):
        path.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    for path in (folder, folder / "ItalyPowerDemand"):
        path.chmod(0o755)
    shutil.rmtree(folder)
