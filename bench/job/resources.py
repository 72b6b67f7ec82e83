"""The resources of a job: threads, and memory of the machine and of a device."""

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

import psutil
import torch
from threadpoolctl import ThreadpoolController

from .heap import trim_heap


@contextlib.contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Run with so many threads in torch, BLAS and OpenMP: sums of floats depend on how they are split."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with _thread_pools().limit(limits=threads):
            yield
    finally:
        torch.set_num_threads(before)


@functools.cache
def _thread_pools() -> ThreadpoolController:
    """The BLAS and OpenMP libraries of this process; looking for them takes as long as a small job."""
    return ThreadpoolController()


def free_memory(device: str) -> int | None:
    """Return the bytes that are free on a CUDA device, or available on this machine; None where it does not say."""
    if device.startswith("cuda"):
        return torch.cuda.mem_get_info(device)[0]
    try:
        return psutil.virtual_memory().available
    except OSError:  # as in a container without /proc
        return None


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory, of the host or of a device, did not suffice."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)  # torch's words on CPUs


def give_back_memory(device: str) -> None:
    """Give unused memory back, of this process and of a device, for the others there."""
    trim_heap()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()


def reset_peak_memory(device: str) -> None:
    """Start measuring peaks anew, where the system can."""
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # Linux: resets VmHWM


def peak_memory() -> int | None:
    """Return the highest resident memory of this process since the reset, in bytes.

    Where the system keeps no peak it is what the process takes now, and None where the system tells nothing.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    try:
        return psutil.Process().memory_info().rss
    except (psutil.Error, OSError):
        return None


def peak_device_memory(device: str) -> int | None:
    """Highest memory taken on a CUDA device since the reset, in bytes."""
    return torch.cuda.max_memory_allocated(device) if device.startswith("cuda") else None
