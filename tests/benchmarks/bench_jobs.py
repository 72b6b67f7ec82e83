"""Whole jobs, and how their time grows."""

from dataclasses import replace

import numpy as np
import pytest
from places import DEVICE

from ucrbench.bench import Execution, Sweep, run
from ucrbench.bench.planning.presets import PRESETS
from ucrbench.models.config import Training
from ucrbench.models.variants import MAIN_VARIANTS, build

JOB = Sweep(("ItalyPowerDemand",), ("vqvae",), device=DEVICE)


@pytest.mark.parametrize("variant", MAIN_VARIANTS)
def test_whole_job(benchmark, tmp_path, variant):
    benchmark.pedantic(lambda: run(tmp_path / "out", replace(JOB, variants=(variant,)), Execution(workers=1)), rounds=1)


@pytest.mark.parametrize("seeds", [1, 4])
@pytest.mark.parametrize("workers", [1, 2])
def test_seeds_and_workers(benchmark, tmp_path, seeds, workers):
    sweep = replace(JOB, datasets=("GunPoint",), seeds=tuple(range(seeds)))
    benchmark.pedantic(lambda: run(tmp_path / "out", sweep, Execution(workers=workers)), rounds=1)


@pytest.mark.parametrize(("cases", "length"), [(64, 128), (64, 256), (64, 512), (64, 1024), (128, 128), (512, 128)])
def test_epochs_over_cases_and_length(benchmark, cases, length):
    x = np.random.default_rng(0).standard_normal((cases, 1, length)).astype(np.float32)
    config = replace(PRESETS["standard"], training=Training(epochs=3))
    benchmark.pedantic(lambda: build("ae", config, 0, DEVICE).fit(x), rounds=2)
