"""The protocols of models: arrays in, arrays out, scikit-learn fashion; nothing here needs the suite."""

from typing import Protocol, Self, runtime_checkable

import numpy as np
from torch import nn


@runtime_checkable
class Model(Protocol):
    """A model that learns a representation of series.

    What it can do beyond this, it says by having the methods of the protocols below.
    """

    def fit(self, x: np.ndarray, y: np.ndarray) -> Self:
        """Train on series x (N, 1, L) float32; classes y (N,) int64 may condition a prior, and nothing else."""
        ...

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Return representations (N, D), or (N, C, ...) which the probes average over all but the first two axes."""
        ...


@runtime_checkable
class Generates(Protocol):
    """A model that draws series."""

    def sample(self, n: int, y: np.ndarray | None = None) -> np.ndarray:
        """Return series (n, 1, L') float32, of classes y (n,) or unconditional; L' may be the even length below L."""
        ...


@runtime_checkable
class Reconstructs(Protocol):
    """A model that gives back what it encoded."""

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """Return series (N, 1, L') float32."""
        ...


@runtime_checkable
class Quantizes(Protocol):
    """A model with a codebook."""

    n_codes: int

    def encode_continuous(self, x: np.ndarray) -> np.ndarray:
        """Return representations before quantisation, shaped as those of `encode`."""
        ...

    def encode_tokens(self, x: np.ndarray) -> np.ndarray:
        """Return tokens (N, T) int64 in 0..n_codes-1."""
        ...


@runtime_checkable
class Inspectable(Protocol):
    """A model that shows how it was trained."""

    curves: dict[str, dict[str, np.ndarray]]  # training curves: stage, then name, then one value per step
    seconds: dict[str, float]  # wall time of the stages "fit" and "prior"

    def networks(self) -> dict[str, nn.Module]:
        """Return the fitted networks by name."""
        ...
