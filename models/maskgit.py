"""The prior over tokens: a bidirectional transformer trained on masked tokens (MaskGIT, Chang et al. 2022)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import Prior
from .layers.attention import attention
from .layers.rms import NormedLinear
from .sampling import Sampler, sample_categorical


class MaskGIT(nn.Module):
    """Predicts all tokens of a latent from the unmasked ones and a class (as in TimeVQVAE, arXiv 2303.04743).

    Tokens and positions are as wide as a code and normalised together; the class token joins them unnormalised. All are
    projected into the blocks, where a second table of positions is added that counts the class token, and out of them.

    Args:
        codes: the stage-1 codebook (K, C); the token embedding starts there and is trained on.
        positions: T, tokens of a latent.
        classes: number of classes; 0 for a prior without conditions.
        config: widths, depth, temperatures.
        tied: whether the output is tied to the embedding, with a bias per position (plain VQVAE), or a linear layer
            of its own (the SSL variants).
    """

    def __init__(self, codes: Tensor, positions: int, classes: int, config: Prior, tied: bool) -> None:
        super().__init__()
        n_codes, dim = codes.shape
        self.config, self.n_positions, self.n_classes = config, positions, classes
        self.embedding = nn.Parameter(codes.detach().clone().float())
        self.mask_embedding = nn.Parameter(torch.randn(dim))
        self.position = nn.Parameter(torch.randn(positions, dim))
        self.condition = nn.Embedding(classes + 1, dim)  # the last row stands for "no class"
        self.norm_in = nn.LayerNorm(dim)
        self.project_in = nn.Linear(dim, config.width, bias=False)
        self.inner_position = nn.Parameter(torch.randn(1 + positions, config.width))
        self.blocks = nn.Sequential(*(Block(config) for _ in range(config.layers)))
        self.project_out = NormedLinear(config.width, dim, bias=False)
        self.head = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.LayerNorm(dim))
        self.output = nn.Linear(dim, n_codes) if not tied else None
        self.bias = nn.Parameter(torch.zeros(positions, n_codes)) if tied else None

    def forward(self, tokens: Tensor, masked: Tensor, y: Tensor) -> Tensor:
        """Logits (N, T, K) of tokens (N, T), of which those `masked` (N, T) bool are hidden, given classes y (N,)."""
        embedded = torch.where(masked[..., None], self.mask_embedding, F.embedding(tokens, self.embedding))
        sequence = torch.cat([self.condition(y)[:, None], self.norm_in(embedded + self.position)], 1)
        hidden = self.project_in(sequence) + self.inner_position * self.config.width**-0.5
        hidden = self.head(self.project_out(self.blocks(hidden))[:, 1:])
        if self.output is not None:
            return self.output(hidden).float()
        return (hidden @ self.embedding.T + self.bias).float()

    def loss(self, logits: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Cross-entropy over all positions, in nats.

        Args:
            logits: (N, T, K), negative squared distances of the latents to the codes over the token temperature;
                tokens are drawn from their softmax anew in every step.
            y: (N,) classes int64.
        """
        return self.loss_given(*self.draw(logits, y))

    def draw(self, logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Draw tokens (N, T), their mask (N, T) bool with one share for the whole batch, and the classes shown (N,)."""
        tokens = sample_categorical(logits)
        share = torch.cos(0.5 * torch.pi * torch.rand((), device=tokens.device))
        chosen = torch.floor(share * self.n_positions)
        order = torch.rand(tokens.shape, device=tokens.device).argsort(-1).argsort(-1)
        masked = order < chosen if self.config.masked_share == "cosine" else order >= chosen
        drop = torch.rand(y.shape, device=y.device) < self.config.condition_drop
        return tokens, masked, torch.where(drop, self.n_classes, y)

    def loss_given(self, tokens: Tensor, masked: Tensor, shown: Tensor) -> dict[str, Tensor]:
        """The loss of what `draw` gives, or of some rows of it."""
        return {"loss": F.cross_entropy(self(tokens, masked, shown).flatten(0, 1), tokens.flatten())}

    def sample(self, n: int, y: Tensor | None = None) -> Tensor:
        """Draw a batch of tokens (n, T) int64, of classes y (n,) int64 or unconditional; see `Sampler`."""
        return next(Sampler(self, n).draw(n, y))


class Block(nn.Module):
    """Pre-norm transformer block: self-attention and a GELU feed-forward, each behind an RMSNorm."""

    def __init__(self, config: Prior) -> None:
        super().__init__()
        width, attended, inner = config.width, config.heads * config.head_width, config.width * config.feed_forward
        self.heads = config.heads
        self.qkv = NormedLinear(width, 3 * attended, bias=False)
        self.merge = nn.Linear(attended, width, bias=False)
        self.feed = nn.Sequential(NormedLinear(width, inner), nn.GELU(), nn.Linear(inner, width))

    def forward(self, h: Tensor) -> Tensor:
        h = h + self.merge(attention(self.qkv(h), self.heads))
        return h + self.feed(h)
