"""MaskGIT's decoding: tokens drawn in parallel over a few steps, the surest kept (Chang et al. 2022, section 3.2)."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..training.cuda_graph import Replayed
from ..training.precision import inference_batch

if TYPE_CHECKING:
    from .maskgit import MaskGIT


class Sampler:
    """Draw tokens from a transformer, batch by batch.

    All positions are masked at first. A step draws every masked token, adds Gumbel noise at the falling choice
    temperature to their log-probability and masks the least sure again, as many as the cosine schedule says.

    Args:
        prior: predicts the tokens of a latent from the unmasked ones.
        batch: most latents at once.

    Attributes:
        captured: whether steps were replayed as a CUDA graph.
    """

    def __init__(self, prior: "MaskGIT", batch: int) -> None:
        self.prior, self.batch, self.captured = prior, batch, False

    @torch.no_grad()
    def draw(self, n: int, y: Tensor | None = None) -> Iterator[Tensor]:
        """Give tokens (at most `batch`, T) int64 of n latents in all, of classes y (n,) int64 or unconditional."""
        steps, device = self.prior.config.sampling_steps, self.prior.embedding.device
        whole, rest = divmod(n, self.batch)
        start = 0
        for size, times in ((self.batch, whole), (rest, int(rest > 0))):
            step = _Step(self.prior, size, y is not None)
            run = Replayed(step, device, steps * times, "sampling")
            for _ in range(times):
                step.start(None if y is None else y[start : start + size])
                for _ in range(steps):
                    run()
                self.captured |= run.captured
                start += size
                yield step.tokens.clone()


class _Step:
    """A step of decoding as a function without arguments: the batch, and the step's number, lie on the device."""

    def __init__(self, prior: "MaskGIT", n: int, conditional: bool) -> None:
        device, config = prior.embedding.device, prior.config
        self.prior, self.guidance = prior, config.guidance if conditional else 1.0
        self.none = torch.full((n,), prior.n_classes, device=device)
        self.y = self.none.clone()
        self.tokens = torch.zeros(n, prior.n_positions, dtype=torch.long, device=device)
        self.masked = torch.ones_like(self.tokens, dtype=torch.bool)
        progress = [step / config.sampling_steps for step in range(1, config.sampling_steps + 1)]
        temperatures = [config.choice_temperature * (1 - share) for share in progress]
        left = [math.floor(math.cos(0.5 * math.pi * share) * prior.n_positions + 1e-9) for share in progress]
        self.temperatures, self.left = torch.tensor(temperatures, device=device), torch.tensor(left, device=device)
        self.number = torch.zeros(1, dtype=torch.long, device=device)
        self.part = inference_batch(device)

    def start(self, y: Tensor | None) -> None:
        """Mask everything, for a batch of classes y (n,) or none."""
        self.y.copy_(self.none if y is None else y)
        self.tokens.zero_()
        self.masked.fill_(True)
        self.number.zero_()

    def __call__(self) -> None:
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
