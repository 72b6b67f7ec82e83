"""Jobs on the workers of a real Dask cluster."""

from dataclasses import replace

import pandas as pd
import pytest

from ucrbench.bench import Execution, Sweep, UsageError, run

distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
SMOKE = Sweep(("ItalyPowerDemand",), ("raw", "ae", "vqvae"), preset="smoke", device="cpu")


def table(out) -> pd.DataFrame:
    columns = ["dataset", "variant", "seed", "score", "value", "job"]
    return pd.read_parquet(out / "scores")[columns].sort_values(columns[:4], ignore_index=True)


def test_a_cluster_gives_the_same_tables_as_this_process(tmp_path):
    run(tmp_path / "here", SMOKE, Execution(backend="inline"))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_port=0
    ) as cluster:
        summary = run(tmp_path / "there", SMOKE, Execution(backend="dask", scheduler=cluster.scheduler_address))
    assert (summary.ran, summary.failed) == (3, 0)
    pd.testing.assert_frame_equal(table(tmp_path / "here"), table(tmp_path / "there"), check_exact=True)


def test_no_scheduler_is_said(tmp_path):
    with pytest.raises(UsageError, match="no Dask scheduler at nonsense"):
        run(tmp_path / "out", replace(SMOKE, variants=("raw",)), Execution(backend="dask", scheduler="nonsense://x"))
    assert not (tmp_path / "out").exists()
