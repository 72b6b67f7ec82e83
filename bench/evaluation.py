"""From a trained model to its scores: what it gives is collected once, then scored by pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..datasets import Dataset
from ..models.config import Classifier
from ..models.fcn import predict
from ..models.protocol import Generates, Model, Quantizes, Reconstructs
from . import scores
from .judge import Judge, through_pair, train_fcn

SCORE_VERSION = 1
FEWEST_SAMPLES = 256


@dataclass(frozen=True)
class Score:
    """A value with what one must know to read it; the fields are those of `results.ScoreRow`."""

    name: str
    value: float
    higher_is_better: bool | None
    n_samples: int | None = None
    classifier: str | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Outputs:
    """What a model gave: everything that scores are made of, and enough to make new ones without training.

    Attributes:
        latents: pooled features `train`, `test` (N, C) and, with a quantiser, `train_continuous`, `test_continuous`;
            `y_train`, `y_test`; `code_counts` (K,) of the test series; `reconstruction_mse` ().
        samples: `unconditional` (n, L'), `conditional` (m, L') float32 and `conditional_labels` (m,) int64; empty for
            a model that does not generate.
    """

    latents: dict[str, np.ndarray]
    samples: dict[str, np.ndarray]

    def suffices(self, names: Iterable[str]) -> bool:
        """Whether these scores can be made of what is here."""
        return all(_NEEDS[name] <= self.latents.keys() | self.samples.keys() for name in names)


_NEEDS = {
    "linear_probe": {"train", "test"},
    "knn": {"train", "test"},
    "linear_probe_continuous": {"train_continuous", "test_continuous"},
    "knn_continuous": {"train_continuous", "test_continuous"},
    "codebook_perplexity": {"code_counts"},
    "reconstruction_mse": {"reconstruction_mse"},
    "inception_score": {"unconditional"},
    "inception_score_std": {"unconditional"},
    "fid": {"unconditional"},
    "cas": {"conditional", "conditional_labels"},
}
SCORE_NAMES = tuple(_NEEDS)
JUDGED = ("inception_score", "inception_score_std", "fid")
FCN_SCORES = (*JUDGED, "cas")


def represent(model: Model, dataset: Dataset) -> dict[str, np.ndarray]:
    """The latents of `Outputs`, from a fitted model."""
    latents = {"y_train": dataset.y_train, "y_test": dataset.y_test}
    for split, x in (("train", dataset.x_train), ("test", dataset.x_test)):
        latents[split] = _pooled(model.encode(x))
        if isinstance(model, Quantizes):
            latents[f"{split}_continuous"] = _pooled(model.encode_continuous(x))
    if isinstance(model, Quantizes):
        tokens = model.encode_tokens(dataset.x_test)
        latents["code_counts"] = np.bincount(tokens.ravel(), minlength=model.n_codes)
    if isinstance(model, Reconstructs):
        x_hat = model.reconstruct(dataset.x_test)
        x = dataset.x_test[..., : x_hat.shape[-1]]
        latents["reconstruction_mse"] = np.float64(scores.reconstruction_mse(x, x_hat))
    return latents


def generate(model: Model, dataset: Dataset, cas_samples: int) -> dict[str, np.ndarray]:
    """The samples of `Outputs`: max(n_test, 256) unconditional ones, and conditional ones for CAS.

    The conditional ones have the training split's class counts, scaled up to at least `cas_samples` in all.
    """
    if not isinstance(model, Generates):
        return {}
    n = max(len(dataset.x_test), FEWEST_SAMPLES)
    counts = np.bincount(dataset.y_train, minlength=dataset.n_classes)
    factor = max(1.0, cas_samples / counts.sum())
    y = np.repeat(np.arange(dataset.n_classes), np.ceil(counts * factor - 1e-9).astype(int))
    return {
        "unconditional": model.sample(n)[:, 0].astype(np.float32),
        "conditional": model.sample(len(y), y)[:, 0].astype(np.float32),
        "conditional_labels": y.astype(np.int64),
    }


def evaluate_latents(latents: dict[str, np.ndarray], names: Iterable[str]) -> list[Score]:
    """Score a model's latents; names of other scores are passed over.

    Args:
        latents: of `Outputs`.
        names: the scores wanted, of `SCORE_NAMES`.
    """
    wanted = set(names)
    found: list[Score] = []
    for suffix in ("", "_continuous"):
        probes = {f"linear_probe{suffix}": scores.linear_probe, f"knn{suffix}": scores.knn}
        for name, probe in probes.items():
            if name in wanted:
                z_train, z_test = latents[f"train{suffix}"], latents[f"test{suffix}"]
                found.append(Score(name, probe(z_train, latents["y_train"], z_test, latents["y_test"]), True))
    if "codebook_perplexity" in wanted:
        found.append(Score("codebook_perplexity", scores.perplexity(latents["code_counts"]), None))
    if "reconstruction_mse" in wanted:
        found.append(Score("reconstruction_mse", float(latents["reconstruction_mse"]), False, reference="test"))
    return found


def evaluate_samples(
    samples: dict[str, np.ndarray], names: Iterable[str], dataset: Dataset, judge: Judge | None, config: Classifier,
    seed: int, device: str,
) -> list[Score]:  # fmt: skip
    """Score a model's generated series; names of other scores are passed over.

    Args:
        samples: of `Outputs`.
        names: the scores wanted, of `SCORE_NAMES`.
        dataset: the real series.
        judge: the FCN of IS and FID; may be None where neither is wanted.
        config: budget of the FCN that CAS trains.
        seed: of the job.
        device: where FCNs run.
    """
    wanted = set(names)
    found: list[Score] = []
    if wanted.intersection(JUDGED):
        if judge is None:
            raise ValueError(f"{', '.join(JUDGED)} need a judge")
        n = len(samples["unconditional"])
        probabilities, features = predict(judge.fcn(device), samples["unconditional"][:, None])
        mean, std = scores.inception_score(probabilities, seed=seed)
        fid = scores.frechet_distance(features, judge.features)
        found += [
            Score("inception_score", mean, True, n, judge.name),
            Score("inception_score_std", std, None, n, judge.name),
            Score("fid", fid, False, n, judge.name, "test"),
        ]
    if "cas" in wanted:
        x, y = samples["conditional"][:, None], samples["conditional_labels"]
        fcn = train_fcn(x, y, dataset.n_classes, config.cas_training, seed, device)
        probabilities, _ = predict(fcn, through_pair(dataset.x_test))
        name = f"trained on samples, {config.cas_training.steps(len(x))} steps"
        found.append(Score("cas", scores.accuracy(probabilities, dataset.y_test), True, len(x), name, "test"))
    return [score for score in found if score.name in wanted]


def _pooled(z: np.ndarray) -> np.ndarray:
    return scores.pool_features(z).astype(np.float32)
