"""The judge of a data set: made once, kept, and the references that real series give."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import torch

from ucrbench.bench import Execution, Sweep, plan, run
from ucrbench.bench.job.evaluation import Referees, evaluate
from ucrbench.bench.job.judge import make_judge
from ucrbench.bench.job.outputs import Outputs, generate, represent
from ucrbench.bench.planning.job import DataRef
from ucrbench.bench.planning.judge_ref import judge_ref
from ucrbench.bench.planning.plan import settings_of
from ucrbench.datasets import load
from ucrbench.models.variants import MAIN_VARIANTS, build
from ucrbench.results import SCORES, ResultStore, label_curves, scaled_scores

SMOKE = Sweep(("ItalyPowerDemand",), preset="smoke", device="cpu")
TWO = replace(SMOKE, variants=("ae", "vqvae"))
HERE = Execution(backend="inline")
PROBES = {name for names in label_curves().values() for name in names.values()}
VQ_ONLY = {"linear_probe_continuous", "knn_continuous", "codebook_perplexity"}
FLOORS = {f"{score}_floor" for score in scaled_scores()}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("judge") / "out"
    run(out, TWO, HERE)
    return out


def values(out) -> pd.Series:
    scores = ResultStore(out).scores()
    return scores.set_index(["variant", "score"])["value"].sort_index()


def test_without_a_judge_the_other_scores_are_there_and_the_failure_is_told(tmp_path, monkeypatch):
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("ucrbench.bench.job.runner.make_judge", lambda *_: 1 / 0)
        summary = run(out, replace(SMOKE, variants=("ae",)), HERE)
    assert (summary.ran, summary.failed) == (1, 1)
    store = ResultStore(out)
    assert set(store.scores()["score"]) == PROBES | {
        "reconstruction_mse",
        "cas",
        "fid_rocket",
        "kid_rocket",
    }
    failure = store.jobs().set_index("status").loc["failed", "error"]
    assert failure == "there is no FCN for ItalyPowerDemand: ZeroDivisionError: division by zero"
    monkeypatch.setattr("ucrbench.models.latent_model.LatentModel.fit", None)  # training would be an error
    assert run(out, replace(SMOKE, variants=("ae",)), replace(HERE, retry=("failed",))).failed == 0
    assert "fid" in set(store.scores()["score"])


def test_scoring_leaves_every_state_dict_as_it_was():
    settings = settings_of(SMOKE)
    dataset = load("ItalyPowerDemand")
    ref = judge_ref(DataRef(dataset.name, dataset.data_hash, None), settings, None, 2)
    judge = make_judge(ref, dataset)
    fcn_before = {name: value.clone() for name, value in judge.fcn("cpu").state_dict().items()}
    for variant in MAIN_VARIANTS:
        model = build(variant, settings.config).fit(dataset.x_train, dataset.y_train)
        networks = model.networks()
        before = {(n, k): v.clone() for n, m in networks.items() for k, v in m.state_dict().items()}
        names = SCORES if len(networks) > 1 else set(SCORES) - VQ_ONLY
        outputs = Outputs(represent(model, dataset), generate(model, dataset, 32))
        referees = Referees(dataset, judge, settings.config.classifier, 0, "cpu")
        assert evaluate(names, outputs, referees).keys() == set(names)
        for (network, key), value in before.items():
            assert torch.equal(value, networks[network].state_dict()[key]), (variant, key)
    real = [part.shape for part in referees.real()]
    assert real == [dataset.x_train[:, 0].shape, dataset.x_test[:, 0].shape]
    assert all(torch.equal(v, judge.fcn("cpu").state_dict()[k]) for k, v in fcn_before.items())


def test_published_weights_can_judge(tmp_path):
    folder = Path(__file__).parents[3] / "shared" / "fcn"
    if not folder.is_dir():
        pytest.skip(f"no weights of supervised-fcn in {folder.name}/ beside the checkout")
    out = tmp_path / "out"
    sweep = replace(SMOKE, variants=("ae",), fcn_weights=str(folder))
    run(out, sweep, HERE)
    references = ResultStore(out).references().set_index("score")
    assert references["value"]["fcn_accuracy"] == pytest.approx(0.948, abs=0.005)
    assert set(references["classifier"].str.split(":").str[0]) == {"supervised-fcn"}
    scores = ResultStore(out).scores().set_index("score")
    assert scores["classifier"]["fid"] == references["classifier"]["fid"]


def older(done, out, names, tables):
    """Copy a store as an earlier version would have left it: tables without the rows of some scores."""
    shutil.copytree(done, out)
    for table in tables:
        rows = pa.concat_tables([pq.read_table(path) for path in (out / table).glob("*.parquet")])
        shutil.rmtree(out / table)
        ResultStore(out, create=True).write_tables({table: rows.filter(~pc.field("score").isin(sorted(names)))})


def test_a_kept_judge_gives_the_references_that_its_store_lacks(done, tmp_path, monkeypatch):
    out, expected = tmp_path / "out", ResultStore(done).references()
    older(done, out, {"kid"}, ("references", "scores"))
    assert len(ResultStore(out).references()) == len(expected) - 1
    monkeypatch.setattr("ucrbench.bench.job.judge.train", lambda *_: 1 / 0)  # an FCN must not be trained again
    monkeypatch.setattr("ucrbench.models.latent_model.LatentModel.fit", None)  # nor a model
    assert run(out, TWO, HERE).failed == 0
    pd.testing.assert_frame_equal(ResultStore(out).references(), expected, check_exact=False)
    found = values(out)
    pd.testing.assert_series_equal(found, values(done)[found.index], check_exact=True)
    assert set(found.xs("kid", level="score").index) == {"ae", "vqvae"}


def test_references_are_completed_where_every_job_is_finished(done, tmp_path, monkeypatch):
    out, expected = tmp_path / "out", ResultStore(done).references()
    older(done, out, FLOORS, ("references",))
    assert len(ResultStore(out).references()) == len(expected) - len(FLOORS)
    assert plan(TWO, ResultStore(out)).to_complete == "references to complete: those of 1 data set"
    monkeypatch.setattr("ucrbench.bench.job.judge.train", lambda *_: 1 / 0)
    summary = run(out, TWO, HERE)
    assert (summary.ran, summary.finished, summary.exit_status) == (0, 2, 0)
    pd.testing.assert_frame_equal(ResultStore(out).references(), expected, check_exact=False)
    assert not plan(TWO, ResultStore(out)).to_complete


def test_references_of_a_judge_that_is_not_kept_stay_as_they_are(done, tmp_path):
    out = tmp_path / "out"
    older(done, out, FLOORS, ("references",))
    store = ResultStore(out)
    before = store.references()
    store.artifact_path(before["reference"].iloc[0], "fcn.pt").unlink()
    assert run(out, TWO, HERE).finished == 2
    pd.testing.assert_frame_equal(ResultStore(out).references(), before)
