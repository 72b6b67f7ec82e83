"""The plain loop that the suite's is held against: what a research script does, on networks of the same shape.

A torch DataLoader over numpy series, augmented one by one on the host; eager steps in the default memory layout; SSL
losses from the D x D matrices; the default AdamW and scheduler; losses read with `.item()` in every step. Networks are
written with torch's own layers, and have as many parameters as the suite's. It computes the same losses as
`ucrbench.models`, and is kept here to be measured, not to be used.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from ucrbench.models.config import Config
from ucrbench.models.networks import halvings


class Series(Dataset):
    """Series (N, L), each with its augmented view where `augment` is set."""

    def __init__(self, x: np.ndarray, augment: bool, seed: int = 0) -> None:
        self.x, self.augment, self.rng = x, augment, np.random.default_rng(seed)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        x = self.x[index]
        return (x[None], warp(x, self.rng)[None]) if self.augment else (x[None],)


def warp(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Amplitude resize and window warp of one series (L,)."""
    length = len(x)
    window = max(2, int(0.4 * length))
    start = rng.integers(0, length - window + 1)
    scaled = max(2, int(window * rng.uniform(0.9, 2.0)))
    piece = x[start : start + window]
    stretched = np.interp(np.linspace(0, window - 1, scaled), np.arange(window), piece)
    whole = np.concatenate([x[:start], stretched, x[start + window :]])
    view = np.interp(np.linspace(0, len(whole) - 1, length), np.arange(len(whole)), whole)
    return (view * (1 + rng.normal(0, 0.2))).astype(np.float32)


class Down(nn.Sequential):
    """Strided convolution with replicate padding."""

    def __init__(self, c_in: int, c_out: int) -> None:
        conv = nn.Conv2d(c_in, c_out, (3, 4), stride=(1, 2), padding=(1, 1), padding_mode="replicate")
        super().__init__(conv, nn.BatchNorm2d(c_out), nn.LeakyReLU())


class Up(nn.Sequential):
    """Strided transposed convolution."""

    def __init__(self, c: int) -> None:
        conv = nn.ConvTranspose2d(c, c, (3, 4), stride=(1, 2), padding=(1, 1))
        super().__init__(conv, nn.BatchNorm2d(c), nn.LeakyReLU())


class Residual(nn.Module):
    """Residual block."""

    def __init__(self, c: int, norm: bool) -> None:
        super().__init__()
        inner = [nn.BatchNorm2d(c)] if norm else []
        self.inner = nn.Sequential(
            nn.LeakyReLU(), nn.Conv2d(c, c, 3, padding=1), *inner, nn.LeakyReLU(), nn.Conv2d(c, c, 1)
        )

    def forward(self, u: Tensor) -> Tensor:
        return u + self.inner(u)


def plain_encoder(length: int, c: int) -> nn.Sequential:
    """The encoder of spectrograms."""
    down = [Down(2 if i == 0 else c, c) for i in range(max(1, halvings(length)))]
    return nn.Sequential(*down, *(m for _ in range(4) for m in (Residual(c, True), nn.BatchNorm2d(c))))


def plain_decoder(length: int, c: int) -> nn.Sequential:
    """The decoder to spectrograms, resize included."""
    return nn.Sequential(
        *(m for _ in range(4) for m in (Residual(c, False), nn.BatchNorm2d(c))),
        *(Up(c) for _ in range(max(0, halvings(length) - 1))),
        nn.ConvTranspose2d(c, 2, (3, 4), stride=(1, 2), padding=(1, 1)),
        nn.ConvTranspose2d(2, 2, (3, 4), stride=(1, 2), padding=(1, 1)),
        nn.Upsample((5, length // 2 + 1), mode="bilinear", align_corners=True),
    )


class Quantizer(nn.Module):
    """Moving-average codebook."""

    def __init__(self, codes: int, dim: int, decay: float, smoothing: float) -> None:
        super().__init__()
        self.decay, self.smoothing = decay, smoothing
        self.register_buffer("codes", torch.randn(codes, dim))
        self.register_buffer("counts", torch.ones(codes))
        self.register_buffer("sums", self.codes.clone())

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        flat = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1])
        tokens = torch.cdist(flat, self.codes).argmin(1)
        quantised = self.codes[tokens].view(z.shape[0], z.shape[2], z.shape[3], -1).permute(0, 3, 1, 2)
        if self.training:
            with torch.no_grad():
                assigned = F.one_hot(tokens, len(self.codes)).type_as(flat)
                self.counts.mul_(self.decay).add_(assigned.sum(0), alpha=1 - self.decay)
                self.sums.mul_(self.decay).add_(assigned.T @ flat, alpha=1 - self.decay)
                total = self.counts.sum()
                smoothed = (self.counts + self.smoothing) / (total + len(self.codes) * self.smoothing) * total
                self.codes.copy_(self.sums / smoothed[:, None])
        return z + (quantised - z).detach(), F.mse_loss(z, quantised.detach())


def barlow(a: Tensor, b: Tensor) -> Tensor:
    """Barlow Twins from the D x D cross-correlation."""
    a, b = ((z - z.mean(0)) / (z.var(0, unbiased=False) + 1e-5).sqrt() for z in (a, b))
    c = a.T @ b / len(a)
    diagonal = torch.diagonal(c)
    off = c.pow(2).sum() - diagonal.pow(2).sum()
    return ((diagonal - 1).pow(2).sum() + 0.005 * off) / a.shape[1]


def vicreg(a: Tensor, b: Tensor) -> Tensor:
    """VICReg from the D x D covariances."""
    loss = 25 * F.mse_loss(a, b)
    for z in (a, b):
        z = z - z.mean(0)
        loss = loss + 25 * F.relu(1 - (z.var(0) + 1e-4).sqrt()).mean()
        c = z.T @ z / (len(z) - 1)
        loss = loss + (c.pow(2).sum() - torch.diagonal(c).pow(2).sum()) / z.shape[1]
    return 0.01 * loss


class Model(nn.Module):
    """A variant as a plain module."""

    def __init__(self, variant: str, length: int, config: Config) -> None:
        super().__init__()
        width = config.network.width
        self.variant = variant
        self.encoder, self.decoder = plain_encoder(length, width), plain_decoder(length, width)
        if variant == "vae":
            self.mean, self.log_variance = nn.Conv2d(width, width, 1), nn.Conv2d(width, width, 1)
        if variant.startswith("vq"):
            book = config.codebook
            self.quantizer = Quantizer(book.codes, width, book.decay, book.smoothing)
        if variant in LOSSES:
            d = config.ssl.projector
            self.projector = nn.Sequential(
                nn.Linear(2 * width, d), nn.BatchNorm1d(d), nn.ReLU(),
                nn.Linear(d, d), nn.BatchNorm1d(d), nn.ReLU(), nn.Linear(d, d),
            )  # fmt: skip

    def stft(self, x: Tensor) -> Tensor:
        window = torch.hann_window(8, device=x.device)
        return torch.view_as_real(torch.stft(x[:, 0], 8, 2, window=window, return_complex=True)).permute(0, 3, 1, 2)

    def reconstruction(self, x: Tensor, u: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        u_hat = self.decoder(z)
        spectrum = torch.view_as_complex(u_hat.permute(0, 2, 3, 1).contiguous())
        x_hat = torch.istft(spectrum, 8, 2, window=torch.hann_window(8, device=x.device))[:, None]
        return F.mse_loss(x_hat, x[..., : x_hat.shape[-1]]), F.mse_loss(u_hat, u)

    def forward(self, x: Tensor, view: Tensor | None = None) -> Tensor:
        u = self.stft(x)
        z = self.encoder(u)
        if self.variant == "ae":
            return sum(self.reconstruction(x, u, z))
        if self.variant == "vae":
            mean, log_variance = self.mean(z), self.log_variance(z)
            sample = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
            time, spectrum = self.reconstruction(x, u, sample)
            kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum((1, 2, 3)).mean()
            return 0.5 * (time * x.shape[-1] + spectrum * u[0].numel()) + kl
        quantised, commitment = self.quantizer(z)
        loss = sum(self.reconstruction(x, u, quantised)) + commitment
        if view is not None:
            u_view = self.stft(view)
            z_view = self.encoder(u_view)
            loss = loss + 0.1 * sum(self.reconstruction(view, u_view, z_view))
            loss = loss + LOSSES[self.variant](self.projector(pool(quantised)), self.projector(pool(z_view)))
        return loss


LOSSES = {"vqvae_barlow": barlow, "vqvae_vicreg": vicreg}


def pool(z: Tensor) -> Tensor:
    """Global average and maximum (N, 2C)."""
    return torch.cat([F.adaptive_avg_pool2d(z, 1), F.adaptive_max_pool2d(z, 1)], 1).flatten(1)


def train(model: Model, x: np.ndarray, batch: int, steps: int) -> Iterator[float]:
    """Train for so many steps; the loss after each."""
    device = next(model.parameters()).device
    loader = DataLoader(Series(x, model.variant in LOSSES), batch_size=batch, shuffle=True, drop_last=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    model.train()
    done = 0
    while True:
        for tensors in loader:
            loss = model(*(tensor.to(device) for tensor in tensors))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            scheduler.step()
            done += 1
            yield loss.item()
            if done == steps:
                return


class PlainFCN(nn.Sequential):
    """The FCN of Wang et al. (2017) of Conv1d with "same" padding."""

    def __init__(self, classes: int) -> None:
        blocks = []
        for c_in, c_out, kernel in ((1, 128, 8), (128, 256, 5), (256, 128, 3)):
            blocks += [nn.Conv1d(c_in, c_out, kernel, padding="same"), nn.BatchNorm1d(c_out), nn.ReLU()]
        super().__init__(*blocks, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(128, classes))


def train_plainly(loss, parameters, tensors: tuple[Tensor, ...], batch: int, steps: int) -> Iterator[float]:
    """Minimise `loss(*batch)` over a DataLoader of tensors on the host; the loss after each step."""
    device = parameters[0].device
    loader = DataLoader(torch.utils.data.TensorDataset(*tensors), batch_size=batch, shuffle=True, drop_last=True)
    optimiser = torch.optim.AdamW(parameters, lr=1e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    done = 0
    while True:
        for parts in loader:
            value = loss(*(part.to(device) for part in parts))
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            scheduler.step()
            done += 1
            yield value.item()
            if done == steps:
                return
