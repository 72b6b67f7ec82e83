"""Each way of failing, provoked for real in worker processes: one job is harmed, the others are not."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ucrbench.bench import Execution, Summary, Sweep, run
from ucrbench.bench.planning.cost import NOMINAL, Speed
from ucrbench.results import ResultStore

HERE = Path(__file__).parent
SWEEP = Sweep(("ItalyPowerDemand",), ("raw",), preset="smoke", scores=("knn",), device="cpu")
HANGS = "own_models:Hangs"
FAULTS = {
    "own_models:Raises": ("failed", "no luck"),
    "own_models:Leaves": ("failed", "SystemExit: I leave"),
    "own_models:GivesNaN": ("failed", "nan|NaN"),
    "own_models:Dies": ("killed", r"EXIT\(3\)"),
    "own_models:Segfaults": ("killed", "SIGSEGV"),
    "own_models:Eats": ("out_of_memory", "MemoryError"),
    HANGS: ("timeout", "longer than 4 s"),
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A sweep of every fault among jobs that are well, as a user runs it.

    What hangs is another run, beside the first: a time that is short for it would be short for all others on a busy
    machine.
    """
    out = tmp_path_factory.mktemp("faults") / "out"
    others = [name for name in FAULTS if name != HANGS]
    runs = []
    for variants, more in ((["raw", *others, "own_models:Flat"], []), ([HANGS], ["--job-timeout", "4s"])):
        command = [
            sys.executable, "-m", "ucrbench.bench", "run", out, "-d", "ItalyPowerDemand", "-p", "smoke",
            "--device", "cpu", "-v", ",".join(variants), "--scores", "knn", "-j", "2", *more,
        ]  # fmt: skip
        words, pipe = list(map(str, command)), subprocess.PIPE
        runs.append(subprocess.Popen(words, cwd=HERE, stdout=pipe, stderr=pipe, text=True))
    said = [one.communicate(timeout=300)[0] for one in runs]
    return out, [(one.returncode, printed) for one, printed in zip(runs, said, strict=True)]


def test_every_fault_has_its_status_and_harms_no_other(faulty):
    jobs = ResultStore(faulty[0]).jobs()
    for name, (status, error) in FAULTS.items():
        rows = jobs[jobs["variant"] == name]
        assert set(rows["status"]) == {status}, name
        assert rows["error"].str.contains(error).all(), rows["error"].tolist()
    well = jobs[~jobs["variant"].isin(FAULTS)]
    assert well.groupby("variant")["status"].agg(list).to_dict() == {"raw": ["ok"], "own_models:Flat": ["ok"]}


def test_what_lacked_memory_was_tried_once_more(faulty):
    counts = ResultStore(faulty[0]).jobs()["variant"].value_counts()
    assert counts["own_models:Eats"] == 2
    assert counts["own_models:Raises"] == 1


def test_the_exit_status_and_the_summary_are_right(faulty):
    out, ended = faulty
    for (status, said), summary in zip(ended, ("2 jobs ok, 6 failed", "0 jobs ok, 1 failed"), strict=True):
        assert status == 1
        assert f"{summary}, 0 were finished before" in said
        assert "Traceback" not in said
    assert ResultStore(out).jobs().set_index("status").loc["timeout", "seconds_total"] >= 4


def test_failures_are_left_alone_until_asked_for(faulty, own):
    out, _ = faulty
    sweep = replace(SWEEP, variants=("raw", *FAULTS, "own_models:Flat"))
    left = run(out, sweep)
    assert left == Summary(finished=2, left={"failed": 3, "killed": 2, "out_of_memory": 1, "timeout": 1})
    again = run(out, sweep, Execution(workers=1, retry=("failed",)))
    assert (again.ran, again.failed, again.left) == (3, 3, {"killed": 2, "out_of_memory": 1, "timeout": 1})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_seconds_with_everything_stored(tmp_path, number):
    out = tmp_path / "out"
    command = [
        sys.executable, "-m", "ucrbench.bench", "run", out, "-d", "ItalyPowerDemand", "-p", "smoke", "--device", "cpu",
        "-v", "raw,own_models:Hangs", "--scores", "knn", "-j", "2",
    ]  # fmt: skip
    process = subprocess.Popen(
        list(map(str, command)), cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list((out / "jobs").glob("*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    os.killpg(process.pid, number)  # as a terminal does, to the whole group
    said, errors = process.communicate(timeout=60)  # the job that runs would take ten minutes
    assert process.returncode == 128 + number, errors
    assert "the same command goes on from here" in said
    assert "Traceback" not in errors
    jobs = ResultStore(out).jobs()
    assert set(jobs["status"]) == {"ok"}
    assert set(jobs["job"]) == set(pd.read_parquet(out / "scores")["job"])


def test_a_time_limit_starts_nothing_that_does_not_fit(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "ucrbench.bench.planning.prediction.probe", lambda *_: Speed(2e9, 1e-3)
    )  # so slow that a `thesis` job takes hours
    sweep = Sweep(("GunPoint",), ("vqvae", "raw"), preset="thesis", scores=("knn",), device="cpu")
    started = time.monotonic()
    summary = run(tmp_path / "out", sweep, Execution(workers=1, time_limit=600))
    assert time.monotonic() - started < 600
    assert (summary.ran, summary.undone, summary.stopped) == (1, 1, "time")
    assert set(ResultStore(tmp_path / "out").jobs()["variant"]) == {"raw"}


def test_a_time_limit_ends_what_takes_longer_than_was_predicted(own, tmp_path, monkeypatch):
    monkeypatch.setattr("ucrbench.bench.planning.prediction.probe", lambda *_: NOMINAL)
    started = time.monotonic()
    run(tmp_path / "warm", replace(SWEEP, variants=("raw",)), Execution(workers=2))
    enough = 10 + 3 * (time.monotonic() - started)  # for `raw`, on a machine as busy as this one
    sweep = replace(SWEEP, variants=("own_models:Hangs", "raw"))
    started = time.monotonic()
    summary = run(tmp_path / "out", sweep, Execution(workers=2, time_limit=enough))
    assert enough - 1 < time.monotonic() - started < enough + 60  # what hangs would take ten minutes
    assert (summary.ran, summary.undone, summary.stopped) == (1, 1, "time")
    assert run(tmp_path / "out", replace(SWEEP, variants=("raw",))).finished == 1


def test_workers_end_with_their_parent(tmp_path):
    out = tmp_path / "out"
    command = [
        sys.executable, "-m", "ucrbench.bench", "run", out, "-d", "ItalyPowerDemand", "-p", "smoke", "--device", "cpu",
        "-v", "raw,own_models:Hangs", "--scores", "knn", "-j", "2",
    ]  # fmt: skip
    process = subprocess.Popen(list(map(str, command)), cwd=HERE, start_new_session=True)
    deadline = time.monotonic() + 120
    while not list((out / "jobs").glob("*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60  # what hangs would take ten minutes
    while (alive := _group(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not alive


def _group(group: int) -> list[int]:
    """Processes of a process group that are still there."""
    found = subprocess.run(["ps", "-o", "pid=,stat=", "-g", str(group)], capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "Z" not in line.split()[1]]
