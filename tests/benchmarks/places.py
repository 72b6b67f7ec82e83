"""Where benchmarks run, and how two ways of doing the same are timed in turn."""

import os
import time
from collections.abc import Callable
from statistics import median

import torch

from ucrbench.models.heap import kept_heap

DEVICE = os.environ.get("UCRBENCH_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
ROUNDS = 5


def paired(benchmark, ours: Callable[[int], object], plain: Callable[[int], object], steps: int) -> None:
    """Time so many steps of both in turn; the ratio goes into the benchmark's `extra_info`.

    Machines drift: only what was measured in the same moments is divided. Before what is timed, both run untimed: ours
    as long, until the heap it keeps has grown as far as it will.
    """
    times: dict[str, list[float]] = {"ours": [], "plain": []}

    def timed(name: str, function: Callable[[int], object]) -> None:
        started = time.perf_counter()
        function(steps)
        if DEVICE.startswith("cuda"):
            torch.cuda.synchronize()
        times[name].append((time.perf_counter() - started) / steps)

    def turn() -> None:
        plain(1)
        timed("plain", plain)
        with kept_heap():  # as in a job; the plain loop has the heap that the system gives everyone
            ours(steps)
            timed("ours", ours)

    with kept_heap():
        ours(1)
    plain(1)
    benchmark.pedantic(turn, rounds=ROUNDS, iterations=1)
    benchmark.extra_info |= compared(times)


def compared(times: dict[str, list[float]]) -> dict[str, float]:
    """What a benchmark reports of seconds per step of "ours" and "plain", measured in turn."""
    return {
        "step_ms": 1000 * median(times["ours"]),
        "plain_step_ms": 1000 * median(times["plain"]),
        "ratio": median(b / a for a, b in zip(times["ours"], times["plain"], strict=True)),
    }
