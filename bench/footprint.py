"""What memory a job will take, from the sizes of its data set: counted values, corrected by finished jobs."""

import math
from statistics import median

import pandas as pd

from ..datasets import DatasetInfo
from ..models.config import Config
from ..models.estimators import TOKENS_ON_CPU
from ..models.layers.norm import WIDE
from ..models.networks import halvings, latent_size, widest
from ..models.spectrogram import spectrogram_size
from ..models.variants import VARIANTS

BASE = 5e8  # bytes of a process with its libraries, or of a context on a device
_FLOAT = 4
_KEPT = 3  # values kept for the backward pass for each that a layer gives: of convolution, norm and activation
_KEPT_WIDE = 2  # of layers so wide that a CPU computes activations anew
_FCN_CHANNELS, _FCN_WIDEST = 128 + 256 + 128, 256


def job_memory(name: str, info: DatasetInfo, config: Config, device: str) -> float:
    """Predicted peak of a job in bytes: the largest of its stages. A user's own model counts as an AE.

    Args:
        name: of the variant.
        info: sizes of the data set.
        config: budgets and widths.
        device: it runs on.
    """
    cpu = not device.startswith("cuda")
    kind = VARIANTS[name].kind if name in VARIANTS else "ae"
    data = (info.n_train + info.n_test) * info.length
    if kind in ("random", "random_uncalibrated", "raw"):
        return BASE + _FLOAT * 4 * data
    ssl = name in VARIANTS and VARIANTS[name].regularizer is not None
    width = config.network.width
    batch = min(config.training.batch, info.n_train)
    wide = cpu and batch * widest(info.length, width) >= WIDE
    stage = (_KEPT_WIDE if wide else _KEPT) * batch * _activations(info.length, width)
    if ssl:
        features = config.ssl.projector
        weights = 2 * width * features + 2 * features**2
        # Decoders give their memory back early. Weights, both moments, and of gradients all or, on a CPU, a layer's.
        stage = 1.5 * stage + (4 if cpu else 5) * weights + 2 * _KEPT * 2 * batch * features
    tokens, prior = math.prod(latent_size(info.length)) + 1, config.prior
    stages = [stage]
    if kind == "vqvae":
        per_token = prior.layers * ((4 + 2 * prior.feed_forward) * prior.width + 4 * prior.heads * prior.head_width)
        batch = min(prior.training.batch, info.n_train, TOKENS_ON_CPU // tokens + 1 if cpu else prior.training.batch)
        stages.append(batch * tokens * (per_token + prior.layers * prior.heads * tokens))
    cas = config.classifier
    cases = min(cas.cas_training.batch, max(cas.cas_samples, info.n_train))
    pieces = cpu and cases * info.length * _FCN_WIDEST >= WIDE
    stages.append((1 if pieces else _KEPT) * cases * info.length * _FCN_CHANNELS)
    return BASE + _FLOAT * (max(stages) + 4 * data)


def memory_correction(peaks: pd.Series, predicted: dict[str, float]) -> float:
    """Median ratio of measured to predicted bytes over finished jobs, 1 where none is finished.

    Args:
        peaks: measured bytes by job key.
        predicted: bytes by job key.
    """
    ratios = [peak / predicted[job] for job, peak in peaks.dropna().items() if job in predicted]
    return median(ratios) if ratios else 1.0


def _activations(length: int, width: int) -> float:
    """Values that the layers of encoder and decoder give for one series."""
    height, frames = spectrogram_size(length)
    n = max(1, halvings(length))
    down = sum(height * (frames >> i) * width for i in range(1, n + 1))
    latent = height * latent_size(length)[1] * width
    up = sum(latent << i for i in range(1, max(0, n - 1) + 1))
    return down + 2 * 4 * 2 * latent + up + 8 * height * frames
