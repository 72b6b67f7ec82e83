"""The prior's layers give what torch's own give, values and gradients."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ucrbench.models.layers.attention import attention
from ucrbench.models.layers.rms import NormedLinear


def plain_attention(qkv: torch.Tensor, heads: int) -> torch.Tensor:
    q, k, v = qkv.unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


@pytest.mark.parametrize(("n", "t", "heads", "d"), [(1, 1, 1, 1), (3, 7, 1, 4), (2, 5, 4, 3), (16, 61, 2, 32)])
def test_attention(n, t, heads, d):
    torch.manual_seed(0)
    qkv, gradient = torch.randn(n, t, 3 * heads * d, dtype=torch.float64), torch.randn(n, t, heads * d).double()
    found, wanted = [], []
    for into, function in ((found, attention), (wanted, plain_attention)):
        given = qkv.clone().requires_grad_()
        out = function(given, heads)
        into += [out, *torch.autograd.grad(out, given, gradient)]
    for ours, torchs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours, torchs)


def test_attention_of_large_scores_is_finite():
    qkv = torch.full((1, 3, 6), 1e4)
    assert torch.isfinite(attention(qkv, 1)).all()


@pytest.mark.parametrize("bias", [True, False])
def test_normed_linear(bias):
    torch.manual_seed(0)
    ours = NormedLinear(6, 5, bias=bias).double()
    with torch.no_grad():
        ours.gain.copy_(torch.randn(6))
    norm, linear = nn.RMSNorm(6).double(), nn.Linear(6, 5, bias=bias).double()
    with torch.no_grad():
        norm.weight.copy_(ours.gain)
        linear.load_state_dict({name: value for name, value in ours.state_dict().items() if name != "gain"})
    h, gradient = torch.randn(4, 3, 6).double().requires_grad_(), torch.randn(4, 3, 5).double()
    plain = linear(norm(h))
    torch.testing.assert_close(ours(h), plain)
    found = torch.autograd.grad(ours(h), (h, ours.gain, *linear_parameters(ours)), gradient)
    wanted = torch.autograd.grad(plain, (h, norm.weight, *linear.parameters()), gradient)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)


def linear_parameters(layer: NormedLinear) -> list[nn.Parameter]:
    return [parameter for name, parameter in layer.named_parameters() if name != "gain"]


def test_features_that_are_all_zero_stay_zero():
    h = torch.zeros(2, 4, requires_grad=True)
    layer = NormedLinear(4, 3, bias=False)
    layer(h).sum().backward()
    assert torch.isfinite(h.grad).all()
    assert (layer(h) == 0).all()


def test_under_bfloat16_torchs_own_are_taken():
    layer = NormedLinear(8, 12)
    h = torch.randn(2, 5, 8)
    with torch.autocast("cpu", torch.bfloat16):
        out = attention(layer(h), 2)
    assert out.dtype is torch.bfloat16
    torch.testing.assert_close(out.float(), attention(layer(h), 2), rtol=0.05, atol=0.05)
