"""Predictions, shards and what a plan says of a store."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ucrbench import datasets
from ucrbench.bench import Execution, Sweep, UsageError, plan
from ucrbench.bench.planning import counting
from ucrbench.bench.planning.cost import NOMINAL, Corrections, corrections, job_work, slowdown
from ucrbench.bench.planning.counting import stages
from ucrbench.bench.planning.footprint import BASE, job_memory, memory_correction
from ucrbench.bench.planning.plan import most_jobs, settings_of
from ucrbench.bench.planning.presets import PRESETS
from ucrbench.bench.planning.standing import TO_DO
from ucrbench.models.networks import Decoder, Encoder
from ucrbench.models.variants import MAIN_VARIANTS, VARIANTS

SWEEP = Sweep(("ItalyPowerDemand", "GunPoint", "ArrowHead"), (*MAIN_VARIANTS, "raw"), (0, 1), "smoke", device="cpu")


@pytest.mark.parametrize("parts", [1, 2, 3, 8, 50])
def test_shards_are_disjoint_and_together_the_sweep(parts):
    shards = [plan(SWEEP, execution=Execution(shard=(i + 1, parts))).jobs for i in range(parts)]
    keys = [job.key for shard in shards for job in shard]
    assert len(keys) == len(set(keys)) == 36
    assert {job.key for job in plan(SWEEP).jobs} == set(keys)


def test_shards_are_of_about_equal_cost():
    sweep = replace(SWEEP, datasets=("all",), seeds=(0,))
    infos = datasets.catalogue()

    def cost(part: int) -> float:
        jobs = plan(sweep, execution=Execution(shard=(part, 8)), fetch=False).jobs
        return sum(NOMINAL.seconds(job_work(j.method.name, infos[j.data.name], j.settings.config)) for j in jobs)

    costs = [cost(part) for part in range(1, 9)]
    assert max(costs) < 1.2 * min(costs)


def attempts(rows: list[tuple[str, str, float]], **columns: float) -> pd.DataFrame:
    """Return attempts that went well, each of a job and a variant, and twice so many seconds long."""
    fixed = {"status": "ok", "seconds_fit": 1.0, "jobs_at_once": None} | columns
    return pd.DataFrame([{"job": k, "variant": v, "seconds_total": 2 * seconds, **fixed} for k, v, seconds in rows])


@settings(deadline=None)
@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_corrections_are_by_variant_once_there_is_enough_of_it(slow, fast):
    rows = [(f"a{i}", "ae", slow) for i in range(5)] + [(f"b{i}", "vae", fast) for i in range(3)] + [("c", "raw", 1.0)]
    jobs = attempts(rows)
    found = corrections(jobs, {key: 2.0 for key, _, _ in rows})
    assert found.of("ae") == pytest.approx(slow)
    assert found.of("vae") == pytest.approx(fast)
    assert found.of("raw") == found.of("own:Model") == found.overall
    assert corrections(jobs.iloc[:0], {}) == Corrections()


@given(st.floats(1, 20))
def test_what_a_card_shared_by_several_jobs_took_is_predicted_again(at_once):
    """Jobs of ten seconds, predicted to take two alone: as many at a time as before take ten again."""
    factor = corrections(attempts([("a", "ae", 5.0)] * 4, jobs_at_once=at_once), {"a": 2.0}).of("ae")
    assert 2.0 * factor * slowdown(at_once) == pytest.approx(10.0)


def test_each_of_several_jobs_on_a_card_takes_longer_and_all_together_less():
    widths = np.arange(1, 17)
    assert slowdown(1) == 1
    assert (np.diff(slowdown(widths)) > 0).all()
    assert (np.diff(slowdown(widths) / widths) < 0).all()


def test_one_job_on_a_card_is_not_predicted_to_be_slowed_down_by_others():
    one = plan(replace(SWEEP, datasets=("GunPoint",), variants=("ae",), seeds=(0,)), fetch=False)
    job = one.todo[0]
    on_card = replace(job, settings=replace(job.settings, device="cuda"))
    card = replace(one, jobs=(on_card,), seconds={on_card.key: 3.0}, judge_seconds={}, standing={on_card.key: TO_DO})
    assert card.wall_seconds(8) == 3.0
    assert (card.slowdown(8), one.slowdown(8)) == (1.0, 1.0)


def test_jobs_are_counted_without_planning():
    sweep = replace(SWEEP, datasets=("GunPoint", "ArrowHead"), variants=("main", "raw"), seeds=(0, 1, 1))
    assert most_jobs(sweep, settings_of(sweep)) == len(plan(sweep, fetch=False).jobs) == 24


def test_a_failed_job_corrects_nothing():
    jobs = attempts([("a", "ae", 25.0)] * 4).assign(status="failed")
    assert corrections(jobs, {"a": 1.0}) == Corrections()


def test_memory_grows_with_length_and_with_what_a_variant_has():
    infos, config = datasets.catalogue(), PRESETS["thesis"]
    short, long = infos["ItalyPowerDemand"], infos["StarLightCurves"]
    for variant in MAIN_VARIANTS:
        assert BASE < job_memory(variant, short, config) < job_memory(variant, long, config)
    assert job_memory("vqvae", long, config) < job_memory("vqvae_barlow", long, config)
    assert memory_correction(pd.Series({"a": 3.0, "b": 4.0, "c": None}), {"a": 2.0, "b": 2.0}) == 1.75


@pytest.mark.parametrize("length", [24, 80, 235, 500, 2844])
@pytest.mark.parametrize("name", ["ae", "vqvae_barlow"])
def test_a_count_between_the_watched_lengths_is_that_of_the_length_itself(name, length):
    config, variant = PRESETS["quick"], VARIANTS[name]
    found, expected = stages(variant, length, config)[0].count, counting._loss_of(variant, length, config)
    assert found.operations == pytest.approx(expected.operations, rel=0.05)
    assert found.kept == pytest.approx(expected.kept, rel=0.25)
    assert found.parameters == pytest.approx(expected.parameters, rel=1e-9)


def test_counts_are_those_of_the_layers():
    encoder, decoder = Encoder(24), Decoder(24)
    parameters = sum(p.numel() for network in (encoder, decoder) for p in network.parameters())
    first, stack, up = 2 * 5 * 6 * 12 * 2 * 64, 2 * 8 * 5 * 6 * 10 * 64**2, 2 * 5 * 6 * 12 * 64 * 2
    last, resize = 2 * 5 * 12 * 12 * 2 * 2, 2 * 2 * 5 * 24 * 13
    found = counting.reconstruction(24, PRESETS["thesis"].network)
    assert found.parameters == parameters
    assert found.operations == pytest.approx(first + stack + up + last + resize, rel=0.01)
    points = 2 * 1000 * (8 * 128 + 5 * 128 * 256 + 3 * 256 * 128)
    assert counting.classifier(1000).operations == pytest.approx(points, rel=1e-3)


def test_counting_leaves_random_numbers_and_threads_alone():
    counting._loss_of.cache_clear()
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    stages(VARIANTS["vqvae_vicreg"], 100, PRESETS["smoke"])
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


def test_a_baseline_has_no_stages_and_an_own_model_those_of_an_ae():
    config = PRESETS["smoke"]
    assert stages(counting.variant_of("raw"), 100, config) == ()
    assert stages(counting.variant_of("own:Model"), 100, config) == stages(VARIANTS["ae"], 100, config)


def test_a_seed_that_is_none_is_refused():
    for seed in (-1, 2**32, 0.5):
        with pytest.raises(UsageError, match="seeds are whole numbers from 0 to 4294967295"):
            replace(SWEEP, seeds=(0, seed))


def test_a_training_split_of_one_is_refused_for_methods_that_compare_series(monkeypatch):
    info = replace(datasets.info("GunPoint"), n_train=1)
    monkeypatch.setattr("ucrbench.datasets.info", lambda name: info)
    sweep = Sweep(("GunPoint",), ("vqvae_barlow",), preset="smoke", device="cpu")
    with pytest.raises(UsageError, match="the training split of GunPoint has 1: leave it out"):
        plan(sweep, fetch=False)
    assert len(plan(replace(sweep, variants=("vqvae", "ae")), fetch=False).jobs) == 2
