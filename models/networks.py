"""Encoder and decoder of spectrograms, shared by every variant (TimeVQVAE, Lee et al. 2023)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .spectrogram import Spectrogram, spectrogram_size
from .training.precision import without_autocast

WIDTH = 64


def halvings(length: int) -> int:
    """Return how often the width of a spectrogram is halved on its way to the latent: floor(log2 r).

    The down-sampling rate r is round(length / (log2(8) - 1) / 8), at least 1: it leaves a latent about 8 to 16 wide.
    """
    rate = max(1, round(length / (math.log2(8) - 1) / 8)) if length >= 8 else 1
    return int(math.log2(rate))


def latent_size(length: int) -> tuple[int, int]:
    """Return height and width of the latent of a series of `length` samples."""
    height, width = spectrogram_size(length)
    return height, width >> max(1, halvings(length))


class Residual(nn.Sequential):
    """A residual block: x + (LeakyReLU, convolution 3x3, BatchNorm if `norm`, LeakyReLU, convolution 1x1)."""

    def __init__(self, width: int, norm: bool) -> None:
        conv = nn.Conv2d(width, width, 3, padding=1)
        inner = [nn.BatchNorm2d(width)] if norm else []
        super().__init__(nn.LeakyReLU(), conv, *inner, nn.LeakyReLU(inplace=True), nn.Conv2d(width, width, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + super().forward(x)


def residual_stack(width: int, norm: bool) -> list[nn.Module]:
    """Return four residual blocks, each with a BatchNorm behind it."""
    return [module for _ in range(4) for module in (Residual(width, norm), nn.BatchNorm2d(width))]


def down_block(inputs: int, outputs: int) -> nn.Sequential:
    """Return a block that halves the width: convolution 3x4, BatchNorm, LeakyReLU."""
    conv = nn.Conv2d(inputs, outputs, (3, 4), stride=(1, 2), padding=(1, 1), padding_mode="replicate")
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.LeakyReLU(inplace=True))


def doubling(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    """Return a transposed convolution 3x4 that doubles the width."""
    return nn.ConvTranspose2d(inputs, outputs, (3, 4), stride=(1, 2), padding=(1, 1))


def up_block(width: int) -> nn.Sequential:
    """Return a block that doubles the width: transposed convolution 3x4, BatchNorm, LeakyReLU."""
    return nn.Sequential(doubling(width, width), nn.BatchNorm2d(width), nn.LeakyReLU(inplace=True))


class Encoder(nn.Module):
    """Map series (N, 1, L) to latents (N, width, 5, W'): `blocks` take their spectrograms (N, 2, 5, W)."""

    def __init__(self, length: int, width: int = WIDTH) -> None:
        super().__init__()
        self.latent_shape = (width, *latent_size(length))
        self.spectrogram = Spectrogram()
        down = [down_block(2 if i == 0 else width, width) for i in range(max(1, halvings(length)))]
        self.blocks = nn.Sequential(*down, *residual_stack(width, norm=True))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(self.spectrogram(x))


class Decoder(nn.Module):
    """Map latents (N, width, 5, W') to series (N, 1, 2 floor(L / 2)), through their spectrograms."""

    def __init__(self, length: int, width: int = WIDTH) -> None:
        super().__init__()
        self.spectrogram = Spectrogram()
        up = [up_block(width) for _ in range(max(0, halvings(length) - 1))]
        self.blocks = nn.Sequential(*residual_stack(width, norm=False), *up, doubling(width, 2), doubling(2, 2))
        # Bilinear resizing of the width (align_corners) as a matrix: on CUDA the gradient of F.interpolate is random.
        inside, outside = latent_size(length)[1] * 2 ** (len(up) + 2), spectrogram_size(length)[1]
        resize = F.interpolate(torch.eye(inside)[:, None], outside, mode="linear", align_corners=True)[:, 0]
        self.resize = nn.Buffer(resize, persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        return self.spectrogram.inverse(self.decode_spectrogram(z))

    def decode_spectrogram(self, z: Tensor) -> Tensor:
        """Return the spectrograms (N, 2, 5, W) of latents (N, width, 5, W')."""
        u = self.blocks(z)
        with without_autocast(z):
            return u.to(self.resize.dtype) @ self.resize
