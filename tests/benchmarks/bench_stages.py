"""The prior, the FCN, sampling and scoring, at the protocol's sizes."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
import reference
import torch
from bench_steps import count
from places import DEVICE, paired
from torch import Tensor, nn
from torch.nn import functional as F

from ucrbench.bench import scores
from ucrbench.models.config import Prior, Training
from ucrbench.models.estimators import TOKENS_ON_CPU
from ucrbench.models.fcn import FCN
from ucrbench.models.layers.linear import Linear
from ucrbench.models.loop import train
from ucrbench.models.maskgit import MaskGIT

STEPS = 2 if DEVICE == "cpu" else 200
POSITIONS = 75  # tokens of a series of length 500
PARTS = math.ceil(256 * POSITIONS / TOKENS_ON_CPU) if DEVICE == "cpu" else 1  # as a job has it


def prior(kind: type[MaskGIT]) -> MaskGIT:
    torch.manual_seed(0)
    return kind(torch.randn(32, 64), POSITIONS, 2, Prior(), True).to(DEVICE)


def test_maskgit_step(benchmark):
    logits, y = -10 * torch.rand(256, POSITIONS, 32), torch.randint(2, (256,))
    data = (logits.to(DEVICE), y.to(DEVICE))
    ours, plain = prior(MaskGIT), prior(reference.PlainMaskGIT)
    assert count(plain) == count(ours)
    paired(
        benchmark,
        lambda steps, laps: train(ours, data, Training(batch=256, max_steps=steps), laps, parts=PARTS),
        lambda steps: reference.train_plainly(
            lambda *batch: plain.train().loss(*batch)["loss"], list(plain.parameters()), (logits, y), 256, steps
        ),
        STEPS,
    )


def test_maskgit_sampling(benchmark):
    ours, y = prior(MaskGIT), torch.randint(2, (256,), device=DEVICE)
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


@pytest.mark.skipif(DEVICE != "cpu", reason="it is about the libraries of a CPU")
def test_large_product(benchmark):
    """The projector's largest product and its gradients, beside torch's own."""
    x, seen = torch.randn(256, 4096, requires_grad=True), torch.randn(256, 4096)
    ours, plain = Linear(4096, 4096), nn.Linear(4096, 4096)
    paired(
        benchmark,
        lambda steps, laps: [laps.due() for _ in products(ours, x, seen, steps)],
        lambda steps: products(plain, x, seen, steps),
        10,
    )


def products(layer: nn.Linear, x: Tensor, seen: Tensor, times: int) -> Iterator[float]:
    for _ in range(times):
        x.grad = layer.weight.grad = None
        y = layer(x)
        y.backward(seen)
        yield 0.0


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
