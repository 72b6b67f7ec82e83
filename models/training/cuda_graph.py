"""Functions called over and over, captured as a CUDA graph and replayed.

PyTorch's notes on CUDA graphs promise: a graph reads and writes the tensors it was captured with, so a
function keeps its state in tensors and changes them in place; the device's default generator is registered with every
graph, and a replay takes its seed and offset as they are and moves the offset on, so random numbers go on between
replays, may be seeded anew and are part of the generator's state, as in eager calls.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import torch

WARM_UP = 3  # eager calls before a capture: libraries choose their kernels and allocate in them


class Replayed:
    """A function without arguments or result; on CUDA it is captured after a few calls and replayed from then on.

    Every call does the function's work once. On CPUs, where so few calls are to come that a capture does not pay, and
    where the function cannot be captured, which one warning tells, it is called as it is.

    Args:
        function: reads and writes tensors of the device, and never waits for it.
        device: torch device on which the function works, with its index.
        calls: number of calls to come.
        what: name of the work, for the warning.

    Attributes:
        captured: True once calls are replays.
    """

    def __init__(self, function: Callable[[], None], device: torch.device, calls: int, what: str) -> None:
        self.captured = False
        self._function, self._device, self._what = function, device, what
        self._run = function
        self._worth_it = device.type == "cuda" and calls > 2 * WARM_UP
        self._calls = 0

    def __call__(self) -> None:
        self._calls += 1
        if self._worth_it and self._calls <= WARM_UP:
            # Captured work runs on a stream of its own; so must what warms it up.
            with _beside(self._device):
                self._function()
            return
        if self._worth_it and self._calls == WARM_UP + 1:
            self._capture()
        self._run()

    def _capture(self) -> None:
        graph = torch.cuda.CUDAGraph()
        # A capture that fails leaves the generator's state as if it went on; a copy of it takes its place.
        generator = torch.cuda.default_generators[self._device.index]
        copy = generator.clone_state()
        try:
            with _beside(self._device) as stream, torch.cuda.graph(graph, stream=stream):
                self._function()
        except RuntimeError as error:
            generator.graphsafe_set_state(copy)
            cause = error.__context__ or error  # the error at the capture's end hides what made it fail
            line = (str(cause) or type(cause).__name__).splitlines()[0]
            warnings.warn(f"{self._what} runs step by step, without a CUDA graph: {line}", stacklevel=4)
        else:
            self._run, self.captured = graph.replay, True


@contextmanager
def _beside(device: torch.device) -> Iterator[torch.cuda.Stream]:
    """Work on another stream of a device, between what was queued before and what will be queued after.

    It leaves that stream also where a capture's end fails, which `torch.cuda.graph` alone does not.
    """
    current, side = torch.cuda.current_stream(device), _side_stream(device)
    side.wait_stream(current)
    with torch.cuda.device(device), torch.cuda.stream(side):
        yield side
    current.wait_stream(side)


@cache
def _side_stream(device: torch.device) -> torch.cuda.Stream:
    """Return one stream for all captures of a device: cuBLAS keeps a workspace for each stream it ever ran on."""
    return torch.cuda.Stream(device)
