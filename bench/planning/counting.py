"""Operations and memory of networks, counted on the networks themselves: a pass of a few series is watched.

A pass is watched for two lengths, and what it takes in between follows from the width of the latent: every layer of
encoder and decoder, and of what a prior makes of their latent, is as wide as a power of two of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ...models.autoencoders import AutoEncoder
from ...models.config import Config, Network, Training
from ...models.fcn import FCN
from ...models.networks import halvings, latent_size
from ...models.variants import VARIANTS, Variant

WATCHED = 2  # series in a pass that is watched
NARROW, WIDE = 8, 14  # latents of the lengths that are watched
POINTS = 64  # length of the series on which the FCN is watched


@dataclass(frozen=True)
class Count:
    """The work and the memory of a pass.

    Attributes:
        operations: floating point operations of a forward pass of one series.
        kept: bytes that it keeps for the backward pass.
        parameters: number of trained parameters.
    """

    operations: float
    kept: float
    parameters: float

    def __add__(self, other: "Count") -> "Count":
        return Count(self.operations + other.operations, self.kept + other.kept, self.parameters + other.parameters)

    def __sub__(self, other: "Count") -> "Count":
        return self + -1 * other

    def __rmul__(self, factor: float) -> "Count":
        return Count(factor * self.operations, factor * self.kept, factor * self.parameters)


@dataclass(frozen=True)
class Stage:
    """A training of a job.

    Attributes:
        count: of the loss of one series.
        budget: of the training.
        passes: of each series that is sampled.
    """

    count: Count
    budget: Training
    passes: int


def variant_of(name: str) -> Variant:
    """Return the variant as which a name counts: a user's own model as an AE."""
    return VARIANTS.get(name, VARIANTS["ae"])


def stages(variant: Variant, length: int, config: Config) -> tuple[Stage, ...]:
    """Return the trainings of a variant on series of a length; none for a baseline."""
    if variant.autoencoder is None:
        return ()
    first = Stage(_autoencoder_loss(variant, length, config), config.training, 0)
    made = _prior_ends(variant, config)
    if made is None:
        return (first,)
    narrow, wide, budget, passes = made
    return first, Stage(_between(narrow, wide, latent_size(length)[1]), budget, passes)


def reconstruction(length: int, network: Network) -> Count:
    """Count encoder and decoder on series of a length."""
    level = max(1, halvings(length))
    narrow, wide = (_reconstruction_of(_length(level, width), network) for width in (NARROW, WIDE))
    return _between(narrow, wide, latent_size(length)[1])


def classifier(length: int) -> Count:
    """Count the loss of the FCN on series of a length, to which all its layers are proportional."""
    short, long = _classifier_ends()
    point = (1 / POINTS) * (long - short)
    return Count(point.operations * length, point.kept * length, short.parameters)


def _autoencoder_loss(variant: Variant, length: int, config: Config) -> Count:
    """Count a loss of stage 1: beside what encoder and decoder take, in proportion to them or always the same.

    The proportion is found at two lengths, so that not every length of the archive has to be watched.
    """
    lengths = (_length(2, NARROW), _length(5, WIDE))
    plain = [reconstruction(at, config.network) for at in (*lengths, length)]
    whole = [_loss_of(variant, at, config) for at in lengths]
    shares = {}
    for name in ("operations", "kept", "parameters"):
        (a, b, x), (low, high) = ([getattr(count, name) for count in counts] for counts in (plain, whole))
        shares[name] = low + (high - low) * (x - a) / (b - a)
    return Count(**shares)


@cache
def _reconstruction_of(length: int, network: Network) -> Count:
    return _watched(
        lambda: AutoEncoder(length, Config(network=network)),
        lambda module: module.decode(module.encode(*module.example(WATCHED))),
    )


def _module(variant: Variant, length: int, config: Config) -> AutoEncoder:
    """Build the module of stage 1 of a variant that has one."""
    if variant.module is None:
        raise ValueError(f"{variant.name} trains no network")
    return variant.module(length, config)


@cache
def _loss_of(variant: Variant, length: int, config: Config) -> Count:
    return _watched(lambda: _module(variant, length, config), lambda module: module.loss(*module.example(WATCHED)))


@cache
def _classifier_ends() -> tuple[Count, Count]:
    """Count the FCN's loss on series of two lengths; the second is twice the first."""
    labels = torch.zeros(WATCHED, dtype=torch.long)
    series = (torch.zeros(WATCHED, 1, points) for points in (POINTS, 2 * POINTS))
    short, long = (_watched(lambda: FCN(2), lambda fcn, x=x: fcn.loss(x, labels)) for x in series)
    return short, long


@cache
def _prior_ends(variant: Variant, config: Config) -> tuple[Count, Count, Training, int] | None:
    """Count a prior on the narrow and the wide latent, with its budget and how often a sample passes through it."""
    ends = []
    for width in (NARROW, WIDE):
        with _aside():
            autoencoder = _module(variant, _length(1, width), config)
            work = None if variant.prior is None else variant.prior.work(autoencoder, config)
        if work is None:
            return None
        network, budget, passes = work
        count = _watched(lambda made=network: made, lambda made: made.loss(*made.example(WATCHED)))
        ends.append((count, budget, passes))
    (narrow, budget, passes), (wide, *_) = ends
    return narrow, wide, budget, passes


def _length(level: int, width: int) -> int:
    """Return a length whose spectrogram is halved so often, to a latent of this width."""
    return 2 * ((width << level) - 1)


def _between(narrow: Count, wide: Count, width: int) -> Count:
    """Return the count for a latent of this width, on the line through those for the narrow and the wide one."""
    return narrow + (width - NARROW) / (WIDE - NARROW) * (wide - narrow)


def _watched(build: Callable[[], nn.Module], call: Callable[[Any], object]) -> Count:
    """Call a module on a few series and count."""
    kept: dict[int, Tensor] = {}
    with _aside():
        module = build().to(memory_format=torch.channels_last).train()  # pyright: ignore[reportCallIssue]
        own = {_place(tensor) for tensor in module.state_dict().values()}

        def keep(tensor: Tensor) -> Tensor:
            if _place(tensor) not in own:
                kept[_place(tensor)] = tensor
            return tensor

        with (
            FlopCounterMode(display=False) as counter,
            torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        ):
            call(module)
    memory = sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
    parameters = sum(p.numel() for p in module.parameters() if p.requires_grad)
    return Count(counter.get_total_flops() / WATCHED, memory / WATCHED, parameters)


@contextmanager
def _aside() -> Iterator[None]:
    """Compute a little with one thread, and leave torch's random numbers as if nothing had been."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng([]):
            yield
    finally:
        torch.set_num_threads(threads)


def _place(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
