"""BatchNorm, activation and the next convolution as one step of a CPU's backward pass.

Activations are written where the convolution reads them, padded. Of wide tensors the backward pass keeps one a step,
the output of the convolution before; the activations are computed anew from it, some series at a time, which takes a
third of their memory. Values and gradients are those of the plain layers up to rounding.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import frugal, fused
from .norm import activated, by_rows, normalising_backward
from .pairs import DoublingConv, HalvingConv, pair_weight
from .rows import conv_backward, images, rows_of, summed, with_zeros_beside

SLOPE = 0.01  # of LeakyReLU
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
            stats = _passes(anew).statistics([y], norm)
            y = step.apply(y, norm.weight, norm.bias, stats, pair_weight(conv.weight), conv.bias, anew)
        else:
            y = norm(y, SLOPE)
            y = conv(y)
    return y


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


def _passes(anew: bool) -> ModuleType:
    """Where activations are computed anew to save memory, passes save it as well."""
    return frugal if anew else fused


def _cases(y: Tensor, anew: bool) -> int:
    """How many series of y are convolved at once: all, or so few that little is computed anew at a time."""
    return max(1, _CONVOLVED // y[0].numel()) if anew else len(y)


class _Halving(torch.autograd.Function):
    """Normalise y (N, C, H, W), LeakyReLU, replicate padding, convolution over pairs: (N, O, H, W // 2).

    A BatchNorm follows, so the bias gets no gradient.
    """

    @staticmethod
    def forward(ctx, y, gamma, beta, stats, weight, bias, anew):
        ctx.anew = anew
        if anew:
            ctx.save_for_backward(y, stats, weight, None)
            parts = y.split(_cases(y, anew))
            return torch.cat([F.conv2d(_Halving.padded(part, stats, anew), weight, bias) for part in parts])
        pairs = _Halving.padded(y, stats, anew)
        ctx.save_for_backward(y, stats, weight, pairs)
        return F.conv2d(pairs, weight, bias)

    @staticmethod
    def backward(ctx, gradient):
        y, stats, weight, kept = ctx.saved_tensors
        of_weight, cases = torch.zeros_like(weight), _cases(y, ctx.anew)

        def back():
            for part, of_part in zip(y.split(cases), gradient.split(cases), strict=True):
                pairs = _Halving.padded(part, stats, ctx.anew) if kept is None else kept
                of_pairs, of_w = conv_backward(of_part, pairs, weight, False)
                of_weight.add_(of_w)
                yield rows_of(of_pairs), rows_of(pairs)

        of_y = normalising_backward(_passes(ctx.anew), y, stats, back(), cases, SLOPE, _Halving.beside(y))
        return *of_y, of_weight, None, None

    @staticmethod
    def beside(y):
        """Values of a padded line beside those of y: an odd width never reads its last padded column."""
        return (2 - y.shape[3] % 2) * y.shape[1]

    @staticmethod
    def padded(y, stats, anew):
        """Pairs (N, 2C, H + 2, W // 2 + 1) of the padded activations."""
        n, channels, height, width = y.shape
        beside = _Halving.beside(y)
        rows = y.new_empty(n, height + 2, width * channels + beside)
        return images(_passes(anew).activate(y, stats, rows, SLOPE, beside), 2 * channels)


class _Doubling(torch.autograd.Function):
    """Normalise y (N, C, H, W), LeakyReLU, transposed convolution over pairs, cut: (N, O, H, 2 W)."""

    @staticmethod
    def forward(ctx, y, gamma, beta, stats, weight, bias, anew):
        ctx.anew, cut = anew, len(bias)

        def pairs_of(act: Tensor) -> Tensor:
            return rows_of(F.conv_transpose2d(act, weight, bias.repeat(2), padding=(1, 0)))[..., cut:-cut]

        if anew:
            ctx.save_for_backward(y, stats, weight, None)
            n, _, height, width = y.shape
            cases, rows = _cases(y, anew), y.new_empty(n, height, 2 * width * cut)
            for part, out in zip(y.split(cases), rows.split(cases), strict=True):
                out.copy_(pairs_of(activated(frugal, part, stats, SLOPE)))
            return images(rows, cut)
        act = activated(fused, y, stats, SLOPE)
        ctx.save_for_backward(y, stats, weight, act)
        return images(pairs_of(act), cut)

    @staticmethod
    def backward(ctx, gradient):
        y, stats, weight, kept = ctx.saved_tensors
        of_weight, cut, of_out = torch.zeros_like(weight), gradient.shape[1], rows_of(gradient)
        cases = _cases(y, ctx.anew)

        def back():
            for part, of_part in zip(y.split(cases), of_out.split(cases), strict=True):
                act = activated(frugal, part, stats, SLOPE) if kept is None else kept
                of_act, of_w = conv_backward(images(with_zeros_beside(of_part, cut), 2 * cut), act, weight, True)
                of_weight.add_(of_w)
                yield rows_of(of_act), rows_of(act)

        of_bias = summed(of_out, cut) if ctx.needs_input_grad[5] else None
        of_y = normalising_backward(_passes(ctx.anew), y, stats, back(), cases, SLOPE)
        return *of_y, of_weight, of_bias, None
