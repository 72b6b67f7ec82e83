"""The one training loop. It knows a module with a loss and nothing else."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..config import Training
from ..errors import Diverged
from .checkpoint import Keeper
from .cuda_graph import Replayed
from .precision import Precision, mixed, tf32

CHUNK = 50  # captured steps between two looks at the clock, where checkpoints are kept

Losses = dict[str, Tensor]


class Trainable(nn.Module):
    """A module whose `loss` maps the tensors of a batch to named scalars; training minimises the one named "loss"."""

    loss: Callable[..., Losses]


class Curves(dict[str, np.ndarray]):
    """Every named loss at every step, each an array (steps,) float32."""

    captured: bool = False  # whether steps were replayed as a CUDA graph


def train(
    module: Trainable,
    data: tuple[Tensor, ...],
    config: Training,
    keeper: Keeper | None = None,
    precision: Precision = "fp32",
) -> Curves:
    """Minimise "loss" of `module.loss(*batch)` by AdamW, its rate falling to zero along a cosine; return the curves.

    Batches have one size, min(config.batch, N): one fresh permutation of the cases after the other, laid end to end
    and cut into batches, so that no remainder is dropped and every case is seen equally often. Data and curves stay
    on the device; nothing in a step waits for the host. On CUDA a step is captured as a graph and replayed; where it
    cannot be, the loop warns and goes on step by step. Randomness comes from torch's global generators.

    Args:
        module: on the device of the data; left in evaluation mode.
        data: tensors with N cases along the first axis, handed to `module.loss` batch by batch.
        config: budget and optimiser.
        keeper: writes checkpoints from time to time and at the end; one of the same training is taken up again, one
            of another is left aside with a warning.
        precision: "bf16" computes the loss under autocast; weights, gradients of them and moments stay float32. On CUDA
            "fp32" lets products and convolutions use TF32.

    Raises:
        Diverged: the loss was NaN or infinite at some step.
    """
    step, device = _Step(module, data, config, precision), data[0].device
    module.train()
    to_come = step.total - (step.restore(keeper) if keeper is not None else 0)
    run = Replayed(step, device, to_come, "training")
    with tf32(device):
        for left in reversed(range(to_come)):
            run()
            if keeper is not None and not (run.captured and left % CHUNK):
                if run.captured:
                    torch.cuda.synchronize(device)  # or the clock would tell how fast steps are queued
                if left == 0 or keeper.due():
                    keeper.write(step.state())
    module.eval()
    curves = step.read()
    curves.captured = run.captured
    return curves


class _Step:
    """A training step as a function without arguments: its number lies on the device as well."""

    def __init__(self, module: Trainable, data: tuple[Tensor, ...], config: Training, precision: Precision) -> None:
        cases, device = len(data[0]), data[0].device
        self.module, self.data, self.total = module, data, config.steps(cases)
        self.precision: Precision = precision
        self.batches = _batches(cases, min(config.batch, cases), self.total, device)
        progress = torch.arange(self.total, device=device) / self.total
        self.rates = 0.5 * config.lr * (1 + torch.cos(torch.pi * progress))
        self.rate = torch.tensor(config.lr, device=device)
        self.number = torch.zeros(1, dtype=torch.long, device=device)
        self.optimiser = torch.optim.AdamW(
            module.parameters(),
            self.rate,
            weight_decay=config.weight_decay,
            fused=True,
            capturable=device.type == "cuda",
        )
        states = [(name, tuple(value.shape)) for name, value in module.state_dict().items()]
        self.kind = repr(("torch.optim.AdamW", config, precision, [tuple(tensor.shape) for tensor in data], states))
        self.names: list[str] = []
        self.curves = torch.empty(0, device=device)

    def __call__(self) -> None:
        self.optimiser.zero_grad()
        cases = self.batches.index_select(0, self.number)[0]
        self.rate.copy_(self.rates.index_select(0, self.number)[0])
        with mixed(self.rate.device, self.precision):
            losses = self.module.loss(*(tensor.index_select(0, cases) for tensor in self.data))
        losses["loss"].backward()
        if not self.names:
            self.names = list(losses)
            self.curves = torch.empty(self.total, len(losses), device=self.rate.device)
        self.curves.index_copy_(0, self.number, torch.stack([losses[name].detach() for name in self.names])[None])
        self.optimiser.step()
        self.number.add_(1)

    def state(self) -> dict[str, Any]:
        """Return all that the steps to come depend on; without the optimiser's moments once there are none."""
        device = self.rate.device
        return {
            "kind": self.kind,
            "done": (done := int(self.number)),
            "module": self.module.state_dict(),
            "optimiser": self.optimiser.state_dict() if done < self.total else None,
            "batches": self.batches,
            "names": self.names,
            "curves": self.curves,
            "random": torch.get_rng_state(),
            "device_random": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        }

    def restore(self, keeper: Keeper) -> int:
        """Go back to the state that was kept; return the number of steps already done."""
        device = self.rate.device
        state = keeper.read(self.kind)
        if state is None:
            return 0
        self.module.load_state_dict(state["module"])
        if state["optimiser"] is not None:
            self.optimiser.load_state_dict(state["optimiser"])
            self.optimiser.param_groups[0]["lr"] = self.rate
        self.number.fill_(state["done"])
        self.names = state["names"]
        self.batches, self.curves = state["batches"].to(device), state["curves"].to(device)
        torch.set_rng_state(state["random"])
        if state["device_random"] is not None and device.type == "cuda":
            torch.cuda.set_rng_state(state["device_random"], device)
        return state["done"]

    def read(self) -> Curves:
        """Return the curves, on the host; the last of all calls."""
        self.optimiser.zero_grad()  # gradients lie in the graph's memory, and are as large as the module
        values = self.curves.cpu().numpy()
        bad = ~np.isfinite(values[:, self.names.index("loss")])
        if bad.any():
            raise Diverged(f"the loss was not finite at step {bad.argmax()}; a smaller training.lr may help")
        return Curves(zip(self.names, values.T, strict=True))


def _batches(cases: int, size: int, steps: int, device: torch.device) -> Tensor:
    """Return the indices (steps, size) of the cases in each batch."""
    epochs = -(-steps * size // cases)
    order = torch.cat([torch.randperm(cases, device=device) for _ in range(epochs)])
    return order[: steps * size].view(steps, size)
