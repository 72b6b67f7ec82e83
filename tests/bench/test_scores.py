import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC

from ucrbench.bench.scores import (
    MEASURES,
    Evaluation,
    Judged,
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
from ucrbench.bench.scores.probes import stratified_draws
from ucrbench.results import SCORES, label_curves

seeds = st.integers(0, 2**32 - 1)


def blobs(rng, n, classes=3, width=5, apart=1.0):
    y = np.arange(n) % classes
    centres = np.random.default_rng(0).standard_normal((classes, width)) * apart
    return centres[y] + rng.standard_normal((n, width)), y


def probabilities(rng, n, k):
    return rng.dirichlet(np.full(k, 0.5), n)


# Probes


@pytest.mark.parametrize("probe", [linear_probe, knn])
@pytest.mark.parametrize("classes", [2, 4])
def test_separable_classes_are_separated(probe, classes):
    rng = np.random.default_rng(0)
    assert probe(*blobs(rng, 60, classes, apart=30), *blobs(rng, 80, classes, apart=30)) == 1.0


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_linear_probe_is_scikit_learns(classes):
    rng = np.random.default_rng(1)
    z_train, y_train = blobs(rng, 200, classes, apart=0.7)
    z_test, y_test = blobs(rng, 300, classes, apart=0.7)
    scaler = MinMaxScaler((-1, 1)).fit(z_train)
    model = SVC(kernel="linear", C=1).fit(scaler.transform(z_train), y_train)
    expected = model.score(scaler.transform(z_test), y_test)
    assert 0.2 < expected < 0.98
    assert linear_probe(z_train, y_train, z_test, y_test) == expected


@pytest.mark.parametrize("whole", ["linear_probe", "knn"])
def test_probes_with_few_labels_are_scikit_learns_on_the_same_rows(whole):
    rng = np.random.default_rng(1)
    z_train, y_train = blobs(rng, 120, 3, apart=0.7)
    y_train[:3] = 3  # three rows of a fourth class, of which a tenth is none
    z_test, y_test = blobs(rng, 200, 3, apart=0.7)
    arrays = {"train": z_train, "y_train": y_train, "test": z_test, "y_test": y_test}
    scaler = MinMaxScaler((-1, 1)).fit(z_train)
    found = []
    for labels, name in label_curves()[whole].items():
        accuracies = []
        for rows in stratified_draws(y_train, labels) if labels < 1 else [np.arange(120)]:
            model = SVC(kernel="linear", C=1) if whole == "linear_probe" else KNeighborsClassifier(5)
            model.fit(scaler.transform(z_train[rows]), y_train[rows])
            accuracies.append(model.score(scaler.transform(z_test), y_test))
        found.append(MEASURES[name].of_job(Evaluation(arrays)).value)
        assert found[-1] == pytest.approx(np.mean(accuracies)), name
    assert found[0] < found[-1]


@given(seed=seeds, share=st.sampled_from([0.1, 0.25, 0.5]))
def test_draws_keep_a_share_of_every_class(seed, share):
    y = np.random.default_rng(seed).integers(0, 4, 60)
    draws = stratified_draws(y, share)
    assert len({tuple(sorted(rows)) for rows in draws}) == len(draws) == 10
    for rows in draws:
        assert len(set(rows)) == len(rows)
        for label, n in zip(*np.unique(y, return_counts=True), strict=True):
            assert (y[rows] == label).sum() == max(1, round(share * n))
    np.testing.assert_array_equal(stratified_draws(y, share), draws)


@pytest.mark.parametrize("probe", [linear_probe, knn])
@settings(deadline=None, max_examples=15)
@given(seed=seeds)
def test_probes_do_not_see_scale_offset_or_the_order_of_rows(probe, seed):
    rng = np.random.default_rng(seed)
    z_train, y_train = blobs(rng, 40)
    z_test, y_test = blobs(rng, 50)
    expected = probe(z_train, y_train, z_test, y_test)
    factor, offset = 2.0 ** rng.integers(-3, 4, 5), rng.integers(-4, 5, 5)
    moved = probe(z_train * factor + offset, y_train, z_test * factor + offset, y_test)
    order, test_order = rng.permutation(40), rng.permutation(50)
    shuffled = probe(z_train[order], y_train[order], z_test[test_order], y_test[test_order])
    # The solver stops within a tolerance, so a series on the border may fall to the other side.
    assert moved == pytest.approx(expected, abs=0.021)
    assert shuffled == pytest.approx(expected, abs=0.021)


@pytest.mark.parametrize("probe", [linear_probe, knn])
@pytest.mark.parametrize("noise", [0.0, 1e-9])
def test_constant_features_say_nothing(probe, noise):
    rng = np.random.default_rng(0)
    z_train, y_train = blobs(rng, 60)
    z_test, y_test = blobs(rng, 60)
    dead_train = 3 + noise * rng.standard_normal((60, 2))
    dead_test = rng.standard_normal((60, 2)) * 100
    with_dead = probe(np.hstack((z_train, dead_train)), y_train, np.hstack((z_test, dead_test)), y_test)
    assert with_dead == probe(z_train, y_train, z_test, y_test)


def test_knn_takes_at_most_all_training_rows():
    assert knn([[0.0], [1.0]], [0, 1], [[0.1], [0.2]], [0, 0]) == 1.0  # a tie: the first class


def test_pool_features_averages_what_follows_the_channels():
    z = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    np.testing.assert_allclose(pool_features(z), z.mean((2, 3)))
    np.testing.assert_array_equal(pool_features(z[:, :, 0, 0]), z[:, :, 0, 0])


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


# Frechet distance


def test_frechet_distance_is_that_by_the_matrix_root():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((200, 12)) @ rng.standard_normal((12, 12))
    b = rng.standard_normal((150, 12)) @ rng.standard_normal((12, 12)) + 0.5
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    shift = np.square(a.mean(0) - b.mean(0)).sum()
    expected = shift + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_of_diagonal_gaussians():
    # Rows at plus and minus the axes: mean and (diagonal) covariance are known without a sampling error.
    def cross(mean, std):
        axes = np.diag(std) * np.sqrt((2 * len(std) - 1) / 2)
        return np.vstack((axes, -axes)) + mean

    mean_a, std_a = np.array([1.0, 2, 3, 4]), np.array([1.0, 0.5, 2, 0])
    mean_b, std_b = np.array([0.0, 2, 1, 4]), np.array([3.0, 0.5, 1, 0])
    expected = np.square(mean_a - mean_b).sum() + np.square(std_a - std_b).sum()
    assert frechet_distance(cross(mean_a, std_a), cross(mean_b, std_b)) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(seed=seeds, n=st.integers(2, 20), m=st.integers(2, 20), width=st.integers(1, 12))
def test_frechet_distance_invariants(seed, n, m, width):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((n, width)), 2 * rng.standard_normal((m, width)) + 1
    distance = frechet_distance(a, b)
    assert distance >= np.square(a.mean(0) - b.mean(0)).sum() - 1e-9
    close = {"rel": 1e-7, "abs": 1e-9}
    assert frechet_distance(b, a) == pytest.approx(distance, **close)
    assert frechet_distance(a + 3, b + 3) == pytest.approx(distance, **close)
    assert frechet_distance(rng.permutation(a), b) == pytest.approx(distance, **close)
    assert frechet_distance(3 * a, 3 * b) == pytest.approx(9 * distance, **close)
    rotation = np.linalg.qr(rng.standard_normal((width, width)))[0]
    assert frechet_distance(a @ rotation, b @ rotation) == pytest.approx(distance, **close)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a + 2) == pytest.approx(4 * width, **close)


def test_frechet_distance_of_fewer_rows_than_features():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((20, 128)), rng.standard_normal((28, 128))
    # Through the Gram side: the trace of the root is the nuclear norm of the centred product.
    nuclear = np.linalg.norm((a - a.mean(0)) @ (b - b.mean(0)).T, "nuc") / np.sqrt(19 * 27)
    traces = np.trace(np.cov(a.T)) + np.trace(np.cov(b.T))
    expected = np.square(a.mean(0) - b.mean(0)).sum() + traces - 2 * nuclear
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-10)


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


# Distances


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_kernel_distance_is_the_double_sum_in_any_order(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((7, 3)), 1 + 2 * rng.standard_normal((5, 3))

    def k(x, y):
        return (x @ y / 3 + 1) ** 3

    within_a = np.mean([k(a[i], a[j]) for i in range(7) for j in range(7) if i != j])
    within_b = np.mean([k(b[i], b[j]) for i in range(5) for j in range(5) if i != j])
    across = np.mean([k(x, y) for x in a for y in b])
    found = kernel_distance(a, b)
    assert found == pytest.approx(within_a + within_b - 2 * across)
    assert kernel_distance(rng.permutation(b), rng.permutation(a)) == pytest.approx(found)


def test_kernel_distance_by_hand_and_in_parts():
    # Zeros against ones, D = 1: kernels 1 within zeros, 8 within ones, 1 across.
    assert kernel_distance(np.zeros((3, 1)), np.ones((4, 1))) == pytest.approx(7)
    rng = np.random.default_rng(0)
    many, some = rng.standard_normal((1500, 2)), rng.standard_normal((40, 2))
    kernel = (many @ many.T / 2 + 1) ** 3
    within = (kernel.sum() - np.trace(kernel)) / (1500 * 1499)
    other = (some @ some.T / 2 + 1) ** 3
    within += (other.sum() - np.trace(other)) / (40 * 39)
    assert kernel_distance(many, some) == pytest.approx(within - 2 * ((many @ some.T / 2 + 1) ** 3).mean())


def test_rocket_features_are_shares_that_depend_on_the_training_series_alone():
    rng = np.random.default_rng(0)
    train, x, y = rng.standard_normal((12, 15)), rng.standard_normal((9, 15)), 3 * rng.standard_normal((8, 16))
    of_x, of_y = rocket_features(train, x, y)
    assert of_x.shape == (9, 1008)
    assert of_x.min() >= 0 <= of_y.max() <= 1
    order = rng.permutation(9)
    np.testing.assert_array_equal(rocket_features(train, x[order])[0], of_x[order])
    np.testing.assert_array_equal(rocket_features(train, y[:, :15])[0], of_y)
    of_x, of_y = of_x[:, ::400], of_y[:, ::400]  # few enough for covariances of full rank
    gap = of_x.mean(0) - of_y.mean(0)
    roots = sqrtm(np.cov(of_x.T) @ np.cov(of_y.T)).real
    direct = gap @ gap + np.trace(np.cov(of_x.T)) + np.trace(np.cov(of_y.T)) - 2 * np.trace(roots)
    assert frechet_distance(of_x, of_y) == pytest.approx(direct)


# The table of measures


def test_every_score_has_a_measure_and_every_reference_a_scale():
    assert MEASURES.keys() == SCORES.keys()
    with_reference = {name for name, measure in MEASURES.items() if measure.of_real}
    assert with_reference == {name for name, score in SCORES.items() if score.scale or name == "inception_score_std"}


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
    found = {name: measure.of_job(job) for name, measure in MEASURES.items() if SCORES[name].labels == 1}
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
