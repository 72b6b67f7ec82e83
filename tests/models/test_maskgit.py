"""The prior: what it trains on and what it draws."""

from itertools import pairwise

import pytest
import torch

from ucrbench.models.config import Prior, Training
from ucrbench.models.priors.maskgit import MaskGIT, Sampler, sample_categorical
from ucrbench.models.training.loop import train

SMALL = Prior(width=32, layers=1, training=Training(batch=32, max_steps=150, lr=3e-3))


def two_patterns() -> tuple[torch.Tensor, torch.Tensor]:
    """Logits of 64 latents of 6 tokens: class 0 has tokens 0 1 2 3 4 5, class 1 has 5 4 3 2 1 0."""
    y = torch.arange(64) % 2
    tokens = torch.where(y[:, None] == 0, torch.arange(6), torch.arange(6).flip(0))
    return 50 * torch.nn.functional.one_hot(tokens, 8).float(), y


@pytest.mark.parametrize("tied", [True, False])
def test_learns_the_classes_and_honours_them(tied):
    torch.manual_seed(0)
    logits, y = two_patterns()
    prior = MaskGIT(torch.randn(8, 16), 6, 2, SMALL, tied)
    curve = train(prior, (logits, y), SMALL.training)["loss"]
    assert curve[-10:].mean() < 0.3 * curve[:10].mean()
    wanted = torch.arange(100) % 2
    drawn = Sampler(prior, 100).draw(wanted)
    expected = torch.where(wanted[:, None] == 0, torch.arange(6), torch.arange(6).flip(0))
    assert (drawn == expected).float().mean() > 0.9


@pytest.mark.parametrize("steps", [1, 3, 10, 40])
@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_no_masked_token_is_left(steps, guidance):
    torch.manual_seed(0)
    prior = MaskGIT(torch.randn(8, 16), 30, 3, Prior(width=16, layers=1, sampling_steps=steps, guidance=guidance), True)
    seen = []
    forward = prior.forward
    prior.forward = lambda tokens, masked, y: seen.append(masked.clone()) or forward(tokens, masked, y)
    drawn = Sampler(prior, 5, guidance).draw(torch.tensor([0, 1, 2, 0, 1]))
    assert drawn.shape == (5, 30)
    assert drawn.min() >= 0
    assert drawn.max() < 8
    assert seen[0].all()
    left = [mask.sum(1) for mask in seen]
    assert all((later <= earlier).all() for earlier, later in pairwise(left))


def test_kept_tokens_stay_as_they_were_drawn():
    torch.manual_seed(0)
    prior = MaskGIT(torch.randn(8, 16), 12, 0, Prior(width=16, layers=1, sampling_steps=4), True)
    seen = []
    forward = prior.forward
    prior.forward = lambda tokens, masked, y: (
        seen.append((tokens.clone(), masked.clone())) or forward(tokens, masked, y)
    )
    drawn = Sampler(prior, 7).draw()
    for tokens, masked in seen:
        assert torch.equal(tokens[~masked], drawn[~masked])


def test_masked_tokens_are_not_seen():
    prior = MaskGIT(torch.randn(8, 16), 6, 2, SMALL, True).eval()
    masked = torch.tensor([[True, False, True, False, False, True]])
    a, b = torch.tensor([[0, 1, 2, 3, 4, 5]]), torch.tensor([[7, 1, 6, 3, 4, 0]])
    y = torch.tensor([1])
    torch.testing.assert_close(prior(a, masked, y), prior(b, masked, y))


def test_the_transformer_sees_tokens_with_two_positions_each_and_a_class_that_counts_as_the_first():
    config = Prior(layers=1)
    prior = MaskGIT(torch.randn(8, 64), 6, 2, config, True)
    tokens, masked, y = torch.tensor([[3, 1, 4, 1, 5, 2]]), torch.zeros(1, 6, dtype=torch.bool), torch.tensor([1])
    masked[0, 2] = True
    seen = []
    prior.blocks.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    prior(tokens, masked, y)
    embedded = prior.embedding[tokens[0]].clone()
    embedded[2] = prior.mask_embedding
    embedded = torch.nn.functional.layer_norm(embedded + prior.position, (64,))
    sequence = torch.cat([prior.condition.weight[1:2], embedded]) @ prior.project_in.weight.T
    assert prior.inner_position.shape == (7, 256)
    torch.testing.assert_close(seen[0][0], sequence + prior.inner_position / 16)


def test_sizes_and_starts_are_those_of_the_protocol():
    torch.manual_seed(0)
    prior = MaskGIT(torch.randn(32, 64), 500, 500, Prior(), True)
    block = prior.blocks[0]
    assert len(prior.blocks) == 4
    assert block.heads == 2
    assert block.qkv.weight.shape == (3 * 2 * 64, 256)
    assert block.merge.weight.shape == (256, 2 * 64)
    assert prior.project_in.bias is None
    assert prior.project_out.bias is None
    for table in (prior.position, prior.inner_position, prior.condition.weight, prior.mask_embedding):
        assert table.std().item() == pytest.approx(1, abs=0.3 if table.ndim == 1 else 0.02)


@pytest.mark.parametrize(("masked_share", "mean"), [("cosine", 0.637), ("complement", 0.363)])
def test_the_masked_share_has_the_mean_of_its_schedule(masked_share, mean):
    """The mean of cos(pi u / 2) over u in [0, 1] is 2 / pi."""
    torch.manual_seed(0)
    prior = MaskGIT(torch.randn(4, 8), 1000, 1, Prior(width=8, layers=1, masked_share=masked_share), True)
    logits, y = torch.zeros(1, 1000, 4), torch.zeros(1, dtype=torch.long)
    shares = torch.stack([prior.draw(logits, y)[1].float().mean() for _ in range(2000)])
    assert shares.mean() == pytest.approx(mean, abs=0.02)
    assert shares.std() == pytest.approx(0.308, abs=0.02)  # the root of 1 / 2 - (2 / pi)^2


def test_of_few_positions_the_floor_of_the_share_is_masked(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *shape, **_: torch.full(shape[0] if shape[0] != () else (), 0.4))
    for masked_share, expected in (("cosine", 4), ("complement", 1)):  # cos(0.2 pi) = 0.809, of 5 positions 4.05
        prior = MaskGIT(torch.randn(4, 8), 5, 1, Prior(width=8, layers=1, masked_share=masked_share), True)
        _, masked, _ = prior.draw(torch.zeros(3, 5, 4), torch.zeros(3, dtype=torch.long))
        assert masked.sum(1).tolist() == [expected] * 3


def test_embedding_starts_at_the_codebook_and_the_codebook_stays():
    codes = torch.randn(8, 16)
    kept = codes.clone()
    prior = MaskGIT(codes, 6, 2, SMALL, False)
    assert torch.equal(prior.embedding, codes)
    train(prior, two_patterns(), Training(max_steps=3))
    assert torch.equal(codes, kept)
    assert not torch.equal(prior.embedding, codes)


def test_categorical_draws_follow_their_probabilities():
    torch.manual_seed(0)
    p = torch.tensor([0.5, 0.3, 0.15, 0.05])
    draws = sample_categorical(p.log().expand(20_000, 4))
    share = torch.bincount(draws, minlength=4) / 20_000
    torch.testing.assert_close(share, p, atol=0.015, rtol=0)
