"""Downloading, with aeon's own download replaced at the one place where it is called."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from dataset_places import BUNDLED

from ucrbench.datasets import DatasetError, data_hash, download, fetch, info, load, source

pytestmark = pytest.mark.usefixtures("no_bundled")


class FakeAeon:
    """Stands for aeon's download: brings the bundled files, after so many failures of its own kind."""

    def __init__(self, failures=0, bring=lambda name, target: None):
        self.calls = []
        self.failures = failures
        self.bring = bring

    def __call__(self, name, folder):
        self.calls.append(name)
        (folder / name).mkdir()  # aeon makes this first and leaves it behind
        if len(self.calls) <= self.failures:
            raise ValueError("Could not download files: URLError: <urlopen error\n timed out>")
        for split in ("TRAIN", "TEST"):
            shutil.copy(BUNDLED / name / f"{name}_{split}.ts", folder / name)
        self.bring(name, folder / name)


@pytest.fixture
def aeon(monkeypatch):
    """Allow downloads and put a FakeAeon in aeon's place; call it to set its manners."""
    monkeypatch.delenv("UCRBENCH_OFFLINE")

    def install(**manners):
        fake = FakeAeon(**manners)
        monkeypatch.setattr(download, "_fetch_through_aeon", fake)
        return fake

    return install


def _cut_test_file(name, target):
    path = target / f"{name}_TEST.ts"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-5]))


def _files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if "lock" not in p.name)


WHOLE = [
    "GunPoint",
    "GunPoint/GunPoint.ucrbench.npz",
    "GunPoint/GunPoint_TEST.ts",
    "GunPoint/GunPoint_TRAIN.ts",
]


def test_set_that_lacks_is_downloaded_once(aeon, data_home, monkeypatch):
    fake = aeon()
    assert load("GunPoint").source == "download"
    assert load("GunPoint").source == "folder"
    assert fake.calls == ["GunPoint"]
    assert _files(data_home) == WHOLE
    # The cache made before the move holds good after it.
    monkeypatch.setattr("ucrbench.datasets.reading.read_split", None)
    load("GunPoint")


def test_download_that_fails_twice_then_works(aeon, data_home):
    fake, pauses = aeon(failures=2), []
    (result,) = fetch(["GunPoint"], sleep=pauses.append)
    assert (result.status, result.problem, result.ok) == ("fetched", "", True)
    assert (len(fake.calls), pauses) == (3, [1.0, 2.0])
    assert _files(data_home) == WHOLE


def test_truncated_download_is_tried_again_and_never_kept(aeon, data_home):
    fake, pauses = aeon(bring=_cut_test_file), []
    (result,) = fetch(["GunPoint"], sleep=pauses.append)
    assert not result.ok
    assert "GunPoint_TEST.ts has 145 cases where the archive has 150" in result.problem
    assert "\n" not in result.problem
    assert (len(fake.calls), pauses) == (4, [1.0, 2.0, 4.0])
    assert not data_home.exists()


def test_failing_download_is_one_line_and_leaves_nothing(aeon, data_home, monkeypatch):
    aeon(failures=99)
    monkeypatch.setattr(download, "FIRST_PAUSE", 0.0)
    with pytest.raises(DatasetError, match=r"could not be downloaded .*timed out.*`ucrbench data fetch") as caught:
        load("GunPoint")
    assert "\n" not in str(caught.value)
    assert not data_home.exists()


def test_download_without_files_fails(aeon):
    def remove(name, target):
        (target / f"{name}_TEST.ts").unlink()

    aeon(bring=remove)
    (result,) = fetch("GunPoint", sleep=lambda s: None)
    assert "brought no train and test file" in result.problem


@pytest.mark.parametrize("left", [(), ("GunPoint_TRAIN.ts",), ("GunPoint.ucrbench.npz", "notes.txt")])
def test_what_a_failed_download_left_behind_is_replaced(aeon, data_home, left):
    aeon()
    (data_home / "GunPoint").mkdir(parents=True)
    for name in left:
        (data_home / "GunPoint" / name).write_text("half")
    (data_home / ".ucrbench-download-killed").mkdir()
    assert load("GunPoint").source == "download"
    assert set(WHOLE) <= set(_files(data_home)) <= {*WHOLE, "GunPoint/notes.txt"}
    assert load("GunPoint").source == "folder"


def test_a_broken_set_is_never_overwritten(aeon, archive):
    fake, folder = aeon(), archive("GunPoint")
    _cut_test_file("GunPoint", folder)
    (result,) = fetch(["GunPoint"])
    assert "delete" in result.problem
    assert fake.calls == []


def test_fetch_goes_on_after_a_failure_and_tries_the_rest_once(aeon, data_home, archive):
    archive("ArrowHead")
    fake, seen = aeon(failures=5), []
    results = fetch(
        ["OSULeaf", "ArrowHead", "ItalyPowerDemand", "GunPoint", "GunPoint"],
        progress=seen.append,
        sleep=lambda s: None,
    )
    assert [(r.name, r.status) for r in results] == [
        ("OSULeaf", "failed"),
        ("ArrowHead", "present"),
        ("ItalyPowerDemand", "failed"),
        ("GunPoint", "fetched"),
    ]
    assert fake.calls == ["OSULeaf"] * 4 + ["ItalyPowerDemand", "GunPoint"]
    assert seen == results


def test_fetch_of_an_unknown_name_touches_nothing(aeon, data_home):
    fake = aeon()
    with pytest.raises(DatasetError, match="did you mean GunPoint"):
        fetch(["ArrowHead", "gunpoint"])
    assert fake.calls == []
    assert not data_home.exists()


def test_bundled_sets_are_not_fetched(aeon, monkeypatch):
    monkeypatch.setattr(source, "bundled_folder", lambda: BUNDLED)
    fake = aeon()
    assert [r.status for r in fetch(["GunPoint", "ArrowHead"])] == ["bundled", "bundled"]
    assert fake.calls == []


def test_offline_refuses_at_once(aeon, monkeypatch):
    fake = aeon()
    monkeypatch.setenv("UCRBENCH_OFFLINE", "1")
    with pytest.raises(DatasetError, match="UCRBENCH_OFFLINE"):
        data_hash("GunPoint")
    assert fake.calls == []


def test_lock_held_too_long_is_one_line(aeon, data_home, monkeypatch):
    aeon()
    monkeypatch.setattr(download, "LOCK_TIMEOUT", 0.1)
    data_home.mkdir()
    with (
        download.FileLock(data_home / ".ucrbench-download.lock"),
        pytest.raises(DatasetError, match="another process has been downloading"),
    ):
        download.download("GunPoint", data_home)


FETCH_SLOWLY = """
import shutil, sys, time
from pathlib import Path
from ucrbench.datasets import download, fetch, source

bundled, data, go = source.bundled_folder(), Path(sys.argv[1]), Path(sys.argv[2])

def slow(name, folder):
    with open(data.parent / "calls", "a") as log:
        print(name, file=log)
    time.sleep(0.5)
    shutil.copytree(bundled / name, folder / name)

source.bundled_folder = lambda: None
download._fetch_through_aeon = slow
import aeon.datasets  # before the start, so that both arrive together
(data.parent / sys.argv[3]).touch()
while not go.exists():
    time.sleep(0.01)
print(*(r.status for r in fetch(["GunPoint"], data)))
"""


def test_two_processes_that_fetch_the_same_set(data_home):
    go = data_home.with_name("go")
    environment = {k: v for k, v in os.environ.items() if k != "UCRBENCH_OFFLINE"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", FETCH_SLOWLY, str(data_home), str(go), f"ready{i}"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(2)
    ]
    deadline = time.monotonic() + 60
    while len(list(data_home.parent.glob("ready*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    go.touch()
    said = sorted(process.communicate(timeout=60)[0].strip() for process in both)
    assert said == ["fetched", "present"]
    assert (data_home.parent / "calls").read_text().split() == ["GunPoint"]
    assert set(WHOLE) <= set(_files(data_home))
    assert load("GunPoint").x_train.shape == (info("GunPoint").n_train, 1, 150)
