"""Two views of the same series in one pass through a network, each normalised by its own statistics."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .ssl import IterNorm

DEVICES = ("cuda",)  # kinds of devices on which one pass takes both views: on a CPU it costs more (docs/performance.md)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, IterNorm)  # the layers in which the rows of a batch meet


def through(network: nn.Module, function: Callable[[Tensor], Tensor], a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return `function(a), function(b)` for two views (N, ...) each, where rows meet in a network's NORMS alone.

    Gradients and running statistics are those of two passes. On CUDA one pass takes both: half as many kernels are
    launched, and no gradients of weights are added up.
    """
    return together(network, function, a, b) if a.device.type in DEVICES else (function(a), function(b))


def together(network: nn.Module, function: Callable[[Tensor], Tensor], a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return what `through` does, in one pass on every device: normalisations take one view after the other."""
    norms: list[nn.Module] = [module for module in network.modules() if isinstance(module, NORMS)]
    try:
        for norm in norms:
            norm.forward = lambda x, forward=norm.forward: torch.cat([forward(view) for view in x.chunk(2)])
        first, second = function(torch.cat((a, b))).chunk(2)
    finally:
        for norm in norms:
            vars(norm).pop("forward", None)
    return first, second
