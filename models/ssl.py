"""Self-supervised losses of two views, and the way from a latent to the projection on which they are computed.

With D = 4096 features and N = 128 series, the D x D (cross-)covariance is what such a loss spends its time on, and all
it needs of it is a sum of squares. The sum of squares of Z'Z is that of ZZ', and ||A'B||^2 = <AA', BB'>, so N x N Gram
matrices suffice; the diagonal is computed on its own. Where D is the smaller, the D x D matrix is formed. Values and
gradients are the same either way.

A loss maps the projections of two views, (N, D) each in float32 or float64, to a scalar. It is a frozen dataclass of
its constants: its fields are settings `losses.NAME.FIELD`. `title` is for reports, `whiten` says whether the projector
is to end in iterative normalisation. Every loss in `LOSSES` has a row in the table of variants.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .errors import ModelError
from .training.precision import without_autocast

GROUP = 64  # features that iterative normalisation whitens together


@dataclass(frozen=True)
class BarlowTwins:
    """Redundancy reduction: Zbontar et al. (ICML 2021), equations 1 and 2, divided by the width.

    The projections are standardised along the batch as by a BatchNorm without scale and shift: biased variance (n in
    the divisor) plus `eps`, as in the authors' code; the cross-correlation is divided by n.
    """

    off_diagonal: float = 0.005  # weight of the off-diagonal squares, lambda in the paper
    eps: float = 1e-5  # added to the variance
    title: ClassVar[str] = "Barlow Twins"
    whiten: ClassVar[bool] = False

    def __call__(self, a: Tensor, b: Tensor) -> Tensor:
        a, b = (F.batch_norm(z, None, None, training=True, eps=self.eps) for z in (a, b))
        n, width = a.shape
        diagonal = (a * b).sum(0) / n
        off_diagonal = off_diagonal_squares(a, b) / n**2
        return ((diagonal - 1).square().sum() + self.off_diagonal * off_diagonal) / width


@dataclass(frozen=True)
class VICReg:
    """Variance-invariance-covariance: Bardes, Ponce and LeCun (ICLR 2022), equations 1 to 6.

    Variance and covariance have n - 1 in the divisor and are summed over the two views.
    """

    invariance: float = 25.0  # weight of the mean squared difference of the views
    variance: float = 25.0  # weight of the hinge that keeps each feature's standard deviation at 1
    covariance: float = 1.0  # weight of the off-diagonal squares of the covariance, divided by the width
    eps: float = 1e-4  # added to the variance under the root
    weight: float = 0.01  # of the whole
    title: ClassVar[str] = "VICReg"
    whiten: ClassVar[bool] = False

    def __call__(self, a: Tensor, b: Tensor) -> Tensor:
        variance = sum(F.relu(1 - (z.var(0) + self.eps).sqrt()).mean() for z in (a, b))
        covariance = self._covariance(a) + self._covariance(b)
        total = self.invariance * F.mse_loss(a, b) + self.variance * variance + self.covariance * covariance
        return self.weight * total

    def _covariance(self, z: Tensor) -> Tensor:
        n, width = z.shape
        centred = z - z.mean(0)
        return off_diagonal_squares(centred, centred) / ((n - 1) ** 2 * width)


@dataclass(frozen=True)
class VIbCReg(VICReg):
    """VICReg with a better covariance term: Lee and Aune (arXiv 2109.00783), section 3.

    The covariance is that of features centred and scaled to unit length along the batch, so it is a correlation, and
    its off-diagonal squares are averaged over all D^2 entries. The projector ends in iterative normalisation.
    """

    covariance: float = 100.0
    title: ClassVar[str] = "VIbCReg"
    whiten: ClassVar[bool] = True

    def _covariance(self, z: Tensor) -> Tensor:
        unit = F.normalize(z - z.mean(0), dim=0)
        return off_diagonal_squares(unit, unit) / z.shape[1] ** 2


LOSSES: dict[str, type] = {"vicreg": VICReg, "barlow": BarlowTwins, "vibcreg": VIbCReg}


def off_diagonal_squares(a: Tensor, b: Tensor) -> Tensor:
    """Return the sum of the squares off the diagonal of a'b, for a and b of shape (N, D)."""
    n, width = a.shape
    if width > (1 if a is b else 2) * n:
        gram = a @ a.T
        return (gram * (gram if a is b else b @ b.T)).sum() - (a * b).sum(0).square().sum()
    product = a.T @ b
    return (product - product.diagonal().diag_embed()).square().sum()


def pool(z: Tensor) -> Tensor:
    """Return global average and global maximum, concatenated: (N, C, ...) -> (N, 2C).

    Where several positions share the maximum, as is common in quantised latents, they share its gradient.
    """
    z = z.flatten(2)
    z = z.float() if z.dtype is torch.bfloat16 else z
    return torch.cat((z.mean(2), z.amax(2)), dim=1)


def group_of(width: int) -> int:
    """Return the number of features, of `width`, that iterative normalisation whitens together.

    Raises:
        ModelError: `width` is above 64 and no multiple of it.
    """
    group = min(GROUP, width)
    if width % group:
        raise ModelError(f"ssl.projector={width}: groups of {group} features are whitened; take a multiple of {group}")
    return group


class IterNorm(nn.Module):
    """Iterative normalisation: whiten groups of so many features by Newton's iterations.

    Huang et al., "Iterative normalization: beyond standardization towards efficient whitening" (CVPR 2019), algorithm
    1, without scale and shift. It uses the statistics of the batch only and keeps no running ones: the projector has no
    part in encoding. It is computed in float32 even under autocast, with `eps` added to the diagonal of the covariance.
    """

    def __init__(self, group: int, iterations: int = 5, eps: float = 1e-5) -> None:
        super().__init__()
        self.group, self.iterations, self.eps = group, iterations, eps

    def forward(self, x: Tensor) -> Tensor:
        """Return whitened features: (N, D) -> (N, D)."""
        with without_autocast(x):
            x = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
            grouped = (x - x.mean(0)).unflatten(1, (-1, self.group)).transpose(0, 1)
            eye = torch.eye(self.group, dtype=x.dtype, device=x.device)
            covariance = grouped.mT @ grouped / len(x) + self.eps * eye
            trace = covariance.diagonal(dim1=1, dim2=2).sum(1)[:, None, None]
            covariance = covariance / trace  # eigenvalues in (0, 1], where the iterations converge
            root = eye.expand_as(covariance)
            for _ in range(self.iterations):
                root = 1.5 * root - 0.5 * (root @ root @ root @ covariance)
            return (grouped @ (root * trace.rsqrt())).transpose(0, 1).flatten(1)


class Projector(nn.Sequential):
    """Three linear layers, the first two with BatchNorm and ReLU: (N, inputs) -> (N, width).

    With `whiten` it ends in iterative normalisation, as VIbCReg wants.
    """

    def __init__(self, inputs: int, width: int, whiten: bool = False) -> None:
        hidden = []
        for features in (inputs, width):
            hidden += [nn.Linear(features, width), nn.BatchNorm1d(width), nn.ReLU(inplace=True)]
        super().__init__(*hidden, nn.Linear(width, width), *([IterNorm(group_of(width))] if whiten else []))
