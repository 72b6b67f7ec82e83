"""From a latent to the projection on which a self-supervised loss is computed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .errors import ModelError
from .layers.bias import before_norm
from .layers.linear import Linear

GROUP = 64  # features that iterative normalisation whitens together


def pool(z: Tensor) -> Tensor:
    """Global average and global maximum, concatenated: (N, C, ...) -> (N, 2C).

    Where several positions share the maximum, as is common in quantised latents, they share its gradient.
    """
    z = z.flatten(2)
    z = z.float() if z.dtype is torch.bfloat16 else z
    return torch.cat((z.mean(2), z.amax(2)), dim=1)


class IterNorm(nn.Module):
    """Iterative normalisation: whitening of groups of features by Newton's iterations.

    Huang et al., "Iterative normalization: beyond standardization towards efficient whitening" (CVPR
    2019), algorithm 1, without scale and shift. It uses the statistics of the batch only and keeps no
    running ones: the projector has no part in encoding. Computed in float32 even under autocast.

    Args:
        width: Number of features.
        group: Features whitened together; the width where that is smaller.
        iterations: Newton iterations.
        eps: Added to the diagonal of the covariance.

    Raises:
        ModelError: `width` is not a multiple of `group`.
    """

    def __init__(self, width: int, group: int = GROUP, iterations: int = 5, eps: float = 1e-5) -> None:
        super().__init__()
        self.group = min(group, width)
        if width % self.group:
            raise ModelError(f"iterative normalisation: width {width} is no multiple of {self.group}")
        self.iterations = iterations
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Whitened features: (N, D) -> (N, D)."""
        with torch.autocast(x.device.type, enabled=False):
            x = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
            n, width = x.shape
            grouped = (x - x.mean(0)).view(n, width // self.group, self.group).transpose(0, 1)
            eye = torch.eye(self.group, dtype=x.dtype, device=x.device)
            covariance = grouped.transpose(1, 2) @ grouped / n + self.eps * eye
            trace = covariance.diagonal(dim1=1, dim2=2).sum(1)[:, None, None]
            covariance = covariance / trace  # eigenvalues in (0, 1], where the iterations converge
            root = eye.expand_as(covariance)
            for _ in range(self.iterations):
                root = 1.5 * root - 0.5 * (root @ root @ root @ covariance)
            return (grouped @ (root * trace.rsqrt())).transpose(0, 1).reshape(n, width)


class Projector(nn.Sequential):
    """Three linear layers, the first two with BatchNorm and ReLU: (N, in_features) -> (N, width).

    Args:
        in_features: Features of the pooled latent.
        width: Width of every layer; 4096 in the protocol.
        whiten: End in iterative normalisation, as VIbCReg wants.
    """

    def __init__(self, in_features: int, width: int, whiten: bool = False) -> None:
        hidden = [
            module
            for features in (in_features, width)
            for module in (before_norm(Linear(features, width)), nn.BatchNorm1d(width), nn.ReLU(inplace=True))
        ]
        super().__init__(*hidden, Linear(width, width), *([IterNorm(width)] if whiten else []))

    def views(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Projections of two views (N, in_features) each, normalised each by its own statistics.

        What `self(a), self(b)` gives; the linear layers take both at once, and read their weights once.
        """
        h = torch.cat([a, b])
        for layer in self:
            if isinstance(layer, (nn.BatchNorm1d, IterNorm)):
                h = torch.cat([layer(part) for part in h.chunk(2)])
            else:
                h = layer(h)
        first, second = h.chunk(2)
        return first, second
