"""The models of the table take what users of scikit-learn bring, and refuse the rest in one line."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted
from test_latent_model import TINY, outputs

from ucrbench.models.config import Config
from ucrbench.models.errors import ModelError
from ucrbench.models.variants import VARIANTS, build

EVERY_KIND = ("ae", "vqvae_barlow", "vqvae_as_published", "random", "raw")


@pytest.fixture(scope="module")
def series():
    rng = np.random.default_rng(0)
    return rng.standard_normal((14, 1, 33)).astype(np.float32), np.arange(14) % 3


@pytest.fixture(scope="module")
def fitted(series):
    return build("vqvae", TINY).fit(*series)


@pytest.mark.parametrize("name", EVERY_KIND)
@pytest.mark.parametrize("brought", [lambda x: x[:, 0].astype(float), lambda x: x.tolist(), lambda x: x[:, 0].tolist()])
def test_other_forms_of_the_same_series_give_the_same_bits(name, brought, series):
    x, y = series
    expected = outputs(build(name, TINY).fit(x, y), x, y)
    found = outputs(build(name, TINY).fit(brought(x), y.tolist()), brought(x), y)
    for key, value in expected.items():
        assert np.array_equal(found[key], value), key


@pytest.mark.parametrize("names", [np.array(["a", "b", "c"]), np.array([-1, 2, 7]), np.array([0.5, 1.5, 2.5])])
@pytest.mark.parametrize("name", ["ae", "vqvae"])
def test_classes_have_whatever_names(name, names, series):
    x, y = series
    plain, named = build(name, TINY).fit(x, y), build(name, TINY).fit(x, names[y])
    assert named.classes_.tolist() == names.tolist()
    wanted = np.array([2, 0, 1, 1])
    assert np.array_equal(named.sample(4, names[wanted]), plain.sample(4, wanted))


@pytest.mark.parametrize("name", list(VARIANTS))
def test_scikit_learn_clones_and_sets_parameters(name, series):
    x, y = series
    model = build(name, TINY, seed=5).fit(x, y)
    copy = clone(model)
    assert copy.get_params().keys() >= {"config", "seed", "device"}
    assert (copy.seed, copy.config, copy.device) == (5, model.config, "cpu")
    with pytest.raises(ModelError, match="not fitted"):
        copy.encode(x)
    check_is_fitted(model)
    assert np.array_equal(copy.fit(x, y).encode(x), model.encode(x))
    if name != "raw":
        other = clone(model).set_params(seed=6).fit(x, y)
        assert np.array_equal(other.encode(x), build(name, TINY, seed=6).fit(x, y).encode(x))


def test_a_repr_names_what_is_not_the_protocols():
    text = repr(build("vqvae", TINY, seed=7))
    assert "VQAutoEncoder" in text
    assert "seed=7" in text
    assert "network.width=8" in text
    assert "decay" not in text
    assert repr(Config()) == "Config()"


BAD_SERIES = {
    "one series": (np.zeros(33), r"\(N, L\) or \(N, 1, L\)"),
    "two channels": (np.zeros((4, 2, 33)), r"got \(4, 2, 33\)"),
    "none": (np.zeros((0, 1, 33)), "at least 1"),
    "unequal lengths": ([[1.0, 2.0], [1.0]], "all of one length"),
    "words": ([["a"] * 33], "real numbers"),
    "gaps": (np.full((4, 33), np.nan), "NaN"),
    "complex": (np.ones((4, 33)) * 1j, "real numbers"),
    "times": (np.zeros((4, 33), "datetime64[s]"), "real numbers"),
    "masked": (np.ma.masked_greater(np.arange(132).reshape(4, 33), 130), "masked values"),
    "missing": (pd.DataFrame(np.zeros((4, 33))).astype("Float64").mask(np.eye(4, 33) > 0), "none missing"),
    "beyond float32": (np.full((4, 33), 1e60), "infinite"),
    "another length": (np.zeros((4, 34)), "length 33, not 34"),
}


@pytest.mark.parametrize("case", BAD_SERIES)
@pytest.mark.parametrize("method", ["encode", "reconstruct", "encode_continuous", "encode_tokens"])
def test_series_that_cannot_be_used_are_refused_in_one_line(case, method, fitted):
    x, message = BAD_SERIES[case]
    with pytest.raises(ModelError, match=message) as told:
        getattr(fitted, method)(x)
    assert "\n" not in str(told.value)
    if case != "another length":
        with pytest.raises(ModelError, match=message):
            build("raw").fit(x)


@pytest.mark.parametrize(
    ("n", "y", "message"),
    [
        (3, [0, 1], r"3 series need classes of the shape \(3,\), none NaN; got \(2,\)"),
        (2, [0, 3], "no class 3; there are 0, 1, 2"),
        (1, ["a"], "no class a; there are 0, 1, 2"),
        (0, None, "1 or more"),
        (True, None, "1 or more"),
        (2.5, None, "1 or more"),
    ],
)
def test_samples_that_cannot_be_drawn_are_refused_in_one_line(n, y, message, fitted):
    with pytest.raises(ModelError, match=message) as told:
        fitted.sample(n, y)
    assert "\n" not in str(told.value)


def test_fits_that_cannot_be_are_refused_in_one_line(series):
    x, y = series
    with pytest.raises(ModelError, match=r"14 series need classes of the shape \(14,\), none NaN; got \(13,\)"):
        build("ae", TINY).fit(x, y[:-1])
    with pytest.raises(ModelError, match="all of one kind"):
        build("ae", TINY).fit(x[:2], [[0], [1, 2]])
    with pytest.raises(ModelError, match="all of one kind"):
        build("ae", TINY).fit(x[:2], np.array([0, None]))
    with pytest.raises(ModelError, match="none NaN"):
        build("ae", TINY).fit(x[:2], [0, np.nan])
    with pytest.raises(ModelError, match="length 4 are too short"):
        build("ae", TINY).fit(x[..., :4], y)
    with pytest.raises(ModelError, match="two or more"):
        build("vqvae_barlow", TINY).fit(x[:1], y[:1])
    with pytest.raises(ModelError, match="without classes"):
        build("ae", TINY).fit(x).sample(2, [0, 1])
    for name in VARIANTS:
        with pytest.raises(ModelError, match=r"is not fitted; call fit\(x, y\) first"):
            build(name, TINY).encode(x)
    with pytest.raises(ModelError, match="not fitted"):
        build("ae", TINY).sample(2)
    for name in ("ae", "random"):
        with pytest.raises(ModelError, match="not fitted"):
            build(name, TINY).networks()


def test_the_shortest_series_go_through_every_method(series):
    x, y = series
    for name in ("ae", "vqvae_barlow", "random"):
        outputs(build(name, TINY).fit(x[..., :5], y), x[..., :5], y)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"config": "smoke"}, r"'smoke' is no Config; .*PRESETS\[NAME\]"),
        ({"seed": -1}, "seed=-1: a seed is a whole number"),
        ({"seed": "a"}, "seed='a': a seed is a whole number"),
        ({"seed": True}, "seed=True: a seed is a whole number"),
        ({"device": "gpu"}, "device='gpu': torch has no such device here"),
        ({"device": None}, "device=None: torch has no such device here"),
        ({"device": "meta"}, "device='meta': torch has no such device here"),
        ({"device": "cuda:99"}, "device='cuda:99': torch has no such device here"),
    ],
)
def test_arguments_that_are_none_are_refused_in_one_line(wrong, message, series):
    with pytest.raises(ModelError, match=message):
        build("vqvae", **wrong)
    with pytest.raises(ModelError, match=message):
        build("vqvae", TINY).set_params(**wrong).fit(*series)


def test_a_tensor_with_a_gradient_is_an_array_too(fitted, series):
    tensor = torch.tensor(series[0], requires_grad=True)
    assert np.array_equal(fitted.encode(tensor), fitted.encode(series[0]))
