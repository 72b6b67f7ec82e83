"""Our AdamW is torch's."""

import copy
import subprocess
import sys

import pytest
import torch

from ucrbench.models.training.adamw import AdamW


@pytest.mark.parametrize("decay", [0.0, 1e-2])
def test_steps_are_those_of_torchs_class(decay):
    torch.manual_seed(0)
    ours = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 2), torch.nn.Linear(1, 1))
    theirs = copy.deepcopy(ours)
    rate = torch.tensor(1e-2)
    mine, torchs = (
        AdamW(ours.parameters(), rate, decay),
        torch.optim.AdamW(theirs.parameters(), 1e-2, weight_decay=decay),
    )
    for step in range(20):
        x = torch.randn(8, 5)
        rate.fill_(1e-2 / (1 + step))
        torchs.param_groups[0]["lr"] = float(rate)
        for net, optimiser in ((ours, mine), (theirs, torchs)):
            optimiser.zero_grad()
            net[:3](x).square().sum().backward()  # the last layer has no gradient and must stay
            optimiser.step()
    for one, two in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, two)


def test_it_goes_on_from_its_state():
    torch.manual_seed(0)
    net = torch.nn.Linear(4, 4)
    rate = torch.tensor(1e-2)
    first = AdamW(net.parameters(), rate, 1e-3)

    def step(net, optimiser):
        optimiser.zero_grad()
        net(torch.ones(2, 4)).square().sum().backward()
        optimiser.step()

    step(net, first)
    other = copy.deepcopy(net)
    second = AdamW(other.parameters(), rate, 1e-3)
    second.restore(first.state())
    step(net, first)
    step(other, second)
    assert torch.equal(net.weight, other.weight)


def test_training_does_not_load_torchs_compiler():
    work = """
import sys, torch
from ucrbench.models.config import Training
from ucrbench.models.fcn import FCN
from ucrbench.models.training.loop import train
train(FCN(2), (torch.randn(8, 1, 20), torch.randint(2, (8,))), Training(max_steps=2))
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", work], check=True)
