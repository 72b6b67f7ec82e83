"""Baselines without training: the series itself, and the encoder with its initial weights."""

from typing import ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.optim.swa_utils import update_bn

from .estimator import Estimator
from .networks import Encoder
from .training.precision import tf32
from .training.trainer import Trainer

CALIBRATION_BATCH = 512  # most series whose statistics a BatchNorm of the untrained encoder takes at once


class RawSeries(Estimator):
    """The baseline `raw`: the scaled series itself."""

    sections: ClassVar[tuple[str, ...]] = ()
    shortest = 1

    def _fit(self, x: np.ndarray, y: np.ndarray | None) -> None:
        pass

    def encode(self, x: ArrayLike) -> np.ndarray:
        """Return the values (N, L) of series x."""
        return self.checked(x)[:, 0]


class RandomEncoder(Trainer):
    """The baseline `random_uncalibrated`: the shared encoder with its initial weights.

    Every BatchNorm has mean 0 and variance 1, which no layer of an untrained network gives.
    """

    sections: ClassVar[tuple[str, ...]] = ("network",)

    def _fit(self, x: np.ndarray, y: np.ndarray | None) -> None:
        with self.seeded(0):
            self.module = self.place(Encoder(x.shape[-1], self.config.network.width)).eval()

    def encode(self, x: ArrayLike) -> np.ndarray:
        """Return the latents (N, C, H, W) of series x."""
        return self.map(self.checked(x), self.module)

    def networks(self) -> dict[str, torch.nn.Module]:
        """Return the encoder."""
        self._require_fit()
        return {"autoencoder": self.module}


class CalibratedEncoder(RandomEncoder):
    """The baseline `random`: the untrained encoder, each BatchNorm with the statistics of the training series."""

    def _fit(self, x: np.ndarray, y: np.ndarray | None) -> None:
        super()._fit(x, y)
        parts = torch.as_tensor(x).tensor_split(-(-len(x) // CALIBRATION_BATCH))
        with tf32(self.torch_device):
            update_bn(parts, self.module, self.torch_device)
