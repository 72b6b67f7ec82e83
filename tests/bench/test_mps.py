"""The life of an MPS daemon beside a sweep, by a stand-in for NVIDIA's control program on the PATH."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ucrbench.bench.sweep.mps import SHARE, Sharing, shared_card

STAND_IN = """#!/bin/bash
pid="$CUDA_MPS_PIPE_DIRECTORY/nvidia-cuda-mps-control.pid"
if [ "$1" = -d ]; then
    sleep 1000 >/dev/null 2>&1 </dev/null &
    echo $! > "$pid"
    echo "start $CUDA_MPS_PIPE_DIRECTORY" >> "$MPS_TEST_LOG"
    exit "${MPS_TEST_STATUS:-0}"
fi
read -r command
[ -f "$pid" ] || exit 1
echo "$command $CUDA_MPS_PIPE_DIRECTORY" >> "$MPS_TEST_LOG"
[ "$command" = quit ] && kill "$(cat "$pid")"
exit 0
"""

# A sweep on a CPU that shares its "card" as one on CUDA would.
SWEEP = """
import sys
from ucrbench.bench import Execution, Sweep
from ucrbench.bench.sweep import mps, run

share = run.shared_card
run.shared_card = lambda device, wanted: share("cuda", wanted)
sweep = Sweep(("ItalyPowerDemand",), tuple(sys.argv[2:]), preset="smoke", scores=("knn",), device="cpu")
run.run(sys.argv[1], sweep, Execution(workers=1))
"""

MODEL = """
import os, pathlib, time
import numpy as np

class Quick:
    def fit(self, x, y):
        names = "CUDA_MPS_PIPE_DIRECTORY", "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"
        pathlib.Path("seen").write_text(" ".join(os.environ.get(name, "") for name in names))
    def encode(self, x):
        return np.asarray(x)[:, 0, :3]

class Failing(Quick):
    def fit(self, x, y):
        super().fit(x, y)
        raise ValueError("no")

class Hanging(Quick):
    def fit(self, x, y):
        super().fit(x, y)
        time.sleep(600)
"""


@pytest.fixture
def card(tmp_path, monkeypatch):
    """A folder with the stand-in on the PATH, and a temporary folder of its own."""
    control = tmp_path / "bin" / "nvidia-cuda-mps-control"
    control.parent.mkdir()
    control.write_text(STAND_IN)
    control.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "models_of_mps_test.py").write_text(MODEL)
    monkeypatch.setenv("PATH", f"{control.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("MPS_TEST_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    for name in ("CUDA_MPS_PIPE_DIRECTORY", SHARE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def log(card: Path) -> list[str]:
    """The commands that the stand-in was given, without the folders."""
    path = card / "log"
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


def sweep(card: Path, *models: str) -> subprocess.Popen:
    command = [sys.executable, "-c", SWEEP, str(card / "out"), *(f"models_of_mps_test:{model}" for model in models)]
    return subprocess.Popen(command, cwd=card, start_new_session=True)


def wait_until(condition, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def folders(card: Path) -> list[Path]:
    return list((card / "tmp").glob("ucrbench-mps-*"))


def test_it_is_started_once_told_to_workers_and_ended(card):
    assert sweep(card, "Quick", "Failing").wait(timeout=300) == 0
    assert log(card) == ["start", "quit"]
    started = (card / "log").read_text().split()[1]
    assert (card / "seen").read_text() == f"{started} 100"  # a job at a time has the whole card
    assert not folders(card)


def test_it_ends_with_a_sweep_that_is_interrupted(card):
    process = sweep(card, "Hanging")
    wait_until((card / "seen").exists)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=120)
    assert log(card) == ["start", "quit"]
    assert not folders(card)


def test_the_next_sweep_ends_what_a_killed_one_left(card):
    process = sweep(card, "Hanging")
    wait_until((card / "seen").exists)
    process.kill()
    process.wait()
    (left,) = folders(card)
    daemon = int((left / "nvidia-cuda-mps-control.pid").read_text())
    assert psutil.pid_exists(daemon)
    with shared_card("cuda", True) as sharing:
        assert sharing.at_once
        assert not left.exists()
    assert log(card) == ["start", "quit", "start", "quit"]
    wait_until(lambda: not psutil.pid_exists(daemon) or psutil.Process(daemon).status() == psutil.STATUS_ZOMBIE)


def test_the_daemon_of_a_sweep_that_runs_is_left_alone(card):
    with shared_card("cuda", True) as first, shared_card("cuda", True) as second:
        assert first.environment != second.environment
        assert len(folders(card)) == 2
    assert not folders(card)


def test_one_that_somebody_runs_is_used_as_it_is(card, monkeypatch):
    theirs = card / "theirs"
    theirs.mkdir()
    monkeypatch.setenv("CUDA_MPS_PIPE_DIRECTORY", str(theirs))
    (theirs / "nvidia-cuda-mps-control.pid").write_text("1")
    with shared_card("cuda", True) as sharing:
        assert sharing.at_once
        assert sharing.environment == {}
    assert log(card) == ["get_server_list"]


def test_where_it_cannot_be_had_a_line_says_what_that_costs(card, monkeypatch):
    monkeypatch.setenv("MPS_TEST_STATUS", "3")
    with shared_card("cuda", True) as sharing:
        assert not sharing.at_once
        assert sharing.environment == {}
        assert "ended with status 3: jobs take turns on the card" in sharing.note
    assert not folders(card)
    monkeypatch.setenv("PATH", str(card / "tmp"))
    with shared_card("cuda", True) as sharing:
        assert "nvidia-cuda-mps-control is not on the PATH" in sharing.note


@pytest.mark.parametrize(("device", "wanted"), [("cpu", True), ("cuda", False)])
def test_nothing_is_started_on_a_cpu_or_where_it_is_not_wanted(card, device, wanted):
    with shared_card(device, wanted) as sharing:
        assert not sharing.at_once
        assert not sharing.note
    assert log(card) == []


@pytest.mark.parametrize(("width", "share"), [(1, "100"), (2, "100"), (4, "50"), (8, "25"), (16, "13")])
def test_each_of_several_processes_may_fill_twice_its_part_of_the_card(monkeypatch, width, share):
    monkeypatch.delenv(SHARE, raising=False)
    assert Sharing(at_once=True).environment_of(width) == {SHARE: share}
    assert Sharing(at_once=False).environment_of(width) == {}


def test_a_share_that_the_user_has_set_stays(monkeypatch):
    monkeypatch.setenv(SHARE, "70")
    assert Sharing(at_once=True).environment_of(8) == {}
