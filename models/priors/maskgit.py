"""The prior over tokens: a bidirectional transformer trained on masked tokens (MaskGIT, Chang et al. 2022)."""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..autoencoders import VQAutoEncoder
from ..config import Config, Prior, Training
from ..training.cuda_graph import Replayed
from ..training.loop import Trainable
from ..training.precision import inference_batch
from ..training.trainer import Trainer
from .protocol import LatentPrior

SAMPLE_BATCH = 1024  # it decides which noise a sample gets


class Block(nn.Module):
    """Pre-norm transformer block: self-attention and a GELU feed-forward, each behind an RMSNorm."""

    def __init__(self, config: Prior) -> None:
        super().__init__()
        width, attended, inner = config.width, config.heads * config.head_width, config.width * config.feed_forward
        self.heads = config.heads
        self.norm = nn.RMSNorm(width)
        self.qkv = nn.Linear(width, 3 * attended, bias=False)
        self.merge = nn.Linear(attended, width, bias=False)
        self.feed = nn.Sequential(nn.RMSNorm(width), nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width))

    def forward(self, h: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm(h)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        h = h + self.merge(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return h + self.feed(h)


class MaskGIT(Trainable):
    """Predict all tokens of a latent from the unmasked ones and a class (as in TimeVQVAE, arXiv 2303.04743).

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
        self.norm_out = nn.RMSNorm(config.width)
        self.project_out = nn.Linear(config.width, dim, bias=False)
        self.head = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.LayerNorm(dim))
        self.output = nn.Linear(dim, n_codes) if not tied else None
        self.bias = nn.Parameter(torch.zeros(positions, n_codes)) if tied else None

    def forward(self, tokens: Tensor, masked: Tensor, y: Tensor) -> Tensor:
        """Return logits (N, T, K) of tokens (N, T), those `masked` (N, T) bool hidden, given classes y (N,)."""
        embedded = torch.where(masked[..., None], self.mask_embedding, F.embedding(tokens, self.embedding))
        sequence = torch.cat([self.condition(y)[:, None], self.norm_in(embedded + self.position)], 1)
        hidden = self.project_in(sequence) + self.inner_position * self.config.width**-0.5
        hidden = self.head(self.project_out(self.norm_out(self.blocks(hidden)))[:, 1:])
        if self.output is not None:
            return self.output(hidden).float()
        return (hidden @ self.embedding.T + self.bias).float()

    def loss(self, logits: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Return the cross-entropy over all positions, in nats.

        Args:
            logits: (N, T, K), negative squared distances of the latents to the codes over the token temperature;
                tokens are drawn from their softmax anew in every step.
            y: (N,) classes int64.
        """
        tokens, masked, shown = self.draw(logits, y)
        return {"loss": F.cross_entropy(self(tokens, masked, shown).flatten(0, 1), tokens.flatten())}

    def draw(self, logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Draw tokens (N, T), their mask (N, T) bool with one share for the whole batch, and the classes shown (N,)."""
        tokens = sample_categorical(logits)
        share = torch.cos(0.5 * torch.pi * torch.rand((), device=tokens.device))
        chosen = torch.floor(share * self.n_positions)
        order = torch.rand(tokens.shape, device=tokens.device).argsort(-1).argsort(-1)
        masked = order < chosen if self.config.masked_share == "cosine" else order >= chosen
        drop = torch.rand(y.shape, device=y.device) < self.config.condition_drop
        return tokens, masked, torch.where(drop, self.n_classes, y)

    def example(self, n: int) -> tuple[Tensor, ...]:
        """Return what `loss` takes for n series, with values of no meaning, for counting its work."""
        return torch.empty(n, self.n_positions, len(self.embedding)), torch.zeros(n, dtype=torch.long)


class Sampler:
    """Draw the tokens of n latents at once from a transformer (section 3.2 of the paper).

    All positions are masked at first. A step draws every masked token, adds Gumbel noise at the falling choice
    temperature to their log-probability and masks the least sure again, as many as the cosine schedule says. All that
    changes lies on the device, so that steps can be replayed as a CUDA graph.

    Args:
        prior: predicts the tokens of a latent from the unmasked ones.
        n: number of latents.
        guidance: weight of the conditional logits against the unconditional ones; 1 for none.
        draws: number of draws to come.
    """

    def __init__(self, prior: MaskGIT, n: int, guidance: float = 1.0, draws: int = 1) -> None:
        device, config = prior.embedding.device, prior.config
        self.prior, self.guidance, self.steps = prior, guidance, config.sampling_steps
        self.none = torch.full((n,), prior.n_classes, device=device)
        self.y = self.none.clone()
        self.tokens = torch.zeros(n, prior.n_positions, dtype=torch.long, device=device)
        self.masked = torch.ones_like(self.tokens, dtype=torch.bool)
        progress = [step / self.steps for step in range(1, self.steps + 1)]
        temperatures = [config.choice_temperature * (1 - share) for share in progress]
        left = [math.floor(math.cos(0.5 * math.pi * share) * prior.n_positions + 1e-9) for share in progress]
        self.temperatures, self.left = torch.tensor(temperatures, device=device), torch.tensor(left, device=device)
        self.number = torch.zeros(1, dtype=torch.long, device=device)
        self.part = inference_batch(device)
        self.run = Replayed(self._step, device, draws * self.steps, "sampling")

    @torch.no_grad()
    def draw(self, y: Tensor | None = None) -> Tensor:
        """Return tokens (n, T) int64 of latents of classes y (n,) int64, or unconditional."""
        self.y.copy_(self.none if y is None else y)
        self.tokens.zero_()
        self.masked.fill_(True)
        self.number.zero_()
        for _ in range(self.steps):
            self.run()
        return self.tokens.clone()

    def _step(self) -> None:
        logits = self._logits(self.y)
        if self.guidance != 1:
            unguided = self._logits(self.none)
            logits = unguided + self.guidance * (logits - unguided)
        drawn = sample_categorical(logits)
        self.tokens.copy_(torch.where(self.masked, drawn, self.tokens))
        sureness = logits.log_softmax(-1).gather(-1, drawn[..., None])[..., 0]
        noise = self.temperatures.index_select(0, self.number) * gumbel(sureness)
        sureness = torch.where(self.masked, sureness + noise, torch.inf)
        left = self.left.index_select(0, self.number)
        self.masked.logical_and_(sureness.argsort(-1).argsort(-1) < left)
        self.number.add_(1)

    def _logits(self, y: Tensor) -> Tensor:
        parts = zip(self.tokens.split(self.part), self.masked.split(self.part), y.split(self.part), strict=True)
        return torch.cat([self.prior(*part) for part in parts])


def gumbel(like: Tensor) -> Tensor:
    """Return standard Gumbel noise of a tensor's shape."""
    return -torch.empty_like(like).exponential_().log()


def sample_categorical(logits: Tensor) -> Tensor:
    """Return one draw (...) int64 from the softmax of logits (..., K), by the Gumbel-max trick."""
    return (logits + gumbel(logits)).argmax(-1)


class MaskGITPrior(LatentPrior):
    """MaskGIT on the tokens of a VQVAE; the transformer's output is tied to its token embedding."""

    sections: ClassVar[tuple[str, ...]] = ("prior",)
    tied: ClassVar[bool] = True

    def __init__(self, autoencoder: VQAutoEncoder, trainer: Trainer) -> None:
        self.autoencoder, self.trainer = autoencoder, trainer

    def fit(self, z: np.ndarray, y: np.ndarray | None) -> None:
        trainer, config, device = self.trainer, self.trainer.config.prior, self.trainer.torch_device
        classes = 0 if y is None else int(y.max()) + 1
        with trainer.seeded(2):
            self.network = self._network(self.autoencoder, config, classes).to(device)
            logits = torch.as_tensor(trainer.map(z, self.token_logits), device=device)
            labels = torch.zeros(len(z), dtype=torch.long) if y is None else torch.as_tensor(y)
            trainer.train("prior", self.network, (logits, labels.to(device)), config.training)

    def sample(self, n: int, y: np.ndarray | None) -> Iterator[Tensor]:
        network, device, captured = self.network, self.trainer.torch_device, False
        guidance = 1.0 if y is None else network.config.guidance
        labels = torch.full((n,), network.n_classes) if y is None else torch.as_tensor(y)
        for size, alike in groupby(labels.to(device).split(SAMPLE_BATCH), len):
            batches = list(alike)
            sampler = Sampler(network, size, guidance, len(batches))
            for classes in batches:
                tokens = sampler.draw(classes).unflatten(1, self.autoencoder.encoder.latent_shape[1:])
                yield self.autoencoder.quantizer.decode(tokens)
            captured |= sampler.run.captured
        if device.type == "cuda":
            self.trainer.captured["sampling"] = captured

    def networks(self) -> dict[str, nn.Module]:
        return {"prior": self.network}

    @classmethod
    def work(cls, autoencoder: VQAutoEncoder, config: Config) -> tuple[Trainable, Training, int]:
        return cls._network(autoencoder, config.prior, 1), config.prior.training, config.prior.sampling_steps

    @classmethod
    def _network(cls, autoencoder: VQAutoEncoder, config: Prior, classes: int) -> MaskGIT:
        _, height, width = autoencoder.encoder.latent_shape
        return MaskGIT(autoencoder.quantizer.codes, height * width, classes, config, cls.tied)

    def token_logits(self, z: Tensor) -> Tensor:
        """Return logits (N, T, K): negative squared distances to the codes over the token temperature."""
        latents = z.movedim(1, -1).flatten(1, 2).float()
        return -self.autoencoder.quantizer.distances(latents) / self.trainer.config.prior.token_temperature


class UntiedMaskGITPrior(MaskGITPrior):
    """MaskGIT whose transformer has a linear output of its own, as the SSL variants have it."""

    tied = False
