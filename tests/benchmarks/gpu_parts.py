"""The parts of `gpu.py`: each takes a place and what writes a row, and runs in a process of its own."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import reference
import torch
from places import UNTIMED, Laps, compared, paired
from torch.nn import functional as F

from ucrbench import datasets
from ucrbench.bench import PRESETS, Execution, Sweep, plan, run
from ucrbench.bench.job.heap import kept_heap
from ucrbench.bench.sweep.mps import shared_card
from ucrbench.models import joint
from ucrbench.models.config import Config, Training
from ucrbench.models.fcn import FCN
from ucrbench.models.priors.maskgit import MaskGIT
from ucrbench.models.training.loop import Trainable, train
from ucrbench.models.variants import MAIN_VARIANTS, build
from ucrbench.results import ResultStore

Write = Callable[..., None]
fork = multiprocessing.get_context("fork")  # torch is imported once; no process forks that has used the card


@dataclass(frozen=True)
class Place:
    """The device, and how much is run on it.

    `seconds` is the limit of a part, `sweep` the preset of the sweep. Batches are `batch` series, those of prior and
    FCN `stage_batch`.
    """

    out: Path
    device: str
    data_dir: str | None
    seconds: float
    preset: str
    sweep: str
    lengths: tuple[int, ...]
    batch: int
    stage_batch: int
    positions: int
    steps: int
    samples: int
    processes: tuple[int, ...]
    data_sets: int
    variants: tuple[str, ...]

    @property
    def config(self) -> Config:
        return PRESETS[self.preset]


class Rounds:
    """Stands where pytest-benchmark's fixture stands, and calls what is timed twice."""

    def __init__(self) -> None:
        self.extra_info: dict[str, float] = {}

    def pedantic(self, turn: Callable[[], None], rounds: int, iterations: int) -> None:
        for _ in range(min(rounds, 2)):
            turn()


def cuda_tests(place: Place, write: Write) -> None:
    """Run the tests that need a card, where pytest and the tests are."""
    tests = Path(__file__).parents[1]
    files = [str(tests / "models" / "test_cuda_models.py"), str(tests / "bench" / "test_cuda.py")]
    if place.device == "cpu" or find_spec("pytest") is None:
        write("pytest -m cuda", note="not run: it needs a card and pytest")
        return
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "cuda", *files]
    done = subprocess.run(command, cwd=tests.parent, capture_output=True, text=True)
    write("pytest -m cuda", exit_status=done.returncode, note=(done.stdout.strip().splitlines() or [done.stderr])[-1])


def series(cases: int, length: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((cases, length)).cumsum(1).astype(np.float32) / length**0.5


def autoencoder(place: Place, variant: str, length: int) -> tuple[Trainable, tuple[torch.Tensor, ...]]:
    """Return the module of a variant and the series on which it is trained."""
    torch.manual_seed(0)
    model = build(variant, place.config, 0, place.device)
    module = model.place(model.autoencoder(length, place.config))
    return module, (torch.as_tensor(series(place.batch, length)[:, None], device=place.device),)


def laps_of(place: Place, module: Trainable, data: tuple[torch.Tensor, ...], laps: Laps) -> float:
    """Train and return the seconds of a step in the middle."""
    with kept_heap():
        train(module, data, Training(batch=len(data[0]), max_steps=UNTIMED + place.steps), laps)
    return (laps.ends[-1] - laps.ends[UNTIMED - 1]) / place.steps


def beside(write: Write, name: str, ours: Callable, plain: Callable[[int], Iterator[float]], steps: int) -> None:
    rounds = Rounds()
    paired(rounds, ours, plain, steps)
    write(name, **rounds.extra_info)


def steps(place: Place, write: Write) -> None:
    """Time steps of the variants beside the plain loop."""
    for length in place.lengths:
        for variant in MAIN_VARIANTS:
            module, data = autoencoder(place, variant, length)
            plain, x = reference.Model(variant, length, place.config).to(place.device), data[0][:, 0].cpu().numpy()
            beside(
                write,
                f"{variant}, L {length}",
                lambda n, laps, m=module, d=data: train(m, d, Training(batch=place.batch, max_steps=n), laps),
                lambda n, p=plain, x=x: reference.train(p, x, place.batch, n),
                place.steps,
            )


def stages(place: Place, write: Write) -> None:
    """Time steps of prior and FCN beside the plain loop, and the sampling of series."""
    n, length = place.stage_batch, place.lengths[len(place.lengths) // 2]
    torch.manual_seed(0)
    y, budget = torch.randint(2, (n,)), partial(Training, batch=n)
    logits, x = -10 * torch.rand(n, place.positions, 32), torch.randn(n, 1, length)
    ours, plain = (
        MaskGIT(torch.randn(32, 64), place.positions, 2, place.config.prior, True).to(place.device) for _ in range(2)
    )
    fcn, plain_fcn = FCN(2).to(place.device), reference.PlainFCN(2).to(place.device)
    prior_data, fcn_data = ((a.to(place.device), y.to(place.device)) for a in (logits, x))
    beside(
        write,
        f"prior, batch {n}, {place.positions} tokens",
        lambda k, laps: train(ours, prior_data, budget(max_steps=k), laps),
        lambda k: reference.train_plainly(
            lambda *batch: plain.train().loss(*batch)["loss"], list(plain.parameters()), (logits, y), n, k
        ),
        place.steps,
    )
    beside(
        write,
        f"FCN, batch {n}, L {length}",
        lambda k, laps: train(fcn, fcn_data, budget(max_steps=k), laps),
        lambda k: reference.train_plainly(
            lambda a, b: F.cross_entropy(plain_fcn.train()(a), b), list(plain_fcn.parameters()), (x, y), n, k
        ),
        place.steps,
    )
    once = Training(batch=place.batch, max_steps=1)
    config = replace(place.config, training=once, prior=replace(place.config.prior, training=once))
    model = build("vqvae", config, 0, place.device).fit(series(place.batch, length)[:, None])
    for turn in ("first", "second"):
        started = time.perf_counter()
        model.sample(place.samples)
        write(f"sampling {place.samples} series, L {length}, {turn}", ms=1000 * (time.perf_counter() - started))


def joint_views(place: Place, write: Write) -> None:
    """Time self-supervised steps with both views in one pass and in two, in turn."""
    for length in place.lengths[:2]:
        for variant in (name for name in MAIN_VARIANTS if name.startswith("vqvae_")):
            module, data = autoencoder(place, variant, length)
            times: dict[str, list[float]] = {"ours": [], "beside": []}
            for _ in range(2):
                for kind, devices in (("beside", ()), ("ours", (place.device,))):
                    joint.DEVICES = devices
                    times[kind].append(laps_of(place, module, data, Laps()))
            write(f"{variant}, L {length}, one pass beside two", **compared(times))


def compiled(place: Place, write: Write) -> None:
    """Time steps with the loss compiled, beside the loss as it is. On a CPU it is traced only."""
    for variant in ("vqvae", "vqvae_barlow"):
        module, data = autoencoder(place, variant, place.lengths[0])
        plain = laps_of(place, module, data, Laps())
        started = time.perf_counter()
        module.loss = torch.compile(module.loss, backend="eager" if place.device == "cpu" else "inductor")
        seconds = laps_of(place, module, data, Laps())
        times = {"ours": [seconds], "beside": [plain]}
        whole = time.perf_counter() - started
        write(f"{variant}, L {place.lengths[0]}, torch.compile", **compared(times), seconds_with_compiling=whole)


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


def _one_of_many(place: Place, barrier, ends) -> None:
    gate = Gate(barrier)
    laps_of(place, *autoencoder(place, "vqvae", place.lengths[0]), gate)
    ends.put((gate.ends[UNTIMED - 1], gate.ends[-1]))


def throughput(place: Place, write: Write) -> None:
    """Count the steps a second of several processes that train VQVAE at once, with MPS and without."""
    longer = replace(place, steps=5 * place.steps)
    for wanted in (True, False):
        with shared_card(place.device, wanted) as sharing:
            if wanted and not sharing.at_once:
                write("MPS", note=sharing.note or "there is no card to share")
                continue
            os.environ.update(sharing.environment)
            for n in place.processes if sharing.at_once else place.processes[::3]:
                barrier, ends = fork.Barrier(n, timeout=place.seconds), fork.SimpleQueue()
                jobs = [fork.Process(target=_one_of_many, args=(longer, barrier, ends)) for _ in range(n)]
                for job in jobs:
                    job.start()
                for job in jobs:
                    job.join()
                if any(job.exitcode for job in jobs):
                    raise RuntimeError(f"{sum(bool(job.exitcode) for job in jobs)} of {n} processes failed")
                starts, stops = zip(*(ends.get() for _ in jobs), strict=True)
                rate = n * longer.steps / (max(stops) - min(starts))
                how = "with MPS" if sharing.at_once else "without MPS"
                write(f"vqvae, L {place.lengths[0]}, {n} processes {how}", steps_per_second=rate)
            for name in sharing.environment:
                del os.environ[name]


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
    # While jobs share a card each takes longer; so jobs of the whole are taken to share it as those of the sample did.
    side_by_side = jobs["seconds_total"].sum() / (jobs["finished_at"].max() - jobs["started_at"].min()).total_seconds()
    whole = plan(replace(wanted, datasets=("all",), variants=("main",)), store, fetch=False).total_seconds
    hours = whole / side_by_side / 3600
    write(f"the archive x {len(MAIN_VARIANTS)} at {place.sweep}, predicted", hours=hours, side_by_side=side_by_side)


def profile(place: Place, write: Write) -> None:
    """Name the ten kernels, on a CPU operations, that take most of an eager step."""
    n = 5  # too few to be captured
    kind = torch.profiler.ProfilerActivity.CPU if place.device == "cpu" else torch.profiler.ProfilerActivity.CUDA
    for variant in ("vqvae", "vqvae_barlow"):
        module, data = autoencoder(place, variant, place.lengths[len(place.lengths) // 2])
        train(module, data, Training(batch=place.batch, max_steps=2))
        with torch.profiler.profile(activities=[kind]) as seen:
            train(module, data, Training(batch=place.batch, max_steps=n))
        attribute = "self_cpu_time_total" if place.device == "cpu" else "self_device_time_total"
        found = [(getattr(event, attribute) / n / 1000, event.count / n, event.key) for event in seen.key_averages()]
        found = sorted((row for row in found if row[0] > 0), reverse=True)
        write(f"{variant}, all", ms=sum(row[0] for row in found), a_step=sum(row[1] for row in found))
        for ms, a_step, key in found[:10]:
            write(f"{variant}, {key[:80]}", ms=ms, a_step=a_step)


# The seconds that each may take, of five minutes; what one leaves falls to those behind it.
PARTS: dict[str, tuple[Callable[[Place, Write], None], float]] = {
    "steps": (steps, 75),
    "joint_views": (joint_views, 25),
    "stages": (stages, 30),
    "profile": (profile, 20),
    "sweep": (sweep, 120),
    "throughput": (throughput, 90),
    "compiled": (compiled, 60),
    "cuda_tests": (cuda_tests, 60),
}
