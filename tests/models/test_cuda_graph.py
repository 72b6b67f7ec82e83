"""A function that is called over and over: each call does its work once, whatever becomes of the capture."""

import warnings
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from test_latent_model import TINY

from ucrbench.models.training import cuda_graph
from ucrbench.models.training.cuda_graph import WARM_UP, Replayed
from ucrbench.models.variants import build

DEVICE = torch.device("cuda", 0)


class Generator:
    """Stands for a device's generator: which state it has, and whether a capture left it unusable."""

    def __init__(self) -> None:
        self.usable = True

    def clone_state(self):
        return Generator()

    def graphsafe_set_state(self, other):
        self.usable = other.usable


class Machine:
    """Stands for a CUDA device without one: work in a capture is noted, and done when the graph is replayed."""

    def __init__(self, fails: bool) -> None:
        self.fails, self.capturing, self.streams = fails, False, ["default"]
        self.replayed, self.done = 0, []
        self.default_generators = (Generator(),)

    def work(self) -> None:
        if not self.capturing:
            assert self.default_generators[0].usable
            self.done.append(self.streams[-1])
        elif self.fails:
            raise RuntimeError("it waits for the host\nand more")

    def replay(self) -> None:
        self.replayed += 1
        self.done.append(self.streams[-1])

    def __getattr__(self, name):
        machine = self

        class Stream:
            def __init__(self, *_):
                pass

            def wait_stream(self, other):
                pass

        class On:
            def __init__(self, *_):
                pass

            def __enter__(self):
                machine.streams.append("side")

            def __exit__(self, *_):
                machine.streams.pop()

        class Graph:
            def __init__(self):
                self.replay = machine.replay

        class Capture(On):
            def __init__(self, graph, stream):
                pass

            def __enter__(self):
                machine.capturing = True
                machine.default_generators[0].usable = False

            def __exit__(self, *_):
                machine.capturing = False
                if machine.fails:
                    raise RuntimeError("operation failed due to a previous error during capture")
                machine.default_generators[0].usable = True

        return {
            "Stream": Stream,
            "current_stream": Stream,
            "stream": On,
            "device": lambda _: nullcontext(),
            "CUDAGraph": Graph,
            "graph": Capture,
        }[name]


@pytest.fixture
def machine(monkeypatch):
    def start(fails):
        machine = Machine(fails)
        monkeypatch.setattr(cuda_graph.torch, "cuda", machine)
        return machine

    cuda_graph._side_stream.cache_clear()
    yield start
    cuda_graph._side_stream.cache_clear()


def test_warms_up_on_a_side_stream_then_replays(machine):
    device = machine(fails=False)
    run = Replayed(device.work, DEVICE, 20, "work")
    for call in range(20):
        assert run.captured == (call > WARM_UP)
        run()
    assert device.done == ["side"] * WARM_UP + ["default"] * (20 - WARM_UP)
    assert device.replayed == 20 - WARM_UP


def test_a_capture_that_fails_warns_once_with_its_cause_and_the_work_goes_on(machine):
    device = machine(fails=True)
    run = Replayed(device.work, DEVICE, 20, "work")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(20):
            run()
    assert [str(w.message) for w in told] == ["work runs step by step, without a CUDA graph: it waits for the host"]
    assert not run.captured
    assert device.done == ["side"] * WARM_UP + ["default"] * (20 - WARM_UP)


@pytest.mark.parametrize(("place", "calls"), [(torch.device("cpu"), 20), (DEVICE, 2 * WARM_UP)])
def test_cpus_and_few_calls_are_left_alone(machine, place, calls):
    device = machine(fails=True)
    run = Replayed(device.work, place, calls, "work")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(calls):
            run()
    assert device.done == ["default"] * calls
    assert not run.captured


def test_on_a_cpu_no_stage_is_told():
    x = np.random.default_rng(0).standard_normal((14, 1, 33)).astype(np.float32)
    model = build("vqvae", TINY).fit(x)
    assert model.captured == {}
    assert not any(curves.captured for curves in model.curves.values())
