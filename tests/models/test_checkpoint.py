"""A training stopped at any step and taken up again ends as an undisturbed one, bit for bit."""

import errno
import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from test_latent_model import TINY

from ucrbench.models.config import Training
from ucrbench.models.training import checkpoint
from ucrbench.models.variants import build


class Stopped(Exception):
    """Raised in the middle of a training."""


class Memory:
    """Checkpoints in memory; stops the work when so many were written."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.kept, self.left = {}, stop_after

    def __call__(self, stage):
        outer = self

        class Stage:
            def load(self):
                return outer.kept.get(stage)

            def save(self, write):
                file = io.BytesIO()
                write(file)
                outer.kept[stage] = file.getvalue()
                if outer.left is not None:
                    outer.left -= 1
                    if outer.left == 0:
                        raise Stopped

        return Stage()


@pytest.fixture(autouse=True)
def _every_step(monkeypatch):
    monkeypatch.setattr(checkpoint.Keeper, "due", lambda self: True)


def fitted(name, storage, config=TINY):
    x = np.random.default_rng(0).standard_normal((14, 1, 33)).astype(np.float32)
    model = build(name, config, seed=3)
    model.storage = storage
    return model.fit(x, np.arange(14) % 3)


def states(model):
    return {k: v for network in model.networks().values() for k, v in network.state_dict().items()}


@pytest.mark.parametrize(("name", "writes"), [("ae", 4), ("vae", 4), ("vqvae", 8), ("vqvae_barlow", 8)])
def test_stopped_anywhere_and_taken_up_again(name, writes):
    whole = fitted(name, None)
    for stop in range(1, writes + 1):
        storage = Memory(stop)
        with pytest.raises(Stopped):
            fitted(name, storage)
        resumed = fitted(name, storage)
        for key, value in states(whole).items():
            assert torch.equal(value, states(resumed)[key]), (stop, key)
        for stage, curves in whole.curves.items():
            assert all(np.array_equal(curves[k], resumed.curves[stage][k]) for k in curves)
        assert np.array_equal(whole.sample(5), resumed.sample(5))
        assert resumed.seconds["fit"] > 0


@pytest.mark.parametrize("damage", ["other budget", "bytes"])
def test_a_checkpoint_that_does_not_fit_is_left_aside(damage):
    storage = Memory()
    fitted("ae", storage)
    config = TINY
    if damage == "bytes":
        storage.kept["autoencoder"] = storage.kept["autoencoder"][:100]
    else:
        config = replace(TINY, training=Training(batch=8, max_steps=5))
    with pytest.warns(UserWarning, match="left aside"):
        resumed = fitted("ae", storage, config)
    for key, value in states(fitted("ae", None, config)).items():
        assert torch.equal(value, states(resumed)[key])


def test_a_full_disk_is_told_as_such():
    class Full(io.BytesIO):
        def write(self, data):
            if self.tell() > 1000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    class Stage:
        def load(self):
            return None

        def save(self, write):
            write(Full())

    with pytest.raises(OSError, match="No space"):
        checkpoint.Keeper(Stage()).write({"x": torch.zeros(10**6), "y": torch.zeros(10**6)})
