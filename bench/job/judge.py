"""The FCN that judges generated series, and the real-data references it gives: once per data set."""

import hashlib
import io
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
import torch

from ...datasets import Dataset
from ...models.config import Training
from ...models.fcn import FCN, load_weights
from ...models.spectrogram import Spectrogram
from ...models.training.loop import train
from ...models.training.precision import inference
from ...results import ReferenceRow
from ..planning.job import PROTOCOL_VERSION
from ..planning.judge_ref import JudgeRef
from ..scores import REFERENCES, Real
from .heap import kept_heap

PICTURED = 60  # real test series kept for pictures
_KEPT = 2**17  # values in a batch up to which an FCN is trained in a kept heap
# Time steps that `predict` sends through at once. On a CPU few, so that activations stay near its caches
# (1.3 times as fast as four times as many, and 50 MB); elsewhere as many as 2 GB hold.
_POSITIONS_ON_CPU, _POSITIONS_ELSEWHERE = 2**15, 2**20


@dataclass(frozen=True)
class Judge:
    """An FCN and what it says of the real series.

    Attributes:
        name: as in the results: "trained:<hash>" or "supervised-fcn:<hash>".
        weights: its state dict as `torch.save` writes it.
        features: of the real test series after the spectrogram pair, (n_test, 128) float32.
        rows: the references that are not in the store yet.
        pictured: a few of those series (n, L') and their classes (n,), for pictures; empty where they are in the store.
        lacking: names of the references that the store lacks from which it was read.
    """

    name: str
    weights: bytes
    features: np.ndarray
    rows: tuple[ReferenceRow, ...] = ()
    pictured: tuple[np.ndarray, ...] = ()
    lacking: frozenset[str] = frozenset()

    def fcn(self, device: str) -> FCN:
        """The classifier on a device, in evaluation mode."""
        return load_weights(io.BytesIO(self.weights)).to(device)


@dataclass(frozen=True)
class NoJudge:
    """In place of a judge: why there is none, on one line."""

    reason: str


def through_pair(x: np.ndarray) -> np.ndarray:
    """Real series (N, 1, L) as generated ones come: through the spectrogram and back, (N, 1, 2 floor(L / 2))."""
    pair = Spectrogram()
    with torch.no_grad():
        return torch.cat([pair.inverse(pair(part)) for part in torch.as_tensor(x).split(1024)]).numpy()


def train_fcn(x: np.ndarray, y: np.ndarray, classes: int, budget: Training, seed: int, device: str) -> FCN:
    """An FCN trained on series (N, 1, L) and classes (N,), in evaluation mode on the device."""
    with torch.random.fork_rng([device] if device.startswith("cuda") else []):
        torch.manual_seed(seed)
        fcn = FCN(classes).to(device)
        data = torch.as_tensor(x, device=device), torch.as_tensor(y, device=device)
        # A kept heap saves time, but large tensors leave holes in it (docs/performance.md).
        with nullcontext() if min(budget.batch, len(x)) * x.shape[-1] > _KEPT else kept_heap():
            train(fcn, data, budget)
    return fcn


def predict(fcn: FCN, x: np.ndarray | torch.Tensor, batch: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    """Return class probabilities and pooled features, and leave the FCN in evaluation mode.

    Args:
        fcn: the classifier, on any device.
        x: series (N, 1, L), on any device.
        batch: most series at once; long series go through in smaller batches, to bound memory.

    Returns:
        Probabilities (N, K) float64, whose rows sum to 1, and features (N, 128) float32.
    """
    x, weight = torch.as_tensor(x), fcn.eval().final.weight
    positions = _POSITIONS_ON_CPU if weight.device.type == "cpu" else _POSITIONS_ELSEWHERE
    batch = max(1, min(batch, positions // max(1, x.shape[-1])))
    # Into one tensor: results kept part by part lie between the holes of a heap that grows with each part.
    features = weight.new_empty(len(x), weight.shape[1])
    with inference(weight.device):
        for part, found in zip(x.split(batch), features.split(batch), strict=True):
            found.copy_(fcn.features(part.to(weight)))
        probabilities = fcn.final(features).double().softmax(1)
    return probabilities.cpu().numpy(), features.cpu().numpy()


def make_judge(ref: JudgeRef, dataset: Dataset, kept: Judge | None = None) -> Judge:
    """Train or read the FCN of a data set and let it judge the real series.

    The references are the ceilings, the inception score of the real test series (ten splits, as for generated ones),
    the distances of train from test and the accuracy on test, and the floors of the same scores; real series have
    gone through the spectrogram pair. A judge that was kept stays as it is, and gives the references that its store
    lacks.
    """
    settings = ref.settings
    x_train, x_test = through_pair(dataset.x_train), through_pair(dataset.x_test)
    if kept is not None:
        fcn = kept.fcn(settings.device)
    elif ref.weights is None:
        budget = settings.config.classifier.training
        fcn = train_fcn(x_train, dataset.y_train, dataset.n_classes, budget, 0, settings.device)
    else:
        fcn = load_weights(ref.weights).to(settings.device)
    kind = ref.identity.split(":")[0]
    name = kept.name if kept else ref.identity if ref.weights else f"{kind}:{_weights_hash(fcn)}"
    _, train_features = predict(fcn, x_train)
    probabilities, test_features = predict(fcn, x_test)
    real = Real(x_train[:, 0], x_test[:, 0], dataset.y_test, probabilities, train_features, test_features)
    rows = tuple(
        ReferenceRow(
            dataset=dataset.name,
            score=wanted,
            value=found.value,
            higher_is_better=score.higher_is_better,
            n_samples=found.n_samples,
            classifier=name,
            data_hash=dataset.data_hash,
            treatment=dataset.treatment,
            protocol_version=PROTOCOL_VERSION,
            preset=settings.preset,
            reference=ref.key,
        )
        for wanted, (score, measure) in REFERENCES.items()
        if kept is None or wanted in kept.lacking
        for found in (measure(real),)
    )
    if kept is not None:
        return replace(kept, rows=rows, lacking=frozenset())
    buffer = io.BytesIO()
    torch.save({name: value.cpu().contiguous() for name, value in fcn.state_dict().items()}, buffer)
    shown = np.random.default_rng(0).permutation(len(x_test))[:PICTURED]
    return Judge(name, buffer.getvalue(), test_features, rows, (x_test[shown, 0], dataset.y_test[shown]))


def _weights_hash(fcn: FCN) -> str:
    digest = hashlib.sha256()
    for name, value in fcn.state_dict().items():
        digest.update(name.encode() + value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
