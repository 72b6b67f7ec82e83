"""The protocol of priors: what stage 2 asks of a density over latents."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

import numpy as np
from torch import Tensor, nn

from ..autoencoders import AutoEncoder
from ..config import Config, Training
from ..training.loop import Trainable
from ..training.trainer import Trainer


class LatentPrior(Protocol):
    """A density over the latents of an autoencoder.

    Args:
        autoencoder: the trained module of stage 1.
        trainer: trains the prior's network, where it has one, under the model's seed and on its device.
    """

    sections: ClassVar[tuple[str, ...]] = ()  # sections of the configuration that it reads

    def __init__(self, autoencoder: AutoEncoder, trainer: Trainer) -> None: ...

    def fit(self, z: np.ndarray, y: np.ndarray | None) -> None:
        """Learn the density of latents z (N, C, H, W), before quantisation, given classes y (N,) or none."""

    def sample(self, n: int, y: np.ndarray | None) -> Iterable[Tensor]:
        """Yield n latents (..., C, H, W) for the decoder, in batches, of classes y (n,) or unconditional."""
        ...

    def networks(self) -> dict[str, nn.Module]:
        """Return the fitted networks by name; none unless there are some."""
        return {}

    @classmethod
    def work(cls, autoencoder: AutoEncoder, config: Config) -> tuple[Trainable, Training, int] | None:
        """Return the network, its budget and how often a sample passes through it; None where there is none.

        The network has `loss` and `example`, as autoencoders have: plans count its work.
        """
        return None
