"""BatchNorm and activation on rows: images whose columns and channels lie side by side in memory, (N, H, W C)."""

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor, nn

from . import kernels

_WORTH = 2**18  # values that are worth a thread of their own


def rows_of(u: Tensor) -> Tensor:
    """u (N, C, H, W) as (N, H, W C), without a copy where columns and channels lie side by side."""
    rows = u.permute(0, 2, 3, 1).flatten(2)
    return rows if rows.stride(2) == 1 else rows.contiguous()


def images(rows: Tensor, channels: int) -> Tensor:
    """Rows (N, H, W C) as images (N, C, H, W), without a copy."""
    return rows.unflatten(2, (-1, channels)).permute(0, 3, 1, 2)


def with_zeros_beside(rows: Tensor, width: int) -> Tensor:
    """Rows (N, H, M) between `width` zeros on the left and as many on the right."""
    wide = rows.new_empty(*rows.shape[:2], width + rows.shape[2] + width)
    wide[..., :width] = 0
    wide[..., -width:] = 0
    wide[..., width:-width] = rows
    return wide


def summed(rows: Tensor, channels: int) -> Tensor:
    """Sums (C,) of rows (N, H, W C)."""
    return rows.flatten(0, 1).sum(0).unflatten(0, (-1, channels)).sum(0)


def conv_backward(gradient: Tensor, u: Tensor, weight: Tensor, transposed: bool) -> tuple[Tensor, Tensor]:
    """Gradients of input and weight of a convolution of stride 1."""
    padding = (1, 0) if transposed else (0, 0)
    of_u, of_weight, _ = torch.ops.aten.convolution_backward(
        gradient, u, weight, None, (1, 1), padding, (1, 1), transposed, (0, 0), 1, (True, True, False)
    )
    return of_u, of_weight


@torch.no_grad()
def statistics(values: Sequence[Tensor], norm: nn.BatchNorm2d) -> Tensor:
    """What normalises a batch of images (N, C, H, W), given in pieces; the norm's running statistics take it in.

    Returns:
        gamma, beta, mean and one over the standard deviation, (4, C).
    """
    pivot = values[0][0, :, 0, 0].contiguous().numpy()  # near the mean, so that squares are not lost in rounding
    sums = sum(_over(kernels.moments, y, (rows_of(y),), pivot) for y in values)
    count = sum(y.numel() for y in values) // len(pivot)
    parameters = (tensor.numpy() for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var))
    norm.num_batches_tracked.add_(1)
    return torch.from_numpy(kernels.statistics(sums, pivot, count, *parameters, norm.momentum, norm.eps))


def activate(y: Tensor, stats: Tensor, out: Tensor, slope: float, beside: int = 0) -> Tensor:
    """LeakyReLU (ReLU for slope 0, nothing for slope 1) of the normalised y (N, C, H, W) into rows, which are returned.

    Args:
        y: what is normalised.
        stats: `statistics` of the batch that y is, or is a piece of.
        out: rows (N, H, W C); with replicate padding (N, H + 2, W C + beside).
        slope: for negative values.
        beside: values that a padded line has more, the first C of them on the left.
    """
    _over(kernels.activate, y, (rows_of(y), out), stats.numpy(), slope, beside)
    return out


def norm_backward(
    values: Sequence[Tensor],
    stats: Tensor,
    gradients: list[Tensor],
    slope: float,
    beside: int = 0,
    into: Sequence[Tensor] | None = None,
) -> tuple[list[Tensor], Tensor, Tensor]:
    """Gradients of values, in rows, and of gamma and beta, from those of their activations.

    Ioffe and Szegedy, "Batch normalization" (ICML 2015), section 3.

    Args:
        values: pieces (N, C, H, W) of a batch.
        stats: as `activate` took them, as are `slope` and `beside`.
        gradients: of what `activate` wrote, piece by piece; the list is emptied, so that a piece gives its memory back
            when it is done. With padding, the gradient of what was repeated is added to that of what it repeats in
            here.
        slope: for negative values.
        beside: values that a padded line has more.
        into: rows for the gradients of values; new ones if there are none.
    """
    factors, count = stats.numpy(), sum(y.numel() for y in values) // stats.shape[1]
    sums = sum(
        _over(kernels.gradient_sums, y, (rows_of(y), gradient), factors, slope, beside)
        for y, gradient in zip(values, gradients, strict=True)
    )
    found = []
    for i, y in enumerate(values):
        rows, gradient = rows_of(y), gradients.pop(0)
        out = rows.new_empty(rows.shape) if into is None else into[i]
        _over(kernels.norm_backward, y, (rows, gradient, out), factors, slope, beside, sums, count)
        found.append(out)
    of_beta, of_gamma = torch.from_numpy(sums).to(stats.dtype)
    return found, of_gamma * stats[3], of_beta


def _memory(rows: Tensor) -> tuple[np.ndarray, int, int]:
    """Rows (N, H, M) as kernels take them: memory from their first value to their last, and two strides."""
    (cases, height, size), (n, h, _) = rows.shape, rows.stride()
    extent = (cases - 1) * n + (height - 1) * h + size
    return rows.detach().as_strided((extent,), (1,)).numpy(), n, h


def _over(kernel: Callable, y: Tensor, operands: Sequence[Tensor], stats: np.ndarray, *rest: object) -> np.ndarray:
    """Call a kernel for the images of y (N, C, H, W), with as many threads as torch takes; the sum of what it gives."""
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
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Threads of this process: a fork has none of its parent's."""
    return ThreadPoolExecutor(threads, thread_name_prefix=f"rows-{process}")
