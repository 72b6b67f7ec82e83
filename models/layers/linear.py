"""A linear layer whose products are oneDNN's where MKL, which torch asks on CPUs, is the slower of the two."""

import functools
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

_WORTH = 2**20  # weights; products with fewer take a few milliseconds either way


class Linear(nn.Linear):
    """As torch's; on an AMD CPU, products with large weights in float32 are computed by oneDNN.

    `large_product` among the benchmarks says what is gained.
    """

    def forward(self, x: Tensor) -> Tensor:
        if self.weight.numel() < _WORTH or not takes_onednn(x) or not _mkl_is_slower():
            return super().forward(x)
        return product(x, self.weight, self.bias)


def takes_onednn(x: Tensor) -> bool:
    """Whether `product` may be asked for x: float32 on a CPU, not under autocast, with oneDNN in this torch."""
    plain = x.device.type == "cpu" and x.dtype is torch.float32 and not torch.is_autocast_enabled("cpu")
    return plain and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def product(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """What `torch.nn.functional.linear` gives, of x (N, D), a weight (O, D) and a bias (O,)."""
    return _Product.apply(x, weight, bias)


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return _onednn(x, weight, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        x, weight = ctx.saved_tensors
        of_x, of_weight, of_bias = ctx.needs_input_grad
        return (
            _onednn(gradient, weight.T) if of_x else None,
            _onednn(gradient.T, x.T) if of_weight else None,
            gradient.sum(0) if of_bias else None,
        )


def _onednn(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a (N, D) times the transpose of b (O, D), plus a bias (O,)."""
    return torch.ops.mkldnn._linear_pointwise(a, b, bias, "none", [], "")


@functools.cache
def _mkl_is_slower() -> bool:
    """MKL keeps its best code for Intel's processors."""
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.is_file() and "AuthenticAMD" in cpuinfo.read_text()
