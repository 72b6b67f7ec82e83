"""Baselines without training: the series itself, and the encoder with its initial weights."""

from typing import ClassVar, Self

import numpy as np
import torch
from torch.optim.swa_utils import update_bn

from .config import Config
from .networks import Encoder
from .training.precision import tf32
from .training.trainer import Trainer

CALIBRATION_BATCH = 512  # most series whose statistics a BatchNorm of the untrained encoder takes at once


class RawSeries:
    """The baseline `raw`: the scaled series itself."""

    sections: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: Config, seed: int = 0, device: str = "cpu") -> None:
        pass

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        """Learn nothing."""
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return the values (N, L) of series x (N, 1, L)."""
        return x[:, 0]


class RandomEncoder(Trainer):
    """The baseline `random_uncalibrated`: the shared encoder with its initial weights.

    Every BatchNorm has mean 0 and variance 1, which no layer of an untrained network gives.
    """

    sections: ClassVar[tuple[str, ...]] = ("network",)

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        """Draw the weights of an encoder of series x (N, 1, L)."""
        with self.seeded(0):
            self.module = self.place(Encoder(x.shape[-1], self.config.network.width)).eval()
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return the latents (N, C, H, W) of series x (N, 1, L)."""
        return self.map(self.module, x)

    def networks(self) -> dict[str, torch.nn.Module]:
        """Return the encoder."""
        return {"autoencoder": self.module}


class CalibratedEncoder(RandomEncoder):
    """The baseline `random`: the untrained encoder, each BatchNorm with the statistics of the training series."""

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Self:
        """Draw the weights of an encoder, and let its BatchNorms see series x (N, 1, L) once."""
        super().fit(x)
        parts = torch.as_tensor(x).tensor_split(-(-len(x) // CALIBRATION_BATCH))
        with tf32(self.device):
            update_bn(parts, self.module, self.device)
        return self
