"""What a job will take, from the sizes of its data set: counted operations over measured speed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd
import torch

from ..datasets import DatasetInfo
from ..models.autoencoders import AutoEncoder
from ..models.config import Config, Network, Training
from ..models.loop import train
from ..models.networks import halvings, latent_size
from ..models.spectrogram import spectrogram_size
from ..models.variants import VARIANTS

_FCN_PER_POINT = 8 * 128 + 5 * 128 * 256 + 3 * 256 * 128  # multiply-adds of the FCN's convolutions
_ENOUGH = 3  # finished jobs of a variant, for a correction of its own
_TRAIN, _RUN = 6.0, 2.0  # operations per multiply-add: forward and backward, or forward alone


@dataclass(frozen=True)
class Work:
    """Counted work: floating point operations, and optimiser steps with their fixed cost each."""

    operations: float
    steps: float

    def __add__(self, other: "Work") -> "Work":
        return Work(self.operations + other.operations, self.steps + other.steps)


@dataclass(frozen=True)
class Speed:
    """Speed of a device: operations per second, and seconds that a step takes whatever its size."""

    rate: float
    step: float

    def seconds(self, work: Work) -> float:
        """Predicted wall time."""
        return work.operations / self.rate + work.steps * self.step


NOMINAL = Speed(5e10, 1e-3)
"""A made-up device, for comparing jobs with each other in the same way on every machine."""


def job_work(name: str, info: DatasetInfo, config: Config) -> Work:
    """The work of a job, judged scores and CAS included. A user's own model counts as an AE.

    Args:
        name: of the variant.
        info: sizes of the data set.
        config: budgets and widths.
    """
    kind = VARIANTS[name].kind if name in VARIANTS else "ae"
    ssl = name in VARIANTS and VARIANTS[name].regularizer is not None
    length = info.length
    series = _autoencoder(length, config.network.width)
    cases = info.n_train + info.n_test
    total = Work(_RUN * cases * series, 0)
    if kind in ("random", "random_uncalibrated", "raw"):
        return total
    per_case = series * (2 if ssl else 1)
    if ssl:
        width = config.ssl.projector
        per_case += 2 * (2 * config.network.width * width + 2 * width**2)
    total += _training(per_case, info.n_train, config.training)
    drawn = max(info.n_test, 256) + max(config.classifier.cas_samples, info.n_train)
    if kind == "vqvae":
        tokens = _transformer(length, config)
        total += _training(tokens, info.n_train, config.prior.training)
        total += Work(_RUN * drawn * config.prior.sampling_steps * tokens, 0)
    judged = _RUN * (max(info.n_test, 256) + info.n_test) * length * _FCN_PER_POINT
    cas_cases = max(config.classifier.cas_samples, info.n_train)
    cas = _training(length * _FCN_PER_POINT, cas_cases, config.classifier.cas_training)
    return total + Work(judged, 0) + cas


def judge_work(info: DatasetInfo, config: Config) -> Work:
    """The work of training the FCN of a data set and judging its real series."""
    point = info.length * _FCN_PER_POINT
    return _training(point, info.n_train, config.classifier.training) + Work(
        _RUN * (info.n_train + info.n_test) * point, 0
    )


@lru_cache(maxsize=4)
def probe(device: str, threads: int) -> Speed:
    """Measure a device by two short trainings: a tiny one for the cost of a step, a larger one for the rate."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        small, _ = _time(device, 16, 8, 4)
        large, operations = _time(device, 200, 32, 32)
    finally:
        torch.set_num_threads(before)
    return Speed(operations / max(large - small, 0.2 * large), small)


@dataclass(frozen=True)
class Corrections:
    """By how much to multiply predictions, from jobs that are finished.

    Attributes:
        overall: median ratio of measured to predicted seconds.
        by_variant: the same for variants of which at least three jobs are finished.
    """

    overall: float = 1.0
    by_variant: Mapping[str, float] = field(default_factory=dict)

    def of(self, variant: str) -> float:
        """The factor for a variant."""
        return self.by_variant.get(variant, self.overall)


def corrections(jobs: pd.DataFrame, predicted: dict[str, float]) -> Corrections:
    """Compare predictions with finished jobs.

    Args:
        jobs: attempts with the columns job, variant, status, seconds_fit and seconds_total; those that only scored
            what was kept have no seconds_fit and do not count.
        predicted: seconds by job key.
    """
    done = jobs[(jobs["status"] == "ok") & jobs["seconds_fit"].notna() & jobs["job"].isin(predicted.keys())]
    seconds = done["job"].map(predicted)
    ratios = (done["seconds_total"] / seconds)[seconds > 0]
    if ratios.empty:
        return Corrections()
    groups = ratios.groupby(done["variant"])
    known = groups.median()[groups.size() >= _ENOUGH]
    return Corrections(float(ratios.median()), known.to_dict())


def _training(per_case: float, cases: int, budget: Training) -> Work:
    steps = budget.steps(cases)
    return Work(_TRAIN * per_case * steps * min(budget.batch, cases), steps)


def _autoencoder(length: int, width: int) -> float:
    """Multiply-adds of encoder and decoder for one series."""
    height, frames = spectrogram_size(length)
    total, channels, w = 0.0, 2, frames
    for _ in range(max(1, halvings(length))):
        w //= 2
        total += height * w * 12 * channels * width
        channels = width
    total += 2 * 4 * height * w * 10 * width**2
    for _ in range(max(0, halvings(length) - 1)):
        total += height * w * 12 * width**2
        w *= 2
    return total + height * w * 12 * width * 2


def _transformer(length: int, config: Config) -> float:
    """Multiply-adds of the prior for one series."""
    height, w = latent_size(length)
    tokens, prior = height * w + 1, config.prior
    attended = prior.heads * prior.head_width
    block = 4 * prior.width * attended + 2 * prior.feed_forward * prior.width**2 + 2 * tokens * attended
    return tokens * (prior.layers * block + 2 * prior.width * config.network.width)


def _time(device: str, length: int, width: int, batch: int) -> tuple[float, float]:
    """Seconds of a training step (the best of two rounds) and its operations."""
    with torch.random.fork_rng([device] if device.startswith("cuda") else []):
        torch.manual_seed(0)
        model = AutoEncoder(length, Config(network=Network(width=width))).to(device)
        x = torch.randn(batch, 1, length, device=device)
        train(model, (x,), Training(max_steps=2))
        steps = 4 if device == "cpu" else 40  # enough to be captured
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            train(model, (x,), Training(max_steps=steps))  # ends by reading its curves, which waits for the device
            seconds.append((time.perf_counter() - started) / steps)
    return min(seconds), _TRAIN * batch * _autoencoder(length, width)
