"""Passes over rows of images in memory, each in one reading, compiled for the CPU at hand.

A BatchNorm with its activation is bound by memory, which one operation of torch after the other reads and writes again.
Rows are lines of W C values, a column's channels side by side, of H lines per image. Where a line begins is told by two
strides, so that rows inside wider ones need no copy; every kernel takes the images first to last - 1. Stats are gamma,
beta, mean and one over the standard deviation, (4, C).
"""

from collections.abc import Callable

import numba
import numpy as np


def _compiled(function: Callable) -> Callable:
    """Compiled on its first call for each dtype, and kept on disk where there is a place for it."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz"}}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither beside this file nor in the home directory
        return numba.njit(**options)(function)


@_compiled
def moments(y, y_n, y_h, first, last, height, width, pivot):
    """Sums of y - pivot and of its squares, (2, C) float64."""
    pivots = _line(pivot, width)
    size = len(pivots)
    sums, squares = np.zeros_like(pivots), np.zeros_like(pivots)
    for n in range(first, last):
        for h in range(height):
            start = n * y_n + h * y_h
            line = y[start : start + size]
            for i in range(size):
                distance = line[i] - pivots[i]
                sums[i] += distance
                squares[i] += distance * distance
    return _by_channel(sums, squares, len(pivot))


@_compiled
def statistics(sums, pivot, count, gamma, beta, running_mean, running_variance, momentum, eps):
    """Stats of a batch of `count` columns, given `moments`; the running mean and variance take them in."""
    stats = np.empty((4, len(gamma)), gamma.dtype)
    for c in range(len(gamma)):
        mean, square = sums[0, c] / count, sums[1, c] / count
        variance = max(square - mean * mean, 0.0)
        mean += pivot[c]
        running_mean[c] += momentum * (mean - running_mean[c])
        running_variance[c] += momentum * (variance * count / (count - 1) - running_variance[c])
        stats[0, c], stats[1, c], stats[2, c], stats[3, c] = gamma[c], beta[c], mean, 1 / np.sqrt(variance + eps)
    return stats


@_compiled
def activate(y, y_n, y_h, out, out_n, out_h, first, last, height, width, stats, slope, beside):
    """LeakyReLU of the normalised y into out.

    With `beside` > 0 a line of out has C values to the left and `beside` - C to the right of what is activated, and an
    image a line above and below: these repeat what is next to them.
    """
    scale, shift = _affine(stats, width)
    size, channels = len(scale), stats.shape[1]
    left, above = (channels, 1) if beside > 0 else (0, 0)
    for n in range(first, last):
        for h in range(height):
            start, to = n * y_n + h * y_h, n * out_n + (h + above) * out_h
            line, whole = y[start : start + size], out[to : to + size + beside]
            inside = whole[left : left + size]
            for i in range(size):
                value = line[i] * scale[i] + shift[i]
                inside[i] = value if value > 0 else value * slope
            if beside > 0:
                whole[:left] = inside[:left]
                if beside > left:
                    whole[left + size :] = inside[size - left :]
        if beside > 0:
            top, bottom = n * out_n, n * out_n + height * out_h
            out[top : top + size + beside] = out[top + out_h : top + out_h + size + beside]
            out[bottom + out_h : bottom + out_h + size + beside] = out[bottom : bottom + size + beside]


@_compiled
def gradient_sums(y, y_n, y_h, g, g_n, g_h, first, last, height, width, stats, slope, beside):
    """Sums of the gradient of the normalised y, and of its products with y - mean, (2, C) float64.

    g is the gradient of what `activate` wrote. With `beside` > 0 the gradient of what was repeated is added to that of
    what it repeats, in g itself.
    """
    scale, shift = _affine(stats, width)
    means = _line(stats[2], width)
    size, channels = len(scale), stats.shape[1]
    left, above = (channels, 1) if beside > 0 else (0, 0)
    of_shift, of_scale = np.zeros_like(scale), np.zeros_like(scale)
    for n in range(first, last):
        if beside > 0:
            top, bottom = n * g_n, n * g_n + height * g_h
            _add(g[top + g_h : top + g_h + size + beside], g[top : top + size + beside])
            _add(g[bottom : bottom + size + beside], g[bottom + g_h : bottom + g_h + size + beside])
        for h in range(height):
            start, come = n * y_n + h * y_h, n * g_n + (h + above) * g_h
            line, whole = y[start : start + size], g[come : come + size + beside]
            gradient = whole[left : left + size]
            if beside > 0:
                _add(gradient[:left], whole[:left])
                if beside > left:
                    _add(gradient[size - left :], whole[left + size :])
            for i in range(size):
                value = gradient[i] if line[i] * scale[i] + shift[i] > 0 else gradient[i] * slope
                of_shift[i] += value
                of_scale[i] += value * (line[i] - means[i])
    return _by_channel(of_shift, of_scale, channels)


@_compiled
def norm_backward(
    y, y_n, y_h, g, g_n, g_h, out, out_n, out_h, first, last, height, width, stats, slope, beside, sums, count
):
    """The gradient of y into out, given what `gradient_sums` left and its sums over a batch of `count` columns."""
    scale, shift = _affine(stats, width)
    of_line, of_shift = np.empty(stats.shape[1], stats.dtype), np.empty(stats.shape[1], stats.dtype)
    for c in range(stats.shape[1]):
        gamma, mean, deviation = float(stats[0, c]), float(stats[2, c]), float(stats[3, c])
        of_line[c] = -gamma * deviation**3 * sums[1, c] / count
        of_shift[c] = -gamma * deviation * sums[0, c] / count + gamma * deviation**3 * sums[1, c] / count * mean
    factor, offset = _line(of_line, width), _line(of_shift, width)
    size = len(scale)
    left, above = (stats.shape[1], 1) if beside > 0 else (0, 0)
    for n in range(first, last):
        for h in range(height):
            start, come, to = n * y_n + h * y_h, n * g_n + (h + above) * g_h + left, n * out_n + h * out_h
            line, gradient, result = y[start : start + size], g[come : come + size], out[to : to + size]
            for i in range(size):
                value = gradient[i] if line[i] * scale[i] + shift[i] > 0 else gradient[i] * slope
                result[i] = value * scale[i] + (line[i] * factor[i] + offset[i])


@_compiled
def _affine(stats, width):
    """Scale and shift (W C,) that normalise."""
    scale = stats[0] * stats[3]
    return _line(scale, width), _line(stats[1] - stats[2] * scale, width)


@_compiled
def _line(factors, width):
    """Factors (C,) of channels as those of a line (W C,)."""
    line = np.empty(width * len(factors), factors.dtype)
    for w in range(width):
        line[w * len(factors) : (w + 1) * len(factors)] = factors
    return line


@_compiled
def _by_channel(first, second, channels):
    """Two lines (W C,), summed over their columns: (2, C) float64."""
    sums = np.zeros((2, channels))
    for start in range(0, len(first), channels):
        for c in range(channels):
            sums[0, c] += first[start + c]
            sums[1, c] += second[start + c]
    return sums


@_compiled
def _add(to, values):
    for i in range(len(to)):
        to[i] += values[i]


def load(dtype: np.dtype) -> None:
    """Have every kernel ready for values of a dtype."""
    rows, factor, stats = (np.zeros(1, dtype), 1, 1), dtype.type(1), np.ones((4, 1), dtype)
    sums = moments(*rows, 0, 1, 1, 1, stats[0])
    statistics(sums, stats[0], 2, *stats, 0.1, 1e-5)
    activate(*rows, *rows, 0, 1, 1, 1, stats, factor, 0)
    sums = gradient_sums(*rows, *rows, 0, 1, 1, 1, stats, factor, 0)
    norm_backward(*rows, *rows, *rows, 0, 1, 1, 1, stats, factor, 0, sums, 2)
