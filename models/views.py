"""Augmented views: what a self-supervised variant sees beside the original series.

Each is one batch operation on the device of its input, with shapes that never depend on values and no
host synchronisation, so it can be captured in a CUDA graph. Random numbers come from PyTorch's global
generator of that device.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .errors import ModelError


def warp(x: Tensor, *, amplitude: float = 0.2, window: float = 0.4, scale: tuple[float, float] = (0.9, 2.0)) -> Tensor:
    """Amplitude resize, then window warp (Le Guennec, Malinowski and Tavenard, AALTD 2016).

    A random window of each series is stretched by a random factor, and the whole is resampled linearly to
    the old length. The first and last values stay where they are.

    Args:
        x: Series (N, C, L); the channels of one series are warped alike.
        amplitude: Standard deviation of the factor 1 + N(0, amplitude) of each series.
        window: Length of the window, as a part of the length of the series.
        scale: Range of the uniform stretching factor.

    Returns:
        The view, of the shape and dtype of `x`.
    """
    n, channels, length = x.shape
    factor = 1 + amplitude * torch.randn(n, 1, 1, device=x.device)
    if length < 2:
        return (x * factor).to(x.dtype)
    span = length - 1.0
    width = window * span
    start = (span - width) * torch.rand(n, 1, device=x.device)
    stretch = scale[0] + (scale[1] - scale[0]) * torch.rand(n, 1, device=x.device)
    surplus = width * (stretch - 1)  # what the window's stretching adds to the duration

    # The inverse time map: for each output position, where in the original series it lies.
    position = torch.linspace(0, 1, length, device=x.device) * (span + surplus)
    inside = ((position - start) / stretch).clamp(min=0)
    time = torch.where(position < start, position, start + inside)
    time = torch.where(position > start + width * stretch, position - surplus, time).clamp(0, span)

    left = time.floor().clamp(max=span - 1)
    right_share = (time - left).unsqueeze(1)
    index = left.long().unsqueeze(1).expand(n, channels, length)
    values = torch.lerp(x.gather(2, index).float(), x.gather(2, index + 1).float(), right_share)
    return (values * factor).to(x.dtype)


def slice_shuffle(x: Tensor, *, cuts: int = 3) -> Tensor:
    """Slice and shuffle: each series is cut at distinct random places, its pieces put in random order.

    Args:
        x: Series (N, C, L); the channels of one series are cut alike.
        cuts: Number of cuts; there is one piece more, and none is empty.

    Returns:
        The view, of the shape and dtype of `x`, with the same values in another order.

    Raises:
        ModelError: The series are too short for so many cuts.
    """
    n, channels, length = x.shape
    if length <= cuts:
        raise ModelError(f"slice view: {cuts} cuts need series longer than {cuts}, got length {length}")
    places = torch.rand(n, length - 1, device=x.device).topk(cuts, dim=1).indices.sort(dim=1).values + 1
    start = torch.nn.functional.pad(places, (1, 0))
    size = torch.nn.functional.pad(places, (0, 1), value=length) - start
    order = torch.rand(n, cuts + 1, device=x.device).argsort(dim=1)

    size = size.gather(1, order)
    end = size.cumsum(1)
    shift = start.gather(1, order) - (end - size)  # from a position in the view to that in the original
    position = torch.arange(length, device=x.device).expand(n, length)
    piece = (position.unsqueeze(2) >= end[:, None, :-1]).sum(2)
    index = position + shift.gather(1, piece)
    return x.gather(2, index.unsqueeze(1).expand(n, channels, length))


def gauss(x: Tensor, *, std: float = 0.05) -> Tensor:
    """Additive Gaussian noise N(0, std) on every value of `x` (N, C, L)."""
    return x + std * torch.randn_like(x)


VIEWS: dict[str, Callable[[Tensor], Tensor]] = {"warp": warp, "slice": slice_shuffle, "gauss": gauss}
"""The views by name, each with the protocol's parameters as defaults."""
