"""The FCN that judges generated series, and the real-data references it gives: once per data set."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..datasets import Dataset
from ..models.config import Training
from ..models.fcn import FCN, load_weights, predict
from ..models.spectrogram import Spectrogram
from ..models.training.loop import train
from ..results import SCORES, ReferenceRow, hash_json
from .errors import UsageError
from .heap import kept_heap
from .job import PROTOCOL_VERSION, DataRef, Settings
from .scores import MEASURES, Real

PICTURED = 60  # real test series kept for pictures


@dataclass(frozen=True)
class JudgeRef:
    """Which FCN judges a data set: one trained here, or one read from a weights file.

    Attributes:
        data: the data set.
        settings: of the sweep; the classifier's budget is in them.
        weights: a `supervised-fcn` weights file, or None to train one.
        identity: hash of the file, or of the training configuration.
    """

    data: DataRef
    settings: Settings
    weights: Path | None
    identity: str

    @property
    def key(self) -> str:
        """Hash of everything that decides the references."""
        return hash_json(
            {
                "protocol": PROTOCOL_VERSION,
                "dataset": self.data.name,
                "data": self.data.data_hash,
                "preset": self.settings.preset,
                "judge": self.identity,
            }
        )


@dataclass(frozen=True)
class Judge:
    """An FCN and what it says of the real series.

    Attributes:
        name: as in the results: "trained:<hash>" or "supervised-fcn:<hash>".
        weights: its state dict as `torch.save` writes it.
        features: of the real test series after the spectrogram pair, (n_test, 128) float32.
        rows: the references; empty where they were read back from a store.
        pictured: a few of those series (n, L') and their classes (n,), for pictures; empty likewise.
    """

    name: str
    weights: bytes
    features: np.ndarray
    rows: tuple[ReferenceRow, ...] = ()
    pictured: tuple[np.ndarray, ...] = ()

    def fcn(self, device: str) -> FCN:
        """The classifier on a device, in evaluation mode."""
        return load_weights(io.BytesIO(self.weights)).to(device)


def judge_ref(data: DataRef, settings: Settings, folder: Path | None, classes: int) -> JudgeRef:
    """Decide which FCN judges a data set.

    Args:
        data: the data set.
        settings: of the sweep.
        folder: holds `<data set>.ckpt` files, or None to train.
        classes: of the data set.

    Raises:
        UsageError: the folder has no file for the data set, or the file is for another number of classes.
        ModelError: the file is not the weights of an FCN.
    """
    if folder is None:
        return JudgeRef(data, settings, None, "trained:" + hash_json(settings.config.classifier.training))
    path = folder / f"{data.name}.ckpt"
    if not path.is_file():
        raise UsageError(f"no {path.name} in {folder}; leave --fcn-weights out to have the FCN trained")
    found = load_weights(path).n_classes
    if found != classes:
        raise UsageError(f"{path} is for {found} classes, {data.name} has {classes}; give the data set's own weights")
    return JudgeRef(data, settings, path, "supervised-fcn:" + hashlib.sha256(path.read_bytes()).hexdigest()[:16])


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
        with kept_heap():
            train(fcn, data, budget)
    return fcn


def make_judge(ref: JudgeRef, dataset: Dataset) -> Judge:
    """Train or read the FCN of a data set and let it judge the real series.

    The references are the inception score of the real test series (ten splits, as for generated ones), the FID of
    train against test, and the accuracy on test; real series have gone through the spectrogram pair.
    """
    settings = ref.settings
    x_train, x_test = through_pair(dataset.x_train), through_pair(dataset.x_test)
    if ref.weights is None:
        budget = settings.config.classifier.training
        fcn = train_fcn(x_train, dataset.y_train, dataset.n_classes, budget, 0, settings.device)
    else:
        fcn = load_weights(ref.weights).to(settings.device)
    buffer = io.BytesIO()
    torch.save({name: value.cpu().contiguous() for name, value in fcn.state_dict().items()}, buffer)
    kind = ref.identity.split(":")[0]
    name = ref.identity if ref.weights else f"{kind}:{_weights_hash(fcn)}"
    _, train_features = predict(fcn, x_train)
    probabilities, test_features = predict(fcn, x_test)
    real = Real(x_train[:, 0], x_test[:, 0], dataset.y_test, probabilities, train_features, test_features)
    rows = tuple(
        ReferenceRow(
            dataset=dataset.name,
            score=score.reference,
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
        for score in SCORES.values()
        if (measure := MEASURES[score.name].of_real)
        for found in (measure(real),)
    )
    shown = np.random.default_rng(0).permutation(len(x_test))[:PICTURED]
    return Judge(name, buffer.getvalue(), test_features, rows, (x_test[shown, 0], dataset.y_test[shown]))


def _weights_hash(fcn: FCN) -> str:
    digest = hashlib.sha256()
    for name, value in fcn.state_dict().items():
        digest.update(name.encode() + value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
