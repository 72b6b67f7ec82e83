"""Which FCN judges a data set, decided before anything runs."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...models.fcn import load_weights
from ...results import hash_json
from ..errors import UsageError
from ..scores import REFERENCES
from .job import PROTOCOL_VERSION, DataRef, Settings


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


def lacking(key: str, references: pd.DataFrame) -> frozenset[str]:
    """Return the names of the references that a store lacks, whose references are given, of those under a key."""
    return frozenset(REFERENCES).difference(references["score"][references["reference"] == key])


def incomplete(refs: Iterable[JudgeRef], references: pd.DataFrame) -> tuple[JudgeRef, ...]:
    """Return the judges of which a store has some references and lacks others, as of an earlier version."""
    there = set(references["reference"])
    return tuple(ref for ref in refs if ref.key in there and lacking(ref.key, references))
