"""BatchNorm, activation and the next convolution as one step of a CPU's backward pass.

What these tensors cost beside arithmetic is passes over memory: here a BatchNorm with its activation takes two forward,
one for the statistics and one that writes the activations, padded, where the convolution reads them; and two backward.
Of wide tensors the backward pass keeps one a step, the output of the convolution before; the activations are computed
anew from it, some series at a time, which takes a third of their memory. Values and gradients are those of the plain
layers up to rounding.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .pairs import DoublingConv, HalvingConv, pair_weight
from .rows import (
    activate,
    conv_backward,
    images,
    norm_backward,
    rows_of,
    statistics,
    summed,
    with_zeros_beside,
)

SLOPE = 0.01  # of LeakyReLU
LARGE = 2**20  # values: 4 MiB
WIDE = 2**23  # values: 32 MiB
_CONVOLVED = 2**21  # values of a wide tensor taken at once: 8 MiB, which caches hold


def chain(
    y: Tensor, norms: Sequence[nn.BatchNorm2d], convs: Sequence[HalvingConv | DoublingConv], anew: bool
) -> Tensor:
    """Apply norms[i], LeakyReLU and convs[i] in turn to y (N, C, H, W), as long as there are convs.

    Args:
        y: what the first norm is applied to.
        norms: in training or evaluation mode.
        convs: which halve or double the width.
        anew: whether a backward pass computes activations anew, to save memory; where `by_rows` is true alone.
    """
    for norm, conv in zip(norms, convs, strict=False):
        if by_rows(norm, y):
            step = _Doubling if isinstance(conv, DoublingConv) else _Halving
            y = step.apply(y, norm.weight, norm.bias, statistics([y], norm), pair_weight(conv.weight), conv.bias, anew)
        else:
            y = conv(norm(y, SLOPE))
    return y


class BatchNorm(nn.BatchNorm2d):
    """BatchNorm and LeakyReLU of images (N, C, H, W); ReLU for slope 0, no activation for slope 1."""

    def forward(self, y: Tensor, slope: float = 1.0) -> Tensor:
        if by_rows(self, y):
            return _Normalising.apply(y, self.weight, self.bias, statistics([y], self), slope)
        y = super().forward(y)
        return y if slope == 1 else F.leaky_relu(y, slope, inplace=True)


@contextmanager
def recomputed(y: Tensor, function: Callable[[], Tensor]) -> Iterator[None]:
    """Within, what is kept of y for a backward pass is how to compute it again: `function`."""

    def unpack(kept: Tensor | None) -> Tensor:
        if kept is not None:
            return kept
        with torch.no_grad():
            return function()

    place = y.data_ptr()
    with torch.autograd.graph.saved_tensors_hooks(lambda kept: None if kept.data_ptr() == place else kept, unpack):
        yield


def by_rows(module: nn.Module, y: Tensor, least: int | None = None) -> bool:
    """Whether passes over rows stand in for torch's layers of a module given y: in training on a CPU, not in bfloat16.

    Not where y has less than `least` values, 4 MiB unless told: caches hold these, and a call costs more than it saves.
    """
    plain = y.is_cuda or torch.is_autocast_enabled("cpu") or not (module.training and torch.is_grad_enabled())
    return y.numel() >= (LARGE if least is None else least) and not plain


def _pieces(y: Tensor, anew: bool) -> list[slice]:
    """Which series of y are convolved at once: all, or so few that little is computed anew at a time."""
    cases = max(1, _CONVOLVED // y[0].numel()) if anew else len(y)
    return [slice(start, start + cases) for start in range(0, len(y), cases)]


class _Normalising(torch.autograd.Function):
    """Normalise y (N, C, H, W) and LeakyReLU."""

    @staticmethod
    def forward(ctx, y, gamma, beta, stats, slope):
        ctx.save_for_backward(y, stats)
        ctx.slope = slope
        return _activated(y, stats, slope)

    @staticmethod
    def backward(ctx, gradient):
        y, stats = ctx.saved_tensors
        return *_backward(y, stats, [rows_of(gradient)], ctx.slope), None


class _Halving(torch.autograd.Function):
    """Normalise y (N, C, H, W), LeakyReLU, replicate padding, convolution over pairs: (N, O, H, W // 2).

    A BatchNorm follows, so the bias gets no gradient.
    """

    @staticmethod
    def forward(ctx, y, gamma, beta, stats, weight, bias, anew):
        ctx.anew, pieces = anew, _pieces(y, anew)
        outs = [F.conv2d(pairs := _Halving.padded(y[piece], stats), weight, bias) for piece in pieces]
        ctx.save_for_backward(y, stats, weight, None if anew else pairs)
        return torch.cat(outs) if len(pieces) > 1 else outs[0]

    @staticmethod
    def backward(ctx, gradient):
        y, stats, weight, kept = ctx.saved_tensors
        backs, of_weight = [], 0
        for piece in _pieces(y, ctx.anew):
            pairs = _Halving.padded(y[piece], stats) if kept is None else kept
            back, of_w = conv_backward(gradient[piece], pairs, weight, False)
            backs.append(rows_of(back))
            of_weight = of_weight + of_w
        return *_backward(y, stats, backs, SLOPE, _Halving.beside(y)), of_weight, None, None

    @staticmethod
    def beside(y):
        """Values of a padded line beside those of y: an odd width never reads its last padded column."""
        return (2 - y.shape[3] % 2) * y.shape[1]

    @staticmethod
    def padded(y, stats):
        """Pairs (N, 2C, H + 2, W // 2 + 1) of the padded activations."""
        n, channels, height, width = y.shape
        beside = _Halving.beside(y)
        rows = y.new_empty(n, height + 2, width * channels + beside)
        return images(activate(y, stats, rows, SLOPE, beside), 2 * channels)


class _Doubling(torch.autograd.Function):
    """Normalise y (N, C, H, W), LeakyReLU, transposed convolution over pairs, cut: (N, O, H, 2 W)."""

    @staticmethod
    def forward(ctx, y, gamma, beta, stats, weight, bias, anew):
        ctx.anew, pieces, cut, bias = anew, _pieces(y, anew), len(bias), bias.repeat(2)

        def convolved(piece: slice) -> tuple[Tensor, Tensor]:
            act = _activated(y[piece], stats, SLOPE)
            return act, rows_of(F.conv_transpose2d(act, weight, bias, padding=(1, 0)))[..., cut:-cut]

        act, rows = convolved(pieces[0])
        if len(pieces) > 1:
            first, rows = rows, y.new_empty(len(y), *rows.shape[1:])
            rows[pieces[0]] = first
            for piece in pieces[1:]:
                rows[piece] = convolved(piece)[1]
        ctx.save_for_backward(y, stats, weight, None if anew else act)
        return images(rows, cut)

    @staticmethod
    def backward(ctx, gradient):
        y, stats, weight, kept = ctx.saved_tensors
        backs, of_weight, cut, of_out = [], 0, gradient.shape[1], rows_of(gradient)
        for piece in _pieces(y, ctx.anew):
            act = _activated(y[piece], stats, SLOPE) if kept is None else kept
            pairs = with_zeros_beside(of_out[piece], cut)
            back, of_w = conv_backward(images(pairs, 2 * cut), act, weight, True)
            backs.append(rows_of(back))
            of_weight = of_weight + of_w
        of_bias = summed(of_out, cut) if ctx.needs_input_grad[5] else None
        return *_backward(y, stats, backs, SLOPE), of_weight, of_bias, None


def _activated(y: Tensor, stats: Tensor, slope: float) -> Tensor:
    """LeakyReLU of the normalised y (N, C, H, W)."""
    return images(activate(y, stats, y.new_empty(rows_of(y).shape), slope), y.shape[1])


def _backward(
    y: Tensor, stats: Tensor, gradients: list[Tensor], slope: float, beside: int = 0
) -> tuple[Tensor | None, ...]:
    """Gradients of y, gamma, beta and stats, from those of the activations in rows, piece by piece."""
    rows, cases = y.new_empty(rows_of(y).shape), len(gradients[0])
    _, of_gamma, of_beta = norm_backward(y.split(cases), stats, gradients, slope, beside, rows.split(cases))
    return images(rows, y.shape[1]), of_gamma, of_beta, None
