"""Encoder and decoder of spectrograms, shared by every variant (TimeVQVAE, Lee et al. 2023)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers.bias import before_norm
from .layers.norm import WIDE, BatchNorm, by_rows
from .layers.pairs import DoublingConv, HalvingConv
from .layers.segments import SLOPE, chain, recomputed
from .spectrogram import Spectrogram, spectrogram_size

WIDTH = 64


def halvings(length: int) -> int:
    """How often the width of a spectrogram is halved on its way to the latent: floor(log2 r).

    The down-sampling rate r is round(length / (log2(8) - 1) / 8), at least 1: it leaves a latent about 8 to 16 wide.
    """
    rate = max(1, round(length / (math.log2(8) - 1) / 8)) if length >= 8 else 1
    return int(math.log2(rate))


def latent_size(length: int) -> tuple[int, int]:
    """Height and width of the latent of a series of `length` samples."""
    height, width = spectrogram_size(length)
    for _ in range(max(1, halvings(length))):
        width //= 2
    return height, width


def widest(length: int, width: int = WIDTH) -> int:
    """Values per series in the widest layer, the encoder's first."""
    height, columns = spectrogram_size(length)
    return width * height * (columns // 2)


class DownBlock(nn.Module):
    """Convolution 3x4 that halves the width, replicate padding; BatchNorm; LeakyReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = before_norm(HalvingConv(in_channels, out_channels))
        self.norm = BatchNorm(out_channels)


class UpBlock(nn.Module):
    """Transposed convolution 3x4 that doubles the width; BatchNorm; LeakyReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = before_norm(DoublingConv(channels, channels))
        self.norm = BatchNorm(channels)


class ResidualBlock(nn.Module):
    """x + (LeakyReLU, convolution 3x3, BatchNorm if `inner_norm`, LeakyReLU, convolution 1x1); a BatchNorm follows."""

    def __init__(self, channels: int, inner_norm: bool) -> None:
        super().__init__()
        conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv = before_norm(conv) if inner_norm else conv
        self.norm = BatchNorm(channels) if inner_norm else None
        self.mix = before_norm(nn.Conv2d(channels, channels, 1))

    def forward(self, u: Tensor) -> Tensor:
        inner = self.conv(F.leaky_relu(u))
        inner = F.leaky_relu(inner, inplace=True) if self.norm is None else self.norm(inner, SLOPE)
        return self.mix(inner).add_(u)


def _residual_stack(width: int, inner_norm: bool) -> list[nn.Module]:
    return [module for _ in range(4) for module in (ResidualBlock(width, inner_norm), BatchNorm(width))]


class Encoder(nn.Module):
    """Series (N, 1, L) to latent (N, width, 5, W'), through the spectrogram.

    Args:
        length: L, samples of a series.
        width: channels of the latent.
    """

    def __init__(self, length: int, width: int = WIDTH) -> None:
        super().__init__()
        self.latent_shape = (width, *latent_size(length))
        self.spectrogram = Spectrogram()
        down = [DownBlock(2 if i == 0 else width, width) for i in range(max(1, halvings(length)))]
        self.n_down = len(down)
        self.blocks = nn.Sequential(*down, *_residual_stack(width, inner_norm=True))

    def forward(self, x: Tensor) -> Tensor:
        return self.encode_spectrogram(self.spectrogram(x))

    def encode_spectrogram(self, u: Tensor) -> Tensor:
        """Spectrogram (N, 2, 5, W) to latent (N, width, 5, W')."""
        down = self.blocks[: self.n_down]
        norms, (first, *convs) = [block.norm for block in down], [block.conv for block in down]
        y = first(u)
        if wide := by_rows(self, y, WIDE):
            with recomputed(y, lambda: first(u)):  # the widest, from two channels only
                y = chain(y, norms[:1], convs[:1], wide)
            norms, convs = norms[1:] or norms, convs[1:]
        held = [y]
        del y  # or it would be there until the last convolution
        return self.blocks[self.n_down :](norms[-1](chain(held.pop(), norms, convs, wide), SLOPE))


class Decoder(nn.Module):
    """Latent (N, width, 5, W') to series (N, 1, 2 floor(L / 2)), through the spectrogram.

    Args:
        length: L, samples of a series.
        width: channels of the latent.
    """

    def __init__(self, length: int, width: int = WIDTH) -> None:
        super().__init__()
        self.spectrogram = Spectrogram()
        up = [UpBlock(width) for _ in range(max(0, halvings(length) - 1))]
        self.n_up = len(up)
        self.blocks = nn.Sequential(
            *_residual_stack(width, inner_norm=False),
            *up,
            DoublingConv(width, 2),
            DoublingConv(2, 2),
        )
        in_width = latent_size(length)[1] * 2 ** (len(up) + 2)
        resize = _resize_matrix(in_width, spectrogram_size(length)[1])
        self.register_buffer("resize", resize, persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        return self.spectrogram.inverse(self.decode_spectrogram(z))

    def decode_spectrogram(self, z: Tensor) -> Tensor:
        """Latent (N, width, 5, W') to spectrogram (N, 2, 5, W)."""
        stack, up, (narrow, last) = self.blocks[: -self.n_up - 2], self.blocks[-self.n_up - 2 : -2], self.blocks[-2:]
        convs = [*(block.conv for block in up), narrow]
        y = convs[0](stack(z))
        wide = by_rows(self, y, WIDE >> max(0, self.n_up - 1))
        u = last(chain(y, [block.norm for block in up], convs[1:], wide))
        # As one product of matrices: over batches of them it takes twice the time.
        with torch.autocast(u.device.type, enabled=False):
            return (u.flatten(0, 2).to(self.resize.dtype) @ self.resize).unflatten(0, u.shape[:3])


def _resize_matrix(in_width: int, out_width: int) -> Tensor:
    """Bilinear resize of the last axis (align_corners) as a matrix (in_width, out_width).

    The height does not change, so the resize is linear in the width alone. As a product it is deterministic on CUDA,
    where the gradient of `F.interpolate` is not.
    """
    identity = torch.eye(in_width)[:, None]
    return F.interpolate(identity, out_width, mode="linear", align_corners=True)[:, 0]
