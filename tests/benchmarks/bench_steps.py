"""Training steps of every variant, beside the plain loop in the same run."""

import numpy as np
import pytest
import reference
import torch
from places import DEVICE, paired

from ucrbench.bench.planning.devices import has_bf16
from ucrbench.models.config import Config, Training
from ucrbench.models.latent_model import LatentModel
from ucrbench.models.training.loop import train
from ucrbench.models.variants import MAIN_VARIANTS, build

BATCH = 128
STEPS = 3 if DEVICE == "cpu" else 200


def series(length: int, cases: int = BATCH) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((cases, length)).cumsum(1).astype(np.float32) / length**0.5


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("length", [140, 500, 1024])
@pytest.mark.parametrize("variant", MAIN_VARIANTS)
def test_step(benchmark, variant, length):
    compare(benchmark, variant, length, "fp32")


@pytest.mark.skipif(not has_bf16(DEVICE), reason="no bfloat16 arithmetic here")
@pytest.mark.parametrize("length", [140, 500, 1024])
@pytest.mark.parametrize("variant", MAIN_VARIANTS)
def test_step_bf16(benchmark, variant, length):
    """The plain loop beside it stays in float32."""
    compare(benchmark, variant, length, "bf16")


def compare(benchmark, variant: str, length: int, precision: str) -> None:
    x, config = series(length), Config()
    torch.manual_seed(0)
    model: LatentModel = build(variant, config, 0, DEVICE)
    module = model.place(model.autoencoder(length, config))
    data = (torch.as_tensor(x[:, None], device=DEVICE),)
    plain = reference.Model(variant, length, config).to(DEVICE)
    assert count(plain) == count(module)
    paired(
        benchmark,
        lambda steps, laps: train(module, data, Training(batch=BATCH, max_steps=steps), laps, precision),
        lambda steps: reference.train(plain, x, BATCH, steps),
        STEPS,
    )
