"""Distances between sets of series against direct formulas."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from ucrbench.bench.scores import (
    frechet_distance,
    kernel_distance,
    rocket_features,
)

seeds = st.integers(0, 2**32 - 1)


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


def test_rocket_features_leave_torch_its_threads():
    # In a process of its own: it is their first use that starts the threads of numba.
    code = (
        "import numpy as np, torch\n"
        "from ucrbench.bench.scores import rocket_features\n"
        "torch.set_num_threads(1)\n"
        "before = torch.get_num_threads()\n"  # which torch settles when it is first asked
        "rocket_features(np.eye(12), np.eye(12))\n"
        "print(before, torch.get_num_threads())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "NUMBA_NUM_THREADS": "2"}
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1 1"), done.stderr


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
