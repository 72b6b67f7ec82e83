"""The suite's models behind the Model protocol."""

import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from ucrbench.models.config import Codebook, Config, Network, Prior, SelfSupervision, Training
from ucrbench.models.errors import ModelError
from ucrbench.models.priors.maskgit import sample_categorical
from ucrbench.models.protocol import Generates, Inspectable, Model, Quantizes, Reconstructs
from ucrbench.models.variants import MAIN_VARIANTS, VARIANTS, build

TINY = Config(
    network=Network(width=8),
    training=Training(batch=8, max_steps=4),
    ssl=SelfSupervision(projector=16),
    prior=Prior(width=16, layers=1, sampling_steps=3, training=Training(batch=8, max_steps=4)),
)


@pytest.fixture(scope="module")
def series():
    rng = np.random.default_rng(0)
    return rng.standard_normal((14, 1, 33)).astype(np.float32), np.arange(14) % 3


def outputs(model, x, y):
    found = {"encode": model.encode(x)}
    if isinstance(model, Quantizes):
        found |= {"continuous": model.encode_continuous(x), "tokens": model.encode_tokens(x)}
    if isinstance(model, Reconstructs):
        found["reconstruct"] = model.reconstruct(x)
    if isinstance(model, Generates):
        found |= {"free": model.sample(9), "given": model.sample(6, np.array([0, 1, 2, 2, 1, 0]))}
    return found


@pytest.mark.parametrize("name", list(VARIANTS))
def test_same_seed_same_numbers_bit_for_bit_and_another_seed_others(name, series):
    x, y = series
    one, two = (outputs(build(name, TINY, seed=5).fit(x, y), x, y) for _ in range(2))
    for key, value in one.items():
        assert np.array_equal(value, two[key]), key
    if name != "raw":
        assert not np.array_equal(one["encode"], build(name, TINY, seed=6).fit(x, y).encode(x))


@pytest.mark.parametrize("name", MAIN_VARIANTS)
def test_shapes_and_abilities(name, series):
    x, y = series
    model = build(name, TINY).fit(x, y)
    found = outputs(model, x, y)
    assert isinstance(model, Model)
    assert isinstance(model, Inspectable)
    assert found["encode"].shape == (14, 8, 5, 8)
    assert found["reconstruct"].shape == (14, 1, 32)
    assert found["free"].shape == (9, 1, 32)
    assert found["given"].shape == (6, 1, 32)
    assert isinstance(model, Quantizes) == name.startswith("vq")
    for value in found.values():
        assert value.dtype in (np.float32, np.int64)
        assert np.isfinite(value).all()


@pytest.mark.parametrize("name", MAIN_VARIANTS)
def test_using_a_model_changes_nothing_in_it(name, series):
    x, y = series
    model = build(name, TINY).fit(x, y)
    before = {
        (network, key): value.clone()
        for network, module in model.networks().items()
        for key, value in module.state_dict().items()
    }
    outputs(model, x, y)
    for (network, key), value in before.items():
        assert torch.equal(value, model.networks()[network].state_dict()[key]), key


def test_the_callers_randomness_is_left_alone(series):
    x, y = series
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    build("vqvae_barlow", TINY).fit(x, y).sample(3)
    assert torch.equal(torch.rand(3), expected)


def test_quantised_latents_are_codes(series):
    x, y = series
    model = build("vqvae", TINY).fit(x, y)
    codes = model.module.quantizer.codes.numpy()
    z, tokens = model.encode(x), model.encode_tokens(x)
    np.testing.assert_allclose(np.moveaxis(z, 1, -1).reshape(14, -1, 8), codes[tokens], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "codebook",
    [Codebook(update="gradient"), Codebook(start="kmeans"), Codebook(restart_below=2.0), Codebook(codes=4)],
)
def test_codebook_options_train(codebook, series):
    x, y = series
    model = build("vqvae", replace(TINY, codebook=codebook)).fit(x, y)
    assert np.isfinite(model.encode(x)).all()
    default = build("vqvae", TINY).fit(x, y)
    assert not np.array_equal(model.encode(x), default.encode(x))


def test_training_tokens_are_drawn_from_the_softmax_of_negative_squared_distances(series):
    """The share of draws that are the nearest code is the mean of the largest probability, here in float64."""
    x, y = series
    model = build("vqvae", TINY).fit(x, y)
    codes = model.module.quantizer.codes.double()
    z = torch.as_tensor(model.encode_continuous(x)).double().movedim(1, -1).flatten(1, 2)
    p = torch.softmax(-((z[..., None, :] - codes) ** 2).sum(-1), -1)
    logits = torch.as_tensor(model.map(model.encode_continuous(x), model.density.token_logits))
    torch.testing.assert_close(logits.double().softmax(-1), p, atol=1e-5, rtol=1e-3)
    torch.manual_seed(0)
    nearest = torch.as_tensor(model.encode_tokens(x))
    share = np.mean([(sample_categorical(logits) == nearest).double().mean() for _ in range(200)])
    assert share == pytest.approx(p.max(-1).values.mean().item(), abs=0.01)


def test_calibrated_batch_norms_have_the_statistics_of_the_split(series):
    """Up to the divisor: a BatchNorm normalises a batch by N and keeps the variance by N - 1."""
    x, _ = series
    plain, calibrated = build("random_uncalibrated", TINY).fit(x), build("random", TINY).fit(x)
    assert not calibrated.module.training
    norms = [module for module in calibrated.module.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    seen = []
    hooks = [norm.register_forward_pre_hook(lambda _, args: seen.append(args[0].double())) for norm in norms]
    calibrated.encode(x)
    for hook in hooks:
        hook.remove()
    for norm, values in zip(norms, seen, strict=True):
        torch.testing.assert_close(norm.running_mean.double(), values.mean((0, 2, 3)), atol=2e-3, rtol=1e-2)
        torch.testing.assert_close(norm.running_var.double(), values.var((0, 2, 3)), atol=2e-3, rtol=1e-2)
    for (name, one), two in zip(plain.module.named_parameters(), calibrated.module.parameters(), strict=True):
        assert torch.equal(one, two), name
    assert all(
        torch.equal(n.running_mean, torch.zeros(8)) for n in plain.module.modules() if hasattr(n, "num_features")
    )


def test_calibration_in_chunks_of_the_training_split_counts_every_series_alike(series, monkeypatch):
    x, _ = series
    monkeypatch.setattr("ucrbench.models.baselines.CALIBRATION_BATCH", 5)
    calibrated = build("random", TINY).fit(x)  # 14 series in chunks of 5, 5 and 4
    first = next(module for module in calibrated.module.modules() if isinstance(module, torch.nn.BatchNorm2d))
    seen = []
    first.register_forward_pre_hook(lambda _, args: seen.append(args[0].double()))
    for part in (x[:5], x[5:10], x[10:]):
        calibrated.encode(part)
    expected = torch.stack([values.mean((0, 2, 3)) for values in seen]).mean(0)
    torch.testing.assert_close(first.running_mean.double(), expected, atol=1e-5, rtol=1e-4)


def test_as_published_the_test_split_moves_a_copy_and_never_the_fitted_model(series):
    x, y = series
    ours, theirs = build("vqvae_vibcreg", TINY).fit(x, y), build("vqvae_vibcreg_as_published", TINY).fit(x, y)
    state = {key: value.clone() for key, value in theirs.module.state_dict().items()}
    assert all(torch.equal(state[key], value) for key, value in ours.module.state_dict().items())
    many = np.concatenate([x] * 10)  # 140 series: a batch of 128, and one of 12
    found = theirs.encode(many)
    assert all(torch.equal(state[key], value) for key, value in theirs.module.state_dict().items())
    assert np.array_equal(found, theirs.encode(many))
    # By hand, on a copy: training mode, file order, the codebook moving from batch to batch.
    encoder, quantizer = deepcopy(theirs.module.encoder).train(), deepcopy(theirs.module.quantizer).train()
    with torch.no_grad():
        expected = [quantizer(encoder(torch.as_tensor(part)))[0] for part in (many[:128], many[128:])]
    np.testing.assert_allclose(found, torch.cat(expected), atol=1e-6)
    assert not torch.equal(quantizer.codes, state["quantizer.codes"])
    assert not np.allclose(found, ours.encode(many))
    assert np.array_equal(theirs.encode_tokens(many), ours.encode_tokens(many))
    assert np.array_equal(theirs.sample(5), ours.sample(5))


def test_what_a_row_fixes_is_in_its_configuration(series):
    assert build("vqvae_as_published", TINY).config.prior.masked_share == "complement"
    for name in ("vqvae", "vqvae_barlow_as_published", "vqvae_vibcreg_as_published"):
        assert build(name, TINY).config.prior.masked_share == "cosine"
    fixed = replace(TINY, prior=replace(TINY.prior, masked_share="complement"))
    x, y = series
    ours, theirs = build("vqvae", fixed).fit(x, y), build("vqvae_as_published", TINY).fit(x, y)
    assert np.array_equal(ours.sample(5), theirs.sample(5))


def test_a_model_without_classes_draws_unconditional_series(series):
    x, _ = series
    for name in ("ae", "vqvae"):
        assert build(name, TINY).fit(x).sample(4).shape == (4, 1, 32)


def test_samples_come_in_batches_of_their_classes_in_order(series, monkeypatch):
    x, y = series
    monkeypatch.setattr("ucrbench.models.priors.maskgit.SAMPLE_BATCH", 4)
    model = build("vqvae", TINY).fit(x, y)
    shown, forward = [], model.density.network.forward
    monkeypatch.setattr(model.density.network, "forward", lambda *args: shown.append(args[2].clone()) or forward(*args))
    wanted = np.arange(11) % 3
    assert model.sample(11, wanted).shape == (11, 1, 32)
    assert [len(classes) for classes in shown[:: TINY.prior.sampling_steps]] == [4, 4, 3]
    assert torch.cat(shown[:: TINY.prior.sampling_steps]).tolist() == wanted.tolist()


def test_raw_is_the_series_itself(series):
    x, y = series
    assert np.array_equal(build("raw").fit(x, y).encode(x), x[:, 0])


def test_unknown_variant_is_refused():
    with pytest.raises(ModelError, match="no variant 'vqva'"):
        build("vqva")


def test_fitting_leaves_the_process_as_it_was(series):
    code = """
import ctypes, numpy as np, torch
from ucrbench.models.variants import build
from ucrbench.models.config import Config, Network, SelfSupervision, Training, Prior

def settings():
    flags = (torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled(),
             torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark,
             torch.are_deterministic_algorithms_enabled(), torch.get_rng_state().tolist())
    return flags

called = []
real = ctypes.CDLL
ctypes.CDLL = lambda *arguments: called.append(arguments) or real(*arguments)
budget = Training(batch=8, max_steps=2)
config = Config(network=Network(width=8), training=budget, ssl=SelfSupervision(projector=16),
                prior=Prior(width=16, layers=1, sampling_steps=2, training=budget))
before = settings()
build("vqvae_barlow", config).fit(np.zeros((9, 1, 40), np.float32), np.arange(9) % 3).sample(3)
assert settings() == before
assert not called
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_row_reads_the_sections_of_its_parts():
    config = replace(TINY, ssl=replace(TINY.ssl, views="slice"))
    assert VARIANTS["ae"].sections(config) == ("network", "training")
    assert VARIANTS["vqvae"].sections(config) == ("network", "training", "codebook", "prior")
    expected = {"network", "training", "codebook", "prior", "ssl", "losses.barlow", "views.slice"}
    assert set(VARIANTS["vqvae_barlow"].sections(config)) == expected
    assert VARIANTS["raw"].sections(config) == ()
