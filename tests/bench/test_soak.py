"""Sweeps under kills, in company and by the thousand; minutes each: `tox run -e soak`."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ucrbench.bench import Execution, Sweep, plan, run
from ucrbench.results import ResultStore

pytestmark = pytest.mark.soak
HERE = Path(__file__).parent
WORDS = ["-d", "ItalyPowerDemand,GunPoint", "-v", "ae,vqvae,random,raw", "--seeds", "0-4", "-p", "smoke"]
JOBS = 40


def start(out: Path, *more: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "ucrbench.bench", "run", str(out), *WORDS, "--device", "cpu", "-j", "2", *more]
    return subprocess.Popen(
        command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def table(out: Path) -> pd.DataFrame:
    columns = ["dataset", "variant", "seed", "score", "value", "classifier", "job"]
    return pd.read_parquet(out / "scores")[columns].sort_values(columns[:4], ignore_index=True)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    said, _ = start(out).communicate(timeout=600)
    assert f"{JOBS} jobs ok, 0 failed" in said
    return table(out)


def test_fifty_kills_at_random_moments_lose_and_double_nothing(undisturbed, tmp_path):
    out, rng, kills, finished = tmp_path / "out", random.Random(0), 0, {}
    while True:
        process = start(out)
        if kills < 50:
            # Most kills after something has been stored: a start takes some seconds.
            time.sleep(rng.uniform(0, 3) + (rng.random() < 0.8) * rng.uniform(5, 12))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
                process.communicate()
                now = _attempts(out)
                assert finished.items() <= now.items(), "a finished job was run again or lost"
                finished = now
                if len(finished) >= JOBS - 2:  # too little is left to disturb: begin anew elsewhere
                    _finish(out, undisturbed, finished)
                    out, finished = tmp_path / f"out{kills}", {}
                continue
        said, _ = process.communicate(timeout=600)
        assert process.returncode == 0, said
        _finish(out, undisturbed, finished)
        if kills >= 50:
            return
        out, finished = tmp_path / f"out{kills}", {}


def _finish(out: Path, undisturbed: pd.DataFrame, finished: dict[str, str]) -> None:
    process = start(out)
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said
    pd.testing.assert_frame_equal(table(out), undisturbed, check_exact=True)
    jobs = pd.read_parquet(out / "jobs")
    assert sorted(jobs["job"]) == sorted(undisturbed["job"].unique())
    assert finished.items() <= dict(zip(jobs["job"], jobs["attempt"], strict=True)).items()
    assert not list((out / ".tmp").glob("*"))
    assert not (out / ".claims").exists()


def _attempts(out: Path) -> dict[str, str]:
    """The attempt of each finished job."""
    if not (out / "jobs").is_dir():
        return {}
    jobs = ResultStore(out).jobs()
    assert jobs["job"].is_unique
    return dict(zip(jobs["job"], jobs["attempt"], strict=True))


def test_eight_processes_on_one_folder_do_every_job_once(undisturbed, tmp_path):
    out = tmp_path / "out"
    processes = [start(out) for _ in range(8)]
    said = [process.communicate(timeout=900)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, said
    pd.testing.assert_frame_equal(table(out), undisturbed, check_exact=True)
    jobs = pd.read_parquet(out / "jobs")
    assert jobs["job"].is_unique
    assert len(jobs) == JOBS
    assert len(pd.read_parquet(out / "references")) == 8  # two data sets, judged once each
    assert not (out / ".claims").exists()


def test_ten_thousand_empty_jobs(own, tmp_path):
    out, seeds = tmp_path / "out", tuple(range(10_000))
    sweep = Sweep(("ItalyPowerDemand",), ("own_models:Empty",), seeds, "smoke", device="cpu")
    sweep = replace(sweep, scores=("reconstruction_mse",))
    started = time.perf_counter()
    summary = run(out, sweep, Execution(workers=2))
    took = time.perf_counter() - started
    assert (summary.ran, summary.failed) == (10_000, 0)
    started = time.perf_counter()
    store = ResultStore(out)
    assert len(store.scores()) == len(store.jobs()) == len(store.finished()) == 10_000
    read = time.perf_counter() - started
    started = time.perf_counter()
    assert not plan(sweep, store).todo
    print(
        f"{10_000 / took:.0f} jobs/s, read back in {read:.2f} s, planned again in {time.perf_counter() - started:.2f} s"
    )
    assert 10_000 / took >= 100
    assert read <= 2
