"""Rows: images whose columns and channels lie side by side in memory, (N, H, W C)."""

import torch
from torch import Tensor


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
