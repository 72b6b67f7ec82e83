"""The one training loop. It knows a module with a loss and nothing else."""

import warnings
from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from .config import Training
from .errors import Diverged

WARM_UP = 3  # eager steps before a capture: libraries choose their kernels and allocate in them

Curves = dict[str, np.ndarray]


class HasLoss(Protocol):
    """A module whose `loss(*batch)` gives named scalars; the one called "loss" is minimised."""

    def loss(self, *batch: Tensor) -> dict[str, Tensor]: ...


def train(module: nn.Module, data: tuple[Tensor, ...], config: Training) -> Curves:
    """Minimise `module.loss` by AdamW, the learning rate falling to zero along a cosine.

    Batches have one size, min(config.batch, N): one fresh permutation of the cases after the other, laid end to end
    and cut into batches, so that no remainder is dropped and every case is seen equally often. Data and curves stay
    on the device; nothing in a step waits for the host. On CUDA a step is captured as a graph and replayed; where it
    cannot be, the loop warns and goes on step by step. Randomness comes from torch's global generators.

    Args:
        module: on the device of the data; left in evaluation mode.
        data: tensors with N cases along the first axis, handed to `module.loss` batch by batch.
        config: budget and optimiser.

    Returns:
        Every named loss at every step, each an array (steps,) float32.

    Raises:
        Diverged: the loss was NaN or infinite at some step.
    """
    step = _Step(module, data, config)
    module.train()
    _repeat(step, step.total, data[0].device)
    module.eval()
    return step.read()


class _Step:
    """A training step as a function without arguments: which one it is lies on the device as well."""

    def __init__(self, module: nn.Module, data: tuple[Tensor, ...], config: Training) -> None:
        cases, device = len(data[0]), data[0].device
        self.module, self.data, self.total = module, data, config.steps(cases)
        self.batches = _batches(cases, min(config.batch, cases), self.total, device)
        progress = torch.arange(self.total, device=device) / self.total
        self.rates = 0.5 * config.lr * (1 + torch.cos(torch.pi * progress))
        self.rate = torch.tensor(config.lr, device=device)
        self.number = torch.zeros(1, dtype=torch.long, device=device)
        self.optimiser = torch.optim.AdamW(
            module.parameters(),
            lr=self.rate,
            weight_decay=config.weight_decay,
            fused=True,
            capturable=device.type == "cuda",
        )
        self.names: list[str] = []
        self.curves = torch.empty(0, device=device)

    def __call__(self) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        cases = self.batches.index_select(0, self.number)[0]
        losses = self.module.loss(*(tensor.index_select(0, cases) for tensor in self.data))
        if not self.names:
            self.names = list(losses)
            self.curves = torch.empty(self.total, len(losses), device=self.rate.device)
        self.curves.index_copy_(0, self.number, torch.stack([losses[name].detach() for name in self.names])[None])
        losses["loss"].backward()
        self.rate.copy_(self.rates.index_select(0, self.number)[0])
        self.optimiser.step()
        self.number.add_(1)

    def read(self) -> Curves:
        """The curves, on the host."""
        values = self.curves.cpu().numpy()
        bad = ~np.isfinite(values[:, self.names.index("loss")])
        if bad.any():
            raise Diverged(int(bad.argmax()))
        return {name: values[:, i] for i, name in enumerate(self.names)}


def _repeat(step: Callable[[], None], times: int, device: torch.device) -> None:
    """Call a step so many times; on CUDA as a captured graph, after a few calls to warm up."""
    done = 0
    if device.type == "cuda" and times > 2 * WARM_UP:
        # Captured work runs on a stream of its own; so must what warms it up.
        side = torch.cuda.Stream(device)
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                step()
        torch.cuda.current_stream(device).wait_stream(side)
        done = WARM_UP
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                step()
        except RuntimeError as error:
            warnings.warn(f"training runs step by step: {error}".splitlines()[0], stacklevel=3)
        else:
            for _ in range(times - done):
                graph.replay()
            return
    for _ in range(times - done):
        step()


def _batches(cases: int, size: int, steps: int, device: torch.device) -> Tensor:
    """Indices (steps, size) of the cases in each batch."""
    epochs = -(-steps * size // cases)
    order = torch.cat([torch.randperm(cases, device=device) for _ in range(epochs)])
    return order[: steps * size].view(steps, size)
