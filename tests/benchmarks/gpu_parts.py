"""The parts of `gpu.py`: each takes a place and what writes a row, and runs in a process of its own."""

import multiprocessing
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
from torch import nn
from torch.nn import functional as F

from ucrbench.bench import PRESETS
from ucrbench.bench.job.heap import kept_heap
from ucrbench.models import joint
from ucrbench.models.config import Config, Training
from ucrbench.models.fcn import FCN
from ucrbench.models.priors.maskgit import MaskGIT
from ucrbench.models.training.loop import Trainable, train
from ucrbench.models.training.precision import Precision
from ucrbench.models.variants import MAIN_VARIANTS, build

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


def laps_of(
    place: Place, module: Trainable, data: tuple[torch.Tensor, ...], laps: Laps, precision: Precision = "fp32"
) -> float:
    """Train and return the seconds of a step in the middle."""
    with kept_heap():
        train(module, data, Training(batch=len(data[0]), max_steps=UNTIMED + place.steps), laps, precision)
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
    budget = partial(Training, batch=n)
    (ours, prior_data), (plain, _) = prior_of(place), prior_of(place)
    (fcn, fcn_data), plain_fcn = fcn_of(place, length), reference.PlainFCN(2).to(place.device)
    beside(
        write,
        f"prior, batch {n}, {place.positions} tokens",
        lambda k, laps: train(ours, prior_data, budget(max_steps=k), laps),
        lambda k: reference.train_plainly(
            lambda *batch: plain.train().loss(*batch)["loss"],
            list(plain.parameters()),
            tuple(tensor.cpu() for tensor in prior_data),
            n,
            k,
        ),
        place.steps,
    )
    beside(
        write,
        f"FCN, batch {n}, L {length}",
        lambda k, laps: train(fcn, fcn_data, budget(max_steps=k), laps),
        lambda k: reference.train_plainly(
            lambda a, b: F.cross_entropy(plain_fcn.train()(a), b),
            list(plain_fcn.parameters()),
            tuple(tensor.cpu() for tensor in fcn_data),
            n,
            k,
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


def modules(place: Place) -> Iterator[tuple[str, Callable[[], tuple[Trainable, tuple[torch.Tensor, ...]]]]]:
    """Yield what is trained at the middle length, by name: makers of a module and of the data it is trained on."""
    length = place.lengths[len(place.lengths) // 2]
    for variant in ("vqvae", "vqvae_barlow"):
        yield f"{variant}, L {length}", partial(autoencoder, place, variant, length)
    yield f"prior, {place.positions} tokens", partial(prior_of, place)
    yield f"FCN, L {length}", partial(fcn_of, place, length)


def prior_of(place: Place) -> tuple[Trainable, tuple[torch.Tensor, ...]]:
    """Return a prior and the logits and classes on which it is trained."""
    torch.manual_seed(0)
    n, codes = place.stage_batch, torch.randn(32, 64)
    module = MaskGIT(codes, place.positions, 2, place.config.prior, True).to(place.device)
    logits, y = -10 * torch.rand(n, place.positions, 32), torch.randint(2, (n,))
    return module, (logits.to(place.device), y.to(place.device))


def fcn_of(place: Place, length: int) -> tuple[Trainable, tuple[torch.Tensor, ...]]:
    """Return an FCN and the series and classes on which it is trained."""
    torch.manual_seed(0)
    x, y = torch.randn(place.stage_batch, 1, length), torch.randint(2, (place.stage_batch,))
    return FCN(2).to(place.device), (x.to(place.device), y.to(place.device))


def settings(place: Place, write: Write) -> None:
    """Time steps as they are, in bf16, with cuDNN's own search, and in the order of memory that torch begins with.

    A step without BatchNorm and LeakyReLU is another model's; it bounds what fusing these with other kernels can gain.
    """
    for name, make in modules(place):
        for how in ("as it is", "bf16", "cudnn.benchmark", "not channels-last", "without norms and activations"):
            module, data = make()
            if how == "not channels-last":
                module = module.to(memory_format=torch.contiguous_format)
            if how == "without norms and activations":
                bare(module)
            torch.backends.cudnn.benchmark = how == "cudnn.benchmark"
            seconds = laps_of(place, module, data, Laps(), "bf16" if how == "bf16" else "fp32")
            write(f"{name}, {how}", ms=1000 * seconds)


def bare(module: nn.Module) -> None:
    """Replace each BatchNorm of images and each LeakyReLU inside a module by what does nothing."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d | nn.LeakyReLU):
            setattr(module, name, nn.Identity())
        else:
            bare(child)


def joint_views(place: Place, write: Write) -> None:
    """Time self-supervised steps with both views in one pass and in two, in turn."""
    for length in place.lengths:
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
        length = place.lengths[len(place.lengths) // 2]
        module, data = autoencoder(place, variant, length)
        plain = laps_of(place, module, data, Laps())
        started = time.perf_counter()
        module.loss = torch.compile(module.loss, backend="eager" if place.device == "cpu" else "inductor")
        seconds = laps_of(place, module, data, Laps())
        times = {"ours": [seconds], "beside": [plain]}
        whole = time.perf_counter() - started
        write(f"{variant}, L {length}, torch.compile", **compared(times), seconds_with_compiling=whole)


def profile(place: Place, write: Write) -> None:
    """Name the ten kernels, on a CPU operations, that take most of an eager step."""
    n = 5  # too few to be captured
    kind = torch.profiler.ProfilerActivity.CPU if place.device == "cpu" else torch.profiler.ProfilerActivity.CUDA
    for what, make in modules(place):
        module, data = make()
        train(module, data, Training(batch=len(data[0]), max_steps=2))
        with torch.profiler.profile(activities=[kind]) as seen:
            train(module, data, Training(batch=len(data[0]), max_steps=n))
        attribute = "self_cpu_time_total" if place.device == "cpu" else "self_device_time_total"
        found = [(getattr(event, attribute) / n / 1000, event.count / n, event.key) for event in seen.key_averages()]
        found = sorted((row for row in found if row[0] > 0), reverse=True)
        write(f"{what}, all", ms=sum(row[0] for row in found), a_step=sum(row[1] for row in found))
        for ms, a_step, key in found[:10]:
            write(f"{what}, {key[:80]}", ms=ms, a_step=a_step)
