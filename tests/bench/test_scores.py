from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_probes import blobs

from ucrbench.bench.job.outputs import generate, represent
from ucrbench.bench.scores import (
    MEASURES,
    Evaluation,
    Judged,
    Real,
    Trained,
    accuracy,
    frechet_distance,
    inception_score,
    kernel_distance,
    knn,
    linear_probe,
    perplexity,
    pool_features,
    reconstruction_mse,
    rocket_features,
)
from ucrbench.results import SCORES, label_curves, scaled_scores

seeds = st.integers(0, 2**32 - 1)


def probabilities(rng, n, k):
    return rng.dirichlet(np.full(k, 0.5), n)


# Inception score


@pytest.mark.parametrize("splits", [1, 10])
def test_inception_score_of_one_hot_and_uniform(splits):
    one_hot = np.eye(5)[np.arange(1000) % 5]
    mean, std = inception_score(one_hot, splits=1)
    assert mean == pytest.approx(5)
    assert std == 0
    uniform = np.full((1000, 5), 0.2)
    assert inception_score(uniform, splits=splits) == (pytest.approx(1), pytest.approx(0))
    assert inception_score(one_hot[:1], splits=1)[0] == 1


@settings(deadline=None, max_examples=30)
@given(seed=seeds, n=st.integers(10, 40), k=st.integers(1, 8))
def test_inception_score_lies_between_one_and_k_whatever_the_order(seed, n, k):
    rng = np.random.default_rng(seed)
    p = probabilities(rng, n, k)
    whole = inception_score(p, splits=1)[0]
    assert 1 <= whole <= k + 1e-9
    assert inception_score(rng.permutation(p)[:, rng.permutation(k)], splits=1)[0] == pytest.approx(whole)
    mean, std = inception_score(p, seed=seed % 100)
    assert 1 <= mean <= k + 1e-9
    assert std >= 0
    assert inception_score(p, seed=seed % 100) == (mean, std)


def test_inception_score_of_splits_by_hand():
    p = probabilities(np.random.default_rng(0), 23, 3)
    order = np.random.default_rng(4).permutation(23)
    parts = np.array_split(p[order], 3)
    scores = [np.exp((q * np.log(q / q.mean(0))).sum(1).mean()) for q in parts]
    assert inception_score(p, splits=3, seed=4) == (
        pytest.approx(np.mean(scores)),
        pytest.approx(np.std(scores)),
    )


# Reconstruction, code use, accuracy


def test_perplexity():
    assert perplexity([4, 4, 4]) == pytest.approx(3)
    assert perplexity([0, 9, 0]) == pytest.approx(1)
    assert perplexity([1, 1, 0, 0]) == pytest.approx(2)
    counts = np.array([5, 1, 3, 0, 2])
    assert perplexity(counts[::-1]) == pytest.approx(perplexity(counts))
    assert perplexity(7 * counts) == pytest.approx(perplexity(counts))


def test_reconstruction_mse_is_in_double_precision():
    x = np.full((10, 1, 5), 1e4, np.float32)
    assert reconstruction_mse(x, x + np.float32(0.0009765625)) == 0.0009765625**2
    assert reconstruction_mse(x, x) == 0


def test_accuracy():
    assert accuracy([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1]) == pytest.approx(2 / 3)


# Bad input


GOOD = np.random.default_rng(0).standard_normal((6, 3))


LABELS = np.array([0, 1, 0, 1, 0, 1])


NAN = np.where(np.eye(6, 3) > 0, np.nan, GOOD)


BAD = {
    "probe NaN": (linear_probe, (NAN, LABELS, GOOD, LABELS)),
    "probe NaN in test": (knn, (GOOD, LABELS, NAN, LABELS)),
    "probe widths": (linear_probe, (GOOD, LABELS, GOOD[:, :2], LABELS)),
    "probe labels": (knn, (GOOD, LABELS[:3], GOOD, LABELS)),
    "probe not pooled": (linear_probe, (GOOD[..., None], LABELS, GOOD[..., None], LABELS)),
    "probe empty": (knn, (GOOD, LABELS, GOOD[:0], LABELS[:0])),
    "probe one class": (linear_probe, (GOOD, 0 * LABELS, GOOD, LABELS)),
    "pool flat": (pool_features, (GOOD[0],)),
    "IS logits": (inception_score, (GOOD, 1)),
    "IS NaN": (inception_score, (NAN, 1)),
    "IS fewer rows than splits": (inception_score, (np.full((9, 2), 0.5),)),
    "IS no splits": (inception_score, (np.full((9, 2), 0.5), 0)),
    "FD NaN": (frechet_distance, (GOOD, NAN)),
    "FD widths": (frechet_distance, (GOOD, GOOD[:, :2])),
    "FD one row": (frechet_distance, (GOOD, GOOD[:1])),
    "FD empty": (frechet_distance, (GOOD[:0], GOOD)),
    "KD NaN": (kernel_distance, (GOOD, NAN)),
    "KD widths": (kernel_distance, (GOOD, GOOD[:, :2])),
    "KD one row": (kernel_distance, (GOOD, GOOD[:1])),
    "MiniRocket short": (rocket_features, (np.ones((4, 8)), np.ones((4, 20)))),
    "MiniRocket NaN": (rocket_features, (np.full((4, 20), np.nan),)),
    "perplexity of nothing": (perplexity, ([0, 0],)),
    "perplexity negative": (perplexity, ([1, -1, 3],)),
    "perplexity empty": (perplexity, ([],)),
    "MSE shapes": (reconstruction_mse, (GOOD, GOOD[:, :2])),
    "MSE NaN": (reconstruction_mse, (GOOD, NAN)),
    "accuracy labels": (accuracy, (np.full((9, 2), 0.5), LABELS)),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_line(case):
    score, arguments = BAD[case]
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        score(*arguments)


# The table of measures


def test_every_score_has_a_measure_and_every_reference_a_scale():
    assert MEASURES.keys() == SCORES.keys()
    with_reference = {name for name, measure in MEASURES.items() if measure.of_real}
    assert with_reference == {name for name, score in SCORES.items() if score.scale or name == "inception_score_std"}
    assert {name for name, measure in MEASURES.items() if measure.of_nothing} == set(scaled_scores())


def test_floors_by_hand():
    """One series over and over is a generator without spread; always one class is right as often as it occurs."""
    rng = np.random.default_rng(0)
    x, features = rng.standard_normal((30, 16)).cumsum(1), rng.standard_normal((30, 12)) + 1
    y = np.array([0] * 6 + [1] * 21 + [2] * 3)
    real = Real(x[:9], x, y, np.full((30, 3), 1 / 3), features[:9], features)
    found = {name: MEASURES[name].of_nothing(real) for name in scaled_scores()}

    def kernel_of_one(train, test):
        n, d = test.shape
        one = min(train, key=lambda row: np.linalg.norm(row - test.mean(0)))
        kernel = (test @ test.T / d + 1) ** 3
        among = (kernel.sum() - np.trace(kernel)) / (n * (n - 1))
        return (one @ one / d + 1) ** 3 + among - 2 * ((test @ one / d + 1) ** 3).mean()

    def best_of_all(train, test):
        return min(frechet_distance(np.stack([row, row]), test) for row in train)

    rocket = rocket_features(x[:9], x[:9], x)
    assert {name: one.value for name, one in found.items()} == {
        "inception_score": 1.0,
        "fid": pytest.approx(best_of_all(features[:9], features)),
        "kid": pytest.approx(kernel_of_one(features[:9], features)),
        "fid_rocket": pytest.approx(best_of_all(*rocket)),
        "kid_rocket": pytest.approx(kernel_of_one(*rocket)),
        "cas": 0.7,
    }
    assert {one.n_samples for name, one in found.items() if name != "inception_score"} == {30}
    assert found["fid"].value > np.trace(np.cov(features.T))  # the part that no single series can avoid


def test_measures_are_the_functions_of_the_arrays():
    rng = np.random.default_rng(0)
    z_train, y_train = blobs(rng, 40)
    z_test, y_test = blobs(rng, 30)
    samples, real_features = rng.standard_normal((20, 12)), rng.standard_normal((30, 12))
    real_train, real_test = rng.standard_normal((40, 12)), rng.standard_normal((30, 12))
    arrays = {
        "train": z_train,
        "y_train": y_train,
        "test": z_test,
        "y_test": y_test,
        "train_continuous": z_train[:, :2],
        "test_continuous": z_test[:, :2],
        "code_counts": np.array([2, 2, 0]),
        "reconstruction_mse": np.float64(0.25),
        "unconditional": samples,
        "conditional": samples,
        "conditional_labels": np.zeros(20, int),
    }
    p = probabilities(rng, 20, 3)
    right = np.eye(3)[y_test]
    job = Evaluation(
        arrays,
        seed=3,
        judge=lambda x: Judged(p, x, real_features, "an FCN"),
        train=lambda x, y: Trained(f"trained on {len(x)}", right),
        real=lambda: (real_train, real_test),
    )
    few = {name for names in label_curves().values() for labels, name in names.items() if labels < 1}
    found = {name: measure.of_job(job) for name, measure in MEASURES.items() if name not in few}
    mean, std = inception_score(p, seed=3)
    assert {name: one.value for name, one in found.items()} == {
        "linear_probe": linear_probe(z_train, y_train, z_test, y_test),
        "knn": knn(z_train, y_train, z_test, y_test),
        "linear_probe_continuous": linear_probe(z_train[:, :2], y_train, z_test[:, :2], y_test),
        "knn_continuous": knn(z_train[:, :2], y_train, z_test[:, :2], y_test),
        "codebook_perplexity": pytest.approx(2),
        "reconstruction_mse": 0.25,
        "inception_score": mean,
        "inception_score_std": std,
        "fid": frechet_distance(samples, real_features),
        "kid": kernel_distance(samples, real_features),
        "fid_rocket": frechet_distance(*rocket_features(real_train, samples, real_test)),
        "kid_rocket": kernel_distance(*rocket_features(real_train, samples, real_test)),
        "cas": 1.0,
    }
    for name, one in found.items():
        low, high = SCORES[name].bounds
        assert low <= one.value <= high, name
    assert (found["fid"].n_samples, found["fid"].classifier, found["fid"].reference) == (20, "an FCN", "test")
    assert found["cas"].classifier == "trained on 20"
    with pytest.raises(ValueError, match="need the real series"):
        MEASURES["kid_rocket"].of_job(Evaluation(arrays))
    with pytest.raises(ValueError, match="need a judge"):
        MEASURES["fid"].of_job(Evaluation(arrays))


class Model:
    """Gives what it is told to, of whatever series."""

    n_codes = 4

    def __init__(self, **given):
        self.given = {"encode": 60, "encode_continuous": 60, "tokens": 3, "sample": None} | given

    def encode(self, x):
        return np.zeros((self.given["encode"], 2))

    def encode_continuous(self, x):
        return np.zeros((self.given["encode_continuous"], 2))

    def encode_tokens(self, x):
        return np.full((len(x), 1), self.given["tokens"])

    def sample(self, n, y=None):
        return np.zeros(self.given["sample"] or (n, 1, 24))


def draw(model, data):
    return generate(model, data, 100)


@pytest.mark.parametrize(
    ("use", "given", "message"),
    [
        (represent, {"encode": 3}, "encode gives 3 representations of 60 series"),
        (represent, {"encode_continuous": 3}, "encode_continuous gives 3 representations of 60 series"),
        (represent, {"tokens": 9}, "encode_tokens gives 9 to 9 of 4 codes"),
        (represent, {"tokens": -1}, "encode_tokens gives -1 to -1 of 4 codes"),
        (draw, {"sample": (256, 24)}, r"sample gives the shape \(256, 24\) for 256 series, not \(256, 1, L\)"),
        (draw, {"sample": (3, 1, 24)}, r"sample gives the shape \(3, 1, 24\) for 256 series"),
    ],
)
def test_what_a_model_gives_in_another_shape_is_no_score_but_an_error(use, given, message):
    x, y = np.zeros((60, 1, 24)), np.arange(60) % 2
    data = SimpleNamespace(x_train=x, x_test=x, y_train=y, y_test=y, n_classes=2)
    assert represent(Model(), data)["code_counts"].tolist() == [0, 0, 0, 60]
    assert draw(Model(), data)["unconditional"].shape == (256, 24)
    with pytest.raises(ValueError, match=message):
        use(Model(**given), data)
