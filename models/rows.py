"""BatchNorm and activation on rows: images whose columns and channels lie side by side in memory, (N, H, W C)."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

_VALUES = 2**17  # taken at once: 512 KiB, which caches hold


def rows_of(u: Tensor) -> Tensor:
    """u (N, C, H, W) as (N, H, W C), without a copy where it lies channels-last."""
    return u.permute(0, 2, 3, 1).contiguous().flatten(2)


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


def activate(y: Tensor, stats: Sequence[Tensor], out: Tensor, slope: float) -> Tensor:
    """LeakyReLU (ReLU for slope 0) of the normalised y (N, C, H, W), into rows (N, H, W C), which are returned."""
    gamma, beta, mean, deviation = stats
    rows, width = rows_of(y), y.shape[3]
    scale = gamma * deviation
    shift = (beta - mean * scale).repeat(width)
    scale = scale.repeat(width)
    for part, target in zip(_parts(rows), _parts(out), strict=True):
        F.leaky_relu_(torch.addcmul(shift, part, scale, out=target), slope)
    return out


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
    of_beta, of_gamma = gamma.new_zeros(2, len(gamma), dtype=torch.float64)
    for y, of_y in zip(values, rows, strict=True):
        images_of_y = images(of_y, len(gamma))
        _, gammas, betas = torch.ops.aten.native_batch_norm_backward(
            images_of_y, y, gamma, None, None, mean, deviation, True, 0.0, (False, True, True)
        )
        of_gamma += gammas
        of_beta += betas
    count = sum(y.numel() for y in values) / len(gamma)
    scale = gamma.double() * deviation
    slope = -scale * deviation * of_gamma / count
    offset = -scale * of_beta / count - slope * mean
    width = values[0].shape[3]
    scale, slope, offset = (factors.to(gamma.dtype).repeat(width) for factors in (scale, slope, offset))
    for y, of_y in zip(values, rows, strict=True):
        for part, of_part in zip(_parts(rows_of(y)), _parts(of_y), strict=True):
            torch.addcmul(torch.addcmul(offset, part, slope), of_part, scale, out=of_part)
    return of_gamma.to(gamma.dtype), of_beta.to(gamma.dtype)


def _parts(rows: Tensor) -> tuple[Tensor, ...]:
    """Parts of rows (N, H, W C) of a size that caches hold."""
    return rows.split(max(1, _VALUES // rows[0].numel()))
