"""The parts of `gpu.py` in which jobs share the card: processes side by side, and a sweep."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from gpu_parts import Place, Write, autoencoder, fork, laps_of
from places import UNTIMED, Laps

from ucrbench import datasets
from ucrbench.bench import Execution, Sweep, plan, run
from ucrbench.bench.sweep.mps import can_share, shared_card
from ucrbench.bench.sweep.place import width_of
from ucrbench.models.variants import MAIN_VARIANTS
from ucrbench.results import ResultStore


class Gate(Laps):
    """Waits for the other processes after the untimed steps."""

    def __init__(self, barrier) -> None:
        super().__init__()
        self.barrier = barrier

    def due(self) -> bool:
        super().due()
        if len(self.ends) == UNTIMED:
            self.barrier.wait()
            self.ends[-1] = time.perf_counter()
        return False


def _one_of_many(place: Place, variant: str, length: int, barrier, ends) -> None:
    gate = Gate(barrier)
    laps_of(place, *autoencoder(place, variant, length), gate)
    ends.put((gate.ends[UNTIMED - 1], gate.ends[-1]))


def throughput(place: Place, write: Write) -> None:
    """Count the steps a second of processes that train at once: under MPS as in a sweep, and otherwise."""
    small, middle = place.lengths[0], place.lengths[len(place.lengths) // 2]
    several = place.processes[len(place.processes) // 2]
    lone = [("vqvae", small), ("vqvae", middle), ("vqvae_barlow", middle)]
    with shared_card(place.device, True) as sharing:
        write("MPS", note=sharing.note or ("shared" if sharing.at_once else "there is no card to share"))
        cases = [("as in a sweep", n, "vqvae", small, sharing.environment_of(n)) for n in place.processes]
        cases += [("as in a sweep", several, *what, sharing.environment_of(several)) for what in lone[1:]]
        cases += [("without MPS", 1, *what, {}) for what in lone]
        cases += [("all of the card each", several, *what, sharing.environment_of(1)) for what in lone]
        cases += [(f"a share as of {several}", 1, *what, sharing.environment_of(several)) for what in lone[:2]]
        for name, n, variant, length, how in cases:
            with environment(how):
                write(f"{n} x {variant}, L {length}, {name}", steps_per_second=rate(place, n, variant, length))


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the processes that are started inside."""
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


def rate(place: Place, n: int, variant: str, length: int) -> float:
    """Return the steps a second, in all, of n processes that train at once."""
    longer = replace(place, steps=5 * place.steps)
    barrier, ends = fork.Barrier(n, timeout=place.seconds), fork.SimpleQueue()
    jobs = [fork.Process(target=_one_of_many, args=(longer, variant, length, barrier, ends)) for _ in range(n)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    if any(job.exitcode for job in jobs):
        raise RuntimeError(f"{sum(bool(job.exitcode) for job in jobs)} of {n} processes failed")
    starts, stops = zip(*(ends.get() for _ in jobs), strict=True)
    return n * longer.steps / (max(stops) - min(starts))


def sweep(place: Place, write: Write) -> None:
    """Run a sweep on data sets from small to large, and predict the whole archive from it."""
    names = datasets.select("bundled" if place.data_dir is None else "all")
    sizes = {name: datasets.info(name) for name in names if datasets.is_here(name, place.data_dir)}
    ordered = sorted(sizes, key=lambda name: sizes[name].n_train * sizes[name].length)
    middles = (np.arange(place.data_sets) + 0.5) / place.data_sets * len(ordered)
    chosen = tuple(dict.fromkeys(ordered[int(middle)] for middle in middles))
    wanted = Sweep(chosen, place.variants, preset=place.sweep, data_dir=place.data_dir, device=place.device)
    execution = Execution(time_limit=0.8 * place.seconds, backend="inline" if place.device == "cpu" else "loky")
    started = time.perf_counter()
    summary = run(place.out / "store", wanted, execution)
    wall = time.perf_counter() - started
    store = ResultStore(place.out / "store")
    jobs = store.jobs()
    write(f"sweep of {', '.join(chosen)}", seconds=wall, ran=summary.ran, failed=summary.failed, undone=summary.undone)
    for job in jobs.sort_values("seconds_total").itertuples():
        write(f"job {job.dataset}, {job.variant}", seconds=job.seconds_total, note=job.status)
    archive = plan(replace(wanted, datasets=("all",), variants=("main",)), store, fetch=False)
    width = width_of(execution, place.device, 1, can_share())
    hours = archive.wall_seconds(width) / 3600
    write(f"the archive x {len(MAIN_VARIANTS)} at {place.sweep}, {width} jobs at a time, predicted", hours=hours)
