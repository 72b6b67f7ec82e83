"""Ex-post density estimation: a prior for autoencoders, fitted to their training latents.

Ghosh et al., "From variational to deterministic autoencoders" (ICLR 2020), section 4. The density is a
Gaussian with shrinkage covariance in a PCA space.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from ..autoencoders import AutoEncoder
from ..config import Config
from ..errors import ModelError
from ..training.trainer import Trainer

_FEWEST_FOR_OWN_COVARIANCE = 3
_GUESSED_WITHIN_SHARE = 0.25  # see `LatentDensity`: one series in every class


class _Gaussian:
    """Mean (k,) and a root (k, k) of the covariance."""

    def __init__(self, mean: np.ndarray, covariance: np.ndarray) -> None:
        values, vectors = np.linalg.eigh(covariance)
        self.mean = mean
        self.root = vectors * np.sqrt(values.clip(min=0))

    def __call__(self, noise: np.ndarray) -> np.ndarray:
        return self.mean + noise @ self.root.T


class LatentDensity:
    """Gaussian densities of latents: one over all, and one per class.

    The latents, flattened, are projected on their principal components, as many as hold `variance` of the
    total but at most min(`max_components`, N - 1). Every Gaussian lives in this space, its covariance shrunk
    by Ledoit and Wolf's rule towards a multiple of the identity. What the components left out held is not
    sampled.

    A class with fewer than 3 series has the covariance pooled within all classes, around its own mean.
    Where no class has two series (Fungi), nothing in the data tells the spread within a class; a quarter of
    the covariance over all (half the standard deviation) stands in for it.

    Fitting is deterministic; sampling is determined by the generator given.

    Args:
        variance: Share of the total variance that the components kept hold, in (0, 1].
        max_components: Most components kept.
    """

    def __init__(self, variance: float = 0.99, max_components: int = 64) -> None:
        self.variance = variance
        self.max_components = max_components

    def fit(self, z: np.ndarray | Tensor, y: np.ndarray | Tensor | None = None) -> LatentDensity:
        """Fit the density over all latents and, with labels, one per class.

        Args:
            z: Latents (N, ...), N at least 1.
            y: Labels (N,) of the series, or None for the density over all only.

        Raises:
            ModelError: No latents, NaN or infinity among them, or labels of another number.
        """
        z = _as_array(z).astype(np.float32)
        if len(z) == 0 or not np.isfinite(z).all():
            raise ModelError(f"latents of shape {z.shape} are empty or hold NaN or infinity: train longer or slower")
        self.shape = z.shape[1:]
        scores = self._project(z.reshape(len(z), -1))
        self.overall = _Gaussian(scores.mean(0), _shrunk(scores - scores.mean(0), len(z) - 1))
        self.classes: dict[int, _Gaussian] = {}
        if y is not None:
            labels = _as_array(y)
            if labels.shape != (len(z),):
                raise ModelError(f"{len(z)} latents need as many labels, got shape {labels.shape}")
            self._fit_classes(scores, labels)
        return self

    def sample(self, n: int, y: int | np.ndarray | Tensor | None = None, *, rng: np.random.Generator) -> np.ndarray:
        """Draw latents.

        Args:
            n: How many.
            y: A class for all, or one per latent (n,); None draws from the density over all.
            rng: Where the randomness comes from.

        Returns:
            Latents (n, ...) float32, of the shape of those fitted.

        Raises:
            ModelError: A class that the fit did not see, or labels of another number.
        """
        noise = rng.standard_normal((n, len(self._components)))
        if y is None:
            scores = self.overall(noise)
        else:
            labels = _as_array(y)
            if labels.ndim and labels.shape != (n,):
                raise ModelError(f"{n} latents need one label or {n}, got shape {labels.shape}")
            labels = np.broadcast_to(labels, (n,))
            scores = np.empty_like(noise)
            for label in np.unique(labels):
                if int(label) not in self.classes:
                    raise ModelError(f"no class {label} was fitted; there are {sorted(self.classes)}")
                rows = labels == label
                scores[rows] = self.classes[int(label)](noise[rows])
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
        self._components = pca.components_[:keep]
        return ((flat - self._mean) @ self._components.T).astype(np.float64)

    def _fit_classes(self, scores: np.ndarray, labels: np.ndarray) -> None:
        names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        means = np.stack([scores[codes == code].mean(0) for code in range(len(names))])
        deviations = scores - means[codes]
        freedom = len(scores) - len(names)
        if freedom:
            pooled = _shrunk(deviations[counts[codes] > 1], freedom)
        else:
            pooled = _GUESSED_WITHIN_SHARE * _shrunk(scores - scores.mean(0), len(scores) - 1)
        for code, (name, count) in enumerate(zip(names, counts, strict=True)):
            own = count >= _FEWEST_FOR_OWN_COVARIANCE
            covariance = _shrunk(deviations[codes == code], count - 1) if own else pooled
            self.classes[int(name)] = _Gaussian(means[code], covariance)


class GaussianPrior:
    """Gaussian densities of the latents: one over all, and one per class (`LatentDensity`)."""

    sections: ClassVar[tuple[str, ...]] = ()

    def __init__(self, autoencoder: AutoEncoder, trainer: Trainer) -> None:
        self.seed = trainer.seed

    def fit(self, z: np.ndarray, y: np.ndarray | None) -> GaussianPrior:
        """Fit the densities to latents z (N, C, H, W), given classes y (N,) or none."""
        self.density = LatentDensity().fit(z, y)
        return self

    def sample(self, n: int, y: np.ndarray | None) -> Iterator[Tensor]:
        """Give n latents (n, C, H, W), of classes y (n,) or of the density over all."""
        yield torch.as_tensor(self.density.sample(n, y, rng=self._rng(y)))

    def networks(self) -> dict[str, nn.Module]:
        """Return no networks."""
        return {}

    @classmethod
    def work(cls, autoencoder: AutoEncoder, config: Config) -> None:
        """Return None: there is no network to train."""
        return

    def _rng(self, y: np.ndarray | None) -> np.random.Generator:
        return np.random.default_rng([self.seed, 3, y is not None])


class NormalPrior(GaussianPrior):
    """N(0, I) for unconditional samples, as a VAE has it; Gaussian densities per class for conditional ones."""

    def sample(self, n: int, y: np.ndarray | None) -> Iterator[Tensor]:
        """Give n latents (n, C, H, W), of classes y (n,) or of N(0, I)."""
        if y is not None:
            yield from super().sample(n, y)
        else:
            shape = (n, *self.density.shape)
            yield torch.as_tensor(self._rng(y).standard_normal(shape, dtype=np.float32))


def _shrunk(deviations: np.ndarray, freedom: int) -> np.ndarray:
    """Return the Ledoit-Wolf covariance of deviations (m, k) from their mean(s), scaled to `freedom` as divisor."""
    if deviations.shape[1] == 0 or freedom == 0:
        return np.zeros((deviations.shape[1],) * 2)
    from sklearn.covariance import ledoit_wolf

    covariance, _ = ledoit_wolf(deviations, assume_centered=True)
    return np.atleast_2d(covariance) * (len(deviations) / freedom)


def _as_array(values: int | np.ndarray | Tensor) -> np.ndarray:
    if isinstance(values, Tensor):
        values = values.detach().cpu()
        values = (values.float() if values.is_floating_point() else values).numpy()  # numpy has no bfloat16
    return np.asarray(values)
