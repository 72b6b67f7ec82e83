"""The suite's models behind the Model protocol."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ucrbench.models.config import Codebook, Config, Network, Prior, SelfSupervision, Training
from ucrbench.models.errors import ModelError
from ucrbench.models.loop import train
from ucrbench.models.maskgit import MaskGIT
from ucrbench.models.networks import widest
from ucrbench.models.protocol import Divides, Generates, Inspectable, Model, Quantizes, Reconstructs
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


def test_a_model_without_classes_draws_unconditional_series(series):
    x, _ = series
    for name in ("ae", "vqvae"):
        assert build(name, TINY).fit(x).sample(4).shape == (4, 1, 32)


def test_raw_is_the_series_itself(series):
    x, y = series
    assert np.array_equal(build("raw").fit(x, y).encode(x), x[:, 0])


def test_unknown_variant_is_refused():
    with pytest.raises(ModelError, match="no variant 'vqva'"):
        build("vqva")


def test_the_prior_alone_is_trained_in_parts(series):
    x, y = series
    models = [build("vqvae", TINY, seed=1), build("vqvae", TINY, seed=1)]
    assert isinstance(models[1], Divides)
    models[1].prior_parts = 3
    whole, divided = (model.fit(x, y) for model in models)
    assert np.array_equal(whole.encode(x), divided.encode(x))
    np.testing.assert_allclose(whole.curves["prior"]["loss"], divided.curves["prior"]["loss"], atol=1e-5)
    assert not isinstance(build("ae", TINY), Divides)


def test_a_cpu_trains_the_prior_on_a_few_tokens_at_once(series, monkeypatch):
    whole = build("vqvae", TINY, seed=1).fit(*series)
    loss_given, seen = MaskGIT.loss_given, []
    monkeypatch.setattr("ucrbench.models.estimators.TOKENS_ON_CPU", 100)
    monkeypatch.setattr(
        MaskGIT, "loss_given", lambda self, *drawn: seen.append(drawn[0].numel()) or loss_given(self, *drawn)
    )
    divided = build("vqvae", TINY, seed=1).fit(*series)
    np.testing.assert_allclose(whole.curves["prior"]["loss"], divided.curves["prior"]["loss"], atol=1e-5)
    per_case = int(np.prod(divided.module.encoder.latent_shape[1:]))
    assert max(seen) < 100 + per_case
    assert sum(seen) == len(whole.curves["prior"]["loss"]) * min(TINY.prior.training.batch, len(series[0])) * per_case


@pytest.mark.parametrize("parts", [0, 2])
def test_what_needs_the_whole_batch_is_not_trained_in_parts(parts, series):
    model = build("ae", TINY).fit(series[0])
    with pytest.raises(ModelError, match=f"^AutoEncoder cannot be trained in {parts} parts of a batch: take parts=1$"):
        train(model.module, (torch.as_tensor(series[0]),), TINY.training, parts=parts)


@pytest.mark.parametrize(("length", "lean"), [(33, False), (40, True)])
def test_large_tensors_of_wide_networks_stay_out_of_the_heap(length, lean, monkeypatch):
    calls = []
    monkeypatch.setattr("ucrbench.models.estimators.lean_heap", lambda: calls.append(length))
    monkeypatch.setattr("ucrbench.models.estimators.WIDE", 8 * widest(40, TINY.network.width))
    build("ae", TINY).fit(np.zeros((9, 1, length), dtype=np.float32))
    assert bool(calls) == lean
