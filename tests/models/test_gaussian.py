import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ucrbench.models.errors import ModelError
from ucrbench.models.priors.gaussian import LatentDensity


def test_known_gaussian_is_recovered():
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((6, 6))
    z = (rng.standard_normal((5000, 6)) @ mixing + 5).astype(np.float32).reshape(5000, 2, 3)
    samples = LatentDensity(variance=1.0).fit(z).sample(20_000, rng=rng)
    assert samples.shape == (20_000, 2, 3)
    assert samples.dtype == np.float32
    flat = samples.reshape(-1, 6)
    scale = np.abs(mixing.T @ mixing).max()
    np.testing.assert_allclose(flat.mean(0), 5, atol=0.05 * np.sqrt(scale))
    np.testing.assert_allclose(np.cov(flat.T), mixing.T @ mixing, atol=0.06 * scale)


def test_class_means_and_spreads_are_honoured():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 300)
    spread = np.array([0.2, 1.0, 2.0])[y]
    z = 10.0 * np.eye(3, 20)[y] + spread[:, None] * rng.standard_normal((900, 20))
    density = LatentDensity(variance=1.0).fit(z, y)
    for label in range(3):
        samples = density.sample(3000, y=np.full(3000, label), rng=rng)
        assert samples.dtype == np.float32
        np.testing.assert_allclose(samples.mean(0), z[y == label].mean(0), atol=0.2)
        assert samples.std(0).mean() == pytest.approx(spread[y == label][0], rel=0.15)
    wanted = np.array([2, 0, 1, 1])
    mixed = density.sample(4, y=wanted, rng=rng)
    assert (mixed[:, :3].argmax(1) == wanted).all()


def test_samples_span_little_where_little_is_known():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((16, 64, 5, 8)).astype(np.float32)
    y = np.arange(16) % 2
    density = LatentDensity().fit(z, y)
    assert density.sample(7, rng=rng).shape == (7, 64, 5, 8)
    samples = density.sample(500, y=np.full(500, 1), rng=rng).reshape(500, -1)
    assert np.linalg.matrix_rank(samples - samples.mean(0)) <= 15
    np.testing.assert_allclose(samples.std(), z.std(), rtol=0.5)


def test_one_series_per_class():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((18, 320)).astype(np.float32)
    density = LatentDensity(variance=1.0).fit(z, np.arange(18))
    for label in range(18):
        samples = density.sample(200, y=np.full(200, label), rng=rng)
        nearest = ((samples[:, None] - z[None]) ** 2).sum(2).argmin(1)
        assert (nearest == label).mean() > 0.95
        assert samples.std(0).mean() > 0.1


def test_small_classes_have_the_pooled_covariance():
    rng = np.random.default_rng(0)
    y = np.r_[np.zeros(400, int), np.ones(400, int), 2, 3, 3]
    z = rng.standard_normal((len(y), 4)) * np.array([1, 2, 1, 2.0]) + 8 * y[:, None]
    density = LatentDensity(variance=1.0).fit(z.astype(np.float32), y)
    for label in (2, 3):
        samples = density.sample(5000, y=np.full(5000, label), rng=rng)
        np.testing.assert_allclose(samples.mean(0), z[y == label].mean(0), atol=0.15)
        np.testing.assert_allclose(samples.std(0), [1, 2, 1, 2], rtol=0.15)


def test_latents_all_alike_give_that_latent():
    z = np.full((20, 3, 4), 0.7, np.float32)
    density = LatentDensity().fit(z, np.arange(20) % 2)
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(density.sample(5, rng=rng), z[:5])
    np.testing.assert_array_equal(density.sample(5, y=np.full(5, 1), rng=rng), z[:5])
    np.testing.assert_array_equal(LatentDensity().fit(z[:1]).sample(2, rng=rng), z[:2])


@pytest.mark.parametrize("shape", [(40, 30), (600, 700)])
def test_the_same_seed_gives_the_same_bits(shape):
    z = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    y = np.arange(len(z)) % 3
    draws = [LatentDensity().fit(z, y).sample(30, y=np.arange(30) % 3, rng=np.random.default_rng(5)) for _ in range(2)]
    np.testing.assert_array_equal(*draws)


def test_components_are_few_enough():
    rng = np.random.default_rng(0)
    z = (rng.standard_normal((500, 2)) @ rng.standard_normal((2, 50))).astype(np.float32)
    samples = LatentDensity().fit(z).sample(100, rng=rng)
    assert np.linalg.matrix_rank(samples - samples.mean(0), tol=1e-3) == 2
    z = rng.standard_normal((300, 200)).astype(np.float32)
    samples = LatentDensity().fit(z).sample(200, rng=rng)
    assert np.linalg.matrix_rank(samples - samples.mean(0), tol=1e-3) == 64


@settings(max_examples=25)
@given(
    n=st.integers(1, 30),
    width=st.integers(1, 12),
    classes=st.integers(1, 8),
    size=st.sampled_from([1e-6, 1.0, 1e5]),
    seed=st.integers(0, 1000),
)
def test_any_latents_give_finite_samples(n, width, classes, size, seed):
    rng = np.random.default_rng(seed)
    z = (size * rng.standard_normal((n, width))).astype(np.float32)
    y = rng.integers(0, classes, n)
    density = LatentDensity().fit(z, y)
    assert np.isfinite(density.sample(8, rng=rng)).all()
    samples = density.sample(n, y=y, rng=rng)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() < 30 * size


def test_latents_that_say_nothing_are_refused():
    with pytest.raises(ModelError, match="NaN"):
        LatentDensity().fit(np.full((4, 2), np.nan, np.float32))
    with pytest.raises(ModelError, match="empty"):
        LatentDensity().fit(np.empty((0, 2), np.float32))
