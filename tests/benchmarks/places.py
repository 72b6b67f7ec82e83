"""The device on which benchmarks run, and how two ways of doing the same are timed in turn."""

import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import torch

from ucrbench.bench.job.heap import kept_heap
from ucrbench.models.training.cuda_graph import WARM_UP

DEVICE = os.environ.get("UCRBENCH_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
ROUNDS = 5
# Steps before those that are timed: the first ones allocate, and on CUDA come before the capture or are captured.
UNTIMED = 2 if DEVICE == "cpu" else WARM_UP + 1


class Laps:
    """When steps of a training ended; stands where a training has the keeper of its checkpoints, and keeps none."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def read(self, kind: str) -> None:
        """Nothing was kept."""

    def due(self) -> bool:
        """Never, but a step has ended."""
        self.ends.append(time.perf_counter())
        return False

    def write(self, state: dict[str, Any]) -> None:
        """The last step has ended."""
        self.due()


def paired(benchmark, ours: Callable[[int, Laps], object], plain: Callable[[int], Iterator[float]], steps: int) -> None:
    """Time so many steps of both in turn; the ratio goes into the benchmark's `extra_info`.

    Machines drift: only what was measured in the same moments is divided. What is timed is a step in the middle of a
    training, since a training has thousands of them: not what comes before the first, nor the first ones.
    """
    times: dict[str, list[float]] = {"ours": [], "beside": []}

    def turn() -> None:
        ends = [time.perf_counter() for _ in plain(UNTIMED + steps)]
        times["beside"].append((ends[-1] - ends[UNTIMED - 1]) / steps)
        laps = Laps()
        with kept_heap():  # as in a job; the plain loop has the heap that the system gives everyone
            ours(UNTIMED + steps, laps)
        times["ours"].append((laps.ends[-1] - laps.ends[UNTIMED - 1]) / steps)

    benchmark.pedantic(turn, rounds=ROUNDS, iterations=1)
    benchmark.extra_info |= compared(times)


def compared(times: dict[str, list[float]]) -> dict[str, float]:
    """Return what a benchmark reports of the seconds of "ours" and of what is "beside" it, measured in turn."""
    ratios = [b / a for a, b in zip(times["ours"], times["beside"], strict=True)]
    return {
        "ms": 1000 * median(times["ours"]),
        "beside_ms": 1000 * median(times["beside"]),
        "ratio": median(ratios),
        "least_ratio": min(ratios),
        "greatest_ratio": max(ratios),
    }
