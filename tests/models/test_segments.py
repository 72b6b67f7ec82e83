"""What saves a CPU memory and time gives the plain layers' values and gradients."""

import copy
import math

import pytest
import torch

from ucrbench.models import fcn, networks
from ucrbench.models.autoencoders import VQAutoEncoder
from ucrbench.models.config import Config, Network, SelfSupervision
from ucrbench.models.early import early
from ucrbench.models.fcn import FCN
from ucrbench.models.layers import frugal, fused, norm, segments
from ucrbench.models.networks import Decoder, Encoder
from ucrbench.models.regularizers import REGULARIZERS
from ucrbench.models.views import VIEWS

BY_ROWS, ALWAYS, NEVER = norm.by_rows, 0, math.inf


def spied(monkeypatch, module, name):
    """A list that gets an entry for every call of a module's function."""
    function, calls = getattr(module, name), []
    monkeypatch.setattr(module, name, lambda *arguments: calls.append(name) or function(*arguments))
    return calls


def by_rows(monkeypatch, large, wide):
    """Take tensors of so many values by rows, and so many in pieces computed anew."""

    def decide(module, y, least=None):
        return BY_ROWS(module, y, large if least is None else wide)

    for place in (norm, segments, networks, fcn):
        monkeypatch.setattr(place, "by_rows", decide)


@pytest.mark.parametrize("length", [24, 80, 140, 500])
@pytest.mark.parametrize(("wide", "piece"), [(NEVER, 1), (ALWAYS, 1), (ALWAYS, 2**21)])
@pytest.mark.parametrize("threads", [1, 2])
def test_chained_segments_are_the_plain_layers(length, wide, piece, threads, monkeypatch):
    monkeypatch.setattr("ucrbench.models.layers.segments._CONVOLVED", piece)
    monkeypatch.setattr(fused, "_WORTH", 1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    by_rows(monkeypatch, ALWAYS, wide)
    normalised = [spied(monkeypatch, passes, "statistics") for passes in (fused, frugal)]
    torch.manual_seed(0)
    plain = torch.nn.ModuleList([Encoder(length, 4), Decoder(length, 4)]).double()
    ours = copy.deepcopy(plain).to(memory_format=torch.channels_last)
    u = torch.randn(3, 2, 5, length // 2 + 1, dtype=torch.float64)

    def run(nets):
        u_hat = nets[1].decode_spectrogram(nets[0].encode_spectrogram(u))
        (u_hat * torch.linspace(-1, 1, u_hat.numel(), dtype=u_hat.dtype).view_as(u_hat)).sum().backward()
        return u_hat

    chained = run(ours)
    assert sum(map(len, normalised)) == sum(isinstance(module, torch.nn.BatchNorm2d) for module in ours.modules())
    by_rows(monkeypatch, NEVER, NEVER)
    torch.testing.assert_close(chained, run(plain))
    assert_same(plain, ours)


def assert_same(plain, ours):
    """The same gradients of what is trained, and the same running statistics."""
    for (name, one), two in zip(plain.named_parameters(), ours.parameters(), strict=True):
        if one.requires_grad:
            torch.testing.assert_close(two.grad, one.grad, msg=name, rtol=1e-7, atol=1e-9)
    for (name, one), two in zip(plain.named_buffers(), ours.buffers(), strict=True):
        torch.testing.assert_close(two, one, msg=name)


@pytest.mark.parametrize("length", [9, 64])
@pytest.mark.parametrize(("wide", "piece"), [(NEVER, 1), (ALWAYS, 1), (ALWAYS, 2**21)])
def test_an_fcn_in_pieces_is_the_plain_one(length, wide, piece, monkeypatch):
    monkeypatch.setattr("ucrbench.models.layers.piecewise._WIDEST", piece)
    torch.manual_seed(0)
    plain = FCN(3).double()
    ours, x, y = copy.deepcopy(plain), torch.randn(7, 1, length, dtype=torch.float64), torch.arange(7) % 3
    losses = [plain.loss(x, y)["loss"]]
    by_rows(monkeypatch, ALWAYS, wide)
    calls = spied(monkeypatch, fcn, "averages") if wide == ALWAYS else spied(monkeypatch, fused, "statistics")
    losses.append(ours.loss(x, y)["loss"])
    assert calls
    torch.testing.assert_close(*losses)
    for loss in losses:
        loss.backward()
    assert_same(plain, ours)


def test_an_fcn_in_pieces_leaves_gradients_of_series_to_the_plain_layers(monkeypatch):
    by_rows(monkeypatch, ALWAYS, ALWAYS)
    x = torch.randn(3, 1, 20, requires_grad=True)
    FCN(2).features(x).square().sum().backward()
    assert x.grad.abs().sum() > 0


def test_an_early_gradient_is_the_later_one():
    torch.manual_seed(0)
    module, z = torch.nn.Linear(3, 2).double(), torch.randn(5, 3, dtype=torch.float64, requires_grad=True)

    def branch(z):
        return module(z).square().sum(), module(z).sum()

    inputs = [z, *module.parameters()]
    first, second = early(branch, z, module)
    found = torch.autograd.grad(0.1 * first + z.sum(), inputs)
    expected = torch.autograd.grad(0.1 * branch(z)[0] + z.sum(), inputs)
    torch.testing.assert_close(found, expected)
    assert not second.requires_grad
    with torch.no_grad():
        assert torch.equal(early(branch, z, module)[0], first)


def test_gradients_of_the_whole_ssl_loss_are_those_of_plain_layers(monkeypatch):
    config = Config(network=Network(width=8), ssl=SelfSupervision(projector=32))
    by_rows(monkeypatch, ALWAYS, ALWAYS)
    torch.manual_seed(0)
    ours = VQAutoEncoder(80, config, REGULARIZERS["barlow"](), VIEWS["warp"]).train()
    plain = copy.deepcopy(ours)
    x = torch.randn(16, 1, 80)
    torch.manual_seed(1)
    ours.loss(x)["loss"].backward()
    by_rows(monkeypatch, NEVER, NEVER)
    monkeypatch.setattr("ucrbench.models.autoencoders.early", lambda branch, z, module: branch(z))
    torch.manual_seed(1)
    plain.loss(x)["loss"].backward()
    for (name, one), two in zip(plain.named_parameters(), ours.named_parameters(), strict=True):
        if one.requires_grad:
            scale = max(one.grad.norm(), 1e-2 * plain.decoder.blocks[-1].weight.grad.norm())
            assert (two[1].grad - one.grad).norm() < 1e-3 * scale, name
