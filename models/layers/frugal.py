"""Passes over rows by torch's operations, where memory counts: in parts that caches hold, in the memory that is there.

A BatchNorm with its activation in three functions: what a batch has in common, the activations, and the gradient.
`fused` has the same three.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .rows import images, rows_of

_VALUES = 2**17  # taken at once: 512 KiB, which caches hold


@torch.no_grad()
def statistics(values: Sequence[Tensor], norm: nn.BatchNorm2d) -> Tensor:
    """What normalises a batch of images (N, C, H, W), given in pieces; the norm's running statistics take it in.

    Returns:
        gamma, beta, mean and one over the standard deviation, (4, C).
    """
    sizes = values[0].new_tensor([y.numel() for y in values]) / len(norm.weight)
    found = [torch.batch_norm_update_stats(y, None, None, 0.0) for y in values]
    means, variances = (torch.stack(parts) for parts in zip(*found, strict=True))
    count = sizes.sum()
    shares = (sizes / count)[:, None]
    mean = (shares * means).sum(0)
    variance = (shares * (variances + (means - mean).square())).sum(0)
    norm.num_batches_tracked.add_(1)
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance * (count / (count - 1)), norm.momentum)
    return torch.stack([norm.weight, norm.bias, mean, (variance + norm.eps).rsqrt()])


def activate(y: Tensor, stats: Tensor, out: Tensor, slope: float, beside: int = 0) -> Tensor:
    """LeakyReLU (ReLU for slope 0, nothing for slope 1) of the normalised y (N, C, H, W) into rows, which are returned.

    Args:
        y: what is normalised.
        stats: `statistics` of the batch that y is, or is a piece of.
        out: rows (N, H, W C); with replicate padding (N, H + 2, W C + beside).
        slope: for negative values.
        beside: values that a padded line has more, the first C of them on the left.
    """
    channels, inside = y.shape[1], _inside(out, y, beside)
    gamma, beta, mean, deviation = stats
    scale = gamma * deviation
    shift = (beta - mean * scale).repeat(y.shape[3])
    scale = scale.repeat(y.shape[3])
    for part, target in zip(_parts(rows_of(y)), _parts(inside), strict=True):
        F.leaky_relu_(torch.addcmul(shift, part, scale, out=target), slope)
    if beside:
        middle, end = out[:, 1:-1], channels + inside.shape[2]
        middle[..., :channels] = middle[..., channels : 2 * channels]
        if beside > channels:
            middle[..., end:] = middle[..., end - channels : end]
        out[:, 0] = out[:, 1]
        out[:, -1] = out[:, -2]
    return out


def norm_backward(
    values: Sequence[Tensor],
    stats: Tensor,
    gradients: Iterable[tuple[Tensor, Tensor]],
    into: Sequence[Tensor],
    slope: float,
    beside: int = 0,
) -> tuple[Tensor, Tensor]:
    """Gradients of values into rows, from those of what `activate` wrote; those of gamma and beta are returned.

    Ioffe and Szegedy, "Batch normalization" (ICML 2015), section 3.

    Args:
        values: pieces (N, C, H, W) of a batch, all that was normalised.
        stats: as `activate` took them, as are `slope` and `beside`.
        gradients: piece by piece, in rows, each with what `activate` wrote. With padding, the gradient of what was
            repeated is added to that of what it repeats in here; without, it may also be where the result goes.
        into: rows (N, H, W C).
        slope: for negative values.
        beside: values that a padded line has more.
    """
    gamma, _, mean, deviation = stats
    of_gamma, of_beta = gamma.new_zeros(2, len(gamma), dtype=torch.float64)
    for y, (gradient, act), out in zip(values, gradients, into, strict=True):
        inside = _unpadded(gradient, y, beside)
        torch.ops.aten.leaky_relu_backward.grad_input(inside, _inside(act, y, beside), slope, True, grad_input=out)
        _, gammas, betas = torch.ops.aten.native_batch_norm_backward(
            images(out, len(gamma)), y, gamma, None, None, mean, deviation, True, 0.0, (False, True, True)
        )
        of_gamma += gammas
        of_beta += betas
    count = sum(y.numel() for y in values) / len(gamma)
    factor = -gamma * deviation.double() ** 2 * of_gamma / count
    offset = -gamma * deviation.double() * of_beta / count - factor * mean
    width = values[0].shape[3]
    scale, factor, offset = (each.to(stats.dtype).repeat(width) for each in (gamma * deviation, factor, offset))
    for y, out in zip(values, into, strict=True):
        for part, target in zip(_parts(rows_of(y)), _parts(out), strict=True):
            torch.addcmul(torch.addcmul(offset, part, factor), target, scale, out=target)
    return of_gamma.to(stats.dtype), of_beta.to(stats.dtype)


def _inside(rows: Tensor, y: Tensor, beside: int) -> Tensor:
    """The rows of y without the padding."""
    return rows[:, 1:-1, y.shape[1] : (1 + y.shape[3]) * y.shape[1]] if beside else rows


def _unpadded(rows: Tensor, y: Tensor, beside: int) -> Tensor:
    """Gradient of the rows inside from that of the padded ones: what was repeated collects what its copies have."""
    inside, channels = _inside(rows, y, beside), y.shape[1]
    if beside:
        rows[:, 1] += rows[:, 0]
        rows[:, -2] += rows[:, -1]
        inside[..., :channels] += rows[:, 1:-1, :channels]
        if beside > channels:
            inside[..., -channels:] += rows[:, 1:-1, -channels:]
    return inside


def _parts(rows: Tensor) -> tuple[Tensor, ...]:
    """Parts of rows (N, H, W C) of a size that caches hold."""
    return rows.split(max(1, _VALUES // rows[0].numel()))
