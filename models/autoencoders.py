"""The trained modules of stage 1: AE, VAE and VQVAE with an optional self-supervised branch."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import Config
from .early import early
from .networks import Decoder, Encoder
from .projector import Projector, pool
from .quantizer import Quantizer
from .regularizers import Regularizer
from .spectrogram import inverse_length

Losses = dict[str, Tensor]

LEAST_VARIANCE = math.exp(-12)  # of the decoder; Rybkin et al. hold the log of the standard deviation above -6


class AutoEncoder(nn.Module):
    """Encoder and decoder trained on reconstruction: MSE in time + MSE of the spectrogram.

    Args:
        length: L, samples of a series.
        config: widths.
    """

    def __init__(self, length: int, config: Config) -> None:
        super().__init__()
        self.encoder = Encoder(length, config.network.width)
        self.decoder = Decoder(length, config.network.width)
        self.inverse_length = inverse_length(length)

    def loss(self, x: Tensor) -> Losses:
        """Reconstruction loss of a batch of series (N, 1, L)."""
        u = self.encoder.spectrogram(x)
        time, spectrum = self.reconstruction(x, u, self.encoder.encode_spectrogram(u))
        return {"loss": time + spectrum, "time": time, "spectrogram": spectrum}

    def reconstruction(self, x: Tensor, u: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        """MSE in time and MSE of the spectrogram, of the series decoded from latents z."""
        u_hat = self.decoder.decode_spectrogram(z)
        x_hat = self.decoder.spectrogram.inverse(u_hat)
        return F.mse_loss(x_hat, x[..., : self.inverse_length]), F.mse_loss(u_hat.float(), u)

    def encode(self, x: Tensor) -> Tensor:
        """Latents (N, C, H, W) of series (N, 1, L)."""
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """Series (N, 1, 2 floor(L / 2)) of latents (N, C, H, W)."""
        return self.decoder(z)


class VariationalAutoEncoder(AutoEncoder):
    """A Gaussian posterior per latent position, trained on the negative ELBO (Kingma & Welling 2014).

    The likelihood is Gaussian with unit variance, of series and spectrogram as two observations, so that the loss of a
    series is half the sum of its squared errors plus beta times its KL divergence to N(0, I), in nats. Latents are
    posterior means.
    """

    def __init__(self, length: int, config: Config) -> None:
        super().__init__(length, config)
        width = config.network.width
        self.mean = nn.Conv2d(width, width, 1)
        self.log_variance = nn.Conv2d(width, width, 1)
        self.beta = config.vae.beta

    def loss(self, x: Tensor) -> Losses:
        u = self.encoder.spectrogram(x)
        h = self.encoder.encode_spectrogram(u)
        mean, log_variance = self.mean(h).float(), self.log_variance(h).float()
        z = mean + torch.exp(0.5 * log_variance) * normal_like(mean)
        time, spectrum = self.reconstruction(x, u, z)
        kl = kl_divergence(mean, log_variance)
        values = self.inverse_length + u[0].numel()
        nats, curves = self._likelihood(time * self.inverse_length + spectrum * u[0].numel(), values)
        return {"loss": nats + self.beta * kl, "time": time, "spectrogram": spectrum, "kl": kl, **curves}

    def _likelihood(self, squares: Tensor, values: int) -> tuple[Tensor, Losses]:
        """Return a series' negative log-likelihood in nats, up to a constant, and further scalars for the curves.

        Args:
            squares: sum of a series' squared errors, averaged over the batch.
            values: number of values in that sum.
        """
        return 0.5 * squares, {}

    def encode(self, x: Tensor) -> Tensor:
        return self.mean(self.encoder(x))


class OptimalVarianceVAE(VariationalAutoEncoder):
    """A VAE whose decoder's variance maximises the likelihood of each batch (Rybkin et al. 2021, section 3.2).

    That variance is the mean squared error over all values of the batch, of series and spectrogram together. No
    gradient goes through it: at the optimum it has none.
    """

    def _likelihood(self, squares: Tensor, values: int) -> tuple[Tensor, Losses]:
        variance = (squares / values).detach().clamp(min=LEAST_VARIANCE)
        nats = 0.5 * (values * torch.log(2 * torch.pi * variance) + squares / variance)
        return nats, {"variance": variance}


def normal_like(z: Tensor) -> Tensor:
    """Standard normal noise for z (N, C, H, W), laid channels-last; filled in order, which is four times as fast."""
    n, channels, height, width = z.shape
    return torch.randn(n, height, width, channels, dtype=z.dtype, device=z.device).permute(0, 3, 1, 2)


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, I)) in nats: summed over a series' latent (N, ...), averaged over the batch."""
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).flatten(1).sum(1).mean()


class VQAutoEncoder(AutoEncoder):
    """VQVAE (van den Oord et al. 2017), with a self-supervised branch where a regulariser is given (NC-VQVAE).

    The augmented view goes through encoder and decoder without the quantiser; the regulariser compares the projected
    quantised latent of the series with the projected continuous latent of its view (arXiv 2408.16613).

    Args:
        length: L, samples of a series.
        config: widths and weights.
        regularizer: maps two projections (N, D) to a scalar, or None for the plain VQVAE.
        view: maps a batch of series to an augmented one; given together with `regularizer`.
    """

    def __init__(
        self,
        length: int,
        config: Config,
        regularizer: Regularizer | None = None,
        view: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        super().__init__(length, config)
        width = config.network.width
        self.quantizer = Quantizer(config.codebook, width)
        self.regularizer, self.view = regularizer, view
        self.augmented_weight = config.ssl.augmented_reconstruction
        self.projector = (
            Projector(2 * width, config.ssl.projector, regularizer.whiten) if regularizer is not None else None
        )

    def loss(self, x: Tensor) -> Losses:
        u = self.encoder.spectrogram(x)
        quantised, _, commitment = self.quantizer(self.encoder.encode_spectrogram(u))
        both, time, spectrum = self._decoded(x, u, quantised)
        total = both + commitment
        parts = {"time": time, "spectrogram": spectrum, "commitment": commitment}
        if self.projector is not None:
            view = self.view(x)
            u_view = self.encoder.spectrogram(view)
            z_view = self.encoder.encode_spectrogram(u_view)
            augmented, _, _ = self._decoded(view, u_view, z_view)
            similarity = self.regularizer(*self.projector.views(pool(quantised), pool(z_view)))
            total = total + self.augmented_weight * augmented + similarity
            parts |= {"augmented": augmented, "ssl": similarity}
        return {"loss": total, **parts}

    def _decoded(self, x: Tensor, u: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The sum of both reconstruction losses, and each for the curves."""

        def branch(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            time, spectrum = self.reconstruction(x, u, z)
            return time + spectrum, time, spectrum

        return early(branch, z, self.decoder) if self.projector is not None else branch(z)
