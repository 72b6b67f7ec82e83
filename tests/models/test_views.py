import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ucrbench.models.errors import ModelError
from ucrbench.models.views import VIEWS, Gauss, Slice, Warp


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("shape", [(4, 1, 15), (3, 2, 100), (1, 1, 4)])
def test_views_keep_shape_and_dtype_and_change_something(name, dtype, shape):
    torch.manual_seed(0)
    x = torch.randn(shape).to(dtype)
    kept = x.clone()
    view = VIEWS[name]()(x)
    assert view.shape == x.shape
    assert view.dtype == dtype
    assert torch.isfinite(view).all()
    assert torch.equal(x, kept)
    assert not torch.equal(view, x)


@pytest.mark.parametrize("name", VIEWS)
def test_the_global_seed_decides(name):
    x = torch.randn(5, 1, 50)
    torch.manual_seed(1)
    first = VIEWS[name]()(x)
    second = VIEWS[name]()(x)
    torch.manual_seed(1)
    assert torch.equal(VIEWS[name]()(x), first)
    assert not torch.equal(first, second)


@settings(max_examples=30)
@given(length=st.integers(4, 60), seed=st.integers(0, 2**32))
def test_slice_keeps_every_value_and_makes_at_most_three_seams(length, seed):
    torch.manual_seed(seed)
    x = torch.arange(length).repeat(8, 1, 1)
    view = Slice()(x)
    assert torch.equal(view.sort(2).values, x)
    seams = (view.diff(dim=2) != 1).sum(2)
    assert seams.max() <= 3


def test_slice_is_uniform_over_orders_and_cuts():
    torch.manual_seed(0)
    x = torch.arange(10).repeat(40_000, 1, 1)
    first = Slice()(x)[:, 0, 0]
    # The view begins with the piece in front: in a quarter of the cases at 0, else at one of the cuts.
    share = torch.bincount(first, minlength=10) / len(first)
    assert share[0] == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(share[1:], 0.75 / 9, atol=0.006)
    assert len(torch.unique(Slice()(x[:50, :, :4]), dim=0)) > 10  # four pieces of one value each


def test_slice_refuses_series_shorter_than_its_pieces():
    with pytest.raises(ModelError, match="longer than 3"):
        Slice()(torch.zeros(2, 1, 3))


def direct_warp(series, start, width, stretch):
    """One series, stretched as a polyline and resampled by numpy."""
    span = len(series) - 1
    at = np.arange(len(series), dtype=float)
    moved = np.where(
        at <= start,
        at,
        np.where(at <= start + width, start + (at - start) * stretch, at + width * (stretch - 1)),
    )
    return np.interp(np.linspace(0, span + width * (stretch - 1), len(series)), moved, series)


def test_warp_is_the_direct_resampling(monkeypatch):
    rng = np.random.default_rng(0)
    length, window = 81, 0.4
    # On whole-numbered window ends, the kinks of the time map fall on samples, and the direct way is exact.
    span, width = length - 1, window * (length - 1)
    starts, stretches = np.array([0.0, 7.0, 40.0, span - width]), np.array([0.9, 2.0, 1.3, 1.0])
    draws = iter((starts / (span - width), (stretches - 0.9) / 1.1))
    monkeypatch.setattr(torch, "rand", lambda *shape, device: torch.tensor(next(draws), dtype=torch.float32)[:, None])
    series = rng.standard_normal((4, 1, length))
    got = Warp(amplitude=0.0, window=window)(torch.tensor(series))
    for i in range(4):
        expected = direct_warp(series[i, 0], starts[i], width, stretches[i])
        np.testing.assert_allclose(got[i, 0], expected, atol=1e-4)


def test_warp_without_warping_scales_only():
    torch.manual_seed(0)
    x = 1 + torch.rand(20_000, 1, 8)
    view = Warp(shortest=1.0, longest=1.0)(x)
    factor = (view / x).squeeze(1)
    assert factor.mean().item() == pytest.approx(1, abs=0.02)
    assert factor[:, 0].std().item() == pytest.approx(0.2, abs=0.01)
    torch.testing.assert_close(factor, factor[:, :1].expand_as(factor), rtol=1e-3, atol=1e-3)


@settings(max_examples=30)
@given(length=st.integers(2, 80), seed=st.integers(0, 2**32))
def test_warp_keeps_the_ends_the_range_and_the_order_of_time(length, seed):
    torch.manual_seed(seed)
    x = torch.arange(length, dtype=torch.float32).repeat(6, 1, 1)
    view = Warp(amplitude=0.0)(x)
    torch.testing.assert_close(view[..., [0, -1]], x[..., [0, -1]], rtol=0, atol=1e-3)
    assert (view.diff(dim=2) > -1e-4).all()


def test_gauss_adds_noise_of_its_width():
    torch.manual_seed(0)
    noise = Gauss()(torch.ones(100, 1, 1000)) - 1
    assert noise.mean().item() == pytest.approx(0, abs=1e-3)
    assert noise.std().item() == pytest.approx(0.05, rel=0.02)


@pytest.mark.parametrize("wrong", [{"window": 0.0}, {"window": 1.5}, {"shortest": 0.0}, {"shortest": 3.0}])
def test_warps_that_cannot_be_are_refused(wrong):
    with pytest.raises(ModelError, match=rf"^views\.warp\.{next(iter(wrong))}="):
        Warp(**wrong)
