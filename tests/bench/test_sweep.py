"""Sweeps on real, bundled data at `smoke`: what is stored, what is run again, what a failure costs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ucrbench.bench import Execution, Sweep, plan, run
from ucrbench.models.variants import MAIN_VARIANTS, VARIANTS
from ucrbench.reports import report
from ucrbench.results import SCORES, ResultStore, judged_scores, label_curves

SMOKE = Sweep(("ItalyPowerDemand",), preset="smoke", device="cpu")
HERE, TWO = Execution(backend="inline"), Execution(workers=2)
GENERATION = {"inception_score", "fid", "kid", "fid_rocket", "kid_rocket", "cas"}
CEILINGS = GENERATION - {"cas"} | {"inception_score_std", "fcn_accuracy"}
FLOORS = {f"{score}_floor" for score in GENERATION}
PROBES = {name for names in label_curves().values() for name in names.values()}
VQ_ONLY = {"linear_probe_continuous", "knn_continuous", "codebook_perplexity"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "out"
    summary = run(out, replace(SMOKE, variants=tuple(VARIANTS)), TWO)
    assert (summary.ran, summary.failed) == (len(VARIANTS), 0)
    return out


def values(out) -> pd.Series:
    scores = pd.read_parquet(out / "scores")
    return scores.set_index(["dataset", "variant", "seed", "score"])["value"].sort_index()


def test_every_variant_has_every_score_it_can_have_and_no_nan(done):
    scores = ResultStore(done).scores()
    found = scores.groupby("variant")["score"].agg(set)
    generation = set(SCORES) - VQ_ONLY
    for name in MAIN_VARIANTS:
        assert found[name] == (set(SCORES) if name.startswith("vq") else generation), name
    for name in ("vqvae_vibcreg", "vqvae_as_published"):
        assert found[name] == set(SCORES), name
    assert found["vae_sigma"] == generation
    assert found["random"] == found["random_uncalibrated"] == found["raw"] == PROBES
    assert scores["value"].notna().all()
    assert (scores["classifier"].notna() == scores["score"].isin([*judged_scores(), "cas"])).all()
    for row in scores.itertuples():
        assert SCORES[row.score].higher_is_better == (None if pd.isna(row.higher_is_better) else row.higher_is_better)


def test_rows_name_everything_that_matters(done):
    store = ResultStore(done)
    scores, jobs, references = store.scores(), store.jobs(), store.references()
    assert set(scores["archive"]) == {"2018"}
    assert set(jobs["class_labels"]) == {'["1", "2"]'}
    assert set(scores["views"]) == {"none", "warp"}
    assert scores["data_hash"].nunique() == 1
    assert set(scores.loc[scores["score"] == "fid", "n_samples"]) == {1029}
    assert set(scores.loc[scores["score"] == "fid", "classifier"]) == set(references["classifier"])
    assert set(references["score"]) == CEILINGS | FLOORS
    assert (jobs["seconds_total"] > 0).all()
    assert (jobs["peak_memory_bytes"] > 50e6).all()
    trained = jobs[jobs["variant"] != "raw"]
    assert (trained["n_parameters"] > 0).all()
    assert set(jobs["status"]) == {"ok"}
    assert (jobs["seconds_fit"] + jobs["seconds_prior"] <= jobs["seconds_total"]).all()


def test_artifacts_are_kept(done):
    store = ResultStore(done)
    jobs = store.jobs().set_index("variant")["job"]
    samples, latents = store.samples(jobs["vqvae"]), store.latents(jobs["vqvae"])
    assert samples["unconditional"].shape == (1029, 24)
    assert np.bincount(samples["conditional_labels"]).min() > 0
    assert len(samples["conditional"]) >= 32
    assert latents["train_continuous"].shape == (67, 8)
    assert set(store.curves(jobs["vqvae"])["stage"]) == {"autoencoder", "prior"}
    assert not store.artifact_path(jobs["vqvae"], "weights.pt").exists()
    assert store.samples(jobs["raw"]) is None
    assert store.real("ItalyPowerDemand")[0].shape == (60, 24)


def test_a_second_run_does_nothing(done):
    before = {path: path.stat().st_mtime_ns for path in done.rglob("*") if path.is_file()}
    summary = run(done, replace(SMOKE, variants=tuple(VARIANTS)), TWO)
    assert (summary.ran, summary.finished) == (0, len(VARIANTS))
    assert before == {path: path.stat().st_mtime_ns for path in done.rglob("*") if path.is_file()}


def test_this_process_gives_the_same_bits_as_two_workers(done, tmp_path):
    run(tmp_path / "out", SMOKE, replace(HERE, keep="none"))
    both = values(done).loc[:, list(MAIN_VARIANTS)]
    pd.testing.assert_series_equal(values(tmp_path / "out"), both.sort_index(), check_exact=True)
    assert not list((tmp_path / "out").glob("artifacts/*/samples.npz"))


def test_only_missing_scores_are_made_and_from_what_was_kept(done, tmp_path, monkeypatch):
    out = tmp_path / "out"
    few = replace(SMOKE, variants=("vqvae",), scores=("knn", "linear_probe"))
    run(out, few, HERE)
    assert set(ResultStore(out).scores()["score"]) == {"knn", "linear_probe"}
    assert not (out / "references").exists()
    monkeypatch.setattr("ucrbench.models.latent_model.LatentModel.fit", None)  # training would be an error
    summary = run(out, replace(few, scores=None), HERE)
    assert (summary.ran, summary.failed) == (1, 0)
    expected = values(done).loc[:, ["vqvae"]]
    pd.testing.assert_series_equal(values(out), expected.sort_index(), check_exact=True)


def test_a_failing_job_is_recorded_and_harms_no_other(own, tmp_path):
    out = tmp_path / "out"
    sweep = replace(SMOKE, variants=("raw", "own_models:Raises", "own_models:GivesNaN", "own_models:Echo"))
    summary = run(out, sweep, HERE)
    assert (summary.ran, summary.failed) == (4, 2)
    jobs = ResultStore(out).jobs().set_index("variant")
    assert dict(jobs["status"]) == {
        "raw": "ok",
        "own_models:Raises": "failed",
        "own_models:GivesNaN": "failed",
        "own_models:Echo": "ok",
    }
    assert jobs.loc["own_models:Raises", "error"] == "RuntimeError: no luck"
    assert "no luck\ntoday" in jobs.loc["own_models:Raises", "traceback"]
    assert set(ResultStore(out).scores()["variant"]) == {"raw", "own_models:Echo"}
    again = run(out, sweep, HERE)
    assert (again.ran, again.left) == (0, {"failed": 2})
    assert run(out, sweep, replace(HERE, retry=("failed",))).ran == 2


def test_a_model_of_ones_own_gets_the_scores_it_can_have(own, tmp_path):
    out = tmp_path / "out"
    run(out, replace(SMOKE, variants=("own_models:Flat", "own_models:Echo")), HERE)
    found = ResultStore(out).scores().groupby("variant")["score"].agg(set)
    assert found["own_models:Flat"] == PROBES
    assert found["own_models:Echo"] == set(SCORES) - VQ_ONLY
    assert values(out)["ItalyPowerDemand", "own_models:Echo", 0, "reconstruction_mse"] == pytest.approx(0, abs=1e-6)


def test_a_model_that_learns_its_number_of_codes_has_the_scores_of_codes(own, tmp_path):
    out = tmp_path / "out"
    sweep = replace(SMOKE, variants=("own_models:Codes",))
    assert run(out, sweep, HERE).failed == 0
    values = ResultStore(out).scores().set_index("score")["value"]
    assert set(values.index) == VQ_ONLY | PROBES
    assert values["codebook_perplexity"] == pytest.approx(4.0, abs=1e-3)  # four codes, each as often as another


def test_the_key_changes_with_what_decides_the_scores_and_with_nothing_else():
    base = replace(SMOKE, variants=("vqvae",))

    def key(sweep: Sweep) -> str:
        return plan(sweep).jobs[0].key

    job = plan(base).jobs[0]
    elsewhere = replace(job, settings=replace(job.settings, device="cuda", threads=8), scores=("knn",))
    assert job.key == elsewhere.key
    others = [
        replace(base, seeds=(1,)),
        replace(base, variants=("vqvae_barlow",)),
        replace(base, datasets=("GunPoint",)),
        replace(base, overrides=("training.lr=5e-4",)),
        replace(base, preset="quick"),
    ]
    assert len({key(base), *map(key, others)}) == 1 + len(others)


def test_an_override_is_another_job_of_the_variants_it_concerns(tmp_path):
    out = tmp_path / "out"
    base = replace(SMOKE, variants=("vqvae_barlow", "ae"), scores=("knn",))
    run(out, base, HERE)
    summary = run(out, replace(base, overrides=("ssl.views=slice",)), HERE)
    assert (summary.ran, summary.finished) == (1, 1)
    scores = ResultStore(out).scores().groupby("variant")
    assert scores["views"].agg(set).to_dict() == {"ae": {"none"}, "vqvae_barlow": {"warp", "slice"}}
    assert scores["overrides"].agg(set)["vqvae_barlow"] == {"{}", '{"ssl.views": "slice"}'}
    page = report(out)
    assert "VQVAE + Barlow Twins (slice)" in (page.parent / "tables" / "knn.csv").read_text()


def test_plan_lists_longest_first_with_predictions(done):
    planned = plan(replace(SMOKE, datasets=("ItalyPowerDemand", "GunPoint")), ResultStore(done))
    seconds = [planned.seconds[job.key] for job in planned.jobs]
    assert seconds == sorted(seconds, reverse=True)
    assert all((planned.seconds[job.key] > 0) == bool(job.scores) for job in planned.jobs)
    assert set(planned.judge_seconds) == {"GunPoint"}
    assert {job.data.name for job in planned.todo} == {"GunPoint"}


def test_the_judge_is_made_once_per_data_set(done):
    store = ResultStore(done)
    assert len(list((done / "references").glob("*.parquet"))) == 1
    key = store.references()["reference"].iloc[0]
    assert store.artifact_path(key, "fcn.pt").is_file()


def test_a_job_goes_on_from_its_checkpoints(done, tmp_path, monkeypatch):
    out = tmp_path / "out"
    sweep = replace(SMOKE, variants=("vqvae",))
    monkeypatch.setattr("ucrbench.bench.job.checkpoints.WORTH_KEEPING", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr("ucrbench.models.latent_model.LatentModel.sample", lambda *_: 1 / 0)
        assert run(out, sweep, HERE).failed == 1
    store = ResultStore(out)
    assert [stage for _, stage in store.checkpoints()] == ["autoencoder", "prior"]
    monkeypatch.setattr("ucrbench.models.training.loop._Step.__call__", lambda _: 1 / 0)  # a step would be an error
    monkeypatch.setattr("ucrbench.bench.job.runner.make_judge", lambda *_: 1 / 0)  # it is in the store
    scores = tuple(score for score in SCORES if score != "cas")
    assert run(out, replace(sweep, scores=scores), replace(HERE, retry=("failed",))).failed == 0
    expected = values(done).loc[:, ["vqvae"]].drop("cas", level="score")
    pd.testing.assert_series_equal(values(out), expected.sort_index(), check_exact=True)
    assert not store.checkpoints()
