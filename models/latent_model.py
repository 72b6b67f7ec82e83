"""Models of two stages: an autoencoder, then a prior over its latents."""

from collections.abc import Callable
from typing import Self

import numpy as np
import torch
from torch import nn

from .autoencoders import AutoEncoder, VQAutoEncoder
from .config import Config
from .priors.protocol import LatentPrior
from .training.precision import inference_batch
from .training.trainer import Trainer, joined


class LatentModel(Trainer):
    """An autoencoder and a prior over its latents: it encodes, reconstructs and generates series.

    Args:
        config, seed, device: as of `Trainer`.
        autoencoder: builds the module of stage 1 from a length and a config.
        prior: builds the prior of stage 2 from the trained module and the trainer of its network.
    """

    module: AutoEncoder
    prior: LatentPrior

    def __init__(
        self,
        config: Config,
        seed: int = 0,
        device: str = "cpu",
        *,
        autoencoder: Callable[[int, Config], AutoEncoder],
        prior: Callable[[AutoEncoder, Trainer], LatentPrior],
    ) -> None:
        super().__init__(config, seed, device)
        self.build_autoencoder, self.build_prior = autoencoder, prior

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        """Train both stages on series x (N, 1, L); classes y (N,) condition the prior alone."""
        with self.timed("fit"):
            with self.seeded(0):
                self.module = self.place(self.build_autoencoder(x.shape[-1], self.config))
            series = torch.as_tensor(x, device=self.device)
            with self.seeded(1):
                self.module.start(series, self.seed)
                self.train("autoencoder", self.module, (series,), self.config.training)
        with self.timed("prior"):
            self.prior = self.build_prior(self.module, self)
            self.prior.fit(self.map(self.module.encode, x), y)
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return the latents (N, C, H, W) of series x (N, 1, L) as the decoder takes them."""
        return self.map(self.module.represent, x)

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """Return what is decoded (N, 1, 2 floor(L / 2)) from the latents of series x (N, 1, L)."""
        return self.map(lambda part: self.module.decode(self.module.represent(part)), x)

    def sample(self, n: int, y: np.ndarray | None = None) -> np.ndarray:
        """Return n series (n, 1, 2 floor(L / 2)) drawn from the prior, of classes y (n,) or unconditional."""
        with self.seeded(3 if y is None else 4), self.inference():
            return joined(
                self.module.decode(part.to(self.device))
                for latents in self.prior.sample(n, y)
                for part in latents.split(inference_batch(self.device))
            )

    def networks(self) -> dict[str, nn.Module]:
        """Return the fitted networks by name."""
        return {"autoencoder": self.module, **self.prior.networks()}


class QuantizedModel(LatentModel):
    """A latent model whose autoencoder has a codebook."""

    module: VQAutoEncoder

    @property
    def n_codes(self) -> int:
        """Number of codes K."""
        return self.config.codebook.codes

    def encode_continuous(self, x: np.ndarray) -> np.ndarray:
        """Return the latents (N, C, H, W) of series x (N, 1, L) before quantisation."""
        return self.map(self.module.encode, x)

    def encode_tokens(self, x: np.ndarray) -> np.ndarray:
        """Return the tokens (N, H W) int64 of series x (N, 1, L)."""
        return self.map(lambda part: self.module.tokens(part).flatten(1), x)
