"""Passes over rows by compiled kernels, where time counts: two over memory forward and two backward.

The functions are those of `frugal`. Kernels take 130 MB once loaded.
"""

import functools
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import numpy as np
import torch
from torch import Tensor, nn

from .rows import rows_of

_WORTH = 2**18  # values that are worth a thread of their own


@torch.no_grad()
def statistics(values: Sequence[Tensor], norm: nn.BatchNorm2d) -> Tensor:
    """As in `frugal`."""
    kernels = _kernels(str(norm.weight.dtype))
    pivot = values[0][0, :, 0, 0].contiguous().numpy()  # near the mean, so that squares are not lost in rounding
    sums = sum(_over("moments", y, (rows_of(y),), pivot) for y in values)
    count = sum(y.numel() for y in values) // len(pivot)
    parameters = (tensor.numpy() for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var))
    norm.num_batches_tracked.add_(1)
    return torch.from_numpy(kernels.statistics(sums, pivot, count, *parameters, norm.momentum, norm.eps))


def activate(y: Tensor, stats: Tensor, out: Tensor, slope: float, beside: int = 0) -> Tensor:
    """As in `frugal`."""
    _over("activate", y, (rows_of(y), out), stats.numpy(), slope, beside)
    return out


def norm_backward(
    values: Sequence[Tensor],
    stats: Tensor,
    gradients: Iterable[tuple[Tensor, Tensor | None]],
    into: Sequence[Tensor],
    slope: float,
    beside: int = 0,
) -> tuple[Tensor, Tensor]:
    """As in `frugal`, but activations are not asked for, and no gradient may be where its result goes."""
    factors, gradients = stats.numpy(), [gradient for gradient, _ in gradients]
    sums = sum(
        _over("gradient_sums", y, (rows_of(y), gradient), factors, slope, beside)
        for y, gradient in zip(values, gradients, strict=True)
    )
    count = sum(y.numel() for y in values) // stats.shape[1]
    for y, gradient, out in zip(values, gradients, into, strict=True):
        _over("norm_backward", y, (rows_of(y), gradient, out), factors, slope, beside, sums, count)
    of_beta, of_gamma = torch.from_numpy(sums).to(stats.dtype)
    return of_gamma * stats[3], of_beta


def _memory(rows: Tensor) -> tuple[np.ndarray, int, int]:
    """Rows (N, H, M) as kernels take them: memory from their first value to their last, and two strides."""
    (cases, height, size), (n, h, _) = rows.shape, rows.stride()
    extent = (cases - 1) * n + (height - 1) * h + size
    return rows.detach().as_strided((extent,), (1,)).numpy(), n, h


def _over(name: str, y: Tensor, operands: Sequence[Tensor], stats: np.ndarray, *rest: object) -> np.ndarray:
    """Call a kernel for the images of y (N, C, H, W), with as many threads as torch takes; the sum of what it gives."""
    kernel = getattr(_kernels(str(y.dtype)), name)
    cases, _, height, width = y.shape
    memory = [argument for rows in operands for argument in _memory(rows)]
    rest = [stats.dtype.type(value) if isinstance(value, float) else value for value in rest]
    threads = min(torch.get_num_threads(), cases, max(1, y.numel() // _WORTH))
    if threads == 1:
        return kernel(*memory, 0, cases, height, width, stats, *rest)
    edges = [cases * i // threads for i in range(threads + 1)]
    found = _pool(threads, os.getpid()).map(
        lambda first, last: kernel(*memory, first, last, height, width, stats, *rest), edges[:-1], edges[1:]
    )
    return sum(part for part in found if part is not None)


@functools.cache
def _kernels(dtype: str) -> ModuleType:
    """The kernels, all ready for a dtype.

    Where nothing is large they are not needed, and take a second and 130 MB. Loaded one by one, between the tensors of
    a step, what they keep would keep the heap in pieces.
    """
    from . import kernels

    kernels.load(np.dtype(dtype.removeprefix("torch.")))
    return kernels


@functools.cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Threads of this process: a fork has none of its parent's."""
    return ThreadPoolExecutor(threads, thread_name_prefix=f"rows-{process}")
