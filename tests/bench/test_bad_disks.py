"""Sweeps on disks that are full, and on stores that were damaged: a clear message, and nothing lost."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ucrbench.bench import Execution, Sweep, run
from ucrbench.results import ResultStore, StoreError, check

HERE = Execution(backend="inline")
SWEEP = Sweep(("ItalyPowerDemand",), ("raw",), tuple(range(4)), "smoke", scores=("knn",), device="cpu")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True
        ).returncode
    )
    if not mounted:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_ends_the_sweep_in_a_line_and_more_room_lets_it_go_on(small_disk):
    out = small_disk / "out"
    sweep = replace(SWEEP, seeds=tuple(range(60)))
    with pytest.raises(StoreError, match="no space left"):
        run(out, sweep, HERE)
    done = ResultStore(out).finished()
    assert 0 < len(done) < 60
    subprocess.run(["mount", "-o", "remount,size=50m", small_disk], check=True)
    summary = run(out, sweep, HERE)
    assert (summary.finished, summary.ran) == (len(done), 60 - len(done))
    store = ResultStore(out)
    assert len(store.finished()) == len(store.scores()) == 60
    assert check(out).ok


def test_a_disk_that_becomes_read_only_is_told(small_disk):
    out = small_disk / "out"
    run(out, replace(SWEEP, seeds=(0,)), HERE)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StoreError, match="read-only"):
        run(out, SWEEP, HERE)
    assert len(ResultStore(out).finished()) == 1


@pytest.mark.parametrize("table", ["scores", "jobs"])
@pytest.mark.parametrize("harm", ["cut", "flip"])
def test_a_damaged_shard_is_told_set_aside_and_made_again(call, tmp_path, table, harm):
    out = tmp_path / "out"
    run(out, replace(SWEEP, seeds=(0, 1, 2)), HERE)
    run(out, SWEEP, HERE)
    before = ResultStore(out).scores().set_index("seed")["value"]
    shard = max((out / table).glob("*.parquet"), key=lambda path: path.name.split("-")[-2])  # of seed 3 alone
    content = shard.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    shard.write_bytes(content[:middle] if harm == "cut" else flipped)
    again = [
        "-d",
        "ItalyPowerDemand",
        "-v",
        "raw",
        "--seeds",
        "0-3",
        "-p",
        "smoke",
        "--scores",
        "knn",
        "--device",
        "cpu",
    ]
    status, _, error = call("run", out, *again)
    assert (status, "ucrbench check" in error, error.count("\n")) == (2, True, 1)
    found = check(out)
    assert found.findings[0].kind == "damaged"
    assert list((out / "set-aside").rglob("*.parquet"))
    assert run(out, SWEEP, HERE).ran == 1
    after = ResultStore(out).scores().set_index("seed")["value"]
    assert after.sort_index().equals(before.sort_index())
    assert check(out).ok


def test_a_clock_set_back_makes_nothing_old_out_of_something_new(tmp_path, monkeypatch):
    out = tmp_path / "out"
    run(out, replace(SWEEP, seeds=(0,)), HERE)
    monkeypatch.setattr("time.time_ns", lambda: 10**18)
    monkeypatch.setattr("time.time", lambda: 1e9)
    assert run(out, SWEEP, HERE).ran == 3
    assert run(out, SWEEP, HERE).finished == 4
    assert len(ResultStore(out).scores()) == 4


def test_the_folder_of_one_sweep_serves_another_with_other_settings(tmp_path: Path):
    out = tmp_path / "out"
    run(out, replace(SWEEP, variants=("ae",)), HERE)
    changed = replace(SWEEP, variants=("ae",), overrides=("training.lr=1e-2",))
    assert run(out, changed, HERE).ran == 4
    assert run(out, replace(SWEEP, variants=("ae",)), HERE).finished == 4
    assert len(ResultStore(out).finished()) == 8
