"""The vector quantiser, with both ways to move its codes (van den Oord et al. 2017, eq. 3 and appendix A.1)."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import Codebook
from .training.precision import without_autocast


class Quantizer(nn.Module):
    """Nearest code, of `dim` features, by Euclidean distance, with a straight-through gradient.

    Codes move while the module is in training mode, and never otherwise. `ema`: moving sums and counts of the
    latents assigned to each code, counts smoothed after Laplace. A code starts as if one latent had been seen in
    its place. `gradient`: the codes are parameters, moved by the thesis's eq. 17.
    """

    def __init__(self, config: Codebook, dim: int) -> None:
        super().__init__()
        self.config = config
        codes = torch.randn(config.codes, dim)
        if config.update == "ema":
            self.codes = nn.Buffer(codes)
            self.counts = nn.Buffer(torch.ones(config.codes))
            self.sums = nn.Buffer(codes.clone())
        else:
            self.codes = nn.Parameter(codes)
        default = 1.0 if config.update == "ema" else 0.25
        self.commitment = default if config.commitment is None else config.commitment

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Quantise latents (N, C, H, W).

        Returns:
            The quantised latents (N, C, H, W) with the straight-through gradient, their tokens (N, H, W) int64, and
            the scalar loss: commitment, plus the codebook's own term where codes move by gradient.
        """
        with without_autocast(z):
            latents = z.float().movedim(1, -1)
            tokens = self.distances(latents).argmin(-1)
            quantised = F.embedding(tokens, self.codes)
            loss = self.commitment * F.mse_loss(latents, quantised.detach())
            if self.config.update == "gradient":
                loss = loss + F.mse_loss(quantised, latents.detach())
            elif self.training:
                self._move(latents.detach().flatten(0, -2), tokens.flatten())
            # Codes to the bit, so that equal tokens are equal and share the gradient of their maximum in `pool`.
            straight_through = quantised.detach() + (latents - latents.detach())
            return straight_through.movedim(-1, 1), tokens, loss

    def distances(self, latents: Tensor) -> Tensor:
        """Return squared distances (..., K) of latents (..., C) to the codes, up to a term equal for all codes."""
        return (self.codes**2).sum(-1) - 2 * latents @ self.codes.T

    def decode(self, tokens: Tensor) -> Tensor:
        """Return the codes (N, C, H, W) of tokens (N, H, W)."""
        return F.embedding(tokens, self.codes).movedim(-1, 1)

    @torch.no_grad()
    def start_from(self, z: Tensor, seed: int) -> None:
        """Start the codes at the k-means centres of latents (N, C, H, W); fewer latents than codes leave the rest."""
        latents = z.movedim(1, -1).flatten(0, -2).float().cpu().numpy()
        distinct = len(np.unique(latents, axis=0))
        from sklearn.cluster import KMeans  # here, since it takes a second

        centres = KMeans(min(self.config.codes, distinct), random_state=seed).fit(latents).cluster_centers_
        self.codes[: len(centres)] = torch.as_tensor(centres, dtype=self.codes.dtype, device=self.codes.device)
        if self.config.update == "ema":
            self.sums.copy_(self.codes)

    @torch.no_grad()
    def _move(self, latents: Tensor, tokens: Tensor) -> None:
        """Step the moving averages by latents (M, C) and their tokens (M,)."""
        config = self.config
        # One-hot by comparison: F.one_hot looks at its argument on the host.
        assigned = (tokens[:, None] == torch.arange(config.codes, device=tokens.device)).to(latents.dtype)
        self.counts.lerp_(assigned.sum(0), 1 - config.decay)
        self.sums.lerp_(assigned.T @ latents, 1 - config.decay)
        if config.restart_below > 0:
            dead = self.counts < config.restart_below
            fresh = latents[torch.randint(len(latents), (config.codes,), device=latents.device)]
            self.counts.copy_(torch.where(dead, 1.0, self.counts))
            self.sums.copy_(torch.where(dead[:, None], fresh, self.sums))
        total = self.counts.sum()
        smoothed = (self.counts + config.smoothing) / (total + config.codes * config.smoothing) * total
        self.codes.copy_(self.sums / smoothed[:, None])
