"""Self-supervised losses of two batches of projections, exact and without a D x D matrix.

With D = 4096 features and N = 128 series, the D x D (cross-)covariance is what such a loss spends its time
on, and all it needs of it is a sum of squares. The sum of squares of Z'Z is that of ZZ', and
||A'B||^2 = <AA', BB'>, so N x N Gram matrices suffice; the diagonal is computed on its own. Where D is
the smaller, the D x D matrix is formed. Values and gradients are the same either way.

Everything is computed in float32 (float64 for float64 input), also under autocast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor


def _off_diagonal_squares(a: Tensor, b: Tensor) -> Tensor:
    """Sum of the squares off the diagonal of a'b, for a and b of shape (N, D)."""
    n, width = a.shape
    grams = 1 if a is b else 2
    if width > grams * n:
        gram_a = a @ a.T
        gram_b = gram_a if a is b else b @ b.T
        return (gram_a * gram_b).sum() - (a * b).sum(0).square().sum()
    product = a.T @ b
    return (product - product.diagonal().diag_embed()).square().sum()


def _in_full_precision(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    if a.dtype in (torch.float16, torch.bfloat16):
        return a.float(), b.float()
    return a, b


def _variance_hinge(z: Tensor, eps: float) -> Tensor:
    """Mean over features of how much the standard deviation (n - 1 in the divisor) lacks of 1."""
    return F.relu(1 - (z.var(0) + eps).sqrt()).mean()


@dataclass(frozen=True)
class BarlowTwins:
    """Redundancy reduction: Zbontar et al. (ICML 2021), equations 1 and 2, divided by the width.

    The projections are standardised along the batch as by a BatchNorm without scale and shift: biased
    variance (n in the divisor) plus `eps`, as in the authors' code; the cross-correlation is divided by n.

    Attributes:
        lambda_: Weight of the off-diagonal squares.
        eps: Added to the variance.
    """

    lambda_: float = 0.005
    eps: float = 1e-5
    whiten: ClassVar[bool] = False  # whether the projector is to end in iterative normalisation

    def __call__(self, a: Tensor, b: Tensor) -> Tensor:
        """Loss, a scalar, of the projections of two views, (N, D) each."""
        with torch.autocast(a.device.type, enabled=False):
            views = _in_full_precision(a, b)
            a, b = (F.batch_norm(z, None, None, training=True, eps=self.eps) for z in views)
            n, width = a.shape
            diagonal = (a * b).sum(0) / n
            off_diagonal = _off_diagonal_squares(a, b) / n**2
            return ((diagonal - 1).square().sum() + self.lambda_ * off_diagonal) / width


@dataclass(frozen=True)
class VICReg:
    """Variance-invariance-covariance: Bardes, Ponce and LeCun (ICLR 2022), equations 1 to 6.

    Variance and covariance have n - 1 in the divisor and are summed over the two views.

    Attributes:
        invariance: Weight of the mean squared difference of the views.
        variance: Weight of the hinge that keeps each feature's standard deviation at 1.
        covariance: Weight of the off-diagonal squares of the covariance, divided by the width.
        eps: Added to the variance under the root.
        weight: Weight of the whole.
    """

    invariance: float = 25.0
    variance: float = 25.0
    covariance: float = 1.0
    eps: float = 1e-4
    weight: float = 0.01
    whiten: ClassVar[bool] = False

    def __call__(self, a: Tensor, b: Tensor) -> Tensor:
        """Loss, a scalar, of the projections of two views, (N, D) each."""
        with torch.autocast(a.device.type, enabled=False):
            a, b = _in_full_precision(a, b)
            invariance = F.mse_loss(a, b)
            variance = _variance_hinge(a, self.eps) + _variance_hinge(b, self.eps)
            covariance = self._covariance(a) + self._covariance(b)
            total = self.invariance * invariance + self.variance * variance + self.covariance * covariance
            return self.weight * total

    def _covariance(self, z: Tensor) -> Tensor:
        n, width = z.shape
        centred = z - z.mean(0)
        return _off_diagonal_squares(centred, centred) / ((n - 1) ** 2 * width)


@dataclass(frozen=True)
class VIbCReg(VICReg):
    """VICReg with a better covariance term: Lee and Aune (arXiv 2109.00783), section 3.

    The covariance is that of features centred and scaled to unit length along the batch, so it is a
    correlation, and its off-diagonal squares are averaged over all D^2 entries. The projector is to end
    in iterative normalisation.
    """

    covariance: float = 100.0
    whiten: ClassVar[bool] = True

    def _covariance(self, z: Tensor) -> Tensor:
        unit = F.normalize(z - z.mean(0), dim=0)
        return _off_diagonal_squares(unit, unit) / z.shape[1] ** 2


Regularizer = BarlowTwins | VICReg | VIbCReg

REGULARIZERS: dict[str, Callable[[], Regularizer]] = {
    "barlow": BarlowTwins,
    "vicreg": VICReg,
    "vibcreg": VIbCReg,
}
"""The regularisers by name: each entry builds one with the protocol's weights."""
