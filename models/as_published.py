"""The rows `*_as_published`: probed as the code behind the published tables probes, to show what that does.

There, the representations that the probes see come from networks in training mode (NC-VQVAE and TimeVQVAE, read at
source): series go through in file order, 128 at a time, each BatchNorm takes the statistics of the batch, and the
codebook moves along, with test series as with training series. Everything else is as in every other row.
"""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor

from .autoencoders import VQAutoEncoder
from .latent_model import QuantizedModel
from .training.trainer import joined

BATCH = 128  # series at once, as in the published evaluations


class AsPublished(QuantizedModel):
    """A VQVAE that encodes with a copy of its networks in training mode; the fitted networks stay as they are.

    Every call starts from the fitted state, so that an encoding depends on the series of that call alone, on their
    order and on nothing else. Tokens, reconstructions and samples are those of the fitted networks.
    """

    def encode(self, x: np.ndarray) -> np.ndarray:
        return self._in_training_mode(x, lambda module, part: module.represent(part))

    def encode_continuous(self, x: np.ndarray) -> np.ndarray:
        return self._in_training_mode(x, lambda module, part: module.encode(part))

    def _in_training_mode(self, x: np.ndarray, function: Callable[[VQAutoEncoder, Tensor], Tensor]) -> np.ndarray:
        """Return what a function of the autoencoder and a batch gives for all series x (N, 1, L), in order."""
        module = deepcopy(self.module).train()
        parts = torch.as_tensor(x).split(BATCH)
        with self.seeded(5), self.inference():
            return joined(function(module, part.to(self.device)) for part in parts)
