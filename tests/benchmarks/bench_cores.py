"""The same work on all cores: jobs side by side with a thread each, beside plain loops in turn with all threads."""

import multiprocessing
import os
import time
from typing import Any

import pytest
import reference
import torch
from bench_steps import BATCH, series
from places import DEVICE, ROUNDS, UNTIMED, Laps, compared

from ucrbench.bench.job.heap import kept_heap
from ucrbench.models.config import Config, Training
from ucrbench.models.training.loop import train
from ucrbench.models.variants import MAIN_VARIANTS, build

CORES, STEPS = os.cpu_count() or 1, 2


class Gates(Laps):
    """Waits for the others after the untimed steps of a training and after the last."""

    def __init__(self, start, ended) -> None:
        super().__init__()
        self.start, self.ended = start, ended

    def due(self) -> bool:
        super().due()
        if len(self.ends) == UNTIMED:
            self.start.wait()
        return False

    def write(self, state: dict[str, Any]) -> None:
        self.ended.wait()


def job(variant: str, length: int, start, ended) -> None:
    """Train as a worker does, whenever told to start."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, config = build(variant, Config()), Config()
    module, data = model.place(model.autoencoder(length, config)), (torch.as_tensor(series(length)[:, None]),)
    with kept_heap():
        for _ in range(ROUNDS):
            start.wait()
            train(module, data, Training(batch=BATCH, max_steps=UNTIMED + STEPS), Gates(start, ended))


@pytest.mark.skipif(DEVICE != "cpu", reason="it is about the cores of a CPU")
@pytest.mark.parametrize("length", [500])
@pytest.mark.parametrize("variant", MAIN_VARIANTS)
def test_all_cores(benchmark, variant, length):
    spawn = multiprocessing.get_context("spawn")
    start, ended = (spawn.Barrier(CORES + 1, timeout=600) for _ in range(2))  # not for ever for one that died
    jobs = [spawn.Process(target=job, args=(variant, length, start, ended), daemon=True) for _ in range(CORES)]
    for process in jobs:
        process.start()
    plain, x = reference.Model(variant, length, Config()), series(length)
    threads = torch.get_num_threads()
    torch.set_num_threads(CORES)
    times: dict[str, list[float]] = {"ours": [], "beside": []}

    def turn() -> None:
        ends = [time.perf_counter() for _ in reference.train(plain, x, BATCH, UNTIMED + CORES * STEPS)]
        times["beside"].append((ends[-1] - ends[UNTIMED - 1]) / (CORES * STEPS))
        start.wait()  # for the untimed steps
        start.wait()  # all have done them
        started = time.perf_counter()
        ended.wait()
        times["ours"].append((time.perf_counter() - started) / (CORES * STEPS))

    try:
        benchmark.pedantic(turn, rounds=ROUNDS, iterations=1)
    finally:
        torch.set_num_threads(threads)
        for process in jobs:
            process.join(60)
    benchmark.extra_info |= compared(times)
