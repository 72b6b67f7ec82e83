"""The FCN's features in training, some series at a time: on a CPU, in half the memory of plain layers.

Activations of long series take hundreds of megabytes a layer. Here each is a list of pieces of some series. Kept for
the backward pass is the output of every convolution but the first, which is computed anew, and a piece of a gradient
makes room for what is computed from it. Values and gradients are those of the plain layers up to rounding.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .frugal import activate, norm_backward, statistics
from .rows import conv_backward, images, rows_of

_WIDEST = 2**21  # values of a layer in a piece: 8 MiB


def windows(x: Tensor, kernel: int) -> Tensor:
    """Windows (..., L, kernel) around every sample of series (..., L), with zeros beside."""
    return F.pad(x, ((kernel - 1) // 2, kernel // 2)).unfold(-1, kernel, 1)


def averages(convs: Sequence[nn.Conv1d], norms: Sequence[nn.BatchNorm2d], x: Tensor) -> Tensor:
    """Apply convs[i] with zeros beside, norms[i] and ReLU in turn to series x (N, 1, L); averages (N, C) over time.

    In training mode and in float32 or float64 on a CPU only; for one backward pass, without a gradient for x or for
    biases, which BatchNorms take away.
    """
    layers = zip(convs, norms, strict=True)
    return _Averages.apply(norms, x, *(p for conv, norm in layers for p in (*conv.parameters(), *norm.parameters())))


class _Averages(torch.autograd.Function):
    @staticmethod
    def forward(ctx, norms, x, *parameters):
        ctx.save_for_backward(x, *parameters)
        weights, biases = parameters[0::4], parameters[1::4]
        ctx.cases = max(1, _WIDEST // (x.shape[2] * max(map(len, weights))))
        ctx.kept, ctx.stats = [], []
        values = _first(x.split(ctx.cases), weights[0], biases[0])
        for i, norm in enumerate(norms):
            if i > 0:
                before, image = ctx.stats[-1], _image(weights[i])
                values = [F.conv2d(_activated(y, before, image)[0], image, biases[i]) for y in values]
            ctx.kept.append(values if i > 0 else None)
            ctx.stats.append(statistics(values, norm))
        return torch.cat([_activated(y, ctx.stats[-1])[0].mean((2, 3)) for y in values])

    @staticmethod
    def backward(ctx, gradient):
        x, *parameters = ctx.saved_tensors
        weights, first_bias = parameters[0::4], parameters[1]
        series = x.split(ctx.cases)
        pieces, after, found = list((gradient / x.shape[2]).split(ctx.cases)), None, []
        for weight in reversed(weights):
            values, stats = ctx.kept.pop() or _first(series, weight, first_bias), ctx.stats.pop()
            # What goes back through a piece replaces it in the list, and is normalised in place.
            if after is None:
                back = _average_backward(pieces, values, stats)
            else:
                found[:0] = (of_weight := torch.zeros_like(after), None)
                back = _convolution_backward(pieces, values, stats, after, of_weight)
            found[:0] = norm_backward(values, stats, back, pieces, slope=0.0)
            after = weight
            del values  # before the next layer's are there
        return None, None, _first_backward(pieces, series, after), None, *found


def _first(series: Sequence[Tensor], weight: Tensor, bias: Tensor) -> list[Tensor]:
    """The first convolution of series (N, 1, L), as a product with all their windows: (N, C, 1, L)."""
    products = (F.linear(windows(x, weight.shape[2]), weight[:, 0], bias) for x in series)
    return [images(product.flatten(2), len(bias)) for product in products]


def _image(weight: Tensor) -> Tensor:
    """A kernel (O, C, k) as one of images of height 1, channels-last."""
    return weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)


def _activated(y: Tensor, stats: Tensor, image: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Normalised and through ReLU (N, C, 1, L + k - 1), with the next kernel's zeros beside; the rows between these."""
    n, channels, height, width = y.shape
    left, right = _margins(image)
    rows = y.new_empty(n, height, (left + width + right) * channels)
    start, stop = left * channels, (left + width) * channels
    rows[..., :start] = 0
    rows[..., stop:] = 0
    return images(rows, channels), activate(y, stats, rows[..., start:stop], slope=0.0)


def _margins(image: Tensor | None) -> tuple[int, int]:
    """Zeros to the left and right of what a kernel meets; the odd surplus of an even kernel goes to the right."""
    return (0, 0) if image is None else ((image.shape[3] - 1) // 2, image.shape[3] // 2)


def _average_backward(pieces: list[Tensor], values: Sequence[Tensor], stats: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Gradients (N, C) of sums over time become those of activations, in rows; with the activations."""
    for i, y in enumerate(values):
        pieces[i] = pieces[i].repeat(1, y.shape[3])[:, None]
        yield pieces[i], _activated(y, stats)[1]


def _convolution_backward(
    pieces: list[Tensor], values: Sequence[Tensor], stats: Tensor, weight: Tensor, of_weight: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """Gradients of a convolution become those of the activations before it, in rows; with the activations."""
    image = _image(weight)
    left, _ = _margins(image)
    for i, y in enumerate(values):
        u, act = _activated(y, stats, image)
        of_u, of_w = conv_backward(images(pieces[i], len(image)), u, image, False)
        of_weight += of_w.squeeze(2)
        pieces[i] = rows_of(of_u[..., left : left + y.shape[3]]).contiguous()
        yield pieces[i], act


def _first_backward(pieces: Sequence[Tensor], series: Sequence[Tensor], weight: Tensor) -> Tensor:
    """Gradient of the first convolution's weight, from that of its result in rows."""
    of_weight = 0
    for piece, x in zip(pieces, series, strict=True):
        of_weight = of_weight + piece.view(-1, len(weight)).T @ windows(x, weight.shape[2]).flatten(0, 2)
    return of_weight.unsqueeze(1)
