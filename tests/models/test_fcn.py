from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ucrbench import datasets
from ucrbench.bench.job.judge import predict
from ucrbench.bench.scores import accuracy, frechet_distance, inception_score
from ucrbench.models.errors import ModelError
from ucrbench.models.fcn import FCN, load_weights

REPO = Path(__file__).parents[2]
WEIGHTS = REPO.parent / "shared" / "fcn"
ARCHIVE = REPO / ".data" / "ucr"

# Test accuracy, IS of the whole test split, FID of train against test: published weights, real data.
PUBLISHED = {
    "GunPoint": (1.000, 1.964, 0.195),
    "ItalyPowerDemand": (0.948, 1.926, 1.414),
    "ArrowHead": (0.800, 2.294, 1.820),
    "ECG5000": (0.941, 2.169, 0.258),
    "FordA": (0.945, 1.787, 0.003),
    "Mallat": (0.967, 5.727, 0.464),
    "SonyAIBORobotSurface2": (0.975, 1.822, 1.904),
}
BUNDLED = ("GunPoint", "ItalyPowerDemand", "ArrowHead")


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_weights_give_the_published_figures(name):
    if not (WEIGHTS / f"{name}.ckpt").exists():
        pytest.skip(f"no weights of supervised-fcn in {WEIGHTS}")
    if name not in BUNDLED and not (ARCHIVE / name).is_dir():
        pytest.skip(f"{name} is not bundled with aeon, and not in {ARCHIVE}")
    data = datasets.load(name, None if name in BUNDLED else ARCHIVE)
    fcn = load_weights(WEIGHTS / f"{name}.ckpt")
    assert not fcn.training
    assert fcn.n_classes == len(data.classes)
    p_train, f_train = predict(fcn, data.x_train)
    p_test, f_test = predict(fcn, data.x_test)
    expected_accuracy, expected_is, expected_fid = PUBLISHED[name]
    assert accuracy(p_train, data.y_train) >= 0.99
    assert accuracy(p_test, data.y_test) == pytest.approx(expected_accuracy, abs=0.005)
    # The figures are known to three decimals: half a unit of the last one on top of the 1 %.
    assert inception_score(p_test, splits=1)[0] == pytest.approx(expected_is, rel=0.01)
    assert frechet_distance(f_train, f_test) == pytest.approx(expected_fid, rel=0.01, abs=0.0005)


class PlainFCN(nn.Module):
    """The network as the paper draws it, in the simplest words PyTorch has."""

    def __init__(self, n_classes):
        super().__init__()
        blocks = []
        for c_in, c_out, kernel in ((1, 128, 8), (128, 256, 5), (256, 128, 3)):
            block = nn.Module()
            block.layers = nn.Sequential(
                nn.Conv1d(c_in, c_out, kernel, padding="same"), nn.BatchNorm1d(c_out), nn.ReLU()
            )
            blocks.append(block)
        self.layers = nn.ModuleList(blocks)
        self.final = nn.Linear(128, n_classes)

    def forward(self, x):
        for block in self.layers:
            x = block.layers(x)
        return self.final(x.mean(-1))


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("length", [5, 31])
@pytest.mark.parametrize("training", [True, False])
def test_fcn_is_the_plain_network(length, training):
    torch.manual_seed(0)
    plain, ours = PlainFCN(3).double().train(training), FCN(3).double().train(training)
    ours.load_state_dict(plain.state_dict())
    assert list(ours.state_dict()) == list(plain.state_dict())
    x = torch.randn(6, 1, length, dtype=torch.float64)
    expected, got = plain(x), ours(x)
    torch.testing.assert_close(got, expected)
    expected.square().sum().backward()
    got.square().sum().backward()
    for theirs, mine in zip(plain.parameters(), ours.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad)
    for theirs, mine in zip(plain.buffers(), ours.buffers(), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_fcn_learns_and_its_loss_is_the_cross_entropy():
    torch.manual_seed(0)
    y = torch.arange(32) % 2
    x = torch.randn(32, 1, 40) + torch.where(y == 1, 1.0, -1.0)[:, None, None]
    fcn = FCN(2)
    optimiser = torch.optim.AdamW(fcn.parameters(), 1e-3)
    curve = []
    for _ in range(20):
        losses = fcn.loss(x, y)
        assert next(iter(losses)) == "loss"
        losses["loss"].backward()
        optimiser.step()
        optimiser.zero_grad()
        curve.append(losses["loss"].item())
    assert curve[-1] < 0.3 * curve[0]
    fcn.eval()
    expected = nn.functional.cross_entropy(fcn(x), y)
    torch.testing.assert_close(fcn.loss(x, y)["loss"], expected)


def test_predict_changes_no_weight_and_does_not_depend_on_the_batch():
    torch.manual_seed(0)
    fcn = FCN(4).train()
    before = {key: value.clone() for key, value in fcn.state_dict().items()}
    x = np.random.default_rng(0).standard_normal((9, 1, 20))
    p, features = predict(fcn, x)
    p_small, features_small = predict(fcn, x, batch=4)
    assert not any(module.training for module in fcn.modules())
    assert all(torch.equal(value, before[key]) for key, value in fcn.state_dict().items())
    assert p.shape == (9, 4)
    assert p.dtype == np.float64
    assert features.shape == (9, 128)
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-12)
    np.testing.assert_allclose(p, p_small, atol=1e-6)
    np.testing.assert_allclose(features, features_small, atol=1e-6)


def wrong_files():
    state = FCN(2).state_dict()
    other_kernel = {**state, "layers.0.layers.0.weight": torch.zeros(128, 1, 7)}
    no_head = {key: value for key, value in state.items() if not key.startswith("final")}
    return {
        "kernel": other_kernel,
        "no head": no_head,
        "extra": {**state, "more": torch.zeros(1)},
        "list": [1, 2],
    }


@pytest.mark.parametrize("content", ["kernel", "no head", "extra", "list", "text", "empty", "missing", "folder"])
def test_wrong_weights_are_refused_in_one_line(tmp_path, content):
    path = tmp_path / "GunPoint.ckpt"
    if content in ("text", "empty"):
        path.write_text("no weights" if content == "text" else "")
    elif content == "folder":
        path.mkdir()
    elif content != "missing":
        torch.save(wrong_files()[content], path)
    with pytest.raises(ModelError) as caught:
        load_weights(path)
    message = str(caught.value)
    assert str(path) in message
    assert "supervised-fcn" in message
    assert "\n" not in message


def test_series_of_another_shape_are_refused():
    with pytest.raises(ModelError, match=r"\(N, 1, L\)"):
        FCN(2)(torch.zeros(3, 2, 10))
