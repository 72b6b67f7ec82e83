"""Passes over rows against torch's layers, and against exact sums."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ucrbench.models.layers import frugal, fused, kernels, norm, rows

SLOPES = (1.0, 0.01, 0.0)


def layer(channels, dtype):
    module = torch.nn.BatchNorm2d(channels, dtype=dtype)
    with torch.no_grad():
        module.weight.uniform_(0.5, 2)
        module.bias.normal_()
    return module


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    shape=st.tuples(*(st.integers(1, n) for n in (6, 5, 4, 9))),
    centre=st.sampled_from([0.0, 3.0, 1e4]),
)
def test_statistics_lose_nothing_far_from_zero(seed, shape, centre):
    torch.manual_seed(seed)
    y = (torch.randn(shape) + centre).contiguous(memory_format=torch.channels_last)
    if y.numel() == y.shape[1]:
        return  # of one value there is no variance
    module = layer(shape[1], torch.float32)
    _, _, mean, deviation = fused.statistics([y], module)
    exact = y.double().transpose(0, 1).flatten(1)
    torch.testing.assert_close(mean.double(), exact.mean(1), rtol=1e-6, atol=1e-6)
    variance = exact.var(1, correction=0)
    torch.testing.assert_close(deviation.double(), (variance + module.eps).rsqrt(), rtol=2e-3, atol=1e-4)
    torch.testing.assert_close(module.running_mean.double(), 0.1 * exact.mean(1), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(module.running_var.double(), 0.9 + 0.1 * exact.var(1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize("layout", ["channels last", "contiguous", "inside wider rows"])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_norm_by_rows_is_torchs(slope, layout, threads, monkeypatch):
    monkeypatch.setattr(norm, "LARGE", 0)
    monkeypatch.setattr(fused, "_WORTH", 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    torch.manual_seed(0)
    ours, plain = norm.BatchNorm(4).double(), layer(4, torch.float64)
    ours.load_state_dict(plain.state_dict())
    y = torch.randn(5, 4, 3, 6, dtype=torch.float64)
    if layout == "channels last":
        y = y.contiguous(memory_format=torch.channels_last)
    elif layout == "inside wider rows":
        y = rows.images(torch.randn(5, 3, 4 * 8, dtype=torch.float64)[..., 4:-4], 4)
    y.requires_grad_()
    found, expected = ours(y, slope), torch.nn.functional.leaky_relu(plain(y), slope)
    torch.testing.assert_close(found, expected)
    weight = torch.randn_like(expected)
    for one, two in zip(
        torch.autograd.grad((found * weight).sum(), [y, *ours.parameters()]),
        torch.autograd.grad((expected * weight).sum(), [y, *plain.parameters()]),
        strict=True,
    ):
        torch.testing.assert_close(one, two)
    for one, two in zip(ours.buffers(), plain.buffers(), strict=True):
        torch.testing.assert_close(one, two)


@pytest.mark.parametrize("passes", [fused, frugal])
def test_padding_repeats_and_its_gradient_collects(passes):
    torch.manual_seed(0)
    for width in (5, 6):
        y = torch.randn(3, 4, 5, width, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
        stats = torch.stack([torch.ones(4), torch.zeros(4), torch.zeros(4), torch.ones(4)]).double()
        beside = (2 - width % 2) * 4
        padded = rows.images(passes.activate(y, stats, y.new_empty(3, 7, width * 4 + beside), 1.0, beside), 4)
        expected = torch.nn.functional.pad(y, (1, 1 - width % 2, 1, 1), mode="replicate")
        assert torch.equal(padded, expected)
        module = torch.nn.BatchNorm2d(4, dtype=torch.float64)
        u = y.clone().requires_grad_()
        activated = torch.nn.functional.leaky_relu(module(u), 0.1)
        gradient = torch.randn_like(expected)
        torch.nn.functional.pad(activated, (1, 1 - width % 2, 1, 1), mode="replicate").backward(gradient)
        into = torch.empty(3, 5, width * 4, dtype=torch.float64)
        stats = passes.statistics([y], module)
        wide = torch.nn.functional.pad(activated.detach(), (1, 1 - width % 2, 1, 1), mode="replicate")
        pair = rows.rows_of(gradient).clone(), rows.rows_of(wide)
        found = passes.norm_backward([y], stats, [pair], [into], 0.1, beside)
        torch.testing.assert_close(rows.images(into, 4), u.grad)
        torch.testing.assert_close(found, (module.weight.grad, module.bias.grad))


def test_small_tensors_evaluation_and_bfloat16_are_left_to_torch():
    module, large = norm.BatchNorm(1), torch.empty(1, 1, 1, norm.LARGE)
    assert norm.by_rows(module, large)
    assert not norm.by_rows(module, large[..., 1:])
    with torch.no_grad():
        assert not norm.by_rows(module, large)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert not norm.by_rows(module, large)
    assert not norm.by_rows(module.eval(), large)


def test_kernels_need_no_place_for_what_is_compiled():
    scope = {}
    exec("def doubled(x):\n    return 2 * x", scope)  # in no file, beside which nothing can be kept
    assert kernels._compiled(scope["doubled"])(2) == 4
