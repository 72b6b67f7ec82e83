"""Jobs on the workers of a real Dask cluster: a scheduler and two workers, each a process on loopback."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ucrbench.bench import Execution, Sweep, UsageError, run
from ucrbench.bench.errors import PoolError
from ucrbench.results import ResultStore

distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
HERE = Path(__file__).parent
SCORES = ("knn", "inception_score", "fid", "cas", "reconstruction_mse")
SMOKE = Sweep(("ItalyPowerDemand",), ("raw", "ae", "vqvae"), preset="smoke", scores=SCORES, device="cpu")
KNN = replace(SMOKE, scores=("knn",))


@contextmanager
def cluster(folder: Path, *options: str):
    """Scheduler and two workers; gives the address and the three processes."""
    address = folder / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": str(HERE)}

    def start(*words: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:], "--scheduler-file", str(address)]
        with (folder / "log").open("a") as log:
            return subprocess.Popen(command, cwd=HERE, env=environment, stdout=log, stderr=log)

    scheduler = start("dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
    workers = [start("dask_worker", "--nthreads", "1", "--no-dashboard", *options) for _ in range(2)]
    try:
        while not address.is_file():
            time.sleep(0.1)
        with distributed.Client(scheduler_file=str(address)) as client:
            client.wait_for_workers(2, timeout=60)
            yield client.scheduler.address, scheduler, client
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def table(out) -> pd.DataFrame:
    columns = ["dataset", "variant", "seed", "score", "value", "job"]
    return pd.read_parquet(out / "scores")[columns].sort_values(columns[:4], ignore_index=True)


def dask(address: str, **more: object) -> Execution:
    return Execution(backend="dask", scheduler=address, **more)


def test_a_cluster_gives_the_same_tables_and_survives_its_workers(own, tmp_path):
    run(tmp_path / "here", SMOKE, Execution(backend="inline"))
    with cluster(tmp_path) as (address, _, client):
        summary = run(tmp_path / "there", SMOKE, dask(address))
        assert (summary.ran, summary.failed) == (3, 0)
        pd.testing.assert_frame_equal(table(tmp_path / "here"), table(tmp_path / "there"), check_exact=True)

        # A worker is killed while both are at jobs: its job runs again elsewhere, nothing is lost or doubled.
        slow = replace(KNN, variants=("own_models:Slow",), seeds=tuple(range(6)))
        pids = list(client.run(os.getpid).values())
        threading.Timer(4.0, lambda: os.kill(pids[0], signal.SIGKILL)).start()
        assert run(tmp_path / "lost", slow, dask(address)).failed == 0
        jobs = ResultStore(tmp_path / "lost").jobs()
        assert jobs["status"].tolist() == ["ok"] * 6
        assert jobs["job"].is_unique

        # A job that hangs is ended with its worker process; its nanny starts another.
        # A time that is short for what hangs would be short for a job that is well, on a busy machine.
        hanging = run(tmp_path / "hung", replace(KNN, variants=("own_models:Hangs",)), dask(address, job_timeout=6))
        assert (hanging.ran, hanging.failed) == (1, 1)
        well = run(tmp_path / "hung", replace(KNN, variants=("raw",)), dask(address))
        assert (well.ran, well.failed) == (1, 0)
        assert set(ResultStore(tmp_path / "hung").jobs()["status"]) == {"ok", "timeout"}


def test_without_its_scheduler_a_sweep_ends_with_a_message_and_goes_on(own, tmp_path):
    out = tmp_path / "out"
    slow = replace(KNN, variants=("raw", "own_models:Slow"), seeds=tuple(range(30)))
    with cluster(tmp_path) as (address, scheduler, _):

        def kill() -> None:
            while len(list((out / "jobs").glob("*.parquet"))) < 5:
                time.sleep(0.05)
            scheduler.kill()

        threading.Thread(target=kill).start()
        with pytest.raises(PoolError, match=r"scheduler at tcp://.* is gone; the same command goes on"):
            run(out, slow, dask(address))
    before = ResultStore(out).jobs()
    assert 5 <= len(before) < 60
    assert set(before["status"]) == {"ok"}
    summary = run(out, replace(slow, variants=("raw",)), Execution(backend="inline"))
    assert summary.finished + summary.ran == 30
    assert ResultStore(out).jobs()["job"].is_unique


def test_a_scheduler_that_goes_while_a_result_travels_is_said(tmp_path):
    from ucrbench.bench.sweep.backends import Cluster

    def results_for_ever() -> None:  # should the first arrive in time, the next does not
        while True:
            if backend.ended(1.0):
                backend.start("a", bytes, 2**28)

    with cluster(tmp_path) as (address, scheduler, _):
        backend = Cluster(address)
        backend.start("a", bytes, 2**28)  # long enough on its way
        while not backend._running["a"].done():
            time.sleep(0.01)
        threading.Timer(0.1, scheduler.kill).start()
        try:
            with pytest.raises(PoolError, match=r"scheduler at tcp://.* is gone; the same command goes on"):
                results_for_ever()
        finally:
            backend.close()


def test_gpus_that_workers_offer_are_the_slots(tmp_path):
    from ucrbench.bench.sweep.backends import Cluster

    with cluster(tmp_path, "--resources", "GPU=3") as (address, _, _):
        plain, gpu = Cluster(address), Cluster(address, gpu=True)
        try:
            assert (plain.slots, gpu.slots) == (2, 6)
            gpu.start("a", os.getpid)
            while not (ended := gpu.ended(1.0)):
                pass
            assert ended[0][1] != os.getpid()
        finally:
            plain.close()
            gpu.close()


def test_no_scheduler_is_said(tmp_path):
    with pytest.raises(UsageError, match="no Dask scheduler at nonsense"):
        run(tmp_path / "out", replace(SMOKE, variants=("raw",)), dask("nonsense://x"))
    assert not (tmp_path / "out").exists()
