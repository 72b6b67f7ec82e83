"""Decoding keeps its state on the device, and draws what a plain loop over steps draws."""

import math

import pytest
import torch

from ucrbench.models.config import Prior
from ucrbench.models.priors.maskgit import MaskGIT, Sampler, gumbel, sample_categorical


def plainly(prior: MaskGIT, n: int, y: torch.Tensor | None) -> torch.Tensor:
    """The same decoding with all that depends on the step as numbers of the host."""
    config, none = prior.config, torch.full((n,), prior.n_classes)
    tokens = torch.zeros(n, prior.n_positions, dtype=torch.long)
    masked = torch.ones_like(tokens, dtype=torch.bool)
    for step in range(1, config.sampling_steps + 1):
        logits = prior(tokens, masked, none if y is None else y)
        if y is not None and config.guidance != 1:
            unguided = prior(tokens, masked, none)
            logits = unguided + config.guidance * (logits - unguided)
        drawn = sample_categorical(logits)
        tokens = torch.where(masked, drawn, tokens)
        sureness = logits.log_softmax(-1).gather(-1, drawn[..., None])[..., 0]
        progress = step / config.sampling_steps
        noise = config.choice_temperature * (1 - progress) * gumbel(sureness)
        sureness = torch.where(masked, sureness + noise, torch.inf)
        left = math.floor(math.cos(0.5 * math.pi * progress) * prior.n_positions + 1e-9)
        masked = masked & (sureness.argsort(-1).argsort(-1) < left)
    return tokens


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize(("guidance", "steps"), [(1.0, 10), (2.5, 7)])
@torch.no_grad()
def test_draws_what_a_plain_loop_draws_bit_for_bit(conditional, guidance, steps):
    torch.manual_seed(0)
    prior = MaskGIT(
        torch.randn(8, 16), 30, 3, Prior(width=16, layers=1, sampling_steps=steps, guidance=guidance), True
    ).eval()
    given = (torch.arange(8) % 3).split(4) if conditional else [None] * 2
    torch.manual_seed(1)
    expected = [plainly(prior, 4, y) for y in given]
    after = torch.rand(3)
    torch.manual_seed(1)
    sampler = Sampler(prior, 4, guidance if conditional else 1.0, draws=2)
    parts = [sampler.draw(y) for y in given]
    assert torch.equal(torch.cat(parts), torch.cat(expected))
    assert torch.equal(torch.rand(3), after)
    assert not torch.equal(parts[0], parts[1])
