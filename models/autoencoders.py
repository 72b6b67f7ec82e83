"""The modules that stage 1 trains: AE, VAE, VQVAE, and VQVAE with a self-supervised branch."""

import math
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import Config
from .joint import through, together
from .networks import Decoder, Encoder
from .quantizer import Quantizer
from .spectrogram import inverse_length
from .ssl import LOSSES, Projector, pool
from .training.loop import Losses, Trainable
from .training.precision import without_autocast

KMEANS_SERIES = 512  # most series whose latents the codebook may start from
LEAST_VARIANCE = math.exp(-12)  # of the decoder; Rybkin et al. hold the log of the standard deviation above -6


class AutoEncoder(Trainable):
    """Encoder and decoder for series of L samples, trained on reconstruction: MSE in time + MSE of the spectrogram."""

    sections: ClassVar[tuple[str, ...]] = ("network", "training")  # sections of the configuration that it reads
    fewest: ClassVar[int] = 1  # least number of series in a batch

    def __init__(self, length: int, config: Config) -> None:
        super().__init__()
        self.length = length
        self.encoder = Encoder(length, config.network.width)
        self.decoder = Decoder(length, config.network.width)
        self.inverse_length = inverse_length(length)

    def loss(self, x: Tensor) -> Losses:
        """Return the reconstruction loss of a batch of series (N, 1, L), and its parts for the curves."""
        u = self.encoder.spectrogram(x)
        time, spectrum = self.reconstruction(x, u, self.encoder.blocks(u))
        return {"loss": time + spectrum, "time": time, "spectrogram": spectrum}

    def reconstruction(self, x: Tensor, u: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the MSE of series x and of their spectrograms u, by what is decoded from latents z."""
        u_hat = self.decoder.decode_spectrogram(z)
        return self.errors(x, u, self.decoder.spectrogram.inverse(u_hat), u_hat)

    def errors(self, x: Tensor, u: Tensor, x_hat: Tensor, u_hat: Tensor) -> tuple[Tensor, Tensor]:
        """Return the MSE of series x and of their spectrograms u by what was decoded of them."""
        return F.mse_loss(x_hat, x[..., : self.inverse_length]), F.mse_loss(u_hat.float(), u)

    def encode(self, x: Tensor) -> Tensor:
        """Return the latents (N, C, H, W) of series (N, 1, L)."""
        return self.encoder(x)

    def represent(self, x: Tensor) -> Tensor:
        """Return the latents (N, C, H, W) of series (N, 1, L) as the decoder takes them."""
        return self.encode(x)

    def decode(self, z: Tensor) -> Tensor:
        """Return the series (N, 1, 2 floor(L / 2)) of latents (N, C, H, W)."""
        return self.decoder(z)

    def start(self, x: Tensor, seed: int) -> None:
        """Prepare for training on series (N, 1, L), where a start depends on them; here none does."""

    def example(self, n: int) -> tuple[Tensor, ...]:
        """Return what `loss` takes for n series, with values of no meaning, for counting its work."""
        return (torch.empty(n, 1, self.length),)


class VariationalAutoEncoder(AutoEncoder):
    """A Gaussian posterior per latent position, trained on the negative ELBO (Kingma & Welling 2014).

    The likelihood is Gaussian with unit variance, of series and spectrogram as two observations, so that the loss of a
    series is half the sum of its squared errors plus beta times its KL divergence to N(0, I), in nats. Latents are
    posterior means.
    """

    sections = ("network", "training", "vae")

    def __init__(self, length: int, config: Config) -> None:
        super().__init__(length, config)
        width = config.network.width
        self.mean = nn.Conv2d(width, width, 1)
        self.log_variance = nn.Conv2d(width, width, 1)
        self.beta = config.vae.beta

    def loss(self, x: Tensor) -> Losses:
        u = self.encoder.spectrogram(x)
        h = self.encoder.blocks(u)
        mean, log_variance = self.mean(h).float(), self.log_variance(h).float()
        z = mean + torch.exp(0.5 * log_variance) * normal_like(mean)
        time, spectrum = self.reconstruction(x, u, z)
        kl = kl_divergence(mean, log_variance)
        values = self.inverse_length + u[0].numel()
        nats, curves = self._likelihood(time * self.inverse_length + spectrum * u[0].numel(), values)
        return {"loss": nats + self.beta * kl, "time": time, "spectrogram": spectrum, "kl": kl, **curves}

    def _likelihood(self, squares: Tensor, values: int) -> tuple[Tensor, Losses]:
        """Return a series' negative log-likelihood in nats, up to a constant, and further scalars for the curves.

        `squares` are the squared errors of a series summed over its `values`, averaged over the batch.
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
    """Return standard normal noise for z (N, C, H, W), channels-last: filled in order, which is four times as fast."""
    n, channels, height, width = z.shape
    return torch.randn(n, height, width, channels, dtype=z.dtype, device=z.device).permute(0, 3, 1, 2)


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(N(mean, variance) || N(0, I)) in nats: the sum over a series' latent (N, ...), averaged over N."""
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).flatten(1).sum(1).mean()


class VQAutoEncoder(AutoEncoder):
    """VQVAE (van den Oord et al. 2017): the decoder takes quantised latents."""

    sections = ("network", "training", "codebook")

    def __init__(self, length: int, config: Config) -> None:
        super().__init__(length, config)
        self.quantizer = Quantizer(config.codebook, config.network.width)

    def loss(self, x: Tensor) -> Losses:
        u = self.encoder.spectrogram(x)
        quantised, _, commitment = self.quantizer(self.encoder.blocks(u))
        time, spectrum = self.reconstruction(x, u, quantised)
        return {"loss": time + spectrum + commitment, "time": time, "spectrogram": spectrum, "commitment": commitment}

    def represent(self, x: Tensor) -> Tensor:
        return self.quantizer(self.encode(x))[0]

    def tokens(self, x: Tensor) -> Tensor:
        """Return the tokens (N, H, W) int64 of series (N, 1, L)."""
        return self.quantizer(self.encode(x))[1]

    def start(self, x: Tensor, seed: int) -> None:
        """Start the codes at the k-means of the latents of at most 512 series, where the settings say so."""
        if self.quantizer.config.start == "kmeans":
            self.eval()  # BatchNorm is not to count these series twice
            with torch.no_grad():
                self.quantizer.start_from(self.encode(x[:KMEANS_SERIES]), seed)


class SelfSupervisedVQ(VQAutoEncoder):
    """A VQVAE with a self-supervised branch (NC-VQVAE, arXiv 2408.16613).

    An augmented view goes through encoder and decoder without the quantiser; a loss compares the projected quantised
    latent of the series with the projected continuous latent of its view. `ssl` names the loss, one of `LOSSES`.
    """

    fewest = 2

    def __init__(self, length: int, config: Config, ssl: str) -> None:
        super().__init__(length, config)
        self.ssl_loss, self.view = getattr(config.losses, ssl), getattr(config.views, config.ssl.views)
        self.augmented_weight = config.ssl.augmented_reconstruction
        self.projector = Projector(2 * config.network.width, config.ssl.projector, LOSSES[ssl].whiten)

    def loss(self, x: Tensor) -> Losses:
        view = self.view(x)
        u, u_view = through(self.encoder, self.encoder.spectrogram, x, view)
        z, z_view = through(self.encoder, self.encoder.blocks, u, u_view)
        quantised, _, commitment = self.quantizer(z)
        u_hat, u_hat_view = through(self.decoder, self.decoder.decode_spectrogram, quantised, z_view)
        x_hat, x_hat_view = through(self.decoder, self.decoder.spectrogram.inverse, u_hat, u_hat_view)
        time, spectrum = self.errors(x, u, x_hat, u_hat)
        view_time, view_spectrum = self.errors(view, u_view, x_hat_view, u_hat_view)
        augmented = view_time + view_spectrum
        # In one pass on every device: the projector's many weights are read once.
        projections = together(self.projector, self.projector, pool(quantised), pool(z_view))
        with without_autocast(x):
            similarity = self.ssl_loss(*(projection.float() for projection in projections))
        parts = {"time": time, "spectrogram": spectrum, "commitment": commitment}
        total = time + spectrum + commitment + self.augmented_weight * augmented + similarity
        return {"loss": total, **parts, "augmented": augmented, "ssl": similarity}
