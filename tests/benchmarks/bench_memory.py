"""Peak memory of a process that trains: a fresh one per variant and length, its imports and optimiser included."""

import os
import subprocess
import sys

import pytest

from ucrbench.models.variants import MAIN_VARIANTS

WORK = """
import sys, numpy as np
from ucrbench.bench.job.resources import peak_memory
from ucrbench.models.config import Config, Training
from ucrbench.bench.job.heap import kept_heap
from ucrbench.models.training.loop import train
from ucrbench.models.variants import build
import torch
variant, length = sys.argv[1], int(sys.argv[2])
torch.manual_seed(0)
model = build(variant, Config())
with kept_heap():
    module = model.place(model.autoencoder(length, Config()))
    train(module, (torch.randn(128, 1, length),), Training(batch=128, max_steps=4))
print(peak_memory())
"""


@pytest.mark.skipif(os.environ.get("UCRBENCH_DEVICE", "cpu") != "cpu", reason="it is the host's memory")
@pytest.mark.parametrize("length", [500, 1024])
@pytest.mark.parametrize("variant", MAIN_VARIANTS)
def test_peak_memory(benchmark, variant, length):
    command = [sys.executable, "-c", WORK, variant, str(length)]
    done = benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, text=True, check=True), rounds=1)
    benchmark.extra_info["peak_mb"] = int(done.stdout) / 1e6


FCN = """
import sys, time, torch
from contextlib import nullcontext
from ucrbench.bench.job.heap import kept_heap
from ucrbench.bench.job.resources import peak_memory
from ucrbench.models.config import Training
from ucrbench.models.fcn import FCN
from ucrbench.models.training.loop import train
torch.set_num_threads(1)
data = torch.randn(256, 1, 1024), torch.randint(10, (256,))
with kept_heap() if sys.argv[1] == "kept" else nullcontext():
    started = time.process_time()
    train(FCN(10), data, Training(batch=256, max_steps=6))
print(peak_memory(), time.process_time() - started)
"""


@pytest.mark.parametrize("heap", ["kept", "as it is"])
def test_peak_memory_of_the_fcn(benchmark, heap):
    command = [sys.executable, "-c", FCN, heap]
    done = benchmark.pedantic(lambda: subprocess.run(command, capture_output=True, text=True, check=True), rounds=1)
    peak, seconds = map(float, done.stdout.split())
    benchmark.extra_info |= {"peak_mb": peak / 1e6, "cpu_seconds_of_6_steps": seconds}
