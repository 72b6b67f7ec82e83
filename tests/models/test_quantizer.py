"""The quantiser against a loop in numpy, and what it leaves alone."""

import numpy as np
import pytest
import torch

from ucrbench.models.config import Codebook
from ucrbench.models.quantizer import Quantizer


def latents(seed: int, n: int = 6) -> torch.Tensor:
    return torch.randn(n, 4, 5, 3, generator=torch.Generator().manual_seed(seed))


def nearest(flat: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return np.array([np.argmin([np.sum((z - code) ** 2) for code in codes]) for z in flat])


def test_moving_averages_follow_a_loop_in_numpy():
    torch.manual_seed(0)
    config = Codebook(codes=7, decay=0.8, smoothing=1e-3)
    quantizer = Quantizer(config, dim=4).train()
    codes = quantizer.codes.double().numpy().copy()
    counts, sums = np.ones(7), codes.copy()
    for step in range(5):
        z = latents(step)
        quantised, tokens, _ = quantizer(z)
        flat = z.permute(0, 2, 3, 1).reshape(-1, 4).double().numpy()
        chosen = nearest(flat, codes)
        assert (tokens.flatten().numpy() == chosen).all()
        np.testing.assert_allclose(
            quantised.detach().permute(0, 2, 3, 1).reshape(-1, 4).numpy(), codes[chosen], rtol=1e-5, atol=1e-6
        )
        for k in range(7):
            mine = flat[chosen == k]
            counts[k] = 0.8 * counts[k] + 0.2 * len(mine)
            sums[k] = 0.8 * sums[k] + 0.2 * mine.sum(0)
        for k in range(7):
            smoothed = (counts[k] + 1e-3) / (counts.sum() + 7 * 1e-3) * counts.sum()
            codes[k] = sums[k] / smoothed
        np.testing.assert_allclose(quantizer.codes.numpy(), codes, rtol=1e-4, atol=1e-5)


def test_gradient_codebook_has_the_two_terms_of_equation_17():
    torch.manual_seed(0)
    quantizer = Quantizer(Codebook(codes=5, update="gradient"), dim=4).train()
    z = latents(1).requires_grad_()
    _, tokens, loss = quantizer(z)
    loss.backward()
    flat = z.detach().permute(0, 2, 3, 1).reshape(-1, 4)
    difference = quantizer.codes.detach()[tokens.flatten()] - flat
    assert loss.item() == pytest.approx(1.25 * (difference**2).mean().item(), rel=1e-5)
    expected = torch.zeros(5, 4).index_add(0, tokens.flatten(), 2 * difference / difference.numel())
    torch.testing.assert_close(quantizer.codes.grad, expected)
    torch.testing.assert_close(
        z.grad.permute(0, 2, 3, 1).reshape(-1, 4), -0.25 * 2 * difference / difference.numel(), rtol=1e-4, atol=1e-7
    )


def test_gradient_passes_straight_through():
    quantizer = Quantizer(Codebook(codes=5, commitment=0.0), dim=4).eval()
    z = latents(2).requires_grad_()
    weight = torch.randn_like(z)
    quantised, _, _ = quantizer(z)
    (quantised * weight).sum().backward()
    torch.testing.assert_close(z.grad, weight)


@pytest.mark.parametrize("update", ["ema", "gradient"])
def test_evaluation_moves_nothing(update):
    quantizer = Quantizer(Codebook(codes=5, update=update), dim=4).eval()
    before = {name: value.clone() for name, value in quantizer.state_dict().items()}
    quantizer(latents(3))
    assert all(torch.equal(before[name], value) for name, value in quantizer.state_dict().items())


def test_decoded_tokens_are_the_codes():
    quantizer = Quantizer(Codebook(codes=5), dim=4).eval()
    quantised, tokens, _ = quantizer(latents(4))
    torch.testing.assert_close(quantizer.decode(tokens), quantised)


def test_kmeans_start_puts_codes_on_well_separated_clusters():
    quantizer = Quantizer(Codebook(codes=3), dim=4)
    centres = torch.tensor([[10.0, 0, 0, 0], [0, 10, 0, 0], [0, 0, 10, 0]])
    z = (centres[torch.arange(300) % 3] + 0.01 * torch.randn(300, 4)).view(20, 5, 3, 4).permute(0, 3, 1, 2)
    quantizer.start_from(z, seed=0)
    found = quantizer.codes[quantizer.codes.argmax(1).argsort()]
    torch.testing.assert_close(found, centres, atol=0.05, rtol=0)


def test_a_code_that_is_never_used_shrinks_to_zero_within_150_steps():
    torch.manual_seed(0)
    quantizer = Quantizer(Codebook(codes=2), dim=4).train()
    quantizer.codes[:] = quantizer.sums[:] = torch.tensor([[30.0] * 4, [9.0] * 4])
    for step in range(1, 151):
        quantizer(30 + latents(5))
        if step == 50:
            torch.testing.assert_close(quantizer.codes[1], torch.full((4,), 9.0), rtol=0.01, atol=0)
    assert quantizer.codes[1].abs().max() < 0.5
    # Its sum has decayed by 0.9 a step, its smoothed count no further than the constant of Laplace's smoothing.
    count, total = 0.9**150, float(quantizer.counts.sum())
    smoothed = (count + 1e-5) / (total + 2e-5) * total
    torch.testing.assert_close(quantizer.codes[1], torch.full((4,), 9 * 0.9**150 / smoothed), rtol=1e-3, atol=0)


def test_dead_codes_restart_at_latents_of_the_batch():
    torch.manual_seed(0)
    quantizer = Quantizer(Codebook(codes=4, restart_below=0.5), dim=4).train()
    quantizer.codes[:] = quantizer.sums[:] = torch.full((4, 4), 100.0)
    quantizer.codes[0] = quantizer.sums[0] = 0
    for _ in range(20):
        quantizer(latents(5))
    assert quantizer.codes.abs().max() < 10
