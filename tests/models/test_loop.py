"""The training loop knows a module with a loss and nothing else."""

import numpy as np
import pytest
import torch
from torch import nn

from ucrbench.models.config import Training
from ucrbench.models.errors import Diverged
from ucrbench.models.training.loop import train


class Mean(nn.Module):
    """Learns the mean of what it sees, and notes the cases it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.zeros(()))
        self.seen: list[torch.Tensor] = []

    def loss(self, x, index):
        self.seen.append(index.clone())
        error = ((x - self.value) ** 2).mean()
        return {"loss": error, "value": self.value}


def data(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.linspace(1, 3, n), torch.arange(n)


def test_reaches_the_minimum_and_returns_curves():
    module = Mean()
    curves = train(module, data(20), Training(lr=0.05, weight_decay=0, epochs=300))
    assert module.value.item() == pytest.approx(2.0, abs=1e-2)
    assert set(curves) == {"loss", "value"}
    assert curves["loss"].shape == (300,)
    assert curves["value"][0] == 0
    assert curves["loss"][-1] < curves["loss"][0]
    assert not module.training


@pytest.mark.parametrize(("cases", "batch"), [(10, 4), (7, 7), (5, 100), (33, 8)])
def test_every_case_is_seen_equally_often_in_batches_of_one_size(cases, batch):
    module = Mean()
    config = Training(batch=batch, epochs=12)
    train(module, data(cases), config)
    size = min(batch, cases)
    assert len(module.seen) == config.steps(cases) == 12 * -(-cases // size)
    assert {len(index) for index in module.seen} == {size}
    counts = torch.bincount(torch.cat(module.seen), minlength=cases)
    assert counts.max() - counts.min() <= 1
    stream = torch.cat(module.seen)
    for start in range(0, len(stream) - cases + 1, cases):
        assert stream[start : start + cases].unique().numel() == cases


def test_thesis_budget_on_forda_is_29000_steps():
    assert Training().steps(3601) == 29_000
    assert Training(max_steps=400).steps(3601) == 400


def test_learning_rate_follows_a_cosine_to_zero():
    class Slope(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.value = nn.Parameter(torch.zeros(()))

        def loss(self, x):
            return {"loss": self.value * 1.0 + 0 * x.sum(), "value": self.value}

    curves = train(Slope(), (torch.zeros(4),), Training(lr=0.1, weight_decay=0, epochs=50))
    # With a constant gradient each AdamW step is the learning rate itself.
    steps = -np.diff(curves["value"])
    expected = 0.05 * (1 + np.cos(np.pi * np.arange(49) / 50))
    np.testing.assert_allclose(steps, expected, rtol=1e-3, atol=1e-6)


def test_a_loss_that_is_not_finite_is_told_with_its_step():
    class Breaks(Mean):
        def loss(self, x, index):
            losses = super().loss(x, index)
            return losses | {"loss": losses["loss"] * (float("nan") if len(self.seen) == 4 else 1)}

    with pytest.raises(Diverged, match="step 3;"):
        train(Breaks(), data(6), Training(epochs=8))
