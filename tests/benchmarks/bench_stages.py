"""The prior, the FCN, sampling and scoring, at the protocol's sizes."""

import numpy as np
import pytest
import reference
import torch
from places import DEVICE, paired
from torch.nn import functional as F

from ucrbench.bench import scores
from ucrbench.models.config import Prior, Training
from ucrbench.models.fcn import FCN
from ucrbench.models.priors.maskgit import MaskGIT
from ucrbench.models.training.loop import train

STEPS = 2 if DEVICE == "cpu" else 200
POSITIONS = 75  # tokens of a series of length 500


def prior() -> MaskGIT:
    torch.manual_seed(0)
    return MaskGIT(torch.randn(32, 64), POSITIONS, 2, Prior(), True).to(DEVICE)


def test_maskgit_step(benchmark):
    logits, y = -10 * torch.rand(256, POSITIONS, 32), torch.randint(2, (256,))
    data = (logits.to(DEVICE), y.to(DEVICE))
    ours, plain = prior(), prior()  # its layers are torch's own: what differs is the loop
    paired(
        benchmark,
        lambda steps, laps: train(ours, data, Training(batch=256, max_steps=steps), laps),
        lambda steps: reference.train_plainly(
            lambda *batch: plain.train().loss(*batch)["loss"], list(plain.parameters()), (logits, y), 256, steps
        ),
        STEPS,
    )


def test_maskgit_sampling(benchmark):
    ours, y = prior(), torch.randint(2, (256,), device=DEVICE)
    benchmark.pedantic(lambda: ours.sample(256, y).cpu(), rounds=3, warmup_rounds=1)


def test_fcn_step(benchmark):
    torch.manual_seed(0)
    x, y = torch.randn(256, 1, 500), torch.randint(2, (256,))
    data = (x.to(DEVICE), y.to(DEVICE))
    ours, plain = FCN(2).to(DEVICE), reference.PlainFCN(2).to(DEVICE)
    paired(
        benchmark,
        lambda steps, laps: train(ours, data, Training(batch=256, max_steps=steps), laps),
        lambda steps: reference.train_plainly(
            lambda a, b: F.cross_entropy(plain.train()(a), b), list(plain.parameters()), (x, y), 256, steps
        ),
        STEPS,
    )


@pytest.mark.parametrize("cases", [500, 5000])
def test_probes(benchmark, cases):
    rng = np.random.default_rng(0)
    y = rng.integers(5, size=cases)
    z = rng.standard_normal((cases, 64)) + 0.5 * rng.standard_normal((5, 64))[y]
    half = cases // 2
    benchmark.pedantic(
        lambda: (
            scores.linear_probe(z[:half], y[:half], z[half:], y[half:]),
            scores.knn(z[:half], y[:half], z[half:], y[half:]),
        ),
        rounds=3,
    )


def test_frechet_distance(benchmark):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 5000, 128))
    benchmark.pedantic(lambda: scores.frechet_distance(a, b), rounds=5)
