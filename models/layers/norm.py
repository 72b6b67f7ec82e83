"""BatchNorm and LeakyReLU of large tensors in few passes over memory, on a CPU in training.

The forward pass reads a tensor for its statistics, then once more to write activations; the backward pass likewise.
torch's own layers take a pass for every operation. Values and gradients are theirs up to rounding.
"""

from collections.abc import Iterable
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import fused
from .rows import images, rows_of

Pair = tuple[Tensor, Tensor | None]  # a gradient, and the activations that it is of

LARGE = 2**20  # values: 4 MiB
WIDE = 2**23  # values: 32 MiB


class BatchNorm(nn.BatchNorm2d):
    """BatchNorm and LeakyReLU of images (N, C, H, W); ReLU for slope 0, no activation for slope 1."""

    def forward(self, y: Tensor, slope: float = 1.0) -> Tensor:
        if by_rows(self, y):
            return _Normalising.apply(y, self.weight, self.bias, fused.statistics([y], self), slope)
        y = super().forward(y)
        return y if slope == 1 else F.leaky_relu(y, slope, inplace=True)


def by_rows(module: nn.Module, y: Tensor, least: int | None = None) -> bool:
    """Whether passes over rows stand in for torch's layers of a module given y: in training on a CPU, not in bfloat16.

    Not where y has less than `least` values, 4 MiB unless told: caches hold these, and a call costs more than it saves.
    """
    training = module.training and torch.is_grad_enabled() and not torch.is_autocast_enabled("cpu")
    return training and y.device.type == "cpu" and y.numel() >= (LARGE if least is None else least)


def activated(passes: ModuleType, y: Tensor, stats: Tensor, slope: float) -> Tensor:
    """LeakyReLU of the normalised y (N, C, H, W), by `fused` or `frugal` passes."""
    return images(passes.activate(y, stats, y.new_empty(rows_of(y).shape), slope), y.shape[1])


def normalising_backward(
    passes: ModuleType, y: Tensor, stats: Tensor, gradients: Iterable[Pair], cases: int, slope: float, beside: int = 0
) -> tuple[Tensor | None, ...]:
    """Gradients of y, gamma, beta and stats, from those of the activations in rows, so many cases at a time."""
    rows = y.new_empty(rows_of(y).shape)
    of_norm = passes.norm_backward(y.split(cases), stats, gradients, rows.split(cases), slope, beside)
    return images(rows, y.shape[1]), *of_norm, None


class _Normalising(torch.autograd.Function):
    """Normalise y (N, C, H, W) and LeakyReLU."""

    @staticmethod
    def forward(ctx, y, gamma, beta, stats, slope):
        ctx.save_for_backward(y, stats)
        ctx.slope = slope
        return activated(fused, y, stats, slope)

    @staticmethod
    def backward(ctx, gradient):
        y, stats = ctx.saved_tensors
        return *normalising_backward(fused, y, stats, [(rows_of(gradient), None)], len(y), ctx.slope), None
