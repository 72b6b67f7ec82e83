"""BatchNorm, activation and the next convolution as one step of a CPU's backward pass.

These are the widest tensors of encoder, decoder and FCN, and what they cost beside arithmetic is passes over memory.
Kept for the backward pass is one tensor a step, the output of the convolution before; the activations are computed anew
from it by the same products, some series at a time, padded where they are written. Values and gradients are those of
the plain layers up to rounding, and a step keeps a third of their memory.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .pairs import DoublingConv, pair_weight

SLOPE = 0.01  # of LeakyReLU
_WIDE = 2**23  # values: 32 MiB
_ACTIVATED, _CONVOLVED = 2**18, 2**21  # values taken at once: 1 MiB and 8 MiB, which caches hold


def chain(y: Tensor, norms: Sequence[nn.BatchNorm2d], convs: Sequence[nn.Conv2d | DoublingConv | nn.Conv1d]) -> Tensor:
    """Apply norms[i], the activation and convs[i] in turn to y (N, C, H, W).

    The activation is LeakyReLU before a convolution that halves (with replicate padding) or doubles the width, and ReLU
    before a `Conv1d`, which runs along the width and keeps it (with zeros).

    In training mode and in float32 or float64 on a CPU only, which is where `fits` is true.
    """
    for norm, conv in zip(norms, convs, strict=True):
        with torch.no_grad():
            norm.num_batches_tracked.add_(1)
            mean, variance = torch.batch_norm_update_stats(y, norm.running_mean, norm.running_var, norm.momentum)
            deviation = (variance + norm.eps).rsqrt()
        if isinstance(conv, nn.Conv1d):
            step, weight = _Keeping, conv.weight.unsqueeze(2)
        else:
            step, weight = _Doubling if isinstance(conv, DoublingConv) else _Halving, pair_weight(conv.weight)
        y = step.apply(y, norm.weight, norm.bias, mean, deviation, weight, conv.bias)
    return y


def fits(module: nn.Module, u: Tensor, widest: int) -> bool:
    """Whether `chain` stands in for the plain layers of a module that was given u: where memory is what counts.

    Args:
        module: encoder, decoder or FCN.
        u: what it was given.
        widest: values of its widest activation; below 32 MB of them the plain layers are a little faster.
    """
    plain = u.is_cuda or torch.is_autocast_enabled("cpu") or not (module.training and torch.is_grad_enabled())
    return widest >= _WIDE and not plain


def _rows(u: Tensor) -> Tensor:
    """u (N, C, H, W) as (N, H, W C), without a copy where it lies channels-last."""
    return u.permute(0, 2, 3, 1).contiguous().flatten(2)


def _images(rows: Tensor, channels: int) -> Tensor:
    """The inverse of `_rows`."""
    return rows.unflatten(2, (-1, channels)).permute(0, 3, 1, 2)


def _activate(y: Tensor, stats: tuple[Tensor, ...], out: Tensor, slope: float = SLOPE) -> Tensor:
    """LeakyReLU (ReLU for slope 0) of the normalised y (N, C, H, W), into rows (N, H, W C), which are returned."""
    gamma, beta, mean, deviation = stats
    rows, width = _rows(y), y.shape[3]
    scale = gamma * deviation
    shift = (beta - mean * scale).repeat(width)
    scale = scale.repeat(width)
    cases = max(1, _ACTIVATED // rows[0].numel())
    for part, target in zip(rows.split(cases), out.split(cases), strict=True):
        F.leaky_relu_(torch.addcmul(shift, part, scale, out=target), slope)
    return out


def _pieces(y: Tensor) -> list[slice]:
    """Which series of y are convolved at once."""
    cases = max(1, _CONVOLVED // y[0].numel())
    return [slice(start, start + cases) for start in range(0, len(y), cases)]


class _Halving(torch.autograd.Function):
    """Normalise y (N, C, H, W), LeakyReLU, replicate padding, convolution over pairs: (N, O, H, W // 2)."""

    @staticmethod
    def forward(ctx, y, gamma, beta, mean, deviation, weight, bias):
        ctx.save_for_backward(y, gamma, beta, mean, deviation, weight)
        stats = (gamma, beta, mean, deviation)
        parts = [F.conv2d(_Halving.padded(y[piece], stats)[0], weight, bias) for piece in _pieces(y)]
        return _joined(parts)

    @staticmethod
    def backward(ctx, gradient):
        y, *stats, weight = ctx.saved_tensors
        rows, of_weight, of_bias = torch.empty_like(_rows(y)), 0, 0
        for piece in _pieces(y):
            pairs, inside = _Halving.padded(y[piece], stats)
            back, of_w, of_b = _conv_backward(gradient[piece], pairs, weight, len(weight), False)
            of_weight, of_bias = of_weight + of_w, of_bias + of_b
            _activation_backward(_Halving.unpadded(_rows(back), y), inside, rows[piece])
        return *_norm_backward(ctx, rows), of_weight, of_bias

    @staticmethod
    def padded(y, stats):
        """Pairs (N, 2C, H + 2, W // 2 + 1) of the padded activations, and the rows inside the padding."""
        n, channels, height, width = y.shape
        end = (width + 1) * channels
        # An odd width never reads its last padded column; without it, columns come in pairs.
        rows = y.new_empty(n, height + 2, (width + 2 - width % 2) * channels)
        middle = rows[:, 1:-1]
        inside = _activate(y, stats, middle[..., channels:end])
        middle[..., :channels] = middle[..., channels : 2 * channels]
        if end < rows.shape[2]:
            middle[..., end:] = middle[..., end - channels : end]
        rows[:, 0] = rows[:, 1]
        rows[:, -1] = rows[:, -2]
        return _images(rows, 2 * channels), inside

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
            pairs = _rows(F.conv_transpose2d(_images(act, y.shape[1]), weight, padding=(1, 0)))
            torch.add(pairs[..., cut:-cut], bias, out=out[piece])
        return _images(out, cut)

    @staticmethod
    def backward(ctx, gradient):
        y, *stats, weight = ctx.saved_tensors
        rows, of_weight, cut = torch.empty_like(_rows(y)), 0, gradient.shape[1]
        of_out = _rows(gradient)
        for piece in _pieces(y):
            act = _Doubling.activated(y[piece], stats)
            pairs = act.new_empty(*act.shape[:2], of_out.shape[2] + 2 * cut)
            pairs[..., :cut] = 0
            pairs[..., -cut:] = 0
            pairs[..., cut:-cut] = of_out[piece]
            back, of_w, _ = _conv_backward(_images(pairs, 2 * cut), _images(act, y.shape[1]), weight, 0, True)
            of_weight = of_weight + of_w
            _activation_backward(_rows(back), act, rows[piece])
        of_bias = of_out.flatten(0, 1).sum(0).unflatten(0, (-1, cut)).sum(0)
        return *_norm_backward(ctx, rows), of_weight, of_bias

    @staticmethod
    def activated(y, stats):
        """The activations in rows (N, H, W C)."""
        return _activate(y, stats, y.new_empty(len(y), y.shape[2], y.shape[3] * y.shape[1]))


class _Keeping(torch.autograd.Function):
    """Normalise y (N, C, 1, W), ReLU, convolution 1 x k with zeros beside: (N, O, 1, W)."""

    @staticmethod
    def forward(ctx, y, gamma, beta, mean, deviation, weight, bias):
        ctx.save_for_backward(y, gamma, beta, mean, deviation, weight)
        stats, kernel = (gamma, beta, mean, deviation), weight.shape[3]
        weight = weight.contiguous(memory_format=torch.channels_last)
        out = y.new_empty(len(y), 1, y.shape[3] * len(weight))
        for piece in _pieces(y):
            out[piece] = _rows(F.conv2d(_Keeping.padded(y[piece], stats, kernel)[0], weight, bias))
        return _images(out, len(weight))

    @staticmethod
    def backward(ctx, gradient):
        y, *stats, weight = ctx.saved_tensors
        rows, of_weight, of_bias = torch.empty_like(_rows(y)), 0, 0
        weight = weight.contiguous(memory_format=torch.channels_last)
        for piece in _pieces(y):
            u, inside = _Keeping.padded(y[piece], stats, weight.shape[3])
            back, of_w, of_b = _conv_backward(gradient[piece], u, weight, len(weight), False)
            of_weight, of_bias = of_weight + of_w, of_bias + of_b
            _activation_backward(_rows(_Keeping.unpadded(back, y)), inside, rows[piece], slope=0.0)
        return *_norm_backward(ctx, rows), of_weight, of_bias

    @staticmethod
    def padded(y, stats, kernel):
        """The activations (N, C, 1, W + kernel - 1) between zeros, and the rows inside."""
        n, channels, height, width = y.shape
        left = (kernel - 1) // 2 * channels  # the odd surplus of an even kernel goes to the right
        rows = y.new_zeros(n, height, (width + kernel - 1) * channels)
        inside = _activate(y, stats, rows[..., left : left + width * channels], slope=0.0)
        return _images(rows, channels), inside

    @staticmethod
    def unpadded(back, y):
        left = (back.shape[3] - y.shape[3]) // 2
        return back[..., left : left + y.shape[3]]


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _conv_backward(gradient, u, weight, bias: int, transposed: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of input, weight and bias of a convolution of stride 1 (`bias` 0: without)."""
    padding = (1, 0) if transposed else (0, 0)
    mask = (True, True, bool(bias))
    return torch.ops.aten.convolution_backward(
        gradient, u, weight, [bias] if bias else None, (1, 1), padding, (1, 1), transposed, (0, 0), 1, mask
    )


def _activation_backward(gradient: Tensor, act: Tensor, out: Tensor, slope: float = SLOPE) -> None:
    """Gradient of what was activated, from that of the activations, all in rows."""
    torch.ops.aten.leaky_relu_backward.grad_input(gradient, act, slope, True, grad_input=out)


def _norm_backward(ctx, rows: Tensor) -> tuple[Tensor | None, ...]:
    """Gradients of the first five inputs, from that of the normalised y in rows, whose memory that of y takes.

    Ioffe and Szegedy, "Batch normalization" (ICML 2015), section 3, in two passes of pieces that caches hold.
    """
    y, gamma, _, mean, deviation, _ = ctx.saved_tensors
    flat, of_flat = _rows(y).view(-1, len(gamma)), rows.view(-1, len(gamma))
    pieces = list(zip(flat.split(_ACTIVATED // len(gamma)), of_flat.split(_ACTIVATED // len(gamma)), strict=True))
    of_beta, of_gamma = gamma.new_zeros(2, len(gamma), dtype=torch.float64)
    for part, of_part in pieces:
        of_beta += of_part.sum(0)
        of_gamma += torch.addcmul(-mean * deviation, part, deviation).mul_(of_part).sum(0)
    scale = gamma.double() * deviation
    slope = -scale * deviation * of_gamma / len(flat)
    offset = -scale * of_beta / len(flat) - slope * mean
    scale, slope, offset = (values.to(y.dtype) for values in (scale, slope, offset))
    for part, of_part in pieces:
        of_part.mul_(scale).add_(offset).addcmul_(part, slope)
    return _images(rows, len(gamma)), of_gamma.to(y.dtype), of_beta.to(y.dtype), None, None
