"""BatchNorm, activation and the next convolution as one step of a CPU's backward pass.

These are the widest tensors of encoder and decoder, and what they cost beside arithmetic is passes over memory.
Kept for the backward pass is one tensor a step, the output of the convolution before; the activations are computed anew
from it by the same products, some series at a time, padded where they are written. Values and gradients are those of
the plain layers up to rounding, and a step keeps a third of their memory.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .pairs import DoublingConv, pair_weight
from .rows import (
    activate,
    activation_backward,
    conv_backward,
    images,
    norm_backward,
    rows_of,
    summed,
    with_zeros_beside,
)

SLOPE = 0.01  # of LeakyReLU
WIDE = 2**23  # values: 32 MiB
_CONVOLVED = 2**21  # values taken at once: 8 MiB, which caches hold


def chain(y: Tensor, norms: Sequence[nn.BatchNorm2d], convs: Sequence[nn.Conv2d | DoublingConv]) -> Tensor:
    """Apply norms[i], the activation and convs[i] in turn to y (N, C, H, W).

    The activation is LeakyReLU; a convolution halves (with replicate padding) or doubles the width.

    In training mode and in float32 or float64 on a CPU only, which is where `fits` is true.
    """
    for norm, conv in zip(norms, convs, strict=True):
        with torch.no_grad():
            norm.num_batches_tracked.add_(1)
            mean, variance = torch.batch_norm_update_stats(y, norm.running_mean, norm.running_var, norm.momentum)
            deviation = (variance + norm.eps).rsqrt()
        step = _Doubling if isinstance(conv, DoublingConv) else _Halving
        y = step.apply(y, norm.weight, norm.bias, mean, deviation, pair_weight(conv.weight), conv.bias)
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


def fits(module: nn.Module, u: Tensor, widest: int) -> bool:
    """Whether `chain`, or `piecewise`, stands in for the plain layers of a module given u: where memory is what counts.

    Args:
        module: encoder, decoder or FCN.
        u: what it was given.
        widest: values of its widest activation; below 32 MB of them the plain layers are a little faster.
    """
    plain = u.is_cuda or torch.is_autocast_enabled("cpu") or not (module.training and torch.is_grad_enabled())
    return widest >= WIDE and not plain


def _pieces(y: Tensor) -> list[slice]:
    """Which series of y are convolved at once."""
    cases = max(1, _CONVOLVED // y[0].numel())
    return [slice(start, start + cases) for start in range(0, len(y), cases)]


class _Halving(torch.autograd.Function):
    """Normalise y (N, C, H, W), LeakyReLU, replicate padding, convolution over pairs: (N, O, H, W // 2).

    A BatchNorm follows, so the bias gets no gradient.
    """

    @staticmethod
    def forward(ctx, y, gamma, beta, mean, deviation, weight, bias):
        ctx.save_for_backward(y, gamma, beta, mean, deviation, weight)
        stats = (gamma, beta, mean, deviation)
        parts = [F.conv2d(_Halving.padded(y[piece], stats)[0], weight, bias) for piece in _pieces(y)]
        return _joined(parts)

    @staticmethod
    def backward(ctx, gradient):
        y, *stats, weight = ctx.saved_tensors
        rows, of_weight = torch.empty_like(rows_of(y)), 0
        for piece in _pieces(y):
            pairs, inside = _Halving.padded(y[piece], stats)
            back, of_w = conv_backward(gradient[piece], pairs, weight, False)
            of_weight = of_weight + of_w
            activation_backward(_Halving.unpadded(rows_of(back), y), inside, rows[piece], SLOPE)
        return *_normed(y, stats, rows), of_weight, None

    @staticmethod
    def padded(y, stats):
        """Pairs (N, 2C, H + 2, W // 2 + 1) of the padded activations, and the rows inside the padding."""
        n, channels, height, width = y.shape
        end = (width + 1) * channels
        # An odd width never reads its last padded column; without it, columns come in pairs.
        rows = y.new_empty(n, height + 2, (width + 2 - width % 2) * channels)
        middle = rows[:, 1:-1]
        inside = activate(y, stats, middle[..., channels:end], SLOPE)
        middle[..., :channels] = middle[..., channels : 2 * channels]
        if end < rows.shape[2]:
            middle[..., end:] = middle[..., end - channels : end]
        rows[:, 0] = rows[:, 1]
        rows[:, -1] = rows[:, -2]
        return images(rows, 2 * channels), inside

    @staticmethod
    def unpadded(rows, y):
        """Gradient of the rows inside from that of the padded ones: what was copied collects what its copies have."""
        channels, end = y.shape[1], (y.shape[3] + 1) * y.shape[1]
        rows[:, 1] += rows[:, 0]
        rows[:, -2] += rows[:, -1]
        rows = rows[:, 1:-1]
        rows[..., channels : 2 * channels] += rows[..., :channels]
        if end < rows.shape[2]:
            rows[..., end - channels : end] += rows[..., end:]
        return rows[..., channels:end]


class _Doubling(torch.autograd.Function):
    """Normalise y (N, C, H, W), LeakyReLU, transposed convolution over pairs, cut: (N, O, H, 2 W)."""

    @staticmethod
    def forward(ctx, y, gamma, beta, mean, deviation, weight, bias):
        ctx.save_for_backward(y, gamma, beta, mean, deviation, weight)
        n, _, height, width = y.shape
        cut = len(bias)
        out, bias = y.new_empty(n, height, 2 * width * cut), bias.repeat(2 * width)
        for piece in _pieces(y):
            act = _Doubling.activated(y[piece], (gamma, beta, mean, deviation))
            pairs = rows_of(F.conv_transpose2d(images(act, y.shape[1]), weight, padding=(1, 0)))
            torch.add(pairs[..., cut:-cut], bias, out=out[piece])
        return images(out, cut)

    @staticmethod
    def backward(ctx, gradient):
        y, *stats, weight = ctx.saved_tensors
        rows, of_weight, cut = torch.empty_like(rows_of(y)), 0, gradient.shape[1]
        of_out = rows_of(gradient)
        for piece in _pieces(y):
            act = _Doubling.activated(y[piece], stats)
            pairs = with_zeros_beside(of_out[piece], cut)
            back, of_w = conv_backward(images(pairs, 2 * cut), images(act, y.shape[1]), weight, True)
            of_weight = of_weight + of_w
            activation_backward(rows_of(back), act, rows[piece], SLOPE)
        of_bias = summed(of_out, cut) if ctx.needs_input_grad[6] else None
        return *_normed(y, stats, rows), of_weight, of_bias

    @staticmethod
    def activated(y, stats):
        """The activations in rows (N, H, W C)."""
        return activate(y, stats, y.new_empty(len(y), y.shape[2], y.shape[3] * y.shape[1]), SLOPE)


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _normed(y: Tensor, stats: Sequence[Tensor], rows: Tensor) -> tuple[Tensor | None, ...]:
    """Gradients of y and its stats, from that of the normalised y in rows, whose memory that of y takes."""
    of_gamma, of_beta = norm_backward([y], stats, [rows])
    return images(rows, y.shape[1]), of_gamma, of_beta, None, None
