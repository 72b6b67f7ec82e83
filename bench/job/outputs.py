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
        latents[split] = _pooled("encode", model.encode(x), len(x))
        if quantizing is not None:
            latents[f"{split}_continuous"] = _pooled("encode_continuous", quantizing.encode_continuous(x), len(x))
    if quantizing is not None:
        tokens = np.asarray(quantizing.encode_tokens(dataset.x_test))
        if tokens.min() < 0 or tokens.max() >= quantizing.n_codes:
            raise ValueError(f"encode_tokens gives {tokens.min()} to {tokens.max()} of {quantizing.n_codes} codes")
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
        "unconditional": _drawn(model.sample(n), n),
        "conditional": _drawn(model.sample(len(y), y), len(y)),
        "conditional_labels": y.astype(np.int64),
    }


def _able(model: object, protocol: type[_Protocol]) -> _Protocol | None:
    """Return a model that has the methods of a protocol; None for another."""
    return model if can(model, protocol) else None


def _pooled(method: str, z: np.ndarray, n: int) -> np.ndarray:
    """Return pooled representations of n series, as a method gave them.

    Raises:
        ValueError: They are not so many, or none.
    """
    pooled = pool_features(z).astype(np.float32)
    if len(pooled) != n:
        raise ValueError(f"{method} gives {len(pooled)} representations of {n} series")
    return pooled


def _drawn(x: np.ndarray, n: int) -> np.ndarray:
    """Return n series (n, L') float32 as `sample` gave them.

    Raises:
        ValueError: They have another shape.
    """
    x = np.asarray(x)
    if x.ndim != 3 or x.shape[:2] != (n, 1):
        raise ValueError(f"sample gives the shape {x.shape} for {n} series, not ({n}, 1, L)")
    return x[:, 0].astype(np.float32)
