"""The time that a job will take, from the sizes of its data set: counted operations over measured speed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from ...datasets import DatasetInfo
from ...models.autoencoders import AutoEncoder
from ...models.config import Config, Network, Training
from ...models.training.loop import train
from . import counting

_ENOUGH = 3  # finished jobs of a variant, for a correction of its own
_JOBS, _STEPS = (1, 4, 8, 16), (466, 1043, 1344, 1478)  # on an H200 with MPS, docs/performance.md
_TRAIN = 3  # operations of a training step per operation of its forward pass: a backward pass has two for each


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
        """Return the predicted wall time."""
        return work.operations / self.rate + work.steps * self.step


NOMINAL = Speed(5e10, 1e-3)
"""A made-up device, for comparing jobs with each other in the same way on every machine."""


def job_work(name: str, info: DatasetInfo, config: Config) -> Work:
    """Return the work of a job, judged scores and CAS included. A user's own model counts as an AE.

    Args:
        name: of the variant.
        info: sizes of the data set.
        config: budgets and widths.
    """
    series = counting.reconstruction(info.length, config.network).operations
    total = Work((info.n_train + info.n_test) * series, 0)
    stages = counting.stages(counting.variant_of(name), info.length, config)
    if not stages:
        return total
    cas_cases = max(config.classifier.cas_samples, info.n_train)
    drawn = max(info.n_test, 256) + cas_cases
    for stage in stages:
        total += _training(stage.count.operations, info.n_train, stage.budget)
        total += Work(drawn * stage.passes * stage.count.operations, 0)
    judged = counting.classifier(info.length).operations
    total += Work((max(info.n_test, 256) + info.n_test) * judged, 0)
    return total + _training(judged, cas_cases, config.classifier.cas_training)


def judge_work(info: DatasetInfo, config: Config) -> Work:
    """Return the work of training the FCN of a data set and judging its real series."""
    series = counting.classifier(info.length).operations
    training = _training(series, info.n_train, config.classifier.training)
    return training + Work((info.n_train + info.n_test) * series, 0)


@lru_cache(maxsize=4)
def probe(device: str, threads: int) -> Speed:
    """Measure a device by two short trainings: a tiny one for the cost of a step, a larger one for the rate."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        small, _ = _time(device, 16, 8, 4)
        # A card is filled by what is large only.
        large, operations = _time(device, 200, 32, 32) if device == "cpu" else _time(device, 500, 64, 128)
    finally:
        torch.set_num_threads(before)
    return Speed(operations / max(large - small, 0.2 * large), small)


@dataclass(frozen=True)
class Corrections:
    """Factors on predictions, from jobs that are finished.

    Attributes:
        overall: median ratio of measured to predicted seconds.
        by_variant: the same for variants of which at least three jobs are finished.
    """

    overall: float = 1.0
    by_variant: Mapping[str, float] = field(default_factory=dict)

    def of(self, variant: str) -> float:
        """Return the factor for a variant."""
        return self.by_variant.get(variant, self.overall)


def slowdown(width: float | np.ndarray) -> np.ndarray:
    """Return how many times as long each of so many jobs on a card takes as one alone, as measured with MPS."""
    return np.multiply(width, _STEPS[0]) / np.interp(width, _JOBS, _STEPS)


def corrections(jobs: pd.DataFrame, predicted: dict[str, float]) -> Corrections:
    """Compare predictions with finished jobs.

    Args:
        jobs: attempts with the columns job, variant, status, seconds_fit, seconds_total and jobs_at_once; those that
            only scored what was kept have no seconds_fit and do not count. Predictions are of jobs alone on a card.
        predicted: seconds by job key.
    """
    done = jobs[(jobs["status"] == "ok") & jobs["seconds_fit"].notna() & jobs["job"].isin(predicted.keys())]
    seconds = done["job"].map(predicted)
    slower = pd.Series(slowdown(done["jobs_at_once"].fillna(1.0).to_numpy(float)), done.index)
    ratios = (done["seconds_total"] / slower / seconds)[seconds > 0]
    if ratios.empty:
        return Corrections()
    groups = ratios.groupby(done["variant"])
    known = groups.median()[groups.size() >= _ENOUGH]
    return Corrections(float(ratios.median()), {str(name): factor for name, factor in known.items()})


def _training(per_case: float, cases: int, budget: Training) -> Work:
    steps = budget.steps(cases)
    return Work(_TRAIN * per_case * steps * min(budget.batch, cases), steps)


def _time(device: str, length: int, width: int, batch: int) -> tuple[float, float]:
    """Return the seconds of a training step, from the best of two rounds, and its operations."""
    with torch.random.fork_rng([device] if device.startswith("cuda") else []):
        torch.manual_seed(0)
        model = AutoEncoder(length, Config(network=Network(width=width)))
        model.to(device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        x = torch.randn(batch, 1, length, device=device)
        # Longer trainings against short ones: a capture takes as long as hundreds of steps, and comes once.
        few, many = (1, 5) if device == "cpu" else (20, 220)
        _train(model, x, few)
        short, long = (min(_train(model, x, steps) for _ in range(2)) for steps in (few, many))
    seconds = max(long - short, 0.2 * long) / (many - few)
    return seconds, _TRAIN * batch * counting.reconstruction(length, Network(width=width)).operations


def _train(model: AutoEncoder, x: Tensor, steps: int) -> float:
    """Return the seconds of a training of so many steps."""
    started = time.perf_counter()
    train(model, (x,), Training(max_steps=steps))  # ends by reading its curves, which waits for the device
    return time.perf_counter() - started
