"""Two views of the same series in one pass through a network, each normalised by its own statistics."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

DEVICES = ("cuda",)  # kinds of devices on which one pass takes both views: on a CPU it costs more (docs/performance.md)


class BatchNorm2d(nn.BatchNorm2d):
    """A BatchNorm that takes the statistics of each view in a batch, as if one view came after the other.

    Attributes:
        views: number of views that lie in a batch (N, C, H, W) one behind the other, of N / views rows each.
    """

    views = 1

    def forward(self, x: Tensor) -> Tensor:
        if self.views == 1:
            return super().forward(x)
        return torch.cat([super(BatchNorm2d, self).forward(view) for view in x.chunk(self.views)])


def through(network: nn.Module, function: Callable[[Tensor], Tensor], a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return a function of two views (N, ...) each, where rows meet in the BatchNorms of a network alone.

    They are `function(a), function(b)`, and so are gradients and running statistics. On CUDA one pass takes both: half
    as many kernels are launched, and no gradients of weights are added up.
    """
    if a.device.type not in DEVICES:
        return function(a), function(b)
    with _two_views(network):
        first, second = function(torch.cat((a, b))).chunk(2)
    return first, second


@contextmanager
def _two_views(network: nn.Module) -> Iterator[None]:
    norms = [module for module in network.modules() if isinstance(module, BatchNorm2d)]
    for norm in norms:
        norm.views = 2
    try:
        yield
    finally:
        for norm in norms:
            norm.views = 1
