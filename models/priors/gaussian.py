"""Ex-post density estimation: a prior for autoencoders, fitted to their training latents.

Ghosh et al., "From variational to deterministic autoencoders" (ICLR 2020), section 4.
"""

from typing import Self

import numpy as np
import torch
from torch import Tensor

from ..autoencoders import AutoEncoder
from ..errors import ModelError
from ..training.trainer import Trainer
from .protocol import LatentPrior

_FEWEST_FOR_OWN_COVARIANCE = 3
_GUESSED_WITHIN_SHARE = 0.25  # see `LatentDensity`: one series in every class


class LatentDensity:
    """Gaussian densities of latents: one over all, and one per class.

    The latents, flattened, are projected on their principal components, as many as hold `variance` of the total but at
    most min(`max_components`, N - 1). Every Gaussian lives in this space, its covariance shrunk by Ledoit and Wolf's
    rule towards a multiple of the identity. What the components left out held is not sampled.

    A class with fewer than 3 series has the covariance pooled within all classes, around its own mean. Where no class
    has two series (Fungi), nothing in the data tells the spread within a class; a quarter of the covariance over all
    (half the standard deviation) stands in for it. Fitting is deterministic; sampling is determined by its generator.

    Args:
        variance: share of the total variance that the components kept hold, in (0, 1].
        max_components: greatest number of components kept.
    """

    def __init__(self, variance: float = 0.99, max_components: int = 64) -> None:
        self.variance, self.max_components = variance, max_components

    def fit(self, z: np.ndarray, y: np.ndarray | None = None) -> Self:
        """Fit the density over all latents z (N, ...), N at least 1, and with classes y (N,) one per class.

        Raises:
            ModelError: no latents, or NaN or infinity among them.
        """
        if len(z) == 0 or not np.isfinite(z).all():
            raise ModelError(f"latents of shape {z.shape} are empty or hold NaN or infinity: train longer or slower")
        self.shape = z.shape[1:]
        scores = self._project(z.astype(np.float32).reshape(len(z), -1))
        mean = scores.mean(0)
        covariance = _shrunk(scores - mean, len(z) - 1)
        self.gaussians = {None: (mean, _root(covariance))}
        if y is not None:
            self._fit_classes(scores, y, covariance)
        return self

    def sample(self, n: int, y: np.ndarray | None = None, *, rng: np.random.Generator) -> np.ndarray:
        """Draw n latents (n, ...) float32, of classes y (n,) that were fitted or from the density over all."""
        scores = rng.standard_normal((n, len(self._components)))
        for label in (None,) if y is None else np.unique(y):
            rows = slice(None) if label is None else y == label
            mean, root = self.gaussians[label]
            scores[rows] = mean + scores[rows] @ root.T
        flat = scores.astype(np.float32) @ self._components + self._mean
        return flat.reshape(n, *self.shape)

    def _project(self, flat: np.ndarray) -> np.ndarray:
        """Fit the PCA; return the scores (N, k) float64."""
        most = min(self.max_components, len(flat) - 1, flat.shape[1])
        self._mean = flat.mean(0, dtype=np.float64).astype(np.float32)
        self._components = np.empty((0, flat.shape[1]), np.float32)
        # Latents that are all alike, as of a collapsed encoder, have no components: float noise is not one.
        if most < 1 or np.ptp(flat, axis=0).max() <= 1e-6 * np.abs(flat).max():
            return np.empty((len(flat), 0))
        from sklearn.decomposition import PCA  # here, since it takes a second

        pca = PCA(most, random_state=0).fit(flat)
        share = pca.explained_variance_ratio_.astype(np.float64)
        keep = min(int(np.searchsorted(share.cumsum(), self.variance)) + 1, int((share > 1e-7).sum()))
        self._components = np.asarray(pca.components_)[:keep]
        return ((flat - self._mean) @ self._components.T).astype(np.float64)

    def _fit_classes(self, scores: np.ndarray, labels: np.ndarray, overall: np.ndarray) -> None:
        names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        means = np.stack([scores[codes == code].mean(0) for code in range(len(names))])
        deviations = scores - means[codes]
        freedom = len(scores) - len(names)
        pooled = _shrunk(deviations[counts[codes] > 1], freedom) if freedom else _GUESSED_WITHIN_SHARE * overall
        for code, (name, count) in enumerate(zip(names, counts, strict=True)):
            own = count >= _FEWEST_FOR_OWN_COVARIANCE
            covariance = _shrunk(deviations[codes == code], count - 1) if own else pooled
            self.gaussians[name] = means[code], _root(covariance)


class GaussianPrior(LatentPrior):
    """Gaussian densities of the latents: one over all, and one per class (`LatentDensity`)."""

    def __init__(self, autoencoder: AutoEncoder, trainer: Trainer) -> None:
        self.seed = trainer.seed

    def fit(self, z: np.ndarray, y: np.ndarray | None) -> None:
        self.density = LatentDensity().fit(z, y)

    def sample(self, n: int, y: np.ndarray | None) -> list[Tensor]:
        return [torch.as_tensor(self.density.sample(n, y, rng=np.random.default_rng([self.seed, 3, y is not None])))]


class NormalPrior(GaussianPrior):
    """N(0, I) for unconditional samples, as a VAE has it; Gaussian densities per class for conditional ones."""

    def sample(self, n: int, y: np.ndarray | None) -> list[Tensor]:
        if y is not None:
            return super().sample(n, y)
        rng = np.random.default_rng([self.seed, 3, False])
        return [torch.as_tensor(rng.standard_normal((n, *self.density.shape), dtype=np.float32))]


def _root(covariance: np.ndarray) -> np.ndarray:
    """Return a root (k, k) of a covariance: noise times its transpose has that covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(values.clip(min=0))


def _shrunk(deviations: np.ndarray, freedom: int) -> np.ndarray:
    """Return the Ledoit-Wolf covariance of deviations (m, k) from their mean(s), scaled to `freedom` as divisor."""
    if deviations.shape[1] == 0 or freedom == 0:
        return np.zeros((deviations.shape[1],) * 2)
    from sklearn.covariance import ledoit_wolf

    covariance, _ = ledoit_wolf(deviations, assume_centered=True)
    return np.atleast_2d(covariance) * (len(deviations) / freedom)
