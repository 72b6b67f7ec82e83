"""The stage-1 losses."""

import math
from dataclasses import replace

import pytest
import torch
from scipy.optimize import minimize_scalar
from torch.distributions import Normal
from torch.distributions import kl_divergence as torch_kl

from ucrbench.models import joint
from ucrbench.models.autoencoders import (
    AutoEncoder,
    OptimalVarianceVAE,
    SelfSupervisedVQ,
    VariationalAutoEncoder,
    VQAutoEncoder,
    kl_divergence,
)
from ucrbench.models.config import Codebook, Config, Network, SelfSupervision
from ucrbench.models.ssl import LOSSES, BarlowTwins
from ucrbench.models.views import VIEWS, Warp

SMALL = Config(network=Network(width=8), ssl=SelfSupervision(projector=64))


def test_kl_is_that_of_torch_distributions():
    mean, log_variance = torch.randn(6, 3, 5, 4), torch.randn(6, 3, 5, 4)
    expected = torch_kl(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum((1, 2, 3)).mean()
    torch.testing.assert_close(kl_divergence(mean, log_variance), expected)


@pytest.mark.parametrize("length", [24, 33])
def test_reconstruction_is_mse_in_time_plus_mse_of_the_spectrogram(length):
    model = AutoEncoder(length, SMALL).eval()
    x = torch.randn(4, 1, length)
    losses = model.loss(x)
    x_hat = model.decode(model.encode(x))
    u_hat = model.decoder.decode_spectrogram(model.encode(x))
    time = ((x_hat - x[..., : x_hat.shape[-1]]) ** 2).mean()
    spectrum = ((u_hat - model.encoder.spectrogram(x)) ** 2).mean()
    torch.testing.assert_close(losses["loss"], time + spectrum)


def test_vae_loss_is_half_the_squared_errors_plus_beta_kl_per_series():
    config = Config(network=Network(width=8))
    model = VariationalAutoEncoder(24, config).eval()
    model.beta = 3.0
    x = torch.randn(5, 1, 24)
    losses = model.loss(x)
    squares = losses["time"] * 24 + losses["spectrogram"] * (2 * 5 * 13)
    torch.testing.assert_close(losses["loss"], 0.5 * squares + 3 * losses["kl"])


def test_the_optimal_variance_is_what_a_search_finds():
    model = OptimalVarianceVAE(24, SMALL).eval()
    x = torch.randn(5, 1, 24)
    losses = {name: value.item() for name, value in model.loss(x).items()}
    values = 24 + 2 * 5 * 13
    squares = losses["time"] * 24 + losses["spectrogram"] * (values - 24)

    def nats(variance: float) -> float:
        # Of a Gaussian with this variance, in time and in the spectrogram, per series.
        return 0.5 * values * math.log(2 * math.pi * variance) + 0.5 * squares / variance

    found = minimize_scalar(nats, bounds=(1e-3, 10), method="bounded", options={"xatol": 1e-8})
    assert losses["variance"] == pytest.approx(found.x, rel=1e-4)
    assert losses["loss"] == pytest.approx(found.fun + losses["kl"], rel=1e-6)


def test_the_gradient_of_the_optimal_variance_is_that_of_the_log_of_the_error():
    torch.manual_seed(0)
    model = OptimalVarianceVAE(24, SMALL).eval()
    x = torch.randn(5, 1, 24)
    gradients = []
    for wanted in ("closed form", "log of the mean squared error"):
        model.zero_grad()
        torch.manual_seed(1)
        losses = model.loss(x)
        values = 24 + 2 * 5 * 13
        squares = losses["time"] * 24 + losses["spectrogram"] * (values - 24)
        loss = losses["loss"] if wanted == "closed form" else 0.5 * values * torch.log(squares / values) + losses["kl"]
        loss.backward()
        gradients.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-4, atol=1e-4)


def test_a_perfect_reconstruction_has_a_finite_loss():
    nats, curves = OptimalVarianceVAE(24, SMALL)._likelihood(torch.tensor(0.0), 100)
    assert torch.isfinite(nats)
    assert curves["variance"] == pytest.approx(math.exp(-12))


def test_vae_latents_are_posterior_means():
    model = VariationalAutoEncoder(24, SMALL).eval()
    x = torch.randn(5, 1, 24)
    assert torch.equal(model.encode(x), model.encode(x))


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("view", list(VIEWS))
def test_every_loss_and_view_reaches_encoder_decoder_and_projector(name, view):
    torch.manual_seed(0)
    config = replace(SMALL, ssl=SelfSupervision(views=view, projector=64))
    model = SelfSupervisedVQ(40, config, name).train()
    losses = model.loss(torch.randn(12, 1, 40))
    expected = losses["time"] + losses["spectrogram"] + losses["commitment"]
    expected = expected + 0.1 * losses["augmented"] + losses["ssl"]
    torch.testing.assert_close(losses["loss"], expected)
    losses["loss"].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("name", list(LOSSES))
def test_views_in_one_pass_are_views_one_after_the_other(name, monkeypatch):
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)  # nothing is computed in less than float64
    config = replace(SMALL, ssl=SelfSupervision(views="gauss", projector=64))
    found = []
    for one_pass in (True, False):
        monkeypatch.setattr(joint, "DEVICES", ("cpu",) if one_pass else ())
        torch.manual_seed(0)
        model = SelfSupervisedVQ(40, config, name).double().train()
        x = torch.randn(12, 1, 40, dtype=torch.float64)
        for _ in range(2):
            losses = model.loss(x)
        losses["loss"].backward()
        gradients = {f"gradient of {key}": p.grad for key, p in model.named_parameters()}
        found.append(losses | gradients | dict(model.named_buffers()))
    ours, expected = found
    assert ours.keys() == expected.keys()
    counts = [key for key in ours if key.endswith("num_batches_tracked") and "projector" not in key]
    assert counts
    assert all(ours[key] == 4 for key in counts)
    for key, value in expected.items():
        torch.testing.assert_close(ours[key], value, rtol=1e-8, atol=1e-10, msg=lambda text, key=key: f"{key}: {text}")
    assert not any("forward" in vars(module) for module in model.modules())


def test_a_plain_vqvae_has_no_self_supervised_loss():
    model = VQAutoEncoder(40, SMALL)
    assert set(model.loss(torch.randn(4, 1, 40))) == {"loss", "time", "spectrogram", "commitment"}


def test_constants_of_loss_and_view_are_settings():
    losses = replace(SMALL.losses, barlow=BarlowTwins(off_diagonal=0.5))
    views = replace(SMALL.views, warp=Warp(amplitude=0.0, shortest=1.0, longest=1.0))
    model = SelfSupervisedVQ(40, replace(SMALL, losses=losses, views=views), "barlow")
    assert model.ssl_loss.off_diagonal == 0.5
    x = torch.randn(3, 1, 40)
    torch.testing.assert_close(model.view(x), x)


def test_full_projector_has_the_protocols_size():
    model = SelfSupervisedVQ(24, Config(), "barlow")
    assert sum(p.numel() for p in model.projector.parameters()) == 34_107_392


def test_codes_move_in_training_only():
    model = VQAutoEncoder(24, Config(network=Network(width=8), codebook=Codebook(codes=4)))
    before = model.quantizer.codes.clone()
    model.eval()
    model.loss(torch.randn(6, 1, 24))
    assert torch.equal(before, model.quantizer.codes)
    model.train()
    model.loss(torch.randn(6, 1, 24))
    assert not torch.equal(before, model.quantizer.codes)
