"""Convolutions that halve or double the width, as convolutions of stride 1 over pairs of columns.

In channels-last memory two neighbouring columns of C channels lie side by side: read as one column of 2C channels they
need no copy. A kernel of width 4 and stride 2 then is one of width 2 and stride 1, with the same products and sums;
its gradients take less time on CPUs. On CUDA the plain forms are used.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .rows import images, rows_of, summed, with_zeros_beside


def pair_weight(weight: Tensor) -> Tensor:
    """A kernel (A, B, 3, 4) as one over pairs, (A, 2B, 3, 2): column 2a + b meets channels bB to (b + 1)B of pair a."""
    return weight.unflatten(3, (2, 2)).permute(0, 4, 1, 2, 3).flatten(1, 2)


class HalvingConv(nn.Conv2d):
    """A convolution of kernel (3, 4), stride (1, 2), replicate padding (1, 1): (N, C, H, W) to (N, O, H, W // 2)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, (3, 4), stride=(1, 2))

    def forward(self, u: Tensor) -> Tensor:
        # An odd width never reads its last padded column; without it, columns come in pairs.
        u = F.pad(u, (1, 1 - u.shape[3] % 2, 1, 1), mode="replicate")
        if u.is_cuda:
            return super().forward(u)
        pairs = u.permute(0, 2, 3, 1).contiguous().unflatten(2, (-1, 2)).flatten(3).permute(0, 3, 1, 2)
        return F.conv2d(pairs, pair_weight(self.weight), self.bias)


class DoublingConv(nn.ConvTranspose2d):
    """A transposed convolution of kernel (3, 4), stride (1, 2), padding (1, 1): (N, C, H, W) to (N, O, H, 2W)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, (3, 4), stride=(1, 2), padding=(1, 1))

    def forward(self, u: Tensor) -> Tensor:
        if u.is_cuda:
            return super().forward(u)
        pairs = F.conv_transpose2d(u, pair_weight(self.weight), padding=(1, 0))
        return images(_Inside.apply(rows_of(pairs), self.bias), self.out_channels)


class _Inside(torch.autograd.Function):
    """Rows (N, H, W C) without their first and last column, which are the padding's, plus a bias (C,)."""

    @staticmethod
    def forward(ctx, rows, bias):
        ctx.channels = len(bias)
        inside = rows[..., ctx.channels : -ctx.channels]
        return inside + bias.repeat(inside.shape[2] // ctx.channels)

    @staticmethod
    def backward(ctx, gradient):
        of_bias = summed(gradient, ctx.channels) if ctx.needs_input_grad[1] else None
        return with_zeros_beside(gradient, ctx.channels), of_bias
