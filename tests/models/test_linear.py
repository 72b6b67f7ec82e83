"""Linear layers by oneDNN."""

import pytest
import torch

from ucrbench.models.layers import linear


@pytest.fixture
def drawn():
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(*shape, generator=generator) for shape in ((7, 40), (24, 40), (24,), (7, 24))]


needs_onednn = pytest.mark.skipif(not linear.takes_onednn(torch.zeros(1)), reason="no oneDNN in this torch")


@needs_onednn
def test_product_and_gradients_are_those_of_float64(drawn):
    x, weight, bias, seen = drawn
    exact = [tensor.double().requires_grad_() for tensor in (x, weight, bias)]
    for tensor in (x, weight, bias):
        tensor.requires_grad_()
    y, y_exact = linear.product(x, weight, bias), torch.nn.functional.linear(*exact)
    torch.testing.assert_close(y.double(), y_exact, rtol=1e-6, atol=1e-5)
    (y * seen).sum().backward()
    (y_exact * seen).sum().backward()
    for tensor, other in zip((x, weight, bias), exact, strict=True):
        torch.testing.assert_close(tensor.grad.double(), other.grad, rtol=1e-6, atol=1e-5)


@needs_onednn
def test_what_needs_no_gradient_gets_none(drawn):
    x, weight, bias, _ = drawn
    weight.requires_grad_()
    linear.product(x, weight, bias).sum().backward()
    assert weight.grad is not None
    assert x.grad is None
    assert bias.grad is None


@needs_onednn
def test_only_large_weights_in_float32_go_there(monkeypatch):
    asked = []
    monkeypatch.setattr(linear, "_mkl_is_slower", lambda: True)
    monkeypatch.setattr(linear, "product", lambda *arguments: asked.append(arguments[1].shape) or arguments[0])
    large, small = linear.Linear(1024, 1024), linear.Linear(1024, 1023)
    x = torch.zeros(2, 1024)
    large(x), small(x)
    with torch.autocast("cpu", torch.bfloat16):
        large(x)
    large.double()(x.double())
    assert asked == [(1024, 1024)]
    monkeypatch.setattr(linear, "_mkl_is_slower", lambda: False)
    large.float()(x)
    assert len(asked) == 1
