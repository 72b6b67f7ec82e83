"""The recipes of CONTRIBUTING for parts of models, followed in a copy of the tree: how many files a part touches."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ucrbench.results import ResultStore

ROOT = Path(__file__).parents[2]
ROOMS = ("bench", "datasets", "models", "reports", "results")

LOSS = '''
@dataclass(frozen=True)
class Mine:
    """Mean squared difference of the views."""

    weight: float = 1.0
    title: ClassVar[str] = "Mine"
    whiten: ClassVar[bool] = False

    def __call__(self, a: Tensor, b: Tensor) -> Tensor:
        return self.weight * F.mse_loss(a, b)


LOSSES: dict[str, type] = {"mine": Mine, '''

VIEW = '''
@dataclass(frozen=True)
class Flip:
    """Change of sign, and scale."""

    scale: float = 1.0

    def __call__(self, x: Tensor) -> Tensor:
        return -self.scale * x


VIEWS: dict[str, type] = {"flip": Flip, '''

PRIOR = '''
"""Latents seen in training, drawn anew."""

import numpy as np
import torch

from .protocol import LatentPrior


class Bootstrap(LatentPrior):
    def __init__(self, autoencoder, trainer):
        self.rng = np.random.default_rng(trainer.seed)

    def fit(self, z, y):
        self.z = torch.as_tensor(z)

    def sample(self, n, y):
        yield self.z[self.rng.integers(len(self.z), size=n)]
'''


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the rooms with a part of each kind, added as the recipes say."""
    folder = tmp_path_factory.mktemp("copy")
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / "ucrbench" / room, ignore=shutil.ignore_patterns("__pycache__"))
    models = folder / "ucrbench" / "models"

    def replaced(name, old, new):
        text = (models / name).read_text()
        assert text.count(old) == 1
        (models / name).write_text(text.replace(old, new))

    replaced("ssl.py", "LOSSES: dict[str, type] = {", LOSS.lstrip())
    replaced("views.py", "VIEWS: dict[str, type] = {", VIEW.lstrip())
    (models / "priors" / "bootstrap.py").write_text(PRIOR.lstrip())
    rows = (
        '    Variant("vae_gauss", "VAE + Gaussian", autoencoder=VariationalAutoEncoder, prior=GaussianPrior),\n'
        '    Variant("ae_boot", "AE + bootstrap", autoencoder=AutoEncoder, prior=Bootstrap),\n'
    )
    replaced("variants.py", "_ROWS = (\n", "_ROWS = (\n" + rows)
    replaced("variants.py", "from .priors.gaussian", "from .priors.bootstrap import Bootstrap\nfrom .priors.gaussian")
    return folder


def test_new_parts_run_and_their_constants_are_settings(tree, tmp_path):
    command = (
        "run out -d ItalyPowerDemand -v vqvae_mine,vae_gauss,ae_boot -p smoke --device cpu --backend inline "
        "--set losses.mine.weight=2 --set ssl.views=flip --set views.flip.scale=0.5"
    )
    environment = os.environ | {"PYTHONPATH": str(tree), "UCRBENCH_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "ucrbench.bench", *command.split()],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = ResultStore(tmp_path / "out").jobs().set_index("variant")
    assert set(jobs.index) == {"vqvae_mine", "vae_gauss", "ae_boot"}
    assert "losses.mine.weight" in jobs.loc["vqvae_mine", "overrides"]
    assert jobs.loc["ae_boot", "overrides"] == "{}"
    scores = ResultStore(tmp_path / "out").scores()
    assert {"fid", "cas", "knn"} <= set(scores.loc[scores["variant"] == "ae_boot", "score"])
