"""BatchNorm and activation on rows: images whose columns and channels lie side by side in memory, (N, H, W C)."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

_VALUES = 2**18  # taken at once: 1 MiB, which caches hold


def rows_of(u: Tensor) -> Tensor:
    """u (N, C, H, W) as (N, H, W C), without a copy where it lies channels-last."""
    return u.permute(0, 2, 3, 1).contiguous().flatten(2)


def images(rows: Tensor, channels: int) -> Tensor:
    """Rows (N, H, W C) as images (N, C, H, W), without a copy."""
    return rows.unflatten(2, (-1, channels)).permute(0, 3, 1, 2)


def activate(y: Tensor, stats: Sequence[Tensor], out: Tensor, slope: float) -> Tensor:
    """LeakyReLU (ReLU for slope 0) of the normalised y (N, C, H, W), into rows (N, H, W C), which are returned."""
    gamma, beta, mean, deviation = stats
    rows, width = rows_of(y), y.shape[3]
    scale = gamma * deviation
    shift = (beta - mean * scale).repeat(width)
    scale = scale.repeat(width)
    cases = max(1, _VALUES // rows[0].numel())
    for part, target in zip(rows.split(cases), out.split(cases), strict=True):
        F.leaky_relu_(torch.addcmul(shift, part, scale, out=target), slope)
    return out


def conv_backward(gradient, u, weight, bias: int, transposed: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of input, weight and bias of a convolution of stride 1 (`bias` 0: without)."""
    padding = (1, 0) if transposed else (0, 0)
    mask = (True, True, bool(bias))
    return torch.ops.aten.convolution_backward(
        gradient, u, weight, [bias] if bias else None, (1, 1), padding, (1, 1), transposed, (0, 0), 1, mask
    )


def activation_backward(gradient: Tensor, act: Tensor, out: Tensor, slope: float) -> Tensor:
    """Gradient of what was activated, from that of the activations, all in rows; into `out`, which is returned."""
    return torch.ops.aten.leaky_relu_backward.grad_input(gradient, act, slope, True, grad_input=out)


def norm_backward(values: Sequence[Tensor], stats: Sequence[Tensor], rows: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Gradients of gamma and beta; those of the normalised values, in rows, become those of the values in place.

    Ioffe and Szegedy, "Batch normalization" (ICML 2015), section 3, in two passes of parts that caches hold.

    Args:
        values: pieces (N, C, H, W) of a batch.
        stats: gamma, beta, mean and one over the standard deviation of the batch, (C,) each.
        rows: the gradients (N, H, W C) of the pieces.
    """
    gamma, _, mean, deviation = stats
    parts = [
        pair
        for y, of_y in zip(values, rows, strict=True)
        for pair in zip(_flat(rows_of(y), gamma), _flat(of_y, gamma), strict=True)
    ]
    count = sum(len(part) for part, _ in parts)
    of_beta, of_gamma = gamma.new_zeros(2, len(gamma), dtype=torch.float64)
    for part, of_part in parts:
        of_beta += of_part.sum(0)
        of_gamma += torch.addcmul(-mean * deviation, part, deviation).mul_(of_part).sum(0)
    scale = gamma.double() * deviation
    slope = -scale * deviation * of_gamma / count
    offset = -scale * of_beta / count - slope * mean
    scale, slope, offset = (factors.to(gamma.dtype) for factors in (scale, slope, offset))
    for part, of_part in parts:
        of_part.mul_(scale).add_(offset).addcmul_(part, slope)
    return of_gamma.to(gamma.dtype), of_beta.to(gamma.dtype)


def _flat(rows: Tensor, gamma: Tensor) -> tuple[Tensor, ...]:
    """Parts (M, C) of rows, of a size that caches hold."""
    return rows.view(-1, len(gamma)).split(_VALUES // len(gamma))
