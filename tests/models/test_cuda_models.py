"""On a CUDA device captured work does what eager work does."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from test_latent_model import TINY

from ucrbench.models.config import Prior, Training
from ucrbench.models.priors.maskgit import MaskGIT, Sampler
from ucrbench.models.training import cuda_graph, loop
from ucrbench.models.training.cuda_graph import Replayed
from ucrbench.models.variants import MAIN_VARIANTS, build

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]
BUDGET = Training(batch=8, max_steps=30)
SHORT = replace(TINY, training=BUDGET, prior=replace(TINY.prior, sampling_steps=10, training=BUDGET))
DEVICE = "cuda:0"


def _fit(name):
    rng = np.random.default_rng(0)
    return build(name, SHORT, seed=3, device=DEVICE).fit(
        rng.standard_normal((14, 1, 33)).astype(np.float32), np.arange(14) % 3
    )


@pytest.mark.parametrize("name", MAIN_VARIANTS)
def test_captured_training_goes_as_eager_training(name, monkeypatch):
    captured = _fit(name)
    assert captured.captured
    assert all(captured.captured.values())
    monkeypatch.setattr(cuda_graph, "WARM_UP", 10**6)  # never worth a capture
    eager = _fit(name)
    assert not any(eager.captured.values())
    for stage, curves in eager.curves.items():
        for key, values in curves.items():
            # The same random numbers; sums in another order, and TF32, let the runs part slowly.
            found = captured.curves[stage][key]
            np.testing.assert_allclose(found, values, rtol=0.1, atol=0.02, err_msg=f"{stage} {key}")


def test_random_numbers_of_replays_are_those_of_eager_calls():
    drawn = {}
    for calls in (40, 0):  # the latter is not worth a capture
        torch.cuda.manual_seed(5)
        out, number = torch.zeros(40, device=DEVICE), torch.zeros(1, dtype=torch.long, device=DEVICE)

        def draw(out=out, number=number):
            out.index_copy_(0, number, torch.rand(1, device=DEVICE))
            number.add_(1)

        run = Replayed(draw, out.device, calls, "drawing")
        for _ in range(40):
            run()
        assert run.captured == (calls > 0)
        drawn[calls] = out.cpu()
    assert torch.equal(drawn[40], drawn[0])
    assert drawn[40].unique().numel() == 40


@pytest.mark.parametrize("conditional", [False, True])
def test_captured_sampling_draws_new_tokens_of_the_same_distribution(conditional, monkeypatch):
    torch.manual_seed(0)
    prior = MaskGIT(torch.randn(8, 16), 12, 3, Prior(width=16, layers=1, guidance=2.0), True).to(DEVICE).eval()
    labels = (torch.arange(8000, device=DEVICE) % 3).split(2000) if conditional else [None] * 4
    guidance = 2.0 if conditional else 1.0
    sampler = Sampler(prior, 2000, guidance, draws=4)
    parts = [sampler.draw(y) for y in labels]
    assert sampler.run.captured
    assert not torch.equal(parts[0], parts[1])
    assert not torch.equal(parts[2], parts[3])
    monkeypatch.setattr(cuda_graph, "WARM_UP", 10**6)
    plain = Sampler(prior, 2000, guidance, draws=4)
    expected = torch.cat([plain.draw(y) for y in labels])
    assert not plain.run.captured
    shares = [torch.nn.functional.one_hot(tokens, 8).float().mean(0) for tokens in (torch.cat(parts), expected)]
    # Five standard errors of the difference of two shares of 8000.
    torch.testing.assert_close(shares[0], shares[1], rtol=0, atol=5 * (2 * 0.25 / 8000) ** 0.5)


def test_training_allows_tf32(monkeypatch):
    seen = []
    step = loop._Step.__call__

    def noted(self):
        seen.append(_matmul_tf32())
        step(self)

    monkeypatch.setattr(loop._Step, "__call__", noted)
    before = _matmul_tf32()
    _fit("ae")
    assert seen
    assert all(seen)
    assert _matmul_tf32() == before


def _matmul_tf32():
    matmul = torch.backends.cuda.matmul
    return matmul.fp32_precision == "tf32" if hasattr(matmul, "fp32_precision") else matmul.allow_tf32


@pytest.mark.parametrize("name", ["vae", "vqvae"])
def test_where_a_capture_fails_one_warning_comes_and_the_result_is_the_eager_one(name, monkeypatch):
    monkeypatch.setattr(cuda_graph, "WARM_UP", 10**6)
    eager = _fit(name)
    monkeypatch.setattr(cuda_graph, "WARM_UP", 3)
    step, calls = loop._Step.__call__, []

    def waits(self):
        step(self)
        calls.append(int(self.number) if torch.cuda.is_current_stream_capturing() else 0)

    monkeypatch.setattr(loop._Step, "__call__", waits)
    with pytest.warns(UserWarning, match="training runs step by step") as told:
        model = _fit(name)
    stages = list(model.captured)
    assert len([w for w in told if "step by step" in str(w.message)]) == len(stages)
    assert not any(model.captured.values())
    for stage in stages:
        for key, values in eager.curves[stage].items():
            np.testing.assert_allclose(model.curves[stage][key], values, rtol=0.1, atol=0.02)


def test_a_prior_is_captured():
    torch.manual_seed(0)
    prior = MaskGIT(torch.randn(8, 16), 12, 3, Prior(width=16, layers=1), True).to(DEVICE)
    logits, y = torch.randn(32, 12, 8, device=DEVICE), torch.arange(32, device=DEVICE) % 3
    curves = loop.train(prior, (logits, y), Training(batch=16, max_steps=30))
    assert curves.captured
    assert np.isfinite(curves["loss"]).all()
