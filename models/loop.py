"""The one training loop. It knows a module with a loss and nothing else."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from .config import Training
from .errors import Diverged

Curves = dict[str, np.ndarray]


class HasLoss(Protocol):
    """A module whose `loss(*batch)` gives named scalars; the one called "loss" is minimised."""

    def loss(self, *batch: Tensor) -> dict[str, Tensor]: ...


def train(module: nn.Module, data: tuple[Tensor, ...], config: Training) -> Curves:
    """Minimise `module.loss` by AdamW, the learning rate falling to zero along a cosine.

    Batches have one size, min(config.batch, N): one fresh permutation of the cases after the other, laid end to end
    and cut into batches, so that no remainder is dropped and every case is seen equally often. Data and curves stay
    on the device; nothing in a step waits for the host. Randomness comes from torch's global generators.

    Args:
        module: on the device of the data; left in evaluation mode.
        data: tensors with N cases along the first axis, handed to `module.loss` batch by batch.
        config: budget and optimiser.

    Returns:
        Every named loss at every step, each an array (steps,) float32.

    Raises:
        Diverged: the loss was NaN or infinite at some step.
    """
    cases, device = len(data[0]), data[0].device
    steps = config.steps(cases)
    batches = _batches(cases, min(config.batch, cases), steps, device)
    rate = torch.tensor(config.lr, device=device)
    rates = 0.5 * config.lr * (1 + torch.cos(torch.pi * torch.arange(steps, device=device) / steps))
    optimiser = torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=config.weight_decay, fused=True)
    curves: Tensor | None = None
    names: list[str] = []
    module.train()
    for step in range(steps):
        losses = module.loss(*(tensor.index_select(0, batches[step]) for tensor in data))
        if curves is None:
            names = list(losses)
            curves = torch.empty(steps, len(names), device=device)
        curves[step] = torch.stack([losses[name].detach() for name in names])
        losses["loss"].backward()
        rate.copy_(rates[step])
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    module.eval()
    return _read(curves, names)


def _batches(cases: int, size: int, steps: int, device: torch.device) -> Tensor:
    """Indices (steps, size) of the cases in each batch."""
    epochs = -(-steps * size // cases)
    order = torch.cat([torch.randperm(cases, device=device) for _ in range(epochs)])
    return order[: steps * size].view(steps, size)


def _read(curves: Tensor, names: list[str]) -> Curves:
    values = curves.cpu().numpy()
    bad = ~np.isfinite(values[:, names.index("loss")])
    if bad.any():
        raise Diverged(int(bad.argmax()))
    return {name: values[:, i] for i, name in enumerate(names)}
