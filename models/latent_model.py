"""Models of two stages: an autoencoder, then a prior over its latents."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from .autoencoders import AutoEncoder, VQAutoEncoder
from .config import Config
from .errors import ModelError
from .priors.protocol import LatentPrior
from .training.trainer import Trainer

PUBLISHED_BATCH = 128  # series at once in the evaluations of `AsPublished`


class LatentModel(Trainer):
    """An autoencoder and a prior over its latents: it encodes, reconstructs and generates series.

    Args:
        config, seed, device: as of `ucrbench.models.variants.build`.
        autoencoder: builds the module of stage 1 from a length and a config.
        prior: builds the prior of stage 2 from the trained module and the trainer of its network.
    """

    module: AutoEncoder  # the trained autoencoder
    density: LatentPrior  # the fitted prior

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
        self.autoencoder, self.prior = autoencoder, prior

    def _fit(self, x: np.ndarray, y: np.ndarray | None) -> None:
        with self.timed("fit"):
            with self.seeded(0):
                self.module = self.place(self.autoencoder(x.shape[-1], self.config))
            if min(len(x), self.config.training.batch) < self.module.fewest:
                raise ModelError(f"{type(self.module).__name__} compares series: it needs two or more in a batch")
            series = torch.as_tensor(x, device=self.torch_device)
            with self.seeded(1):
                self.module.start(series, self.seed)
                self.train("autoencoder", self.module, (series,), self.config.training)
        with self.timed("prior"):
            self.density = self.prior(self.module, self)
            self.density.fit(self.map(x, self.module.encode), y)

    def encode(self, x: ArrayLike) -> np.ndarray:
        """Return the latents (N, C, H, W) of series x as the decoder takes them."""
        return self.map(self.checked(x), self.module.represent)

    def reconstruct(self, x: ArrayLike) -> np.ndarray:
        """Return what is decoded (N, 1, 2 floor(L / 2)) from the latents of series x."""
        return self.map(self.checked(x), lambda part: self.module.decode(self.module.represent(part)))

    def sample(self, n: int, y: ArrayLike | None = None) -> np.ndarray:
        """Return n series (n, 1, 2 floor(L / 2)) drawn from the prior, of classes y (n,) or unconditional."""
        y = self.numbered(n, y)
        with self.seeded(3 if y is None else 4):
            return self.map(self.density.sample(n, y), self.module.decode)

    def networks(self) -> dict[str, nn.Module]:
        """Return the fitted networks by name."""
        self._require_fit()
        return {"autoencoder": self.module, **self.density.networks()}


class QuantizedModel(LatentModel):
    """A latent model whose autoencoder has a codebook."""

    module: VQAutoEncoder

    @property
    def n_codes(self) -> int:
        """Number of codes K."""
        return self.config.codebook.codes

    def encode_continuous(self, x: ArrayLike) -> np.ndarray:
        """Return the latents (N, C, H, W) of series x before quantisation."""
        return self.map(self.checked(x), self.module.encode)

    def encode_tokens(self, x: ArrayLike) -> np.ndarray:
        """Return the tokens (N, H W) int64 of series x."""
        return self.map(self.checked(x), lambda part: self.module.tokens(part).flatten(1))


class AsPublished(QuantizedModel):
    """A VQVAE probed as the code behind the published tables probes it, to show what that does.

    There, the representations that the probes see come from networks in training mode (NC-VQVAE and TimeVQVAE, read at
    source): series go through in file order, 128 at a time, each BatchNorm takes the statistics of the batch, and the
    codebook moves along, with test series as with training series. Here a copy of the networks does so. It starts from
    the fitted state in every call, so that an encoding depends on the series of that call alone, on their order and on
    nothing else. Tokens, reconstructions and samples are those of the fitted networks.
    """

    def encode(self, x: ArrayLike) -> np.ndarray:
        return self._in_training_mode(x, VQAutoEncoder.represent)

    def encode_continuous(self, x: ArrayLike) -> np.ndarray:
        return self._in_training_mode(x, VQAutoEncoder.encode)

    def _in_training_mode(self, x: ArrayLike, function: Callable[[VQAutoEncoder, Tensor], Tensor]) -> np.ndarray:
        """Return what a function of the autoencoder and a batch gives for all series x, in order."""
        x, module = self.checked(x), deepcopy(self.module).train()
        with self.seeded(5):
            return self.map(x, lambda part: function(module, part), PUBLISHED_BATCH)
