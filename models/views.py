"""Augmented views: what a self-supervised variant sees beside the original series.

Each is one batch operation on the device of its input, with shapes that never depend on values and no host
synchronisation, so that it can be captured in a CUDA graph. Random numbers come from PyTorch's global generator of that
device. A view is a frozen dataclass of its constants: its fields are settings `views.NAME.FIELD`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .errors import ModelError


@dataclass(frozen=True)
class Warp:
    """Amplitude resize, then window warp (Le Guennec, Malinowski and Tavenard, AALTD 2016).

    A random window of each series is stretched by a random factor, and the whole is resampled linearly to the old
    length. The first and last values stay where they are. The channels of a series are warped alike.
    """

    amplitude: float = 0.2  # standard deviation of the factor 1 + N(0, amplitude) of each series
    window: float = 0.4  # length of the window, as a part of the length of the series
    shortest: float = 0.9  # least stretching factor; factors are drawn uniformly
    longest: float = 2.0  # greatest stretching factor

    def __post_init__(self) -> None:
        if not 0 < self.window <= 1:
            raise ModelError(f"views.warp.window={self.window}: it is a part of the series, above 0 and at most 1")
        if not 0 < self.shortest <= self.longest:
            raise ModelError(f"views.warp.shortest={self.shortest}: above 0, and at most longest={self.longest}")

    def __call__(self, x: Tensor) -> Tensor:
        """Return the view of series (N, C, L), L at least 2, of their shape and dtype."""
        n, channels, length = x.shape
        factor = 1 + self.amplitude * torch.randn(n, 1, 1, device=x.device)
        span = length - 1.0
        width = self.window * span
        start = (span - width) * torch.rand(n, 1, device=x.device)
        stretch = self.shortest + (self.longest - self.shortest) * torch.rand(n, 1, device=x.device)
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


@dataclass(frozen=True)
class Slice:
    """Slice and shuffle: cut each series at distinct random places and put its pieces in random order.

    The channels of a series are cut alike.
    """

    cuts: int = 3  # there is one piece more, and none is empty

    def __call__(self, x: Tensor) -> Tensor:
        """Return the view of series (N, C, L): the same values in another order.

        Raises:
            ModelError: the series are too short for so many cuts.
        """
        n, channels, length = x.shape
        if length <= self.cuts:
            raise ModelError(f"slice view: {self.cuts} cuts need series longer than {self.cuts}, got length {length}")
        places = torch.rand(n, length - 1, device=x.device).topk(self.cuts, dim=1).indices.sort(dim=1).values + 1
        start = F.pad(places, (1, 0))
        size = F.pad(places, (0, 1), value=length) - start
        order = torch.rand(n, self.cuts + 1, device=x.device).argsort(dim=1)

        size = size.gather(1, order)
        end = size.cumsum(1)
        shift = start.gather(1, order) - (end - size)  # from a position in the view to that in the original
        position = torch.arange(length, device=x.device).expand(n, length)
        piece = (position.unsqueeze(2) >= end[:, None, :-1]).sum(2)
        index = position + shift.gather(1, piece)
        return x.gather(2, index.unsqueeze(1).expand(n, channels, length))


@dataclass(frozen=True)
class Gauss:
    """Additive Gaussian noise on every value."""

    std: float = 0.05  # standard deviation of the noise

    def __call__(self, x: Tensor) -> Tensor:
        """Return the view of series (N, C, L)."""
        return x + self.std * torch.randn_like(x)


VIEWS: dict[str, type] = {"warp": Warp, "slice": Slice, "gauss": Gauss}
