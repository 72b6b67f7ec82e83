"""The arrays that a trained model gives, collected once: every score is made of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ...datasets import Dataset
from ...models.protocol import Generates, Model, Quantizes, Reconstructs
from ..planning.abilities import can
from ..scores import MEASURES, pool_features, reconstruction_mse

_Protocol = TypeVar("_Protocol")
FEWEST_SAMPLES = 256


@dataclass(frozen=True)
class Outputs:
    """The outputs of a model: everything that scores are made of, and enough to make new ones without training.

    Attributes:
        latents: Pooled features `train`, `test` (N, C) and, with a quantiser, `train_continuous`, `test_continuous`;
            `y_train`, `y_test`; `code_counts` (K,) of the test series; `reconstruction_mse` ().
        samples: `unconditional` (n, L'), `conditional` (m, L') float32 and `conditional_labels` (m,) int64; empty for
            a model that does not generate.
    """

    latents: dict[str, np.ndarray]
    samples: dict[str, np.ndarray]

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of them by name."""
        return self.latents | self.samples

    def suffices(self, names: Iterable[str]) -> bool:
        """Tell whether these scores can be made of what is here."""
        return all(MEASURES[name].needs <= self.latents.keys() | self.samples.keys() for name in names)


def represent(model: Model, dataset: Dataset) -> dict[str, np.ndarray]:
    """Return the latents of `Outputs`, from a fitted model."""
    latents: dict[str, np.ndarray] = {"y_train": dataset.y_train, "y_test": dataset.y_test}
    quantizing = _able(model, Quantizes)
    for split, x in (("train", dataset.x_train), ("test", dataset.x_test)):
        latents[split] = _pooled(model.encode(x))
        if quantizing is not None:
            latents[f"{split}_continuous"] = _pooled(quantizing.encode_continuous(x))
    if quantizing is not None:
        tokens = quantizing.encode_tokens(dataset.x_test)
        latents["code_counts"] = np.bincount(tokens.ravel(), minlength=quantizing.n_codes)
    if can(model, Reconstructs):
        x_hat = model.reconstruct(dataset.x_test)
        x = dataset.x_test[..., : x_hat.shape[-1]]
        latents["reconstruction_mse"] = np.asarray(reconstruction_mse(x, x_hat))
    return latents


def generate(model: Model, dataset: Dataset, cas_samples: int) -> dict[str, np.ndarray]:
    """Return the samples of `Outputs`: max(n_test, 256) unconditional ones, and conditional ones for CAS.

    The conditional ones have the training split's class counts, scaled up to at least `cas_samples` in all.
    """
    if not can(model, Generates):
        return {}
    n = max(len(dataset.x_test), FEWEST_SAMPLES)
    counts = np.bincount(dataset.y_train, minlength=dataset.n_classes)
    factor = max(1.0, cas_samples / counts.sum())
    y = np.repeat(np.arange(dataset.n_classes), np.ceil(counts * factor - 1e-9).astype(int))
    return {
        "unconditional": model.sample(n)[:, 0].astype(np.float32),
        "conditional": model.sample(len(y), y)[:, 0].astype(np.float32),
        "conditional_labels": y.astype(np.int64),
    }


def _able(model: object, protocol: type[_Protocol]) -> _Protocol | None:
    """Return a model that has the methods of a protocol; None for another."""
    return model if can(model, protocol) else None


def _pooled(z: np.ndarray) -> np.ndarray:
    return pool_features(z).astype(np.float32)
