"""On a CUDA device a smoke job gives the CPU's scores within tolerance."""

from dataclasses import replace

import pytest
import torch

from ucrbench.bench import Execution, Sweep, run
from ucrbench.models.variants import VARIANTS
from ucrbench.results import ResultStore

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Scores of every variant on the CPU and on the device, trained a little: their random numbers differ."""
    sweep = Sweep(
        ("ItalyPowerDemand",),
        tuple(VARIANTS),
        preset="smoke",
        overrides=("network.width=32", "training.max_steps=100", "prior.training.max_steps=100"),
    )
    tables = {}
    for device in ("cpu", "cuda"):
        out = tmp_path_factory.mktemp(device) / "out"
        summary = run(out, replace(sweep, device=device), Execution())
        assert (summary.failed, summary.undone) == (0, 0)
        tables[device] = ResultStore(out).scores().set_index(["variant", "score"])["value"]
    return tables


def test_the_same_scores_are_there(both):
    assert set(both["cpu"].index) == set(both["cuda"].index)


@pytest.mark.parametrize("score", ["linear_probe", "knn", "linear_probe_continuous", "knn_continuous"])
def test_probes_agree(both, score):
    cpu, cuda = (both[device].xs(score, level="score") for device in ("cpu", "cuda"))
    assert (cpu - cuda).abs().max() < 0.12


def test_reconstruction_agrees(both):
    cpu, cuda = (both[device].xs("reconstruction_mse", level="score") for device in ("cpu", "cuda"))
    assert ((cpu - cuda).abs() < 0.3 * cpu + 0.02).all()


def test_raw_is_the_same_to_the_bit(both):
    cpu, cuda = (both[device].loc["raw"] for device in ("cpu", "cuda"))
    assert (cpu == cuda[cpu.index]).all()
